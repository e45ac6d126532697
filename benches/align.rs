//! The aligner beside eflomal and plain copying: links of gold pairs, cost, memory.
//!
//! `cargo bench --bench align` spins the sample text and asserts what it expects of it.
//! For figures worth keeping name a folder with gold links, `ALIGN_GOLD`, and pairs,
//! `ALIGN_PAIRS` (`unspin spin TEXT`). `PYTHON` names a Python that has eflomal; without
//! one it is left out with a word.
//!
//! Gold files are `mtref-test.tsv.xz`, `mtref-train.tsv.xz` and the same of `wiki`.
//! Columns, divided by tabs: number, original, -, other, -, -, -, sure links, possible
//! links. As in the published figures, sure and possible links are one set; F1 is that
//! of the mean precision and the mean recall over sentences; F1 of the links between
//! different words is that of all links together, and stands in brackets.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;
use unspin::align::Symmetrization;

type Links = BTreeSet<(u16, u16)>;

struct Gold {
    original: String,
    spun: String,
    links: Links,
}

/// What a child process cost.
struct Ran {
    err: String,
    /// Of all its processors (of the clock where the system does not tell).
    seconds: f64,
    /// Of the clock.
    wall: f64,
}

fn main() {
    // `cargo test --benches` asks for nothing.
    if !std::env::args().any(|argument| argument == "--bench") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let python = python();
    if let Some(gold) = std::env::var_os("ALIGN_GOLD").map(PathBuf::from) {
        for name in ["mtref", "wiki"] {
            quality(name, &gold, folder.path(), python.as_deref());
        }
    } else {
        println!("gold links: skipped, ALIGN_GOLD names no folder");
    }
    let pairs = match std::env::var_os("ALIGN_PAIRS") {
        Some(pairs) => fs::read_to_string(pairs).unwrap(),
        None => spun_sample(),
    };
    cost(&pairs, folder.path(), python.as_deref());
}

/// F1 on the test half of a set, learned on its text alone and with the training half's.
fn quality(name: &str, gold: &Path, folder: &Path, python: Option<&str>) {
    let read = |part: &str| read_gold(&gold.join(format!("{name}-{part}.tsv.xz")));
    let (test, train) = (read("test"), read("train"));
    println!("{name}-test, {} pairs: F1 (of links between different words)", test.len());
    print_scores("copy", &test, &test.iter().map(copied).collect::<Vec<_>>());
    for (more, text) in [(&[][..], "test text"), (&train[..], "test and train text")] {
        let pairs: Vec<(&str, &str)> =
            test.iter().chain(more).map(|gold| (&*gold.original, &*gold.spun)).collect();
        let path = write_pairs(folder, &pairs);
        let output = folder.join("links");
        align(&path, &output, "2", &["--pretokenized"]);
        let found = read_links(&output);
        assert_eq!(found.len(), pairs.len());
        print_scores(&format!("unspin, {text}"), &test, &found[..test.len()]);
        let Some(python) = python else { continue };
        let (_, [forward, backward]) = eflomal(python, folder, &pairs);
        for (how, symmetrization) in [
            ("intersect", Symmetrization::Intersect),
            ("grow-diag-final-and", Symmetrization::GrowDiagFinalAnd),
        ] {
            let found: Vec<Links> = forward[..test.len()]
                .iter()
                .zip(&backward)
                .map(|(forward, backward)| combined(symmetrization, forward, backward))
                .collect();
            print_scores(&format!("eflomal, {text}, {how}"), &test, &found);
        }
    }
}

/// Both directions and symmetrisation, all of it: reading, learning, writing.
fn cost(pairs: &str, folder: &Path, python: Option<&str>) {
    let count = pairs.lines().count();
    let all = folder.join("all.tsv");
    fs::write(&all, pairs).unwrap();
    let tenth = folder.join("tenth.tsv");
    let few: Vec<&str> = pairs.lines().take(count / 10).collect();
    fs::write(&tenth, few.join("\n") + "\n").unwrap();
    let [one_links, two_links] = ["one", "two"].map(|name| folder.join(name));
    let few = align(&tenth, &one_links, "2", &[]);
    // The best of three, in turns, as other work may go on beside.
    let (mut one, mut two, mut seconds) = (f64::MAX, f64::MAX, f64::MAX);
    let mut peak = 0;
    for _ in 0..3 {
        let ran = align(&all, &one_links, "1", &[]);
        (one, seconds) = (one.min(ran.wall), seconds.min(ran.seconds));
        let ran = align(&all, &two_links, "2", &[]);
        (two, peak) = (two.min(ran.wall), peak_of(&ran));
    }
    assert!(fs::read(&one_links).unwrap() == fs::read(&two_links).unwrap(), "other links");
    assert_eq!(read_links(&two_links).len(), count);
    let million = 1e6 / count as f64;
    println!("{count} pairs, read, aligned both ways, written");
    println!("unspin: {seconds:.2} s of a processor, {:.1} a million pairs", seconds * million);
    println!("one thread {one:.2} s, two {two:.2} s: {:.2} times as fast", one / two);
    println!("most memory: {} MiB for a tenth, {peak} MiB for all", peak_of(&few));
    let Some(python) = python else { return };
    let pairs: Vec<(String, String)> = pairs.lines().map(tokens).collect();
    let pairs: Vec<(&str, &str)> = pairs.iter().map(|(a, b)| (&**a, &**b)).collect();
    let (theirs, [forward, backward]) = eflomal(python, folder, &pairs);
    let since = Instant::now();
    let both = forward.iter().zip(&backward);
    let links: usize = both
        .map(|(forward, backward)| {
            combined(Symmetrization::GrowDiagFinalAnd, forward, backward).len()
        })
        .sum();
    assert!(links > 0);
    let theirs = theirs.seconds + since.elapsed().as_secs_f64();
    println!("eflomal: {theirs:.2} s, {:.1} a million pairs", theirs * million);
    println!("ratio {:.1}", theirs / seconds);
}

fn python() -> Option<String> {
    let python = std::env::var("PYTHON").unwrap_or("python3".into());
    let there = Command::new(&python).args(["-c", "import eflomal"]).output();
    if there.is_ok_and(|output| output.status.success()) {
        return Some(python);
    }
    println!("eflomal: skipped, no Python that has it; name one by PYTHON");
    None
}

fn align(pairs: &Path, output: &Path, threads: &str, more: &[&str]) -> Ran {
    let mut command = Command::new(env!("CARGO_BIN_EXE_unspin"));
    command.args(["align", "--threads", threads]).args(more);
    run(command.arg("--pairs").arg(pairs).arg("--output").arg(output))
}

/// The cost of eflomal, and the links of both directions.
fn eflomal(python: &str, folder: &Path, pairs: &[(&str, &str)]) -> (Ran, [Vec<Links>; 2]) {
    const PROGRAM: &str = "
import sys, eflomal
eflomal.Aligner().align(open(sys.argv[1], encoding='utf8'), open(sys.argv[2], encoding='utf8'),
    links_filename_fwd=sys.argv[3], links_filename_rev=sys.argv[4], quiet=True)
";
    let side = |name: &str, text: &mut dyn Iterator<Item = &str>| {
        let path = folder.join(name);
        fs::write(&path, text.map(|line| format!("{line}\n")).collect::<String>()).unwrap();
        path
    };
    let original = side("original", &mut pairs.iter().map(|pair| pair.0));
    let spun = side("spun", &mut pairs.iter().map(|pair| pair.1));
    let links = ["forward", "backward"].map(|name| folder.join(name));
    let mut command = Command::new(python);
    command.args(["-c", PROGRAM]).args([&original, &spun]).args(&links);
    let ran = run(&mut command);
    let links = links.map(|path| read_links(&path));
    assert!(links.iter().all(|links| links.len() == pairs.len()));
    (ran, links)
}

fn run(command: &mut Command) -> Ran {
    let (since, before) = (Instant::now(), children_seconds());
    let output = command.output().unwrap();
    let wall = since.elapsed().as_secs_f64();
    let err = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{command:?}: {err}");
    let spent = children_seconds().zip(before).map(|(after, before)| after - before);
    Ran { err, seconds: spent.unwrap_or(wall), wall }
}

/// Processor time of the children that ended, where /proc tells it in hundredths.
fn children_seconds() -> Option<f64> {
    let stat = fs::read_to_string("/proc/self/stat").ok()?;
    let fields: Vec<&str> = stat.rsplit(')').next()?.split_ascii_whitespace().collect();
    Some((fields.get(13)?.parse::<f64>().ok()? + fields.get(14)?.parse::<f64>().ok()?) / 100.0)
}

/// The most memory, in MiB, as the last stage tells it; 0 where none does.
fn peak_of(ran: &Ran) -> u64 {
    let told = ran.err.lines().filter_map(|line| {
        line.split(" MiB at most").next()?.rsplit(' ').next()?.parse::<u64>().ok()
    });
    told.max().unwrap_or(0)
}

fn spun_sample() -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let output = Command::new(env!("CARGO_BIN_EXE_unspin"))
        .args(["spin", "--lexicon"])
        .arg(root.join("training/lexicon"))
        .arg(root.join("training/sample/text.txt"))
        .output()
        .unwrap();
    assert!(output.status.success());
    String::from_utf8(output.stdout).unwrap()
}

/// Both sides of a row, their words between spaces.
fn tokens(row: &str) -> (String, String) {
    let mut columns = row.split('\t').map(|text| {
        let words = unspin::text::tokenize(text);
        let words: Vec<String> = words.iter().map(|token| token.of(text).to_lowercase()).collect();
        words.join(" ")
    });
    (columns.next().unwrap_or_default(), columns.next().unwrap_or_default())
}

fn write_pairs(folder: &Path, pairs: &[(&str, &str)]) -> PathBuf {
    let path = folder.join("pairs.tsv");
    let rows: String =
        pairs.iter().map(|(original, spun)| format!("{original}\t{spun}\tx\n")).collect();
    fs::write(&path, rows).unwrap();
    path
}

fn parse(links: &str) -> Links {
    let number = |text: &str| text.parse().unwrap();
    let link = |link: &str| link.split_once('-').map(|(i, j)| (number(i), number(j))).unwrap();
    links.split_whitespace().map(link).collect()
}

fn read_links(path: &Path) -> Vec<Links> {
    fs::read_to_string(path).unwrap().lines().map(parse).collect()
}

fn combined(symmetrization: Symmetrization, forward: &Links, backward: &Links) -> Links {
    let [forward, backward] =
        [forward, backward].map(|links| links.iter().copied().collect::<Vec<_>>());
    symmetrization.combine(&forward, &backward).into_iter().collect()
}

fn read_gold(path: &Path) -> Vec<Gold> {
    let mut text = String::new();
    let file = BufReader::new(File::open(path).unwrap());
    lzma_rust2::XzReader::new(file, true).read_to_string(&mut text).unwrap();
    let gold = |line: &str| {
        let columns: Vec<&str> = line.split('\t').collect();
        let links = columns.iter().skip(7).flat_map(|column| parse(column)).collect();
        Gold { original: columns[1].into(), spun: columns[3].into(), links }
    };
    text.lines().map(gold).collect()
}

/// The links of a longest common subsequence, by the textbook.
fn copied(gold: &Gold) -> Links {
    let o: Vec<&str> = gold.original.split_whitespace().collect();
    let s: Vec<&str> = gold.spun.split_whitespace().collect();
    let mut length = vec![vec![0; s.len() + 1]; o.len() + 1];
    for i in (0..o.len()).rev() {
        for j in (0..s.len()).rev() {
            length[i][j] = if o[i] == s[j] {
                length[i + 1][j + 1] + 1
            } else {
                length[i + 1][j].max(length[i][j + 1])
            };
        }
    }
    let (mut i, mut j, mut links) = (0, 0, Links::new());
    while i < o.len() && j < s.len() {
        if o[i] == s[j] {
            links.insert((i as u16, j as u16));
            (i, j) = (i + 1, j + 1);
        } else if length[i + 1][j] >= length[i][j + 1] {
            i += 1;
        } else {
            j += 1;
        }
    }
    links
}

fn f1(precision: f64, recall: f64) -> f64 {
    200.0 * precision * recall / (precision + recall).max(1e-9)
}

fn print_scores(name: &str, gold: &[Gold], found: &[Links]) {
    let (mut precision, mut recall) = (0.0, 0.0);
    let (mut right, mut all_found, mut all_gold) = (0, 0, 0);
    for (gold, found) in gold.iter().zip(found) {
        let o: Vec<&str> = gold.original.split_whitespace().collect();
        let s: Vec<&str> = gold.spun.split_whitespace().collect();
        let common: Vec<_> = gold.links.intersection(found).collect();
        let share = |of: usize, other: usize| match of {
            0 => f64::from(u8::from(other == 0)),
            of => common.len() as f64 / of as f64,
        };
        precision += share(found.len(), gold.links.len());
        recall += share(gold.links.len(), found.len());
        let differ = |link: &&(u16, u16)| o[link.0 as usize] != s[link.1 as usize];
        right += common.iter().filter(|link| differ(link)).count();
        all_found += found.iter().filter(differ).count();
        all_gold += gold.links.iter().filter(differ).count();
    }
    let sentences = gold.len().max(1) as f64;
    let share = |of: usize| right as f64 / of.max(1) as f64;
    println!(
        "  {name:44} {:.1} ({:.1})",
        f1(precision / sentences, recall / sentences),
        f1(share(all_found), share(all_gold)),
    );
}
