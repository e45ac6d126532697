//! The n-grams of one length: records in order of their words, and a search in a run of them.

use crate::lm::bits::{self, Runs};
use crate::lm::bits_per_word;
use crate::lm::quantise::Values;
use crate::model::section::Array;

/// The most values of a codebook.
pub(super) const MOST: u64 = 256;
/// So many values are enough if they save a bit.
const ENOUGH: u64 = 192;
/// Records that are passed one by one before a search goes on by halves.
const STEPS: usize = 24;

/// Words as records hold them: spread evenly over all numbers of words, as the
/// alphabet does not spread them.
#[derive(Clone, Copy)]
pub(super) struct Keys {
    words: u64,
    factor: u64,
}

impl Keys {
    pub(super) fn new(words: usize) -> Self {
        let words = words as u64;
        // A factor without a common divisor maps the numbers one to one, one near the
        // golden ratio evenly.
        let golden = (words as f64 * 0.618_033_988_749_895) as u64;
        let coprime = |factor: &u64| greatest_divisor(*factor, words) == 1;
        let factor = (golden.max(1)..).find(coprime).expect("a prime above");
        Self { words, factor }
    }

    #[inline]
    pub(super) fn key(self, word: u32) -> u64 {
        u64::from(word) * self.factor % self.words
    }
}

fn greatest_divisor(a: u64, b: u64) -> u64 {
    if b == 0 { a } else { greatest_divisor(b, a % b) }
}

/// How records of one length of n-grams are made up.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Shape {
    /// Bits of a record.
    pub(super) width: u32,
    /// How many codes there are of probabilities and of back-off weights: of the
    /// former [`MOST`] but at the highest order, where there is one of the latter.
    pub(super) probs: u64,
    pub(super) weights: u64,
    /// Turns differences of records into shares of a run.
    scale: f32,
}

impl Shape {
    /// Fills the last bit that the words do not fill with codes.
    pub(super) fn new(words: usize, inner: bool) -> Self {
        let full = bits_per_word(words) + if inner { 16 } else { 8 };
        let codes = |width: u32| {
            let codes = (1u64 << width) / words as u64;
            if inner { (MOST, (codes / MOST).min(MOST)) } else { (codes.min(MOST), 1) }
        };
        let fewer = codes(full - 1);
        let enough = if inner { fewer.1 } else { fewer.0 } >= ENOUGH;
        let width = if enough { full - 1 } else { full };
        let (probs, weights) = codes(width);
        let scale = 1.0 / (words as u64 * probs * weights) as f32;
        Self { width, probs, weights, scale }
    }

    /// The record of a key with codes of nothing.
    #[inline]
    fn low(self, key: u64) -> u64 {
        key * self.probs * self.weights
    }

    pub(super) fn record(self, key: u64, prob: u8, weight: u8) -> u64 {
        self.low(key) + u64::from(weight) * MOST + u64::from(prob)
    }

    /// The key and the codes of probability and weight together.
    pub(super) fn split(self, record: u64) -> (u64, u64) {
        let codes = self.probs * self.weights;
        (record / codes, record % codes)
    }
}

/// The n-grams of one length, two or more.
#[derive(Clone)]
pub(super) struct Level {
    pub(super) nodes: usize,
    pub(super) shape: Shape,
    pub(super) records: Array<u8>,
    pub(super) probs: Values,
    /// Back-off weights and children, below the highest order.
    pub(super) inner: Option<(Values, Runs)>,
}

/// A run and where a search in it has come.
#[derive(Clone, Copy, Default)]
pub(super) struct Search {
    start: usize,
    end: usize,
    at: usize,
    /// The lowest record of the key that is looked for.
    low: u64,
    record: u64,
}

impl Level {
    #[inline]
    pub(super) fn record(&self, node: usize) -> u64 {
        let record = bits::read(self.records.as_slice(), node * self.shape.width as usize);
        record & ((1 << self.shape.width) - 1)
    }

    /// Guesses where in a run the key of a word stands: keys lie evenly among all.
    #[inline]
    pub(super) fn guess(&self, (start, end): (u32, u32), key: u64) -> Search {
        let (start, end) = (start as usize, end as usize);
        let low = self.shape.low(key);
        let ahead = low as f32 * self.shape.scale * (end - start) as f32;
        let at = start + (ahead as usize).min((end - start).saturating_sub(1));
        Search { start, end, at, low, record: self.record(at) }
    }

    /// Guesses again by what stands there.
    #[inline]
    pub(super) fn near(&self, search: &mut Search) {
        let Search { start, end, at, low, record } = *search;
        let missing = (low as i64 - record as i64) as f32 * self.shape.scale;
        let at = at as i64 + (missing * (end - start) as f32) as i64;
        search.at = (at.max(start as i64) as usize).min(end.saturating_sub(1).max(start));
        search.record = self.record(search.at);
    }

    /// Goes on from there: the node and its codes, if the run holds the word.
    #[inline]
    pub(super) fn finish(&self, search: Search) -> Option<(usize, u64)> {
        let Search { mut start, mut end, mut at, low, mut record } = search;
        let codes = self.shape.probs * self.shape.weights;
        for _ in 0..STEPS {
            if start >= end {
                return None;
            }
            if record < low {
                start = at + 1;
                at = start;
            } else if record - low < codes {
                return Some((at, record - low));
            } else {
                end = at;
                at = at.saturating_sub(1);
            }
            record = self.record(at);
        }
        self.halve(start, end, low)
    }

    #[cold]
    fn halve(&self, mut start: usize, mut end: usize, low: u64) -> Option<(usize, u64)> {
        let codes = self.shape.probs * self.shape.weights;
        while start < end {
            let at = start.midpoint(end);
            let record = self.record(at);
            if record < low {
                start = at + 1;
            } else if record - low >= codes {
                end = at;
            } else {
                return Some((at, record - low));
            }
        }
        None
    }
}
