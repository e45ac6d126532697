//! What `unspin align` promises, and training on its links.

use assert_cmd::Command;
use std::fs;
use std::path::{Path, PathBuf};

const PAIRS: &str = "training/sample/pairs.tsv";

fn unspin(arguments: &[&str]) -> assert_cmd::assert::Assert {
    let mut command = Command::cargo_bin("unspin").unwrap();
    command.current_dir(env!("CARGO_MANIFEST_DIR")).args(arguments).assert()
}

fn out(assert: &assert_cmd::assert::Assert) -> String {
    String::from_utf8(assert.get_output().stdout.clone()).unwrap()
}

fn err(assert: &assert_cmd::assert::Assert) -> String {
    String::from_utf8_lossy(&assert.get_output().stderr).into_owned()
}

fn file(folder: &Path, name: &str, text: &str) -> PathBuf {
    let path = folder.join(name);
    fs::write(&path, text).unwrap();
    path
}

#[test]
fn a_pair_in_is_a_line_of_links_out() {
    let folder = tempfile::tempdir().unwrap();
    let rows = "The right answer.\tThe proper answer.\n\nno tab in here\n\
                A b c.\tA b c.\td1\n\nnothing\n";
    let path = file(folder.path(), "pairs.tsv", rows);
    let path = path.to_str().unwrap();
    let aligned = unspin(&["align", "--pairs", path]).code(1);
    assert_eq!(out(&aligned), "0-0 1-1 2-2 3-3\n\n\n0-0 1-1 2-2 3-3\n\n\n");
    assert!(err(&aligned).contains("pairs.tsv:3: expected original<TAB>spun"));

    // Words between spaces: `answer.` is one.
    let spaces = out(&unspin(&["align", "--pairs", path, "--pretokenized"]).code(1));
    assert_eq!(spaces.lines().next(), Some("0-0 1-1 2-2"));

    let output = folder.path().join("links");
    unspin(&["align", "--pairs", path, "--output", output.to_str().unwrap()]).code(1);
    assert_eq!(fs::read_to_string(output).unwrap(), out(&aligned));
}

#[test]
fn the_same_links_at_any_number_of_threads() {
    let links =
        |threads| out(&unspin(&["align", "--pairs", PAIRS, "--threads", threads]).success());
    let one = links("1");
    assert_eq!(one.lines().count(), 520);
    assert!(one == links("2") && one == links("8"));
}

#[test]
fn each_way_of_symmetrization_holds_the_smaller_one() {
    let count = |arguments: &[&str]| {
        let aligned = unspin(&[&["align", "--pairs", PAIRS], arguments].concat()).success();
        out(&aligned).split_whitespace().count()
    };
    let hows = ["intersect", "grow-diag", "grow-diag-final-and", "grow-diag-final", "union"];
    let counts = hows.map(|how| count(&["--symmetrize", how]));
    assert!(counts.is_sorted() && counts[0] < counts[4], "{counts:?}");
    let counts = ["0.9", "0.25", "0.05"].map(|least| count(&["--posterior-threshold", least]));
    assert!(counts.is_sorted() && counts[0] < counts[2], "{counts:?}");
    assert_eq!(counts[1], count(&[]));
}

#[test]
fn what_cannot_be_is_an_error_in_the_command() {
    let table: &[(&[&str], &str)] = &[
        (&[], "--pairs"),
        (&["--pairs", PAIRS, "--symmetrize", "somehow"], "somehow"),
        (&["--pairs", PAIRS, "--posterior-threshold", "2"], "2"),
        (
            &["--pairs", PAIRS, "--posterior-threshold", "0.5", "--symmetrize", "union"],
            "--symmetrize posterior",
        ),
    ];
    for (arguments, expected) in table {
        let failed = unspin(&[&["align"], *arguments].concat()).code(2);
        assert!(err(&failed).contains(expected), "{arguments:?}: {}", err(&failed));
    }
    let missing = unspin(&["align", "--pairs", "no/such.tsv"]).code(1);
    assert!(err(&missing).contains("no/such.tsv"));
}

/// `unspin train` on `pairs` and `links`.
fn train(pairs: &str, links: &Path, output: &Path) -> assert_cmd::assert::Assert {
    let text = "training/sample/text.txt";
    let (links, output) = (links.to_str().unwrap(), output.to_str().unwrap());
    unspin(&["train", "--pairs", pairs, "--alignments", links, "--text", text, "--output", output])
}

#[test]
fn links_are_read_back_into_training() {
    let folder = tempfile::tempdir().unwrap();
    let (links, model) = (folder.path().join("links"), folder.path().join("model"));
    unspin(&["align", "--pairs", PAIRS, "--output", links.to_str().unwrap()]).success();
    train(PAIRS, &links, &model).success();
    let with_links = fs::read(&model).unwrap();
    let text = "training/sample/text.txt";
    let output = model.to_str().unwrap();
    unspin(&["train", "--pairs", PAIRS, "--text", text, "--output", output]).success();
    assert!(with_links == fs::read(&model).unwrap(), "the aligner's links give another model");

    // Links that say that nothing became anything teach nothing.
    let none = file(folder.path(), "none", &"\n".repeat(520));
    train(PAIRS, &none, &model).success();
    assert!(with_links != fs::read(&model).unwrap());
}

#[test]
fn bad_links_are_named() {
    let folder = tempfile::tempdir().unwrap();
    let pairs = file(folder.path(), "pairs.tsv", "A b.\tA c.\n\nD e.\tD f.\n");
    let model = folder.path().join("model");
    let table = [
        ("0-0\n\n0-3\n", "links:3: link 0-3 in a pair of 3 and 3 words"),
        ("0-0 1:1\n\n\n", "links:1: \"1:1\" is no link"),
        ("0-0\n", "links:1: ends here, but the pairs go on to line 3"),
    ];
    for (text, expected) in table {
        let links = file(folder.path(), "links", text);
        let failed = train(pairs.to_str().unwrap(), &links, &model).code(1);
        assert!(err(&failed).contains(expected), "{text:?}: {}", err(&failed));
    }
    let list = file(folder.path(), "list.tsv", "breast cancer\tbosom malignancy\t3\n");
    let links = file(folder.path(), "links", "0-0 1-1\n");
    let failed = train(list.to_str().unwrap(), &links, &model).code(1);
    assert!(err(&failed).contains("is a phrase list"), "{}", err(&failed));
}
