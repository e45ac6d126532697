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
use super::state::{NO_CONTEXT, State, extends};
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
    /// About ten bytes an n-gram, and several times as quick to ask
    Fast,
}

impl Layout {
    const fn tag(self) -> u32 {
        match self {
            Self::Compact => 1,
            Self::Fast => 2,
        }
    }
}

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

    /// The log probability of `word` (`</s>` too) after `from`, a state of this
    /// model, and the state after it.
    #[inline]
    pub(crate) fn score(&self, from: &State, word: u32) -> (f32, State) {
        let word = if (word as usize) < self.words() { word } else { UNKNOWN };
        let (mut prob, backoff) = self.unigram(word);
        let mut state = State::default();
        state.set(0, word, backoff);
        let matched = match &self.ngrams {
            Ngrams::Compact(ngrams) => ngrams.look_up(from, word, &mut prob, &mut state),
            Ngrams::Fast(ngrams) => ngrams.look_up(from, word, &mut prob, &mut state),
        };
        for backoff in &from.backoffs[matched.min(from.len())..from.len()] {
            prob += backoff;
        }
        (prob, state)
    }

    /// Log probability of a word in any text.
    #[inline]
    pub(crate) fn unigram_log(&self, word: u32) -> f32 {
        self.unigram(word).0
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
        let layout = match &self.ngrams {
            Ngrams::Compact(_) => Layout::Compact,
            Ngrams::Fast(_) => Layout::Fast,
        };
        writer.put(layout.tag());
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
        let compact = Layout::Compact.tag();
        let known = [compact, Layout::Fast.tag()].contains(&layout);
        reader.check(known, "a layout that this version reads", layout)?;
        let ngrams = if layout == compact {
            Ngrams::Compact(Compact::read(reader, &sizes)?)
        } else {
            Ngrams::Fast(Fast::read(reader, &sizes)?)
        };
        Ok(Self { sizes, unigrams, ngrams })
    }
}

impl BackoffModel {
    /// Quantises and packs the model; n-grams' probabilities and back-off weights
    /// become the nearest of 256 values an order, those of unigrams stay exact.
    pub(crate) fn pack(&self, layout: Layout) -> LanguageModel {
        let mut writer = SectionWriter::default();
        writer.put(layout.tag());
        let longer = (1..self.order()).map(|level| self.trie.len(level) as u32);
        writer.array(std::iter::once(self.vocab_len).chain(longer));
        writer.array(self.unigram_entries());
        match layout {
            Layout::Compact => compact::write_new(self, &mut writer),
            Layout::Fast => fast::write_new(self, &mut writer),
        }
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

    /// The back-off weights of a level: what codes stand for, and codes, of which
    /// there are none at the highest order. Code 0 is for what is no context.
    fn weights(&self, level: usize) -> (Codebook, Vec<u8>) {
        let Some(weights) = self.backoffs.get(level) else {
            return (Codebook::train(Vec::new(), 1).with_first(NO_CONTEXT), Vec::new());
        };
        let extended = self.extended(level);
        let is_context = |node: usize| extended[node] || weights[node] != 0.0;
        let some = (0..weights.len()).filter(|&node| is_context(node));
        let book = Codebook::train(some.map(|node| weights[node] + 0.0).collect(), 255);
        let code = |node| if is_context(node) { book.code(weights[node]) + 1 } else { 0 };
        let codes = (0..weights.len()).into_par_iter().map(code).collect();
        (book.with_first(NO_CONTEXT), codes)
    }
}

/// True of words that score as unknown ones do.
fn is_unknown(model: &LanguageModel, word: u32) -> bool {
    let (prob, backoff) = model.unigram(word);
    word > END && prob == model.unigram(UNKNOWN).0 && !extends(backoff)
}

#[cfg(test)]
mod tests;
