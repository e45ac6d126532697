//! The packed model that the decoder asks: quantised, bit-packed, read in place.
//!
//! Unigrams are dense arrays. A longer n-gram is a record of its leftmost word's
//! key, a code of its probability and, below the highest order, one of its
//! back-off weight; the runs of children stand apart in unary ([`Runs`]). With
//! 18-bit words that is about 38 bits an n-gram and 26 at the highest order.

use super::bits::{self, BitWriter, Runs, packed_len};
use super::model::BackoffModel;
use super::quantise::{Codebook, Values};
use super::{MAX_ORDER, bits_per_word};
use crate::error::Result;
use crate::model::section::{Array, SectionReader, SectionWriter};
use crate::text::vocabulary::{BEGIN, END, UNKNOWN};
use rayon::prelude::*;
use std::cmp::Ordering;

/// Bits of a code.
const CODE: u32 = 8;
/// A run that fits a cache line or two is searched by halves.
const SHORT: usize = 12;
/// The back-off code of n-grams that are no context: weight 1, and no word after
/// them tells them from their suffix.
const NO_CONTEXT: u8 = 0;

/// What of the words so far bears on the words to come.
///
/// Its nodes are those of the last word, the last two words and so on, for as many
/// words as begin an n-gram; so histories with the same future are equal.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct State {
    nodes: [u32; MAX_ORDER - 1],
    len: u8,
}

impl State {
    /// How many words of the history it holds.
    pub(crate) fn len(&self) -> usize {
        self.len as usize
    }
}

/// A quantised back-off model; `clone` shares the data.
#[derive(Clone)]
pub(crate) struct LanguageModel {
    keys: Keys,
    probs: Array<f32>,
    backoffs: Array<u8>,
    weights: Values,
    first: Array<u32>,
    levels: Vec<Level>,
}

/// Words as records hold them: spread evenly over all numbers of so many bits, as
/// the alphabet does not spread them.
#[derive(Clone, Copy)]
struct Keys {
    bits: u32,
    mask: u64,
    factor: u64,
}

impl Keys {
    fn new(words: usize) -> Self {
        let bits = bits_per_word(words);
        // An odd factor maps the numbers of so many bits one to one, the golden
        // ratio evenly.
        let factor = (0x9E37_79B9_7F4A_7C15 >> (u64::BITS - bits)) | 1;
        Self { bits, mask: (1 << bits) - 1, factor }
    }

    #[inline]
    fn key(self, word: u32) -> u64 {
        u64::from(word).wrapping_mul(self.factor) & self.mask
    }
}

/// The n-grams of one length, two or more.
#[derive(Clone)]
struct Level {
    nodes: usize,
    width: u32,
    records: Array<u8>,
    probs: Values,
    /// Back-off weights and children, below the highest order.
    inner: Option<(Values, Runs)>,
}

impl Level {
    /// Looks for a word's `key` in a run: `(node, record)`.
    ///
    /// Keys of a run lie evenly among all, so the search guesses the place by
    /// proportion while the run is long; every fourth step halves it, lest a
    /// damaged run takes long.
    #[inline]
    fn find(&self, run: (usize, usize), key: u64, keys: Keys) -> Option<(usize, u64)> {
        let records = self.records.as_slice();
        let width = self.width as usize;
        let (mut start, mut end) = run;
        // `low <= key < high` bounds the keys of the run.
        let (mut low, mut high) = (0, keys.mask + 1);
        let mut step = 0;
        while start < end {
            let len = end - start;
            step += 1;
            let ahead = if len <= SHORT || step % 4 == 0 {
                len / 2
            } else {
                ((key - low) as f32 / (high - low) as f32 * len as f32) as usize
            };
            let at = start + ahead.min(len - 1);
            let record = bits::read(records, at * width);
            let other = record & keys.mask;
            match other.cmp(&key) {
                Ordering::Less => (start, low) = (at + 1, other + 1),
                Ordering::Greater => (end, high) = (at, other),
                Ordering::Equal => return Some((at, record)),
            }
        }
        None
    }

    #[inline]
    fn record(&self, node: usize) -> u64 {
        bits::read(self.records.as_slice(), node * self.width as usize)
    }
}

impl LanguageModel {
    /// The longest n-grams' length.
    pub(crate) fn order(&self) -> usize {
        self.levels.len() + 1
    }

    /// The number of n-grams, the vocabulary's words among them.
    pub(crate) fn len(&self) -> usize {
        self.probs.len() + self.levels.iter().map(|level| level.nodes).sum::<usize>()
    }

    /// The number of n-grams of each length, from 1.
    pub(crate) fn counts(&self) -> Vec<usize> {
        let longer = self.levels.iter().map(|level| level.nodes);
        std::iter::once(self.probs.len()).chain(longer).collect()
    }

    /// The state before a sentence's first word.
    pub(crate) fn begin(&self) -> State {
        let mut state = State::default();
        if self.order() > 1 && self.backoffs.get(BEGIN as usize) != NO_CONTEXT {
            state.nodes[0] = BEGIN;
            state.len = 1;
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
        let word = if (word as usize) < self.probs.len() { word } else { UNKNOWN };
        let mut prob = self.probs.get(word as usize);
        let mut state = State::default();
        let mut run = (0, 0);
        if !self.levels.is_empty() {
            state.nodes[0] = word;
            state.len = u8::from(self.backoffs.get(word as usize) != NO_CONTEXT);
            let first = |word: u32| self.first.get(word as usize) as usize;
            run = (first(word), first(word + 1));
        }
        let mut matched = 0;
        while matched < from.len() {
            let level = &self.levels[matched];
            let history = self.leftmost(from, matched);
            let Some((node, record)) = level.find(run, history, self.keys) else {
                break;
            };
            matched += 1;
            prob = level.probs.get((record >> self.keys.bits) as u8);
            if let Some((_, runs)) = &level.inner {
                state.nodes[matched] = node as u32;
                if (record >> (self.keys.bits + CODE)) as u8 != NO_CONTEXT {
                    state.len = matched as u8 + 1;
                }
                if matched < from.len() {
                    run = runs.get(node);
                }
            }
        }
        for node in matched..from.len() {
            prob += self.backoff(from, node);
        }
        let len = state.len();
        state.nodes[len..].fill(0);
        (prob, state)
    }

    /// The key of the word `back` words before the state's last.
    #[inline]
    fn leftmost(&self, state: &State, back: usize) -> u64 {
        let node = state.nodes[back];
        match back.checked_sub(1) {
            None => self.keys.key(node),
            Some(level) => self.levels[level].record(node as usize) & self.keys.mask,
        }
    }

    /// The back-off weight of the state's last `back + 1` words.
    #[inline]
    fn backoff(&self, state: &State, back: usize) -> f32 {
        let node = state.nodes[back] as usize;
        let Some(level) = back.checked_sub(1) else {
            return self.weights.get(self.backoffs.get(node));
        };
        let level = &self.levels[level];
        let code = (level.record(node) >> (self.keys.bits + CODE)) as u8;
        level.inner.as_ref().map_or(0.0, |(weights, _)| weights.get(code))
    }

    pub(crate) fn write(&self, writer: &mut SectionWriter) {
        writer.put(self.probs.len() as u32);
        writer.array(self.levels.iter().map(|level| level.nodes as u32));
        writer.array(self.probs.iter());
        writer.array(self.backoffs.iter());
        self.weights.write(writer);
        writer.array(self.first.iter());
        for level in &self.levels {
            level.probs.write(writer);
            writer.array(level.records.iter());
            if let Some((weights, runs)) = &level.inner {
                weights.write(writer);
                runs.write(writer);
            }
        }
    }

    /// Reads a model and makes sure that no node can lead out of it; what damage
    /// remains can make scores wrong, but no more.
    pub(crate) fn read(reader: &mut SectionReader) -> Result<Self> {
        let words = reader.take::<u32>()? as usize;
        reader.check(words > END as usize, "a vocabulary", words)?;
        let sizes = reader.array::<u32>()?;
        reader.check(sizes.len() < MAX_ORDER, "order 1 to 7", sizes.len() + 1)?;
        let sizes: Vec<usize> = sizes.iter().map(|size| size as usize).collect();
        let keys = Keys::new(words);
        let probs = reader.array_of::<f32>(words)?;
        reader.check(probs.iter().all(f32::is_finite), "finite probabilities", "others")?;
        let backoffs = reader.array_of::<u8>(words)?;
        let weights = Values::read(reader)?;
        let first = reader.array_of::<u32>(words + 1)?;
        let bigrams = sizes.first().copied().unwrap_or(0);
        let rises = first.iter().zip(first.iter().skip(1)).all(|(start, end)| start <= end);
        let end = first.get(words) as usize;
        reader.check(rises && end == bigrams, format!("runs of {bigrams} bigrams"), end)?;
        let mut levels = Vec::with_capacity(sizes.len());
        for (index, &nodes) in sizes.iter().enumerate() {
            let above = sizes.get(index + 1);
            let probs = Values::read(reader)?;
            let width = keys.bits + CODE + above.map_or(0, |_| CODE);
            let len = packed_len(nodes, width).unwrap_or(usize::MAX);
            let records = reader.array_of::<u8>(len)?;
            let inner = match above {
                Some(&above) => Some((Values::read(reader)?, Runs::read(reader, nodes, above)?)),
                None => None,
            };
            levels.push(Level { nodes, width, records, probs, inner });
        }
        Ok(Self { keys, probs, backoffs, weights, first, levels })
    }
}

impl BackoffModel {
    /// Quantises and packs the model; n-grams' probabilities and back-off weights
    /// become the nearest of 256 values an order, those of unigrams stay exact.
    pub(crate) fn pack(&self) -> LanguageModel {
        let mut writer = SectionWriter::default();
        self.write_packed(&mut writer);
        let mut reader = SectionReader::new("language model", writer.finish().into());
        LanguageModel::read(&mut reader).expect("what was written a line ago")
    }

    fn write_packed(&self, writer: &mut SectionWriter) {
        let words = self.vocab_len as usize;
        let keys = Keys::new(words);
        writer.put(self.vocab_len);
        writer.array((1..self.order()).map(|level| self.trie.len(level) as u32));

        let unknown = self.probs[0][UNKNOWN as usize];
        let (mut probs, mut codes) = (vec![unknown; words], vec![NO_CONTEXT; words]);
        let mut first = vec![0; words + 1];
        let (book, weights) = self.weights(0);
        for (node, &word) in self.trie.levels[0].words.iter().enumerate() {
            let word = word as usize;
            probs[word] = self.probs[0][node];
            codes[word] = weights.get(node).copied().unwrap_or(NO_CONTEXT);
            first[word + 1] = self.trie.children(0, node).len() as u32;
        }
        for word in 0..words {
            first[word + 1] += first[word];
        }
        writer.array(probs);
        writer.array(codes);
        book.write(writer);
        writer.array(first);

        // Nodes in the order in which they are packed.
        let mut nodes: Vec<u32> = (0..self.trie.len(0) as u32).collect();
        for level in 1..self.order() {
            let inner = level + 1 < self.order();
            nodes = self.by_key(level, &nodes, keys);
            let probs = Codebook::train(self.probs[level].clone(), 256);
            let codes = probs.codes(&self.probs[level]);
            let (book, weights) = self.weights(level);
            let mut records = BitWriter::default();
            for &node in &nodes {
                let node = node as usize;
                records.push(keys.key(self.trie.levels[level].words[node]), keys.bits);
                records.push(codes[node].into(), CODE);
                if inner {
                    records.push(weights[node].into(), CODE);
                }
            }
            probs.write(writer);
            writer.array(records.finish());
            if inner {
                book.write(writer);
                let children = |&node: &u32| self.trie.children(level, node as usize).len() as u32;
                Runs::write_new(nodes.iter().map(children), writer);
            }
        }
    }

    /// The nodes of `level`, given those below in order, each run sorted by key.
    fn by_key(&self, level: usize, below: &[u32], keys: Keys) -> Vec<u32> {
        let words = &self.trie.levels[level].words;
        let mut nodes: Vec<u32> = Vec::with_capacity(words.len());
        for &parent in below {
            let start = nodes.len();
            let children = self.trie.children(level - 1, parent as usize);
            nodes.extend(children.start as u32..children.end as u32);
            nodes[start..].sort_unstable_by_key(|node| keys.key(words[*node as usize]));
        }
        nodes
    }

    /// The back-off weights of a level: what codes stand for, and codes, of which
    /// there are none at the highest order.
    fn weights(&self, level: usize) -> (Codebook, Vec<u8>) {
        let Some(weights) = self.backoffs.get(level) else {
            return (Codebook::train(Vec::new(), 1), Vec::new());
        };
        let extended = self.extended(level);
        let is_context = |node: usize| extended[node] || weights[node] != 0.0;
        let some = (0..weights.len()).filter(|&node| is_context(node));
        let book = Codebook::train(some.map(|node| weights[node]).collect(), 255);
        let code = |node| if is_context(node) { book.code(weights[node]) + 1 } else { NO_CONTEXT };
        let codes = (0..weights.len()).into_par_iter().map(code).collect();
        (book.with_zero_first(), codes)
    }
}

#[cfg(test)]
mod tests {
    use super::super::estimate::EstimateConfig;
    use super::super::reference;
    use super::*;
    use bytes::Bytes;
    use proptest::prelude::*;

    fn bytes(model: &LanguageModel) -> Vec<u8> {
        let mut writer = SectionWriter::default();
        model.write(&mut writer);
        writer.finish()
    }

    fn read(bytes: &[u8]) -> Result<LanguageModel> {
        let mut reader = SectionReader::new("test", Bytes::copy_from_slice(bytes));
        let model = LanguageModel::read(&mut reader)?;
        reader.end().map(|()| model)
    }

    /// The state after `context`, which may start with `<s>`.
    fn after(model: &LanguageModel, context: &[u32]) -> State {
        let (from, rest) = match context {
            [BEGIN, rest @ ..] => (model.begin(), rest),
            _ => (model.empty(), context),
        };
        rest.iter().fold(from, |state, word| model.score(&state, *word).1)
    }

    proptest! {
        // Small texts have few distinct values, so that quantising them loses little.
        #[test]
        fn equals_the_exact_model(
            text in reference::text(),
            order in 1usize..=5,
            contexts in prop::collection::vec(reference::context(6), 10),
        ) {
            let exact = reference::model(&text, order, &EstimateConfig::default());
            let packed = exact.pack();
            prop_assert_eq!(bytes(&read(&bytes(&packed)).unwrap()), bytes(&packed));
            for context in contexts {
                let state = after(&packed, &context);
                for word in 0..14 {
                    let (fast, slow) = (packed.score(&state, word).0, exact.score(&context, word));
                    let close = word == BEGIN || (fast - slow).abs() < 0.02;
                    prop_assert!(close, "{context:?} {word}: {fast} {slow}");
                }
                let mass = reference::mass(|word| packed.score(&state, word).0);
                prop_assert!((mass - 1.0).abs() < 0.02, "{mass}");
            }
        }

        #[test]
        fn equal_futures_are_equal_states(
            text in reference::text(),
            histories in prop::collection::vec(reference::context(5), 2..12),
        ) {
            let exact = reference::model(&text, 4, &EstimateConfig::default());
            let packed = exact.pack();
            for history in histories {
                // The longest part that begins an n-gram is all that counts.
                let starts = |len: usize| {
                    let part = &history[history.len() - len..];
                    (0..12).any(|word| exact.trie.find(&[part, &[word]].concat()).is_some())
                };
                let len = (0..=history.len().min(3)).rev().find(|&len| len == 0 || starts(len));
                let needed = &history[history.len() - len.unwrap()..];
                prop_assert_eq!(after(&packed, &history), after(&packed, needed));
                prop_assert_eq!(after(&packed, &history).len(), needed.len());
            }
        }

        #[test]
        fn damage_is_an_error_or_wrong_scores(
            text in reference::text(),
            damage in prop::collection::vec(any::<(prop::sample::Index, u8)>(), 1..4),
            cut in any::<prop::sample::Index>(),
        ) {
            let packed = reference::model(&text, 4, &EstimateConfig::default()).pack();
            let mut bytes = bytes(&packed);
            prop_assert!(read(&bytes[..cut.index(bytes.len())]).is_err());
            for (at, value) in damage {
                let at = at.index(bytes.len());
                bytes[at] = value;
            }
            if let Ok(model) = read(&bytes) {
                let mut state = model.begin();
                for word in (0..14).chain(text.into_iter().flatten()) {
                    state = model.score(&state, word).1;
                }
            }
        }
    }
}
