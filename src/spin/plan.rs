//! A sentence before it is spun: its names and the phrases to choose from.

use super::habits;
use super::manner::Manner;
use super::names::{names, shouted};
use super::table::{Phrase, UNKNOWN, Words, number};
use crate::text::case::Case;
use crate::text::{Token, normalize};
use std::ops::Range;

/// A sentence cut into phrases that the engine knows and tokens that it does not.
pub(super) struct Plan<'e, 't> {
    pub(super) text: &'t str,
    pub(super) tokens: Vec<Token>,
    /// Each token's number, [`UNKNOWN`] where no phrase may touch it.
    ids: Vec<u32>,
    pub(super) names: Vec<bool>,
    pub(super) parts: Vec<Part<'e>>,
}

/// Tokens that the engine knows as a phrase, or one that it does not.
pub(super) struct Part<'e> {
    pub(super) tokens: Range<usize>,
    /// With its number.
    pub(super) phrase: Option<(u32, &'e Phrase)>,
}

impl<'e, 't> Plan<'e, 't> {
    /// Cuts a sentence at the longest phrases, left to right.
    pub(super) fn new(
        text: &'t str,
        tokens: Vec<Token>,
        words: &Words,
        manner: &Manner<'e>,
    ) -> Self {
        let surfaces: Vec<&str> = tokens.iter().map(|token| token.of(text)).collect();
        let names = names(&surfaces);
        let shouted = shouted(&surfaces);
        let mut form = String::new();
        let mut ids = Vec::with_capacity(tokens.len());
        for (i, (surface, name)) in surfaces.iter().zip(&names).enumerate() {
            form.clear();
            normalize(surface, &mut form);
            // `US` and `IT` are no pronouns.
            let acronym = !shouted && Case::of(surface) == Case::Upper;
            let kept = (*name && !manner.names)
                || (acronym && habits::is_function_word(&form))
                || part_of_figure(text, &tokens, &names, i);
            ids.push(if kept { UNKNOWN } else { number(words, &form) });
        }
        let mut parts = Vec::with_capacity(tokens.len());
        let mut at = 0;
        while at < tokens.len() {
            let found = manner.engine.table.longest(&ids[at..]);
            let length = found.map_or(1, |(length, ..)| length);
            let phrase = found.map(|(_, node, phrase)| (node, phrase));
            parts.push(Part { tokens: at..at + length, phrase });
            at += length;
        }
        Self { text, tokens, ids, names, parts }
    }

    /// True if token `at` is a word of the tables that may be spun.
    pub(super) fn known(&self, at: usize) -> bool {
        self.ids[at] != UNKNOWN
    }
}

/// True for the figures of `10:30`, `$5` or `1/2`, which are no number by themselves,
/// and of a date or a product, which stand beside a name.
fn part_of_figure(text: &str, tokens: &[Token], names: &[bool], at: usize) -> bool {
    let figure = |at: usize| tokens[at].of(text).starts_with(|c: char| c.is_numeric());
    let glue =
        |at: usize| matches!(tokens[at].of(text), "$" | "€" | "£" | "#" | ":" | "/" | "%" | "+");
    let joined = |left: usize| tokens[left].end == tokens[left + 1].start;
    figure(at)
        && ((at > 0 && (names[at - 1] || (joined(at - 1) && glue(at - 1))))
            || (at + 1 < tokens.len() && (names[at + 1] || (joined(at) && glue(at + 1)))))
}
