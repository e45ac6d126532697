//! What a restoration did to one spun sentence, held against the original.

use super::diff::{Step, diff};
use super::edits::{Change, changes};
use crate::text::distance::distance;
use std::ops::Range;

/// How far around its place the words of a region may stand, in words. A region
/// of lost words is looked for from its end, as the reference scorer does, so
/// that one longer than this never counts as fixed.
const SLACK: usize = 2;

/// An original and its spun form, in words; what every restoration is held against.
pub(crate) struct Pair {
    pub(crate) original: Vec<u32>,
    pub(crate) spun: Vec<u32>,
    /// From spun to original.
    pub(crate) steps: Vec<Step>,
    /// Single changes that lead from spun to original.
    pub(crate) changes: Vec<Change>,
    /// Words to insert, delete or replace from spun to original.
    pub(crate) distance: u64,
}

/// Counts of one restoration of a [`Pair`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Outcome {
    /// Words to insert, delete or replace from restored to original.
    pub(crate) distance: u64,
    /// True if nothing is left to do.
    pub(crate) exact: bool,
    /// Of each region that the spinner changed: whether the original stands there.
    pub(crate) fixed: Vec<bool>,
    /// Words that the spinner had left alone.
    pub(crate) kept: u64,
    /// Those of them that the restoration changed.
    pub(crate) broken: u64,
    /// Changes that lead from spun to restored.
    pub(crate) made: u64,
    /// Those of them that lead to the original too.
    pub(crate) right: u64,
}

impl Pair {
    pub(crate) fn new(original: Vec<u32>, spun: Vec<u32>) -> Self {
        let steps = diff(&spun, &original);
        let changes = changes(&steps, &original);
        let distance = distance(&spun, &original);
        Self { original, spun, steps, changes, distance }
    }

    /// False where either side has no words: such lines are not counted.
    pub(crate) fn counts(&self) -> bool {
        !self.original.is_empty() && !self.spun.is_empty()
    }

    pub(crate) fn outcome(&self, restored: &[u32]) -> Outcome {
        let steps = diff(&self.spun, restored);
        let mut stands = vec![false; self.spun.len()];
        for step in steps.iter().filter(|step| step.equal) {
            stands[step.a.clone()].fill(true);
        }
        let made = changes(&steps, restored);
        let right = made.iter().filter(|change| self.changes.binary_search(change).is_ok());
        let kept = || self.steps.iter().filter(|step| step.equal).flat_map(|step| step.a.clone());
        Outcome {
            distance: distance(restored, &self.original),
            exact: restored == self.original,
            fixed: self.fixed(&steps, &stands, restored),
            kept: kept().count() as u64,
            broken: kept().filter(|&word| !stands[word]).count() as u64,
            right: right.count() as u64,
            made: made.len() as u64,
        }
    }

    /// Whether the original stands in each region, for a restoration with these
    /// `steps` from the spun text, in which the words `stands` stayed.
    fn fixed(&self, steps: &[Step], stands: &[bool], restored: &[u32]) -> Vec<bool> {
        let borders = borders(steps, self.spun.len());
        let fixed = |region: &Step| {
            let wanted = &self.original[region.b.clone()];
            if wanted.is_empty() {
                return !stands[region.a.clone()].contains(&true);
            }
            let start = borders[region.a.start].start.saturating_sub(SLACK);
            let end = &borders[region.a.end];
            let end = (end.end.max(end.start) + SLACK).min(restored.len());
            let window = restored.get(start..end).unwrap_or_default();
            window.windows(wanted.len()).any(|words| words == wanted)
        };
        self.steps.iter().filter(|step| !step.equal).map(fixed).collect()
    }
}

/// For each border between spun words, the restored words that stand at it:
/// `start` as seen from the left, `end` as seen from the right.
fn borders(steps: &[Step], words: usize) -> Vec<Range<usize>> {
    let mut borders = vec![0..0; words + 1];
    for Step { equal, a, b } in steps {
        for (at, border) in borders.iter_mut().enumerate().take(a.end + 1).skip(a.start) {
            let (left, right) = match *equal {
                true => (b.start + at - a.start, b.start + at - a.start),
                false => (
                    if at < a.end { b.start } else { b.end },
                    if at > a.start { b.end } else { b.start },
                ),
            };
            if at > a.start || at == 0 || *equal {
                border.start = left;
            }
            if at < a.end || at == words {
                border.end = right;
            }
        }
        if a.is_empty() {
            borders[a.start].end = b.end;
        }
    }
    borders
}

#[cfg(test)]
mod tests {
    use super::super::words::Lexicon;
    use super::*;
    use proptest::prelude::*;

    fn outcome(original: &str, spun: &str, restored: &str) -> Outcome {
        let mut lexicon = Lexicon::default();
        let pair = Pair::new(lexicon.words(original), lexicon.words(spun));
        pair.outcome(&lexicon.words(restored))
    }

    /// `(original, spun, restored, distance, fixed, broken of kept, right of made)`
    type Case<'t> = (&'t str, &'t str, &'t str, u64, &'t [bool], [u64; 2], [u64; 2]);

    #[test]
    fn outcomes_by_table() {
        let table: &[Case] = &[
            ("The right way.", "The proper way.", "The proper way.", 1, &[false], [0, 3], [0, 0]),
            ("The right way.", "The proper way.", "the RIGHT way.", 0, &[true], [0, 3], [1, 1]),
            ("The right way.", "The proper way.", "The right road.", 1, &[true], [1, 3], [1, 2]),
            // Padding goes, and a lost word comes back.
            ("the sales", "the gross sales", "the sales", 0, &[true], [0, 2], [1, 1]),
            ("in the house", "in house", "in the house", 0, &[true], [0, 2], [1, 1]),
            // One of two neighbours is right: half the region is restored, one change is right.
            ("own voters", "personal residents", "own citizens", 1, &[false], [0, 0], [1, 2]),
            (
                "because it ran",
                "as a result of it ran",
                "because it ran",
                0,
                &[true],
                [0, 2],
                [1, 1],
            ),
            ("users like it", "customers like it", "", 3, &[false], [2, 2], [0, 1]),
        ];
        for (original, spun, restored, distance, fixed, broken, right) in table {
            let got = outcome(original, spun, restored);
            let case = (original, spun, restored);
            assert_eq!(got.distance, *distance, "{case:?}");
            assert_eq!(got.exact, *distance == 0, "{case:?}");
            assert_eq!(got.fixed, *fixed, "{case:?}");
            assert_eq!([got.broken, got.kept], *broken, "{case:?}");
            assert_eq!([got.right, got.made], *right, "{case:?}");
        }
    }

    proptest! {
        #[test]
        fn the_original_is_a_perfect_restoration(a in prop::collection::vec(0u32..9, 1..20),
                                                 b in prop::collection::vec(0u32..9, 1..20)) {
            let pair = Pair::new(a.clone(), b.clone());
            let best = pair.outcome(&a);
            prop_assert!(best.exact);
            let regions = pair.steps.iter().filter(|step| !step.equal);
            for (region, fixed) in regions.zip(best.fixed) {
                // More lost words than the slack reach out of the window.
                prop_assert!(fixed || (region.a.is_empty() && region.b.len() > SLACK));
            }
            prop_assert_eq!((best.distance, best.broken), (0, 0));
            prop_assert_eq!((best.right, best.made), (best.made, pair.changes.len() as u64));
            let none = pair.outcome(&b);
            prop_assert_eq!((none.distance, none.broken, none.made), (pair.distance, 0, 0));
        }
    }
}
