//! A sentence beside its spun form, with every substitution in its place.

use crate::text::{Token, token, tokenize};
use std::ops::Range;

/// A substitution: tokens of the original and the tokens that stand for them.
///
/// Neither side is empty; words that both sides share at an end are left out
/// unless a side would be empty without them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Edit {
    pub(crate) original: Range<usize>,
    pub(crate) spun: Range<usize>,
}

/// A sentence of a document, as it was and as it came out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SpunSentence {
    pub(crate) original: String,
    pub(crate) spun: String,
    /// The document's index.
    pub(crate) document: u64,
    /// The engine family's place in the lexicon, none for an innocent document.
    pub(crate) family: Option<u16>,
    /// In order; tokens outside are copied one to one.
    pub(crate) edits: Vec<Edit>,
}

/// Neighbouring tokens of the original and what is written for them.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Piece {
    /// Tokens of the sentence, counted from its first.
    pub(super) tokens: Range<usize>,
    /// What stands instead of them; none copies them.
    pub(super) text: Option<String>,
    /// The space after them is lost.
    pub(super) glued: bool,
}

impl Piece {
    pub(super) fn copy(at: usize) -> Self {
        Self { tokens: at..at + 1, text: None, glued: false }
    }
}

/// Writes out the pieces of a sentence of `text`, whose tokens they cover in
/// order; returns the original, the spun sentence and the edits.
///
/// The spun sentence is tokenised anew, and pieces across whose border a token
/// runs make one edit, so that the edits hold whatever the pieces are.
pub(super) fn write(
    text: &str,
    tokens: &[Token],
    pieces: &[Piece],
    lower_case: bool,
) -> (String, String, Vec<Edit>) {
    let (Some(first), Some(last)) = (tokens.first(), tokens.last()) else {
        return Default::default();
    };
    let original = text[first.start..last.end].to_owned();
    let mut spun = String::with_capacity(original.len() + original.len() / 4);
    let put = |part: &str, spun: &mut String| match lower_case {
        true => spun.push_str(&part.to_lowercase()),
        false => spun.push_str(part),
    };
    // Where each piece ends in the spun sentence.
    let mut ends = Vec::with_capacity(pieces.len());
    for (i, piece) in pieces.iter().enumerate() {
        let (start, end) = (tokens[piece.tokens.start].start, tokens[piece.tokens.end - 1].end);
        put(piece.text.as_deref().unwrap_or(&text[start..end]), &mut spun);
        ends.push(spun.len());
        if let Some(next) = pieces.get(i + 1).filter(|_| !piece.glued) {
            put(&text[end..tokens[next.tokens.start].start], &mut spun);
        }
    }
    let spun_tokens = tokenize(&spun);
    let edits = edits(text, tokens, pieces, &spun, &spun_tokens, &ends);
    (original, spun, edits)
}

fn edits(
    text: &str,
    tokens: &[Token],
    pieces: &[Piece],
    spun: &str,
    spun_tokens: &[Token],
    ends: &[usize],
) -> Vec<Edit> {
    let mut edits = Vec::new();
    let (mut from, mut spun_from, mut changed) = (0, 0, false);
    for (i, (piece, end)) in pieces.iter().zip(ends).enumerate() {
        changed |= piece.text.is_some() || piece.glued;
        let mut spun_to = spun_from;
        while spun_to < spun_tokens.len() && spun_tokens[spun_to].start < *end {
            spun_to += 1;
        }
        // A token that runs on, or none at all, waits for the next piece.
        let whole = spun_to > spun_from && spun_tokens[spun_to - 1].end <= *end;
        if !whole && i + 1 < pieces.len() {
            changed = true;
            continue;
        }
        let to = piece.tokens.end;
        if changed || to - from != spun_to - spun_from {
            let original = tokens[from..to].iter().map(|t| normal(t.of(text))).collect::<Vec<_>>();
            let now = spun_tokens[spun_from..spun_to].iter().map(|t| normal(t.of(spun)));
            let now = now.collect::<Vec<_>>();
            if let Some((front, back)) = trim(&original, &now) {
                edits.push(Edit {
                    original: from + front..to - back,
                    spun: spun_from + front..spun_to - back,
                });
            }
        }
        (from, spun_from, changed) = (to, spun_to, false);
    }
    edits
}

fn normal(word: &str) -> String {
    let mut form = String::with_capacity(word.len());
    token::normalize(word, &mut form);
    form
}

/// How many words both sides share at the front and at the back, so that
/// neither side is left empty; none if the sides are equal.
fn trim(original: &[String], spun: &[String]) -> Option<(usize, usize)> {
    if original == spun {
        return None;
    }
    let most = original.len().min(spun.len()).saturating_sub(1);
    let front = original.iter().zip(spun).take_while(|(a, b)| a == b).count().min(most);
    let (a, b) = (original[front..].iter().rev(), spun[front..].iter().rev());
    let back = a.zip(b).take_while(|(a, b)| a == b).count().min(most - front);
    Some((front, back))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn piece(tokens: Range<usize>, text: &str) -> Piece {
        Piece { tokens, text: Some(text.to_owned()), glued: false }
    }

    #[test]
    fn writes_and_aligns() {
        let text = "  However, it grew in the US market.";
        let tokens = tokenize(text);
        let glued = Piece { glued: true, ..Piece::copy(6) };
        let pieces = [
            piece(0..1, "But"),
            Piece::copy(1),
            piece(2..4, "it got bigger"),
            piece(4..6, "within the"),
            glued,
            Piece::copy(7),
            Piece::copy(8),
        ];
        let (original, spun, edits) = write(text, &tokens, &pieces, false);
        assert_eq!(original, "However, it grew in the US market.");
        assert_eq!(spun, "But, it got bigger within the USmarket.");
        let expected = [(0..1, 0..1), (3..4, 3..5), (4..5, 5..6), (6..8, 7..8)];
        let expected = expected.map(|(original, spun)| Edit { original, spun });
        assert_eq!(edits, expected);
        let (_, lower, same) = write(text, &tokens, &pieces, true);
        assert_eq!((lower, same), (spun.to_lowercase(), edits));
    }

    #[test]
    fn keeps_a_word_on_both_sides() {
        let words = |text: &str| text.split(' ').map(str::to_owned).collect::<Vec<_>>();
        for (original, spun, expected) in [
            ("less", "much less", Some((0, 0))),
            ("whether", "whether or not", Some((0, 0))),
            ("in the end", "within the end", Some((0, 2))),
            ("a b c", "a x c", Some((1, 1))),
            ("a b", "a b c", Some((1, 0))),
            ("a a", "a a a", Some((1, 0))),
            ("same", "same", None),
        ] {
            assert_eq!(trim(&words(original), &words(spun)), expected, "{original}");
        }
    }
}
