//! Where a sentence ends: the unit of decoding and of the language model.

use super::token::Token;
use std::ops::Range;

/// A longer sentence is cut, so that no input needs unbounded work at once.
pub(crate) const LONGEST_SENTENCE: usize = 160;

/// Abbreviations after which a full stop rarely ends a sentence.
const ABBREVIATIONS: &[&str] = &[
    "al", "approx", "capt", "cf", "co", "col", "corp", "dept", "dr", "e.g", "ed", "eq", "est",
    "etc", "fig", "figs", "gen", "gov", "i.e", "inc", "jr", "lt", "ltd", "mr", "mrs", "ms", "mt",
    "no", "nos", "p", "pp", "prof", "rep", "rev", "sen", "sgt", "sr", "st", "u.k", "u.n", "u.s",
    "v", "vol", "vs",
];

/// Ranges of token indices, a sentence each, that together hold every token.
///
/// A sentence ends after `.`, `!`, `?` or `…` and the closing marks behind it,
/// where a space follows and the next token does not start in lower case.
pub(crate) fn sentences(text: &str, tokens: &[Token]) -> Vec<Range<usize>> {
    let mut ranges = Vec::new();
    let mut start = 0;
    let mut i = 0;
    while i < tokens.len() {
        let mut next = i + 1;
        if matches!(tokens[i].of(text), "." | "!" | "?" | "…") && !abbreviated(text, tokens, i) {
            while next < tokens.len() && closes(text, tokens, next) {
                next += 1;
            }
            if next < tokens.len() && begins(text, tokens, next) {
                ranges.push(start..next);
                start = next;
            }
        }
        if next - start >= LONGEST_SENTENCE && next < tokens.len() {
            ranges.push(start..next);
            start = next;
        }
        i = next;
    }
    if start < tokens.len() {
        ranges.push(start..tokens.len());
    }
    ranges
}

fn abbreviated(text: &str, tokens: &[Token], stop: usize) -> bool {
    if stop == 0 || tokens[stop].of(text) != "." || tokens[stop - 1].end != tokens[stop].start {
        return false;
    }
    let word = tokens[stop - 1].of(text);
    let initial = word.len() == 1 && word.starts_with(|c: char| c.is_uppercase());
    initial || ABBREVIATIONS.binary_search(&word.to_lowercase().as_str()).is_ok()
}

/// True for a mark that belongs to the sentence before it: a quote or bracket
/// without a space, or one more stop.
fn closes(text: &str, tokens: &[Token], at: usize) -> bool {
    tokens[at - 1].end == tokens[at].start
        && matches!(
            tokens[at].of(text),
            "\"" | "'" | "”" | "’" | ")" | "]" | "»" | "." | "!" | "?" | "…"
        )
}

fn begins(text: &str, tokens: &[Token], at: usize) -> bool {
    tokens[at - 1].end < tokens[at].start
        && !tokens[at].of(text).starts_with(|c: char| c.is_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::tokenize;

    fn split(text: &str) -> Vec<&str> {
        let tokens = tokenize(text);
        let cut = |r: Range<usize>| &text[tokens[r.start].start..tokens[r.end - 1].end];
        sentences(text, &tokens).into_iter().map(cut).collect()
    }

    #[test]
    fn splits_by_table() {
        let table: &[(&str, &[&str])] = &[
            ("", &[]),
            ("One. Two! Three?", &["One.", "Two!", "Three?"]),
            ("He said “never.” Then left.", &["He said “never.”", "Then left."]),
            ("Mr. Smith met J. Doe.", &["Mr. Smith met J. Doe."]),
            ("It cost 3.5 million. so what", &["It cost 3.5 million. so what"]),
            ("Go to a.b. 7 came.", &["Go to a.b.", "7 came."]),
            ("Wait... What?", &["Wait...", "What?"]),
        ];
        for (text, expected) in table {
            assert_eq!(&split(text), expected, "{text:?}");
        }
    }

    #[test]
    fn cuts_what_never_ends() {
        let text = "word ".repeat(1000);
        let tokens = tokenize(&text);
        let ranges = sentences(&text, &tokens);
        assert!(ranges.iter().all(|r| r.len() <= LONGEST_SENTENCE));
        assert_eq!(ranges.iter().map(|r| r.len()).sum::<usize>(), 1000);
    }

    #[test]
    fn abbreviations_are_sorted() {
        assert!(ABBREVIATIONS.is_sorted());
    }
}
