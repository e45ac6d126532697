//! The language model beside KenLM: cost of estimation, bytes, load time, queries.
//!
//! `cargo bench --bench lm` runs on the sample text and asserts what it expects of
//! it. For figures worth keeping name tokenised text, a sentence a line:
//! `LM_TEXT=train.tok LM_DEV=dev.tok`. `PYTHON` names a Python that has kenlm,
//! `KENLM_BIN` a folder with its `lmplz` and `build_binary`; what is absent is left
//! out with a word. Everything runs on one thread.

use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::time::Instant;

const ORDER: usize = 5;

/// What a child process said, and its seconds of processor time (of the clock
/// where the system does not tell).
struct Ran {
    out: String,
    err: String,
    seconds: f64,
}

fn main() {
    // `cargo test --benches` asks for nothing.
    if !std::env::args().any(|argument| argument == "--bench") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let (train, dev, sample) = texts(folder.path());
    let at = |name: &str| folder.path().join(name).display().to_string();
    let (train, dev) = (train.display().to_string(), dev.display().to_string());
    let text = fs::read_to_string(&train).unwrap();
    let tokens = text.split_ascii_whitespace().count() as f64;
    println!("{tokens} tokens of text, {ORDER}-grams");

    // Estimation, ARPA text written in either case.
    let order = ORDER.to_string();
    let arguments =
        ["build", "--order", &order, "--text", &train, "--pretokenized", "--threads", "1"];
    let built = lm(&[&arguments[..], &["--arpa", &at("arpa")]].concat());
    let sizes = sizes(&built.err);
    if sample {
        assert_eq!(sizes, distinct(&text), "n-grams by length");
    }
    println!("{sizes:?} n-grams by length");
    let rate = |ran: &Ran| tokens / ran.seconds / 1e6;
    println!("estimation: {:.3} M tokens a CPU second", rate(&built));
    if let Some(bin) = std::env::var_os("KENLM_BIN").map(PathBuf::from) {
        let discounts = "--discount_fallback";
        let arguments =
            ["-o", &order, discounts, "--text", &train, "--arpa", &at("lmplz.arpa"), "-S", "2G"];
        let theirs = run(Command::new(bin.join("lmplz")).args(arguments));
        println!("lmplz:      {:.3}, ratio {:.2}", rate(&theirs), theirs.seconds / built.seconds);
        for (name, options) in [("probing", &[][..]), ("trie", &["-q", "8", "-b", "8", "-a", "22"])]
        {
            let mut command = Command::new(bin.join("build_binary"));
            run(command.args(options).args([name, &at("arpa"), &at(name)]));
        }
    } else {
        println!("lmplz: skipped, KENLM_BIN names no folder");
    }

    let count: usize = sizes.iter().sum();
    let queries = fs::read_to_string(&dev).unwrap();
    let queries = queries.split_ascii_whitespace().count() + queries.lines().count();
    fs::write(at("empty"), "").unwrap();
    let exact = figure(&ask(&at("arpa"), &dev).out, "log10");
    let mut logs = Vec::new();
    for layout in ["compact", "fast"] {
        lm(&["convert", &at("arpa"), "--layout", layout, "--output", &at(layout)]);
        let bytes = fs::metadata(at(layout)).unwrap().len() as f64 / count as f64;
        let since = Instant::now();
        ask(&at(layout), &at("empty"));
        let load = since.elapsed().as_secs_f64();
        let asked = ask(&at(layout), &dev);
        assert_eq!(figure(&asked.out, "words"), queries as f64);
        logs.push(figure(&asked.out, "log10"));
        let rate = best((0..3).map(|_| rate_of(&ask(&at(layout), &dev).err)));
        println!("{layout}: {bytes:.2} bytes an n-gram, {rate:.3} M queries/s, start {load:.2} s");
    }
    assert_eq!(logs[0], logs[1], "both layouts say the same");
    assert!((logs[0] / exact - 1.0).abs() < 0.01, "{logs:?} {exact}");

    for name in ["arpa", "trie", "probing"] {
        let path = at(name);
        if !Path::new(&path).exists() {
            continue;
        }
        let Some(theirs) = kenlm(&path, &dev) else {
            println!("KenLM: skipped, no Python with kenlm; name one by PYTHON");
            break;
        };
        let bytes = fs::metadata(&path).unwrap().len() as f64 / count as f64;
        assert_eq!(theirs[0], queries as f64);
        assert!((theirs[3] / exact - 1.0).abs() < 0.01, "{theirs:?} {exact}");
        let (load, rate) = (theirs[1], theirs[2]);
        println!(
            "KenLM {name}: {bytes:.2} bytes an n-gram, {rate:.3} M queries/s, load {load:.2} s"
        );
    }
}

/// Text to learn from and to ask about, and whether they are the sample's.
fn texts(folder: &Path) -> (PathBuf, PathBuf, bool) {
    let named = |name: &str| std::env::var_os(name).map(PathBuf::from);
    if let (Some(train), Some(dev)) = (named("LM_TEXT"), named("LM_DEV")) {
        return (train, dev, false);
    }
    let sample = Path::new(env!("CARGO_MANIFEST_DIR")).join("training/sample/text.txt");
    let text = fs::read_to_string(sample).unwrap();
    let (mut train, mut dev) = (String::new(), String::new());
    for (number, line) in text.lines().enumerate() {
        let part = if number % 10 == 0 { &mut dev } else { &mut train };
        part.push_str(line);
        part.push('\n');
    }
    let (train_path, dev_path) = (folder.join("train.tok"), folder.join("dev.tok"));
    fs::write(&train_path, train).unwrap();
    fs::write(&dev_path, dev).unwrap();
    (train_path, dev_path, true)
}

/// How many n-grams there are of each length, `<unk>` and the marks among them.
fn distinct(text: &str) -> Vec<usize> {
    let mut seen: Vec<HashSet<Vec<&str>>> = vec![HashSet::new(); ORDER];
    for line in text.lines() {
        let words: Vec<&str> =
            ["<s>"].into_iter().chain(line.split_ascii_whitespace()).chain(["</s>"]).collect();
        for (length, seen) in (1..).zip(&mut seen) {
            seen.extend(words.windows(length).map(<[&str]>::to_vec));
        }
    }
    seen[0].insert(vec!["<unk>"]);
    seen.iter().map(HashSet::len).collect()
}

fn lm(arguments: &[&str]) -> Ran {
    run(Command::new(env!("CARGO_BIN_EXE_unspin")).arg("lm").args(arguments))
}

fn ask(model: &str, text: &str) -> Ran {
    lm(&["score", model, "--text", text, "--pretokenized", "--threads", "1"])
}

fn run(command: &mut Command) -> Ran {
    let (since, before) = (Instant::now(), children_seconds());
    let Output { status, stdout, stderr } = command.output().unwrap();
    let (out, err) =
        (String::from_utf8(stdout).unwrap(), String::from_utf8_lossy(&stderr).into_owned());
    assert!(status.success(), "{command:?}: {err}");
    let spent = children_seconds().zip(before).map(|(after, before)| after - before);
    Ran { out, err, seconds: spent.unwrap_or(since.elapsed().as_secs_f64()) }
}

/// Processor time of the children that ended, where /proc tells it in hundredths.
fn children_seconds() -> Option<f64> {
    let stat = fs::read_to_string("/proc/self/stat").ok()?;
    let fields: Vec<&str> = stat.rsplit(')').next()?.split_ascii_whitespace().collect();
    Some((fields.get(13)?.parse::<f64>().ok()? + fields.get(14)?.parse::<f64>().ok()?) / 100.0)
}

fn sizes(notes: &str) -> Vec<usize> {
    let line = notes.lines().find_map(|line| line.trim().strip_prefix("n-grams by length: ["));
    let line = line.unwrap().trim_end_matches(']');
    line.split(", ").map(|size| size.parse().unwrap()).collect()
}

fn figure(table: &str, name: &str) -> f64 {
    let line = table.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix('\t'));
    line.unwrap().parse().unwrap()
}

/// Millions of queries a second of a processor (of the clock where the system does not tell).
fn rate_of(notes: &str) -> f64 {
    let told =
        |what| notes.lines().rfind(|line| line.contains(what) && line.ends_with(" a second"));
    let line = told("  in ").or_else(|| told(" queries in ")).unwrap();
    let rate = line.rsplit(", ").next().unwrap().trim_end_matches(" a second");
    rate.parse::<f64>().unwrap() / 1e6
}

fn best(rates: impl Iterator<Item = f64>) -> f64 {
    rates.fold(0.0, f64::max)
}

/// Queries, seconds to load, millions of queries a second, and log10 in all.
fn kenlm(model: &str, text: &str) -> Option<Vec<f64>> {
    const PROGRAM: &str = "
import sys, time
try:
    import kenlm
except ImportError:
    sys.exit(3)
since = time.perf_counter()
model = kenlm.Model(sys.argv[1])
load = time.perf_counter() - since
lines = [line.rstrip('\\n') for line in open(sys.argv[2], encoding='utf8', newline='\\n')]
words = sum(len(line.split()) + 1 for line in lines)
best = 1e9
for _ in range(3):
    since = time.process_time()
    total = sum(model.score(line) for line in lines)
    best = min(best, time.process_time() - since)
print(words, load, words / best / 1e6, total)
";
    let python = std::env::var_os("PYTHON").unwrap_or("python3".into());
    let output = Command::new(python).args(["-c", PROGRAM, model, text]).output().ok()?;
    if output.status.code() == Some(3) {
        return None;
    }
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).unwrap();
    Some(text.split_ascii_whitespace().map(|figure| figure.parse().unwrap()).collect())
}
