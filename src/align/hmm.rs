//! The alignment HMM of a gap: which original word each spun word comes from.
//!
//! Vogel, Ney and Tillmann (1996), with the empty word of Och and Ney (2003), "A
//! Systematic Comparison of Various Statistical Alignment Models": a word that comes
//! from none leaves the position where it was. A gap lies between two anchors, which
//! are the first and the last state of its chain. The same code serves the other
//! direction with the two sides exchanged.

use super::AlignConfig;
use super::lexicon::steps;
use ndarray::{Array2, ArrayView2, ArrayViewMut2};

/// Jumps are counted one by one up to this far from the next word, together beyond.
const REACH: i32 = 8;
/// Number of kinds of jump.
const JUMPS: usize = 2 * REACH as usize + 1;
/// A position that is less likely is not worth its jumps.
const LEAST_MASS: f32 = 1e-4;
/// A position that the words so far make less likely is given up, which most are where
/// a whole pair is one gap.
const LOST: f32 = 1e-7;

/// Weight, or expected count, by kind of jump.
pub(crate) type Jumps = [f32; JUMPS];

/// Expected counts by kind of jump under collection, in steps.
pub(crate) type JumpSums = [u64; JUMPS];

/// Expected counts of all pairs by kind of jump.
pub(crate) type JumpCounts = [f64; JUMPS];

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
    weights: Jumps,
    by_states: Vec<Array2<f32>>,
}

impl Transitions {
    /// Of the diagonal alone, for gaps of at most `largest` states.
    pub(crate) fn diagonal(largest: usize) -> Self {
        Self::new(&diagonal(), largest)
    }

    /// Of the expected `counts` and, for a share that `config` says, the diagonal.
    pub(crate) fn learned(config: &AlignConfig, counts: &JumpCounts, largest: usize) -> Self {
        let start = diagonal();
        let (all, fixed) = (counts.iter().sum::<f64>().max(1e-9), start.iter().sum::<f32>());
        let mixed = std::array::from_fn(|kind| {
            let learned = (counts[kind] / all) as f32;
            config.diagonal * start[kind] / fixed + (1.0 - config.diagonal) * learned
        });
        Self::new(&mixed, largest)
    }

    /// Of such weights.
    pub(crate) fn new(weights: &Jumps, largest: usize) -> Self {
        let by_states = (0..=largest).map(|states| matrix(weights, states)).collect();
        Self { weights: *weights, by_states }
    }

    /// The weight of each kind of jump, from which the same transitions are made again.
    pub(crate) fn weights(&self) -> &Jumps {
        &self.weights
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

/// Forward-backward over one gap at a time; holds the matrices, row after row, of which
/// each gap takes as much as it needs. Most gaps are a word or two a side, so that what
/// a view costs to make would be most of the time.
#[derive(Default)]
pub(crate) struct Hmm {
    /// By observation and state: probability of the words so far, the last of which
    /// comes from this state.
    aligned: Vec<f32>,
    /// By words so far and last state (0: none yet): probability of these words.
    forward: Vec<f32>,
    /// By last state: the same of the words that are left, before and after a step.
    backward: [Vec<f32>; 2],
    /// By state: probability of the next word from here and of those that are left.
    ahead: Vec<f32>,
    /// States of which that is more than nothing.
    open: Vec<usize>,
}

impl Hmm {
    /// Sets `posterior` (observations x states) to the probability of each link and
    /// adds the expected jumps to `jumps`. All matrices stand row after row.
    ///
    /// `emission`: probability of each observed word given each state, relative to its
    /// probability given the empty word, which is chosen with probability `empty`.
    pub(crate) fn posteriors(
        &mut self,
        emission: ArrayView2<f32>,
        transition: ArrayView2<f32>,
        empty: f32,
        posterior: ArrayViewMut2<f32>,
        jumps: Option<&mut JumpSums>,
    ) {
        let (words, states) = emission.dim();
        let width = states + 1;
        let matrices = (emission.to_slice(), transition.to_slice(), posterior.into_slice());
        let (Some(emission), Some(transition), Some(posterior)) = matrices else {
            unreachable!("matrices row after row");
        };
        self.reserve(words, states);
        self.forward_pass(emission, transition, empty, (words, states));
        let ahead = &mut self.ahead[..states];
        let [now, next] = &mut self.backward;
        let (mut now, mut next) = (&mut now[..width], &mut next[..width]);

        let ends = transition.chunks_exact(width).map(|row| row[states]);
        let last = &self.forward[words * width..][..width];
        for ((next, end), &mass) in next.iter_mut().zip(ends).zip(last) {
            *next = if mass > 0.0 { end } else { 0.0 };
        }
        let total: f32 = last.iter().zip(&*next).map(|(f, b)| f * b).sum();
        let mut counted = [0.0; JUMPS];
        for j in (0..words).rev() {
            let emission = &emission[j * states..][..states];
            let aligned = &self.aligned[j * states..][..states];
            let posterior = &mut posterior[j * states..][..states];
            self.open.clear();
            for i in 0..states {
                posterior[i] = (aligned[i] * next[i + 1] / total).min(1.0);
                ahead[i] = (1.0 - empty) * emission[i] * next[i + 1];
                if next[i + 1] > 0.0 {
                    self.open.push(i);
                }
            }
            let before = &self.forward[j * width..][..width];
            let mut product = 0.0;
            for (k, &mass) in before.iter().enumerate() {
                if mass == 0.0 {
                    now[k] = 0.0;
                    continue;
                }
                let row = &transition[k * width..][..states];
                let mut sum = empty * next[k];
                for &i in &self.open {
                    sum += row[i] * ahead[i];
                }
                now[k] = sum;
                product += mass * sum;
            }
            // The forward probabilities sum to 1 at every word; these follow suit.
            let scale = total / product;
            now.iter_mut().for_each(|now| *now *= scale);
            if jumps.is_some() {
                for (k, mass) in before.iter().enumerate().filter(|(_, mass)| **mass > LEAST_MASS) {
                    let mass = mass * scale / total;
                    let row = &transition[k * width..][..states];
                    for &i in &self.open {
                        counted[kind(i as i32 + 1 - k as i32)] += mass * row[i] * ahead[i];
                    }
                }
            }
            std::mem::swap(&mut now, &mut next);
        }
        if let Some(jumps) = jumps {
            for (k, mass) in last.iter().enumerate() {
                let end = transition[k * width + states];
                counted[kind(states as i32 + 1 - k as i32)] += mass * end / total;
            }
            jumps.iter_mut().zip(counted).for_each(|(sum, count)| *sum += steps(count));
        }
    }

    fn forward_pass(
        &mut self,
        emission: &[f32],
        transition: &[f32],
        empty: f32,
        (words, states): (usize, usize),
    ) {
        let width = states + 1;
        self.forward[..width].fill(0.0);
        self.forward[0] = 1.0;
        for j in 0..words {
            let (before, now) = self.forward[j * width..][..2 * width].split_at_mut(width);
            let row = &mut self.aligned[j * states..][..states];
            row.fill(0.0);
            let mut passed = 0.0;
            for (k, &mass) in before.iter().enumerate().filter(|(_, mass)| **mass > 0.0) {
                passed += mass;
                let jumps = &transition[k * width..][..states];
                row.iter_mut().zip(jumps).for_each(|(sum, jump)| *sum += mass * jump);
            }
            let mut sum = empty * passed;
            for (aligned, emission) in row.iter_mut().zip(&emission[j * states..]) {
                *aligned *= (1.0 - empty) * emission;
                sum += *aligned;
            }
            let scale = 1.0 / sum;
            let kept = |mass: f32| if mass < LOST { 0.0 } else { mass };
            now[0] = kept(before[0] * empty * scale);
            for (i, aligned) in row.iter_mut().enumerate() {
                *aligned *= scale;
                now[i + 1] = kept(before[i + 1] * empty * scale + *aligned);
            }
        }
    }

    fn reserve(&mut self, words: usize, states: usize) {
        let width = states + 1;
        let grow = |buffer: &mut Vec<f32>, size| {
            if buffer.len() < size {
                buffer.resize(size, 0.0);
            }
        };
        grow(&mut self.aligned, words * states);
        grow(&mut self.forward, (words + 1) * width);
        self.backward.iter_mut().for_each(|row| grow(row, width));
        grow(&mut self.ahead, states);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::align::lexicon::count;
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
        let mut jumps = [0; JUMPS];
        Hmm::default().posteriors(
            emission.view(),
            transition.view(),
            empty,
            posterior.view_mut(),
            Some(&mut jumps),
        );
        (posterior, jumps.map(|steps| count(steps) as f32))
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
