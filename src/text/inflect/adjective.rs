//! Comparatives and superlatives of the adjectives that have them.

use super::Form;
use super::spelling::{doubled, short_and_closed, syllables, y_turns};

/// Positive, comparative and superlative; `|` parts two ways to write one.
pub(super) const IRREGULAR: &[(&str, &str, &str)] = &[
    ("bad", "worse", "worst"),
    ("far", "further|farther", "furthest|farthest"),
    ("good", "better", "best"),
    ("ill", "worse", "worst"),
    ("little", "less", "least"),
    ("many", "more", "most"),
    ("much", "more", "most"),
    ("well", "better", "best"),
];

/// Adjectives of two syllables that take -er and -est.
const LONG: &[&str] = &[
    "able", "ample", "bitter", "clever", "cruel", "feeble", "fickle", "gentle", "handsome",
    "hollow", "humble", "mellow", "narrow", "nimble", "noble", "polite", "quiet", "remote",
    "severe", "shallow", "simple", "sincere", "slender", "stable", "subtle", "supple", "tender",
    "yellow",
];

/// Short adjectives that are not compared.
const NEVER: &[&str] = &[
    "born",
    "both",
    "chief",
    "daily",
    "dead",
    "done",
    "due",
    "each",
    "else",
    "fake",
    "few's",
    "first",
    "five",
    "four",
    "gone",
    "half",
    "hourly",
    "joint",
    "just",
    "key",
    "known",
    "last",
    "least",
    "left",
    "less",
    "like",
    "live",
    "lone",
    "lost",
    "main",
    "male",
    "midst",
    "mere",
    "monthly",
    "more",
    "most",
    "net",
    "next",
    "nine",
    "nightly",
    "one",
    "only",
    "own",
    "past",
    "prime",
    "quarterly",
    "real",
    "right",
    "same",
    "set",
    "shared",
    "six",
    "sole",
    "solo",
    "some",
    "spare",
    "such",
    "ten",
    "three",
    "top",
    "two",
    "very",
    "weekly",
    "whole",
    "worst",
    "wrong",
    "yearly",
];

/// Comparative and superlative, none for an adjective that takes *more* and *most*.
pub(super) fn forms(positive: &str) -> Vec<(Form, String)> {
    if let Some((_, more, most)) = IRREGULAR.iter().find(|row| row.0 == positive) {
        let ways = |form: Form, ways: &str| {
            ways.split('|').map(|way| (form, way.to_owned())).collect::<Vec<_>>()
        };
        return [ways(Form::Comparative, more), ways(Form::Superlative, most)].concat();
    }
    if !graded(positive) {
        return Vec::new();
    }
    let stem = if short_and_closed(positive) {
        doubled(positive)
    } else if y_turns(positive) {
        format!("{}i", &positive[..positive.len() - 1])
    } else {
        positive.strip_suffix('e').unwrap_or(positive).to_owned()
    };
    vec![(Form::Comparative, format!("{stem}er")), (Form::Superlative, format!("{stem}est"))]
}

fn graded(positive: &str) -> bool {
    let participle = ["ed", "wn", "ng"].iter().any(|end| positive.ends_with(end));
    let short = match syllables(positive) {
        1 => !participle || matches!(positive, "red" | "brown" | "long" | "strong" | "young"),
        2 => y_turns(positive) || LONG.binary_search(&positive).is_ok(),
        _ => false,
    };
    short
        && positive.len() > 2
        && positive.bytes().all(|b| b.is_ascii_lowercase())
        && !NEVER.contains(&positive)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn degrees_by_table() {
        let table = "\
            big bigger biggest|large larger largest|happy happier happiest|new newer newest
            simple simpler simplest|good better best|bad worse worst|quiet quieter quietest
            dry drier driest|low lower lowest|great greater greatest|thin thinner thinnest
            early earlier earliest|far further furthest|free freer freest|strong stronger strongest";
        for line in table.split(['|', '\n']) {
            let words: Vec<&str> = line.split_whitespace().collect();
            let forms = forms(words[0]);
            assert!(forms.contains(&(Form::Comparative, words[1].to_owned())), "{forms:?}");
            assert!(forms.contains(&(Form::Superlative, words[2].to_owned())), "{forms:?}");
        }
        for word in ["massive", "own", "main", "used", "known", "important", "daily", "up"] {
            assert!(forms(word).is_empty(), "{word}");
        }
        assert!(LONG.is_sorted());
    }
}
