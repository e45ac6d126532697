//! Buffers of threads, kept from one sentence to the next.

use super::Graph;
use crate::lattice::Lattice;
use std::sync::{Mutex, PoisonError};

/// What a thread needs to search a sentence.
#[derive(Default)]
pub(crate) struct Workspace {
    pub(crate) lattice: Lattice,
    pub(crate) graph: Graph,
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
