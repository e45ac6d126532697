//! The slow and obvious twin that the tests hold the language model against.

use super::count::Counter;
use super::discount::{Discount, FALLBACK};
use super::estimate::{EstimateConfig, estimate};
use super::model::BackoffModel;
use crate::text::vocabulary::{BEGIN, END, UNKNOWN};
use proptest::prelude::*;
use std::collections::BTreeMap;

/// The vocabulary of random texts, the marks among it.
pub(super) const VOCAB: usize = 12;

pub(super) type Ngrams<T> = Vec<BTreeMap<Vec<u32>, T>>;

/// Random sentences; the word 0 is unknown, 11 never stands in them.
pub(super) fn text() -> impl Strategy<Value = Vec<Vec<u32>>> {
    let word = prop_oneof![6 => 3u32..7, 3 => 7u32..11, 1 => Just(UNKNOWN)];
    prop::collection::vec(prop::collection::vec(word, 0..8), 1..30)
}

/// Every context of up to `len` words that a test may ask about.
pub(super) fn context(len: usize) -> impl Strategy<Value = Vec<u32>> {
    (any::<bool>(), prop::collection::vec(0u32..VOCAB as u32, 0..=len)).prop_map(
        |(begins, words)| {
            let fixed = words.into_iter().map(|w| if w == BEGIN || w == END { 3 } else { w });
            begins.then_some(BEGIN).into_iter().chain(fixed).collect()
        },
    )
}

pub(super) fn model(text: &[Vec<u32>], order: usize, config: &EstimateConfig) -> BackoffModel {
    let mut counter = Counter::new(order, VOCAB).unwrap();
    text.iter().for_each(|sentence| counter.add(sentence));
    estimate(&counter.finish().unwrap(), config).unwrap().model
}

/// Plain counts; nothing but `<s>` stands before the first word.
pub(super) fn counts(text: &[Vec<u32>], order: usize) -> Ngrams<u32> {
    let mut counts = vec![BTreeMap::new(); order];
    for sentence in text {
        let marked: Vec<u32> = [&[BEGIN], &sentence[..], &[END]].concat();
        for end in 2..=marked.len() {
            for len in 1..=order.min(end) {
                *counts[len - 1].entry(marked[end - len..end].to_vec()).or_insert(0) += 1;
            }
        }
    }
    counts
}

/// Kneser-Ney as the papers write it, by recursion.
pub(super) struct KneserNey {
    plain: Ngrams<u32>,
    adjusted: Ngrams<u32>,
    discounts: Vec<Discount>,
    prune: Vec<u32>,
    uniform: f64,
}

impl KneserNey {
    pub fn new(text: &[Vec<u32>], order: usize, prune: &[u32], whole: bool) -> Self {
        let plain = counts(text, order);
        let mut adjusted = plain.clone();
        for len in 1..order {
            for (ngram, count) in &mut adjusted[len - 1] {
                if ngram[0] != BEGIN {
                    *count =
                        plain[len].keys().filter(|longer| longer[1..] == ngram[..]).count() as u32;
                }
            }
        }
        let discounts = adjusted.iter().map(|counts| {
            let n = |count| counts.values().filter(|c| **c == count).count() as u64;
            Discount::estimate([n(1), n(2), n(3), n(4)]).unwrap_or(FALLBACK)
        });
        let discounts = discounts.collect();
        let prune = (0..order).map(|i| prune[i.min(prune.len() - 1)]).collect();
        let mut new = Self { plain, adjusted, discounts, prune, uniform: 0.0 };
        let seen = new.plain[0].keys().filter(|ngram| new.keeps(ngram)).count();
        new.uniform = 1.0 / if whole { VOCAB - 1 } else { seen + 1 } as f64;
        new
    }

    pub fn keeps(&self, ngram: &[u32]) -> bool {
        let mark = ngram == [END];
        let above = self.plain[ngram.len() - 1].get(ngram).copied().unwrap_or(0)
            > self.prune[ngram.len() - 1];
        !ngram.contains(&UNKNOWN) && (mark || above)
    }

    /// The probability of a kept n-gram's last word, or of a word after a context
    /// that backs off.
    pub fn prob(&self, context: &[u32], word: u32) -> f64 {
        let len = context.len() + 1;
        let ngram = [context, &[word]].concat();
        let mut total = 0.0;
        let mut left = 0.0;
        for (other, &count) in &self.adjusted[len - 1] {
            if other[..len - 1] == *context {
                total += f64::from(count);
                left += if self.keeps(other) {
                    self.discounts[len - 1].of(count)
                } else {
                    count.into()
                };
            }
        }
        let low = if context.is_empty() { self.uniform } else { self.prob(&context[1..], word) };
        if total == 0.0 || context.contains(&UNKNOWN) {
            return low;
        }
        let count = if self.keeps(&ngram) { self.adjusted[len - 1][&ngram] } else { 0 };
        (f64::from(count) - self.discounts[len - 1].of(count) + left * low) / total
    }
}

/// The sum of p(w | context) over the vocabulary but `<s>`.
pub(super) fn mass(prob: impl Fn(u32) -> f32) -> f64 {
    (0..VOCAB as u32).filter(|&w| w != BEGIN).map(|w| f64::from(prob(w)).exp()).sum()
}
