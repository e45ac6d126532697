//! Aligns two files of sentences, a pair a line, and prints the links of each pair in
//! Pharaoh form, `original-spun` word indices from 0. Words are divided by blanks.
//!
//! `cargo run --release --example align_pairs -- ORIGINAL SPUN > links`

use std::collections::HashMap;
use std::error::Error;
use std::io::{BufWriter, Write, stdout};
use std::time::Instant;
use unspin::align::{AlignConfig, Aligner, Pairs};

fn main() -> Result<(), Box<dyn Error>> {
    let paths: Vec<String> = std::env::args().skip(1).collect();
    let [original, spun] = paths.as_slice() else {
        return Err("usage: align_pairs ORIGINAL SPUN".into());
    };
    let (original, spun) = (std::fs::read_to_string(original)?, std::fs::read_to_string(spun)?);
    let mut numbers: HashMap<&str, u32> = HashMap::new();
    let mut words = Vec::new();
    let mut sentence = |line| -> Vec<u32> {
        let number = |word| {
            *numbers.entry(word).or_insert_with(|| {
                words.push(word);
                words.len() as u32 - 1
            })
        };
        str::split_whitespace(line).map(number).collect()
    };
    let mut pairs = Pairs::default();
    for (original, spun) in original.lines().zip(spun.lines()) {
        pairs.push(&sentence(original), &sentence(spun));
    }
    let start = Instant::now();
    let config = AlignConfig::default();
    let aligner = Aligner::train(&config, &pairs, words.len(), |id| words[id as usize])?;
    eprintln!(
        "trained on {} pairs in {:.2?}, {} word pairs",
        pairs.len(),
        start.elapsed(),
        aligner.word_pairs()
    );
    let mut worker = aligner.worker();
    let mut links = Vec::new();
    let mut out = BufWriter::new(stdout().lock());
    for (original, spun) in pairs.iter() {
        worker.align(original, spun, &mut links);
        let line: Vec<String> = links.iter().map(|(i, j)| format!("{i}-{j}")).collect();
        writeln!(out, "{}", line.join(" "))?;
    }
    out.flush()?;
    eprintln!("aligned after {:.2?} in all", start.elapsed());
    Ok(())
}
