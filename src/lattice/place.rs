//! What is known of the candidates for one run of tokens.

use super::Manner;
use super::features::{Feature, Features};
use crate::channel::Node;
use crate::model::Model;
use crate::vectors::Pooled;

/// The most that the words around and the rest of the document are thought to add to a
/// candidate's score, in nats.
const SURPRISE: f32 = 3.0;

/// A candidate of the channel that has a chance: what its score takes in every manner.
#[derive(Clone, Copy)]
pub(super) struct Found {
    pub(super) candidate: u32,
    /// How well its words fit.
    fit: f32,
    /// Its score where nothing is known of the document, but for its n-grams, and what these are
    /// expected to add.
    score: f32,
    promise: f32,
    /// log p(original | spun), whoever spun it.
    restore: f32,
    is_real: bool,
}

/// A run of spun words in its document.
pub(super) struct Place<'m, 'd> {
    model: &'m Model,
    /// The features that all candidates have.
    shared: Features,
    /// What the document's manner adds to the scores of all of them.
    moves: f32,
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
        let (channel, weights) = (&model.channel, &model.weights);
        let mut shared = Features::default();
        shared[Feature::Change] = 1.0;
        shared[Feature::Rate] = manner.rate;
        shared[Feature::RealShare] = manner.real;
        shared[Feature::SpunWords] = (spun.len() - 1) as f32;
        shared[Feature::Capital] = f32::from(capital);
        let mut moves = weights.of(Feature::Rate) * manner.rate;
        moves += weights.of(Feature::RealShare) * manner.real;
        if spun.len() > 1 {
            let keep = channel.keep(node);
            let by_family = |families| channel.keep_in(node, families);
            shared[Feature::KeepPhrase] = manner.families.as_ref().map_or(keep, by_family);
            moves += weights.of(Feature::KeepPhrase) * (shared[Feature::KeepPhrase] - keep);
        }
        let spun = Words::new(model, spun.iter().copied());
        Self { model, shared, moves, spun, manner }
    }

    /// A candidate and how well its words fit among those `around` it; nothing if its score,
    /// all but its n-grams and the document's words, stays below `least`. The place must be
    /// one of a document of which nothing is known.
    #[inline]
    pub(super) fn find(&self, candidate: usize, around: &Pooled, least: f32) -> Option<Found> {
        let Model { channel, context, weights, .. } = self.model;
        let words = Words::new(self.model, channel.original(candidate));
        let features = self.of_channel(candidate, words);
        let score = weights.dot(&features);
        // What n-grams are expected to add follows from how common the words are.
        let promise = weights.of(Feature::Lm) * (words.sum - self.spun.sum);
        if score + promise < least - SURPRISE {
            return None;
        }
        let fit = channel.original(candidate).map(|word| context.fit(around, word)).sum();
        let score = score + weights.of(Feature::Context) * fit;
        let (restore, is_real) = (features[Feature::Restore], features[Feature::Real] > 0.0);
        let candidate = candidate as u32;
        let found = Found { candidate, fit, score, promise, restore, is_real };
        (score + promise >= least).then_some(found)
    }

    /// The score of a candidate, but for its n-grams; nothing if it stays too far below the
    /// score `least` to be worth a look.
    #[inline]
    pub(super) fn judge(&self, found: &Found, least: f32) -> Option<f32> {
        let weights = &self.model.weights;
        let mut score = found.score + self.moves;
        if let Some(families) = &self.manner.families {
            let restore = self.model.channel.restore_in(found.candidate as usize, families);
            score += weights.of(Feature::FamilyRestore) * (restore - found.restore);
        }
        if found.is_real {
            score += weights.of(Feature::RealHere) * self.manner.real;
        }
        if score + found.promise < least - SURPRISE {
            return None;
        }
        score += weights.of(Feature::Elsewhere) * self.elsewhere(found);
        score += weights.of(Feature::Topic) * self.topic(found);
        (score + found.promise >= least).then_some(score)
    }

    /// The features of a candidate, but for those of its n-grams: what its score sums up.
    pub(super) fn features(&self, found: &Found) -> Features {
        let candidate = found.candidate as usize;
        let words = Words::new(self.model, self.model.channel.original(candidate));
        let mut features = self.of_channel(candidate, words);
        features[Feature::Context] = found.fit;
        features[Feature::Elsewhere] = self.elsewhere(found);
        features[Feature::Topic] = self.topic(found);
        features
    }

    /// How much likelier the rest of the document makes a candidate's words.
    fn elsewhere(&self, found: &Found) -> f32 {
        let Some(elsewhere) = &self.manner.elsewhere else { return 0.0 };
        let gain = |word| elsewhere.gain(word, self.model.lm.unigram_log(word));
        self.model.channel.original(found.candidate as usize).map(gain).sum()
    }

    /// How much better a candidate's words belong with those of the document.
    fn topic(&self, found: &Found) -> f32 {
        let Some(topic) = self.manner.topic else { return 0.0 };
        let originals = self.model.channel.original(found.candidate as usize);
        originals.map(|word| self.model.topic.fit(topic, word)).sum()
    }

    /// The features of a candidate, which has these `words`, that follow from the channel.
    pub(super) fn of_channel(&self, candidate: usize, words: Words) -> Features {
        let channel = &self.model.channel;
        let (scores, evidence) = (channel.scores(candidate), channel.evidence(candidate));
        let mut features = self.shared;
        if let Some(families) = &self.manner.families {
            let restore = channel.restore_in(candidate, families);
            features[Feature::FamilyRestore] = restore - scores.restore;
        }
        features[Feature::Restore] = scores.restore;
        features[Feature::Spin] = scores.spin;
        features[Feature::RestoreWords] = scores.restore_words;
        features[Feature::SpinWords] = scores.spin_words;
        for (feature, kind) in Feature::SEEN {
            features[feature] = f32::from(evidence.has(kind));
        }
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
    pub(super) fn new(model: &Model, words: impl ExactSizeIterator<Item = u32>) -> Self {
        let count = words.len() as f32;
        Self { count, sum: words.map(|word| model.lm.unigram_log(word)).sum() }
    }

    fn mean(self) -> f32 {
        self.sum / self.count
    }
}
