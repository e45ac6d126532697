//! Truncated singular value decomposition of a large sparse symmetric matrix.
//!
//! Randomised subspace iteration (Halko, Martinsson & Tropp 2011, algorithms 4.4 and 5.1): a few
//! products with the matrix turn random vectors towards its strongest directions; what the
//! matrix does within these is a small matrix, decomposed by Jacobi's rotations.

use ndarray::{Array1, Array2, Axis};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use rayon::prelude::*;

/// Vectors beyond those asked for, and products with the matrix.
const MORE: usize = 16;
const PRODUCTS: usize = 5;
/// Rounds of rotations at most: what is off the diagonal, once small, falls to its square in each.
const ROUNDS: usize = 30;

/// A symmetric matrix, as its rows' columns and values.
pub(crate) struct Sparse {
    pub(crate) rows: Vec<Vec<(u32, f32)>>,
}

/// The `count` largest singular values and their left singular vectors, one a row; fewer if the
/// matrix is smaller. Every draw follows from `seed`.
pub(crate) fn truncated(matrix: &Sparse, count: usize, seed: u64) -> (Array1<f64>, Array2<f64>) {
    let size = matrix.rows.len();
    let most = (count + MORE).min(size);
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let mut draw = || f64::from(random.next_u32()) / f64::from(u32::MAX) - 0.5;
    let mut basis = Array2::from_shape_simple_fn((most, size), &mut draw);
    orthonormalise(&mut basis);
    for _ in 1..PRODUCTS {
        basis = matrix.product(&basis);
        orthonormalise(&mut basis);
    }
    // What the matrix makes of the basis: its Gram matrix has the squares of its singular values.
    let image = matrix.product(&basis);
    let gram = products(&image);
    let (squares, turns) = eigen(gram);
    let mut order: Vec<usize> = (0..most).collect();
    order.sort_by(|&a, &b| squares[b].total_cmp(&squares[a]).then(a.cmp(&b)));
    order.truncate(count);
    let values = order.iter().map(|&at| squares[at].max(0.0).sqrt()).collect();
    let mut vectors = Array2::zeros((order.len(), size));
    for (mut vector, &at) in vectors.axis_iter_mut(Axis(0)).zip(&order) {
        for (turn, row) in turns.column(at).iter().zip(basis.axis_iter(Axis(0))) {
            vector.scaled_add(*turn, &row);
        }
    }
    (values, vectors)
}

impl Sparse {
    /// The product with vectors that are rows, as rows.
    fn product(&self, vectors: &Array2<f64>) -> Array2<f64> {
        // By columns, so that a row of the matrix meets all vectors at once.
        let columns = vectors.t().as_standard_layout().into_owned();
        let rows: Vec<Array1<f64>> = self
            .rows
            .par_iter()
            .map(|row| {
                let mut sum = Array1::zeros(columns.ncols());
                for &(column, value) in row {
                    sum.scaled_add(f64::from(value), &columns.row(column as usize));
                }
                sum
            })
            .collect();
        Array2::from_shape_fn(vectors.raw_dim(), |(vector, at)| rows[at][vector])
    }
}

/// Makes rows orthogonal and of length 1 (Gram & Schmidt, each twice).
fn orthonormalise(vectors: &mut Array2<f64>) {
    for at in 0..vectors.nrows() {
        let (before, mut rest) = vectors.view_mut().split_at(Axis(0), at);
        let mut vector = rest.row_mut(0);
        for _ in 0..2 {
            for other in before.rows() {
                let share = vector.dot(&other);
                vector.scaled_add(-share, &other);
            }
            let length = vector.dot(&vector).sqrt().max(f64::MIN_POSITIVE);
            vector.map_inplace(|value| *value /= length);
        }
    }
}

/// The products of each two rows.
fn products(vectors: &Array2<f64>) -> Array2<f64> {
    let count = vectors.nrows();
    Array2::from_shape_fn((count, count), |(a, b)| vectors.row(a).dot(&vectors.row(b)))
}

/// Eigenvalues of a symmetric matrix and its eigenvectors, one a column, by Jacobi's rotations.
fn eigen(mut matrix: Array2<f64>) -> (Array1<f64>, Array2<f64>) {
    let size = matrix.nrows();
    let mut turns = Array2::eye(size);
    for _ in 0..ROUNDS {
        let mut turned = false;
        for (a, b) in (0..size).flat_map(|a| (a + 1..size).map(move |b| (a, b))) {
            let (along, across) = (matrix[[a, a]] * matrix[[b, b]], matrix[[a, b]]);
            if across * across <= 1e-30 * along.abs() {
                continue;
            }
            turned = true;
            let slope = (matrix[[b, b]] - matrix[[a, a]]) / (2.0 * across);
            let tangent = slope.signum() / (slope.abs() + slope.hypot(1.0));
            let cosine = tangent.hypot(1.0).recip();
            let sine = tangent * cosine;
            for other in 0..size {
                let (left, right) = (matrix[[other, a]], matrix[[other, b]]);
                matrix[[other, a]] = cosine * left - sine * right;
                matrix[[other, b]] = sine * left + cosine * right;
                let (left, right) = (turns[[other, a]], turns[[other, b]]);
                turns[[other, a]] = cosine * left - sine * right;
                turns[[other, b]] = sine * left + cosine * right;
            }
            for other in 0..size {
                let (left, right) = (matrix[[a, other]], matrix[[b, other]]);
                matrix[[a, other]] = cosine * left - sine * right;
                matrix[[b, other]] = sine * left + cosine * right;
            }
        }
        if !turned {
            break;
        }
    }
    (matrix.diag().to_owned(), turns)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sparse(dense: &Array2<f64>) -> Sparse {
        let row = |row: ndarray::ArrayView1<'_, f64>| {
            let entries = row.iter().enumerate().filter(|(_, value)| **value != 0.0);
            entries.map(|(at, &value)| (at as u32, value as f32)).collect()
        };
        Sparse { rows: dense.rows().into_iter().map(row).collect() }
    }

    #[test]
    fn two_by_two_by_hand() {
        // 3 and 1, along the diagonals.
        let (values, vectors) = truncated(&sparse(&ndarray::array![[2.0, 1.0], [1.0, 2.0]]), 2, 1);
        assert!((values[0] - 3.0).abs() < 1e-12 && (values[1] - 1.0).abs() < 1e-12, "{values}");
        let half = 0.5f64.sqrt();
        assert!(vectors.iter().all(|value| (value.abs() - half).abs() < 1e-12), "{vectors}");
        assert!(vectors[[0, 0]] * vectors[[0, 1]] > 0.0 && vectors[[1, 0]] * vectors[[1, 1]] < 0.0);
    }

    #[test]
    fn what_was_put_together_is_taken_apart() {
        // Five directions, one of them turned about, in forty dimensions.
        let mut random = ChaCha8Rng::seed_from_u64(7);
        let mut draw = || f64::from(random.next_u32()) / f64::from(u32::MAX) - 0.5;
        let mut directions = Array2::from_shape_simple_fn((5, 40), &mut draw);
        orthonormalise(&mut directions);
        let strengths = [9.0, -5.0, 3.0, 2.0, 1.0];
        let dense = Array2::from_shape_fn((40, 40), |(row, column)| {
            let of = |at: usize| strengths[at] * directions[[at, row]] * directions[[at, column]];
            (0..5).map(of).sum()
        });
        let (values, vectors) = truncated(&sparse(&dense), 3, 1);
        for (at, strength) in strengths.iter().take(3).enumerate() {
            assert!((values[at] - strength.abs()).abs() < 1e-5, "{values}");
            let cosine = vectors.row(at).dot(&directions.row(at)).abs();
            assert!((cosine - 1.0).abs() < 1e-5, "{at}: {cosine}");
        }
        // More than there is are all there are.
        assert_eq!(truncated(&sparse(&dense), 100, 1).0.len(), 40);
    }
}
