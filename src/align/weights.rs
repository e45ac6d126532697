//! Word translation probabilities counted from links, for lexical weighting.
//!
//! Koehn, Och and Marcu (2003), "Statistical Phrase-Based Translation": w(spun |
//! original) is the share of an original word's links that lead to a spun word; a word
//! without any link counts as linked to the empty word.

use super::pairs::{PairSource, Pairs};
use super::train::{Aligner, each_batch};
use super::worker::AlignWorker;
use crate::error::Result;
use rustc_hash::FxHashMap;

/// Stands for the empty word.
const EMPTY: u32 = u32::MAX;

/// w(spun | original) and w(original | spun), as shares of links.
#[derive(Default)]
pub struct LexicalWeights {
    links: FxHashMap<(u32, u32), u32>,
    originals: FxHashMap<u32, u32>,
    spun: FxHashMap<u32, u32>,
}

impl LexicalWeights {
    /// `[w(spun | original), w(original | spun)]`; None stands for the empty word. 0 for
    /// words that were never linked.
    pub fn get(&self, original: Option<u32>, spun: Option<u32>) -> [f64; 2] {
        let (original, spun) = (original.unwrap_or(EMPTY), spun.unwrap_or(EMPTY));
        let Some(&links) = self.links.get(&(original, spun)) else { return [0.0; 2] };
        let share = |of: Option<&u32>| of.map_or(0.0, |&of| f64::from(links) / f64::from(of));
        [share(self.originals.get(&original)), share(self.spun.get(&spun))]
    }

    fn add(&mut self, original: u32, spun: u32, count: u32) {
        *self.links.entry((original, spun)).or_default() += count;
        *self.originals.entry(original).or_default() += count;
        *self.spun.entry(spun).or_default() += count;
    }
}

impl Aligner {
    /// Aligns `pairs` and counts the links of every pair of words.
    ///
    /// # Errors
    ///
    /// What the source of the pairs reports.
    pub fn lexical_weights(&self, pairs: &impl PairSource) -> Result<LexicalWeights> {
        let mut weights = LexicalWeights::default();
        let chunk = |worker: &mut AlignWorker, chunk: &Pairs| {
            let mut counts: FxHashMap<(u32, u32), u32> = FxHashMap::default();
            let mut links = Vec::new();
            for (original, spun) in chunk.iter() {
                worker.align(original, spun, &mut links);
                each_link(original, spun, &links, |original, spun| {
                    *counts.entry((original, spun)).or_default() += 1;
                });
            }
            counts
        };
        // Sums of whole numbers come out the same in any order.
        each_batch(self.model(), pairs, chunk, |results| {
            for ((original, spun), count) in results.into_iter().flatten() {
                weights.add(original, spun, count);
            }
            Ok(())
        })?;
        Ok(weights)
    }
}

/// Calls `visit` with the words of each link, and of each word without one.
fn each_link(
    original: &[u32],
    spun: &[u32],
    links: &[(u16, u16)],
    mut visit: impl FnMut(u32, u32),
) {
    let mut free = [vec![true; original.len()], vec![true; spun.len()]];
    for &(i, j) in links {
        visit(original[i as usize], spun[j as usize]);
        free[0][i as usize] = false;
        free[1][j as usize] = false;
    }
    let unlinked = |words: &[u32], free: &[bool]| -> Vec<u32> {
        words.iter().zip(free).filter(|(_, free)| **free).map(|(word, _)| *word).collect()
    };
    unlinked(original, &free[0]).into_iter().for_each(|word| visit(word, EMPTY));
    unlinked(spun, &free[1]).into_iter().for_each(|word| visit(EMPTY, word));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_by_hand() {
        let mut weights = LexicalWeights::default();
        for (original, spun, links) in
            [(&[1, 2][..], &[3][..], &[(0, 0)][..]), (&[1], &[1, 3], &[(0, 0), (0, 1)])]
        {
            each_link(original, spun, links, |o, s| weights.add(o, s, 1));
        }
        assert_eq!(weights.get(Some(1), Some(3)), [2.0 / 3.0, 1.0]);
        assert_eq!(weights.get(Some(1), Some(1)), [1.0 / 3.0, 1.0]);
        assert_eq!(weights.get(Some(2), None), [1.0, 1.0]);
        assert_eq!(weights.get(None, Some(3)), [0.0, 0.0]);
    }
}
