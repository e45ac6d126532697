//! What each format costs beside plain text: processor time of the whole program.
//!
//! `cargo bench --bench formats [-- TEXT [PROGRAM]]`; without a text of your own the sample
//! corpus serves. The same paragraphs come in every format, and what is restored in them
//! must be the same words.

#[path = "../tests/common/kill.rs"]
#[allow(dead_code)]
mod kill;

use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Bytes of text in each file, about.
const SIZE: usize = 256 << 10;
/// Runs of each, of which the cheapest counts.
const RUNS: usize = 2;

fn main() {
    let mut arguments = std::env::args().skip(1);
    // `cargo test --benches` asks for nothing.
    if !arguments.any(|argument| argument == "--bench") {
        return;
    }
    let mut named = std::env::args().skip(1).filter(|argument| !argument.starts_with("--"));
    let text = named.next().unwrap_or_else(|| "training/sample/article.txt".into());
    let program = named.next().unwrap_or_else(|| env!("CARGO_BIN_EXE_unspin").into());
    let lines = lines(&text);
    let folder = tempfile::tempdir().expect("a folder");
    let bytes: usize = lines.iter().map(|line| line.len() + 1).sum();
    println!("{bytes} bytes of text in {} paragraphs, one thread", lines.len());
    let run = |name: &str, more: &[&str]| run(Path::new(&program), folder.path(), name, more);
    write(folder.path(), &lines);
    // A model is opened in every run.
    let start = run("empty.txt", &[]).0;
    println!("start alone: {start:.2} s");

    let (records, pages) = (run("a.txt", &["--each-line"]), run("a.txt", &[]));
    println!("\na paragraph a document\na.txt --each-line: {:.2} s, 1", records.0 - start);
    for name in ["a.jsonl", "a.csv", "a.tsv", "a.parquet"] {
        let (seconds, output) = run(name, &[]);
        if let Some(texts) = texts(name, &output) {
            assert_eq!(texts, String::from_utf8_lossy(&records.1), "{name}");
        }
        println!(
            "{name}: {:.2} s, {:.2}",
            seconds - start,
            (seconds - start) / (records.0 - start)
        );
    }
    println!("\na file a document\na.txt: {:.2} s, 1", pages.0 - start);
    for name in ["a.txt.gz", "a.txt.xz", "a.txt.zst", "a.md", "a.html"] {
        let (seconds, output) = run(name, &[]);
        if let Some(texts) = texts(name, &output) {
            assert_eq!(texts, String::from_utf8_lossy(&pages.1), "{name}");
        }
        println!("{name}: {:.2} s, {:.2}", seconds - start, (seconds - start) / (pages.0 - start));
    }
}

/// Paragraphs that hold nothing which a format would write in another way.
fn lines(path: &str) -> Vec<String> {
    let text = fs::read_to_string(path).unwrap_or_else(|error| panic!("{path}: {error}"));
    let plain = |line: &&str| {
        let marks = |c: char| !c.is_ascii_alphanumeric() && !" .,-’".contains(c);
        line.starts_with(char::is_alphabetic) && !line.contains(marks)
    };
    let lines: Vec<&str> = text.lines().filter(plain).collect();
    let mut all = Vec::new();
    let mut length = 0;
    for line in lines.iter().cycle() {
        if length >= SIZE {
            break;
        }
        length += line.len() + 1;
        all.push((*line).to_string());
    }
    all
}

fn write(folder: &Path, lines: &[String]) {
    let at = |name: &str| folder.join(name);
    let put = |name: &str, text: &dyn Fn(&String) -> String, head: &str, end: &str| {
        let body: String = lines.iter().map(text).collect();
        fs::write(at(name), format!("{head}{body}{end}")).expect("an input");
    };
    let plain = |line: &String| format!("{line}\n");
    put("empty.txt", &|_| String::new(), "", "");
    put("a.txt", &plain, "", "");
    put("a.jsonl", &|line| format!("{{\"id\":1,\"text\":\"{line}\"}}\n"), "", "");
    put("a.csv", &|line| format!("1,\"{line}\"\n"), "id,text\n", "");
    put("a.tsv", &|line| format!("1\t{line}\n"), "id\ttext\n", "");
    put("a.md", &|line| format!("{line}\n\n"), "", "");
    put("a.html", &|line| format!("<p>{line}</p>\n"), "<html><body>\n", "</body></html>\n");
    kill::parquet(&at("a.parquet"), lines);
    for packer in ["gzip", "xz", "zstd"] {
        let status = Command::new(packer).arg("-kq").arg(at("a.txt")).status();
        assert!(status.is_ok_and(|status| status.success()), "{packer} is not here");
    }
}

/// Seconds of processor time, and the output.
fn run(program: &Path, folder: &Path, name: &str, more: &[&str]) -> (f64, Vec<u8>) {
    let output = folder.join(format!("restored-{name}"));
    let mut best = f64::INFINITY;
    for _ in 0..RUNS {
        let before = spent();
        let mut command = Command::new(program);
        command.args(["decode", "--threads", "1"]).arg(folder.join(name)).args(more);
        let status = command.arg("--output").arg(&output).stderr(Stdio::null()).status();
        assert!(status.is_ok_and(|status| status.success()), "{name}");
        best = best.min(spent() - before);
    }
    (best, fs::read(output).expect("an output"))
}

/// Processor time of all programs that have been run, in seconds.
fn spent() -> f64 {
    let stat = fs::read_to_string("/proc/self/stat").expect("Linux");
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or_default().split(' ').collect();
    // Fields 16 and 17 of all, in hundredths of a second.
    fields[14..16].iter().map(|field| field.parse::<f64>().unwrap_or(0.0) / 100.0).sum()
}

/// The restored paragraphs, a line each, where they are easily had.
fn texts(name: &str, output: &[u8]) -> Option<String> {
    let text = match PathBuf::from(name).extension()?.to_str()? {
        "gz" => {
            let mut text = String::new();
            flate2::read::MultiGzDecoder::new(output).read_to_string(&mut text).ok()?;
            return Some(text);
        }
        "zst" => return String::from_utf8(zstd::decode_all(output).ok()?).ok(),
        "parquet" | "xz" => return None,
        _ => std::str::from_utf8(output).ok()?,
    };
    let field = |line: &str| match name {
        "a.jsonl" => {
            line.strip_prefix("{\"id\":1,\"text\":\"")?.strip_suffix("\"}").map(String::from)
        }
        "a.csv" => line.strip_prefix("1,").map(|line| line.trim_matches('"').to_string()),
        "a.tsv" => line.strip_prefix("1\t").map(String::from),
        "a.html" => line.strip_prefix("<p>")?.strip_suffix("</p>").map(String::from),
        _ => Some(line.to_string()).filter(|line| !line.is_empty()),
    };
    Some(text.lines().filter_map(field).map(|line| line + "\n").collect())
}
