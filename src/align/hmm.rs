//! The alignment HMM of a gap: which original word each spun word comes from.
//!
//! Vogel, Ney and Tillmann (1996), with the empty word of Och and Ney (2003), "A
//! Systematic Comparison of Various Statistical Alignment Models": a word that comes
//! from none leaves the position where it was. A gap lies between two anchors, which
//! are the first and the last state of its chain. The same code serves the other
//! direction with the two sides exchanged.

use super::AlignConfig;
use ndarray::{Array2, ArrayView2, ArrayViewMut2, s};

/// Jumps are counted one by one up to this far from the next word, together beyond.
const REACH: i32 = 8;
/// Number of kinds of jump.
const JUMPS: usize = 2 * REACH as usize + 1;
/// A position that is less likely is not worth its jumps.
const LEAST_MASS: f32 = 1e-4;

/// Weight, or expected count, by kind of jump.
pub(crate) type Jumps = [f32; JUMPS];

/// The kind of a jump by `distance` words; 1 is the next word.
fn kind(distance: i32) -> usize {
    ((distance - 1).clamp(-REACH, REACH) + REACH) as usize
}

/// Where training starts: half the weight for each word away from the next one.
fn diagonal() -> Jumps {
    std::array::from_fn(|kind| 0.5f32.powi((kind as i32 - REACH).abs()))
}

/// Transition probabilities by number of states.
pub(crate) struct Transitions {
    by_states: Vec<Array2<f32>>,
}

impl Transitions {
    /// Of the diagonal alone, for gaps of at most `largest` states.
    pub(crate) fn diagonal(largest: usize) -> Self {
        Self::new(&diagonal(), largest)
    }

    /// Of the expected `counts` and, for a share that `config` says, the diagonal.
    pub(crate) fn learned(config: &AlignConfig, counts: &[f64; JUMPS], largest: usize) -> Self {
        let start = diagonal();
        let (all, fixed) = (counts.iter().sum::<f64>().max(1e-9), start.iter().sum::<f32>());
        let mixed = std::array::from_fn(|kind| {
            let learned = (counts[kind] / all) as f32;
            config.diagonal * start[kind] / fixed + (1.0 - config.diagonal) * learned
        });
        Self::new(&mixed, largest)
    }

    fn new(weights: &Jumps, largest: usize) -> Self {
        Self { by_states: (0..=largest).map(|states| matrix(weights, states)).collect() }
    }

    /// Rows: the anchor before the gap, then each state; columns: each state, then
    /// the anchor after the gap. Rows sum to 1.
    pub(crate) fn of(&self, states: usize) -> ArrayView2<'_, f32> {
        self.by_states[states].view()
    }
}

fn matrix(weights: &Jumps, states: usize) -> Array2<f32> {
    let mut matrix = Array2::from_shape_fn((states + 1, states + 1), |(from, to)| {
        let distance = to as i32 + 1 - from as i32;
        // What is counted together shares its weight.
        let beyond = ((distance - 1).abs() - REACH).max(0);
        (weights[kind(distance)] / (1 + beyond) as f32).max(1e-6)
    });
    for mut row in matrix.rows_mut() {
        let sum = row.sum();
        row /= sum;
    }
    matrix
}

/// Forward-backward over one gap at a time; holds the matrices.
#[derive(Default)]
pub(crate) struct Hmm {
    /// By observation and state: probability of the words so far, the last of which
    /// comes from this state.
    aligned: Array2<f32>,
    /// By words so far and last state (0: none yet): probability of these words.
    forward: Array2<f32>,
    /// The same of the words that are left.
    backward: Array2<f32>,
    /// By state: probability of the next word from here and of those that are left.
    ahead: Vec<f32>,
}

impl Hmm {
    /// Sets `posterior` (observations x states) to the probability of each link and
    /// adds the expected jumps to `jumps`.
    ///
    /// `emission`: probability of each observed word given each state, relative to its
    /// probability given the empty word, which is chosen with probability `empty`.
    pub(crate) fn posteriors(
        &mut self,
        emission: ArrayView2<f32>,
        transition: ArrayView2<f32>,
        empty: f32,
        mut posterior: ArrayViewMut2<f32>,
        jumps: Option<&mut Jumps>,
    ) {
        let (words, states) = emission.dim();
        self.reserve(words, states);
        self.forward_pass(emission, transition, empty);
        let forward = self.forward.slice(s![..=words, ..=states]);
        let aligned = self.aligned.slice(s![..words, ..states]);
        let mut backward = self.backward.slice_mut(s![..=words, ..=states]);
        let ahead = &mut self.ahead[..states];

        backward.row_mut(words).assign(&transition.column(states));
        let total = forward.row(words).dot(&backward.row(words));
        let mut counted = [0.0; JUMPS];
        for j in (0..words).rev() {
            let (mut now, next) = backward.multi_slice_mut((s![j, ..], s![j + 1, ..]));
            for (i, ahead) in ahead.iter_mut().enumerate() {
                posterior[[j, i]] = (aligned[[j, i]] * next[i + 1] / total).min(1.0);
                *ahead = (1.0 - empty) * emission[[j, i]] * next[i + 1];
            }
            let before = forward.row(j);
            let mut product = 0.0;
            for (k, out) in now.iter_mut().enumerate() {
                let jumped: f32 = transition.row(k).iter().zip(&*ahead).map(|(t, a)| t * a).sum();
                *out = jumped + empty * next[k];
                product += before[k] * *out;
            }
            // The forward probabilities sum to 1 at every word; these follow suit.
            let scale = total / product;
            now *= scale;
            if jumps.is_some() {
                for (k, mass) in before.iter().enumerate().filter(|(_, mass)| **mass > LEAST_MASS) {
                    let mass = mass * scale / total;
                    for (i, ahead) in ahead.iter().enumerate() {
                        counted[kind(i as i32 + 1 - k as i32)] += mass * transition[[k, i]] * ahead;
                    }
                }
            }
        }
        if let Some(jumps) = jumps {
            for (k, mass) in forward.row(words).iter().enumerate() {
                let distance = states as i32 + 1 - k as i32;
                counted[kind(distance)] += mass * transition[[k, states]] / total;
            }
            jumps.iter_mut().zip(counted).for_each(|(sum, count)| *sum += count);
        }
    }

    fn forward_pass(&mut self, emission: ArrayView2<f32>, transition: ArrayView2<f32>, empty: f32) {
        let (words, states) = emission.dim();
        let mut forward = self.forward.slice_mut(s![..=words, ..=states]);
        forward.row_mut(0).fill(0.0);
        forward[[0, 0]] = 1.0;
        for j in 0..words {
            let (before, mut now) = forward.multi_slice_mut((s![j, ..], s![j + 1, ..]));
            let mut row = self.aligned.slice_mut(s![j, ..states]);
            row.fill(0.0);
            for (k, &mass) in before.iter().enumerate().filter(|(_, mass)| **mass > 0.0) {
                row.scaled_add(mass, &transition.slice(s![k, ..states]));
            }
            row.zip_mut_with(&emission.row(j), |a, e| *a *= (1.0 - empty) * e);
            let scale = 1.0 / (row.sum() + empty * before.sum());
            row *= scale;
            now.assign(&before);
            now *= empty * scale;
            let mut real = now.slice_mut(s![1..]);
            real += &row;
        }
    }

    fn reserve(&mut self, words: usize, states: usize) {
        let (rows, columns) = self.forward.dim();
        if rows <= words || columns <= states {
            let side = (words.max(states) + 1).next_power_of_two().max(rows.max(columns));
            for matrix in [&mut self.aligned, &mut self.forward, &mut self.backward] {
                *matrix = Array2::zeros((side, side));
            }
            self.ahead.resize(side, 0.0);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::array;
    use proptest::prelude::*;

    /// Every alignment of the gap, with its probability.
    fn brute(emission: &Array2<f32>, transition: &Array2<f32>, empty: f32) -> (Array2<f32>, Jumps) {
        let (words, states) = emission.dim();
        let mut posterior = Array2::zeros((words, states));
        let mut jumps = [0.0; JUMPS];
        let mut total = 0.0;
        for mut code in 0..(states + 1).pow(words as u32) {
            let (mut last, mut probability) = (0, 1.0);
            let (mut links, mut path) = (Vec::new(), Vec::new());
            for j in 0..words {
                let state = code % (states + 1);
                code /= states + 1;
                if state == 0 {
                    probability *= empty;
                    continue;
                }
                probability *= (1.0 - empty) * transition[[last, state - 1]];
                probability *= emission[[j, state - 1]];
                path.push(kind(state as i32 - last as i32));
                links.push((j, state - 1));
                last = state;
            }
            probability *= transition[[last, states]];
            path.push(kind(states as i32 + 1 - last as i32));
            links.into_iter().for_each(|link| posterior[link] += probability);
            path.into_iter().for_each(|kind| jumps[kind] += probability);
            total += probability;
        }
        (posterior / total, jumps.map(|jump| jump / total))
    }

    fn run(emission: &Array2<f32>, transition: &Array2<f32>, empty: f32) -> (Array2<f32>, Jumps) {
        let mut posterior = Array2::zeros(emission.dim());
        let mut jumps = [0.0; JUMPS];
        Hmm::default().posteriors(
            emission.view(),
            transition.view(),
            empty,
            posterior.view_mut(),
            Some(&mut jumps),
        );
        (posterior, jumps)
    }

    #[test]
    fn one_word_for_two_by_hand() {
        // From the start to state 0 or 1, then to the anchor after the gap.
        let transition = array![[0.5, 0.25, 0.25], [0.25, 0.5, 0.25], [0.25, 0.25, 0.5]];
        let (posterior, jumps) = run(&array![[2.0, 6.0]], &transition, 0.2);
        // empty: 0.2 x 0.25; first: 0.8 x 0.5 x 2 x 0.25; second: 0.8 x 0.25 x 6 x 0.5.
        let (none, first, second) = (0.05, 0.2, 0.6);
        let all: f32 = none + first + second;
        assert!((posterior[[0, 0]] - first / all).abs() < 1e-6);
        assert!((posterior[[0, 1]] - second / all).abs() < 1e-6);
        assert!((jumps[kind(3)] - none / all).abs() < 1e-6);
        // To the first and on by two; to the second by two and on by one.
        assert!((jumps[kind(1)] - 1.0 + none / all).abs() < 1e-6);
        assert!((jumps[kind(2)] - 1.0 + none / all).abs() < 1e-6);
    }

    #[test]
    fn transitions_sum_to_one() {
        let transitions = Transitions::diagonal(30);
        for states in 1..=30 {
            let of = transitions.of(states);
            assert!(of.rows().into_iter().all(|row| (row.sum() - 1.0).abs() < 1e-5));
            assert!(of[[0, 0]] > of[[0, states]]);
        }
    }

    proptest! {
        #[test]
        fn equals_the_sum_over_all_alignments(
            words in 1..5usize, states in 1..5usize, empty in 0.01..0.9f32,
            weights in prop::collection::vec(0.01..1f32, JUMPS),
            values in prop::collection::vec(0.01..50f32, 16),
        ) {
            let emission = Array2::from_shape_fn((words, states), |(j, i)| values[j * 4 + i]);
            let weights: Jumps = std::array::from_fn(|kind| weights[kind]);
            let transition = matrix(&weights, states);
            let (fast, fast_jumps) = run(&emission, &transition, empty);
            let (slow, slow_jumps) = brute(&emission, &transition, empty);
            for (a, b) in fast.iter().zip(&slow).chain(fast_jumps.iter().zip(&slow_jumps)) {
                // Jumps from positions of hardly any mass are left out.
                prop_assert!((a - b).abs() < 2e-3, "{a} {b}");
            }
        }
    }
}
