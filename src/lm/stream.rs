//! Estimation within a bound of memory: the same numbers as [`estimate`], from files
//! that are sorted and read as streams (Heafield et al., 2013).
//!
//! Sorted windows give the n-grams of all lengths with their counts. Those of each
//! length are sorted by context, which gives discounted probabilities and what each
//! context leaves to the shorter n-grams; sorted by suffix again they are
//! interpolated from the shortest to the longest in one pass over all lengths.
//!
//! [`estimate`]: super::estimate::estimate

use super::count::Counter;
use super::discount::{BadDiscount, Discount};
use super::estimate::{EstimateConfig, check, log_share};
use super::external::{Entry, Merged, RunWriter, Sorted, Sorter};
use super::model::{BackoffModel, LEAST_MASS, NEVER};
use super::trie::{Level, Trie};
use crate::error::{Error, Result};
use crate::text::vocabulary::{BEGIN, END, UNKNOWN};
use std::f32::consts::LN_10;
use std::io::{self, Write};

/// An n-gram is kept: above its count.
const KEPT: u64 = 1 << 32;

/// A model in files.
pub(crate) struct Streamed {
    pub(crate) discounts: Vec<Discount>,
    pub(crate) warnings: Vec<BadDiscount>,
    /// The number of n-grams of each length, from 1.
    pub(crate) sizes: Vec<usize>,
    vocab_len: u32,
    bits: u32,
    memory: usize,
    /// Of each length in suffix order: bits of probability and back-off weight, and
    /// the number of children.
    levels: Vec<Sorted>,
    shares: Vec<f32>,
}

/// Estimates the model of what `counter`, made by [`Counter::within`], has counted.
///
/// # Errors
///
/// If there is no text, the pruning thresholds fall, or a temporary file fails.
pub(crate) fn estimate(counter: Counter, config: &EstimateConfig) -> Result<Streamed> {
    check(config)?;
    let failed = |source| Error::io(std::env::temp_dir(), source);
    let (vocab_len, order, bits, memory) = counter.shape();
    let thresholds = &config.prune;
    let mut splitter = Splitter::new(order, bits, thresholds, memory / 2 / order);
    counter.windows(|window, count| splitter.push(window, count))?;
    let split = splitter.finish().map_err(failed)?;
    if split.plain.len() <= END as usize {
        return Err(Error::config("no text to estimate a language model from"));
    }
    let shares = split.shares();
    let (mut discounts, mut warnings) = (Vec::new(), Vec::new());
    for (counts_of_counts, order) in split.counts_of_counts.into_iter().zip(1..) {
        discounts.push(Discount::estimate(counts_of_counts).unwrap_or_else(|count| {
            warnings.push(BadDiscount { order, count, counts_of_counts });
            config.fallback
        }));
    }
    let words = match config.whole_vocabulary {
        true => vocab_len as usize - 1,
        false => split.plain.iter().filter(|word| word.kept).count(),
    };
    let (mut streams, mut contexts) = (Vec::new(), Vec::new());
    for ((level, sorted), discount) in split.levels.into_iter().enumerate().zip(&discounts) {
        let (own, below) = discounted(sorted, level, bits, discount, memory).map_err(failed)?;
        streams.push(own);
        contexts.push(below);
    }
    let merged = |sorted: Sorted| sorted.stream(memory / 2 / order / 2);
    let pass = Interpolation {
        bits,
        streams: streams.into_iter().map(merged).collect::<io::Result<_>>().map_err(failed)?,
        // What the bigrams leave belongs to the unigrams, and so on.
        contexts: contexts
            .into_iter()
            .skip(1)
            .map(merged)
            .collect::<io::Result<_>>()
            .map_err(failed)?,
        out: (0..order).map(|_| RunWriter::new()).collect::<io::Result<_>>().map_err(failed)?,
    };
    let (levels, sizes) = pass.run(1.0 / words as f64).map_err(failed)?;
    Ok(Streamed { discounts, warnings, sizes, vocab_len, bits, memory, levels, shares })
}

/// A unigram's count in the text.
struct Plain {
    word: u32,
    count: u32,
    kept: bool,
}

/// N-grams of all lengths, made of windows in suffix order.
struct Splitter<'c> {
    bits: u32,
    thresholds: &'c [u32],
    /// The n-gram of each length that is being counted: key, count, children.
    open: Vec<Option<(u128, u32, u32)>>,
    last: Option<u128>,
    sorters: Vec<Sorter>,
    split: Split,
    failed: Option<io::Error>,
}

/// What the windows hold.
struct Split {
    /// Of each length, sorted by context: the adjusted count, and [`KEPT`].
    levels: Vec<Sorted>,
    counts_of_counts: Vec<[u64; 4]>,
    plain: Vec<Plain>,
}

impl<'c> Splitter<'c> {
    fn new(order: usize, bits: u32, thresholds: &'c [u32], memory: usize) -> Self {
        Self {
            bits,
            thresholds,
            open: vec![None; order],
            last: None,
            sorters: (0..order).map(|_| Sorter::new(memory)).collect(),
            split: Split {
                levels: Vec::new(),
                counts_of_counts: vec![[0; 4]; order],
                plain: Vec::new(),
            },
            failed: None,
        }
    }

    fn push(&mut self, window: u128, count: u32) {
        let order = self.open.len();
        let width = self.bits * order as u32;
        let same = self
            .last
            .map_or(0, |last| ((last ^ window).leading_zeros() - (128 - width)) / self.bits);
        self.last = Some(window);
        self.close(same as usize);
        for level in 0..order {
            let key = window >> (width - self.bits * (level as u32 + 1));
            if level >= same as usize {
                if level == 0 {
                    self.marks(key as u32);
                } else if let Some((_, _, children)) = &mut self.open[level - 1] {
                    *children += 1;
                }
                self.open[level] = Some((key, 0, 0));
            }
            if let Some((_, total, _)) = &mut self.open[level] {
                *total = total.saturating_add(count);
            }
            // What stands before the beginning is padding.
            if self.first_word(key) == BEGIN {
                break;
            }
        }
    }

    fn finish(mut self) -> io::Result<Split> {
        self.close(0);
        self.marks(END);
        self.failed.map_or(Ok(()), Err)?;
        for sorter in self.sorters {
            self.split.levels.push(sorter.finish()?);
        }
        Ok(self.split)
    }

    fn first_word(&self, key: u128) -> u32 {
        (key & ((1 << self.bits) - 1)) as u32
    }

    /// `<unk>` and `<s>` are unigrams even where no window ends with them.
    fn marks(&mut self, before: u32) {
        for mark in [UNKNOWN, BEGIN] {
            if self.split.plain.len() == mark as usize && before > mark {
                self.put(0, (mark.into(), 0, 0));
            }
        }
    }

    /// No more windows hold the open n-grams of `from` + 1 words or more.
    fn close(&mut self, from: usize) {
        for level in (from..self.open.len()).rev() {
            if let Some(open) = self.open[level].take() {
                self.put(level, open);
            }
        }
    }

    fn put(&mut self, level: usize, (key, count, children): (u128, u32, u32)) {
        let bits = self.bits;
        let first = self.first_word(key);
        let last = key >> (bits * level as u32);
        let threshold = self.thresholds.get(level).or(self.thresholds.last()).unwrap_or(&0);
        let mask = (1u128 << bits) - 1;
        let unknown = (0..=level as u32).any(|i| (key >> (i * bits)) & mask == UNKNOWN.into());
        let mark = level == 0 && [BEGIN, END].contains(&first);
        let kept = !unknown && (mark || count > *threshold);
        if level == 0 {
            self.split.plain.push(Plain { word: first, count, kept });
        }
        let top = level + 1 == self.open.len();
        let adjusted = if first == BEGIN || top { count } else { children };
        let counts = &mut self.split.counts_of_counts[level];
        if let Some(n) = (adjusted as usize).checked_sub(1).and_then(|i| counts.get_mut(i)) {
            *n += 1;
        }
        let context = key & ((1u128 << (bits * level as u32)) - 1);
        let values = [u64::from(adjusted) | if kept { KEPT } else { 0 }, 0];
        let entry = Entry { key: context << bits | last, values };
        if let Err(error) = self.sorters[level].push(entry) {
            self.failed = Some(error);
        }
    }
}

impl Split {
    /// Log shares of the kept unigrams in the running text.
    fn shares(&self) -> Vec<f32> {
        let total: f64 = self.plain.iter().map(|word| f64::from(word.count)).sum();
        let end = self.plain.iter().find(|word| word.word == END);
        let sentences = end.map_or(0, |end| end.count);
        let kept = self.plain.iter().filter(|word| word.kept || word.word == UNKNOWN);
        kept.map(|word| log_share(if word.word == BEGIN { sentences } else { word.count }, total))
            .collect()
    }
}

/// The kept n-grams of one length in suffix order, each with its discounted
/// probability and its context's weight of the shorter; and the contexts with the
/// logarithms of those weights.
fn discounted(
    sorted: Sorted,
    level: usize,
    bits: u32,
    discount: &Discount,
    memory: usize,
) -> io::Result<(Sorted, Sorted)> {
    let mut stream = sorted.stream(memory / 4)?;
    let mut own = Sorter::new(memory / 2);
    let mut contexts = RunWriter::new()?;
    let mut group: Vec<Entry> = Vec::new();
    while let Some(entry) = stream.next()? {
        let context = entry.key >> bits;
        group.clear();
        group.push(entry);
        // As many as there are words, at most.
        while let Some(entry) = stream.next_if(|key| key >> bits == context)? {
            group.push(entry);
        }
        let (mut total, mut left) = (0.0, 0.0);
        for entry in &group {
            let count = entry.values[0] as u32;
            total += f64::from(count);
            left += match entry.values[0] & KEPT {
                0 => f64::from(count),
                _ => discount.of(count),
            };
        }
        let backoff = if total == 0.0 { 1.0 } else { (left / total).max(LEAST_MASS) };
        for entry in &group {
            let last = entry.key & ((1 << bits) - 1);
            let kept = entry.values[0] & KEPT != 0;
            if !kept && (level > 0 || last != UNKNOWN.into()) {
                continue;
            }
            let count = if kept { entry.values[0] as u32 } else { 0 };
            let high = (f64::from(count) - discount.of(count)) / total.max(1.0);
            let key = last << (bits * level as u32) | context;
            own.push(Entry { key, values: [high.to_bits(), backoff.to_bits()] })?;
        }
        let weight = (backoff.ln() as f32).to_bits();
        contexts.push(Entry { key: context, values: [weight.into(), 0] })?;
    }
    Ok((own.finish()?, contexts.finish()?))
}

/// The pass over all lengths at once.
struct Interpolation {
    bits: u32,
    streams: Vec<Merged>,
    /// Back-off weights of the n-grams of each length but the highest.
    contexts: Vec<Merged>,
    out: Vec<RunWriter>,
}

impl Interpolation {
    fn run(mut self, uniform: f64) -> io::Result<(Vec<Sorted>, Vec<usize>)> {
        self.children(0, 0, uniform)?;
        let sizes = self.out.iter().map(RunWriter::len).collect();
        let levels = self.out.into_iter().map(RunWriter::finish).collect::<io::Result<_>>()?;
        Ok((levels, sizes))
    }

    /// Works on the n-grams of `level` whose suffix is `parent`, of probability
    /// `low`, and on what is above them; returns how many they are.
    fn children(&mut self, level: usize, parent: u128, low: f64) -> io::Result<u32> {
        let bits = self.bits;
        let mut number = 0;
        while let Some(entry) = self.streams[level].next_if(|key| key >> bits == parent)? {
            let [high, backoff] = entry.values.map(f64::from_bits);
            let prob = ((high + backoff * low) as f32).max(f32::MIN_POSITIVE);
            let mut weight = 0;
            if let Some(contexts) = self.contexts.get_mut(level) {
                while contexts.next_if(|key| key < entry.key)?.is_some() {}
                let own = contexts.next_if(|key| key == entry.key)?;
                weight = own.map_or(0, |own| own.values[0]);
            }
            let children = match level + 1 < self.streams.len() {
                true => self.children(level + 1, entry.key, f64::from(prob))?,
                false => 0,
            };
            let begins = level == 0 && entry.key == BEGIN.into();
            let log = if begins { NEVER } else { prob.ln() };
            let values = [u64::from(log.to_bits()) | weight << 32, children.into()];
            self.out[level].push(Entry { key: entry.key, values })?;
            number += 1;
        }
        Ok(number)
    }
}

/// The logarithms of an n-gram's probability and back-off weight.
fn values(entry: &Entry) -> (f32, f32) {
    (f32::from_bits(entry.values[0] as u32), f32::from_bits((entry.values[0] >> 32) as u32))
}

impl Streamed {
    /// Writes the model as [`BackoffModel::write_arpa`] does.
    pub(crate) fn write_arpa(
        self,
        out: &mut impl Write,
        push_word: impl Fn(u32, &mut String),
    ) -> io::Result<()> {
        writeln!(out, "\\data\\")?;
        for (size, length) in self.sizes.iter().zip(1..) {
            writeln!(out, "ngram {length}={size}")?;
        }
        let order = self.sizes.len();
        let mask = (1u128 << self.bits) - 1;
        let mut line = String::new();
        for (sorted, length) in self.levels.into_iter().zip(1..) {
            writeln!(out, "\n\\{length}-grams:")?;
            let mut stream = sorted.stream(self.memory / 2)?;
            while let Some(entry) = stream.next()? {
                line.clear();
                for place in 0..length {
                    line.push(if place == 0 { '\t' } else { ' ' });
                    let word = (entry.key >> (place as u32 * self.bits)) & mask;
                    push_word(word as u32, &mut line);
                }
                let (prob, weight) = values(&entry);
                write!(out, "{}{line}", prob / LN_10)?;
                match length < order {
                    true => writeln!(out, "\t{}", weight / LN_10)?,
                    false => writeln!(out)?,
                }
            }
        }
        writeln!(out, "\n\\end\\")
    }

    /// The model in memory, about 16 bytes an n-gram.
    ///
    /// # Errors
    ///
    /// If a temporary file fails.
    pub(crate) fn into_model(self) -> Result<BackoffModel> {
        let failed = |source| Error::io(std::env::temp_dir(), source);
        let order = self.sizes.len();
        let mask = (1u128 << self.bits) - 1;
        let (mut levels, mut probs, mut backoffs) = (Vec::new(), Vec::new(), Vec::new());
        for (index, (sorted, size)) in self.levels.into_iter().zip(&self.sizes).enumerate() {
            let mut level = Level { words: Vec::with_capacity(*size), first: Vec::new() };
            let mut own = Vec::with_capacity(*size);
            let (mut weights, mut end) = (Vec::new(), 0);
            if index + 1 < order {
                weights.reserve_exact(*size);
                level.first.reserve_exact(size + 1);
                level.first.push(0);
            }
            let mut stream = sorted.stream(self.memory / 2).map_err(failed)?;
            while let Some(entry) = stream.next().map_err(failed)? {
                let (prob, weight) = values(&entry);
                level.words.push((entry.key & mask) as u32);
                own.push(prob);
                if index + 1 < order {
                    weights.push(weight);
                    end += entry.values[1] as u32;
                    level.first.push(end);
                }
            }
            levels.push(level);
            probs.push(own);
            backoffs.push(weights);
        }
        backoffs.pop();
        let (vocab_len, shares, trie) = (self.vocab_len, self.shares, Trie { levels });
        Ok(BackoffModel { vocab_len, trie, probs, backoffs, shares })
    }
}

#[cfg(test)]
mod tests {
    use super::super::estimate;
    use super::super::reference;
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn equals_what_is_done_in_memory(
            text in reference::text(),
            order in 1usize..=7,
            prune in prop::collection::vec(0u32..3, 1..4),
            whole_vocabulary: bool,
        ) {
            let mut prune = prune;
            prune.sort();
            let config = EstimateConfig { prune, whole_vocabulary, ..Default::default() };
            let count = |mut counter: Counter| {
                text.iter().for_each(|sentence| counter.add(sentence));
                counter
            };
            let counter = || Counter::new(order, reference::VOCAB).unwrap();
            let exact = estimate::estimate(&count(counter()).finish().unwrap(), &config);
            let streamed = || super::estimate(count(counter().within(1000)), &config);
            let Ok(exact) = exact else {
                prop_assert!(streamed().is_err());
                return Ok(());
            };
            let first = streamed().unwrap();
            prop_assert_eq!(&first.discounts, &exact.discounts);
            prop_assert_eq!(&first.warnings, &exact.warnings);
            prop_assert_eq!(&first.sizes, &exact.model.sizes());
            let word = |word: u32, line: &mut String| line.push_str(&word.to_string());
            let (mut slow, mut quick) = (Vec::new(), Vec::new());
            exact.model.write_arpa(&mut slow, word).unwrap();
            first.write_arpa(&mut quick, word).unwrap();
            prop_assert_eq!(String::from_utf8(slow), String::from_utf8(quick));
            let model = streamed().unwrap().into_model().unwrap();
            prop_assert_eq!(&model.trie, &exact.model.trie);
            prop_assert_eq!(&model.probs, &exact.model.probs);
            prop_assert_eq!(&model.backoffs, &exact.model.backoffs);
            prop_assert_eq!(&model.shares, &exact.model.shares);
        }
    }
}
