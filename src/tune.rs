//! Feature weights from held-out pairs, towards the word error that is left.
//!
//! For a pair (original, spun) every choice of the lattice has a loss: by how many
//! words it alone would bring the sentence further from the original (less than
//! 0: nearer). With p(path) the model's probability of a path and l(path) the sum
//! of its losses, the weights maximise
//!
//! ```text
//! Σ log Σ_path p(path) exp(-γ l(path))  -  λ |w - w0|²
//! ```
//!
//! over all pairs: for a small γ that is minus γ times the expected word error
//! (minimum risk, Smith & Eisner 2006), for a large one the likelihood of the best
//! reachable restorations (a conditional random field); in between it bounds the
//! risk and keeps probabilities honest (Gimpel & Smith 2010). Expectations are
//! exact over the search graph, which is made anew with each step's weights.

mod calibrate;
mod logistic;
mod loss;
#[cfg(test)]
mod tests;

use crate::decode::precision::{self, Outcome};
use crate::decode::{DecodeConfig, Graph, Readings, Signs, Workspace, Workspaces};
use crate::lattice::features::{FEATURES, Feature, Features, NAMES, Weights};
use crate::lattice::names::Names;
use crate::lattice::{Manner, Sentence};
use crate::model::Model;
use crate::text::{Token, sentences, tokenize};
use calibrate::Change;
pub(crate) use calibrate::Sureness;
use loss::Distances;
use ndarray::Array1;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// How weights are learned.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct TuneConfig {
    /// Steps, each over one of the `batches` of the pairs.
    pub steps: usize,
    /// Parts of the pairs that take turns.
    pub batches: usize,
    /// Size of the first step; it falls to a tenth.
    pub rate: f64,
    /// γ: how far a word of error outweighs likelihood.
    pub gamma: f64,
    /// λ: pull towards the initial weights, for each pair.
    pub pull: f64,
    /// Hypotheses kept at each token.
    pub beam: usize,
    /// Draws of simulated pairs; the weights are the mean of what each teaches.
    pub seeds: u64,
    /// Features that are left out: their weights are 0.
    pub without: Vec<String>,
}

impl Default for TuneConfig {
    fn default() -> Self {
        Self {
            steps: 160,
            batches: 4,
            rate: 0.1,
            gamma: 2.0,
            pull: 0.002,
            beam: 8,
            seeds: 1,
            without: Vec::new(),
        }
    }
}

/// Sentences in a unit of parallel work; fixed, so that sums do not depend on the
/// number of threads.
const CHUNK: usize = 16;

/// Steps for which it is believed how documents are spun.
const MANNERS_LAST: usize = 20;

/// The step at which the first weights have left their place.
const EARLY: usize = 8;

/// One sentence to learn from.
struct Example {
    document: usize,
    /// The names that each document writes.
    names: Arc<[Names]>,
    text: String,
    tokens: Vec<Token>,
    original: Vec<String>,
    /// What its losses count for.
    weight: f64,
    /// Whether our own spinner made it.
    simulated: bool,
}

impl Example {
    /// The spun sentence, read by the weights of now.
    fn sentence(&self, model: &Model) -> Sentence<'_> {
        Sentence::read(model, &self.text, &self.tokens, self.names.get(self.document))
    }
}

/// What one pass over the pairs found.
#[derive(Clone, Debug)]
struct Pass {
    objective: f64,
    /// Expected word errors that restoring takes away, and all there are.
    mended: f64,
    errors: f64,
    weight: f64,
    gradient: Array1<f64>,
}

impl Pass {
    fn new() -> Self {
        Self {
            objective: 0.0,
            mended: 0.0,
            errors: 0.0,
            weight: 0.0,
            gradient: Array1::zeros(FEATURES),
        }
    }

    fn add(mut self, other: &Self) -> Self {
        self.objective += other.objective;
        self.mended += other.mended;
        self.errors += other.errors;
        self.weight += other.weight;
        self.gradient += &other.gradient;
        self
    }
}

/// A pair to learn from.
pub(crate) struct HeldOut<'p> {
    pub(crate) original: &'p str,
    pub(crate) spun: &'p str,
    /// Neighbours with the same number are of one document.
    pub(crate) document: u64,
    /// What its errors count for.
    pub(crate) weight: f64,
    /// Whether our own spinner made it.
    pub(crate) simulated: bool,
}

/// Held-out pairs, ready to learn from.
pub(crate) struct Examples(Vec<Example>);

impl Examples {
    /// Pairs as `model` is to read them.
    pub(crate) fn new<'p>(model: &Model, pairs: impl Iterator<Item = HeldOut<'p>>) -> Self {
        let (mut documents, mut last) = (0, None);
        let examples = pairs.filter_map(|pair| {
            documents += usize::from(last != Some(pair.document));
            last = Some(pair.document);
            example(&pair, documents - 1)
        });
        let mut examples: Vec<Example> = examples.collect();
        let sentences: Vec<_> =
            examples.iter().map(|e| (e.document, (&*e.text, &*e.tokens))).collect();
        let names = Names::of_each(model, &sentences);
        examples.iter_mut().for_each(|example| example.names = names.clone());
        Self(examples)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    fn documents(&self) -> Vec<usize> {
        self.0.iter().map(|example| example.document).collect()
    }
}

/// Learns weights from those of `model` on, and tells `progress` of each step: its number
/// and the expected error reduction rate. Weights learned from several draws of held-out
/// pairs are best averaged.
pub(crate) fn tune(
    model: &Model,
    examples: &Examples,
    config: &TuneConfig,
    progress: &mut dyn FnMut(usize, f64),
) -> Array1<f64> {
    let model = &mut model.clone();
    let workspaces = &Workspaces::default();
    let is_in = |name: &str| f64::from(u8::from(!config.without.iter().any(|out| out == name)));
    let is_in: Array1<f64> = NAMES.iter().map(|name| is_in(name)).collect();
    model.weights = from_array(&(to_array(&model.weights) * &is_in));
    let documents = examples.documents();
    let examples = &examples.0[..];
    let initial = to_array(&model.weights);
    let (mut mean, mut square) = (Array1::<f64>::zeros(FEATURES), Array1::<f64>::zeros(FEATURES));
    let settled = config.steps - config.steps / 4 - usize::from(config.steps > 0);
    let mut sum = Array1::<f64>::zeros(FEATURES);
    let mut readings = Readings::none(documents.clone());
    for step in 0..config.steps {
        // How a document is spun shows more slowly than weights move.
        if step.is_multiple_of(MANNERS_LAST) || step == EARLY {
            // What is known of documents moves weights, and weights move it: half a step of the
            // one at a time keeps both from swinging.
            let now = read(model, examples, documents.clone(), workspaces);
            readings = now.halfway(&readings);
        }
        let batch = step % config.batches.max(1);
        let pass = pass(model, examples, &readings, batch, config, workspaces);
        progress(step, pass.mended / pass.errors.max(1.0));
        let now = to_array(&model.weights);
        let gradient =
            pass.gradient / pass.weight.max(1e-9) - 2.0 * config.pull * (&now - &initial);
        // Adam (Kingma & Ba 2015): features differ in scale by orders of magnitude.
        let (keep_mean, keep_square) = (0.9, 0.98);
        mean = keep_mean * mean + (1.0 - keep_mean) * &gradient;
        square = keep_square * square + (1.0 - keep_square) * &gradient * &gradient;
        let age = step as i32 + 1;
        let rate = config.rate * 0.1f64.powf(step as f64 / config.steps as f64);
        let scale = rate * (1.0 - keep_square.powi(age)).sqrt() / (1.0 - f64::powi(keep_mean, age));
        let moved = (now + scale * &mean / (square.mapv(f64::sqrt) + 1e-8)) * &is_in;
        model.weights = from_array(&moved);
        if step >= settled {
            sum += &moved;
        }
    }
    // The mean of the last weights errs less than any of them (Polyak & Juditsky 1992).
    match config.steps {
        0 => initial,
        steps => sum / (steps - settled) as f64,
    }
}

/// Learns how sure `model` may be of what it changes and keeps, with the weights that it has.
pub(crate) fn calibrate(model: &mut Model, sureness: &Sureness) {
    model.calibrator = sureness.fit();
    let figures = &mut model.metadata.figures;
    figures.retain(|(name, _)| !precision::is_threshold(name));
    let outcome = |change: &Change| Outcome {
        confidence: model.calibrator.confidence(change.posterior, change.rate, &change.features),
        right: change.right,
        weight: change.weight,
    };
    figures.extend(precision::thresholds(sureness.changes.iter().map(outcome).collect()));
}

pub(crate) fn from_array(weights: &Array1<f64>) -> Weights {
    Weights(std::array::from_fn(|feature| weights[feature] as f32))
}

fn to_array(weights: &Weights) -> Array1<f64> {
    weights.0.iter().map(|&weight| f64::from(weight)).collect()
}

/// The first sentence is all there is to most pairs; where a pair holds several,
/// they are learned from as one, so that losses see the whole original.
fn example(pair: &HeldOut<'_>, document: usize) -> Option<Example> {
    let tokens = tokenize(pair.spun);
    let longest = sentences(pair.spun, &tokens).into_iter().map(|s| s.len()).max()?;
    let fits = tokens.len() <= 2 * longest.max(60);
    fits.then(|| Example {
        document,
        text: pair.spun.to_string(),
        tokens,
        names: Arc::default(),
        original: crate::text::token::words(pair.original),
        weight: pair.weight,
        simulated: pair.simulated,
    })
}

/// One pass over every `config.batches`-th chunk from `batch` on.
fn pass(
    model: &Model,
    examples: &[Example],
    readings: &Readings,
    batch: usize,
    config: &TuneConfig,
    workspaces: &Workspaces,
) -> Pass {
    let of_chunk = |(chunk, examples): (usize, &[Example])| {
        let mut sum = Pass::new();
        for (number, example) in (chunk * CHUNK..).zip(examples) {
            let manner = readings.manner(number);
            let pass = workspaces.with(|with| of_example(model, example, manner, config, with));
            sum = sum.add(&pass);
        }
        sum
    };
    let chunks = examples.par_chunks(CHUNK).enumerate();
    let chunks = chunks.skip(batch).step_by(config.batches.max(1));
    let passes: Vec<Pass> = chunks.map(of_chunk).collect();
    passes.iter().fold(Pass::new(), Pass::add)
}

/// How the examples and their documents are spun, by the weights of now.
fn read(
    model: &Model,
    examples: &[Example],
    documents: Vec<usize>,
    workspaces: &Workspaces,
) -> Readings {
    Readings::thorough(documents, |readings| {
        let read = |(number, e): (usize, &Example)| {
            let (sentence, manner) = (e.sentence(model), readings.manner(number));
            workspaces.with(|with| Signs::read(model, &sentence, manner, with))
        };
        examples.par_iter().enumerate().map(read).collect()
    })
}

fn of_example(
    model: &Model,
    example: &Example,
    manner: Manner<'_>,
    config: &TuneConfig,
    with: &mut Workspace,
) -> Pass {
    let sentence = example.sentence(model);
    with.search(model, &sentence, manner, &DecodeConfig::doubtful(config.beam));
    let Workspace { lattice, graph, .. } = with;
    let features = |choice| sentence.features(model, choice, manner);
    let features: Vec<Features> = lattice.choices().iter().map(features).collect();
    let mut distances = Distances::new(model, &sentence, &example.original);
    let (losses, errors) = (distances.losses(lattice), distances.untouched());
    let loss_of = |choice: u32| losses.get(choice as usize).copied().unwrap_or(0.0);
    let mut gradient = Array1::zeros(FEATURES);
    let plain = graph.total;
    let mut mended = 0.0;
    for number in 0..graph.edges.len() {
        let likely = graph.posterior(number as u32);
        mended -= likely * loss_of(graph.edges[number].choice);
        add_features(&features, graph, number, -likely, &mut gradient);
    }
    for edge in &mut graph.edges {
        edge.score -= (config.gamma * loss_of(edge.choice)) as f32;
    }
    graph.posteriors();
    for number in 0..graph.edges.len() {
        let likely = graph.posterior(number as u32);
        add_features(&features, graph, number, likely, &mut gradient);
    }
    let weight = example.weight;
    Pass {
        objective: weight * (graph.total - plain),
        mended: weight * mended,
        errors: weight * errors,
        weight,
        gradient: gradient * weight,
    }
}

fn add_features(
    features: &[Features],
    graph: &Graph,
    edge: usize,
    scale: f64,
    gradient: &mut Array1<f64>,
) {
    if scale.abs() < 1e-12 {
        return;
    }
    let edge = &graph.edges[edge];
    gradient[Feature::Lm as usize] += scale * f64::from(edge.lm);
    if edge.choice != crate::decode::NONE {
        let features = &features[edge.choice as usize].0;
        for (sum, &value) in gradient.iter_mut().zip(features) {
            *sum += scale * f64::from(value);
        }
    }
}
