//! Which confidence to ask for, so that a given share of the changes is right.

use crate::error::{Error, Result};

/// A change of held-out text.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Outcome {
    pub(crate) confidence: f64,
    pub(crate) right: bool,
    pub(crate) weight: f64,
}

/// What thresholds are called among the figures of a model.
const NAME: &str = "confidence for precision ";
/// Changes that a threshold must leave, for its precision to be worth something.
const LEAST: usize = 50;

/// True for the name of a threshold.
pub(crate) fn is_threshold(name: &str) -> bool {
    name.starts_with(NAME)
}

/// For each precision in steps of a hundredth, as far as it is reached, the least confidence
/// above which that share of the changes was right.
pub(crate) fn thresholds(mut outcomes: Vec<Outcome>) -> Vec<(String, f64)> {
    outcomes.sort_by(|a, b| b.confidence.total_cmp(&a.confidence));
    // The least confidence for each precision; walking down, later is lower.
    let mut least = [None; 100];
    let (mut right, mut all) = (0.0, 0.0);
    for (count, outcome) in outcomes.iter().enumerate() {
        all += outcome.weight;
        right += if outcome.right { outcome.weight } else { 0.0 };
        let next = outcomes.get(count + 1).map(|next| next.confidence);
        if count + 1 >= LEAST && next != Some(outcome.confidence) {
            let reached = (100.0 * right / all).floor().min(99.0) as usize;
            least[..=reached].fill(Some(outcome.confidence));
        }
    }
    let figure = |(hundredth, confidence): (usize, Option<f64>)| {
        Some((format!("{NAME}{:.2}", hundredth as f64 / 100.0), confidence?))
    };
    least.into_iter().enumerate().filter_map(figure).collect()
}

/// The least confidence that reaches `precision`, from the figures of a model.
pub(crate) fn confidence_for(figures: &[(String, f64)], precision: f64) -> Result<f64> {
    let thresholds = figures.iter().filter_map(|(name, confidence)| {
        Some((name.strip_prefix(NAME)?.parse::<f64>().ok()?, *confidence))
    });
    let mut highest = None;
    for (reached, confidence) in thresholds {
        if reached >= precision {
            return Ok(confidence);
        }
        highest = Some(reached);
    }
    Err(match highest {
        Some(highest) => Error::config(format!(
            "no confidence of this model reaches a precision of {precision}: ask for {highest:.2} \
             or less"
        )),
        None => Error::config(
            "this model has no record of its precision: learn its weights anew by `unspin tune`",
        ),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thresholds_by_hand() {
        // Of 100 changes at 0.8 nine in ten are right, of 100 at 0.4 one in two.
        let of = |confidence, right| Outcome { confidence, right, weight: 1.0 };
        let outcomes = (0..100).flat_map(|i| [of(0.8, i % 10 != 0), of(0.4, i % 2 == 0)]).collect();
        let figures = thresholds(outcomes);
        let near = |precision, expected: f64| {
            let found = confidence_for(&figures, precision).unwrap();
            assert!((found - expected).abs() < 1e-9, "{precision}: {found}");
        };
        near(0.0, 0.4);
        near(0.7, 0.4);
        near(0.71, 0.8);
        near(0.9, 0.8);
        let beyond = confidence_for(&figures, 0.95).unwrap_err().to_string();
        assert!(beyond.contains("0.90 or less"), "{beyond}");
        let none = confidence_for(&[("other".into(), 1.0)], 0.5).unwrap_err().to_string();
        assert!(none.contains("unspin tune"), "{none}");
    }
}
