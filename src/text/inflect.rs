//! English inflection by rule, so that a pair of lemmas stands for all its forms.

mod adjective;
mod analysis;
mod irregular;
mod noun;
mod spelling;
mod verb;

pub(crate) use analysis::{analyses, kin};
pub(crate) use irregular::family;

/// How a word or phrase inflects.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Pos {
    /// The first word inflects, or the one after an adverb in -ly: `carried on`.
    Verb,
    /// The last word inflects, or the word before a preposition.
    Noun,
    /// A single word takes -er and -est if it can.
    Adjective,
    /// Nothing inflects.
    Fixed,
}

/// A form of a paradigm.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Form {
    /// The lemma: infinitive, singular or positive.
    Base,
    /// Present tense of all persons but the third singular; only *be* differs from its base.
    Present,
    /// Third person singular, present tense.
    Third,
    /// Past tense.
    Past,
    /// Past participle.
    Participle,
    /// The form in -ing.
    Gerund,
    /// Plural of a noun.
    Plural,
    /// Possessive of the singular.
    Possessive,
    /// Possessive of the plural.
    PluralPossessive,
    /// The form in -er.
    Comparative,
    /// The form in -est.
    Superlative,
}

/// Words before which the head of a noun phrase stands.
const AFTER_HEAD: &[&str] = &["for", "in", "of", "on", "to", "with"];

/// Every form of a phrase in lower case, the words a space apart, base first.
///
/// A form that is written in two ways (`learned`, `learnt`) stands twice, the
/// commoner way first. A form that the phrase lacks is left out: mass nouns
/// have no plural, long adjectives no comparative.
pub(crate) fn forms(phrase: &str, pos: Pos) -> Vec<(Form, String)> {
    let mut forms = vec![(Form::Base, phrase.to_owned())];
    match pos {
        Pos::Fixed => {}
        Pos::Verb => {
            let (adverb, verb) = verb::adverb(phrase);
            let (head, rest) = verb.split_at(verb.find(' ').unwrap_or(verb.len()));
            let head = verb::forms(head).into_iter();
            forms.extend(head.map(|(form, word)| (form, format!("{adverb}{word}{rest}"))));
        }
        Pos::Noun => noun_phrase(phrase, &mut forms),
        Pos::Adjective if phrase.contains(' ') => {}
        Pos::Adjective => forms.extend(adjective::forms(phrase)),
    }
    forms
}

fn noun_phrase(phrase: &str, forms: &mut Vec<(Form, String)>) {
    let words: Vec<&str> = phrase.split(' ').collect();
    let preposition = words.iter().skip(1).position(|word| AFTER_HEAD.contains(word));
    let head = preposition.unwrap_or(words.len() - 1);
    forms.push((Form::Possessive, format!("{phrase}'s")));
    for plural in noun::plurals(words[head]) {
        let mut plural_words = words.clone();
        plural_words[head] = &plural;
        let plural = plural_words.join(" ");
        let mark = if plural.ends_with('s') { "'" } else { "'s" };
        forms.push((Form::PluralPossessive, format!("{plural}{mark}")));
        forms.push((Form::Plural, plural));
    }
    forms.sort_by_key(|(form, _)| *form);
}

/// Pairs of forms that follow from a pair of lemmas, the pair itself first.
///
/// Every way to write an original form is met by the commonest of the spun
/// form. A spun mass noun serves as its own plural; any other form that the
/// spun phrase lacks makes no pair. No pair stands twice or has equal sides.
pub(crate) fn pairs(original: &str, spun: &str, pos: Pos) -> Vec<(String, String)> {
    let spun = forms(spun, pos);
    let written = |form: Form| spun.iter().find(|(f, _)| *f == form).map(|(_, word)| word);
    let mut pairs: Vec<(String, String)> = Vec::new();
    for (form, original) in forms(original, pos) {
        let met = written(form).or_else(|| match form {
            Form::Plural => written(Form::Base),
            Form::PluralPossessive => written(Form::Possessive),
            _ => None,
        });
        let Some(spun) = met else { continue };
        let pair = (original, spun.clone());
        if pair.0 != pair.1 && !pairs.contains(&pair) {
            pairs.push(pair);
        }
    }
    pairs
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn phrases_inflect_at_their_heads() {
        use Form::*;
        let table: &[(&str, Pos, Form, &str)] = &[
            ("carry on", Pos::Verb, Third, "carries on"),
            ("carry on", Pos::Verb, Past, "carried on"),
            ("take part in", Pos::Verb, Participle, "taken part in"),
            ("be able to", Pos::Verb, Third, "is able to"),
            ("be able to", Pos::Verb, Present, "are able to"),
            ("get right of entry to", Pos::Verb, Gerund, "getting right of entry to"),
            ("really feel like", Pos::Verb, Third, "really feels like"),
            ("rely on", Pos::Verb, Third, "relies on"),
            ("are part of", Pos::Verb, Gerund, "being part of"),
            ("would like", Pos::Verb, Third, "would like"),
            ("cost of living", Pos::Noun, Plural, "costs of living"),
            ("video game", Pos::Noun, Plural, "video games"),
            ("video game", Pos::Noun, PluralPossessive, "video games'"),
            ("son-in-law", Pos::Noun, Plural, "sons-in-law"),
            ("head of state", Pos::Noun, Possessive, "head of state's"),
            ("of course", Pos::Noun, Plural, "of courses"),
            ("child", Pos::Noun, PluralPossessive, "children's"),
            ("big", Pos::Adjective, Superlative, "biggest"),
        ];
        for (phrase, pos, form, expected) in table {
            let forms = forms(phrase, *pos);
            let found = forms.iter().find(|(f, _)| f == form).map(|(_, word)| word.as_str());
            assert_eq!(found, Some(*expected), "{phrase}");
        }
    }

    #[test]
    fn pairs_by_table() {
        type Pairs = &'static [(&'static str, &'static str)];
        let table: &[(&str, &str, Pos, Pairs)] = &[
            (
                "take",
                "carry off",
                Pos::Verb,
                &[
                    ("take", "carry off"),
                    ("takes", "carries off"),
                    ("took", "carried off"),
                    ("taken", "carried off"),
                    ("taking", "carrying off"),
                ],
            ),
            ("big", "massive", Pos::Adjective, &[("big", "massive")]),
            (
                "big",
                "large",
                Pos::Adjective,
                &[("big", "large"), ("bigger", "larger"), ("biggest", "largest")],
            ),
            (
                "detail",
                "information",
                Pos::Noun,
                &[
                    ("detail", "information"),
                    ("details", "information"),
                    ("detail's", "information's"),
                    ("details'", "information's"),
                ],
            ),
            ("because", "as", Pos::Fixed, &[("because", "as")]),
        ];
        for (original, spun, pos, expected) in table {
            let found = pairs(original, spun, *pos);
            let found: Vec<_> = found.iter().map(|(o, s)| (o.as_str(), s.as_str())).collect();
            assert_eq!(&found, expected);
        }
        let learn = pairs("learn", "study", Pos::Verb);
        assert!(learn.contains(&("learnt".into(), "studied".into())));
        assert!(learn.contains(&("learned".into(), "studied".into())));
        let be = pairs("be able to", "have the power to", Pos::Verb);
        assert!(be.contains(&("were able to".into(), "had the power to".into())));
        assert!(be.contains(&("am able to".into(), "have the power to".into())));
    }
}
