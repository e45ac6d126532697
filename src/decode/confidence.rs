//! From the share of a change among all readings to how often such a change is right.
//!
//! Platt scaling (1999): the model weighs what its lattice holds, but an author's word that is
//! no candidate takes no part, so its shares are too high until they are held against
//! pairs that it has not learned from.

use crate::error::Result;
use crate::model::section::{SectionReader, SectionWriter};

/// Turns posteriors into confidences.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Calibrator {
    /// What the log odds of the posterior count for.
    pub(crate) slope: f32,
    /// What is added to them always, and for each unit of the document's spin rate.
    pub(crate) offset: f32,
    pub(crate) rate: f32,
}

/// The calibrator that believes every posterior.
impl Default for Calibrator {
    fn default() -> Self {
        Self { slope: 1.0, offset: 0.0, rate: 0.0 }
    }
}

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
    /// How likely a change of this posterior is right, in a document of this spin rate.
    pub(crate) fn confidence(&self, posterior: f64, rate: f32) -> f64 {
        logistic(f64::from(self.slope) * logit(posterior) + self.shift(rate))
    }

    /// The posterior that has this confidence.
    pub(crate) fn posterior(&self, confidence: f64, rate: f32) -> f64 {
        if confidence <= 0.0 {
            return 0.0;
        }
        logistic((logit(confidence) - self.shift(rate)) / f64::from(self.slope.max(0.01)))
    }

    fn shift(&self, rate: f32) -> f64 {
        f64::from(self.offset + self.rate * rate)
    }

    pub(crate) fn write(&self, writer: &mut SectionWriter) {
        [self.slope, self.offset, self.rate].into_iter().for_each(|value| writer.put(value));
    }

    pub(crate) fn read(reader: &mut SectionReader) -> Result<Self> {
        let [slope, offset, rate] = [reader.take()?, reader.take()?, reader.take::<f32>()?];
        let calibrator = Self { slope, offset, rate };
        let sound = [slope, offset, rate].iter().all(|value| value.is_finite()) && slope > 0.0;
        reader.check(sound, "finite numbers, the first above 0", format!("{calibrator:?}"))?;
        Ok(calibrator)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn confidence_and_back() {
        let table = [(1.0, 0.0, 0.0), (0.5, -1.0, 0.3), (2.0, 0.5, -0.2)];
        for (slope, offset, rate) in table {
            let calibrator = Calibrator { slope, offset, rate };
            for posterior in [0.01, 0.3, 0.5, 0.97] {
                let confidence = calibrator.confidence(posterior, 0.7);
                assert!((calibrator.posterior(confidence, 0.7) - posterior).abs() < 1e-6);
            }
        }
        let even = Calibrator { slope: 0.5, offset: 0.0, rate: 0.0 };
        assert!((even.confidence(0.8, 0.0) - 2.0 / 3.0).abs() < 1e-6);
    }
}
