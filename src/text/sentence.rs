//! Where a sentence ends: the unit of decoding and of the language model.

use super::token::{Token, tokenize};
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

/// Cuts a long text between sentences into stretches of at most `most` bytes, so that they can
/// be read one by one: their sentences are those of the whole. What has no sentences is cut
/// at a space, and what has no spaces anywhere.
pub(crate) fn stretches(text: &str, most: usize) -> Vec<Range<usize>> {
    // No character is longer than four bytes.
    let most = most.max(4);
    let (mut stretches, mut start) = (Vec::new(), 0);
    while text.len() - start > most {
        let length = stretch(&text[start..], most);
        stretches.push(start..start + length);
        start += length;
    }
    stretches.push(start..text.len());
    stretches
}

/// How much of a text that is longer than `most` makes a stretch.
fn stretch(text: &str, most: usize) -> usize {
    let end = (0..=most).rfind(|&end| text.is_char_boundary(end)).unwrap_or(most);
    // No token goes on behind a space, but a sentence may.
    let end = text[..end].rfind(char::is_whitespace).filter(|&end| end > 0).unwrap_or(end);
    let tokens = tokenize(&text[..end]);
    match sentences(&text[..end], &tokens)[..] {
        [_, .., ref last] => tokens[last.start].start,
        _ => end,
    }
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
    use proptest::prelude::*;

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
    fn stretches_by_hand() {
        let table: &[(&str, usize, &[&str])] = &[
            ("", 9, &[""]),
            ("One. Two. Three.", 16, &["One. Two. Three."]),
            ("One. Two. Three.", 15, &["One. ", "Two. Three."]),
            ("no end of it", 8, &["no end", " of it"]),
            ("nospaces", 4, &["nosp", "aces"]),
            ("ééé", 5, &["éé", "é"]),
            ("日本", 1, &["日", "本"]),
        ];
        for &(text, most, expected) in table {
            let cut: Vec<&str> = stretches(text, most).into_iter().map(|r| &text[r]).collect();
            assert_eq!(cut, expected, "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn sentences_of_stretches_are_those_of_the_whole(
            words in proptest::collection::vec("[a-zA-Z]{1,9}[.!?]?[\"')]?|Dr\\.|p\\.c\\.|é’s|[,.]", 0..900),
            most in 1500_usize..4000,
        ) {
            let text = words.join(" ");
            let tokens = tokenize(&text);
            let whole = sentences(&text, &tokens);
            let whole = whole.into_iter().map(|r| tokens[r.start].start..tokens[r.end - 1].end);
            let mut parts = Vec::new();
            let mut end = 0;
            for stretch in stretches(&text, most) {
                prop_assert_eq!(stretch.start, end);
                prop_assert!(stretch.len() <= most);
                end = stretch.end;
                let tokens = tokenize(&text[stretch.clone()]);
                parts.extend(sentences(&text[stretch.clone()], &tokens).into_iter().map(|r| {
                    stretch.start + tokens[r.start].start..stretch.start + tokens[r.end - 1].end
                }));
            }
            prop_assert_eq!(end, text.len());
            prop_assert_eq!(parts, whole.collect::<Vec<_>>());
        }
    }

    #[test]
    fn abbreviations_are_sorted() {
        assert!(ABBREVIATIONS.is_sorted());
    }
}
