//! The decoder: the likeliest restorations of a text and how sure they are.
//!
//! A noisy-channel search (Shannon 1948; Brown et al. 1993) in log-linear form
//! (Och & Ney 2002): monotone, left to right, over the lattice of options.

mod baseline;
mod batch;
mod beam;
pub(crate) mod confidence;
mod document;
mod line;
mod nbest;
mod posterior;
pub(crate) mod precision;
pub(crate) mod restoration;
mod risk;
#[cfg(test)]
pub(crate) mod tests;
mod text;

use crate::error::{Error, Result};
use crate::lattice::names::Names;
use crate::lattice::{Lattice, Manner, Sentence};
use crate::model::Model;
use crate::text::{sentences, tokenize};
pub(crate) use beam::{Graph, NONE};
pub(crate) use document::{Readings, Signs};
use line::SentenceResult;
use nbest::Path;
pub use restoration::{Alternative, Candidate, Edit, Restoration, Restored};
use risk::{WITNESSES, least_risk};
use serde::{Deserialize, Serialize};
pub(crate) use text::join_lines;

/// A change less likely to be right is not worth making: of the wrong ones two in five spoil a
/// word that was right (the rest meet words that were spun anyway), so about 0.3 breaks even.
const WORTH: f64 = 0.3;

/// Settings of a decoder.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct DecodeConfig {
    /// Restorations of a line to give, the best first; at least 1.
    pub nbest: usize,
    /// Words restored with a smaller probability are left alone; with one below 0.3 they
    /// always are, but the second best and the following restorations tell of them.
    pub min_confidence: f64,
    /// Hypotheses kept at each token.
    pub beam: usize,
    /// Hypotheses this much below the best, in nats, are dropped.
    pub beam_width: f32,
    /// Gives the restoration of least expected word error instead of the likeliest; there is
    /// no second best then.
    pub least_risk: bool,
    /// Tells how likely every word is, also of those left alone ([`Restored::words`]).
    pub words: bool,
    /// Tells everything that was considered ([`Restored::candidates`]).
    pub candidates: bool,
}

impl Default for DecodeConfig {
    fn default() -> Self {
        Self {
            nbest: 1,
            min_confidence: 0.0,
            beam: 12,
            beam_width: 8.0,
            least_risk: false,
            words: false,
            candidates: false,
        }
    }
}

impl DecodeConfig {
    /// The search of readings and of learning, which need all the doubt there is more than
    /// the best way.
    pub(crate) fn doubtful(beam: usize) -> Self {
        Self { beam, beam_width: 12.0, ..Self::default() }
    }
}

/// Restores text with a model; shared between threads, one [`Worker`] each.
pub struct Decoder<'m> {
    model: &'m Model,
    config: DecodeConfig,
}

impl<'m> Decoder<'m> {
    /// A decoder with the settings that ship.
    pub fn new(model: &'m Model) -> Self {
        Self { model, config: DecodeConfig::default() }
    }

    /// A decoder with other settings.
    ///
    /// # Errors
    ///
    /// If `nbest` or `beam` is 0, or a threshold is not a number.
    pub fn with_config(model: &'m Model, config: DecodeConfig) -> Result<Self> {
        if config.nbest == 0 || config.beam == 0 {
            return Err(Error::config("nbest and beam must be at least 1"));
        }
        if !(0.0..=1.0).contains(&config.min_confidence) || config.beam_width.is_nan() {
            return Err(Error::config("min_confidence must lie between 0 and 1"));
        }
        Ok(Self { model, config })
    }

    /// A worker, whose buffers serve one line after the other.
    pub fn worker(&self) -> Worker<'_> {
        Worker { decoder: self, lattice: Lattice::default(), graph: Graph::default() }
    }

    /// Restores one line of text.
    pub fn decode(&self, line: &str) -> Restored {
        self.worker().decode(line)
    }
}

/// A decoder's buffers for one thread.
pub struct Worker<'d> {
    decoder: &'d Decoder<'d>,
    lattice: Lattice,
    graph: Graph,
}

impl Worker<'_> {
    /// Restores a line of text that is a document of its own.
    pub fn decode(&mut self, line: &str) -> Restored {
        let Decoder { model, config } = self.decoder;
        let tokens = tokenize(line);
        let parts = sentences(line, &tokens).into_iter().map(|part| &tokens[part]);
        let names = Names::of(parts.clone().map(|tokens| (line, tokens)));
        let read = |tokens| Sentence::read(model, line, tokens, Some(&names));
        let sentences: Vec<Sentence<'_>> = parts.map(read).collect();
        let readings = Readings::of(vec![0; sentences.len()], |readings| {
            let read = |(number, sentence): (usize, &Sentence<'_>)| {
                readings.signs(number, |manner| self.signs(sentence, manner))
            };
            sentences.iter().enumerate().map(read).collect()
        });
        let decode = |(number, sentence): (usize, &Sentence<'_>)| {
            self.sentence(sentence, readings.manner(number))
        };
        let results = sentences.iter().enumerate().map(decode).collect();
        line::assemble(line, results, config.nbest)
    }

    fn signs(&mut self, sentence: &Sentence<'_>, manner: Manner<'_>) -> Signs {
        Signs::read(self.decoder.model, sentence, manner, &mut self.lattice, &mut self.graph)
    }

    fn sentence(&mut self, sentence: &Sentence<'_>, manner: Manner<'_>) -> SentenceResult {
        let Decoder { model, config } = self.decoder;
        self.lattice.build(model, sentence, manner);
        self.graph.search(model, &self.lattice, config);
        self.graph.posteriors();
        let paths = self.paths(manner.rate);
        let writer = line::Writer::new(model, sentence, &self.lattice, manner.rate);
        writer.result(&self.graph, &paths, config)
    }

    /// The ways through the graph to tell of: the first without what is too unsure, then the
    /// likeliest of all.
    fn paths(&mut self, rate: f32) -> Vec<Path> {
        let Self { decoder: Decoder { model, config }, lattice, graph } = self;
        let others = if config.nbest > 1 && !config.least_risk {
            graph.nbest(lattice, config.nbest)
        } else {
            Vec::new()
        };
        let least = config.min_confidence.max(WORTH);
        graph.abstain(lattice, |choice| {
            model.calibrator.posterior(least, rate, lattice.features(choice))
        });
        let first = match config.least_risk {
            true => least_risk(lattice, graph.nbest(lattice, WITNESSES)),
            false => graph.nbest(lattice, 1).into_iter().next(),
        };
        let is_first = |path: &Path| first.as_ref().is_some_and(|f| f.choices == path.choices);
        let others: Vec<Path> = others.into_iter().filter(|path| !is_first(path)).collect();
        first.into_iter().chain(others).take(config.nbest).collect()
    }
}
