//! A model for the tests of the program, trained once by the program itself.

use assert_cmd::Command;
use std::sync::LazyLock;

/// Trained on the sample corpus.
pub static MODEL: LazyLock<tempfile::TempPath> = LazyLock::new(|| {
    let path = tempfile::NamedTempFile::new().unwrap().into_temp_path();
    unspin()
        .args(["train", "--pairs", "training/sample/pairs.tsv"])
        .args(["--text", "training/sample/text.txt", "--dev", "training/sample/dev.tsv"])
        .arg("--output")
        .arg(&path)
        .assert()
        .success();
    path
});

pub fn unspin() -> Command {
    let mut command = Command::cargo_bin("unspin").unwrap();
    command.current_dir(env!("CARGO_MANIFEST_DIR"));
    command
}

/// A spun article.
#[allow(dead_code)]
pub fn article() -> String {
    std::fs::read_to_string("training/sample/article.txt").unwrap()
}
