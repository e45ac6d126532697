//! Learning which words fit among which, from clean text and likely rivals.
//!
//! Negative sampling (Mikolov et al. 2013) where most of the negatives are what a
//! spinner would put in the word's place, and what else it could stand for: the
//! choices that the decoder has. Some of the sentences are read through words that
//! are spun themselves, as the decoder has to read them.
//!
//! A fixed number of learners each take a share of the sentences of a round; after the
//! round each row becomes the mean of those learners' that have touched it. So the
//! numbers do not depend on how many threads there are.

use super::world::{Draws, World};
use super::{ContextModel, WINDOW};
use crate::corpus::Sentences;
use crate::model::section::Array;
use crate::vectors::{DIMENSIONS, NO_ROW, Rows, Vector, Vectors};
use rayon::prelude::*;
use serde::Deserialize;

/// How the context model is learned.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ContextConfig {
    /// Words that get a vector, the commonest; 0 for no context model.
    pub words: usize,
    /// Passes over the text.
    pub epochs: usize,
    /// Size of the first step; it falls to a hundredth.
    pub rate: f32,
    /// Rivals of every word that the channel knows of.
    pub rivals: usize,
    /// Words drawn by chance as rivals of every word.
    pub strangers: usize,
    /// Words that make up a larger share of the text are passed over at times.
    pub frequent: f64,
    /// Share of the sentences that are read through spun words, and the largest share
    /// of their words that are spun.
    pub spun: f64,
    /// The largest share of the words around that are spun in such a sentence.
    pub highest_rate: f64,
    /// Every draw follows from this number.
    pub seed: u64,
}

impl Default for ContextConfig {
    fn default() -> Self {
        Self {
            words: 50_000,
            epochs: 2,
            rate: 0.05,
            rivals: 4,
            strangers: 2,
            frequent: 3e-4,
            spun: 0.5,
            highest_rate: 0.4,
            seed: 1,
        }
    }
}

/// Learners that share the sentences of a round.
const LEARNERS: usize = 4;
/// Sentences of a round.
const ROUND: usize = 40_000;

/// Learns from `sentences` of a vocabulary of `vocabulary` words; `pairs` are the
/// substitutions of one word for one, `(original, spun)`.
pub(crate) fn train(
    config: &ContextConfig,
    vocabulary: usize,
    sentences: &Sentences,
    pairs: &[(u32, u32)],
    progress: &mut dyn FnMut(u64),
) -> ContextModel {
    let world = World::new(config, vocabulary, sentences, pairs);
    if world.frequencies.is_empty() {
        return ContextModel::empty();
    }
    let mut shared = Parameters::new(world.frequencies.len(), config.seed);
    let mut learners: Vec<Learner> = (0..LEARNERS).map(|_| Learner::new(&shared)).collect();
    let rounds = config.epochs * sentences.len().div_ceil(ROUND);
    let mut order: Vec<u32> = (0..sentences.len() as u32).collect();
    let mut round = 0;
    for epoch in 0..config.epochs {
        let mut draws = Draws::new(config.seed, u64::MAX - epoch as u64);
        for last in (1..order.len()).rev() {
            order.swap(last, draws.below(last + 1));
        }
        for batch in order.chunks(ROUND) {
            let rate = config.rate * 0.01f32.max(1.0 - round as f32 / rounds as f32);
            let share = batch.len().div_ceil(LEARNERS).max(1);
            let lessons = learners.par_iter_mut().zip(batch.par_chunks(share)).enumerate();
            lessons.for_each(|(number, (learner, batch))| {
                let stream = (round * LEARNERS + number) as u64;
                let mut draws = Draws::new(config.seed, stream);
                for &sentence in batch {
                    learner.learn(&world, sentences.get(sentence as usize), rate, &mut draws);
                }
            });
            shared.unite(&mut learners);
            progress(batch.len() as u64);
            round += 1;
        }
    }
    pack(&world, &shared)
}

fn pack(world: &World<'_>, parameters: &Parameters) -> ContextModel {
    ContextModel {
        rows: Rows::new(world.rows.len(), &world.words),
        gates: parameters.gates.as_chunks::<DIMENSIONS>().0.to_vec(),
        around: Vectors::pack(&parameters.around),
        words: Vectors::pack(&parameters.words),
        biases: Array::of(parameters.biases.iter().copied()),
    }
}

/// Everything that is learned; vectors lie row after row.
#[derive(Clone)]
struct Parameters {
    around: Vec<f32>,
    words: Vec<f32>,
    biases: Vec<f32>,
    gates: Vec<f32>,
}

impl Parameters {
    fn new(rows: usize, seed: u64) -> Self {
        let mut draws = Draws::new(seed, u64::MAX / 2);
        let mut around = vec![0.0; rows * DIMENSIONS];
        around.fill_with(|| (draws.unit() as f32 - 0.5) / DIMENSIONS as f32);
        let near = |at: usize| 1.0 / (1.0 + (at / DIMENSIONS % WINDOW) as f32).sqrt();
        Self {
            around,
            words: vec![0.0; rows * DIMENSIONS],
            biases: vec![0.0; rows],
            gates: (0..2 * WINDOW * DIMENSIONS).map(near).collect(),
        }
    }

    /// Takes the mean of the learners that have touched a row, and hands it to all.
    fn unite(&mut self, learners: &mut [Learner]) {
        let rows = self.biases.len();
        for row in 0..rows {
            let span = row * DIMENSIONS..(row + 1) * DIMENSIONS;
            mean(
                learners,
                |l| l.touched_around[row],
                |l| &l.own.around[span.clone()],
                &mut self.around[span.clone()],
            );
            mean(
                learners,
                |l| l.touched_words[row],
                |l| &l.own.words[span.clone()],
                &mut self.words[span.clone()],
            );
            mean(
                learners,
                |l| l.touched_words[row],
                |l| &l.own.biases[row..row + 1],
                &mut self.biases[row..row + 1],
            );
        }
        mean(learners, |_| true, |l| &l.own.gates, &mut self.gates);
        learners.par_iter_mut().for_each(|learner| learner.start(self));
    }
}

fn mean<'l>(
    learners: &'l [Learner],
    touched: impl Fn(&Learner) -> bool,
    of: impl Fn(&'l Learner) -> &'l [f32],
    into: &mut [f32],
) {
    let count = learners.iter().filter(|learner| touched(learner)).count();
    if count == 0 {
        return;
    }
    into.fill(0.0);
    for learner in learners.iter().filter(|learner| touched(learner)) {
        into.iter_mut().zip(of(learner)).for_each(|(sum, value)| *sum += value / count as f32);
    }
}

/// One of the learners, with its own copy of the parameters.
struct Learner {
    own: Parameters,
    touched_around: Vec<bool>,
    touched_words: Vec<bool>,
    /// Rows of a sentence as they stand, and as they are read.
    rows: Vec<u16>,
    read: Vec<u16>,
}

impl Learner {
    fn new(shared: &Parameters) -> Self {
        let rows = shared.biases.len();
        let touched = vec![false; rows];
        Self {
            own: shared.clone(),
            touched_around: touched.clone(),
            touched_words: touched,
            rows: Vec::new(),
            read: Vec::new(),
        }
    }

    fn start(&mut self, shared: &Parameters) {
        self.own.clone_from(shared);
        self.touched_around.fill(false);
        self.touched_words.fill(false);
    }

    fn learn(&mut self, world: &World<'_>, sentence: &[u32], rate: f32, draws: &mut Draws) {
        self.rows.clear();
        self.rows.extend(sentence.iter().map(|&word| world.rows[word as usize]));
        self.read.clone_from(&self.rows);
        if draws.unit() < world.config.spun {
            let spun = draws.unit() * world.config.highest_rate;
            for row in self.read.iter_mut().filter(|row| **row != NO_ROW) {
                if draws.unit() < spun {
                    *row = draws.pick(world.spun.of(*row)).unwrap_or(*row);
                }
            }
        }
        for at in 0..self.rows.len() {
            let row = self.rows[at];
            if row == NO_ROW {
                continue;
            }
            let share = world.frequencies[usize::from(row)] / world.config.frequent;
            if share > 1.0 && draws.unit() > 1.0 / share.sqrt() {
                continue;
            }
            self.step(world, at, row, rate, draws);
        }
    }

    fn step(&mut self, world: &World<'_>, at: usize, row: u16, rate: f32, draws: &mut Draws) {
        let mut sum: Vector = [0.0; DIMENSIONS];
        let neighbours = neighbours(at, self.read.len());
        for (gate, place) in neighbours.clone() {
            let neighbour = self.read[place];
            if neighbour != NO_ROW {
                let vector = vector(&self.own.around, neighbour);
                let gate = &self.own.gates[gate * DIMENSIONS..(gate + 1) * DIMENSIONS];
                for d in 0..DIMENSIONS {
                    sum[d] += vector[d] * gate[d];
                }
            }
        }
        let mut back: Vector = [0.0; DIMENSIONS];
        self.judge(row, 1.0, rate, &sum, &mut back);
        for _ in 0..world.config.strangers {
            let stranger = world.strangers[draws.below(world.strangers.len())];
            if stranger != row {
                self.judge(stranger, 0.0, rate, &sum, &mut back);
            }
        }
        for number in 0..world.config.rivals {
            // What may stand in its place, and what that might have been.
            let Some(spun) = draws.pick(world.spun.of(row)) else { break };
            let rival = match number % 2 {
                0 => spun,
                _ => draws.pick(world.originals.of(spun)).unwrap_or(spun),
            };
            if rival != row {
                self.judge(rival, 0.0, rate, &sum, &mut back);
            }
        }
        for (gate, place) in neighbours {
            let neighbour = self.read[place];
            if neighbour == NO_ROW {
                continue;
            }
            self.touched_around[usize::from(neighbour)] = true;
            let from = usize::from(neighbour) * DIMENSIONS;
            let vector = &mut self.own.around[from..from + DIMENSIONS];
            let gate = &mut self.own.gates[gate * DIMENSIONS..(gate + 1) * DIMENSIONS];
            for d in 0..DIMENSIONS {
                let (value, weight) = (vector[d], gate[d]);
                vector[d] += back[d] * weight;
                gate[d] += 0.1 * back[d] * value;
            }
        }
    }

    /// Moves a word's vector towards the surroundings it stands in, or away, and
    /// adds to `back` where the surroundings should move.
    #[inline]
    fn judge(&mut self, row: u16, truth: f32, rate: f32, sum: &Vector, back: &mut Vector) {
        let at = usize::from(row);
        self.touched_words[at] = true;
        let vector = &mut self.own.words[at * DIMENSIONS..(at + 1) * DIMENSIONS];
        let mut lanes = [0.0f32; 8];
        for (values, sums) in vector.chunks_exact(8).zip(sum.chunks_exact(8)) {
            for lane in 0..8 {
                lanes[lane] += values[lane] * sums[lane];
            }
        }
        let score = lanes.iter().sum::<f32>() + self.own.biases[at];
        let step = rate * (truth - 1.0 / (1.0 + (-score).exp()));
        self.own.biases[at] += step;
        for d in 0..DIMENSIONS {
            back[d] += step * vector[d];
            vector[d] += step * sum[d];
        }
    }
}

/// Places around `at` with the numbers of their gates.
fn neighbours(at: usize, len: usize) -> impl Iterator<Item = (usize, usize)> + Clone {
    let before = (0..WINDOW.min(at)).map(move |distance| (distance, at - 1 - distance));
    let after = (0..WINDOW.min(len - at - 1)).map(move |d| (WINDOW + d, at + 1 + d));
    before.chain(after)
}

fn vector(vectors: &[f32], row: u16) -> &[f32] {
    let from = usize::from(row) * DIMENSIONS;
    &vectors[from..from + DIMENSIONS]
}

#[cfg(test)]
mod tests {
    use super::super::Surroundings;
    use super::*;
    use crate::model::section::SectionWriter;

    /// Two kinds of sentences, each with a middle that stands in the other kind only when
    /// it is spun.
    fn learned() -> ContextModel {
        let mut sentences = Sentences::default();
        for number in 0..400 {
            let [a, b, c] = if number % 2 == 0 { [3, 4, 5] } else { [6, 7, 8] };
            sentences.push(&[a, b, c]);
        }
        let config = ContextConfig { rate: 0.1, epochs: 20, frequent: 1.0, ..Default::default() };
        train(&config, 10, &sentences, &[(4, 7), (7, 4)], &mut |_| {})
    }

    fn bytes(model: &ContextModel) -> Vec<u8> {
        let mut writer = SectionWriter::default();
        model.write(&mut writer);
        writer.finish()
    }

    #[test]
    fn words_fit_where_they_stood() {
        let model = learned();
        let surroundings = Surroundings::read(&model, &[3, 7, 5]);
        let around = surroundings.of(1, 2);
        assert!(model.fit(&around, 4) > model.fit(&around, 7) + 1.0);
        let surroundings = Surroundings::read(&model, &[6, 7, 8]);
        let around = surroundings.of(1, 2);
        assert!(model.fit(&around, 7) > model.fit(&around, 4) + 1.0);
        assert_eq!(model.fit(&around, 9), 0.0, "a word without a vector");
    }

    #[test]
    fn surroundings_are_gated_sums() {
        let model = learned();
        let ids = [3, 4, 9, 5, 6, 7, 8, 3, 4, 5, 6];
        let surroundings = Surroundings::read(&model, &ids);
        for start in 0..ids.len() {
            for end in start + 1..=ids.len() {
                let mut sum = [0.0f32; DIMENSIONS];
                for (at, &id) in ids.iter().enumerate() {
                    let gate = if at < start { start - 1 - at } else { WINDOW + at.max(end) - end };
                    let near =
                        (at < start && start - at <= WINDOW) || (at >= end && at - end < WINDOW);
                    if let (true, Some(row)) = (near, model.rows.of(id)) {
                        let vector = model.around.get(row);
                        (0..DIMENSIONS).for_each(|d| sum[d] += vector[d] * model.gates[gate][d]);
                    }
                }
                let found = surroundings.of(start, end).vector();
                let close = sum.iter().zip(&found).all(|(a, b)| (a - b).abs() < 1e-4);
                assert!(close, "{start} to {end}");
            }
        }
    }

    #[test]
    fn the_number_of_threads_does_not_show() {
        let with = |threads| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            bytes(&pool.install(learned))
        };
        assert_eq!(with(1), with(4));
    }
}
