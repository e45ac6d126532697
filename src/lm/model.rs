//! A back-off model as estimation, mixing and pruning see it: exact and in memory.

use super::trie::{Trie, filter};
use crate::text::vocabulary::{BEGIN, UNKNOWN};
use rayon::prelude::*;

/// The log probability of `<s>`, which follows nothing: -99 in decimal.
pub(super) const NEVER: f32 = -99.0 * std::f32::consts::LN_10;
/// Mass that rounding must not take from what a context has not seen.
pub(super) const LEAST_MASS: f64 = 1e-7;

/// Probabilities and back-off weights of all n-grams, natural logarithms.
///
/// p(w | h) is that of the n-gram h w if it stands in the model, otherwise the
/// back-off weight of h (1 if h stands not in it) times p(w | h without its first
/// word). Words without a unigram have the probability of `<unk>`.
#[derive(Clone)]
pub(crate) struct BackoffModel {
    pub(super) vocab_len: u32,
    pub(super) trie: Trie,
    pub(super) probs: Vec<Vec<f32>>,
    /// One level less than `probs`: the longest n-grams are no contexts.
    pub(super) backoffs: Vec<Vec<f32>>,
    /// Log share of each unigram in the running text, `<s>` counted once a
    /// sentence: smoothed unigrams say less of how often a context occurs.
    pub(super) shares: Vec<f32>,
}

/// What an n-gram model's contexts hold: sums over the words seen after each.
pub(super) struct Seen {
    /// Sum of p(w | h).
    pub high: Vec<f64>,
    /// Sum of p(w | h without its first word).
    pub low: Vec<f64>,
}

impl Seen {
    /// The weight by which the words not seen after `context` fill the rest.
    pub fn backoff(&self, context: usize) -> f64 {
        self.backoff_without(context, 0.0, 0.0)
    }

    /// The same without an n-gram of probability `high`, of its suffix `low`.
    pub fn backoff_without(&self, context: usize, high: f64, low: f64) -> f64 {
        let rest = (1.0 - self.low[context] + low).max(LEAST_MASS);
        (self.rest(context) + high) / rest
    }

    /// The mass of the words not seen after `context`.
    pub fn rest(&self, context: usize) -> f64 {
        (1.0 - self.high[context]).max(LEAST_MASS)
    }
}

impl BackoffModel {
    /// The longest n-grams' length.
    pub(crate) fn order(&self) -> usize {
        self.trie.order()
    }

    /// The number of n-grams of each length, from 1.
    pub(crate) fn sizes(&self) -> Vec<usize> {
        (0..self.order()).map(|level| self.trie.len(level)).collect()
    }

    /// Log probability of `word` after `context`, of which the last `order - 1`
    /// words count.
    pub(crate) fn score(&self, context: &[u32], word: u32) -> f32 {
        let mut node = self.unigram(word);
        let mut prob = self.probs[0][node];
        let mut matched = 0;
        let context = &context[context.len().saturating_sub(self.order() - 1)..];
        for (level, &word) in context.iter().rev().enumerate() {
            let Some(child) = self.trie.child(level, node, word) else {
                break;
            };
            (node, matched) = (child, level + 1);
            prob = self.probs[matched][node];
        }
        let mut node = None;
        for (level, &word) in context.iter().rev().enumerate() {
            node = match (level, node) {
                (0, _) => Some(self.unigram(word)),
                (_, Some(node)) => self.trie.child(level - 1, node, word),
                (_, None) => break,
            };
            if let Some(node) = node.filter(|_| level >= matched) {
                prob += self.backoffs[level][node];
            }
        }
        prob
    }

    /// Gives words other numbers, below `vocab_len` and in the same order.
    pub(crate) fn renumber(&mut self, vocab_len: usize, number: impl Fn(u32) -> u32 + Sync) {
        self.vocab_len = vocab_len as u32;
        let words = self.trie.levels.iter_mut().flat_map(|level| &mut level.words);
        words.for_each(|word| *word = number(*word));
    }

    /// Shares what the known words leave of the unigrams' mass evenly among `<unk>`
    /// and the words of the vocabulary that have no unigram, which makes models of
    /// several texts fit for mixing.
    pub(crate) fn spread_unknown(&mut self) {
        let known = self.probs[0].iter().enumerate();
        let known = known.filter(|(node, _)| ![UNKNOWN, BEGIN].contains(&(*node as u32)));
        let known: f64 = known.map(|(_, prob)| f64::from(*prob).exp()).sum();
        let unknown = self.vocab_len as usize - self.trie.len(0) + 1;
        let share = (1.0 - known).max(LEAST_MASS) / unknown as f64;
        let own = &mut self.probs[0][UNKNOWN as usize];
        *own = own.min(share.ln() as f32);
    }

    fn unigram(&self, word: u32) -> usize {
        self.trie.unigram(word).unwrap_or(UNKNOWN as usize)
    }

    /// Keeps the n-grams for which `keep` holds, which must be closed; the back-off
    /// weights are left as they are.
    pub(super) fn retain(&self, keep: &[Vec<bool>]) -> Self {
        let kept = |values: &[Vec<f32>]| {
            values.iter().zip(keep).map(|(values, keep)| filter(values, keep)).collect()
        };
        Self {
            vocab_len: self.vocab_len,
            trie: self.trie.retain(keep),
            probs: kept(&self.probs),
            backoffs: kept(&self.backoffs),
            shares: filter(&self.shares, &keep[0]),
        }
    }

    /// Sums over the n-grams of `level` by their contexts, serially, in order.
    pub(super) fn seen(&self, level: usize, contexts: &[u32]) -> Seen {
        let size = self.trie.len(level - 1);
        let mut seen = Seen { high: vec![0.0; size], low: vec![0.0; size] };
        for parent in 0..size {
            let low = f64::from(self.probs[level - 1][parent]).exp();
            for node in self.trie.children(level - 1, parent) {
                let context = contexts[node] as usize;
                seen.high[context] += f64::from(self.probs[level][node]).exp();
                seen.low[context] += low;
            }
        }
        seen
    }

    /// Computes the back-off weights that make each context's probabilities sum to
    /// one, given that the unigrams' do.
    pub(super) fn normalise(&mut self) {
        let mut contexts = Vec::new();
        self.backoffs.clear();
        for level in 1..self.order() {
            contexts = self.trie.contexts_above(level, &contexts);
            let seen = self.seen(level, &contexts);
            let weights = (0..self.trie.len(level - 1)).into_par_iter();
            self.backoffs.push(weights.map(|context| seen.backoff(context).ln() as f32).collect());
        }
    }

    /// The nodes of `level`, below the highest, that are contexts of n-grams.
    pub(super) fn extended(&self, level: usize) -> Vec<bool> {
        let mut contexts = Vec::new();
        for level in 0..=level + 1 {
            contexts = self.trie.contexts_above(level, &contexts);
        }
        let mut extended = vec![false; self.trie.len(level)];
        contexts.iter().for_each(|context| extended[*context as usize] = true);
        extended
    }

    /// True if every number is one and the marks stand where they must.
    #[cfg(test)]
    pub(super) fn is_sound(&self) -> bool {
        let finite = |values: &Vec<f32>| values.iter().all(|value| value.is_finite());
        self.trie.unigram(UNKNOWN) == Some(UNKNOWN as usize)
            && self.trie.unigram(BEGIN) == Some(BEGIN as usize)
            && self.probs.iter().chain(&self.backoffs).all(finite)
    }
}
