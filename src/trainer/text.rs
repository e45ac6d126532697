//! Passes over the text: words, sentences, and the parts that are held out.

use super::recipe::{TextSource, file_name};
use crate::corpus::{Line, Lines, Skipped};
use crate::error::Result;
use crate::model::SourceRecord;
use crate::progress::Progress;
use crate::text::name::{is_name, stem};
use crate::text::{normalize, sentences, tokenize};
use rayon::prelude::*;
use rustc_hash::FxHashMap;
use std::path::Path;
use xxhash_rust::xxh3::Xxh3;

/// Lines of a block; of every [`PARTS`] blocks one is held out for tuning and one
/// for reporting.
const BLOCK: u64 = 200;
const PARTS: u64 = 50;
/// Lines that are worked on together, fixed so that no thread count shows.
const BATCH: usize = 4096;

/// What a line of text serves for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    /// The language model and the channel.
    Train,
    /// The feature weights.
    Tune,
    /// Figures alone: training never sees it.
    Report,
}

impl Part {
    /// The part of line `number`, from 1.
    pub(crate) fn of(number: u64) -> Self {
        match (number - 1) / BLOCK % PARTS {
            48 => Part::Tune,
            49 => Part::Report,
            _ => Part::Train,
        }
    }

    /// The share of a long file's lines that belongs to it.
    pub(crate) fn share(self) -> f64 {
        let blocks = if self == Part::Train { PARTS - 2 } else { 1 };
        blocks as f64 / PARTS as f64
    }
}

/// Reads the lines of one part of a file in batches, and says which lines of all of it
/// could not be read.
pub(crate) fn batches(
    source: &TextSource,
    folder: &Path,
    part: Part,
    strict: bool,
    progress: &dyn Progress,
    each: &mut dyn FnMut(Vec<String>) -> Result<()>,
) -> Result<(SourceRecord, Skipped)> {
    let path = folder.join(&source.path);
    let mut lines = Lines::open(&path)?;
    let mut batch = Vec::new();
    let mut hash = Xxh3::new();
    let (mut rows, mut skipped) = (0, Skipped::default());
    while let Some((line, _)) = lines.next()? {
        match line {
            Line::Text(text) => batch.push(text.to_string()),
            Line::Unreadable(_, error) if strict => return Err(error),
            Line::Unreadable(_, error) => {
                skipped.push(error);
                batch.push(String::new());
            }
        }
        if Part::of(lines.number()) != part {
            batch.pop();
            continue;
        }
        if let Some(line) = batch.last() {
            hash.update(line.as_bytes());
        }
        rows += 1;
        if batch.len() == BATCH {
            progress.advance(BATCH as u64);
            each(std::mem::take(&mut batch))?;
        }
    }
    progress.advance(batch.len() as u64);
    each(batch)?;
    let record = SourceRecord {
        name: file_name(&source.path),
        kind: "text".into(),
        rows,
        checksum: hash.digest(),
    };
    Ok((record, skipped))
}

/// Adds the words of `lines` to their counts, and those that are written as names to theirs.
pub(crate) fn count_words(
    lines: &[String],
    words: &mut FxHashMap<String, u32>,
    names: &mut FxHashMap<String, u32>,
) {
    let of_chunk = |chunk: &[String]| {
        let (mut words, mut names) = (FxHashMap::default(), FxHashMap::default());
        let mut form = String::new();
        let mut count = |word: &str, counts: &mut FxHashMap<String, u32>| {
            form.clear();
            normalize(word, &mut form);
            match counts.get_mut(&form) {
                Some(count) => *count += 1,
                None => drop(counts.insert(form.clone(), 1)),
            }
        };
        for line in chunk {
            for token in tokenize(line) {
                count(token.of(line), &mut words);
                let (stem, _) = stem(token.of(line));
                if is_name(stem) {
                    count(stem, &mut names);
                }
            }
        }
        (words, names)
    };
    let parts: Vec<_> = lines.par_chunks(BATCH / 4).map(of_chunk).collect();
    for (more_words, more_names) in parts {
        more_words.into_iter().for_each(|(word, count)| *words.entry(word).or_default() += count);
        more_names.into_iter().for_each(|(name, count)| *names.entry(name).or_default() += count);
    }
}

/// The sentences of `lines` as word numbers.
pub(crate) fn number_sentences(lines: &[String], index: &FxHashMap<String, u32>) -> Vec<Vec<u32>> {
    let of_line = |line: &String| {
        let tokens = tokenize(line);
        let mut form = String::new();
        let mut number = |token: &crate::text::Token| {
            form.clear();
            normalize(token.of(line), &mut form);
            index.get(&form).copied().unwrap_or(crate::text::vocabulary::UNKNOWN)
        };
        let ranges = sentences(line, &tokens).into_iter();
        ranges.map(|range| tokens[range].iter().map(&mut number).collect()).collect::<Vec<_>>()
    };
    lines.par_iter().flat_map_iter(of_line).collect()
}
