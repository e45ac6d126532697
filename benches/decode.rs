//! How fast text is restored: words a second on one thread and on two, and what a beam
//! ten times wider costs and changes.
//!
//! `cargo bench --bench decode [-- TEXT]`; without a text of your own the sample corpus serves. All
//! runs but the one with the wide beam must write the same bytes.

use std::hash::Hasher;
use std::time::Instant;
use unspin::{DecodeConfig, Decoder, Model};

/// Lines that make a document.
const DOCUMENT: usize = 40;
/// Runs of each setting, of which the quickest counts.
const RUNS: usize = 3;

fn main() {
    // `cargo test --benches` asks for nothing.
    if !std::env::args().any(|argument| argument == "--bench") {
        return;
    }
    let named = std::env::args().skip(1).find(|argument| !argument.starts_with("--"));
    let lines = named.map_or_else(sample, |path| read(&path));
    let documents: Vec<&[String]> = lines.chunks(DOCUMENT).collect();
    let words: usize = lines.iter().map(|line| line.split_whitespace().count()).sum();
    let start = Instant::now();
    let model = Model::english().expect("the model that is built in");
    let loaded = start.elapsed();
    println!("{words} words in {} documents; model loaded in {loaded:.1?}", documents.len());

    let ships = DecodeConfig::default();
    let (beam, beam_width) = (10 * ships.beam, 10.0 * ships.beam_width);
    let wide = DecodeConfig { beam, beam_width, ..ships.clone() };
    let one = measure(&model, &documents, words, 1, &ships);
    let two = measure(&model, &documents, words, 2, &ships);
    let wide = measure(&model, &documents, words, 1, &wide);
    assert_eq!(one.checksum, two.checksum, "the bytes depend on the number of threads");
    println!("two threads against one: {:.2}", two.rate / one.rate);
    println!("beam {} against {beam}: {:.2} times as quick", ships.beam, one.rate / wide.rate);
    let differ = one.lines.iter().zip(&wide.lines).filter(|(a, b)| a != b).count();
    println!("lines that the wider beam restores otherwise: {differ} of {}", lines.len());
}

struct Run {
    rate: f64,
    checksum: u64,
    lines: Vec<String>,
}

fn measure(
    model: &Model,
    documents: &[&[String]],
    words: usize,
    threads: usize,
    config: &DecodeConfig,
) -> Run {
    let decoder = Decoder::with_config(model, config.clone()).expect("a sound setting");
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("threads");
    let mut best = f64::INFINITY;
    let mut lines = Vec::new();
    for _ in 0..RUNS {
        let start = Instant::now();
        let restored = pool.install(|| decoder.decode_documents(documents));
        best = best.min(start.elapsed().as_secs_f64());
        lines = restored.iter().flatten().map(|line| line.best().to_string()).collect();
    }
    let mut hash = std::hash::DefaultHasher::new();
    lines.iter().for_each(|line| hash.write(line.as_bytes()));
    let (rate, checksum) = (words as f64 / best, hash.finish());
    let DecodeConfig { beam, beam_width, .. } = config;
    println!(
        "{threads} threads, beam {beam} within {beam_width} nats: {rate:.0} words a second, checksum {checksum:016x}"
    );
    Run { rate, checksum, lines }
}

fn sample() -> Vec<String> {
    let mut lines = read("training/sample/article.txt");
    lines.extend(read("training/sample/text.txt"));
    let spun = |line: String| line.split('\t').nth(1).unwrap_or_default().to_string();
    lines.extend(read("training/sample/pairs.tsv").into_iter().map(spun));
    lines
}

fn read(path: &str) -> Vec<String> {
    let text = std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{path}: {error}"));
    text.lines().map(str::to_owned).collect()
}
