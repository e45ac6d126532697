//! Buffers of threads, kept from one sentence to the next.

use super::beam::Beam;
use super::{DecodeConfig, Graph};
use crate::lattice::{Lattice, Manner, Sentence};
use crate::model::Model;
use std::sync::{Mutex, PoisonError};

/// What a thread needs to search a sentence.
#[derive(Default)]
pub(crate) struct Workspace {
    pub(crate) lattice: Lattice,
    pub(crate) graph: Graph,
    beam: Beam,
}

impl Workspace {
    /// Searches a sentence of a document spun in this `manner`.
    pub(crate) fn search(
        &mut self,
        model: &Model,
        sentence: &Sentence<'_>,
        manner: Manner<'_>,
        config: &DecodeConfig,
    ) {
        let Self { lattice, graph, beam } = self;
        lattice.build(model, sentence, manner);
        beam.search(model, lattice, config, graph);
        graph.posteriors();
    }
}

/// Workspaces; one that a thread is done with waits for the next.
#[derive(Default)]
pub(crate) struct Workspaces(Mutex<Vec<Workspace>>);

impl Workspaces {
    /// Does `work` in a workspace that no other thread has meanwhile.
    pub(crate) fn with<T>(&self, work: impl FnOnce(&mut Workspace) -> T) -> T {
        let waiting = || self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let waited = waiting().pop();
        let mut workspace = waited.unwrap_or_default();
        let done = work(&mut workspace);
        waiting().push(workspace);
        done
    }
}
