//! What is known of the candidates for one run of tokens.

use super::Manner;
use super::features::{Feature, Features};
use crate::channel::Node;
use crate::context::Vector;
use crate::model::Model;

/// The most that the words around and the rest of the document are thought to add to a
/// candidate's score, in nats.
const SURPRISE: f32 = 3.0;

/// A run of spun words, seen in its document and among its neighbours.
pub(super) struct Place<'m, 'd> {
    model: &'m Model,
    /// The features that all candidates have.
    shared: Features,
    spun: Words,
    around: Vector,
    manner: Manner<'d>,
}

impl<'m, 'd> Place<'m, 'd> {
    pub(super) fn new(
        model: &'m Model,
        (spun, node): (&[u32], Node),
        around: Vector,
        capital: bool,
        manner: Manner<'d>,
    ) -> Self {
        let mut shared = Features::default();
        shared[Feature::Change] = 1.0;
        shared[Feature::Rate] = manner.rate;
        shared[Feature::SpunWords] = (spun.len() - 1) as f32;
        shared[Feature::Capital] = f32::from(capital);
        if spun.len() > 1 {
            let channel = &model.channel;
            let by_family = |families| channel.keep_in(node, families);
            shared[Feature::KeepPhrase] =
                manner.families.as_ref().map_or_else(|| channel.keep(node), by_family);
        }
        let spun = Words::new(model, spun.iter().copied());
        Self { model, shared, spun, around, manner }
    }

    /// The features of a candidate of the channel and its score, but for those of its
    /// n-grams; nothing if it stays too far below the score `least` to be worth a look.
    #[inline]
    pub(super) fn judge(&self, candidate: usize, least: f32) -> Option<(Features, f32)> {
        let weights = &self.model.weights;
        let (mut features, words) = self.of_channel(candidate);
        let mut score = weights.dot(&features);
        let promise = weights.of(Feature::Lm) * (words.sum - self.spun.sum);
        if score + promise < least - SURPRISE {
            return None;
        }
        let (mut fit, mut gain) = (0.0, 0.0);
        for word in self.model.channel.original(candidate) {
            fit += self.model.context.fit(&self.around, word);
            if let Some(elsewhere) = &self.manner.elsewhere {
                gain += elsewhere.gain(word, self.model.lm.unigram_log(word));
            }
        }
        features[Feature::Context] = fit;
        features[Feature::Elsewhere] = gain;
        score += weights.of(Feature::Context) * fit + weights.of(Feature::Elsewhere) * gain;
        (score + promise >= least).then_some((features, score))
    }

    /// The features of a candidate that follow from the channel.
    pub(super) fn of_channel(&self, candidate: usize) -> (Features, Words) {
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
        features[Feature::RealShare] = self.manner.real;
        features[Feature::RealHere] = self.manner.real * features[Feature::Real];
        features[Feature::Offered] = f32::from(evidence.is_only_offered());
        let original = Words::new(self.model, channel.original(candidate));
        features[Feature::OriginalWords] = original.count - 1.0;
        features[Feature::Rarity] = original.mean() - self.spun.mean();
        (features, original)
    }
}

/// How common words are without their context.
#[derive(Clone, Copy)]
pub(super) struct Words {
    count: f32,
    /// Sum of their log probabilities.
    sum: f32,
}

impl Words {
    fn new(model: &Model, words: impl ExactSizeIterator<Item = u32>) -> Self {
        let count = words.len() as f32;
        Self { count, sum: words.map(|word| model.lm.unigram_log(word)).sum() }
    }

    fn mean(self) -> f32 {
        self.sum / self.count
    }
}
