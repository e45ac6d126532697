//! How far probabilities can be trusted: of edits, and of single words.

use super::super::calibration::{Bin, CurvePoint, coverage_curve, equal_mass_error};
use super::super::detection::Detection;
use super::super::figures::Tally;
use serde::Serialize;

/// Steps of a curve.
const POINTS: usize = 20;

/// How far the probabilities of edits can be trusted.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct CalibrationReport {
    /// Edits that came with a probability.
    pub edits: usize,
    /// Calibration error in ten bins of as many edits each.
    pub ece_equal_mass: f64,
    /// Ten bins of equal width; those without edits are left out.
    pub bins: Vec<CalibrationBin>,
    /// What accuracy is had at what coverage, from the surest edits to all.
    pub curve: Vec<CurvePoint>,
}

/// The edits whose probability lies in one stretch.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct CalibrationBin {
    /// How many there are.
    pub edits: u64,
    /// Their mean probability.
    pub confidence: f64,
    /// The share that is right.
    pub accuracy: f64,
}

/// How well spun words are told from the author's.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct DetectionReport {
    /// Words of the spun text.
    pub words: usize,
    /// Those that are not in the original.
    pub spun: usize,
    /// By what the system says of each word.
    pub system: Detection,
    /// By how often the word is left alone, without its context, if that was told.
    pub prior: Option<Detection>,
}

impl CalibrationReport {
    pub(super) fn new(total: &Tally, edits: &[(f64, bool)]) -> Option<Self> {
        let bins = total.calibration().bins.iter().filter(|bin| bin.edits > 0);
        let bin = |bin: &Bin| CalibrationBin {
            edits: bin.edits,
            confidence: bin.confidence / bin.edits as f64,
            accuracy: bin.right as f64 / bin.edits as f64,
        };
        Some(Self {
            edits: edits.len(),
            ece_equal_mass: equal_mass_error(edits)?,
            bins: bins.map(bin).collect(),
            curve: coverage_curve(edits, POINTS),
        })
    }
}

impl DetectionReport {
    /// From the probability of each word, by the system and by the prior, and
    /// whether it is spun.
    pub(super) fn new(system: &[(f64, bool)], prior: &[(f64, bool)]) -> Option<Self> {
        Some(Self {
            words: system.len(),
            spun: system.iter().filter(|word| word.1).count(),
            system: Detection::new(system, POINTS)?,
            prior: Detection::new(prior, POINTS).filter(|_| prior.len() == system.len()),
        })
    }
}
