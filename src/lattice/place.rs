//! What is known of the candidates for one run of tokens.

use super::Manner;
use super::features::{Feature, Features};
use crate::context::Vector;
use crate::model::Model;

/// A run of spun words, seen in its document and among its neighbours.
pub(super) struct Place<'m, 'd> {
    model: &'m Model,
    /// The features that all candidates have.
    shared: Features,
    /// Sum and mean of the log probabilities of the spun words.
    sum: f32,
    mean: f32,
    around: Vector,
    manner: Manner<'d>,
}

impl<'m, 'd> Place<'m, 'd> {
    pub(super) fn new(
        model: &'m Model,
        spun: &[u32],
        around: Vector,
        capital: bool,
        manner: Manner<'d>,
    ) -> Self {
        let mut shared = Features::default();
        shared[Feature::Change] = 1.0;
        shared[Feature::Rate] = manner.rate;
        shared[Feature::SpunWords] = (spun.len() - 1) as f32;
        shared[Feature::Capital] = f32::from(capital);
        let sum: f32 = spun.iter().map(|&word| model.lm.unigram_log(word)).sum();
        Self { model, shared, sum, mean: sum / spun.len() as f32, around, manner }
    }

    /// The features of a candidate of the channel, but for those of its n-grams.
    pub(super) fn features(&self, candidate: usize) -> Features {
        let channel = &self.model.channel;
        let mut features = self.shared;
        let scores = channel.scores(candidate);
        if let Some(families) = &self.manner.families {
            let restore = channel.restore_in(candidate, families);
            features[Feature::FamilyRestore] = restore - scores.restore;
        }
        features[Feature::Restore] = scores.restore;
        features[Feature::Spin] = scores.spin;
        features[Feature::RestoreWords] = scores.restore_words;
        features[Feature::SpinWords] = scores.spin_words;
        let evidence = channel.evidence(candidate);
        for (feature, kind) in Feature::SEEN {
            features[feature] = f32::from(evidence.has(kind));
        }
        features[Feature::Offered] = f32::from(evidence.is_only_offered());
        let (mut fit, mut gain) = (0.0, 0.0);
        for word in channel.original(candidate) {
            fit += self.model.context.fit(&self.around, word);
            if let Some(elsewhere) = &self.manner.elsewhere {
                gain += elsewhere.gain(word, self.model.lm.unigram_log(word));
            }
        }
        features[Feature::Context] = fit;
        features[Feature::Elsewhere] = gain;
        let words = channel.original(candidate).len() as f32;
        features[Feature::OriginalWords] = words - 1.0;
        features[Feature::Rarity] = self.original_sum(candidate) / words - self.mean;
        features
    }

    /// What the language model adds to a candidate's score, but for context.
    pub(super) fn promise(&self, candidate: usize) -> f32 {
        self.model.weights.of(Feature::Lm) * (self.original_sum(candidate) - self.sum)
    }

    fn original_sum(&self, candidate: usize) -> f32 {
        let words = self.model.channel.original(candidate);
        words.map(|word| self.model.lm.unigram_log(word)).sum()
    }
}
