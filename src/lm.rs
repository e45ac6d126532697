//! The language model: how likely English says a word after the words before it.
//!
//! Sentences are counted ([`Counter`]), smoothed by interpolated modified
//! Kneser-Ney ([`estimate`]), mixed and pruned as a [`BackoffModel`], and packed
//! into the quantised [`LanguageModel`] that the decoder asks.
//!
//! Words are numbers of a [`Vocabulary`](crate::text::Vocabulary); probabilities
//! are natural logarithms, but for ARPA files, whose logarithms are decimal.

pub(crate) mod arpa;
mod bits;
pub(crate) mod classes;
pub(crate) mod count;
pub(crate) mod discount;
pub(crate) mod estimate;
mod external;
pub(crate) mod file;
pub(crate) mod mix;
pub(crate) mod model;
pub(crate) mod packed;
pub(crate) mod prune;
mod quantise;
#[cfg(test)]
mod reference;
mod runs;
mod state;
pub(crate) mod stream;
mod trie;

pub(crate) use packed::LanguageModel;
pub(crate) use state::{Context, State};

/// The longest n-grams.
pub(crate) const MAX_ORDER: usize = 7;

/// Bits that hold any of `vocab_len` word numbers.
fn bits_per_word(vocab_len: usize) -> u32 {
    usize::BITS - vocab_len.saturating_sub(1).leading_zeros()
}
