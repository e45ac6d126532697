//! The decoder: the likeliest restorations of a text and how sure they are.
//!
//! A noisy-channel search (Shannon 1948; Brown et al. 1993) in log-linear form
//! (Och & Ney 2002): monotone, left to right, over the lattice of options.

mod baseline;
mod batch;
mod beam;
pub(crate) mod confidence;
mod document;
mod graph;
mod line;
mod nbest;
mod posterior;
pub(crate) mod precision;
pub(crate) mod restoration;
mod risk;
mod search;
#[cfg(test)]
pub(crate) mod tests;
mod text;
mod workspace;

use crate::error::{Error, Result};
use crate::lattice::{Lattice, Manner, Sentence};
use crate::model::Model;
pub(crate) use batch::TOGETHER;
pub(crate) use document::{Readings, Signs};
pub(crate) use graph::{Graph, NONE};
use line::{SentenceResult, Writer};
use nbest::Path;
pub use restoration::{Alternative, Candidate, Edit, Restoration, Restored};
use risk::{WITNESSES, least_risk};
pub(crate) use search::Search;
use serde::{Deserialize, Serialize};
pub(crate) use text::join_lines;
pub(crate) use workspace::{Workspace, Workspaces};

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
    /// Tells what else may have stood where something is changed ([`Edit::alternatives`]).
    pub alternatives: bool,
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
            beam: 8,
            beam_width: 7.0,
            least_risk: false,
            alternatives: true,
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

/// Restores text with a model; shared between threads.
pub struct Decoder<'m> {
    model: &'m Model,
    config: DecodeConfig,
    workspaces: Workspaces,
}

impl<'m> Decoder<'m> {
    /// A decoder with the settings that ship.
    pub fn new(model: &'m Model) -> Self {
        Self { model, config: DecodeConfig::default(), workspaces: Workspaces::default() }
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
        Ok(Self { config, ..Self::new(model) })
    }

    /// Restores one line of text, a document of its own.
    pub fn decode(&self, line: &str) -> Restored {
        self.decode_document(&[line]).pop().unwrap_or_else(|| Restored::untouched(line))
    }

    /// The restorations of a sentence that was searched, by what is known of its document.
    fn result(
        &self,
        sentence: &Sentence<'_>,
        manner: Manner<'_>,
        lattice: &Lattice,
        graph: &mut Graph,
    ) -> SentenceResult {
        let Self { model, config, .. } = self;
        let writer = Writer { model, sentence, lattice, manner };
        let paths = self.paths(&writer, graph);
        let mut result = writer.result(graph, &paths, config);
        if config.candidates {
            let mut whole = Lattice::default();
            whole.build(model, sentence, Manner { ruled_out: None, ..manner });
            let writer = Writer { lattice: &whole, ..writer };
            result.consider(writer.beyond(lattice));
        }
        result
    }

    /// The ways through the graph to tell of: the first without what is too unsure, then the
    /// likeliest of all.
    fn paths(&self, writer: &Writer<'_>, graph: &mut Graph) -> Vec<Path> {
        let Self { model, config, .. } = self;
        let Writer { lattice, manner, .. } = *writer;
        let others = if config.nbest > 1 && !config.least_risk {
            graph.nbest(lattice, config.nbest)
        } else {
            Vec::new()
        };
        let least = config.min_confidence.max(WORTH);
        graph.abstain(lattice, |choice| {
            let features = writer.features(lattice.choice(choice));
            model.calibrator.posterior(least, manner.rate, &features)
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
