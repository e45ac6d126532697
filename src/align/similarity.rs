//! How alike two words look: a prior for pairs that training has not seen yet.

use super::function::sets;
use crate::text::inflect::family;

/// What a word is made of.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Kind {
    #[default]
    Word,
    Number,
    Mark,
}

/// What the comparison of two words needs, in 48 bytes.
#[derive(Clone, Copy, Default)]
pub(crate) struct Form {
    /// The first sixteen bytes, the first one highest; zeros follow a shorter word.
    head: u128,
    /// A bit for each letter of the word.
    letters: u32,
    /// Sets of function words, a bit each.
    sets: u16,
    /// What irregular forms of one word share; 0 of regular words.
    family: u16,
    len: u8,
    kind: Kind,
}

/// Bytes of a word that are compared.
const LONGEST: usize = 16;
/// Fewer common first letters say nothing.
const SHORTEST_STEM: usize = 3;
/// Likeness of two words that differ in their endings only, or are irregular forms of one.
const INFLECTED: f32 = 0.85;
/// Likeness of two function words of one set.
const FUNCTION: f32 = 0.8;

impl Form {
    pub(crate) fn new(word: &str) -> Self {
        let bytes = word.as_bytes();
        let len = bytes.len().min(LONGEST);
        let mut head = [0; LONGEST];
        head[..len].copy_from_slice(&bytes[..len]);
        let letters = bytes[..len].iter().fold(0u32, |set, byte| set | 1 << (byte & 31));
        let kind = if bytes.iter().any(u8::is_ascii_digit) {
            Kind::Number
        } else if word.chars().any(char::is_alphanumeric) {
            Kind::Word
        } else {
            Kind::Mark
        };
        let (sets, family) = (sets(word), family(word));
        Self { head: u128::from_be_bytes(head), letters, sets, family, len: len as u8, kind }
    }

    /// True if both are words, both numbers or both marks.
    pub(crate) fn same_kind(&self, other: &Self) -> bool {
        self.kind == other.kind
    }

    /// Likeness from 0 to 1 of two different words: the larger of the share of
    /// common first letters, with a bonus where only endings differ, and one less
    /// the share of edits. Numbers and marks are never alike; function words of one set
    /// and forms of one irregular word are.
    pub(crate) fn similarity(&self, other: &Self) -> f32 {
        if self.family != 0 && self.family == other.family {
            return INFLECTED;
        }
        let alike = if self.sets & other.sets != 0 { FUNCTION } else { 0.0 };
        self.letters_alike(other).max(alike)
    }

    fn letters_alike(&self, other: &Self) -> f32 {
        let longer = self.len.max(other.len) as usize;
        let shorter = self.len.min(other.len) as usize;
        let words = self.kind == Kind::Word && other.kind == Kind::Word;
        if !words || shorter < 2 || longer > 2 * shorter + 2 {
            return 0.0;
        }
        let prefix = ((self.head ^ other.head).leading_zeros() / 8) as usize;
        let prefix = prefix.min(shorter);
        let mut best: f32 = 0.0;
        if prefix >= SHORTEST_STEM {
            best = 2.0 * prefix as f32 / (longer + shorter) as f32;
            // `walk`, `walked`, `walking`: what follows the stem is an ending.
            if longer - prefix <= 3 && prefix + 2 >= shorter {
                best = best.max(INFLECTED);
            }
        }
        let apart = (self.letters ^ other.letters).count_ones() as usize;
        if shorter < 4 || apart > longer / 2 || best >= INFLECTED {
            return best;
        }
        best.max(1.0 - self.edits(other) as f32 / longer as f32)
    }

    /// Levenshtein distance of the first sixteen bytes.
    fn edits(&self, other: &Self) -> usize {
        let (a, b) = (self.head.to_be_bytes(), other.head.to_be_bytes());
        let (a, b) = (&a[..self.len as usize], &b[..other.len as usize]);
        let mut row: [u8; LONGEST + 1] = std::array::from_fn(|j| j as u8);
        for (i, x) in a.iter().enumerate() {
            let mut corner = row[0];
            row[0] = i as u8 + 1;
            for (j, y) in b.iter().enumerate() {
                let changed = corner + u8::from(x != y);
                corner = row[j + 1];
                row[j + 1] = changed.min(corner + 1).min(row[j] + 1);
            }
        }
        row[b.len()] as usize
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn likeness_by_table() {
        let table = [
            ("walk", "walked", 0.85),
            ("answered", "answering", 0.85),
            ("company", "companies", 0.85),
            ("colour", "color", 0.85),
            ("honour", "humour", 4.0 / 6.0),
            ("right", "proper", 0.0),
            ("1996", "1997", 0.0),
            ("the", "these", 0.85),
            ("in", "into", 0.8),
            ("in", "walk", 0.0),
            ("of", "the", 0.0),
            ("a", "every", 0.8),
            ("is", "were", 0.85),
            ("went", "gone", 0.85),
            ("mice", "mouse", 0.85),
            ("said", "made", 0.0),
        ];
        for (a, b, expected) in table {
            let [forward, back] =
                [(a, b), (b, a)].map(|(a, b)| Form::new(a).similarity(&Form::new(b)));
            assert!((forward - expected).abs() < 1e-6, "{a} {b}: {forward}");
            assert_eq!(forward, back);
        }
    }

    #[test]
    fn kinds() {
        let same = |a, b| Form::new(a).same_kind(&Form::new(b));
        assert!(same("word", "café") && same("4", "1990s") && same(".", "…"));
        assert!(!same("word", ".") && !same("four", "4") && !same("4", "%"));
    }
}
