//! Word translation probabilities counted from links, for lexical weighting.
//!
//! Koehn, Och and Marcu (2003), "Statistical Phrase-Based Translation": w(spun |
//! original) is the share of an original word's links that lead to a spun word; a word
//! without any link counts as linked to the empty word.

use super::pairs::{PairSource, Pairs};
use super::train::{Aligner, each_chunk};
use super::worker::AlignWorker;
use crate::error::Result;
use rustc_hash::FxHashMap;

/// Stands for the empty word.
const EMPTY: u32 = u32::MAX;

/// Two linked words, original and spun; None is the empty word.
pub(crate) type WordLink = (Option<u32>, Option<u32>);

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

    /// Counts `count` links of two words; None stands for the empty word.
    pub(crate) fn add(&mut self, (original, spun): WordLink, count: u32) {
        let (original, spun) = (original.unwrap_or(EMPTY), spun.unwrap_or(EMPTY));
        let add = |sum: &mut u32| *sum = sum.saturating_add(count);
        add(self.links.entry((original, spun)).or_default());
        add(self.originals.entry(original).or_default());
        add(self.spun.entry(spun).or_default());
    }

    /// All counts, in order of the words.
    pub(crate) fn sorted(&self) -> Vec<(WordLink, u32)> {
        let word = |word| (word != EMPTY).then_some(word);
        let mut all: Vec<_> =
            self.links.iter().map(|(&(o, s), &count)| ((word(o), word(s)), count)).collect();
        all.sort_unstable();
        all
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
            let mut counts: FxHashMap<WordLink, u32> = FxHashMap::default();
            let mut links = Vec::new();
            for (original, spun) in chunk.iter() {
                worker.align(original, spun, &mut links);
                each_link(original, spun, &links, |link| *counts.entry(link).or_default() += 1);
            }
            counts
        };
        // Sums of whole numbers come out the same in any order.
        each_chunk(self.model(), pairs, chunk, |results| {
            results.into_iter().flatten().for_each(|(link, count)| weights.add(link, count));
            Ok(())
        })?;
        Ok(weights)
    }
}

/// Calls `visit` with the words of each link, and with each word that has none. Links lie
/// within the pair.
pub(crate) fn each_link(
    original: &[u32],
    spun: &[u32],
    links: &[(u16, u16)],
    mut visit: impl FnMut(WordLink),
) {
    let mut free = [vec![true; original.len()], vec![true; spun.len()]];
    for &(i, j) in links {
        visit((Some(original[i as usize]), Some(spun[j as usize])));
        free[0][i as usize] = false;
        free[1][j as usize] = false;
    }
    let unlinked = |words: &[u32], free: &[bool]| -> Vec<u32> {
        words.iter().zip(free).filter(|(_, free)| **free).map(|(word, _)| *word).collect()
    };
    unlinked(original, &free[0]).into_iter().for_each(|word| visit((Some(word), None)));
    unlinked(spun, &free[1]).into_iter().for_each(|word| visit((None, Some(word))));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_stay_at_the_largest() {
        let mut weights = LexicalWeights::default();
        weights.add((Some(1), Some(2)), u32::MAX);
        weights.add((Some(1), None), 1);
        assert_eq!(weights.get(Some(1), Some(2)), [1.0; 2]);
    }

    #[test]
    fn shares_by_hand() {
        let mut weights = LexicalWeights::default();
        for (original, spun, links) in
            [(&[1, 2][..], &[3][..], &[(0, 0)][..]), (&[1], &[1, 3], &[(0, 0), (0, 1)])]
        {
            each_link(original, spun, links, |link| weights.add(link, 1));
        }
        assert_eq!(weights.get(Some(1), Some(3)), [2.0 / 3.0, 1.0]);
        assert_eq!(weights.get(Some(1), Some(1)), [1.0 / 3.0, 1.0]);
        assert_eq!(weights.get(Some(2), None), [1.0, 1.0]);
        assert_eq!(weights.get(None, Some(3)), [0.0, 0.0]);
    }
}
