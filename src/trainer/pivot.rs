//! Synonyms of synonyms: originals that no thesaurus has for a spun word, but that share
//! words with it.
//!
//! What two words stand for in common makes them candidates of each other, the more of it
//! the likelier (Bannard & Callison-Burch 2005, with synonyms in the place of
//! translations): `p(spun | original) = Σ_m p(m | original) p(spun | m)`.

use super::recipe::PivotConfig;
use super::thesaurus::{Offers, are_kin};
use crate::corpus::Interner;
use crate::spin::Lexicon;
use rayon::prelude::*;
use rustc_hash::FxHashMap;

/// The column of [`crate::channel::counts::Offered`] for them.
pub(super) const COLUMN: usize = 2;

/// What one row of each column of offers says, against an entry of the lexicon.
const TRUST: [f32; COLUMN] = [0.5, 0.3];

/// Words of more synonyms mean everything, and lead nowhere.
const MOST_SYNONYMS: usize = 400;

/// The synonyms of each word, with p(synonym | word).
struct Graph {
    rows: Vec<Vec<(u32, f32)>>,
    /// What all synonyms of a word weigh.
    total: Vec<f32>,
}

impl Graph {
    /// Every pair of single words that thesauri or the lexicon have, both ways.
    fn new(offers: &[Offers], edges_of: impl Iterator<Item = (u32, u32)>, words: usize) -> Self {
        let mut edges: FxHashMap<(u32, u32), f32> = FxHashMap::default();
        let mut add = |a: u32, b: u32, weight: f32| {
            for edge in [(a, b), (b, a)] {
                *edges.entry(edge).or_default() += weight;
            }
        };
        for offers in offers.iter().filter(|offers| offers.column < COLUMN) {
            for (original, spun) in &offers.pairs {
                if let (&[original], &[spun]) = (&original[..], &spun[..]) {
                    // Both directions of every pair are there.
                    add(original, spun, TRUST[offers.column] / 2.0);
                }
            }
        }
        edges_of.for_each(|(original, spun)| add(original, spun, 1.0));
        let mut rows = vec![Vec::new(); words];
        for ((a, b), weight) in edges {
            rows[a as usize].push((b, weight));
        }
        let mut total = vec![0.0; rows.len()];
        for (row, total) in rows.iter_mut().zip(&mut total) {
            row.sort_unstable_by_key(|&(word, _)| word);
            *total = row.iter().map(|(_, weight)| weight).sum();
            row.iter_mut().for_each(|(_, weight)| *weight /= *total);
        }
        Self { rows, total }
    }

    /// The likeliest originals of a spun word over one word between, with p(original | spun).
    fn originals(&self, spun: u32, most: usize) -> Vec<(u32, f32)> {
        let direct = &self.rows[spun as usize];
        let mut found: FxHashMap<u32, f32> = FxHashMap::default();
        for &(between, share) in direct {
            let row = &self.rows[between as usize];
            if row.len() <= MOST_SYNONYMS {
                for &(original, further) in row {
                    *found.entry(original).or_default() += share * further;
                }
            }
        }
        let is_new = |word: u32| {
            word != spun && direct.binary_search_by_key(&word, |&(other, _)| other).is_err()
        };
        let mut found: Vec<_> = found.into_iter().filter(|&(word, _)| is_new(word)).collect();
        found.sort_unstable_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        found.truncate(most);
        found
    }
}

/// Offers of originals for each word that is `known`.
pub(super) fn pivot(
    config: &PivotConfig,
    offers: &[Offers],
    lexicon: Option<&Lexicon>,
    known: impl Fn(&str) -> bool,
    words: &mut Interner,
) -> Offers {
    let entries = lexicon.iter().flat_map(|l| &l.families).flat_map(|f| &f.entries);
    let entries: Vec<(u32, u32)> = entries
        .filter_map(|entry| match (&entry.original[..], &entry.spun[..]) {
            ([original], [spun]) if known(original) && known(spun) => {
                Some((words.number(original), words.number(spun)))
            }
            _ => None,
        })
        .collect();
    let words = &*words;
    let graph = &Graph::new(offers, entries.into_iter(), words.len());
    let of_spun = |spun: u32| {
        let found = graph.originals(spun, config.most).into_iter();
        let share = graph.total[spun as usize];
        found.filter_map(move |(original, likely)| {
            let pair = (vec![original], vec![spun]);
            // The weights go both ways, so Bayes' rule needs no more than their sums.
            let share = likely * share / graph.total[original as usize];
            (!are_kin(words.word(original), words.word(spun))).then_some((pair, share))
        })
    };
    let spun: Vec<u32> = (0..graph.rows.len() as u32).collect();
    let mut pairs: Vec<_> =
        spun.par_iter().map(|&spun| of_spun(spun).collect::<Vec<_>>()).flatten().collect();
    pairs.sort_unstable_by(|a, b| a.0.cmp(&b.0));
    let (pairs, shares) = pairs.into_iter().unzip();
    Offers { column: COLUMN, pairs, shares, rate: config.rate }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Both directions of what a thesaurus says, as [`Offers`] hold it.
    fn offers(pairs: &[(u32, u32)]) -> Offers {
        let both = pairs.iter().flat_map(|&(a, b)| [(vec![a], vec![b]), (vec![b], vec![a])]);
        let pairs: Vec<_> = both.collect();
        Offers { column: 0, shares: vec![1.0; pairs.len()], pairs, rate: 0.1 }
    }

    #[test]
    fn shares_by_hand() {
        let mut words = Interner::default();
        let [boat, vessel, jar, _cat] =
            ["boat", "vessel", "jar", "cat"].map(|word| words.number(word));
        let config = PivotConfig { most: 5, rate: 0.2 };
        let found =
            pivot(&config, &[offers(&[(boat, vessel), (vessel, jar)])], None, |_| true, &mut words);
        assert_eq!((found.column, found.rate), (COLUMN, 0.2));
        assert_eq!(found.pairs, [(vec![boat], vec![jar]), (vec![jar], vec![boat])]);
        // A boat is always a vessel, and every second vessel a jar.
        assert_eq!(found.shares, [0.5, 0.5]);
    }

    #[test]
    fn what_is_known_is_not_offered_again() {
        let mut words = Interner::default();
        let [a, b, c, d] = ["alpha", "beta", "gamma", "delta"].map(|word| words.number(word));
        let config = PivotConfig { most: 1, rate: 0.1 };
        let found = pivot(
            &config,
            &[offers(&[(a, b), (b, c), (a, c), (c, d)])],
            None,
            |_| true,
            &mut words,
        );
        // Of two that lead to d, one; a and c are synonyms already.
        let pairs = [(vec![a], vec![d]), (vec![d], vec![a])];
        assert!(pairs.iter().all(|pair| found.pairs.contains(pair)), "{:?}", found.pairs);
        assert!(!found.pairs.contains(&(vec![a], vec![c])));
        assert_eq!(found.pairs.iter().filter(|(_, spun)| *spun == [d]).count(), 1);
    }
}
