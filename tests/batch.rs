//! What a long run promises: nothing lost, nothing twice, whatever stops it.

mod common;
#[path = "common/kill.rs"]
mod kill;

use common::{MODEL, article, unspin};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

fn binary() -> PathBuf {
    assert_cmd::cargo::cargo_bin("unspin")
}

fn lines() -> Vec<String> {
    article().lines().map(str::to_string).collect()
}

fn command(input: &Path, output: &Path) -> Command {
    let mut command = Command::new(binary());
    command.args(["decode", "--model"]).arg(&*MODEL).arg(input).arg("--output").arg(output);
    command
}

/// The exit code, and what was said.
fn run(command: &mut Command) -> (i32, String) {
    let output = command.output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    (output.status.code().unwrap_or(-1), said)
}

#[test]
fn killed_runs_go_on_as_if_nothing_had_been() {
    let folder = tempfile::tempdir().unwrap();
    let mut draws = kill::Draws(7);
    for input in kill::inputs(folder.path(), &lines(), 600 << 10) {
        let outcome = kill::kill(&binary(), Some(&MODEL), &input, 4, &mut draws);
        assert_eq!(outcome.kills, 4);
    }
}

/// A run that was asked to stop after its first checkpoint.
fn stopped(folder: &Path, signal: &str) -> (PathBuf, PathBuf) {
    let input = kill::inputs(folder, &lines(), 4 << 20).remove(0);
    let output = folder.join("out.txt");
    let mut child = command(&input, &output).stderr(Stdio::piped()).spawn().unwrap();
    while !folder.join("out.txt.checkpoint").exists() {
        std::thread::sleep(Duration::from_millis(5));
        assert!(child.try_wait().unwrap().is_none(), "ended before a checkpoint");
    }
    let status = Command::new("kill").arg(signal).arg(child.id().to_string()).status().unwrap();
    assert!(status.success());
    let ended = child.wait_with_output().unwrap();
    let said = String::from_utf8_lossy(&ended.stderr);
    let code = if signal == "-INT" { 130 } else { 143 };
    assert_eq!(ended.status.code(), Some(code), "{said}");
    assert!(said.contains("the same command with --resume goes on"), "{said}");
    assert!(!output.exists());
    (input, output)
}

#[test]
fn a_signal_ends_a_run_that_can_be_gone_on_with() {
    for signal in ["-INT", "-TERM"] {
        let folder = tempfile::tempdir().unwrap();
        let (input, output) = stopped(folder.path(), signal);
        let calm = folder.path().join("calm.txt");
        assert_eq!(run(&mut command(&input, &calm)).0, 1);
        assert_eq!(run(command(&input, &output).arg("--resume")).0, 1);
        assert!(fs::read(&calm).unwrap() == fs::read(&output).unwrap());
        let (code, said) = run(command(&input, &output).arg("--resume"));
        assert!(code == 1 && said.contains("was finished before"), "{said}");
    }
}

#[test]
fn another_command_does_not_go_on() {
    let folder = tempfile::tempdir().unwrap();
    let (input, output) = stopped(folder.path(), "-TERM");
    let kept = || {
        let part = fs::read(folder.path().join("out.txt.part")).unwrap();
        (part, fs::read(folder.path().join("out.txt.checkpoint")).unwrap())
    };
    let before = kept();
    let table: [(&[&str], &str); 3] = [
        (&[], "is of a run that did not end: add --resume"),
        (&["--resume", "--min-confidence", "0.5"], "is of another command, model or version"),
        (&["--resume", "--each-line"], "is of another command, model or version"),
    ];
    for (more, expected) in table {
        let (code, said) = run(command(&input, &output).args(more));
        assert!(code == 2 && said.contains(expected), "{more:?}: {said}");
        assert!(kept() == before);
    }
    let mut text = fs::read(&input).unwrap();
    text.push(b'x');
    fs::write(&input, text).unwrap();
    let (code, said) = run(command(&input, &output).arg("--resume"));
    assert!(code == 2 && said.contains("has changed since the run began"), "{said}");
    fs::remove_file(&input).unwrap();
    let (code, said) = run(command(&input, &output).arg("--resume"));
    assert!(code == 1 && said.contains("a.txt: No such file"), "{said}");
    assert!(kept() == before);
    // A part that was cut short is not built upon.
    fs::write(folder.path().join("out.txt.part"), "").unwrap();
    kill::inputs(folder.path(), &lines(), 4 << 20);
    let (code, _) = run(command(&input, &output).arg("--resume"));
    assert_eq!(code, 2);
}

#[test]
fn two_runs_do_not_write_one_output() {
    let folder = tempfile::tempdir().unwrap();
    let input = kill::inputs(folder.path(), &lines(), 2 << 20).remove(0);
    let (output, calm) = (folder.path().join("out.txt"), folder.path().join("calm.txt"));
    let mut first = command(&input, &output).stderr(Stdio::null()).spawn().unwrap();
    while !folder.path().join("out.txt.checkpoint").exists() {
        std::thread::sleep(Duration::from_millis(5));
        assert!(first.try_wait().unwrap().is_none(), "ended before a checkpoint");
    }
    for more in [&[][..], &["--resume"]] {
        let (code, said) = run(command(&input, &output).args(more));
        assert!(code == 2 && said.contains("is being written by another run"), "{said}");
    }
    assert_eq!(first.wait().unwrap().code(), Some(1));
    assert_eq!(run(&mut command(&input, &calm)).0, 1);
    assert!(fs::read(&calm).unwrap() == fs::read(&output).unwrap());
    assert!(!folder.path().join("out.txt.lock").exists());
}

#[test]
fn where_nothing_can_be_written_it_is_said() {
    let folder = tempfile::tempdir().unwrap();
    let input = folder.path().join("a.txt");
    fs::write(&input, article()).unwrap();
    let table = [("/dev/full", "No space left"), ("no/such/folder/out.txt", "No such file")];
    for (output, expected) in table {
        if !output.starts_with('/') || Path::new(output).exists() {
            let (code, said) = run(&mut command(&input, Path::new(output)));
            assert!(code == 1 && said.contains(expected) && said.contains(output), "{said}");
        }
    }
    assert_eq!(run(&mut command(&input, Path::new("/dev/null"))).0, 0);
}

#[test]
fn standard_input_goes_to_a_file_too() {
    let folder = tempfile::tempdir().unwrap();
    let output = folder.path().join("out.jsonl");
    let mut command = unspin();
    command.args(["decode", "--model"]).arg(&*MODEL).arg("--output").arg(&output);
    let text = article();
    let input = serde_json::json!({ "text": text }).to_string();
    command.write_stdin(input).assert().success();
    let object: serde_json::Value = serde_json::from_slice(&fs::read(&output).unwrap()).unwrap();
    assert_ne!(object["text"], text);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
}
