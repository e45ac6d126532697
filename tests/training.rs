//! What training promises: the same bytes, and errors that name the place.

use assert_cmd::Command;
use std::path::Path;

fn train(arguments: &[&str], output: &Path) -> assert_cmd::assert::Assert {
    let mut command = Command::cargo_bin("unspin").unwrap();
    command.current_dir(env!("CARGO_MANIFEST_DIR"));
    command.arg("train").args(arguments).arg("--output").arg(output).assert()
}

const SAMPLE: [&str; 6] = [
    "--pairs",
    "training/sample/pairs.tsv",
    "--text",
    "training/sample/text.txt",
    "--dev",
    "training/sample/dev.tsv",
];

#[test]
fn the_same_bytes_at_any_number_of_threads() {
    let folder = tempfile::tempdir().unwrap();
    let model = |threads: &str| {
        let path = folder.path().join(threads);
        let arguments = [&SAMPLE[..], &["--threads", threads]].concat();
        train(&arguments, &path).success();
        std::fs::read(&path).unwrap()
    };
    let one = model("1");
    assert!(one == model("2"), "two threads give another model than one");
    assert!(one == model("8"), "eight threads give another model than one");
}

#[test]
fn bad_rows_are_named_and_skipped_or_end_it() {
    let folder = tempfile::tempdir().unwrap();
    let pairs = folder.path().join("pairs.tsv");
    let good = std::fs::read_to_string("training/sample/pairs.tsv").unwrap();
    std::fs::write(&pairs, format!("no tab in here\n{good}")).unwrap();
    let pairs = pairs.to_str().unwrap();
    let arguments = ["--pairs", pairs, "--text", "training/sample/text.txt"];
    let output = folder.path().join("model");

    let lenient = train(&arguments, &output).success();
    let errors = String::from_utf8_lossy(&lenient.get_output().stderr).into_owned();
    assert!(errors.contains("pairs.tsv:1: expected original<TAB>spun"), "{errors}");
    assert!(errors.contains("skipped 1"), "{errors}");
    std::fs::remove_file(&output).unwrap();

    let strict = train(&[&arguments[..], &["--strict"]].concat(), &output).code(1);
    let errors = String::from_utf8_lossy(&strict.get_output().stderr).into_owned();
    assert!(errors.contains("pairs.tsv:1: expected original<TAB>spun"), "{errors}");
    assert!(!output.exists());
}

#[test]
fn what_cannot_be_trained_on_is_an_error() {
    let folder = tempfile::tempdir().unwrap();
    let empty = folder.path().join("empty");
    std::fs::write(&empty, "").unwrap();
    let (empty, output) = (empty.to_str().unwrap(), folder.path().join("model"));
    let table: &[(&[&str], &str)] = &[
        (&["--pairs", "no/such.tsv", "--text", empty], "no/such.tsv"),
        (&["--pairs", "training/sample/pairs.tsv", "--text", "no/such.txt"], "no/such.txt"),
        (&["--pairs", empty, "--text", "training/sample/text.txt"], "no pairs"),
        (&["--pairs", "training/sample/pairs.tsv", "--text", empty], "no text"),
    ];
    for (arguments, expected) in table {
        let failed = train(arguments, &output).code(1);
        let errors = String::from_utf8_lossy(&failed.get_output().stderr).into_owned();
        assert!(errors.contains(expected), "{arguments:?}: {errors}");
        assert!(!output.exists());
    }
}

#[test]
fn weights_are_learned_anew_and_english_is_taken_over() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    let text = |path: &Path| path.to_str().unwrap().to_owned();
    train(&SAMPLE[..4], &at("plain")).success();
    let unspin = |arguments: &[&str]| {
        let mut command = Command::cargo_bin("unspin").unwrap();
        command.current_dir(env!("CARGO_MANIFEST_DIR")).args(arguments).assert()
    };
    let plain = text(&at("plain"));
    let tuned = text(&at("tuned"));
    let dev = "training/sample/dev.tsv";
    unspin(&["tune", "--model", &plain, "--dev", dev, "--output", &tuned]).success();
    let error = |model: &str| -> f64 {
        let pairs = "training/sample/test.tsv";
        let output =
            unspin(&["evaluate", "--model", model, "--pairs", pairs, "--format", "json"]).success();
        let report: serde_json::Value =
            serde_json::from_slice(&output.get_output().stdout).unwrap();
        report["err"].as_f64().unwrap()
    };
    assert!(error(&tuned) > error(&plain), "{} and {}", error(&tuned), error(&plain));

    // The same pairs with the English of another model give the same weights and channel.
    let based = text(&at("based"));
    let arguments = [&SAMPLE[..2], &["--dev", dev, "--base", &plain]].concat();
    train(&arguments, Path::new(&based)).success();
    assert!((error(&based) - error(&tuned)).abs() < 1e-9);

    let empty = at("empty");
    std::fs::write(&empty, "").unwrap();
    let failed = unspin(&["tune", "--model", &plain, "--dev", &text(&empty), "--output", &tuned]);
    let errors = String::from_utf8_lossy(&failed.code(1).get_output().stderr).into_owned();
    assert!(errors.contains("no held-out pairs"), "{errors}");
}
