//! Counting: packed n-grams, sorted in chunks, merged into a trie.

use super::runs::{Run, merge};
use super::trie::{Level, Trie};
use super::{MAX_ORDER, bits_per_word};
use crate::error::{Error, Result};
use crate::text::vocabulary::{BEGIN, END, UNKNOWN};
use rayon::prelude::*;

/// Windows sorted at a time: 256 MiB of them.
const CHUNK: usize = 1 << 24;
/// Fewer are never sorted at a time, however little memory there is.
const LEAST_CHUNK: usize = 1 << 12;
/// What estimation takes from files where no bound is given.
const LEAST_MEMORY: usize = 1 << 28;

/// Counts the n-grams of sentences.
///
/// Only windows of the full order are kept, one ending at each word and at the
/// sentence's end; sorted from their last word leftwards they hold the shorter
/// n-grams as runs (Heafield et al., 2013). A window is one `u128`, 20 bytes with
/// its count once its chunk is sorted; chunks wait in memory, or in temporary
/// files where memory is bounded, and are merged as streams.
pub(crate) struct Counter {
    order: usize,
    vocab_len: u32,
    bits: u32,
    chunk: usize,
    /// Bytes for sorting; without it all chunks stay in memory.
    memory: Option<usize>,
    windows: Vec<u128>,
    runs: Vec<Run>,
    /// Why a chunk could not be put aside; told at the end.
    failed: Option<std::io::Error>,
}

/// How often each n-gram stands in the text.
pub(crate) struct Counts {
    pub(super) vocab_len: u32,
    pub(super) trie: Trie,
    /// Plain counts, as the text has them; continuation counts are the numbers of
    /// children.
    pub(super) counts: Vec<Vec<u32>>,
}

impl Counter {
    /// Counts up to `order` (1 to 7) over word numbers below `vocab_len`.
    ///
    /// # Errors
    ///
    /// If the order is out of range or its n-grams do not fit 128 bits.
    pub(crate) fn new(order: usize, vocab_len: usize) -> Result<Self> {
        let bits = bits_per_word(vocab_len);
        if !(1..=MAX_ORDER).contains(&order) {
            return Err(Error::config(format!("n-gram order {order} is not in 1..={MAX_ORDER}")));
        }
        if vocab_len <= END as usize || order * bits as usize > 128 {
            let message = format!("no {order}-grams over a vocabulary of {vocab_len} words");
            return Err(Error::config(message));
        }
        let (windows, runs, memory, failed) = Default::default();
        let (vocab_len, chunk) = (vocab_len as u32, CHUNK);
        Ok(Self { order, vocab_len, bits, chunk, memory, windows, runs, failed })
    }

    /// Sorts within `bytes` of memory and keeps sorted chunks in temporary files.
    pub(crate) fn within(mut self, bytes: usize) -> Self {
        self.memory = Some(bytes);
        // A quarter is for the buffers of files.
        self.chunk = (bytes / 4 * 3 / size_of::<u128>()).clamp(LEAST_CHUNK, u32::MAX as usize);
        self.windows.reserve_exact(self.chunk);
        self
    }

    /// Counts a sentence, given without marks; numbers that are no word's count
    /// as [`UNKNOWN`].
    pub(crate) fn add(&mut self, sentence: &[u32]) {
        let top = self.bits * (self.order as u32 - 1);
        let padding = (0..self.order as u32).map(|i| u128::from(BEGIN) << (i * self.bits));
        let mut window: u128 = padding.sum();
        let vocab_len = self.vocab_len;
        let is_word = |&word: &u32| word > END && word < vocab_len;
        let words = sentence.iter().map(|word| if is_word(word) { *word } else { UNKNOWN });
        for word in words.chain([END]) {
            window = (window >> self.bits) | (u128::from(word) << top);
            self.push(window);
        }
    }

    /// Adds windows that were counted elsewhere, in any order.
    ///
    /// # Errors
    ///
    /// If one holds a number that is no word's.
    pub(crate) fn add_counted(&mut self, mut windows: Vec<(u128, u64)>) -> Result<()> {
        windows.sort_unstable();
        let mask = (1u128 << self.bits) - 1;
        let sound = |&(window, _): &(u128, u64)| {
            let words = (0..self.order as u32).map(|at| window >> (at * self.bits) & mask);
            let top = window.checked_shr(self.bits * self.order as u32).unwrap_or(0);
            top == 0 && words.max().unwrap_or(0) < u128::from(self.vocab_len)
        };
        if !windows.iter().all(sound) {
            return Err(Error::config("n-grams of words that are in no vocabulary"));
        }
        let mut run: (Vec<u128>, Vec<u32>) = Default::default();
        for same in windows.chunk_by(|a, b| a.0 == b.0) {
            let count = same.iter().fold(0u64, |sum, (_, count)| sum.saturating_add(*count));
            run.0.push(same[0].0);
            run.1.push(u32::try_from(count).unwrap_or(u32::MAX));
        }
        self.runs.push(Run::Memory { windows: run.0, counts: run.1 });
        Ok(())
    }

    fn push(&mut self, window: u128) {
        self.windows.push(window);
        if self.windows.len() >= self.chunk {
            self.sort();
        }
    }

    /// Sums up.
    ///
    /// # Errors
    ///
    /// If a temporary file could not be written or read.
    pub(crate) fn finish(self) -> Result<Counts> {
        let vocab_len = self.vocab_len;
        let mut builder = Builder::new(self.order, self.bits);
        self.windows(|window, count| builder.push(window, count))?;
        let (trie, counts) = builder.finish();
        Ok(Counts { vocab_len, trie, counts })
    }

    /// Gives the distinct windows in suffix order, with their counts.
    pub(crate) fn windows(mut self, each: impl FnMut(u128, u32)) -> Result<()> {
        self.sort();
        let failed = |source| Error::io(std::env::temp_dir(), source);
        self.failed.map_or(Ok(()), Err).map_err(failed)?;
        drop(self.windows);
        merge(self.runs, self.memory.unwrap_or(0) / 4, each).map_err(failed)
    }

    /// Size of the vocabulary, order, bits of a word, and bytes of memory.
    pub(super) fn shape(&self) -> (u32, usize, u32, usize) {
        (self.vocab_len, self.order, self.bits, self.memory.unwrap_or(LEAST_MEMORY))
    }

    fn sort(&mut self) {
        self.windows.par_sort_unstable();
        let run = match self.memory {
            // What fits one chunk need not leave memory.
            Some(_) if self.windows.len() >= self.chunk || !self.runs.is_empty() => {
                Run::spill(&self.windows)
            }
            _ => Ok(Run::new(&self.windows)),
        };
        match run {
            Ok(run) => self.runs.push(run),
            Err(error) => self.failed = Some(error),
        }
        self.windows.clear();
    }
}

/// Splits windows in suffix order into the levels of a trie.
struct Builder {
    bits: u32,
    levels: Vec<Level>,
    counts: Vec<Vec<u32>>,
    last: Option<u128>,
}

impl Builder {
    fn new(order: usize, bits: u32) -> Self {
        let (levels, counts) = (vec![Level::default(); order], vec![Vec::new(); order]);
        Self { bits, levels, counts, last: None }
    }

    fn push(&mut self, window: u128, count: u32) {
        let order = self.levels.len();
        let width = self.bits * order as u32;
        let same = self.last.map_or(0, |last| {
            let agreeing = (last ^ window).leading_zeros() - (128 - width);
            (agreeing / self.bits) as usize
        });
        self.last = Some(window);
        for level in 0..order {
            let shift = width - self.bits * (level as u32 + 1);
            let word = (window >> shift) as u32 & ((1u64 << self.bits) - 1) as u32;
            if level >= same {
                if level == 0 {
                    self.marks(word);
                }
                self.node(level, word);
            }
            let total = self.counts[level].last_mut().expect("a node of this window");
            *total = total.saturating_add(count);
            // What stands before the beginning is padding.
            if word == BEGIN {
                break;
            }
        }
    }

    fn finish(mut self) -> (Trie, Vec<Vec<u32>>) {
        self.marks(END);
        for level in 1..self.levels.len() {
            let end = self.levels[level].words.len() as u32;
            self.levels[level - 1].first.push(end);
        }
        (Trie { levels: self.levels }, self.counts)
    }

    /// `<unk>` and `<s>` are unigrams even where no window ends with them.
    fn marks(&mut self, before: u32) {
        for mark in [UNKNOWN, BEGIN] {
            if self.levels[0].words.len() == mark as usize && before > mark {
                self.node(0, mark);
            }
        }
    }

    fn node(&mut self, level: usize, word: u32) {
        self.levels[level].words.push(word);
        self.counts[level].push(0);
        if let Some(above) = self.levels.get(level + 1) {
            let start = above.words.len() as u32;
            self.levels[level].first.push(start);
        }
    }
}

impl Counts {
    /// The count that Kneser-Ney smoothing goes by: the plain count of n-grams of
    /// the highest order and of those that start with `<s>`, of others the number
    /// of distinct words before them.
    #[inline]
    pub(super) fn adjusted(&self, level: usize, node: usize) -> u32 {
        let begins = self.trie.levels[level].words[node] == BEGIN;
        if begins || level + 1 == self.trie.order() {
            self.counts[level][node]
        } else {
            self.trie.children(level, node).len() as u32
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::reference;
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn equals_a_map(text in reference::text(), order in 1usize..=7, chunk in 1usize..40) {
            let mut counter = Counter::new(order, reference::VOCAB).unwrap();
            counter.chunk = chunk;
            text.iter().for_each(|sentence| counter.add(sentence));
            let counts = counter.finish().unwrap();
            let plain = reference::counts(&text, order);
            for (level, plain) in plain.iter().enumerate() {
                for (ngram, count) in plain {
                    let node = counts.trie.find(ngram).expect("counted");
                    prop_assert_eq!(counts.counts[level][node], *count);
                }
                let marks = [UNKNOWN, BEGIN].iter().filter(|&&m| !plain.contains_key(&vec![m]));
                let marks = if level == 0 { marks.count() } else { 0 };
                prop_assert_eq!(counts.trie.len(level), plain.len() + marks);
            }
            let contexts = counts.trie.contexts();
            prop_assert!(contexts.iter().flatten().all(|&c| c != super::super::trie::NONE));
        }
    }

    #[test]
    fn files_hold_what_memory_does() {
        let sentence = |i: u32| (0..i % 30).map(|j| 3 + (i * j + i / 7) % 97).collect::<Vec<u32>>();
        let count = |mut counter: Counter| {
            (0..3000).for_each(|i| counter.add(&sentence(i)));
            let files = counter.runs.iter().filter(|run| matches!(run, Run::File(_))).count();
            (files, counter.finish().unwrap())
        };
        let (none, plain) = count(Counter::new(4, 100).unwrap());
        let (files, bounded) = count(Counter::new(4, 100).unwrap().within(1000));
        assert!(none == 0 && files > 9, "{none} {files}");
        assert_eq!(plain.trie, bounded.trie);
        assert_eq!(plain.counts, bounded.counts);
    }

    #[test]
    fn what_does_not_fit_is_an_error() {
        assert!(Counter::new(0, 100).is_err());
        assert!(Counter::new(8, 100).is_err());
        assert!(Counter::new(3, 2).is_err());
        assert!(Counter::new(7, 1 << 18).is_ok());
        assert!(Counter::new(7, (1 << 18) + 1).is_err());
    }
}
