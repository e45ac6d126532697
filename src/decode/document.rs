//! How heavily a document is spun: what a first pass tells the second.
//!
//! A spinner changes a fifth of the words or none. A word that is likelier
//! another in one place is weak evidence; many of them in one document are strong.

use super::{DecodeConfig, Graph};
use crate::lattice::{Kind, Lattice, Manner};
use crate::model::Model;
use crate::text::Token;
use std::iter::Sum;
use std::ops::Add;

/// Share of the words that a first pass expects to be changed in spun text, and
/// for how many words of a document this expectation counts.
const USUAL: f64 = 0.1;
const TRUST: f64 = 20.0;
/// The first pass needs no fine distinctions.
const BEAM: usize = 4;

/// Words of a stretch of text, and how many of them seem changed.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Signs {
    words: f64,
    changed: f64,
}

impl Add for Signs {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self { words: self.words + other.words, changed: self.changed + other.changed }
    }
}

impl Sum for Signs {
    fn sum<I: Iterator<Item = Self>>(signs: I) -> Self {
        signs.fold(Self::default(), Self::add)
    }
}

impl Signs {
    /// Reads the signs of one sentence, as if nothing were known of its document.
    pub(crate) fn read(
        model: &Model,
        text: &str,
        tokens: &[Token],
        lattice: &mut Lattice,
        graph: &mut Graph,
    ) -> Self {
        lattice.build(model, text, tokens, Manner::default());
        graph.search(model, lattice, &DecodeConfig { beam: BEAM, ..DecodeConfig::default() });
        graph.posteriors();
        let posteriors = graph.choice_posteriors(lattice);
        let changed = |(number, likely): (u32, &f64)| {
            let choice = lattice.choice(number);
            let words = if choice.kind == Kind::Restore { choice.span().len() } else { 0 };
            likely * words as f64
        };
        Self { words: tokens.len() as f64, changed: (0..).zip(&posteriors).map(changed).sum() }
    }

    /// The manner that the signs of a whole document speak for.
    pub(crate) fn manner(self) -> Manner {
        let share = (self.changed + TRUST * USUAL) / (self.words + TRUST);
        Manner { rate: (share / USUAL).ln() as f32 }
    }
}
