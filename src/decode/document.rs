//! How heavily a document is spun: what a first pass tells the second.
//!
//! A spinner changes a fifth of the words or none. A word that is likelier
//! another in one place is weak evidence; many of them in one document are strong.

use super::{DecodeConfig, Graph};
use crate::channel::FAMILIES;
use crate::lattice::{Kind, Lattice, Manner};
use crate::model::Model;
use crate::text::Token;
use std::iter::Sum;
use std::ops::Add;

/// Share of the words that a first pass expects to be changed in spun text, and
/// for how many words of a document this expectation counts.
const USUAL: f64 = 0.1;
const TRUST: f64 = 20.0;
/// For how many words of a sentence the share of its document counts.
const TRUST_HERE: f64 = 10.0;
/// How often a document is read before it is decoded: each reading knows what the
/// one before has found.
pub(crate) const READINGS: usize = 2;
/// The first pass needs no fine distinctions.
const BEAM: usize = 4;

/// How much of the likelihood of an engine family is believed: what happens to
/// one word of a document and to another is not independent.
const TEMPER: f64 = 0.3;
/// The same within a sentence, and how likely its engine is none of the document's.
const TEMPER_HERE: f64 = 0.6;
const STRAY: f64 = 0.2;

/// Words of a stretch of text, how many of them seem changed, and how likely what
/// happened to them is for each engine family.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Signs {
    words: f64,
    changed: f64,
    families: [f64; FAMILIES],
}

impl Add for Signs {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self {
            words: self.words + other.words,
            changed: self.changed + other.changed,
            families: std::array::from_fn(|f| self.families[f] + other.families[f]),
        }
    }
}

impl Sum for Signs {
    fn sum<I: Iterator<Item = Self>>(signs: I) -> Self {
        signs.fold(Self::default(), Self::add)
    }
}

impl Signs {
    /// Reads the signs of one sentence, given what is known of its document.
    pub(crate) fn read(
        model: &Model,
        text: &str,
        tokens: &[Token],
        manner: Manner,
        lattice: &mut Lattice,
        graph: &mut Graph,
    ) -> Self {
        lattice.build(model, text, tokens, manner);
        graph.search(model, lattice, &DecodeConfig { beam: BEAM, ..DecodeConfig::default() });
        graph.posteriors();
        let posteriors = graph.choice_posteriors(lattice);
        let mut signs = Self { words: tokens.len() as f64, ..Self::default() };
        for (number, likely) in (0..).zip(posteriors) {
            let choice = lattice.choice(number);
            if likely < 0.01 || choice.kind != Kind::Restore {
                continue;
            }
            signs.changed += likely * choice.span().len() as f64;
            let logs = model.channel.restore_by_family(choice.candidate as usize);
            for (sum, log) in signs.families.iter_mut().zip(logs) {
                *sum += likely * f64::from(log);
            }
        }
        signs
    }

    /// The manner that the signs of a whole document and of one of its sentences
    /// speak for.
    pub(crate) fn manner(self, here: Self) -> Manner {
        let share = (self.changed + TRUST * USUAL) / (self.words + TRUST);
        let share_here = (here.changed + TRUST_HERE * share) / (here.words + TRUST_HERE);
        let families = posterior([1.0; FAMILIES], self.families, TEMPER);
        // A document may be put together from what several engines have spun.
        let mixed = families.map(|likely| (1.0 - STRAY) * likely + STRAY / FAMILIES as f64);
        let families_here = posterior(mixed, here.families, TEMPER_HERE);
        let single = |likely: [f64; FAMILIES]| likely.map(|likely| likely as f32);
        Manner {
            rate: (share / USUAL).ln() as f32,
            rate_here: (share_here / share).ln() as f32,
            families: Some([single(families), single(families_here)]),
        }
    }
}

/// How likely each family is by what is known before and the logs of what was seen.
fn posterior(prior: [f64; FAMILIES], logs: [f64; FAMILIES], temper: f64) -> [f64; FAMILIES] {
    let most = logs.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let likely: [f64; FAMILIES] =
        std::array::from_fn(|f| prior[f] * (temper * (logs[f] - most)).exp());
    let sum: f64 = likely.iter().sum();
    likely.map(|likely| likely / sum)
}

/// The manner of every sentence, from the signs of each and the number of the document
/// that it belongs to.
pub(crate) fn manners(
    documents: usize,
    of: impl Iterator<Item = usize> + Clone,
    signs: &[Signs],
) -> Vec<Manner> {
    let mut sums = vec![Signs::default(); documents];
    for (document, &signs) in of.clone().zip(signs) {
        sums[document] = sums[document] + signs;
    }
    of.zip(signs).map(|(document, &here)| sums[document].manner(here)).collect()
}
