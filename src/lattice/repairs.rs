//! Damage that spinners leave behind: glued and doubled words, stray capitals, articles.

use super::features::{Feature, Features};
use super::sentence::Sentence;
use super::{Kind, Manner};
use crate::context::Surroundings;
use crate::model::Model;
use crate::text::vocabulary::UNKNOWN;
use crate::text::{Token, normalize};
use std::ops::Range;

/// Shorter words are not worth a split.
const SHORTEST_GLUED: usize = 6;
/// Splits offered for one word.
const MOST_SPLITS: usize = 3;

/// Damage undone, or a name written right.
pub(super) struct Repair {
    pub(super) span: Range<usize>,
    pub(super) kind: Kind,
    pub(super) words: Vec<u32>,
    features: Features,
}

impl Repair {
    /// Its features, but for what the language model says in context.
    pub(super) fn features(&self, manner: Manner<'_>) -> Features {
        let mut features = self.features;
        if let Kind::Name(_) = self.kind {
            features[Feature::Rate] = manner.rate;
        }
        features
    }
}

impl Sentence<'_> {
    /// Finds the damage at a token, which is not protected, and the `next` one if it is not.
    pub(super) fn find_repairs(
        &mut self,
        model: &Model,
        around: &Surroundings,
        at: usize,
        next: Option<&Token>,
    ) {
        let (word, id) = (self.tokens[at].of(self.text), self.ids[at]);
        let fit = |id| model.context.fit(&around.of(at, at + 1), id);
        if let Some(other) = other_article(word) {
            let id = model.vocabulary.id_or_unknown(other);
            let features = [(Feature::Article, 1.0), (Feature::Context, fit(id))];
            self.repair(at..at + 1, Kind::Article, vec![id], &features);
        }
        if is_stray_capital(self.text, self.tokens, at) {
            let features = [(Feature::Small, 1.0), (Feature::Context, self.fits[at])];
            self.repair(at..at + 1, Kind::Small, vec![id], &features);
        }
        if next.is_some_and(|next| is_doubled(word, next.of(self.text))) {
            let features = [(Feature::Doubled, 1.0), (Feature::Context, self.fits[at])];
            self.repair(at..at + 2, Kind::Doubled, vec![id], &features);
        }
        if may_be_glued(word, id) {
            // The language model cannot judge a glued word: it counts as its parts do
            // without their context, so that the context alone decides.
            let alone = model.lm.score(&model.lm.context(model.lm.empty()), id).0;
            for (byte, words, parts) in splits(model, word) {
                let acronym = f32::from(parts_an_acronym(word, byte));
                let features = [
                    (Feature::Split, 1.0),
                    (Feature::SplitAcronym, acronym),
                    (Feature::Lm, alone - parts),
                ];
                self.repair(at..at + 1, Kind::Split(byte as u16), words, &features);
            }
        }
    }

    pub(super) fn repair(
        &mut self,
        span: Range<usize>,
        kind: Kind,
        words: Vec<u32>,
        valued: &[(Feature, f32)],
    ) {
        let mut features = Features::default();
        for &(feature, value) in valued {
            features[feature] = value;
        }
        self.repairs.push(Repair { span, kind, words, features });
    }
}

/// `an` for `a` and `a` for `an`.
fn other_article(word: &str) -> Option<&'static str> {
    match word {
        "a" | "A" => Some("an"),
        "an" | "An" | "AN" => Some("a"),
        _ => None,
    }
}

/// True for a capital article inside a sentence, between words in lower case:
/// *show it into A $29 billion enterprise*.
fn is_stray_capital(text: &str, tokens: &[Token], at: usize) -> bool {
    let is_small = |token: &Token| token.of(text).starts_with(char::is_lowercase);
    let is_big = |token: &Token| token.of(text).starts_with(char::is_uppercase);
    matches!(tokens[at].of(text), "A" | "An" | "The")
        && at > 0
        && is_small(&tokens[at - 1])
        && tokens.get(at + 1).is_some_and(|next| !is_big(next) && next.of(text) != ".")
}

/// True for a word that stands twice: *the the*.
fn is_doubled(word: &str, next: &str) -> bool {
    word.to_lowercase() == next.to_lowercase() && word.chars().all(char::is_alphabetic)
}

/// True for a word that may be two which lost their space.
fn may_be_glued(word: &str, id: u32) -> bool {
    id == UNKNOWN && word.len() >= SHORTEST_GLUED && word.len() <= 48
}

/// Where a space may be missing: the byte that it belongs before, the words on both
/// sides with the mark between them, and their log probability without context; the
/// likeliest first.
fn splits(model: &Model, word: &str) -> Vec<(usize, Vec<u32>, f32)> {
    let mut found: Vec<(f32, usize, Vec<u32>)> = Vec::new();
    let mut form = String::new();
    let mut known = |part: &str| {
        form.clear();
        normalize(part, &mut form);
        let letters = form.chars().all(char::is_alphabetic);
        let long = part.chars().count() > 1 || matches!(part, "a" | "A" | "I");
        if letters && long { model.vocabulary.id(&form) } else { None }
    };
    for (at, c) in word.char_indices().skip(1) {
        let mark = matches!(c, ',' | '.').then_some(c);
        let left = &word[..at];
        let right = &word[at + mark.map_or(0, char::len_utf8)..];
        // A name in capitals may be unknown: what follows it in lower case is not.
        let acronym = ends_in_capitals(left) && right.starts_with(char::is_lowercase);
        let left = known(left).or(acronym.then_some(UNKNOWN));
        let (Some(left), Some(right)) = (left, known(right)) else {
            continue;
        };
        let mut words = vec![left];
        words.extend(mark.and_then(|mark| model.vocabulary.id(mark.encode_utf8(&mut [0; 4]))));
        words.push(right);
        let nowhere = model.lm.context(model.lm.empty());
        let score = words.iter().map(|&word| model.lm.score(&nowhere, word).0).sum();
        found.push((score, at + mark.map_or(0, char::len_utf8), words));
    }
    found.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
    found.truncate(MOST_SPLITS);
    found.into_iter().map(|(score, at, words)| (at, words, score)).collect()
}

/// True if a space before this byte parts a name in capitals from a word in small
/// letters: `OpenAIrepeatedly`.
fn parts_an_acronym(word: &str, byte: usize) -> bool {
    let (left, right) = word.split_at(byte);
    ends_in_capitals(left) && right.chars().all(char::is_lowercase)
}

/// True for `OpenAI` and `NASA`: at least two capitals at the end.
fn ends_in_capitals(word: &str) -> bool {
    word.chars().rev().take(2).filter(|c| c.is_uppercase()).count() == 2
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::tokenize;

    #[test]
    fn acronyms_by_table() {
        let table = [("OpenAInow", 6, true), ("OpenAInow", 4, false), ("seanow", 3, false)];
        for (word, byte, expected) in table {
            assert_eq!(parts_an_acronym(word, byte), expected, "{word} {byte}");
        }
    }

    #[test]
    fn doubled_by_table() {
        let table = [("the", "the", true), ("The", "the", true), ("12", "12", false)];
        for (word, next, expected) in table {
            assert_eq!(is_doubled(word, next), expected, "{word} {next}");
        }
    }

    #[test]
    fn stray_capitals_by_table() {
        let table = [
            ("turn it into A $29 billion firm", true),
            ("turn it into A Star", false),
            ("A star is born", false),
            ("grade A.", false),
            ("it won The prize", true),
        ];
        for (text, expected) in table {
            let tokens = tokenize(text);
            let found = (0..tokens.len()).any(|at| is_stray_capital(text, &tokens, at));
            assert_eq!(found, expected, "{text}");
        }
    }
}
