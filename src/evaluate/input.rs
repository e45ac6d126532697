//! What a report is made from: plain text and plain numbers, whoever made them.

use super::edits::Change;
use super::words::{Lexicon, lowered_offsets};

/// A spun sentence, its original and what a system made of it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Sentence {
    /// What the author wrote.
    pub original: String,
    /// What the spinner made of it.
    pub spun: String,
    /// The document that it comes from, where known.
    pub document: Option<String>,
    /// The engine family that spun it, or whatever tables are to be split by.
    pub family: Option<String>,
    /// Restorations, the best first; none means that the text was left as is.
    pub hypotheses: Vec<String>,
    /// The changes of the best restoration with their probabilities; none where
    /// calibration is not asked for.
    pub edits: Vec<Edit>,
    /// Everything that the system considered, with its probability, the words left
    /// alone too; none where the causes of errors are not asked for.
    pub candidates: Vec<Edit>,
    /// The same by how often words are left alone, whatever stands around them:
    /// what the detection of spun words is measured against; may be none.
    pub prior: Vec<Edit>,
}

/// A change to a spun sentence, as a decoder proposes it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Edit {
    /// Offset of the first byte in the spun text.
    pub start: usize,
    /// Offset after the last byte.
    pub end: usize,
    /// What is to stand there instead.
    pub replacement: String,
    /// How sure the decoder is, from 0 to 1.
    pub probability: f64,
}

/// Text that no spinner has seen, and what a system made of it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Clean {
    /// What the author wrote.
    pub text: String,
    /// What the system made of it.
    pub restored: String,
    /// The document that it comes from, where known.
    pub document: Option<String>,
    /// What tables are to be split by.
    pub family: Option<String>,
}

/// What another system made of the same sentences.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Baseline {
    /// What to call it.
    pub name: String,
    /// Its restoration of each sentence.
    pub restored: Vec<String>,
    /// What it made of each never-spun text; none where that is not asked for.
    pub clean: Vec<String>,
}

/// How a report is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settings {
    /// How many of the best restorations count for fixed@k.
    pub k: usize,
    /// Replicates of the bootstrap; 0 for no intervals.
    pub replicates: usize,
    /// Seed of the bootstrap.
    pub seed: u64,
}

impl Default for Settings {
    fn default() -> Self {
        Self { k: 10, replicates: 1000, seed: 1 }
    }
}

impl Sentence {
    /// The best restoration.
    pub(crate) fn restored(&self) -> &str {
        self.hypotheses.first().unwrap_or(&self.spun)
    }

    /// `edits` of the spun text over whole words, sorted, and their probabilities.
    /// Offsets that lie nowhere in the text count as its end.
    pub(crate) fn changes(&self, edits: &[Edit], lexicon: &mut Lexicon) -> (Vec<Change>, Vec<f64>) {
        let offsets = lowered_offsets(&self.spun);
        let (_, places) = lexicon.placed_words(&self.spun);
        let change = |edit: &Edit| {
            let offset = |at: usize| offsets[at.min(self.spun.len())];
            let (from, to) = (offset(edit.start), offset(edit.end));
            let start = places.partition_point(|place| place.end <= from);
            let end = places.partition_point(|place| place.start < to);
            let words = lexicon.words(&edit.replacement);
            (Change { start, end: end.max(start), words }, edit.probability)
        };
        let mut edits: Vec<_> = edits.iter().map(change).collect();
        edits.sort_by(|a, b| a.0.cmp(&b.0).then(b.1.total_cmp(&a.1)));
        edits.into_iter().unzip()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edits_cover_whole_words() {
        let spun = "The İzmir’s Σας pier";
        let at = |word: &str| {
            let start = spun.find(word).unwrap();
            (start, start + word.len())
        };
        // The dotted capital I is lowered to two tokens.
        let table = [
            (at("The"), 0..1),
            (at("İzmir’s"), 1..4),
            (at("Σας"), 4..5),
            (at("pier"), 5..6),
            (at("ier"), 5..6),
            (at(" pier"), 5..6),
            ((at("pier").0, at("pier").0), 5..5),
            ((0, 0), 0..0),
            ((7, 2), 3..3),
            ((999, 9999), 6..6),
        ];
        for ((start, end), expected) in table {
            let edit = Edit { start, end, replacement: "Quay".into(), probability: 0.5 };
            let sentence = Sentence { spun: spun.into(), edits: vec![edit], ..Sentence::default() };
            let (changes, _) = sentence.changes(&sentence.edits, &mut Lexicon::default());
            assert_eq!(changes[0].start..changes[0].end, expected, "{start}..{end}");
        }
    }
}
