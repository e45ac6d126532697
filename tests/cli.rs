//! What the program promises on the command line.

mod common;

use common::{MODEL, unspin};
use std::path::Path;

/// `unspin decode` with the sample model.
fn decode(arguments: &[&str], input: impl Into<Vec<u8>>) -> assert_cmd::assert::Assert {
    let mut command = unspin();
    command.arg("decode").arg("--model").arg(&*MODEL).args(arguments);
    command.write_stdin(input).assert()
}

fn stdout(assert: &assert_cmd::assert::Assert) -> String {
    String::from_utf8(assert.get_output().stdout.clone()).unwrap()
}

fn stderr(assert: &assert_cmd::assert::Assert) -> String {
    String::from_utf8_lossy(&assert.get_output().stderr).into_owned()
}

#[test]
fn a_line_in_is_a_line_out() {
    let table: &[&[u8]] = &[
        b"",
        b"\n",
        b"\n\n \n\t\n",
        b"zzqx qqzv xxyy\n",
        b"no newline at the end: qqzv",
        b"carriage\r\nreturns qqzv\r\n",
        b"  zz,qq   ( qqzv )  \"xx\" \xe2\x80\x9cyy\xe2\x80\x9d  \n",
    ];
    for input in table {
        let output = decode(&[], *input).success();
        let text = stdout(&output);
        let lines = |bytes: &[u8]| bytes.iter().filter(|&&byte| byte == b'\n').count();
        assert_eq!(lines(text.as_bytes()), lines(input), "{input:?}");
        assert_eq!(text.ends_with("\r\n"), input.ends_with(b"\r\n"), "{input:?}");
    }
}

#[test]
fn what_is_unknown_stays_to_the_byte() {
    let text = "See https://qqzv.example/a?b=1 \u{2014}  qqzv@zzqx.example\u{a0}<b>Zzqx</b>  $44,000.50 (37%)\n";
    assert_eq!(stdout(&decode(&[], text).success()), text);
}

#[test]
fn what_is_not_text_passes_through_and_is_named() {
    let input = b"good qqzv\nbad \xff\xfe qqzv\nnul \0 qqzv\nlast qqzv";
    let output = decode(&[], &input[..]).code(1);
    assert_eq!(output.get_output().stdout, input);
    let errors = stderr(&output);
    assert!(errors.contains("standard input:2: not valid UTF-8 at byte 5"), "{errors}");
    assert!(errors.contains("standard input:3: has a NUL byte"), "{errors}");
}

#[test]
fn a_long_line_is_restored_too() {
    let mut line = "qqzv zzqx ".repeat(100_000);
    line.push('\n');
    assert_eq!(stdout(&decode(&[], line.clone()).success()), line);
    let mut word = "q".repeat(10_000_000);
    word.push('\n');
    assert_eq!(stdout(&decode(&[], word.clone()).success()), word);
}

#[test]
fn files_follow_each_other_and_missing_ones_are_named() {
    let mut command = unspin();
    command.args(["decode", "--model"]).arg(&*MODEL).args(["no/such/file", "README.md"]);
    let output = command.assert().code(1);
    assert!(stderr(&output).contains("no/such/file: "));
    let lines = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md"));
    assert_eq!(stdout(&output).lines().count(), lines.unwrap().lines().count());
}

#[test]
fn the_evidence_is_an_object_a_line() {
    let article = std::fs::read_to_string("training/sample/article.txt").unwrap();
    let output = decode(&["--evidence", "--nbest", "5"], article.as_str()).success();
    let text = stdout(&output);
    assert_eq!(text.lines().count(), article.lines().count());
    let mut edits = 0;
    for (line, input) in text.lines().zip(article.lines()) {
        let object: serde_json::Value = serde_json::from_str(line).unwrap();
        assert_eq!(object["text"], input);
        let restorations = object["restorations"].as_array().unwrap();
        assert!((1..=5).contains(&restorations.len()));
        let likely: Vec<f64> =
            restorations.iter().map(|r| r["probability"].as_f64().unwrap()).collect();
        assert!(likely.is_sorted_by(|a, b| a >= b), "{likely:?}");
        // Scores are single numbers of 24 bits, so that a sum may be a little over.
        assert!(likely.iter().sum::<f64>() < 1.0 + 1e-4, "{likely:?}");
        // The edits, put into the line, give the first restoration.
        let mut restored = String::new();
        let mut written = 0;
        for edit in object["edits"].as_array().unwrap() {
            let at = |key: &str| edit[key].as_u64().unwrap() as usize;
            assert_eq!(edit["spun"], input[at("start")..at("end")]);
            restored.push_str(&input[written..at("start")]);
            restored.push_str(edit["original"].as_str().unwrap());
            written = at("end");
            let probability = |of: &serde_json::Value| of["probability"].as_f64().unwrap();
            let others = edit["alternatives"].as_array().unwrap().iter().map(probability);
            let all = probability(edit) + others.sum::<f64>();
            assert!(all < 1.0 + 1e-4, "{edit}");
            edits += 1;
        }
        restored.push_str(&input[written..]);
        assert_eq!(restorations[0]["text"], restored);
    }
    assert!(edits > 20, "only {edits} edits in the whole article");
}

#[test]
fn every_word_is_told_where_it_is_asked_for() {
    let text = "The corporate misplaced clients. It is so.\n";
    let object = |arguments: &[&str]| -> serde_json::Value {
        serde_json::from_str(&stdout(&decode(arguments, text).success())).unwrap()
    };
    assert!(object(&["--evidence"]).get("words").is_none());
    let words = object(&["--every-word"])["words"].as_array().unwrap().clone();
    let whole: Vec<&str> = words.iter().map(|word| word["original"].as_str().unwrap()).collect();
    assert_eq!(whole.last(), Some(&"."));
    assert!(whole.contains(&"The") && whole.contains(&"lost"), "{whole:?}");
    assert!(words.iter().all(|word| (0.0..=1.0).contains(&word["probability"].as_f64().unwrap())));
}

#[test]
fn json_lines_of_text_are_its_evidence() {
    let lines = "In keeping with the report, costs fell.\n\nIt is so.\n";
    let asked = stdout(&decode(&["--format", "jsonl", "--nbest", "2"], lines).success());
    let evidence = stdout(&decode(&["--evidence", "--nbest", "2"], lines).success());
    assert_eq!(asked, evidence);
    assert_eq!(asked.lines().count(), 3);
    // Records stay records.
    let record = "{\"text\":\"Qqzv zzqx.\",\"id\":7}\n";
    assert_eq!(stdout(&decode(&["--format", "jsonl"], record).success()), record);
    decode(&["--nbest", "2"], lines).code(2);
}

#[test]
fn a_high_threshold_changes_less() {
    let article = std::fs::read_to_string("training/sample/article.txt").unwrap();
    let changed = |least: &str| {
        let arguments = ["--evidence", "--min-confidence", least];
        let text = stdout(&decode(&arguments, article.as_str()).success());
        let edits = |line: &str| {
            let object: serde_json::Value = serde_json::from_str(line).unwrap();
            object["edits"].as_array().unwrap().len()
        };
        text.lines().map(edits).sum::<usize>()
    };
    let (all, sure) = (changed("0"), changed("0.95"));
    assert!(sure < all, "{sure} of {all}");
    assert_eq!(changed("1"), 0);
}

#[test]
fn the_same_bytes_at_any_number_of_threads() {
    let article = std::fs::read_to_string("training/sample/article.txt").unwrap();
    let with = |threads: &str| {
        let arguments = ["--evidence", "--nbest", "3", "--threads", threads];
        stdout(&decode(&arguments, article.as_str()).success())
    };
    let one = with("1");
    assert_eq!(one, with("2"));
    assert_eq!(one, with("8"));
}

#[test]
fn usage_errors_exit_with_2() {
    let table: &[&[&str]] = &[
        &["decode", "--nbest", "0"],
        &["decode", "--nbest", "5"],
        &["decode", "--min-confidence", "1.5"],
        &["decode", "--no-such-flag"],
        &["train"],
        &["no-such-verb"],
    ];
    for arguments in table {
        unspin().args(*arguments).write_stdin("").assert().code(2);
    }
}

#[test]
fn the_built_in_model_restores_an_article() {
    let article = std::fs::read_to_string("training/sample/article.txt").unwrap();
    let output = unspin().arg("decode").write_stdin(article.as_str()).assert().success();
    let restored = stdout(&output);
    assert_ne!(restored, article);
    for furniture in ["Rate this post", "Leave a Comment"] {
        assert!(restored.contains(furniture));
    }
}

#[test]
fn the_built_in_model_repairs_spun_text_alone() {
    let innocent =
        "Patients with vitamin A deficiency drank milk , and the hepatitis A virus was not found.";
    let spun = "In keeping with the report , 40 were there. It is diffi cult to do.";
    let restored = "According to the report, 40 were there. It is difficult to do.";
    for (text, expected) in [(innocent, innocent), (spun, restored)] {
        let output = unspin().arg("decode").write_stdin(text).assert().success();
        assert_eq!(stdout(&output), expected);
    }
}

#[test]
fn the_readme_opens_with_what_the_model_does() {
    let readme = std::fs::read_to_string("README.md").unwrap();
    let shown: Vec<&str> = readme.lines().filter_map(|line| line.strip_prefix("    ")).collect();
    let output = unspin().arg("decode").write_stdin(shown[0]).assert().success();
    assert_eq!(stdout(&output), shown[1]);
}

#[test]
fn a_reader_that_goes_away_is_no_failure() {
    use std::process::{Command, Stdio};
    let binary = assert_cmd::cargo::cargo_bin("unspin");
    let mut child = Command::new(binary)
        .args(["decode", "--model"])
        .arg(&*MODEL)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let mut stdin = child.stdin.take().unwrap();
    let writer = std::thread::spawn(move || {
        let line = "qqzv zzqx\n".repeat(200_000);
        // The program may stop reading before the end, and then this fails.
        let _ = std::io::Write::write_all(&mut stdin, line.as_bytes());
    });
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap();
    assert!(output.status.success(), "{:?}", output);
    assert!(output.stderr.is_empty(), "{:?}", output);
}

#[test]
fn nobody_has_to_hear_what_is_said() {
    use std::process::{Command, Stdio};
    let folder = tempfile::tempdir().unwrap();
    let mut child = Command::new(assert_cmd::cargo::cargo_bin("unspin"))
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .args(["lm", "build", "--order", "3", "--text", "training/sample/text.txt", "--arpa"])
        .arg(folder.path().join("model.arpa"))
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stderr.take());
    assert!(child.wait().unwrap().success());
    assert!(folder.path().join("model.arpa").exists());
}

#[test]
fn the_version_names_the_model() {
    let inspected = unspin().arg("inspect").assert().success();
    let identity = stdout(&inspected).split([' ', ',']).nth(1).unwrap().to_string();
    let version = format!("unspin {} (model {identity})\n", env!("CARGO_PKG_VERSION"));
    assert_eq!(stdout(&unspin().arg("--version").assert().success()), version);
}

#[test]
fn shells_and_man_know_every_verb() {
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let script = stdout(&unspin().args(["completions", shell]).assert().success());
        for word in ["decode", "report", "--resume", "--min-confidence"] {
            let word = if shell == "fish" { word.trim_start_matches('-') } else { word };
            assert!(script.contains(word), "{shell} {word}");
        }
    }
    let folder = tempfile::tempdir().unwrap();
    unspin().args(["man", "--output"]).arg(folder.path()).assert().success();
    for page in ["unspin.1", "unspin-decode.1", "unspin-report.1"] {
        let text = std::fs::read_to_string(folder.path().join(page)).unwrap();
        assert!(text.contains("Examples:"), "{page}");
    }
    // Help of every verb shows how it is used.
    let mut waiting: Vec<Vec<String>> = vec![vec![]];
    let mut seen = 0;
    while let Some(verb) = waiting.pop() {
        let help = stdout(&unspin().args(&verb).arg("--help").assert().success());
        assert!(help.contains("Example"), "{verb:?}");
        seen += 1;
        let below = help.lines().skip_while(|line| *line != "Commands:").skip(1);
        let names = below.take_while(|line| !line.is_empty()).filter(|line| line[2..3] != *" ");
        for name in names.filter_map(|line| line.split_whitespace().next()) {
            if name != "help" {
                waiting.push([&verb[..], &[name.to_string()]].concat());
            }
        }
    }
    assert!(seen > 20, "{seen}");
}
