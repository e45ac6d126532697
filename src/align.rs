//! Who became whom: links between the words of an original and of its spun form.
//!
//! Most words of spun text are copies in the same order. Those are linked first,
//! as a longest common subsequence (`anchor`); what lies between is small, and
//! only there do models work. A gap is aligned twice, spun words choosing originals
//! and originals choosing spun words, by a first-order hidden Markov model (`hmm`;
//! Vogel, Ney and Tillmann 1996, "HMM-Based Word Alignment in Statistical
//! Translation") after, if asked for, IBM Model 1 with a diagonal prior (`model1`;
//! Brown et al. 1993, "The Mathematics of Statistical Machine Translation"; Dyer,
//! Chahuneau and Smith 2013, "A Simple, Fast, and Effective Reparameterization of IBM
//! Model 2"). Both directions train together on the product of their posteriors
//! (Liang, Taskar and Klein 2006, "Alignment by Agreement").
//!
//! Both sides are English, so the two directions share one sparse table of word
//! pairs (`lexicon`), smoothed by absolute discounting towards a prior that knows
//! identity, likeness of form and kind of word, and that function words stand in for
//! one another. Pairs with little in common (a
//! paraphrase, not spun text) are one gap, their copies a matter of the prior.

mod anchor;
mod batches;
mod carry;
mod function;
mod hmm;
mod lexicon;
mod links;
mod model1;
mod pairs;
pub(crate) mod pharaoh;
mod similarity;
mod symmetrize;
mod train;
mod weights;
mod worker;

pub(crate) use batches::in_order;
pub(crate) use hmm::{JumpCounts, JumpSums};
pub(crate) use lexicon::{ChunkCounts, Counts as PairCounts};
pub use pairs::{CHUNK_PAIRS, PairSource, Pairs, SpooledPairs};
pub use symmetrize::Symmetrization;
pub use train::Aligner;
pub(crate) use train::{Countable, Here, Learned};
pub use weights::LexicalWeights;
pub(crate) use weights::{WordLink, each_link};
pub use worker::AlignWorker;
pub(crate) use worker::Model as AlignModel;

use crate::error::{Error, Result};
use serde::{Deserialize, Serialize};

/// Settings of the aligner. The defaults were chosen on the training halves of two
/// gold sets of paraphrases, MTRef and MultiMWA-Wiki.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct AlignConfig {
    /// Passes of Model 1, which see the diagonal and the prior alone at first.
    pub model1_passes: usize,
    /// Passes of the hidden Markov model.
    pub hmm_passes: usize,
    /// Share of the words, both sides taken together, that must be copies in the same
    /// order for these to be anchors; a pair with fewer is one gap.
    pub anchor_share: f32,
    /// Probability that a word comes from none, in a pair without anchors.
    pub empty: f32,
    /// The same in a gap between anchors.
    pub gap_empty: f32,
    /// What is added to it, times the share of the words for which the other side of
    /// the gap has no partner left.
    pub spare_empty: f32,
    /// Weight of the prior over translations, in words.
    pub concentration: f32,
    /// Prior probability that a word stays itself.
    pub identity: f32,
    /// Prior probability of a word of the same form but for the ending.
    pub likeness: f32,
    /// Factor on the probability that a word, a number or a mark turns into another of
    /// these kinds.
    pub kind_change: f32,
    /// What is taken off every expected count, from 0 to 1: a pair that is seen once
    /// is explained by its own sentence, so it should tell little about others.
    pub discount: f32,
    /// Share of the fixed diagonal in the jump distribution that is learned.
    pub diagonal: f32,
    /// Expected counts below this, of a pair of sentences or of all, are dropped.
    pub prune: f32,
    /// How the two directions become one.
    pub symmetrization: Symmetrization,
    /// For [`Symmetrization::Posterior`]: the least geometric mean of a link's two
    /// posteriors.
    pub link: f32,
    /// For [`Symmetrization::Posterior`]: the same for a link beside another one.
    pub grow: f32,
    /// For [`Symmetrization::Posterior`]: a word without links is linked to what its
    /// neighbour is linked with if it chooses that with this probability.
    pub attach: f32,
}

impl Default for AlignConfig {
    fn default() -> Self {
        Self {
            model1_passes: 0,
            hmm_passes: 2,
            anchor_share: 0.65,
            empty: 0.05,
            gap_empty: 0.5,
            spare_empty: 0.5,
            concentration: 30.0,
            identity: 0.8,
            likeness: 0.05,
            kind_change: 0.1,
            discount: 0.45,
            diagonal: 0.5,
            prune: 0.01,
            symmetrization: Symmetrization::Posterior,
            link: 0.25,
            grow: 0.17,
            attach: 0.4,
        }
    }
}

impl AlignConfig {
    /// Says which setting lies outside its range.
    pub(crate) fn check(&self) -> Result<()> {
        let shares = [
            ("anchor_share", self.anchor_share),
            ("empty", self.empty),
            ("gap_empty", self.gap_empty),
            ("spare_empty", self.spare_empty),
            ("identity", self.identity),
            ("likeness", self.likeness),
            ("kind_change", self.kind_change),
            ("discount", self.discount),
            ("diagonal", self.diagonal),
            ("link", self.link),
            ("grow", self.grow),
            ("attach", self.attach),
        ];
        for (name, value) in shares {
            if !(0.0..=1.0).contains(&value) {
                return Err(Error::config(format!("align.{name} is {value}, not from 0 to 1")));
            }
        }
        let positive = [
            ("empty", self.empty),
            ("gap_empty", self.gap_empty),
            ("kind_change", self.kind_change),
            ("concentration", self.concentration),
            ("prune", self.prune),
        ];
        for (name, value) in positive {
            if !(value > 0.0 && value.is_finite()) {
                return Err(Error::config(format!("align.{name} is {value}, not positive")));
            }
        }
        if self.empty == 1.0 || self.gap_empty == 1.0 {
            return Err(Error::config("align.empty and align.gap_empty must lie below 1"));
        }
        Ok(())
    }
}
