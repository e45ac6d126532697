//! What is known of the candidates for one run of tokens.

use super::Manner;
use super::features::{Feature, Features};
use super::sentence::Found;
use crate::channel::Node;
use crate::context::Vector;
use crate::model::Model;

/// The most that the words around and the rest of the document are thought to add to a
/// candidate's score, in nats.
const SURPRISE: f32 = 3.0;

/// A run of spun words in its document.
pub(super) struct Place<'m, 'd> {
    model: &'m Model,
    /// The features that all candidates have.
    shared: Features,
    spun: Words,
    manner: Manner<'d>,
}

impl<'m, 'd> Place<'m, 'd> {
    pub(super) fn new(
        model: &'m Model,
        (spun, node): (&[u32], Node),
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
        Self { model, shared, spun, manner }
    }

    /// How well a candidate's words fit among those `around` it; nothing if its score, all but
    /// its n-grams and the document's words, stays below `least`.
    #[inline]
    pub(super) fn fit(&self, candidate: usize, around: &Vector, least: f32) -> Option<f32> {
        let weights = &self.model.weights;
        let (features, words) = self.of_channel(candidate);
        let score = weights.dot(&features) + self.promise(words);
        if score < least - SURPRISE {
            return None;
        }
        let words = self.model.channel.original(candidate);
        let fit = words.map(|word| self.model.context.fit(around, word)).sum();
        (score + weights.of(Feature::Context) * fit >= least).then_some(fit)
    }

    /// The features of a candidate that fits so well and its score, but for those of its
    /// n-grams; nothing if it stays too far below the score `least` to be worth a look.
    #[inline]
    pub(super) fn judge(
        &self,
        Found { candidate, fit }: Found,
        least: f32,
    ) -> Option<(Features, f32)> {
        let weights = &self.model.weights;
        let candidate = candidate as usize;
        let (mut features, words) = self.of_channel(candidate);
        features[Feature::Context] = fit;
        let mut score = weights.dot(&features);
        let promise = self.promise(words);
        if score + promise < least - SURPRISE {
            return None;
        }
        if let Some(elsewhere) = &self.manner.elsewhere {
            let gain = |word| elsewhere.gain(word, self.model.lm.unigram_log(word));
            let gain = self.model.channel.original(candidate).map(gain).sum();
            features[Feature::Elsewhere] = gain;
            score += weights.of(Feature::Elsewhere) * gain;
        }
        (score + promise >= least).then_some((features, score))
    }

    /// What n-grams are expected to add to a candidate's score.
    fn promise(&self, words: Words) -> f32 {
        self.model.weights.of(Feature::Lm) * (words.sum - self.spun.sum)
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
