//! How often a change of some posterior is right: the calibrator, by logistic regression.

use super::{CHUNK, Example, TuneConfig, loss};
use crate::decode::confidence::{Calibrator, logistic, logit};
use crate::decode::{DecodeConfig, Graph, NONE, Readings};
use crate::lattice::features::{Feature, Features};
use crate::lattice::{Kind, Lattice};
use crate::model::Model;
use ndarray::{Array1, Array2};
use rayon::prelude::*;

/// A change of the best restoration.
#[derive(Clone, Copy, Debug)]
pub(super) struct Change {
    pub(super) posterior: f64,
    pub(super) rate: f32,
    pub(super) features: Features,
    pub(super) right: bool,
    pub(super) weight: f64,
}

/// Fewer changes say too little.
const LEAST: usize = 40;
/// Pull towards believing the posteriors, in changes.
const PULL: f64 = 20.0;
/// Features that say how far a posterior holds: one that an engine's few pairs have shown does
/// more than others in a document of that engine, and less elsewhere.
const TELLING: [Feature; 3] = [Feature::Real, Feature::RealShare, Feature::RealHere];
/// What the log odds depend on: the posterior's, a constant, the document's spin rate and the
/// features.
const INPUTS: usize = 3 + TELLING.len();

/// What `model` changes in the examples; those that were not simulated count for as much as
/// those that were, all together.
pub(super) fn changes(
    model: &Model,
    examples: &[Example],
    readings: &Readings,
    config: &TuneConfig,
) -> Vec<Change> {
    let of_chunk = |(chunk, examples): (usize, &[Example])| {
        let (mut lattice, mut graph) = (Lattice::default(), Graph::default());
        let mut changes: Vec<(bool, Change)> = Vec::new();
        for (number, example) in (chunk * CHUNK..).zip(examples) {
            let found =
                changes_of(model, example, readings, number, config, &mut lattice, &mut graph);
            changes.extend(found.into_iter().map(|change| (example.simulated, change)));
        }
        changes
    };
    let chunks = examples.par_chunks(CHUNK).enumerate();
    let changes: Vec<(bool, Change)> = chunks.flat_map_iter(of_chunk).collect();
    let count = |simulated| changes.iter().filter(|change| change.0 == simulated).count() as f64;
    let counts = [count(false), count(true)];
    let all = counts[0].max(counts[1]);
    let weighted = changes.iter().map(|&(simulated, change)| {
        let share = all / counts[usize::from(simulated)];
        Change { weight: share, ..change }
    });
    weighted.collect()
}

fn changes_of(
    model: &Model,
    example: &Example,
    readings: &Readings,
    number: usize,
    config: &TuneConfig,
    lattice: &mut Lattice,
    graph: &mut Graph,
) -> Vec<Change> {
    let manner = readings.manner(number);
    lattice.build(model, &example.text, &example.tokens, manner);
    graph.search(model, lattice, &DecodeConfig::doubtful(config.beam));
    graph.posteriors();
    let (losses, _) =
        loss::losses(model, lattice, &example.text, &example.tokens, &example.original);
    let posteriors = graph.choice_posteriors(lattice);
    let best = graph.nbest(lattice, 1).into_iter().flat_map(|path| path.choices);
    let changed = best.filter(|&choice| {
        choice != NONE && !matches!(lattice.choice(choice).kind, Kind::Keep | Kind::Small)
    });
    let of = |number: u32| {
        let choice = lattice.choice(number);
        // Right is what leaves no word of the place to mend.
        let most = choice.span().len().max(lattice.words(choice).len()) as f64;
        let right = losses[number as usize] <= -most;
        let features = *lattice.features(number);
        let posterior = posteriors[number as usize];
        Change { posterior, rate: manner.rate, features, right, weight: 1.0 }
    };
    changed.map(of).collect()
}

/// Learns the calibrator: Newton's method on the log likelihood, which is concave; a step that goes too far is
/// halved until it does not.
pub(super) fn fit(changes: &[Change]) -> Calibrator {
    if changes.len() < LEAST {
        return Calibrator::default();
    }
    let mut weights = start();
    for _ in 0..50 {
        let mut gradient = -PULL * (&weights - &start());
        let mut curvature: Array2<f64> = Array2::eye(INPUTS) * PULL;
        for change in changes {
            let inputs = inputs(change);
            let likely = logistic(weights.dot(&inputs));
            let miss = f64::from(u8::from(change.right)) - likely;
            gradient.scaled_add(change.weight * miss, &inputs);
            let bend = change.weight * likely * (1.0 - likely);
            for (mut row, &input) in curvature.rows_mut().into_iter().zip(&inputs) {
                row.scaled_add(bend * input, &inputs);
            }
        }
        let mut step = solve(curvature, gradient);
        let before = likelihood(changes, &weights);
        while likelihood(changes, &(&weights + &step)) < before && step.dot(&step) > 1e-12 {
            step *= 0.5;
        }
        weights += &step;
    }
    let slope = (weights[0] as f32).max(0.05);
    let mut features = Calibrator::default().features;
    for (feature, weight) in TELLING.into_iter().zip(weights.iter().skip(3)) {
        features.0[feature as usize] = *weight as f32;
    }
    Calibrator { slope, offset: weights[1] as f32, rate: weights[2] as f32, features }
}

/// The weights that believe every posterior.
fn start() -> Array1<f64> {
    let mut weights = Array1::zeros(INPUTS);
    weights[0] = 1.0;
    weights
}

fn inputs(change: &Change) -> Array1<f64> {
    let first = [logit(change.posterior), 1.0, f64::from(change.rate)];
    let features = TELLING.into_iter().map(|feature| f64::from(change.features[feature]));
    first.into_iter().chain(features).collect()
}

/// Log likelihood of the changes, less the pull.
fn likelihood(changes: &[Change], weights: &Array1<f64>) -> f64 {
    let away = weights - &start();
    let of = |change: &Change| {
        let likely = logistic(weights.dot(&inputs(change)));
        let seen = if change.right { likely } else { 1.0 - likely };
        change.weight * seen.max(f64::MIN_POSITIVE).ln()
    };
    changes.iter().map(of).sum::<f64>() - 0.5 * PULL * away.dot(&away)
}

/// Solves a small symmetric positive definite system by elimination.
fn solve(mut matrix: Array2<f64>, mut right: Array1<f64>) -> Array1<f64> {
    let size = right.len();
    for pivot in 0..size {
        for row in pivot + 1..size {
            let factor = matrix[[row, pivot]] / matrix[[pivot, pivot]];
            for column in pivot..size {
                matrix[[row, column]] -= factor * matrix[[pivot, column]];
            }
            right[row] -= factor * right[pivot];
        }
    }
    for row in (0..size).rev() {
        let known: f64 = (row + 1..size).map(|c| matrix[[row, c]] * right[c]).sum();
        right[row] = (right[row] - known) / matrix[[row, row]];
    }
    right
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::array;

    #[test]
    fn learns_that_half_is_right() {
        // Of changes with a posterior of 0.9 six in ten are right, of 0.6 three in ten.
        let features = Features::default();
        let of = |posterior, right| Change { posterior, rate: 0.0, features, right, weight: 1.0 };
        let changes: Vec<Change> = (0..20_000)
            .map(|i| if i % 2 == 0 { of(0.9, i % 20 < 12) } else { of(0.6, i % 20 < 6) })
            .collect();
        let calibrator = fit(&changes);
        assert!((calibrator.confidence(0.9, 0.0, &features) - 0.6).abs() < 0.01, "{calibrator:?}");
        assert!((calibrator.confidence(0.6, 0.0, &features) - 0.3).abs() < 0.01, "{calibrator:?}");
        assert_eq!(fit(&changes[..10]), Calibrator::default());
    }

    #[test]
    fn learns_what_really_spun_sentences_show() {
        // Of changes with the same posterior those are right that the document's engine has
        // shown before.
        let of = |shown: bool| {
            let mut features = Features::default();
            (features[Feature::Real], features[Feature::RealShare]) = (f32::from(shown), 1.0);
            features[Feature::RealHere] = f32::from(shown);
            features
        };
        let change = |shown, right| Change {
            posterior: 0.5,
            rate: 0.0,
            features: of(shown),
            right,
            weight: 1.0,
        };
        let changes: Vec<Change> = (0..4000)
            .map(|i| change(i % 2 == 0, i % 10 < if i % 2 == 0 { 8 } else { 2 }))
            .collect();
        let calibrator = fit(&changes);
        assert!((calibrator.confidence(0.5, 0.0, &of(true)) - 0.8).abs() < 0.02, "{calibrator:?}");
        assert!((calibrator.confidence(0.5, 0.0, &of(false)) - 0.2).abs() < 0.02, "{calibrator:?}");
    }

    #[test]
    fn solves_by_hand() {
        let solved = solve(array![[4.0, 1.0], [1.0, 3.0]], array![1.0, 2.0]);
        assert!((solved[0] - 1.0 / 11.0).abs() < 1e-12 && (solved[1] - 7.0 / 11.0).abs() < 1e-12);
    }
}
