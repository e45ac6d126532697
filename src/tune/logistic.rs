//! Logistic regression with a pull towards what is believed before.

use crate::decode::confidence::logistic;
use ndarray::{Array1, Array2};

/// Something that was right or not.
#[derive(Clone, Copy, Debug)]
pub(super) struct Seen<const N: usize> {
    pub(super) inputs: [f64; N],
    pub(super) right: bool,
    pub(super) weight: f64,
}

/// The weights of the inputs that make what was `seen` likeliest, pulled towards those at the
/// `start`: Newton's method on the log likelihood, which is concave; a step that goes too far
/// is halved until it does not.
pub(super) fn regress<const N: usize>(seen: &[Seen<N>], start: [f64; N], pull: f64) -> [f64; N] {
    let start = Array1::from_iter(start);
    let mut weights = start.clone();
    let objective = |weights: &Array1<f64>| {
        let away = weights - &start;
        let of = |seen: &Seen<N>| {
            let likely = likely(weights, seen);
            let likely = if seen.right { likely } else { 1.0 - likely };
            seen.weight * likely.max(f64::MIN_POSITIVE).ln()
        };
        seen.iter().map(of).sum::<f64>() - 0.5 * pull * away.dot(&away)
    };
    for _ in 0..50 {
        let mut gradient = -pull * (&weights - &start);
        let mut curvature: Array2<f64> = Array2::eye(N) * pull;
        for seen in seen {
            let likely = likely(&weights, seen);
            let miss = seen.weight * (f64::from(u8::from(seen.right)) - likely);
            let bend = seen.weight * likely * (1.0 - likely);
            for (at, &input) in seen.inputs.iter().enumerate() {
                gradient[at] += miss * input;
                for (other, &value) in seen.inputs.iter().enumerate() {
                    curvature[[at, other]] += bend * input * value;
                }
            }
        }
        let mut step = solve(curvature, gradient);
        let before = objective(&weights);
        while objective(&(&weights + &step)) < before && step.dot(&step) > 1e-12 {
            step *= 0.5;
        }
        weights += &step;
        if step.dot(&step) < 1e-12 {
            break;
        }
    }
    std::array::from_fn(|at| weights[at])
}

fn likely<const N: usize>(weights: &Array1<f64>, seen: &Seen<N>) -> f64 {
    logistic(weights.iter().zip(&seen.inputs).map(|(weight, input)| weight * input).sum())
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
    fn solves_by_hand() {
        let solved = solve(array![[4.0, 1.0], [1.0, 3.0]], array![1.0, 2.0]);
        assert!((solved[0] - 1.0 / 11.0).abs() < 1e-12 && (solved[1] - 7.0 / 11.0).abs() < 1e-12);
    }

    #[test]
    fn shares_are_found() {
        // Three in four are right where the second input is 1, one in four elsewhere.
        let seen = |i: u32| {
            let there = i % 2;
            let right = if there == 1 { i % 8 != 1 } else { i % 8 == 2 };
            Seen { inputs: [1.0, f64::from(there)], right, weight: 1.0 }
        };
        let seen: Vec<Seen<2>> = (0..80_000).map(seen).collect();
        let [offset, slope] = regress(&seen, [0.0, 0.0], 0.01);
        assert!((logistic(offset) - 0.25).abs() < 1e-3, "{offset}");
        assert!((logistic(offset + slope) - 0.75).abs() < 1e-3, "{slope}");
    }
}
