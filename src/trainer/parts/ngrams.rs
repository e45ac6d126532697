//! The language model of text in parts: words first, then n-grams over their numbers.

use super::question::{Kind, begin, read};
use super::{Parts, Sums, odd};
use crate::error::Result;
use crate::lm::arpa::MARKS;
use crate::lm::count::Counter;
use crate::lm::estimate::{EstimateConfig, estimate};
use crate::lm::file::LanguageFile;
use crate::lm::packed::Layout;
use crate::progress::Progress;
use crate::text::vocabulary::UNKNOWN;
use crate::text::{Vocabulary, normalize, sentences, tokenize};
use crate::trainer::kept::read_words;
use rustc_hash::FxHashMap;
use std::path::Path;

/// Estimates the language model of text that is held in parts and saves it at `path`: the
/// file that `unspin lm build` makes of the same text.
///
/// N-grams have up to `order` words; those of n words that stand in the text at most
/// `prune[n-1]` times are left out, the last number holds for all longer ones. Each part
/// answers by a [`TextCounter`].
///
/// # Errors
///
/// If a part cannot answer, there is no text, the order is not from 1 to 7, the thresholds
/// fall, or the file cannot be written.
pub fn language_model(
    parts: &dyn Parts,
    order: usize,
    prune: &[u32],
    path: impl AsRef<Path>,
    progress: &dyn Progress,
) -> Result<()> {
    progress.stage("read words", None);
    let mut words = Vec::new();
    for (key, _) in parts.ask(&begin(Kind::TextWords).finish())? {
        let word = String::from_utf8(key).map_err(|error| odd(error.as_bytes()))?;
        if !MARKS.contains(&word.as_str()) {
            words.push(word);
        }
    }
    let vocabulary = Vocabulary::new(words.iter().map(String::as_str));
    progress.stage("count n-grams", None);
    let mut counter = Counter::new(order, vocabulary.len())?;
    let mut writer = begin(Kind::Ngrams);
    writer.put(order as u32);
    // In the order of their numbers.
    words.sort_unstable();
    words.dedup();
    writer.array(words.iter().map(|word| word.len() as u32));
    writer.array(words.iter().flat_map(|word| word.bytes()));
    let mut windows = Vec::new();
    for (key, count) in parts.ask(&writer.finish())? {
        let window = key.as_slice().try_into().map_err(|_| odd(&key))?;
        windows.push((u128::from_be_bytes(window), count));
    }
    counter.add_counted(windows)?;
    progress.stage("estimate", None);
    let prune = if prune.is_empty() { vec![0] } else { prune.to_vec() };
    let config = EstimateConfig { prune, whole_vocabulary: false, ..Default::default() };
    let estimate = estimate(&counter.finish()?, &config)?;
    estimate.warnings.iter().for_each(|warning| progress.warn(&warning.to_string()));
    LanguageFile { vocabulary, lm: estimate.model.pack(Layout::Compact) }.save(path.as_ref())
}

/// Counts one part of the text for one question of [`language_model`].
pub struct TextCounter {
    task: Task,
    form: String,
}

enum Task {
    Words(FxHashMap<String, u64>),
    Ngrams { index: FxHashMap<String, u32>, counter: Counter },
}

impl TextCounter {
    /// Begins an answer to `question`.
    ///
    /// # Errors
    ///
    /// If it is no question about text of this version.
    pub fn new(question: &[u8]) -> Result<Self> {
        let (kind, mut reader) = read(question)?;
        let task = match kind {
            Kind::TextWords => Task::Words(FxHashMap::default()),
            Kind::Ngrams => {
                let order = reader.take::<u32>()? as usize;
                let words = read_words(&mut reader)?;
                let vocabulary = Vocabulary::new(words.iter().map(String::as_str));
                let counter = Counter::new(order, vocabulary.len())?;
                Task::Ngrams { index: vocabulary.index(), counter }
            }
            _ => return Err(odd(question.first_chunk::<4>().map_or(&[], |kind| kind))),
        };
        reader.end()?;
        Ok(Self { task, form: String::new() })
    }

    /// Counts text, each line a paragraph of its own.
    pub fn add(&mut self, text: &str) {
        let Self { task, form } = self;
        for line in text.lines() {
            let tokens = tokenize(line);
            for range in sentences(line, &tokens) {
                let mut numbers = Vec::with_capacity(range.len());
                for token in &tokens[range] {
                    form.clear();
                    normalize(token.of(line), form);
                    match task {
                        Task::Words(counts) => match counts.get_mut(form) {
                            Some(count) => *count += 1,
                            None => drop(counts.insert(form.clone(), 1)),
                        },
                        Task::Ngrams { index, .. } => {
                            numbers.push(index.get(form).copied().unwrap_or(UNKNOWN));
                        }
                    }
                }
                if let Task::Ngrams { counter, .. } = task {
                    counter.add(&numbers);
                }
            }
        }
    }

    /// The counts, each key once.
    ///
    /// # Errors
    ///
    /// If a temporary file fails.
    pub fn finish(self) -> Result<Sums> {
        let counter = match self.task {
            Task::Words(counts) => {
                let word = |(word, count): (String, u64)| (word.into_bytes(), count);
                return Ok(counts.into_iter().map(word).collect());
            }
            Task::Ngrams { counter, .. } => counter,
        };
        let mut sums = Sums::new();
        counter.windows(|window, count| {
            sums.push((window.to_be_bytes().to_vec(), u64::from(count)));
        })?;
        Ok(sums)
    }
}
