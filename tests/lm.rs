//! What `unspin lm` promises.

use assert_cmd::Command;
use std::fs;
use std::path::{Path, PathBuf};

fn lm(folder: &Path, arguments: &[&str]) -> assert_cmd::assert::Assert {
    let mut command = Command::cargo_bin("unspin").unwrap();
    command.current_dir(folder).arg("lm").args(arguments).assert()
}

fn out(assert: &assert_cmd::assert::Assert) -> String {
    String::from_utf8(assert.get_output().stdout.clone()).unwrap()
}

fn err(assert: &assert_cmd::assert::Assert) -> String {
    String::from_utf8_lossy(&assert.get_output().stderr).into_owned()
}

/// A folder with the sample text, `a.txt`, in which words stand between spaces.
fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let sample = Path::new(env!("CARGO_MANIFEST_DIR")).join("training/sample/text.txt");
    fs::copy(sample, folder.path().join("a.txt")).unwrap();
    folder
}

/// A line of a table as `unspin lm score` prints it.
fn figure(table: &str, name: &str) -> f64 {
    let line = table.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix('\t'));
    line.unwrap_or_else(|| panic!("no {name} in {table}")).parse().unwrap()
}

#[test]
fn from_text_to_figures_and_back() {
    let folder = folder();
    let lm = |arguments: &[&str]| lm(folder.path(), arguments);
    let built = lm(&[
        "build",
        "--order",
        "3",
        "--text",
        "a.txt",
        "--pretokenized",
        "--arpa",
        "a.arpa",
        "--output",
        "a.lm",
    ]);
    assert!(err(&built.success()).contains("3-grams: discounts"));
    let score =
        |model: &str| out(&lm(&["score", model, "--text", "a.txt", "--pretokenized"]).success());
    let exact = score("a.arpa");
    assert_eq!(figure(&exact, "unknown"), 0.0);
    assert_eq!(figure(&exact, "perplexity"), figure(&exact, "perplexity without unknown"));
    let packed = score("a.lm");
    let ratio = figure(&packed, "perplexity") / figure(&exact, "perplexity");
    assert!((ratio - 1.0).abs() < 0.02, "{ratio}");

    // The quick layout says the same as the small one; a packed model as ARPA too.
    lm(&["convert", "a.arpa", "--output", "fast.lm", "--layout", "fast"]).success();
    lm(&["convert", "a.arpa", "--output", "compact.lm"]).success();
    lm(&["convert", "compact.lm", "--arpa", "b.arpa"]).success();
    assert_eq!(score("fast.lm"), score("compact.lm"));
    let (a, b) = (figure(&score("b.arpa"), "log10"), figure(&score("compact.lm"), "log10"));
    assert!((a - b).abs() < 1e-3, "{a} {b}");
    assert!(
        err(&lm(&["convert", "fast.lm", "--arpa", "c.arpa"]).code(1)).contains("fast.lm: a model")
    );
    let pruned = lm(&["convert", "a.arpa", "--ngrams", "3000", "--output", "small.lm"]).success();
    assert!(err(&pruned).contains("n-grams by length"));
    assert!(figure(&score("small.lm"), "perplexity") > figure(&packed, "perplexity"));
}

#[test]
fn the_same_bytes_at_any_number_of_threads_and_any_memory() {
    let folder = folder();
    let build = |more: &[&str]| {
        let arguments =
            ["build", "--order", "4", "--text", "a.txt", "--arpa", "x", "--output", "y"];
        lm(folder.path(), &[&arguments, more].concat()).success();
        (fs::read(folder.path().join("x")).unwrap(), fs::read(folder.path().join("y")).unwrap())
    };
    let one = build(&["--threads", "1"]);
    for more in [["--threads", "2"], ["--threads", "8"], ["--memory", "100K"]] {
        assert!(build(&more) == one, "{more:?}");
    }
    // Without a packed file to write the model never comes into memory.
    let bounded = ["build", "--order", "4", "--text", "a.txt", "--arpa", "z", "--memory", "100K"];
    lm(folder.path(), &bounded).success();
    assert!(fs::read(folder.path().join("z")).unwrap() == one.0);
}

#[test]
fn degenerate_counts_fall_back_with_a_warning() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("t"), "a b c d e f g\nh i j k l m\n").unwrap();
    for more in [&[][..], &["--memory", "1M"]] {
        let arguments = ["build", "--order", "7", "--text", "t", "--pretokenized", "--arpa", "x"];
        let built = lm(folder.path(), &[&arguments, more].concat()).success();
        let notes = err(&built);
        assert!(notes.contains("7-grams: no discount for count"), "{notes}");
        let scored = lm(folder.path(), &["score", "x", "--text", "t", "--pretokenized"]).success();
        assert!(figure(&out(&scored), "perplexity") < 5.0);
    }
}

#[test]
fn classes_and_their_model() {
    let folder = folder();
    let learn = |threads: &str| {
        let arguments =
            ["classes", "--text", "a.txt", "--classes", "20", "--order", "3", "--passes"];
        let more = ["3", "--words", "c.tsv", "--output", "c.lm", "--threads", threads];
        lm(folder.path(), &[&arguments[..], &more].concat()).success();
        (
            fs::read(folder.path().join("c.tsv")).unwrap(),
            fs::read(folder.path().join("c.lm")).unwrap(),
        )
    };
    let one = learn("1");
    assert!(one == learn("2") && one == learn("8"));
    let words = String::from_utf8(one.0).unwrap();
    let mut shares = std::collections::BTreeMap::<&str, f64>::new();
    for line in words.lines() {
        let fields: Vec<&str> = line.split('\t').collect();
        *shares.entry(fields[1]).or_default() += 10f64.powf(fields[2].parse().unwrap());
    }
    assert!((2..=20).contains(&shares.len()));
    assert!(shares.values().all(|sum| (sum - 1.0).abs() < 1e-3), "{shares:?}");
}

#[test]
fn a_line_for_a_line() {
    let folder = folder();
    lm(
        folder.path(),
        &["build", "--order", "2", "--text", "a.txt", "--pretokenized", "--output", "a.lm"],
    )
    .success();
    fs::write(folder.path().join("b.txt"), "the qqzv\n\nthe").unwrap();
    let scored =
        lm(folder.path(), &["score", "a.lm", "--lines", "--pretokenized", "--text", "b.txt"])
            .success();
    let text = out(&scored);
    let lines: Vec<Vec<f64>> = text
        .lines()
        .take(3)
        .map(|line| line.split('\t').map(|field| field.parse().unwrap()).collect())
        .collect();
    let counts: Vec<_> = lines.iter().map(|line| (line[1], line[2])).collect();
    assert_eq!(counts, [(3.0, 1.0), (1.0, 0.0), (2.0, 0.0)]);
    let sum: f64 = lines.iter().map(|line| line[0]).sum();
    assert!((sum - figure(&text, "log10")).abs() < 1e-5);
    assert_eq!((figure(&text, "words"), figure(&text, "unknown")), (6.0, 1.0));
}

#[test]
fn a_mixture_is_better_than_its_parts() {
    let folder = folder();
    let text = fs::read_to_string(folder.path().join("a.txt")).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    for (part, name) in ["even.txt", "odd.txt", "dev.txt"].iter().enumerate() {
        let own: Vec<&str> = lines.iter().skip(part).step_by(3).copied().collect();
        fs::write(folder.path().join(name), own.join("\n")).unwrap();
    }
    let lm = |arguments: &[&str]| lm(folder.path(), arguments);
    lm(&["build", "--order", "3", "--text", "even.txt", "--arpa", "even.arpa"]).success();
    lm(&["build", "--order", "3", "--text", "odd.txt", "--output", "odd.lm"]).success();
    let mixed = lm(&["mix", "even.arpa", "odd.lm", "--dev", "dev.txt", "--arpa", "mixed.arpa"]);
    let notes = err(&mixed.success());
    assert!(notes.contains("even.arpa") && notes.contains("perplexity"), "{notes}");
    let score = |model: &str| {
        figure(
            &out(&lm(&["score", model, "--text", "dev.txt"]).success()),
            "perplexity without unknown",
        )
    };
    // A model alone knows fewer words, so only sums over the same ones compare.
    assert!(score("mixed.arpa") < 2.0 * score("even.arpa"));
    lm(&["mix", "even.arpa", "odd.lm", "--weights", "0.5", "0.5", "--output", "m.lm"]).success();
    lm(&["mix", "even.arpa", "odd.lm", "--weights", "0.5", "--output", "m.lm"]).code(2);
    lm(&["mix", "even.arpa", "odd.lm", "--weights", "0.5", "0.7", "--output", "m.lm"]).code(1);
}

#[test]
fn errors_say_where_and_what() {
    let folder = folder();
    let path = |name: &str| folder.path().join(name);
    fs::write(path("mark.txt"), "a b\na </s> b\n").unwrap();
    fs::write(path("bad.arpa"), "\\data\\\nngram 1=1\n\n\\1-grams:\n0.5 w\n\\end\\\n").unwrap();
    fs::write(path("cut.arpa"), "\\data\\\nngram 1=1\n\n\\1-grams:\n-1 w\n").unwrap();
    fs::write(path("bytes.txt"), b"good text\nbad \xff\n").unwrap();
    fs::write(path("empty.txt"), "").unwrap();
    let table: &[(&[&str], i32, &str)] = &[
        (&["build", "--text", "a.txt"], 2, "name a file to write"),
        (&["build", "--text", "a.txt", "--order", "8", "--arpa", "x"], 2, "--order 8"),
        (&["build", "--text", "a.txt", "--prune", "2", "1", "--arpa", "x"], 2, "must not fall"),
        (&["build", "--text", "a.txt", "--memory", "2X", "--arpa", "x"], 2, "no unit of memory"),
        (&["build", "--text", "nowhere.txt", "--arpa", "x"], 1, "nowhere.txt: "),
        (&["build", "--text", "empty.txt", "--arpa", "x"], 1, "no text"),
        (&["build", "--text", "mark.txt", "--pretokenized", "--arpa", "x"], 1, "mark.txt:2: </s>"),
        (&["build", "--text", "bytes.txt", "--arpa", "x"], 1, "bytes.txt:2: not valid UTF-8"),
        (&["build", "--text", "a.txt", "--arpa", "no/such/folder/x"], 1, "no/such/folder: "),
        (&["score", "bad.arpa", "--text", "a.txt"], 1, "bad.arpa:5: a probability is above 1"),
        (&["score", "cut.arpa", "--text", "a.txt"], 1, "cut.arpa:5: no \\end\\"),
        (&["convert", "a.txt", "--output", "x"], 1, "not an ARPA file?"),
        (&["mix", "bad.arpa", "--dev", "a.txt", "--output", "x"], 2, "required"),
        (&["mix", "bad.arpa", "cut.arpa", "--output", "x"], 2, "--dev"),
    ];
    for (arguments, code, message) in table {
        let assert = lm(folder.path(), arguments).code(*code);
        assert!(err(&assert).contains(message), "{arguments:?}: {}", err(&assert));
    }
}

/// The ten sentences whose discounts are computed by hand in the library's tests.
#[test]
fn small_text_by_hand() {
    let folder = tempfile::tempdir().unwrap();
    let text = "a\na b\na b c\nb c\nc d\nd a\na c\nb\ne a b\nc\n";
    fs::write(folder.path().join("t"), text).unwrap();
    let arguments = ["build", "--order", "2", "--text", "t", "--pretokenized", "--arpa", "t.arpa"];
    lm(folder.path(), &arguments).success();
    let arpa = fs::read_to_string(folder.path().join("t.arpa")).unwrap();
    let value = |ngram: &str| {
        let mut lines = arpa.lines().map(|line| line.split('\t').collect::<Vec<_>>());
        let line = lines.find(|line| line.get(1) == Some(&ngram)).expect(ngram);
        10f64.powf(line[0].parse().unwrap())
    };
    let share = 10.8 / 15.0 / 7.0;
    let a = 0.4 / 15.0 + share;
    let b = 0.6 / 15.0 + share;
    let backoff = (17.0 / 15.0 + 1.3 + 7.0 / 15.0) / 6.0;
    for (ngram, expected) in
        [("<unk>", share), ("a", a), ("b", b), ("a b", (3.0 - 17.0 / 15.0) / 6.0 + backoff * b)]
    {
        assert!((value(ngram) - expected).abs() < 1e-6, "{ngram}: {}", value(ngram));
    }
}

/// KenLM, where there is a Python that has it, reads what we write and scores it as
/// we do.
#[test]
fn kenlm_agrees() {
    let python = PathBuf::from(std::env::var_os("PYTHON").unwrap_or("python3".into()));
    let has = std::process::Command::new(&python).args(["-c", "import kenlm"]).output();
    if !has.is_ok_and(|output| output.status.success()) {
        eprintln!("skipped: {} has no kenlm; set PYTHON to one that has it", python.display());
        return;
    }
    let folder = folder();
    for prune in [&["0"][..], &["0", "0", "1"]] {
        let arguments = [
            "build",
            "--order",
            "4",
            "--text",
            "a.txt",
            "--pretokenized",
            "--arpa",
            "a.arpa",
            "--prune",
        ];
        lm(folder.path(), &[&arguments, prune].concat()).success();
        let text = fs::read_to_string(folder.path().join("a.txt")).unwrap();
        let asked: String =
            text.lines().take(200).map(|line| format!("{line} qqzv the\n")).collect();
        fs::write(folder.path().join("asked.txt"), &asked).unwrap();
        let program = "import kenlm\nmodel = kenlm.Model('a.arpa')\nfor line in open('asked.txt', \
                       encoding='utf8', newline='\\n'):\n    print(model.score(line.rstrip('\\n')))";
        let theirs = std::process::Command::new(&python)
            .args(["-c", program])
            .current_dir(folder.path())
            .output()
            .unwrap();
        assert!(theirs.status.success(), "{}", String::from_utf8_lossy(&theirs.stderr));
        let ours = lm(
            folder.path(),
            &["score", "a.arpa", "--lines", "--pretokenized", "--text", "asked.txt"],
        );
        let ours = out(&ours.success());
        let theirs = String::from_utf8(theirs.stdout).unwrap();
        assert_eq!(theirs.lines().count(), asked.lines().count());
        for (ours, theirs) in ours.lines().zip(theirs.lines()) {
            let ours: f64 = ours.split('\t').next().unwrap().parse().unwrap();
            let theirs: f64 = theirs.parse().unwrap();
            assert!((ours - theirs).abs() < 1e-5 * theirs.abs().max(10.0), "{ours} {theirs}");
        }
    }
}
