//! The small layout of older files, which is read but no longer written: a trie from
//! the last word leftwards, in bit fields.
//!
//! An n-gram is a record of its leftmost word's key, a code of its probability and,
//! below the highest order, one of its back-off weight; the runs of children stand
//! apart in unary ([`Runs`]). A look-up has to find each level before the next.

#[cfg(test)]
use super::super::bits::BitWriter;
use super::super::bits::{self, Runs, packed_len};
use super::super::bits_per_word;
use super::super::model::BackoffModel;
#[cfg(test)]
use super::super::quantise::Codebook;
use super::super::quantise::Values;
use super::super::trie::{self, Trie};
use super::{LanguageModel, Query};
use crate::error::Result;
use crate::model::section::{Array, SectionReader, SectionWriter};
use std::cmp::Ordering;

/// Bits of a code.
const CODE: u32 = 8;
/// A run that fits a cache line or two is searched by halves.
const SHORT: usize = 12;

#[derive(Clone)]
pub(super) struct Reversed {
    keys: Keys,
    /// Where each word's bigrams begin, and the end of the last one's.
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

impl Reversed {
    /// Follows the history from the word leftwards as far as n-grams reach.
    #[inline]
    pub fn look_up(&self, query: &mut Query) {
        let Query { from, word, prob, state, matched } = query;
        if from.len() == 0 || self.levels.is_empty() {
            return;
        }
        let first = |word: u32| self.first.get(word as usize) as usize;
        let mut run = (first(*word), first(*word + 1));
        loop {
            let level = &self.levels[*matched];
            let history = from.keys[*matched];
            // Where children are is asked before it is known whose, if they are few:
            // the memory that holds it is fetched while the run is searched.
            let near = match &level.inner {
                Some((_, runs)) if (1..=bits::NEAR).contains(&(run.1 - run.0)) => {
                    Some(runs.place(run.0))
                }
                _ => None,
            };
            let Some((node, record)) = level.find(run, self.keys.key(history), self.keys) else {
                break;
            };
            *matched += 1;
            *prob = level.probs.get((record >> self.keys.bits) as u8);
            let Some((weights, runs)) = &level.inner else {
                break;
            };
            let weight = weights.get((record >> (self.keys.bits + CODE)) as u8);
            state.set(*matched, (history, 0), weight);
            if *matched == from.len() {
                break;
            }
            run = match near {
                Some(place) => runs.get_from(place, run.0, node),
                None => runs.get(node),
            };
        }
    }

    pub fn write(&self, writer: &mut SectionWriter) {
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

    pub fn read(reader: &mut SectionReader, sizes: &[usize]) -> Result<Self> {
        let words = sizes[0];
        let keys = Keys::new(words);
        let first = reader.array_of::<u32>(words + 1)?;
        let bigrams = sizes.get(1).copied().unwrap_or(0);
        let rises = first.iter().zip(first.iter().skip(1)).all(|(start, end)| start <= end);
        let end = first.get(words) as usize;
        reader.check(rises && end == bigrams, format!("runs of {bigrams} bigrams"), end)?;
        let mut levels = Vec::with_capacity(sizes.len());
        for (index, &nodes) in sizes.iter().enumerate().skip(1) {
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
        Ok(Self { keys, first, levels })
    }

    /// All n-grams, sorted again by their words.
    pub fn unpack(&self, model: &LanguageModel) -> BackoffModel {
        let vocab_len = model.words() as u32;
        let words: Vec<u32> = (0..vocab_len)
            .filter(|&word| {
                let bigrams = self.first.get(word as usize)..self.first.get(word as usize + 1);
                !bigrams.is_empty() || !super::is_unknown(model, word)
            })
            .collect();
        let mut word_of = vec![0; self.keys.mask as usize + 1];
        (0..vocab_len).for_each(|word| word_of[self.keys.key(word) as usize] = word);
        let unigrams = words.iter().map(|word| model.unigram(*word));
        let (probs, backoffs): (Vec<f32>, Vec<f32>) = unigrams.unzip();
        let (mut probs, mut backoffs) = (vec![probs], vec![backoffs]);
        let bigrams = |&word: &u32| {
            (self.first.get(word as usize) as usize, self.first.get(word as usize + 1) as usize)
        };
        let mut runs: Vec<(usize, usize)> = words.iter().map(bigrams).collect();
        let mut levels = vec![trie::Level { words, first: Vec::new() }];
        for level in &self.levels {
            let mut first = vec![0];
            let mut nodes: Vec<(u32, u32)> = Vec::with_capacity(level.nodes);
            for (start, end) in runs {
                let from = nodes.len();
                let word = |node| word_of[(level.record(node) & self.keys.mask) as usize];
                nodes.extend((start..end).map(|node| (word(node), node as u32)));
                nodes[from..].sort_unstable();
                first.push(nodes.len() as u32);
            }
            levels.last_mut().expect("unigrams").first = first;
            let code =
                |&(_, node): &(u32, u32), shift| (level.record(node as usize) >> shift) as u8;
            let bits = self.keys.bits;
            probs.push(nodes.iter().map(|node| level.probs.get(code(node, bits))).collect());
            runs = Vec::new();
            if let Some((weights, children)) = &level.inner {
                let weight = |node| weights.get(code(node, bits + CODE));
                backoffs.push(nodes.iter().map(weight).collect());
                runs = nodes.iter().map(|node| children.get(node.1 as usize)).collect();
            }
            let words = nodes.into_iter().map(|node| node.0).collect();
            levels.push(trie::Level { words, first: Vec::new() });
        }
        backoffs.truncate(levels.len() - 1);
        let trie = Trie { levels };
        let shares = super::super::arpa::shares(&trie, &probs[0]);
        BackoffModel { vocab_len, trie, probs, backoffs, shares }
    }
}

#[cfg(test)]
pub(super) fn write_new(model: &BackoffModel, writer: &mut SectionWriter) {
    let words = model.vocab_len as usize;
    let keys = Keys::new(words);
    let mut first = vec![0; words + 1];
    for (node, &word) in model.trie.levels[0].words.iter().enumerate() {
        first[word as usize + 1] = model.trie.children(0, node).len() as u32;
    }
    for word in 0..words {
        first[word + 1] += first[word];
    }
    writer.array(first);

    // Nodes in the order in which they are packed.
    let mut nodes: Vec<u32> = (0..model.trie.len(0) as u32).collect();
    for level in 1..model.order() {
        let inner = level + 1 < model.order();
        nodes = by_key(model, level, &nodes, keys);
        let probs = Codebook::train(model.probs[level].clone(), 256);
        let codes = probs.codes(&model.probs[level]);
        let book = model.weight_values(level, 255);
        let weights = model.weights(level, &book);
        let mut records = BitWriter::default();
        for &node in &nodes {
            let node = node as usize;
            records.push(keys.key(model.trie.levels[level].words[node]), keys.bits);
            records.push(codes[node].into(), CODE);
            if inner {
                records.push(weights[node].into(), CODE);
            }
        }
        probs.write(writer);
        writer.array(records.finish());
        if inner {
            book.write(writer);
            let children = |&node: &u32| model.trie.children(level, node as usize).len() as u32;
            Runs::write_new(nodes.iter().map(children), writer);
        }
    }
}

#[cfg(test)]
/// The nodes of `level`, given those below in order, each run sorted by key.
fn by_key(model: &BackoffModel, level: usize, below: &[u32], keys: Keys) -> Vec<u32> {
    let words = &model.trie.levels[level].words;
    let mut nodes: Vec<u32> = Vec::with_capacity(words.len());
    for &parent in below {
        let start = nodes.len();
        let children = model.trie.children(level - 1, parent as usize);
        nodes.extend(children.start as u32..children.end as u32);
        nodes[start..].sort_unstable_by_key(|node| keys.key(words[*node as usize]));
    }
    nodes
}
