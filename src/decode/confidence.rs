//! From the share of a change among all readings to how often such a change is right.
//!
//! Platt scaling (1999): the model weighs what its lattice holds, but an author's word that is
//! no candidate takes no part, so its shares are too high until they are held against
//! pairs that it has not learned from.

use crate::channel::FAMILIES;
use crate::error::Result;
use crate::lattice::features::{FEATURES, Feature, Features, Weights};
use crate::lattice::{Kind, Lattice, Manner, Sentence};
use crate::model::section::{SectionReader, SectionWriter};
use std::ops::Range;

/// Turns posteriors into confidences.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Calibrator {
    /// What the log odds of the posterior count for.
    pub(crate) slope: f32,
    /// What is added to them always, and for each unit of the document's spin rate.
    pub(crate) offset: f32,
    pub(crate) rate: f32,
    /// What is added for the features of the change: what was seen in really spun sentences,
    /// say, is right more often than a posterior over many engines tells.
    pub(crate) features: Weights,
    /// The same for words that are left alone.
    pub(crate) kept: Kept,
}

/// What the search says of the words of a sentence that are left alone.
pub(crate) struct Standing {
    bare: Vec<bool>,
    changed: f64,
}

/// What the search says of a word that is left alone.
#[derive(Clone, Copy)]
pub(crate) struct Alone {
    pub(crate) posterior: f64,
    /// Whether nothing is offered for it.
    pub(crate) bare: bool,
    /// How much of its sentence is likely changed, as a logarithm: 0 is a tenth.
    pub(crate) changed: f64,
}

/// The share of changed words that is nothing special, and the words that speak for it.
const CHANGED: f64 = 0.1;
const FOR_CHANGED: f64 = 10.0;

impl Standing {
    /// By the posteriors of all choices of the sentence.
    pub(crate) fn new(sentence: &Sentence<'_>, lattice: &Lattice, posteriors: &[f64]) -> Self {
        let (mut changed, mut words) = (CHANGED * FOR_CHANGED, FOR_CHANGED);
        for (choice, posterior) in lattice.choices().iter().zip(posteriors) {
            if choice.kind == Kind::Keep && !sentence.is_mark(choice.span().start) {
                changed += 1.0 - posterior.min(1.0);
                words += 1.0;
            }
        }
        Self { bare: lattice.bare(), changed: (changed / words / CHANGED).ln() }
    }

    /// The word at a token, left alone with this posterior.
    pub(crate) fn word(&self, at: usize, posterior: f64) -> Alone {
        Alone { posterior, bare: self.bare[at], changed: self.changed }
    }
}

/// What the log odds that a word which is left alone is the author's count for each of
/// [`Kept::inputs`].
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Kept(pub(crate) [f32; Kept::INPUTS]);

/// The calibrator that believes every posterior.
impl Default for Calibrator {
    fn default() -> Self {
        let kept = Kept(std::array::from_fn(|input| f32::from(u8::from(input == 0))));
        Self { slope: 1.0, offset: 0.0, rate: 0.0, features: Weights([0.0; FEATURES]), kept }
    }
}

impl Kept {
    pub(crate) const INPUTS: usize = 14;
    /// The inputs that bend what the log odds of a posterior count for.
    pub(crate) const BENDS: Range<usize> = 11..13;

    /// The log odds of a word's posterior, a constant, how heavily its document is spun and how
    /// well the word fits; the last three again for a word for which nothing is offered: what
    /// its author wrote may be no candidate. How likely an engine of which pairs alone tell has
    /// spun it, which makes that likelier, by itself and times the rate, and both for such words.
    /// The log odds again beyond even and beyond [`SURE`], since the surest posteriors hold
    /// least; how much of the sentence is changed where something is offered.
    pub(crate) fn inputs(
        word: Alone,
        manner: Manner<'_>,
        features: &Features,
    ) -> [f64; Self::INPUTS] {
        let Alone { posterior, bare, changed } = word;
        let odds = logit(posterior);
        let strange = manner.families.map_or(0.0, |families| families[FAMILIES - 1]);
        let [rate, fit, strange, both] =
            [manner.rate, features[Feature::Context], strange, strange * manner.rate]
                .map(f64::from);
        let [bare_always, bare_rate, bare_fit, bare_strange, bare_both] =
            [1.0, rate, fit, strange, both].map(|input| if bare { input } else { 0.0 });
        [
            odds,
            1.0,
            rate,
            fit,
            bare_always,
            bare_rate,
            bare_fit,
            strange,
            both,
            bare_strange,
            bare_both,
            odds.max(0.0),
            (odds - SURE).max(0.0),
            if bare { 0.0 } else { changed },
        ]
    }

    /// How likely the word is the author's.
    pub(crate) fn confidence(&self, word: Alone, manner: Manner<'_>, features: &Features) -> f64 {
        let inputs = Self::inputs(word, manner, features);
        logistic(self.0.iter().zip(inputs).map(|(&weight, input)| f64::from(weight) * input).sum())
    }
}

/// Log odds of a posterior of 95 %.
const SURE: f64 = 3.0;
/// Posteriors nearer to 0 and 1 are not told apart.
const EDGE: f64 = 1e-6;

/// Log odds of a probability.
pub(crate) fn logit(probability: f64) -> f64 {
    let probability = probability.clamp(EDGE, 1.0 - EDGE);
    (probability / (1.0 - probability)).ln()
}

/// The probability that log odds stand for.
pub(crate) fn logistic(odds: f64) -> f64 {
    1.0 / (1.0 + (-odds).exp())
}

impl Calibrator {
    /// How likely a change of this posterior and these features is right, in a document of
    /// this spin rate.
    pub(crate) fn confidence(&self, posterior: f64, rate: f32, features: &Features) -> f64 {
        logistic(f64::from(self.slope) * logit(posterior) + self.shift(rate, features))
    }

    /// The posterior that has this confidence; any has one above 0, and none is certain.
    pub(crate) fn posterior(&self, confidence: f64, rate: f32, features: &Features) -> f64 {
        if confidence <= 0.0 {
            return 0.0;
        }
        if confidence >= 1.0 {
            return f64::INFINITY;
        }
        let odds = logit(confidence) - self.shift(rate, features);
        logistic(odds / f64::from(self.slope.max(0.01)))
    }

    fn shift(&self, rate: f32, features: &Features) -> f64 {
        f64::from(self.offset + self.rate * rate + self.features.dot(features))
    }

    pub(crate) fn write(&self, writer: &mut SectionWriter) {
        [self.slope, self.offset, self.rate].into_iter().for_each(|value| writer.put(value));
        writer.array(self.features.to_bytes());
        self.kept.0.into_iter().for_each(|value| writer.put(value));
    }

    pub(crate) fn read(reader: &mut SectionReader) -> Result<Self> {
        let [slope, offset, rate] = [reader.take()?, reader.take()?, reader.take::<f32>()?];
        // Models of before had no more than these.
        let features = match reader.is_empty() {
            true => Self::default().features,
            false => Weights::from_bytes(reader)?,
        };
        let mut kept = Self::default().kept.0;
        for value in &mut kept {
            if !reader.is_empty() {
                *value = reader.take()?;
            }
        }
        let numbers = [slope, offset, rate].into_iter().chain(features.0).chain(kept);
        let sound = numbers.into_iter().all(f32::is_finite) && slope > 0.0 && kept[0] > 0.0;
        reader.check(sound, "finite numbers, the slopes above 0", "others")?;
        Ok(Self { slope, offset, rate, features, kept: Kept(kept) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn confidence_and_back() {
        let mut features = Features::default();
        features.0[0] = -1.5;
        let table = [(1.0, 0.0, 0.0), (0.5, -1.0, 0.3), (2.0, 0.5, -0.2)];
        for (slope, offset, rate) in table {
            let mut calibrator = Calibrator { slope, offset, rate, ..Calibrator::default() };
            calibrator.features.0[0] = 0.4;
            assert_eq!(calibrator.posterior(0.0, 0.7, &features), 0.0);
            assert!(calibrator.posterior(1.0, 0.7, &features) > 1.0);
            for posterior in [0.01, 0.3, 0.5, 0.97] {
                let confidence = calibrator.confidence(posterior, 0.7, &features);
                assert!(
                    (calibrator.posterior(confidence, 0.7, &features) - posterior).abs() < 1e-6
                );
            }
        }
        let even = Calibrator { slope: 0.5, ..Calibrator::default() };
        assert!((even.confidence(0.8, 0.0, &features) - 2.0 / 3.0).abs() < 1e-6);
    }

    #[test]
    fn comes_back_and_older_ones_believe() {
        let mut calibrator = Calibrator { slope: 0.7, offset: -0.5, ..Calibrator::default() };
        calibrator.kept =
            Kept([0.4, 0.1, -0.6, 0.2, -1.5, -0.3, 0.9, -0.5, 0.3, -1.0, 0.2, 0.1, -0.1, -0.2]);
        let read = |bytes: Vec<u8>| {
            Calibrator::read(&mut SectionReader::new("calib", bytes.into())).expect("as written")
        };
        let mut writer = SectionWriter::default();
        calibrator.write(&mut writer);
        assert_eq!(read(writer.finish()), calibrator);
        let mut writer = SectionWriter::default();
        [0.7f32, -0.5, 0.0].into_iter().for_each(|value| writer.put(value));
        let older = read(writer.finish());
        assert_eq!(older, Calibrator { kept: Calibrator::default().kept, ..older.clone() });
        let features = Features::default();
        let manner = Manner { rate: 1.0, ..Manner::default() };
        let word = |posterior, bare| Alone { posterior, bare, changed: 0.5 };
        let older = older.kept.confidence(word(0.8, false), manner, &features);
        assert!((older - 0.8).abs() < 1e-6);
        // A word that fits badly where nothing is offered is hardly the author's.
        let mut odd = features;
        odd[Feature::Context] = -4.0;
        let kept = &calibrator.kept;
        let sure = |features: &Features| kept.confidence(word(1.0, true), manner, features);
        assert!(sure(&odd) < sure(&features));
        // Nor one that an engine may have put there of which little is known.
        let mut families = [0.0; FAMILIES];
        families[FAMILIES - 1] = 1.0;
        let strange = Manner { families: Some(families), ..manner };
        assert!(kept.confidence(word(1.0, true), strange, &features) < sure(&features));
        // Nor one in a sentence of which much is changed.
        let much = Alone { changed: 1.5, ..word(0.9, false) };
        let some = kept.confidence(word(0.9, false), manner, &features);
        assert!(kept.confidence(much, manner, &features) < some);
    }
}
