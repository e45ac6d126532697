//! What a job tells of itself, and where it hears that it should end.

use crate::work::Going;
use std::panic::resume_unwind;
use std::sync::{Mutex, PoisonError};
use unspin::Progress;

/// Collects what a job warns of.
#[derive(Default)]
pub(crate) struct Warnings(Mutex<Vec<String>>);

impl Warnings {
    pub(crate) fn into_inner(self) -> Vec<String> {
        self.0.into_inner().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Progress for Warnings {
    fn warn(&self, text: &str) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(text.into());
    }
}

/// Ends a job at a signal, when it next tells of its progress: the job unwinds, and none of
/// its state outlives it.
pub(crate) struct Interruptible<'g> {
    going: &'g Going,
    warnings: &'g Warnings,
}

/// What unwinds through a job that was told to stop.
struct Stopped;

impl<'g> Interruptible<'g> {
    pub(crate) fn new(going: &'g Going, warnings: &'g Warnings) -> Self {
        Self { going, warnings }
    }

    fn check(&self) {
        if !self.going.on() {
            resume_unwind(Box::new(Stopped));
        }
    }
}

impl Progress for Interruptible<'_> {
    fn stage(&self, _name: &str, _total: Option<u64>) {
        self.check();
    }

    fn advance(&self, _units: u64) {
        self.check();
    }

    fn warn(&self, text: &str) {
        self.warnings.warn(text);
    }
}
