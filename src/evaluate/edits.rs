//! Single changes to the spun text: what precision and recall count.

use super::diff::Step;
use super::restoration::Pair;
use std::ops::Range;

/// One change: these spun words become those words.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Change {
    /// First spun word and the one after the last.
    pub(crate) start: usize,
    pub(crate) end: usize,
    pub(crate) words: Vec<u32>,
}

/// The changes in `steps` from the spun text to `other`, in order.
///
/// A region of n words for n words is n changes of a word each, since a spinner
/// puts one word for one; any other region is one change.
pub(crate) fn changes(steps: &[Step], other: &[u32]) -> Vec<Change> {
    let mut changes = Vec::new();
    for Step { a, b, .. } in steps.iter().filter(|step| !step.equal) {
        if a.len() == b.len() {
            let single =
                |(i, j): (usize, usize)| Change { start: i, end: i + 1, words: vec![other[j]] };
            changes.extend(a.clone().zip(b.clone()).map(single));
        } else {
            let words = other[b.clone()].to_vec();
            changes.push(Change { start: a.start, end: a.end, words });
        }
    }
    changes
}

impl Pair {
    /// Whether each of a decoder's `edits`, sorted, leads to the original.
    ///
    /// An edit is judged over the smallest stretch around it whose ends cut
    /// neither an edit nor a change of the pair: all edits of a stretch are right
    /// if together they make its original words. Of edits that overlap, only the
    /// first can be right.
    pub(crate) fn judge(&self, edits: &[Change]) -> Vec<bool> {
        let cut = self.cuts(edits);
        let borders = self.original_borders();
        let mut verdicts = Vec::with_capacity(edits.len());
        while let Some(first) = edits.get(verdicts.len()) {
            let from = verdicts.len();
            let start = (0..=first.start).rev().find(|&at| cut[at]).unwrap_or(0);
            let end = (first.end..cut.len()).find(|&at| cut[at]).unwrap_or(self.spun.len());
            let more = edits[from + 1..].iter().take_while(|edit| edit.start < end);
            let edits = &edits[from..=from + more.count()];
            let (words, applied) = self.apply(start..end, edits);
            // A word that the spinner lost at either end may be back or not.
            let right = [borders[start].start, borders[start].end].iter().any(|&from| {
                let ends = [borders[end].start, borders[end].end];
                ends.iter().any(|&to| self.original.get(from..to) == Some(&words))
            });
            verdicts.extend(applied.into_iter().map(|applied| applied && right));
        }
        verdicts
    }

    /// The words of `stretch` after `edits`, and which of them were carried out.
    fn apply(&self, stretch: Range<usize>, edits: &[Change]) -> (Vec<u32>, Vec<bool>) {
        let mut words = Vec::new();
        let mut at = stretch.start;
        let mut apply = |edit: &Change| {
            let free = edit.start >= at;
            if free {
                words.extend_from_slice(&self.spun[at..edit.start]);
                words.extend_from_slice(&edit.words);
                at = edit.end;
            }
            free
        };
        let applied = edits.iter().map(&mut apply).collect();
        words.extend_from_slice(&self.spun[at..stretch.end]);
        (words, applied)
    }

    /// Of each border between spun words: whether no edit and no change spans it.
    fn cuts(&self, edits: &[Change]) -> Vec<bool> {
        let mut cut = vec![true; self.spun.len() + 1];
        for edit in self.changes.iter().chain(edits) {
            if edit.start + 1 < edit.end {
                cut[edit.start + 1..edit.end].fill(false);
            }
        }
        cut
    }

    /// For each border between spun words, the original words that were lost at it.
    /// Inside a change of several words the range means nothing.
    fn original_borders(&self) -> Vec<Range<usize>> {
        let mut borders = vec![0..0; self.spun.len() + 1];
        for Step { a, b, .. } in &self.steps {
            // Regions of equal length go word by word, as the changes do.
            let paired = a.len() == b.len();
            for (k, at) in a.clone().enumerate() {
                borders[at].end = if paired { b.start + k } else { b.start };
                borders[at + 1].start = if paired { b.start + k + 1 } else { b.end };
            }
        }
        borders[self.spun.len()].end = self.original.len();
        borders
    }
}

#[cfg(test)]
mod tests {
    use super::super::words::Lexicon;
    use super::*;
    use proptest::prelude::*;

    /// Spun span, replacement, and whether it is right.
    type Edits<'t> = &'t [(Range<usize>, &'t str, bool)];

    #[test]
    fn judges_by_table() {
        let table: &[(&str, &str, Edits)] = &[
            ("the right way", "the proper way", &[(1..2, "right", true)]),
            ("the right way", "the proper way", &[(1..2, "real", false), (2..3, "road", false)]),
            // An edit wider than the change, and one that leaves all as it is.
            ("the right way", "the proper way", &[(0..2, "The right", true)]),
            ("the right way", "the proper way", &[(0..1, "the", true), (1..2, "proper", false)]),
            // Neighbours are judged one by one.
            ("own voters", "personal residents", &[(0..1, "own", true), (1..2, "citizens", false)]),
            // Two edits share a change, and must make it together.
            ("get big", "acquire hold of huge", &[(0..3, "get", true), (3..4, "big", true)]),
            ("get big", "acquire hold of huge", &[(0..3, "get", false), (3..4, "large", false)]),
            // A lost word, put back as one or with its neighbour.
            ("in the house", "in house", &[(1..1, "the", true)]),
            ("in the house", "in house", &[(0..1, "in the", true)]),
            ("in the house", "in house", &[(1..2, "the house", true)]),
            ("in the house", "in house", &[(1..2, "a house", false)]),
            ("the sales", "the gross sales", &[(1..2, "", true)]),
            // Overlapping edits.
            ("a b", "x y", &[(0..1, "a", false), (0..2, "a b", false)]),
            ("so", "", &[(0..0, "so", true)]),
        ];
        for (original, spun, edits) in table {
            let mut lexicon = Lexicon::default();
            let pair = Pair::new(lexicon.words(original), lexicon.words(spun));
            let change = |(span, words, _): &(Range<usize>, &str, bool)| Change {
                start: span.start,
                end: span.end,
                words: lexicon.words(words),
            };
            let given: Vec<Change> = edits.iter().map(change).collect();
            let expected: Vec<bool> = edits.iter().map(|edit| edit.2).collect();
            assert_eq!(pair.judge(&given), expected, "{original:?} {spun:?} {edits:?}");
        }
    }

    proptest! {
        #[test]
        fn the_changes_of_the_pair_are_right(a in prop::collection::vec(0u32..6, 0..16),
                                             b in prop::collection::vec(0u32..6, 0..16)) {
            let pair = Pair::new(a, b);
            prop_assert!(pair.judge(&pair.changes).iter().all(|&right| right));
        }

        #[test]
        fn any_edits_are_judged(a in prop::collection::vec(0u32..6, 0..9),
                                b in prop::collection::vec(0u32..6, 0..9),
                                edits in prop::collection::vec((0usize..9, 0usize..9, 0u32..6), 0..6)) {
            let pair = Pair::new(a, b);
            let len = pair.spun.len();
            let change = |(x, y, word): (usize, usize, u32)| Change {
                start: x.min(y).min(len),
                end: x.max(y).min(len),
                words: vec![word],
            };
            let mut edits: Vec<Change> = edits.into_iter().map(change).collect();
            edits.sort();
            prop_assert_eq!(pair.judge(&edits).len(), edits.len());
        }
    }
}
