//! What all learners of contexts know: how common words are, and which are rivals.

use super::train::ContextConfig;
use crate::corpus::Sentences;
use crate::vectors::{NO_ROW, commonest};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

/// Entries of the table from which strangers are drawn.
const DRAWS: usize = 1 << 20;

/// What all learners know.
pub(super) struct World<'c> {
    pub(super) config: &'c ContextConfig,
    /// Words that get a vector, and the row of each word.
    pub(super) words: Vec<u32>,
    pub(super) rows: Vec<u16>,
    /// Share of the text of each row.
    pub(super) frequencies: Vec<f64>,
    /// Rows by how often a stranger is drawn.
    pub(super) strangers: Vec<u16>,
    /// What each row is spun to, and what it is the spun word of.
    pub(super) spun: Lists,
    pub(super) originals: Lists,
}

/// A list of rows for each row.
pub(super) struct Lists {
    pub(super) starts: Vec<u32>,
    pub(super) rows: Vec<u16>,
}

impl Lists {
    pub(super) fn new(rows: usize, mut pairs: Vec<(u16, u16)>) -> Self {
        pairs.sort_unstable();
        pairs.dedup();
        let mut starts = vec![0u32; rows + 1];
        pairs.iter().for_each(|&(from, _)| starts[usize::from(from) + 1] += 1);
        for row in 0..rows {
            starts[row + 1] += starts[row];
        }
        Self { starts, rows: pairs.into_iter().map(|(_, to)| to).collect() }
    }

    pub(super) fn of(&self, row: u16) -> &[u16] {
        let row = usize::from(row);
        &self.rows[self.starts[row] as usize..self.starts[row + 1] as usize]
    }
}

impl<'c> World<'c> {
    pub(super) fn new(
        config: &'c ContextConfig,
        vocabulary: usize,
        sentences: &Sentences,
        pairs: &[(u32, u32)],
    ) -> Self {
        let counts = sentences.counts(vocabulary);
        let common = commonest(&counts, config.words, |_| true);
        let mut rows = vec![NO_ROW; vocabulary];
        (0..).zip(&common).for_each(|(row, &word)| rows[word as usize] = row);
        let all = sentences.words().len().max(1) as f64;
        let frequencies: Vec<f64> =
            common.iter().map(|&word| f64::from(counts[word as usize]) / all).collect();
        let shares: Vec<f64> = frequencies.iter().map(|share| share.powf(0.75)).collect();
        let sum: f64 = shares.iter().sum();
        let mut strangers = Vec::with_capacity(DRAWS + common.len());
        for (row, share) in (0u16..).zip(&shares) {
            let draws = (share / sum * DRAWS as f64).ceil() as usize;
            strangers.extend(std::iter::repeat_n(row, draws));
        }
        let known = |&(original, spun): &(u32, u32)| {
            let (original, spun) = (rows[original as usize], rows[spun as usize]);
            (original != NO_ROW && spun != NO_ROW && original != spun).then_some((original, spun))
        };
        let pairs: Vec<(u16, u16)> = pairs.iter().filter_map(known).collect();
        let turned = pairs.iter().map(|&(original, spun)| (spun, original)).collect();
        Self {
            config,
            spun: Lists::new(common.len(), pairs),
            originals: Lists::new(common.len(), turned),
            words: common,
            rows,
            frequencies,
            strangers,
        }
    }
}

/// Chance that does not depend on threads.
pub(super) struct Draws(ChaCha8Rng);

impl Draws {
    pub(super) fn new(seed: u64, stream: u64) -> Self {
        let mut draws = ChaCha8Rng::seed_from_u64(seed);
        draws.set_stream(stream);
        Self(draws)
    }

    #[inline]
    pub(super) fn unit(&mut self) -> f64 {
        f64::from(self.0.next_u32()) / 4_294_967_296.0
    }

    #[inline]
    pub(super) fn below(&mut self, bound: usize) -> usize {
        ((u64::from(self.0.next_u32()) * bound as u64) >> 32) as usize
    }

    #[inline]
    pub(super) fn pick(&mut self, list: &[u16]) -> Option<u16> {
        if list.is_empty() { None } else { Some(list[self.below(list.len())]) }
    }
}
