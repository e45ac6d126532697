//! Which word became which: sparse expected counts and the probabilities they give.
//!
//! p(spun | original) = (max(count - d, 0) + c prior) / (total + c), absolute
//! discounting (Ney, Essen and Kneser 1994, "On Structuring Probabilistic
//! Dependences in Stochastic Language Modelling") into a prior of c words: the share
//! of the word in all gaps, and extra mass for a word itself and for words that look
//! alike. Counts know no direction, as both sides are the same language; a total is
//! that of the word in either role.

use super::AlignConfig;
use super::similarity::Form;
use crate::error::Result;
use crate::model::section::{SectionReader, SectionWriter};
use rayon::prelude::*;
use rustc_hash::FxHashMap;

/// Parts of the table, which are merged side by side.
const SHARDS: usize = 16;
/// Steps of one count in the totals of words.
const STEPS: f64 = (1u64 << 24) as f64;
/// Steps of one expected count under collection: sums of whole numbers are the same in any
/// order, wherever their parts were made.
const UNIT: f64 = (1u64 << 28) as f64;
/// Less likeness than this is chance.
const LEAST_LIKENESS: f32 = 0.5;

/// An expected count in whole steps.
pub(crate) fn steps(count: f32) -> u64 {
    (f64::from(count) * UNIT).round() as u64
}

/// The expected count of so many steps.
pub(crate) fn count(steps: u64) -> f64 {
    steps as f64 / UNIT
}

/// Two words in either order, the smaller number first.
pub(crate) type Key = u64;

fn key(a: u32, b: u32) -> Key {
    u64::from(a.min(b)) << 32 | u64::from(a.max(b))
}

fn shard(key: Key) -> usize {
    (key.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 60) as usize % SHARDS
}

/// What the lexicon knows of a word by itself.
#[derive(Clone, Copy)]
pub(crate) struct Entry {
    pub(crate) word: u32,
    /// 1 / share of the word in all gaps.
    rarity: f32,
    /// 1 / (total count + concentration).
    scale: f32,
    form: Form,
}

/// Word pairs and their probabilities.
pub(crate) struct Lexicon {
    concentration: f32,
    identity: f32,
    likeness: f32,
    kind_change: f32,
    discount: f32,
    prune: f32,
    /// Discounted counts.
    shards: Vec<FxHashMap<Key, f32>>,
    words: Vec<Entry>,
    /// Stands for every word number that training did not have.
    stranger: Entry,
}

impl Lexicon {
    /// A lexicon that knows its prior only. `counts[word]` says how often a word stands
    /// in a gap, on either side.
    pub(crate) fn new<S: AsRef<str>>(
        config: &AlignConfig,
        counts: &[u32],
        text: impl Fn(u32) -> S,
    ) -> Self {
        // Words that stand in no gap have no share, so that their number does not matter.
        let seen = counts.iter().filter(|count| **count > 0);
        let total: f64 = seen.map(|&count| f64::from(count) + 0.5).sum();
        let entry = |word: u32, count: u32, form: Form| Entry {
            word,
            rarity: (total.max(1.0) / (f64::from(count) + 0.5)) as f32,
            scale: 1.0 / config.concentration,
            form,
        };
        let words = counts.iter().zip(0..);
        Self {
            concentration: config.concentration,
            identity: config.identity,
            likeness: config.likeness,
            kind_change: config.kind_change,
            discount: config.discount,
            prune: config.prune,
            shards: vec![FxHashMap::default(); SHARDS],
            words: words
                .map(|(&count, word)| entry(word, count, Form::new(text(word).as_ref())))
                .collect(),
            stranger: entry(u32::MAX, 0, Form::default()),
        }
    }

    /// Takes new counts in place of the old.
    pub(crate) fn update(&mut self, counts: &Counts) {
        let least = self.discount.max(self.prune);
        let keep = |table: &FxHashMap<Key, u64>| -> FxHashMap<Key, f32> {
            let counts = table.iter().map(|(&key, &steps)| (key, count(steps) as f32));
            let kept = counts.filter(|&(_, count)| count > least);
            kept.map(|(key, count)| (key, count - self.discount)).collect()
        };
        let kept: Vec<_> = counts.shards.par_iter().map(keep).collect();
        // Whole numbers of small steps, whose sum does not depend on the order.
        let mut totals = vec![0u64; self.words.len()];
        for (&key, &count) in kept.iter().flatten() {
            let steps = (f64::from(count) * STEPS) as u64;
            totals[(key >> 32) as usize] += steps;
            totals[key as u32 as usize] += steps;
        }
        for (entry, steps) in self.words.iter_mut().zip(totals) {
            entry.scale = 1.0 / ((steps as f64 / STEPS) as f32 + self.concentration);
        }
        self.shards = kept;
        self.shards.resize_with(SHARDS, FxHashMap::default);
    }

    pub(crate) fn write(&self, writer: &mut SectionWriter) {
        writer.array(self.words.iter().map(|entry| entry.rarity));
        writer.array(self.words.iter().map(|entry| entry.scale));
        writer.put(self.stranger.rarity);
        let table = || self.shards.iter().flatten();
        writer.array(table().map(|(&key, _)| key));
        writer.array(table().map(|(_, &count)| count));
    }

    /// The lexicon of `words` that was written.
    pub(crate) fn read(
        reader: &mut SectionReader,
        config: &AlignConfig,
        words: &[String],
    ) -> Result<Self> {
        let rarities = reader.array::<f32>()?;
        reader.check(rarities.len() <= words.len(), "numbers of known words", rarities.len())?;
        let scales = reader.array_of::<f32>(rarities.len())?;
        let stranger = reader.take::<f32>()?;
        let keys = reader.array::<u64>()?;
        let counts = reader.array_of::<f32>(keys.len())?;
        let mut lexicon = Self::new(config, &vec![0; rarities.len()], |word| &words[word as usize]);
        for (entry, (rarity, scale)) in
            lexicon.words.iter_mut().zip(rarities.iter().zip(scales.iter()))
        {
            (entry.rarity, entry.scale) = (rarity, scale);
        }
        lexicon.stranger.rarity = stranger;
        for (key, count) in keys.iter().zip(counts.iter()) {
            lexicon.shards[shard(key)].insert(key, count);
        }
        Ok(lexicon)
    }

    /// Number of word pairs that stand in the table.
    pub(crate) fn len(&self) -> usize {
        self.shards.iter().map(FxHashMap::len).sum()
    }

    pub(crate) fn entry(&self, word: u32) -> Entry {
        let stranger = Entry { word, ..self.stranger };
        self.words.get(word as usize).copied().unwrap_or(stranger)
    }

    /// p(spun | original) / p(spun) and p(original | spun) / p(original).
    #[inline]
    pub(crate) fn ratios(&self, original: &Entry, spun: &Entry) -> [f32; 2] {
        let key = key(original.word, spun.word);
        let mut mass = self.shards[shard(key)].get(&key).copied().unwrap_or(0.0);
        let mut factor = 1.0;
        if original.word == spun.word {
            mass += self.concentration * self.identity;
        } else if original.form.same_kind(&spun.form) {
            let alike = original.form.similarity(&spun.form);
            if alike >= LEAST_LIKENESS {
                mass += self.concentration * self.likeness * alike.powi(4);
            }
        } else {
            factor = self.kind_change;
        }
        let ratio = |rarity: f32, scale: f32| factor * scale * (mass * rarity + self.concentration);
        [ratio(spun.rarity, original.scale), ratio(original.rarity, spun.scale)]
    }
}

/// Expected counts under collection, in steps.
#[derive(Default)]
pub(crate) struct Counts {
    shards: Vec<FxHashMap<Key, u64>>,
}

impl Counts {
    /// Counts that were stored, each key once.
    pub(crate) fn of(entries: impl Iterator<Item = (Key, f32)>) -> Self {
        let mut counts = Self::default();
        counts.shards.resize_with(SHARDS, FxHashMap::default);
        entries.for_each(|(key, count)| {
            counts.shards[shard(key)].insert(key, steps(count));
        });
        counts
    }

    /// All counts, by key.
    pub(crate) fn sorted(&self) -> Vec<(Key, f32)> {
        let stored = |(&key, &steps)| (key, count(steps) as f32);
        let mut all: Vec<_> = self.shards.iter().flatten().map(stored).collect();
        all.sort_unstable_by_key(|&(key, _)| key);
        all
    }

    /// Adds those of earlier sources.
    pub(crate) fn add(&mut self, before: &Self) {
        self.shards.resize_with(SHARDS, FxHashMap::default);
        self.shards.par_iter_mut().zip(&before.shards).for_each(|(table, before)| {
            for (&key, &count) in before {
                *table.entry(key).or_default() += count;
            }
        });
    }

    /// Drops counts below `least` and keeps of the others what a file of them does.
    pub(crate) fn settle(&mut self, least: f32) {
        self.shards.par_iter_mut().for_each(|table| {
            table.retain(|_, sum| {
                let stored = count(*sum) as f32;
                *sum = steps(stored);
                stored >= least
            });
        });
    }

    /// All counts in steps, in any order.
    pub(crate) fn into_steps(self) -> impl Iterator<Item = (Key, u64)> {
        self.shards.into_iter().flatten()
    }

    /// Adds steps to the count of a pair.
    pub(crate) fn add_steps(&mut self, key: Key, steps: u64) {
        self.shards.resize_with(SHARDS, FxHashMap::default);
        let sum = self.shards[shard(key)].entry(key).or_default();
        *sum = sum.saturating_add(steps);
    }

    /// Adds the chunks' counts.
    pub(crate) fn merge(&mut self, chunks: &[Vec<(Key, u64)>]) {
        self.shards.resize_with(SHARDS, FxHashMap::default);
        self.shards.par_iter_mut().enumerate().for_each(|(index, table)| {
            for chunk in chunks {
                let from = chunk.partition_point(|entry| shard(entry.0) < index);
                let of_shard = chunk[from..].iter().take_while(|entry| shard(entry.0) == index);
                for &(key, count) in of_shard {
                    *table.entry(key).or_default() += count;
                }
            }
        });
    }
}

/// Expected counts of one chunk.
#[derive(Default)]
pub(crate) struct ChunkCounts {
    counts: Vec<(Key, u64)>,
}

impl ChunkCounts {
    pub(crate) fn add(&mut self, original: u32, spun: u32, count: f32) {
        self.counts.push((key(original, spun), steps(count)));
    }

    /// The counts summed by pair, in the order that [`Counts::merge`] wants.
    pub(crate) fn finish(&mut self) -> Vec<(Key, u64)> {
        self.counts.sort_unstable_by_key(|&(key, _)| (shard(key), key));
        let mut summed: Vec<(Key, u64)> = Vec::new();
        for &(key, count) in &self.counts {
            match summed.last_mut() {
                Some(last) if last.0 == key => last.1 += count,
                _ => summed.push((key, count)),
            }
        }
        self.counts.clear();
        summed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ratios_by_hand() {
        let config = AlignConfig {
            concentration: 2.0,
            identity: 0.5,
            likeness: 0.1,
            kind_change: 0.25,
            discount: 0.5,
            ..AlignConfig::default()
        };
        // Shares of 12 words: 0: 3.5/12, 1: 2.5/12, 2: 4.5/12, 3: 1.5/12.
        let words = ["right", "proper", ",", "walked"];
        let mut lexicon = Lexicon::new(&config, &[3, 2, 4, 1], |word| words[word as usize]);
        let ratios = |lexicon: &Lexicon, o: u32, s: u32| {
            lexicon.ratios(&lexicon.entry(o), &lexicon.entry(s))
        };
        let near = |got: [f32; 2], expected: [f32; 2]| {
            assert!(got.iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-5), "{got:?}");
        };
        near(ratios(&lexicon, 0, 1), [1.0, 1.0]);
        near(ratios(&lexicon, 0, 2), [0.25, 0.25]);
        // (2 x 0.5 x 12/3.5 + 2) / 2
        near(ratios(&lexicon, 0, 0), [2.714286, 2.714286]);

        let mut chunk = ChunkCounts::default();
        chunk.add(0, 1, 1.0);
        chunk.add(3, 1, 0.4);
        chunk.add(1, 0, 0.75);
        let mut counts = Counts::default();
        counts.merge(&[chunk.finish()]);
        lexicon.update(&counts);
        assert_eq!(lexicon.len(), 1);
        // 1.75 - 0.5 remain; forward (1.25 x 12/2.5 + 2) / 3.25, back with 12/3.5.
        near(ratios(&lexicon, 0, 1), [2.461538, 1.934066]);
        near(ratios(&lexicon, 1, 0), [1.934066, 2.461538]);
        near(ratios(&lexicon, 0, 3), [2.0 / 3.25, 1.0]);
        near(ratios(&lexicon, 9, 0), [1.0, 2.0 / 3.25]);
    }
}
