//! What is known of the candidates for one run of tokens.

use super::Manner;
use super::features::{Feature, Features};
use crate::channel::{Evidence, Node, Scores};
use crate::context::Around;
use crate::model::Model;

/// The most that the words around and the rest of the document are thought to add to a
/// candidate's score, in nats.
const SURPRISE: f32 = 3.0;

/// What the channel says of a candidate, read once for all readings.
#[derive(Clone, Copy)]
pub(super) struct Known {
    pub(super) candidate: u32,
    scores: Scores,
    evidence: Evidence,
    words: Words,
}

impl Known {
    pub(super) fn of(model: &Model, candidate: usize) -> Self {
        let channel = &model.channel;
        Self {
            candidate: candidate as u32,
            scores: channel.scores(candidate),
            evidence: channel.evidence(candidate),
            words: Words::new(model, channel.original(candidate)),
        }
    }
}

/// A candidate of the channel that has a chance, and how well its words fit.
#[derive(Clone, Copy)]
pub(super) struct Found {
    pub(super) known: Known,
    fit: f32,
}

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

    /// A candidate and how well its words fit among those `around` it; nothing if its score,
    /// all but its n-grams and the document's words, stays below `least`.
    #[inline]
    pub(super) fn find(&self, candidate: usize, around: &Around, least: f32) -> Option<Found> {
        let weights = &self.model.weights;
        let known = Known::of(self.model, candidate);
        let score = weights.dot(&self.of_channel(&known)) + self.promise(known.words);
        if score < least - SURPRISE {
            return None;
        }
        let words = self.model.channel.original(candidate);
        let fit = words.map(|word| self.model.context.fit(around, word)).sum();
        let is_worth = score + weights.of(Feature::Context) * fit >= least;
        is_worth.then_some(Found { known, fit })
    }

    /// The features of a candidate that fits so well and its score, but for those of its
    /// n-grams; nothing if it stays too far below the score `least` to be worth a look.
    #[inline]
    pub(super) fn judge(
        &self,
        Found { known, fit }: &Found,
        least: f32,
    ) -> Option<(Features, f32)> {
        let weights = &self.model.weights;
        let mut features = self.of_channel(known);
        features[Feature::Context] = *fit;
        let mut score = weights.dot(&features);
        let promise = self.promise(known.words);
        if score + promise < least - SURPRISE {
            return None;
        }
        if let Some(elsewhere) = &self.manner.elsewhere {
            let gain = |word| elsewhere.gain(word, self.model.lm.unigram_log(word));
            let gain = self.model.channel.original(known.candidate as usize).map(gain).sum();
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
    pub(super) fn of_channel(&self, known: &Known) -> Features {
        let &Known { candidate, scores, evidence, words } = known;
        let mut features = self.shared;
        if let Some(families) = &self.manner.families {
            let restore = self.model.channel.restore_in(candidate as usize, families);
            features[Feature::FamilyRestore] = restore - scores.restore;
        }
        features[Feature::Restore] = scores.restore;
        features[Feature::Spin] = scores.spin;
        features[Feature::RestoreWords] = scores.restore_words;
        features[Feature::SpinWords] = scores.spin_words;
        for (feature, kind) in Feature::SEEN {
            features[feature] = f32::from(evidence.has(kind));
        }
        features[Feature::RealShare] = self.manner.real;
        features[Feature::RealHere] = self.manner.real * features[Feature::Real];
        features[Feature::Offered] = f32::from(evidence.is_only_offered());
        features[Feature::OriginalWords] = words.count - 1.0;
        features[Feature::Rarity] = words.mean() - self.spun.mean();
        features
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
