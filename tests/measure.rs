//! What `evaluate` and `compare` promise on the command line.

use assert_cmd::Command;
use assert_cmd::assert::Assert;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

const HELD_OUT: &str = "training/sample/test.tsv";

/// A folder with a model of the sample corpus and restorations of its held-out pairs.
static FOLDER: LazyLock<tempfile::TempDir> = LazyLock::new(|| {
    let folder = tempfile::tempdir().unwrap();
    unspin()
        .args(["train", "--pairs", "training/sample/pairs.tsv"])
        .args(["--text", "training/sample/text.txt", "--dev", "training/sample/dev.tsv"])
        .arg("--output")
        .arg(folder.path().join("model"))
        .assert()
        .success();
    let column = |at: usize| {
        let rows = std::fs::read_to_string(HELD_OUT).unwrap();
        let cells = rows.lines().map(|row| row.split('\t').nth(at).unwrap().to_string() + "\n");
        cells.collect::<String>()
    };
    std::fs::write(folder.path().join("original"), column(0)).unwrap();
    std::fs::write(folder.path().join("spun"), column(1)).unwrap();
    for (name, least) in [("all.jsonl", "0"), ("sure.jsonl", "0.9")] {
        let mut decode = unspin();
        decode.args(["decode", "--evidence", "--min-confidence", least, "--model"]);
        decode.arg(folder.path().join("model")).write_stdin(column(1));
        let decoded = decode.assert().success();
        std::fs::write(folder.path().join(name), &decoded.get_output().stdout).unwrap();
    }
    folder
});

fn path(name: &str) -> PathBuf {
    FOLDER.path().join(name)
}

fn unspin() -> Command {
    let mut command = Command::cargo_bin("unspin").unwrap();
    command.current_dir(env!("CARGO_MANIFEST_DIR"));
    command
}

fn evaluate(pairs: impl AsRef<Path>, arguments: &[&str]) -> Assert {
    let mut command = unspin();
    command.arg("evaluate").arg("--model").arg(path("model"));
    command.arg("--pairs").arg(pairs.as_ref()).args(arguments).assert()
}

fn compare(a: &str, b: &str, arguments: &[&str]) -> Assert {
    let mut command = unspin();
    command.arg("compare").arg(path(a)).arg(path(b)).args(["--pairs", HELD_OUT]);
    command.args(arguments).assert()
}

fn stdout(assert: &Assert) -> String {
    String::from_utf8(assert.get_output().stdout.clone()).unwrap()
}

fn stderr(assert: &Assert) -> String {
    String::from_utf8_lossy(&assert.get_output().stderr).into_owned()
}

fn json(assert: &Assert) -> serde_json::Value {
    serde_json::from_str(&stdout(assert)).unwrap()
}

#[test]
fn every_place_has_a_row_and_a_cause() {
    let places = path("places.tsv");
    let arguments = ["--format", "json", "--errors", places.to_str().unwrap()];
    let report = json(&evaluate(HELD_OUT, &arguments).success());
    let causes = &report["causes"];
    let rows = std::fs::read_to_string(&places).unwrap();
    let rows: Vec<Vec<&str>> = rows.lines().map(|row| row.split('\t').collect()).collect();
    let head = ["document", "line", "spun", "original", "restored", "cause", "probability"];
    assert_eq!(rows[0], head);
    let count = |cause: &str| rows.iter().filter(|row| row[5] == cause).count();
    let regions = ["no candidate", "ranked below", "left alone", "restored"].map(count);
    let keys = ["no_candidate", "ranked_below", "left_alone", "restored"];
    assert_eq!(
        regions.map(|count| count as u64),
        keys.map(|key| causes[key]["count"].as_u64().unwrap())
    );
    assert_eq!(causes["regions"], regions.iter().sum::<usize>());
    assert_eq!(report["fixed"], causes["restored"]["share"]);
    assert_eq!(report["broken"], causes["wrongly_changed"]["share"]);
    assert!(count("restored") > 20 && count("no candidate") > 5, "{regions:?}");
    let pairs = std::fs::read_to_string(HELD_OUT).unwrap();
    for row in &rows[1..] {
        let line = pairs.lines().nth(row[1].parse::<usize>().unwrap() - 1).unwrap();
        assert_eq!(line.split('\t').nth(2), Some(row[0]));
        assert!(row[6].parse::<f64>().is_ok_and(|p| (0.0..=1.0001).contains(&p)), "{row:?}");
        assert_eq!(row[5] == "wrongly changed", row[2] == row[3], "{row:?}");
    }
}

#[test]
fn a_column_splits_the_tables() {
    let rows = std::fs::read_to_string(HELD_OUT).unwrap();
    let families = ["one", "two"].into_iter().cycle();
    let rows = rows.lines().zip(families).map(|(row, family)| format!("{row}\t{family}\tx\n"));
    let pairs = path("families.tsv");
    std::fs::write(&pairs, rows.collect::<String>()).unwrap();
    let names = |arguments: &[&str]| {
        let report =
            json(&evaluate(&pairs, &[arguments, &["--format", "json"]].concat()).success());
        let families = report["families"].as_array().unwrap().clone();
        let sentences = families.iter().map(|of| of["sentences"].as_u64().unwrap()).sum::<u64>();
        let of = |family: &serde_json::Value| family["name"].as_str().unwrap().to_string();
        (families.iter().map(of).collect::<Vec<_>>(), sentences)
    };
    assert_eq!(names(&[]), (vec!["one".into(), "two".into()], 60));
    assert_eq!(names(&["--by", "5"]), (vec!["x".into()], 60));
    let documents = names(&["--by", "3"]);
    assert!(documents.0.len() > 2 && documents.1 == 60, "{documents:?}");
    let clean = names(&["--clean", "training/sample/clean.txt"]);
    assert_eq!(clean.0[2], "clean.txt");
    let output = evaluate(&pairs, &["--by", "9"]).code(1);
    assert!(stderr(&output).contains("no row of the pairs has a column 9"));
}

#[test]
fn what_was_learned_from_is_named() {
    let output = evaluate("training/sample/pairs.tsv", &["--format", "json"]).success();
    let leaks = &json(&output)["leaks"];
    assert_eq!((&leaks["texts"], &leaks["found"]), (&520.into(), &leaks["in_pairs"]));
    assert!(leaks["found"].as_u64().unwrap() > 500, "{leaks}");
    assert!(stderr(&output).contains("the first at training/sample/pairs.tsv:1"));
    let output = evaluate(HELD_OUT, &["--format", "json"]).success();
    assert_eq!(json(&output)["leaks"]["found"], 0);
    assert_eq!(stderr(&output), "");
    // Weights that are learned anew from these pairs have seen them.
    let mut tune = unspin();
    tune.args(["tune", "--dev", HELD_OUT, "--model"]).arg(path("model"));
    tune.arg("--output").arg(path("tuned")).assert().success();
    let output = compare("tuned", "model", &["--format", "json"]).success();
    assert_eq!(stderr(&output), "");
    let mut evaluate = unspin();
    evaluate.args(["evaluate", "--pairs", HELD_OUT, "--format", "json", "--model"]);
    let output = evaluate.arg(path("tuned")).assert().success();
    assert_eq!(json(&output)["leaks"]["found"], 60);
}

#[test]
fn models_and_restorations_are_compared() {
    let from_json = json(&compare("all.jsonl", "sure.jsonl", &["--format", "json"]).success());
    let recall = &from_json["metrics"]["recall"];
    assert!(recall["difference"].as_f64().unwrap() < 0.0, "{recall}");
    assert!(recall["interval"][0].as_f64().unwrap() < recall["interval"][1].as_f64().unwrap());
    assert!((0.0..=1.0).contains(&recall["p"].as_f64().unwrap()));
    // The originals themselves are the best that can be.
    let best = json(&compare("all.jsonl", "original", &["--format", "json"]).success());
    assert_eq!(best["metrics"]["err"]["second"], 1.0);
    assert_eq!(best["metrics"]["exact"]["second"], 1.0);
    let as_is = json(&compare("spun", "original", &["--format", "json"]).success());
    assert_eq!(as_is["metrics"]["err"]["difference"], 1.0);
    // A model decodes document by document, and tells its candidates.
    let clean = ["--clean", "training/sample/clean.txt"];
    let models = stdout(&compare("model", "model", &clean).success());
    let row = models.lines().find(|line| line.starts_with("candidate recall")).unwrap();
    assert!(row.contains("+0.0000") && row.ends_with("1.0000"), "{row}");
    assert!(models.contains("B is ahead of A in 0 documents, behind in 0, level in"));
}

#[test]
fn restorations_that_do_not_fit_are_errors() {
    let half: String = std::fs::read_to_string(path("all.jsonl"))
        .unwrap()
        .lines()
        .take(7)
        .map(|l| l.to_string() + "\n")
        .collect();
    std::fs::write(path("half.jsonl"), half).unwrap();
    std::fs::write(path("other.jsonl"), "{\"text\": 3}\n").unwrap();
    let longer = std::fs::read_to_string(path("original")).unwrap() + "one more\n";
    std::fs::write(path("longer"), longer).unwrap();
    let table = [
        ("half.jsonl", "ends without a restoration of the pair at training/sample/test.tsv:8"),
        ("other.jsonl", "other.jsonl:1: no line of `unspin decode`"),
        ("longer", "longer:61: more lines than pairs"),
        ("missing", "missing: "),
    ];
    for (file, expected) in table {
        let output = compare("all.jsonl", file, &[]).code(1);
        assert!(stderr(&output).contains(expected), "{}", stderr(&output));
    }
    compare("all.jsonl", "sure.jsonl", &["--clean", "README.md"]).code(2);
}
