//! The packed model that the decoder asks: quantised and read in place.
//!
//! Probabilities and back-off weights of n-grams of two words or more are codes of
//! 256 values an order; those of unigrams stay exact. The longer n-grams lie in one
//! of two layouts: a trie of bit fields, which is small, or hash tables, which are
//! quick. Both give the same scores.

mod compact;
mod fast;

use super::MAX_ORDER;
use super::model::BackoffModel;
use super::quantise::Codebook;
use super::state::{Context, NO_CONTEXT, State, extends};
use crate::error::Result;
use crate::model::section::{Array, SectionReader, SectionWriter};
use crate::text::vocabulary::{BEGIN, END, UNKNOWN};
use compact::Compact;
use fast::Fast;
use rayon::prelude::*;

/// How the n-grams lie.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Layout {
    /// About four bytes an n-gram
    Compact,
    /// About ten bytes an n-gram, and twice as quick to ask; copied into memory when opened
    Fast,
}

/// What a file begins with, by layout; 1 was that of a layout that is gone.
const FAST: u32 = 2;
const COMPACT: u32 = 3;

/// A quantised back-off model; `clone` shares the data.
#[derive(Clone)]
pub(crate) struct LanguageModel {
    sizes: Vec<usize>,
    /// For each word its probability and its back-off weight, as bits.
    unigrams: Array<u64>,
    ngrams: Ngrams,
}

#[derive(Clone)]
enum Ngrams {
    Compact(Compact),
    Fast(Fast),
}

/// Questions that are asked at once.
pub(crate) const BATCH: usize = 8;

/// A question and what is known of its answer.
struct Query<'s> {
    from: &'s Context,
    word: u32,
    /// Of the longest n-gram found.
    prob: f32,
    state: State,
    /// Words of the history in that n-gram.
    matched: usize,
}

impl Query<'_> {
    /// Backs off from what of the history is longer.
    #[inline]
    fn answer(&self) -> (f32, State) {
        let from = &self.from.state;
        let longer = &from.backoffs[self.matched.min(from.len())..from.len()];
        (longer.iter().fold(self.prob, |prob, backoff| prob + backoff), self.state)
    }
}

impl LanguageModel {
    /// The longest n-grams' length.
    pub(crate) fn order(&self) -> usize {
        self.sizes.len()
    }

    /// The number of n-grams of each length, from 1; all words are unigrams.
    pub(crate) fn counts(&self) -> Vec<usize> {
        self.sizes.clone()
    }

    /// The numbers of words, the marks among them.
    pub(crate) fn words(&self) -> usize {
        self.unigrams.len()
    }

    /// The state before a sentence's first word.
    pub(crate) fn begin(&self) -> State {
        let mut state = State::default();
        if self.order() > 1 {
            state.set(0, BEGIN, self.unigram(BEGIN).1);
        }
        state
    }

    /// The state that knows nothing of the words before.
    pub(crate) fn empty(&self) -> State {
        State::default()
    }

    /// What all questions after `state`, one of this model, need.
    #[inline]
    pub(crate) fn context(&self, state: State) -> Context {
        match &self.ngrams {
            Ngrams::Compact(ngrams) => ngrams.context(state),
            Ngrams::Fast(_) => Context { state, runs: Default::default() },
        }
    }

    /// The log probability of `word` (`</s>` too) after `from`, and the state after it.
    #[inline]
    pub(crate) fn score(&self, from: &Context, word: u32) -> (f32, State) {
        let mut query = self.query(from, word);
        match &self.ngrams {
            Ngrams::Compact(ngrams) => ngrams.look_up_one(&mut query),
            Ngrams::Fast(ngrams) => ngrams.look_up(std::array::from_mut(&mut query)),
        }
        query.answer()
    }

    /// The same of [`BATCH`] pairs of state and word at once, which takes much less
    /// time than one by one: while the memory for one is waited for, that for the
    /// others comes.
    #[inline]
    pub(crate) fn score_batch(&self, pairs: [(State, u32); BATCH]) -> [(f32, State); BATCH] {
        let states = pairs.map(|(state, _)| state);
        let from = match &self.ngrams {
            Ngrams::Compact(ngrams) => ngrams.contexts(states),
            Ngrams::Fast(_) => states.map(|state| self.context(state)),
        };
        let mut queries = std::array::from_fn(|at| self.query(&from[at], pairs[at].1));
        self.look_up(&mut queries);
        queries.map(|query| query.answer())
    }

    #[inline]
    fn query<'s>(&self, from: &'s Context, word: u32) -> Query<'s> {
        let word = if (word as usize) < self.words() { word } else { UNKNOWN };
        let (prob, backoff) = self.unigram(word);
        let mut state = State::default();
        state.set(0, word, backoff);
        Query { from, word, prob, state, matched: 0 }
    }

    #[inline]
    fn look_up(&self, queries: &mut [Query; BATCH]) {
        match &self.ngrams {
            Ngrams::Compact(ngrams) => ngrams.look_up(queries),
            Ngrams::Fast(ngrams) => ngrams.look_up(queries),
        }
    }

    /// Log probability of a word in any text; that of `<unk>` for numbers beyond the words.
    #[inline]
    pub(crate) fn unigram_log(&self, word: u32) -> f32 {
        let known = (word as usize) < self.unigrams.len();
        self.unigram(if known { word } else { UNKNOWN }).0
    }

    /// Log probability and back-off weight of a word.
    #[inline]
    fn unigram(&self, word: u32) -> (f32, f32) {
        let bits = self.unigrams.get(word as usize);
        (f32::from_bits(bits as u32), f32::from_bits((bits >> 32) as u32))
    }

    /// The back-off model of all n-grams with their quantised values; nothing of a
    /// model in the fast layout, which holds n-grams' hashes alone.
    pub(crate) fn unpack(&self) -> Option<BackoffModel> {
        match &self.ngrams {
            Ngrams::Compact(ngrams) => Some(ngrams.unpack(self)),
            Ngrams::Fast(_) => None,
        }
    }

    pub(crate) fn write(&self, writer: &mut SectionWriter) {
        writer.put(match &self.ngrams {
            Ngrams::Compact(_) => COMPACT,
            Ngrams::Fast(_) => FAST,
        });
        writer.array(self.sizes.iter().map(|size| *size as u32));
        writer.array(self.unigrams.iter());
        match &self.ngrams {
            Ngrams::Compact(ngrams) => ngrams.write(writer),
            Ngrams::Fast(ngrams) => ngrams.write(writer),
        }
    }

    /// Reads a model and makes sure that no node can lead out of it; what damage
    /// remains can make scores wrong, but no more.
    pub(crate) fn read(reader: &mut SectionReader) -> Result<Self> {
        let layout = reader.take::<u32>()?;
        let sizes = reader.array::<u32>()?;
        reader.check((1..=MAX_ORDER).contains(&sizes.len()), "order 1 to 7", sizes.len())?;
        let sizes: Vec<usize> = sizes.iter().map(|size| size as usize).collect();
        let words = sizes[0];
        reader.check(words > END as usize, "a vocabulary", words)?;
        let unigrams = reader.array_of::<u64>(words)?;
        let halves = |bits: u64| [bits as u32, (bits >> 32) as u32];
        let finite = unigrams.iter().flat_map(halves).all(|bits| f32::from_bits(bits).is_finite());
        reader.check(finite, "finite probabilities", "others")?;
        let known = [FAST, COMPACT].contains(&layout);
        reader.check(known, "a layout that this version reads", layout)?;
        let ngrams = match layout {
            FAST => Ngrams::Fast(Fast::read(reader, &sizes)?),
            _ => Ngrams::Compact(Compact::read(reader, &sizes)?),
        };
        Ok(Self { sizes, unigrams, ngrams })
    }
}

impl BackoffModel {
    /// Quantises and packs the model; n-grams' probabilities and back-off weights
    /// become the nearest of 256 values an order, those of unigrams stay exact.
    pub(crate) fn pack(&self, layout: Layout) -> LanguageModel {
        match layout {
            Layout::Compact => self.packed(COMPACT, compact::write_new),
            Layout::Fast => self.packed(FAST, fast::write_new),
        }
    }

    fn packed(&self, tag: u32, write_new: fn(&Self, &mut SectionWriter)) -> LanguageModel {
        let mut writer = SectionWriter::default();
        writer.put(tag);
        let longer = (1..self.order()).map(|level| self.trie.len(level) as u32);
        writer.array(std::iter::once(self.vocab_len).chain(longer));
        writer.array(self.unigram_entries());
        write_new(self, &mut writer);
        let mut reader = SectionReader::new("language model", writer.finish().into());
        LanguageModel::read(&mut reader).expect("what was written a line ago")
    }

    /// Words without a unigram have the values of `<unk>`.
    fn unigram_entries(&self) -> Vec<u64> {
        let entry = |prob: f32, backoff: f32| {
            u64::from(prob.to_bits()) | u64::from(backoff.to_bits()) << 32
        };
        let unknown = entry(self.probs[0][UNKNOWN as usize], NO_CONTEXT);
        let mut entries = vec![unknown; self.vocab_len as usize];
        let contexts = if self.order() > 1 { self.extended(0) } else { Vec::new() };
        for (node, &word) in self.trie.levels[0].words.iter().enumerate() {
            let weight = self.backoffs.first().map_or(0.0, |weights| weights[node]);
            let context = contexts.get(node).is_some_and(|is| *is) || weight != 0.0;
            // Only the weight 1 has a sign to tell.
            let backoff = if context { weight + 0.0 } else { NO_CONTEXT };
            entries[word as usize] = entry(self.probs[0][node], backoff);
        }
        entries
    }

    /// What codes of a level's back-off weights stand for: code 0 for what is no
    /// context, at most `size` others for values.
    fn weight_values(&self, level: usize, size: usize) -> Codebook {
        let values = self.backoffs.get(level).map_or(Vec::new(), |weights| {
            let extended = self.extended(level);
            let is_context = |node: &usize| extended[*node] || weights[*node] != 0.0;
            (0..weights.len()).filter(is_context).map(|node| weights[node] + 0.0).collect()
        });
        Codebook::train(values, size).with_first(NO_CONTEXT)
    }

    /// The codes of a level's back-off weights, of which there are none at the highest
    /// order.
    fn weights(&self, level: usize, values: &Codebook) -> Vec<u8> {
        let Some(weights) = self.backoffs.get(level) else {
            return Vec::new();
        };
        let extended = self.extended(level);
        let nodes = weights.par_iter().zip(extended);
        nodes
            .map(|(weight, extended)| match extended || *weight != 0.0 {
                true => values.code_after_first(*weight),
                false => 0,
            })
            .collect()
    }
}

/// True of words that score as unknown ones do.
fn is_unknown(model: &LanguageModel, word: u32) -> bool {
    let (prob, backoff) = model.unigram(word);
    word > END && prob == model.unigram(UNKNOWN).0 && !extends(backoff)
}

#[cfg(test)]
mod tests;
