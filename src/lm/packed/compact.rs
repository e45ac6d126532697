//! The small layout: a trie from the first word onwards, in bit fields.
//!
//! The n-grams that go on from a context are a run of records, and a state knows its contexts,
//! whose runs are looked up once for all questions after it ([`Context`]). So the levels of a
//! question do not wait for one another: the memory of all is fetched at once, which is what a
//! question's time goes by.
//!
//! A record is one number, made of the last word's key, a code of the n-gram's
//! probability and, below the highest order, one of its back-off weight; the runs of
//! children stand apart in unary ([`Runs`]). With 19-bit words that is about 37 bits
//! an n-gram and 26 at the highest order.

mod level;

use super::super::MAX_ORDER;
use super::super::bits::{BitWriter, Runs, packed_len};
use super::super::bits_per_word;
use super::super::model::BackoffModel;
use super::super::quantise::{Codebook, Values};
use super::super::trie::Trie;
use super::{Context, LanguageModel, Query, State};
use crate::error::Result;
use crate::model::section::{Array, SectionReader, SectionWriter};
use level::{Keys, Level, MOST, Search, Shape};

#[derive(Clone)]
pub(super) struct Compact {
    keys: Keys,
    /// Where the bigrams that begin with each word begin, and the end of the last's.
    first: Array<u32>,
    levels: Vec<Level>,
}

impl Query<'_> {
    /// Takes over what an n-gram of its word and the `back` before it says.
    #[inline]
    fn found(&mut self, level: &Level, back: usize, node: usize, codes: u64) {
        self.matched = back;
        self.prob = level.probs.get(codes as u8);
        if let Some((weights, _)) = &level.inner {
            self.state.set(back, node as u32, weights.get((codes / MOST) as u8));
        }
    }
}

impl Compact {
    /// The runs of what goes on from a state's n-grams.
    #[inline]
    pub fn context(&self, state: State) -> Context {
        let mut runs = [(0, 0); MAX_ORDER - 1];
        for (back, run) in runs.iter_mut().enumerate().take(state.len()) {
            let (node, sample) = self.node(&state, back);
            *run = self.run(back, node, sample);
        }
        Context { state, runs }
    }

    /// The same of several states, step by step together.
    pub fn contexts<const N: usize>(&self, states: [State; N]) -> [Context; N] {
        let nodes = states.each_ref().map(|state| {
            let mut nodes = [(0, 0); MAX_ORDER - 1];
            for (back, node) in nodes.iter_mut().enumerate().take(state.len()) {
                *node = self.node(state, back);
            }
            nodes
        });
        let mut near = 0;
        for (state, nodes) in states.iter().zip(&nodes) {
            let inner = self.levels.iter().filter_map(|level| level.inner.as_ref());
            for ((_, runs), &(_, sample)) in inner.zip(&nodes[1..]).take(state.len().max(1) - 1) {
                near ^= runs.touch(sample);
            }
        }
        std::hint::black_box(near);
        std::array::from_fn(|at| {
            let mut runs = [(0, 0); MAX_ORDER - 1];
            for (back, run) in runs.iter_mut().enumerate().take(states[at].len()) {
                let (node, sample) = nodes[at][back];
                *run = self.run(back, node, sample);
            }
            Context { state: states[at], runs }
        })
    }

    /// The n-gram of a state's last word and the `back` before it, and where its run is to
    /// be looked for.
    #[inline]
    fn node(&self, state: &State, back: usize) -> (usize, usize) {
        let node = state.keys[back] as usize;
        (node, self.runs(back).map_or(0, |runs| runs.sample(node)))
    }

    /// The run of what goes on from such an n-gram.
    #[inline]
    fn run(&self, back: usize, node: usize, sample: usize) -> (u32, u32) {
        match self.runs(back) {
            Some(runs) => {
                let (start, end) = runs.get_at(sample, node);
                (start as u32, end as u32)
            }
            None => (self.first.get(node), self.first.get(node + 1)),
        }
    }

    /// The runs of the n-grams of a last word and the `back` before it; nothing of single
    /// words, which have tables of their own.
    #[inline]
    fn runs(&self, back: usize) -> Option<&Runs> {
        let level = self.levels.get(back.checked_sub(1)?)?;
        level.inner.as_ref().map(|(_, runs)| runs)
    }

    /// Finds the longest n-gram of a question, level by level: where the model lies in caches
    /// nothing is waited for, and a longer n-gram is not looked for where there is no shorter.
    #[inline]
    pub fn look_up_one(&self, query: &mut Query) {
        let key = self.keys.key(query.word);
        let Context { state, runs } = query.from;
        let runs = runs.iter().take(state.len());
        for ((level, run), back) in self.levels.iter().zip(runs).zip(1..) {
            let mut search = level.guess(*run, key);
            level.near(&mut search);
            let Some((node, codes)) = level.finish(search) else { break };
            query.found(level, back, node, codes);
        }
    }

    /// Finds the longest n-gram of each question, all step by step together.
    #[inline]
    pub fn look_up<const N: usize>(&self, queries: &mut [Query; N]) {
        let mut searches = [[Search::default(); MAX_ORDER - 1]; N];
        for (query, searches) in queries.iter().zip(&mut searches) {
            let key = self.keys.key(query.word);
            let Context { state, runs } = query.from;
            let runs = runs.iter().take(state.len());
            for ((level, search), run) in self.levels.iter().zip(searches).zip(runs) {
                *search = level.guess(*run, key);
            }
        }
        for (query, searches) in queries.iter().zip(&mut searches) {
            for (level, search) in self.levels.iter().zip(searches).take(query.from.state.len()) {
                level.near(search);
            }
        }
        for (query, searches) in queries.iter_mut().zip(searches) {
            let levels = self.levels.iter().zip(searches).take(query.from.state.len());
            for ((level, search), back) in levels.zip(1..) {
                let Some((node, codes)) = level.finish(search) else { break };
                query.found(level, back, node, codes);
            }
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
        let first = reader.array_of::<u32>(words + 1)?;
        let bigrams = sizes.get(1).copied().unwrap_or(0);
        let rises = first.iter().zip(first.iter().skip(1)).all(|(start, end)| start <= end);
        let end = first.get(words) as usize;
        reader.check(rises && end == bigrams, format!("runs of {bigrams} bigrams"), end)?;
        let mut levels = Vec::with_capacity(sizes.len());
        for (index, &nodes) in sizes.iter().enumerate().skip(1) {
            let above = sizes.get(index + 1);
            let shape = Shape::new(words, above.is_some());
            let probs = Values::read(reader)?;
            let len = packed_len(nodes, shape.width).unwrap_or(usize::MAX);
            let records = reader.array_of::<u8>(len)?;
            let inner = match above {
                Some(&above) => Some((Values::read(reader)?, Runs::read(reader, nodes, above)?)),
                None => None,
            };
            levels.push(Level { nodes, shape, records, probs, inner });
        }
        Ok(Self { keys: Keys::new(words), first, levels })
    }

    /// All n-grams, sorted again from their last words.
    pub fn unpack(&self, model: &LanguageModel) -> BackoffModel {
        let vocab_len = model.words() as u32;
        let bits = bits_per_word(model.words());
        let mut used = vec![false; model.words()];
        let mut word_of = vec![0; model.words()];
        (0..vocab_len).for_each(|word| word_of[self.keys.key(word) as usize] = word);

        // Packed n-grams, the last word highest, with their values.
        let mut levels: Vec<Vec<(u128, f32, f32)>> = Vec::new();
        let mut runs: Vec<(usize, usize)> = (0..vocab_len)
            .map(|word| self.run(0, word as usize, 0))
            .map(|(s, e)| (s as usize, e as usize))
            .collect();
        let mut contexts: Vec<u128> = (0..vocab_len).map(u128::from).collect();
        for (index, level) in self.levels.iter().enumerate() {
            let shift = bits * (index as u32 + 1);
            let mut ngrams = Vec::with_capacity(level.nodes);
            for (context, (start, end)) in contexts.iter().zip(runs) {
                for node in start..end {
                    let (key, codes) = level.shape.split(level.record(node));
                    let word = word_of.get(key as usize).copied().unwrap_or(0);
                    let prob = level.probs.get(codes as u8);
                    let weight = level
                        .inner
                        .as_ref()
                        .map_or(0.0, |(weights, _)| weights.get((codes / MOST) as u8));
                    ngrams.push((context | u128::from(word) << shift, prob, weight));
                }
            }
            runs = match &level.inner {
                Some((_, runs)) => (0..level.nodes).map(|node| runs.get(node)).collect(),
                None => Vec::new(),
            };
            contexts = ngrams.iter().map(|ngram| ngram.0).collect();
            levels.push(ngrams);
        }
        drop(contexts);
        let mask = (1u128 << bits) - 1;
        for (key, ..) in levels.first().into_iter().flatten() {
            used[(key & mask) as usize] = true;
            used[(key >> bits) as usize] = true;
        }
        let unigrams = (0..vocab_len)
            .filter(|word| used[*word as usize] || !super::is_unknown(model, *word))
            .map(|word| {
                let (prob, weight) = model.unigram(word);
                (u128::from(word), prob, weight)
            });
        levels.insert(0, unigrams.collect());
        levels.iter_mut().for_each(|level| level.sort_unstable_by_key(|ngram| ngram.0));
        let keys: Vec<Vec<u128>> =
            levels.iter().map(|level| level.iter().map(|ngram| ngram.0).collect()).collect();
        let trie = Trie::from_sorted(&keys, bits);
        let values = |pick: fn(&(u128, f32, f32)) -> f32| {
            levels.iter().map(move |level| level.iter().map(pick).collect()).collect()
        };
        let probs: Vec<Vec<f32>> = values(|ngram| ngram.1);
        let mut backoffs: Vec<Vec<f32>> = values(|ngram| ngram.2);
        backoffs.pop();
        let shares = super::super::arpa::shares(&trie, &probs[0]);
        BackoffModel { vocab_len, trie, probs, backoffs, shares }
    }
}

/// Puts the n-grams of one length after another in the order in which they are packed.
struct Packing<'m> {
    trie: &'m Trie,
    /// Of the n-grams of the length last packed: contexts, keys of last words, places.
    contexts: Vec<u32>,
    last: Vec<u32>,
    places: Vec<u32>,
    /// Places that contexts may have.
    slots: usize,
}

/// The n-grams of one length in that order.
struct Packed {
    /// The node of each place, and its last word's key.
    nodes: Vec<(u32, u32)>,
    /// Where the children of each place of the length below begin.
    first: Vec<u32>,
}

impl<'m> Packing<'m> {
    fn new(model: &'m BackoffModel, keys: Keys) -> Self {
        let words = &model.trie.levels[0].words;
        let last = words.iter().map(|word| keys.key(*word) as u32).collect();
        let (places, slots) = (words.clone(), model.vocab_len as usize);
        Self { trie: &model.trie, contexts: Vec::new(), last, places, slots }
    }

    fn next(&mut self, level: usize) -> Packed {
        self.contexts = self.trie.contexts_above(level, &self.contexts);
        self.last = self.trie.fill(level, |parent, _, out: &mut [u32]| out.fill(self.last[parent]));
        let place = |node: usize| self.places[self.contexts[node] as usize] as usize;
        let len = self.trie.len(level);
        let mut first = vec![0; self.slots + 1];
        (0..len).for_each(|node| first[place(node) + 1] += 1);
        (0..self.slots).for_each(|slot| first[slot + 1] += first[slot]);
        let mut next = first.clone();
        let mut nodes = vec![(0, 0); len];
        for node in 0..len {
            let at = &mut next[place(node)];
            nodes[*at as usize] = (node as u32, self.last[node]);
            *at += 1;
        }
        let runs = first.windows(2).map(|run| run[0] as usize..run[1] as usize);
        runs.for_each(|run| nodes[run].sort_unstable_by_key(|node| node.1));
        self.places = vec![0; len];
        self.slots = len;
        (0..).zip(&nodes).for_each(|(place, node)| self.places[node.0 as usize] = place);
        Packed { nodes, first }
    }
}

/// What the codes of a level's probabilities and back-off weights stand for.
pub(super) fn codebooks(model: &BackoffModel, level: usize) -> (Codebook, Codebook) {
    let shape = Shape::new(model.vocab_len as usize, level + 1 < model.order());
    let probs = Codebook::train(model.probs[level].clone(), shape.probs as usize);
    // One code is for what is no context.
    (probs, model.weight_values(level, shape.weights.max(2) as usize - 1))
}

pub(super) fn write_new(model: &BackoffModel, writer: &mut SectionWriter) {
    let words = model.vocab_len as usize;
    let mut packing = Packing::new(model, Keys::new(words));
    if model.order() == 1 {
        return writer.array(vec![0u32; words + 1]);
    }
    let mut packed = packing.next(1);
    writer.array(packed.first);
    for level in 1..model.order() {
        let above = (level + 1 < model.order()).then(|| packing.next(level + 1));
        let shape = Shape::new(words, above.is_some());
        let (probs, book) = codebooks(model, level);
        let codes = probs.codes(&model.probs[level]);
        let weights = model.weights(level, &book);
        let mut records = BitWriter::default();
        for &(node, key) in &packed.nodes {
            let weight = weights.get(node as usize).copied().unwrap_or(0);
            let record = shape.record(key.into(), codes[node as usize], weight);
            records.push(record, shape.width);
        }
        probs.write(writer);
        writer.array(records.finish());
        let Some(above) = above else {
            break;
        };
        book.write(writer);
        let counts = above.first.windows(2).map(|run| run[1] - run[0]);
        Runs::write_new(counts, writer);
        packed = Packed { nodes: above.nodes, first: Vec::new() };
    }
}
