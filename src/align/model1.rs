//! IBM Model 1 with a prior for the diagonal: every spun word chooses by itself.
//!
//! Brown, Della Pietra, Della Pietra and Mercer (1993); the diagonal is that of Dyer,
//! Chahuneau and Smith (2013): an exponential of the distance between the relative
//! positions. With a tension of 0 it is Model 1 proper.

use ndarray::{ArrayView2, ArrayViewMut2};

/// Strength of the diagonal in training.
pub(crate) const TENSION: f32 = 4.0;

/// Sets `posterior` (observations x states) to the probability of each link.
///
/// `emission`: probability of each observed word given each state, relative to its
/// probability given the empty word, which is chosen with probability `empty`.
pub(crate) fn posteriors(
    emission: ArrayView2<f32>,
    empty: f32,
    tension: f32,
    mut posterior: ArrayViewMut2<f32>,
) {
    let (words, states) = emission.dim();
    let place = |index: usize, of: usize| (index as f32 + 0.5) / of as f32;
    for j in 0..words {
        let mut row = posterior.row_mut(j);
        for (i, weight) in row.iter_mut().enumerate() {
            *weight = (-tension * (place(i, states) - place(j, words)).abs()).exp();
        }
        let chosen = (1.0 - empty) / row.sum();
        row.zip_mut_with(&emission.row(j), |weight, emission| *weight *= chosen * emission);
        let total = row.sum() + empty;
        row /= total;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::{Array2, array};

    /// The textbook's corpus: `a b - x y`, `a - x`. Two EM steps from uniform
    /// probabilities, worked out with pen and paper, no empty word.
    #[test]
    fn em_steps_by_hand() {
        // t[word of x, y][word of a, b]
        let mut t: Array2<f32> = array![[0.5, 0.5], [0.5, 0.5]];
        let expected =
            [array![[0.75, 0.5], [0.25, 0.5]], array![[24.0 / 29.0, 0.375], [5.0 / 29.0, 0.625]]];
        for expected in expected {
            let mut posterior = Array2::zeros((2, 2));
            posteriors(t.view(), 0.0, 0.0, posterior.view_mut());
            let mut counts = posterior;
            counts[[0, 0]] += 1.0;
            let totals = counts.sum_axis(ndarray::Axis(0));
            t = counts / totals;
            assert!(t.iter().zip(&expected).all(|(a, b)| (a - b).abs() < 1e-6), "{t}");
        }
    }

    #[test]
    fn the_diagonal_and_the_empty_word() {
        let emission = Array2::ones((2, 2));
        let mut posterior = Array2::zeros((2, 2));
        posteriors(emission.view(), 0.2, 2.0, posterior.view_mut());
        // Half a sentence apart: e^-1 against 1.
        let far = 0.8 * (-1f32).exp() / (1.0 + (-1f32).exp());
        let expected = array![[0.8 - far, far], [far, 0.8 - far]];
        assert!(posterior.iter().zip(&expected).all(|(a, b)| (a - b).abs() < 1e-6), "{posterior}");
    }
}
