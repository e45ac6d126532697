//! How often each cause was met.

use super::{Cause, Finding};
use crate::evaluate::restoration::Outcome;
use serde::Serialize;
use std::ops::AddAssign;

/// Counts that add up over sentences.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct CauseCounts {
    pub(crate) no_candidate: u64,
    pub(crate) ranked_below: u64,
    pub(crate) left_alone: u64,
    pub(crate) restored: u64,
    /// In words.
    pub(crate) wrongly_changed: u64,
    pub(crate) kept: u64,
}

impl CauseCounts {
    pub(crate) fn add(&mut self, findings: &[Finding], outcome: &Outcome) {
        for finding in findings {
            match finding.cause {
                Cause::NoCandidate => self.no_candidate += 1,
                Cause::RankedBelow => self.ranked_below += 1,
                Cause::LeftAlone => self.left_alone += 1,
                Cause::Restored => self.restored += 1,
                Cause::WronglyChanged => self.wrongly_changed += finding.spun.len() as u64,
            }
        }
        self.kept += outcome.kept;
    }

    fn regions(&self) -> u64 {
        self.no_candidate + self.with_candidate()
    }

    fn with_candidate(&self) -> u64 {
        self.ranked_below + self.left_alone + self.restored
    }

    /// The share of the regions whose original the candidates can write.
    pub(crate) fn candidate_recall(&self) -> Option<f64> {
        share(self.with_candidate(), self.regions())
    }

    /// The share of those in which it was chosen.
    pub(crate) fn chosen(&self) -> Option<f64> {
        share(self.restored, self.with_candidate())
    }
}

impl AddAssign<&CauseCounts> for CauseCounts {
    fn add_assign(&mut self, other: &CauseCounts) {
        self.no_candidate += other.no_candidate;
        self.ranked_below += other.ranked_below;
        self.left_alone += other.left_alone;
        self.restored += other.restored;
        self.wrongly_changed += other.wrongly_changed;
        self.kept += other.kept;
    }
}

fn share(part: u64, whole: u64) -> Option<f64> {
    (whole > 0).then(|| part as f64 / whole as f64)
}

/// What became of the regions that the spinner changed, and of the words that it
/// left alone.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Causes {
    /// Regions that the spinner changed.
    pub regions: u64,
    /// Words that it left alone.
    pub kept: u64,
    /// Regions whose original words the candidates cannot write.
    pub no_candidate: Count,
    /// Regions where they can, and something else was chosen.
    pub ranked_below: Count,
    /// Regions where they can, and the spun words were left as they are.
    pub left_alone: Count,
    /// Regions in which the original words stand again.
    pub restored: Count,
    /// Words left alone by the spinner that the restoration changed.
    pub wrongly_changed: Count,
    /// The share of the regions whose original words the candidates can write.
    pub candidate_recall: Option<f64>,
}

/// A number, and what share of all it is.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Count {
    /// How many.
    pub count: u64,
    /// Of all regions, or of all words left alone.
    pub share: Option<f64>,
}

impl Causes {
    /// Nothing where nothing was counted.
    pub(crate) fn of(counts: &CauseCounts) -> Option<Self> {
        if *counts == CauseCounts::default() {
            return None;
        }
        let regions = counts.regions();
        let of = |count: u64, whole: u64| Count { count, share: share(count, whole) };
        Some(Self {
            regions,
            kept: counts.kept,
            no_candidate: of(counts.no_candidate, regions),
            ranked_below: of(counts.ranked_below, regions),
            left_alone: of(counts.left_alone, regions),
            restored: of(counts.restored, regions),
            wrongly_changed: of(counts.wrongly_changed, counts.kept),
            candidate_recall: counts.candidate_recall(),
        })
    }

    /// Each cause with its count, in the order of the tables.
    pub(crate) fn rows(&self) -> [(Cause, Count); 5] {
        [
            (Cause::NoCandidate, self.no_candidate),
            (Cause::RankedBelow, self.ranked_below),
            (Cause::LeftAlone, self.left_alone),
            (Cause::Restored, self.restored),
            (Cause::WronglyChanged, self.wrongly_changed),
        ]
    }
}
