//! What decoding gives: restorations, and the evidence word by word.

use serde::{Deserialize, Serialize};

/// A line of text and what its author may have written.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Restored {
    /// The line as it was given.
    pub text: String,
    /// Restorations of the whole line, the likeliest first; never empty.
    pub restorations: Vec<Restoration>,
    /// What the first restoration changes, from left to right.
    pub edits: Vec<Edit>,
    /// The first restoration from left to right, word by word and edit by edit, with how
    /// likely the author wrote each; nothing unless
    /// [`DecodeConfig::words`](super::DecodeConfig::words) asks for it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub words: Vec<Candidate>,
    /// Everything that was considered, the words left alone too; nothing unless
    /// [`DecodeConfig::candidates`](super::DecodeConfig::candidates) asks for it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub candidates: Vec<Candidate>,
}

/// One guess at what the author wrote.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Restoration {
    /// The whole line, restored.
    pub text: String,
    /// Log-linear score: a sum of weighted features, in nats.
    pub score: f64,
    /// Its probability among all restorations that the search has seen.
    pub probability: f64,
}

/// One place where the first restoration differs from the spun text.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Edit {
    /// Offset of the place in the line, in bytes.
    pub start: usize,
    /// Offset after it, in bytes.
    pub end: usize,
    /// What stands there.
    pub spun: String,
    /// What the author is thought to have written.
    pub original: String,
    /// How likely exactly this is, from the posteriors of the lattice.
    pub probability: f64,
    /// Other readings of the same place, the likeliest first; the spun words
    /// themselves are one of them. Nothing unless
    /// [`DecodeConfig::alternatives`](super::DecodeConfig::alternatives) asks for it.
    pub alternatives: Vec<Alternative>,
}

/// Something that may have stood at a place, chosen or not.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Candidate {
    /// Offset of the place in the line, in bytes.
    pub start: usize,
    /// Offset after it, in bytes.
    pub end: usize,
    /// What may have stood there.
    pub original: String,
    /// How likely the author wrote this; of what is considered and not chosen, how likely it is
    /// among all that is.
    pub probability: f64,
}

impl Edit {
    /// The same so many bytes further on.
    pub(crate) fn moved(self, by: usize) -> Self {
        Self { start: self.start + by, end: self.end + by, ..self }
    }
}

impl Candidate {
    /// The same so many bytes further on.
    pub(crate) fn moved(self, by: usize) -> Self {
        Self { start: self.start + by, end: self.end + by, ..self }
    }
}

/// Another reading of the place of an [`Edit`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Alternative {
    /// What may have stood there.
    pub original: String,
    /// How likely this is.
    pub probability: f64,
}

impl Restored {
    /// A line that is given back as it came.
    pub fn untouched(text: &str) -> Self {
        let text = text.to_string();
        let same = Restoration { text: text.clone(), score: 0.0, probability: 1.0 };
        let (edits, words, candidates) = Default::default();
        Self { text, restorations: vec![same], edits, words, candidates }
    }

    /// The likeliest restoration.
    pub fn best(&self) -> &str {
        self.restorations.first().map_or(&self.text, |restoration| &restoration.text)
    }
}
