//! Pairs and lists as word numbers, each with what it is worth.

use super::recipe::PairSource;
use crate::channel::counts::Source;
use crate::corpus::{Pair, PairFile, Row};
use crate::error::{Error, Result};
use crate::model::SourceRecord;
use crate::progress::Progress;
use crate::text::token::words;
use rustc_hash::FxHashMap;
use std::path::Path;
use xxhash_rust::xxh3::Xxh3;

/// Messages about single rows that are shown of one file.
const MOST_WARNINGS: usize = 5;

/// A pair in normal form.
#[derive(Clone)]
pub(crate) struct WordPair {
    pub(crate) original: Vec<String>,
    pub(crate) spun: Vec<String>,
    pub(crate) count: f32,
    pub(crate) source: Source,
}

/// Reads the rows that a source names; sentence pairs as text, lists as words.
pub(crate) fn read(
    source: &PairSource,
    folder: &Path,
    kind: &str,
    strict: bool,
    progress: &dyn Progress,
) -> Result<(Vec<Row>, SourceRecord)> {
    let path = folder.join(&source.path);
    let file = PairFile::read(&path, strict)?;
    for error in file.skipped.iter().take(MOST_WARNINGS) {
        progress.warn(&error.to_string());
    }
    if !file.skipped.is_empty() {
        progress.warn(&format!("{}: skipped {} rows", path.display(), file.skipped.len()));
    }
    let mut rows = file.rows;
    if let Some((first, last)) = source.rows {
        if first == 0 || first > last || first > rows.len() {
            let message = format!("rows {first} to {last} of {} rows", rows.len());
            return Err(Error::config(format!("{}: {message}", path.display())));
        }
        rows.truncate(last);
        rows.drain(..first - 1);
    }
    let mut hash = Xxh3::new();
    let mut is_list = false;
    for row in &rows {
        let (original, spun) = match row {
            Row::Sentence(pair) => (&pair.original, &pair.spun),
            Row::Phrase { original, spun, .. } => {
                is_list = true;
                (original, spun)
            }
        };
        hash.update(original.as_bytes());
        hash.update(b"\t");
        hash.update(spun.as_bytes());
        hash.update(b"\n");
    }
    let name = source.path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let kind = if is_list { "list" } else { kind }.to_string();
    let rows_used = rows.len() as u64;
    Ok((rows, SourceRecord { name, kind, rows: rows_used, checksum: hash.digest() }))
}

impl From<Row> for WordPair {
    fn from(row: Row) -> Self {
        match row {
            Row::Sentence(Pair { original, spun, .. }) => WordPair {
                original: words(&original),
                spun: words(&spun),
                count: 1.0,
                source: Source::Real,
            },
            // How often a phrase was met says little beyond the first few times.
            Row::Phrase { original, spun, count, .. } => WordPair {
                original: words(&original),
                spun: words(&spun),
                count: 1.0 + count.ln(),
                source: Source::List,
            },
        }
    }
}

impl WordPair {
    /// The numbers of both sides; words without one are unknown.
    pub(crate) fn number(&self, index: &FxHashMap<String, u32>) -> (Vec<u32>, Vec<u32>) {
        let of = |words: &[String]| {
            let id = |word: &String| index.get(word).copied();
            words.iter().map(|word| id(word).unwrap_or_default()).collect()
        };
        (of(&self.original), of(&self.spun))
    }
}
