//! Translation edit rate (Snover et al., 2006) with sacreBLEU's defaults: words
//! between white space in lower case, edits of words and shifts of up to ten.
//!
//! The search for shifts is greedy and bounded, and the bounds are part of the
//! metric: they are those of Tercom as sacreBLEU keeps them.

use super::words::Lexicon;
use std::cmp::Reverse;
use std::ops::AddAssign;

mod matrix;
use matrix::{Edit, Matrix};

/// What sacreBLEU calls this metric; the version is the one compared with.
pub(crate) const SIGNATURE: &str =
    "nrefs:1|case:lc|tok:tercom|norm:no|punct:yes|asian:no|version:2.6.0";

/// The longest run of words that moves at once.
const LONGEST_SHIFT: usize = 10;
/// The farthest that a run may lie from its match.
const FARTHEST_SHIFT: usize = 50;
/// A sentence in which so many shifts were tried keeps its last state.
const MOST_CANDIDATES: usize = 1000;

/// Counts of one or more sentences.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Ter {
    edits: u64,
    words: u64,
}

impl Ter {
    pub(crate) fn of(original: &str, restored: &str) -> Self {
        let mut lexicon = Lexicon::default();
        let original = lexicon.stretches(&original.to_lowercase());
        let restored = lexicon.stretches(&restored.to_lowercase());
        Self { edits: edits(&original, restored), words: original.len() as u64 }
    }

    /// In percent of the original's words; may exceed 100.
    pub(crate) fn score(&self) -> f64 {
        match (self.edits, self.words) {
            (0, 0) => 0.0,
            (_, 0) => 100.0,
            (edits, words) => 100.0 * (edits as f64 / words as f64),
        }
    }
}

impl AddAssign<&Ter> for Ter {
    fn add_assign(&mut self, other: &Ter) {
        self.edits += other.edits;
        self.words += other.words;
    }
}

/// Shifts and edits that lead from `restored` to `original`.
fn edits(original: &[u32], mut restored: Vec<u32>) -> u64 {
    if original.is_empty() {
        return restored.len() as u64;
    }
    let mut matrix = Matrix::new(original, restored.len());
    let mut trial = matrix.clone();
    let (mut shifts, mut tried) = (0, 0);
    loop {
        matrix.fill(&restored, 0);
        let best = best_shift(original, &restored, &matrix, &mut trial, &mut tried);
        match best.filter(|shift| shift.gain > 0 && tried < MOST_CANDIDATES) {
            Some(shift) => restored = shift.apply(&restored),
            None => return shifts + u64::from(matrix.distance()),
        }
        shifts += 1;
    }
}

/// A run of words that moves; of two shifts the greater one is taken.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Shift {
    /// Edits saved.
    gain: i64,
    len: usize,
    start: Reverse<usize>,
    target: Reverse<usize>,
}

impl Shift {
    fn apply(&self, words: &[u32]) -> Vec<u32> {
        let (start, target) = (self.start.0, self.target.0);
        let run = start..start + self.len;
        let mut shifted = [&words[..run.start], &words[run.end..]].concat();
        let at = if target > run.end { target - self.len } else { target.min(shifted.len()) };
        shifted.splice(at..at, words[run].iter().copied());
        shifted
    }
}

fn best_shift(
    original: &[u32],
    restored: &[u32],
    matrix: &Matrix,
    trial: &mut Matrix,
    tried: &mut usize,
) -> Option<Shift> {
    let alignment = Alignment::new(&matrix.edits());
    let mut best = None;
    for (start, place, len) in common_runs(original, restored) {
        // Only a run that is wrong where it stands moves to where words are wrong.
        let wrong = alignment.restored_wrong[start..start + len].contains(&true)
            && alignment.original_wrong[place..place + len].contains(&true);
        let inside = (start + 1..=start + len).contains(&alignment.after[place]);
        if !wrong || inside {
            continue;
        }
        let before = place.checked_sub(1).map_or(0, |before| alignment.after[before]);
        let mut targets = vec![before];
        targets.extend_from_slice(&alignment.after[place..place + len]);
        targets.dedup();
        for target in targets {
            let mut shift = Shift { gain: 0, len, start: Reverse(start), target: Reverse(target) };
            let shifted = shift.apply(restored);
            let same = shifted.iter().zip(restored).take_while(|(x, y)| x == y).count();
            trial.copy_row(matrix, same);
            trial.fill(&shifted, same);
            shift.gain = i64::from(matrix.distance()) - i64::from(trial.distance());
            best = best.max(Some(shift));
            *tried += 1;
        }
        if *tried >= MOST_CANDIDATES {
            break;
        }
    }
    best
}

/// `(start in restored, start in original, length)` of every common run, by
/// start and then by length.
fn common_runs<'w>(
    original: &'w [u32],
    restored: &'w [u32],
) -> impl Iterator<Item = (usize, usize, usize)> + 'w {
    (0..restored.len()).flat_map(move |start| {
        let near =
            start.saturating_sub(FARTHEST_SHIFT)..original.len().min(start + FARTHEST_SHIFT + 1);
        near.flat_map(move |place| {
            let pairs = restored[start..].iter().zip(&original[place..]).take(LONGEST_SHIFT);
            let len = pairs.take_while(|(x, y)| x == y).count();
            (1..=len).map(move |len| (start, place, len))
        })
    })
}

/// Which restored words stand for which original ones.
struct Alignment {
    restored_wrong: Vec<bool>,
    original_wrong: Vec<bool>,
    /// For each original word: restored words up to the one that stands for it.
    after: Vec<usize>,
}

impl Alignment {
    fn new(edits: &[Edit]) -> Self {
        let mut alignment =
            Self { restored_wrong: Vec::new(), original_wrong: Vec::new(), after: Vec::new() };
        for &edit in edits {
            if edit != Edit::Insert {
                alignment.restored_wrong.push(edit != Edit::Keep);
            }
            if edit != Edit::Delete {
                alignment.original_wrong.push(edit != Edit::Keep);
                alignment.after.push(alignment.restored_wrong.len());
            }
        }
        alignment
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::distance::distance;
    use proptest::prelude::*;

    #[test]
    fn edits_by_table() {
        let table = [
            ("", "", 0),
            ("", "a b", 2),
            ("a b", "", 2),
            ("A b c", "a B c", 0),
            ("a b c", "a x c d", 2),
            // One shift instead of four edits.
            ("a b c d e f", "e f a b c d", 1),
            ("a b c d e f", "c d a b e f", 1),
            // A shift and a replacement.
            ("a b c d e f", "e f a b x d", 2),
        ];
        for (original, restored, edits) in table {
            assert_eq!(Ter::of(original, restored).edits, edits, "{original:?} {restored:?}");
        }
    }

    proptest! {
        #[test]
        fn shifts_only_help(a in prop::collection::vec(0u32..6, 1..24),
                            b in prop::collection::vec(0u32..6, 0..24)) {
            prop_assert!(edits(&a, b.clone()) <= distance(&a, &b));
        }

        #[test]
        fn any_lengths_are_measured(a in 1usize..400, b in 0usize..400, same in any::<bool>()) {
            let words = |count: usize, of: u32| vec![of; count];
            let edits = edits(&words(a, 0), words(b, u32::from(!same)));
            let expected = if same { a.abs_diff(b) } else { a.max(b) };
            prop_assert!(edits >= expected as u64);
        }
    }
}
