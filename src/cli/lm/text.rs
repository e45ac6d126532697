//! Text as word numbers, a line or a sentence at a time.

use crate::cli::Outcome;
use crate::corpus::{Line, Lines};
use crate::error::{Error, Result};
use crate::lm::arpa::MARKS;
use crate::progress::Progress;
use crate::text::vocabulary::UNKNOWN;
use crate::text::{Vocabulary, normalize, sentences, tokenize};
use rayon::prelude::*;
use rustc_hash::FxHashMap;
use std::path::{Path, PathBuf};

/// Lines that are worked on together, and by one task; fixed, so that no thread
/// count shows.
const BATCH: usize = 1 << 15;
const CHUNK: usize = 1 << 11;

/// Where text comes from and how it falls into words.
pub(super) struct Text<'f> {
    pub files: &'f [PathBuf],
    /// Words are what stands between spaces, a sentence a line; otherwise the
    /// tokens and sentences of running English, in lower case.
    pub pretokenized: bool,
}

/// What gets numbered lines of a file.
type Each<'e> = dyn FnMut(&Path, &[(u64, String)]) -> Result<()> + 'e;

/// A line's sentences, as word numbers.
pub(super) type Sentences = Vec<Vec<u32>>;

impl Text<'_> {
    /// The words of the text, or the `size` commonest of them.
    pub fn vocabulary(
        &self,
        size: Option<usize>,
        progress: &dyn Progress,
    ) -> Result<(Vocabulary, Outcome)> {
        let mut counts: FxHashMap<String, u64> = FxHashMap::default();
        let outcome = self.batches(progress, false, &mut |path, lines| {
            let count = |lines: &[(u64, String)]| {
                let mut counts: FxHashMap<String, u64> = FxHashMap::default();
                for (number, line) in lines {
                    self.split(path, *number, line, &mut |word| match counts.get_mut(word) {
                        _ if word.is_empty() => {}
                        Some(count) => *count += 1,
                        None => drop(counts.insert(word.to_string(), 1)),
                    })?;
                }
                Ok(counts)
            };
            let parts: Result<Vec<_>> = lines.par_chunks(CHUNK).map(count).collect();
            for (word, count) in parts?.into_iter().flatten() {
                *counts.entry(word).or_default() += count;
            }
            Ok(())
        })?;
        counts.retain(|word, _| !MARKS.contains(&word.as_str()));
        let mut words: Vec<(u64, &str)> =
            counts.iter().map(|(word, count)| (*count, word.as_str())).collect();
        if let Some(size) = size {
            words.sort_unstable_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(b.1)));
            words.truncate(size);
        }
        Ok((Vocabulary::new(words.into_iter().map(|(_, word)| word)), outcome))
    }

    /// Calls `each` for batches of lines in order; a line that is no text is an
    /// error if `strict`, otherwise passed over.
    pub fn numbered(
        &self,
        index: &FxHashMap<String, u32>,
        progress: &dyn Progress,
        strict: bool,
        each: &mut dyn FnMut(Vec<Sentences>) -> Result<()>,
    ) -> Result<Outcome> {
        self.batches(progress, strict, &mut |path, lines| {
            let number = |(number, line): &(u64, String)| {
                let mut sentences = vec![Vec::new()];
                self.split(path, *number, line, &mut |word| match sentences.last_mut() {
                    Some(sentence) if !word.is_empty() => {
                        sentence.push(index.get(word).copied().unwrap_or(UNKNOWN));
                    }
                    _ => sentences.push(Vec::new()),
                })?;
                Ok(sentences)
            };
            each(lines.par_iter().with_min_len(CHUNK).map(number).collect::<Result<_>>()?)
        })
    }

    fn batches(&self, progress: &dyn Progress, strict: bool, each: &mut Each) -> Result<Outcome> {
        let mut outcome = Outcome::Done;
        for path in self.files {
            let mut lines = Lines::open(path)?;
            let mut batch = Vec::new();
            while let Some((line, _)) = lines.next()? {
                match line {
                    Line::Text(text) => {
                        let text = text.to_string();
                        batch.push((lines.number(), text));
                    }
                    Line::Unreadable(_, error) if strict => return Err(error),
                    Line::Unreadable(_, error) => {
                        progress.warn(&error.to_string());
                        outcome = Outcome::Partial;
                    }
                }
                if batch.len() == BATCH {
                    each(path, &batch)?;
                    progress.advance(BATCH as u64);
                    batch.clear();
                }
            }
            each(path, &batch)?;
            progress.advance(batch.len() as u64);
        }
        Ok(outcome)
    }

    /// Calls `each` with the words of a line, and with nothing between sentences.
    fn split(
        &self,
        path: &Path,
        number: u64,
        line: &str,
        each: &mut dyn FnMut(&str),
    ) -> Result<()> {
        if self.pretokenized {
            let words = line.split([' ', '\t', '\r']).filter(|word| !word.is_empty());
            for word in words {
                if let "<s>" | "</s>" = word {
                    let message = format!("{word} stands for a line's end: take it out");
                    return Err(Error::data(path, number, message));
                }
                each(word);
            }
            return Ok(());
        }
        let tokens = tokenize(line);
        let mut form = String::new();
        for (index, range) in sentences(line, &tokens).into_iter().enumerate() {
            if index > 0 {
                each("");
            }
            for token in &tokens[range] {
                form.clear();
                normalize(token.of(line), &mut form);
                each(&form);
            }
        }
        Ok(())
    }
}

/// Advances without warnings: those of a first pass are enough.
pub(super) struct Quiet<'p>(pub &'p dyn Progress);

impl Progress for Quiet<'_> {
    fn advance(&self, units: u64) {
        self.0.advance(units);
    }
}
