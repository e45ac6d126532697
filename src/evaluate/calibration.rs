//! Whether a probability of 0.8 is right eight times in ten.

use serde::Serialize;
use std::ops::AddAssign;

const BINS: usize = 10;

/// The edits whose confidence lies in one stretch.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Bin {
    pub(crate) edits: u64,
    pub(crate) right: u64,
    /// Sum of the confidences.
    pub(crate) confidence: f64,
    /// Variance of the number of right edits, if the confidences hold.
    variance: f64,
}

impl Bin {
    fn add(&mut self, confidence: f64, right: bool) {
        self.edits += 1;
        self.right += u64::from(right);
        self.confidence += confidence;
        self.variance += confidence * (1.0 - confidence);
    }
}

impl AddAssign<&Bin> for Bin {
    fn add_assign(&mut self, other: &Bin) {
        self.edits += other.edits;
        self.right += other.right;
        self.confidence += other.confidence;
        self.variance += other.variance;
    }
}

/// Ten bins of equal width.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Calibration {
    pub(crate) bins: [Bin; BINS],
}

impl Calibration {
    /// Counts an edit; a confidence that is no probability counts as the nearest one.
    pub(crate) fn add(&mut self, confidence: f64, right: bool) {
        let confidence = probability(confidence);
        let bin = (confidence * BINS as f64) as usize;
        self.bins[bin.min(BINS - 1)].add(confidence, right);
    }

    /// Expected calibration error (Naeini et al., 2015): the gap between mean
    /// confidence and accuracy, averaged over the edits; nothing without edits.
    pub(crate) fn error(&self) -> Option<f64> {
        error(&self.bins)
    }

    /// What that error would be in the mean if every confidence held, for so many edits: how far
    /// chance takes each bin's share, as a normal deviation; nothing without edits.
    pub(crate) fn by_chance(&self) -> Option<f64> {
        let far = |bin: &Bin| (bin.variance * std::f64::consts::FRAC_2_PI).sqrt();
        let edits: u64 = self.bins.iter().map(|bin| bin.edits).sum();
        (edits > 0).then(|| self.bins.iter().map(far).sum::<f64>() / edits as f64)
    }
}

impl AddAssign<&Calibration> for Calibration {
    fn add_assign(&mut self, other: &Calibration) {
        self.bins.iter_mut().zip(&other.bins).for_each(|(bin, other)| *bin += other);
    }
}

/// The calibration error over ten bins of as many edits each. Edits of the same
/// confidence stay together, in the bin of the first of them.
pub(crate) fn equal_mass_error(edits: &[(f64, bool)]) -> Option<f64> {
    let mut bins = [Bin::default(); BINS];
    let mut at = 0;
    let groups = groups(edits);
    for group in groups.iter().rev() {
        let bin = &mut bins[at * BINS / edits.len()];
        at += group.edits as usize;
        *bin += group;
    }
    error(&bins)
}

/// How many edits stand if the least certain are withheld, and how many are right.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct CurvePoint {
    /// Edits of at least this confidence stand.
    pub confidence: f64,
    /// The share of all edits that stand.
    pub coverage: f64,
    /// The share of those that are right.
    pub accuracy: f64,
}

/// The coverage-accuracy curve from the surest edit to all of them, in at most
/// `points` steps of about equal coverage.
pub(crate) fn coverage_curve(edits: &[(f64, bool)], points: usize) -> Vec<CurvePoint> {
    let mut curve = Vec::new();
    let (mut standing, mut right) = (0, 0);
    for group in groups(edits) {
        let step = |standing: u64| standing as usize * points / edits.len();
        let before = step(standing);
        standing += group.edits;
        right += group.right;
        if step(standing) > before {
            curve.push(CurvePoint {
                confidence: group.confidence / group.edits as f64,
                coverage: standing as f64 / edits.len() as f64,
                accuracy: right as f64 / standing as f64,
            });
        }
    }
    curve
}

/// The edits of each confidence, the surest first.
pub(crate) fn groups(edits: &[(f64, bool)]) -> Vec<Bin> {
    let mut sorted: Vec<_> = edits.iter().map(|edit| (probability(edit.0), edit.1)).collect();
    sorted.sort_by(|a, b| b.0.total_cmp(&a.0));
    let group = |edits: &[(f64, bool)]| {
        let right = edits.iter().filter(|edit| edit.1).count() as u64;
        let (count, confidence) = (edits.len() as f64, edits[0].0);
        Bin {
            edits: edits.len() as u64,
            right,
            confidence: confidence * count,
            variance: confidence * (1.0 - confidence) * count,
        }
    };
    sorted.chunk_by(|a, b| a.0 == b.0).map(group).collect()
}

fn probability(confidence: f64) -> f64 {
    if confidence.is_nan() { 0.0 } else { confidence.clamp(0.0, 1.0) }
}

fn error(bins: &[Bin]) -> Option<f64> {
    let edits: u64 = bins.iter().map(|bin| bin.edits).sum();
    let gap = |bin: &Bin| (bin.confidence - bin.right as f64).abs();
    (edits > 0).then(|| bins.iter().map(gap).sum::<f64>() / edits as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(a: Option<f64>, b: f64) -> bool {
        a.is_some_and(|a| (a - b).abs() < 1e-12)
    }

    #[test]
    fn equal_width_by_hand() {
        let mut calibration = Calibration::default();
        assert_eq!(calibration.error(), None);
        // One bin: mean confidence 0.925, half right. Another: 0.15, none right.
        for (confidence, right) in [(0.95, true), (0.9, false), (0.15, false)] {
            calibration.add(confidence, right);
        }
        assert!(close(calibration.error(), (0.85 + 0.15) / 3.0));
        calibration.add(f64::NAN, false);
        calibration.add(7.0, true);
        assert_eq!((calibration.bins[0].edits, calibration.bins[9].edits), (1, 3));
        assert!(close(calibration.error(), (0.85 + 0.15) / 5.0));
    }

    #[test]
    fn chance_alone_by_hand() {
        let mut calibration = Calibration::default();
        assert_eq!(calibration.by_chance(), None);
        // A hundred edits of 0.5: 50 right on average, 5 the standard deviation.
        (0..100).for_each(|edit| calibration.add(0.5, edit % 2 == 0));
        let expected = 5.0 * (2.0 / std::f64::consts::PI).sqrt() / 100.0;
        assert!(close(calibration.by_chance(), expected));
        // What is certain adds nothing but its number.
        (0..100).for_each(|_| calibration.add(1.0, true));
        assert!(close(calibration.by_chance(), expected / 2.0));
        assert!(close(calibration.error(), 0.0));
    }

    #[test]
    fn equal_mass_by_hand() {
        assert_eq!(equal_mass_error(&[]), None);
        // Fewer edits than bins: each stands alone.
        assert!(close(equal_mass_error(&[(0.9, true), (0.6, false)]), (0.1 + 0.6) / 2.0));
        // Twenty edits: the ties of 0.5 stay together, in whatever order they come.
        let mut edits = vec![(0.5, true); 10];
        edits.extend(vec![(0.5, false); 10]);
        assert!(close(equal_mass_error(&edits), 0.0));
    }

    #[test]
    fn curve_by_hand() {
        let edits = [(0.9, true), (0.2, false), (0.8, true), (0.8, false)];
        let point = |confidence, coverage, accuracy| CurvePoint { confidence, coverage, accuracy };
        let expected = [point(0.9, 0.25, 1.0), point(0.8, 0.75, 2.0 / 3.0), point(0.2, 1.0, 0.5)];
        assert_eq!(coverage_curve(&edits, 100), expected);
        assert_eq!(coverage_curve(&edits, 1), expected[2..]);
        assert_eq!(coverage_curve(&[], 10), []);
    }
}
