//! Damage that spinners leave behind: doubled words, stray capitals, articles.

use super::features::{Feature, Features};
use super::sentence::Sentence;
use super::{Kind, Manner};
use crate::context::Surroundings;
use crate::model::Model;
use crate::text::Token;
use crate::text::doubles::is_said_twice;
use crate::text::vocabulary::UNKNOWN;
use std::ops::Range;

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
        let rate = match self.kind {
            Kind::Name(_) => Feature::Rate,
            _ => Feature::RepairRate,
        };
        features[rate] = manner.rate;
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
        if is_stray_capital(self.text, self.tokens, at) && !takes_letters(model, self.ids[at - 1]) {
            let features = [(Feature::Small, 1.0), (Feature::Context, self.fits[at])];
            self.repair(at..at + 1, Kind::Small, vec![id], &features);
        }
        let doubled = next.is_some_and(|next| is_doubled(word, next.of(self.text)));
        if doubled && !is_written_twice(model, id) {
            let features = [(Feature::Doubled, 1.0), (Feature::Context, self.fits[at])];
            self.repair(at..at + 2, Kind::Doubled, vec![id], &features);
        }
        self.find_spaces(model, around, at, next);
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

/// What a letter after a word, against anywhere, must gain to be one of a row: *vitamin C*.
const OF_A_ROW: f32 = 1.5;

/// True for a word that letters tell apart, as in *hepatitis A*: others follow it, too.
fn takes_letters(model: &Model, word: u32) -> bool {
    let (_, state) = model.lm.score(&model.lm.context(model.lm.empty()), word);
    let after = model.lm.context(state);
    ["b", "c", "d"].iter().any(|letter| {
        let letter = model.vocabulary.id_or_unknown(letter);
        letter != UNKNOWN
            && model.lm.score(&after, letter).0 - model.lm.unigram_log(letter) > OF_A_ROW
    })
}

/// True for a word that stands twice in sound sentences, and for what the language model has
/// seen so oftener than by chance: *Duran Duran*.
fn is_written_twice(model: &Model, word: u32) -> bool {
    let (_, state) = model.lm.score(&model.lm.context(model.lm.empty()), word);
    let again = model.lm.score(&model.lm.context(state), word).0;
    word != UNKNOWN
        && (again > model.lm.unigram_log(word) || is_said_twice(&model.vocabulary.word(word)))
}

/// True for a word that stands twice: *the the*.
fn is_doubled(word: &str, next: &str) -> bool {
    word.to_lowercase() == next.to_lowercase() && word.chars().all(char::is_alphabetic)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::tokenize;

    #[test]
    fn words_that_letters_tell_apart() {
        let model = crate::Model::english().unwrap();
        let takes = |word| takes_letters(&model, model.vocabulary.id(word).unwrap());
        for word in ["vitamin", "hepatitis", "group", "class", "type"] {
            assert!(takes(word), "{word}");
        }
        for word in ["into", "is", "as", "with", "has"] {
            assert!(!takes(word), "{word}");
        }
    }

    #[test]
    fn words_that_are_written_twice() {
        let model = crate::Model::english().unwrap();
        let twice = |word| is_written_twice(&model, model.vocabulary.id(word).unwrap());
        for word in ["that", "had", "bye", "duran"] {
            assert!(twice(word), "{word}");
        }
        for word in ["the", "of", "is", "video", "games"] {
            assert!(!twice(word), "{word}");
        }
        assert!(!is_written_twice(&model, UNKNOWN));
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
