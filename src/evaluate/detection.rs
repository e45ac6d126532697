//! Was this word put here by a spinner? Precision and recall of the answer.

use super::calibration::{Bin, groups};
use serde::Serialize;

/// The words that a threshold calls spun.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct DetectionPoint {
    /// Words that are spun with at least this probability are called so.
    pub probability: f64,
    /// The share of those that are.
    pub precision: f64,
    /// The share of the spun words that is found.
    pub recall: f64,
}

impl DetectionPoint {
    /// The harmonic mean of precision and recall.
    pub(crate) fn f1(&self) -> f64 {
        let sum = self.precision + self.recall;
        if sum > 0.0 { 2.0 * self.precision * self.recall / sum } else { 0.0 }
    }
}

/// How well the words that a spinner put there are told from the author's.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Detection {
    /// Area under the precision-recall curve, in steps.
    pub average_precision: f64,
    /// The point with the best harmonic mean of precision and recall.
    pub best: DetectionPoint,
    /// Expected calibration error of the probabilities, in ten bins of equal width.
    pub ece: f64,
    /// The curve, from the surest words on, in steps of about equal recall.
    pub curve: Vec<DetectionPoint>,
}

impl Detection {
    /// From each word's probability of being spun, and whether it is; nothing
    /// where no word is. The curve has at most `points` steps.
    pub(crate) fn new(words: &[(f64, bool)], points: usize) -> Option<Self> {
        let spun = words.iter().filter(|word| word.1).count() as u64;
        let mut calibration = super::calibration::Calibration::default();
        words.iter().for_each(|&(probability, spun)| calibration.add(probability, spun));
        let all = every_point(&groups(words), spun);
        let mut average_precision = 0.0;
        let (mut curve, mut before) = (Vec::new(), 0.0);
        for point in &all {
            average_precision += (point.recall - before) * point.precision;
            // Rounded, since a sum of shares may fall short of a whole step.
            let step = |recall: f64| (recall * points as f64 + 1e-9) as usize;
            if step(point.recall) > step(before) {
                curve.push(*point);
            }
            before = point.recall;
        }
        let best = all.iter().copied().reduce(|a, b| if b.f1() > a.f1() { b } else { a });
        Some(Self {
            average_precision,
            best: best.filter(|_| spun > 0)?,
            ece: calibration.error()?,
            curve,
        })
    }
}

/// The point of every probability that was met, falling.
fn every_point(groups: &[Bin], spun: u64) -> Vec<DetectionPoint> {
    let (mut called, mut found) = (0, 0);
    let point = |group: &Bin| {
        called += group.edits;
        found += group.right;
        DetectionPoint {
            probability: group.confidence / group.edits as f64,
            precision: found as f64 / called as f64,
            recall: found as f64 / spun.max(1) as f64,
        }
    };
    groups.iter().map(point).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn close(got: f64, expected: f64) {
        assert!((got - expected).abs() < 1e-12, "{got} {expected}");
    }

    #[test]
    fn detection_by_hand() {
        let words = [(0.9, true), (0.1, false), (0.8, false), (0.6, true), (0.6, false)];
        let detection = Detection::new(&words, 2).unwrap();
        // Precision 1 up to half the recall, 2 of 4 for the rest.
        close(detection.average_precision, 0.5 + 0.5 * 0.5);
        close(detection.ece, (0.1 + 0.8 + 0.2 + 0.1) / 5.0);
        assert_eq!(detection.best.probability, 0.9);
        close(detection.best.f1(), 2.0 / 3.0);
        let points = detection.curve.iter().map(|point| (point.probability, point.precision));
        assert_eq!(points.collect::<Vec<_>>(), [(0.9, 1.0), (0.6, 0.5)]);
        assert_eq!(Detection::new(&[(0.4, false)], 2), None);
        assert_eq!(Detection::new(&[], 2), None);
    }

    proptest! {
        #[test]
        fn average_precision_equals_the_slow_twin(
            words in prop::collection::vec((0u8..6, any::<bool>()), 1..30),
        ) {
            let words: Vec<(f64, bool)> =
                words.into_iter().map(|(p, spun)| (f64::from(p) / 5.0, spun)).collect();
            let spun = words.iter().filter(|word| word.1).count();
            let mut expected = 0.0;
            // Every spun word adds the precision at its own threshold.
            for (probability, _) in words.iter().filter(|word| word.1) {
                let called: Vec<_> = words.iter().filter(|word| word.0 >= *probability).collect();
                let found = called.iter().filter(|word| word.1).count();
                expected += found as f64 / called.len() as f64 / spun as f64;
            }
            let got = Detection::new(&words, 20);
            prop_assert_eq!(got.is_some(), spun > 0);
            if let Some(got) = got {
                prop_assert!((got.average_precision - expected).abs() < 1e-9);
                prop_assert_eq!(got.curve.last().map(|point| point.recall), Some(1.0));
            }
        }
    }
}
