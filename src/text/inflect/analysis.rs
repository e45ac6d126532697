//! From a word in a text back to the lemmas it may be a form of.

use super::adjective::IRREGULAR as ADJECTIVES;
use super::irregular::{NOUNS, PREFIXES, VERBS};
use super::{Form, Pos, forms};

/// A word read as `form` of `lemma`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Analysis {
    pub(crate) lemma: String,
    pub(crate) pos: Pos,
    pub(crate) form: Form,
}

/// Endings and what may stand in their place in the lemma. A doubled consonant
/// before the ending is tried single as well.
const ENDINGS: &[(&str, Pos, &[&str])] = &[
    ("s", Pos::Verb, &["", "y"]),
    ("es", Pos::Verb, &[""]),
    ("ies", Pos::Verb, &["y"]),
    ("ed", Pos::Verb, &["", "e"]),
    ("ied", Pos::Verb, &["y"]),
    ("cked", Pos::Verb, &["c"]),
    ("ing", Pos::Verb, &["", "e"]),
    ("ying", Pos::Verb, &["ie"]),
    ("cking", Pos::Verb, &["c"]),
    ("s", Pos::Noun, &[""]),
    ("es", Pos::Noun, &["", "is"]),
    ("ies", Pos::Noun, &["y"]),
    ("ves", Pos::Noun, &["f", "fe"]),
    ("men", Pos::Noun, &["man"]),
    ("people", Pos::Noun, &["person"]),
    ("ren", Pos::Noun, &[""]),
    ("feet", Pos::Noun, &["foot"]),
    ("teeth", Pos::Noun, &["tooth"]),
    ("geese", Pos::Noun, &["goose"]),
    ("er", Pos::Adjective, &["", "e"]),
    ("ier", Pos::Adjective, &["y"]),
    ("est", Pos::Adjective, &["", "e"]),
    ("iest", Pos::Adjective, &["y"]),
];

/// Every reading of a word in normal form, in a fixed order.
///
/// The word itself as a base comes in each of the three word classes, since no
/// dictionary is asked: the caller keeps the lemmas it knows. Each other reading
/// is one that [`forms`] would write as `word`.
pub(crate) fn analyses(word: &str) -> Vec<Analysis> {
    let mut lemmas = vec![
        (word.to_owned(), Pos::Verb),
        (word.to_owned(), Pos::Noun),
        (word.to_owned(), Pos::Adjective),
    ];
    let singular = word
        .strip_suffix("'s")
        .or_else(|| word.strip_suffix("s'").map(|_| &word[..word.len() - 1]));
    if let Some(owner) = singular {
        lemmas.push((owner.to_owned(), Pos::Noun));
        strip(owner, &mut lemmas, |pos| pos == Pos::Noun);
    }
    strip(word, &mut lemmas, |_| true);
    lemmas.retain(|(lemma, _)| !lemma.is_empty());
    lemmas.sort();
    lemmas.dedup();
    let mut found = Vec::new();
    for (lemma, pos) in lemmas {
        for (form, written) in forms(&lemma, pos) {
            // Of the verbs *be* alone has a present of its own.
            if written == word && (form != Form::Present || lemma == "be") {
                found.push(Analysis { lemma: lemma.clone(), pos, form });
            }
        }
    }
    found
}

fn strip(word: &str, lemmas: &mut Vec<(String, Pos)>, wanted: impl Fn(Pos) -> bool) {
    for (ending, pos, others) in ENDINGS.iter().filter(|(_, pos, _)| wanted(*pos)) {
        let Some(stem) = word.strip_suffix(ending) else {
            continue;
        };
        lemmas.extend(others.iter().map(|other| (format!("{stem}{other}"), *pos)));
        let mut ends = stem.chars().rev();
        if let (Some(last), Some(before)) = (ends.next(), ends.next())
            && last == before
        {
            lemmas.push((stem[..stem.len() - last.len_utf8()].to_owned(), *pos));
        }
    }
    let has = |ways: &str, word: &str| ways.split('|').any(|way| way == word);
    if wanted(Pos::Verb) {
        if matches!(word, "am" | "are" | "is" | "was" | "were" | "been" | "being") {
            lemmas.push(("be".to_owned(), Pos::Verb));
        }
        if word == "has" {
            lemmas.push(("have".to_owned(), Pos::Verb));
        }
        let (hyphened, last) = super::spelling::hyphen(word);
        for prefix in PREFIXES.iter().chain(&[""]) {
            let Some(stem) = last.strip_prefix(prefix) else { continue };
            let rows = VERBS.iter().filter(|row| has(row.1, stem) || has(row.2, stem));
            lemmas.extend(rows.map(|row| (format!("{hyphened}{prefix}{}", row.0), Pos::Verb)));
        }
    }
    if wanted(Pos::Noun) {
        let rows = NOUNS.iter().filter(|row| has(row.1, word));
        lemmas.extend(rows.map(|row| (row.0.to_owned(), Pos::Noun)));
    }
    if wanted(Pos::Adjective) {
        let rows = ADJECTIVES.iter().filter(|row| has(row.1, word) || has(row.2, word));
        lemmas.extend(rows.map(|row| (row.0.to_owned(), Pos::Adjective)));
    }
}

/// What a pair of words says of the other forms of their lemmas: (`studied`,
/// `examined`) gives (`studies`, `examines`) and the rest. Phrases give nothing, nor
/// do two base forms, whose word class nothing tells.
pub(crate) fn kin(original: &[String], spun: &[String]) -> Vec<(String, String)> {
    let ([original], [spun]) = (original, spun) else { return Vec::new() };
    let mut found = Vec::new();
    for a in analyses(original).iter().filter(|a| a.form != Form::Base) {
        let same = |b: &&Analysis| (b.pos, b.form) == (a.pos, a.form);
        for b in analyses(spun).iter().filter(same) {
            found.extend(super::pairs(&a.lemma, &b.lemma, a.pos));
        }
    }
    found.sort_unstable();
    found.dedup();
    found.retain(|(o, s)| (o, s) != (original, spun) && o != s);
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn kin_share_their_form() {
        let kin_of = |a: &str, b: &str| kin(&[a.to_owned()], &[b.to_owned()]);
        let found = kin_of("studied", "examined");
        assert!(found.contains(&("studies".into(), "examines".into())), "{found:?}");
        assert!(!found.contains(&("studied".into(), "examined".into())));
        assert!(kin_of("study", "examine").is_empty());
        assert!(kin_of("studies", "examined").is_empty());
        let phrase = ["carried".to_owned(), "out".to_owned()];
        assert!(kin(&phrase, &["executed".to_owned()]).is_empty());
    }

    #[test]
    fn reads_by_table() {
        let table: &[(&str, &str, Pos, Form)] = &[
            ("companies", "company", Pos::Noun, Form::Plural),
            ("company's", "company", Pos::Noun, Form::Possessive),
            ("companies'", "company", Pos::Noun, Form::PluralPossessive),
            ("children's", "child", Pos::Noun, Form::PluralPossessive),
            ("analyses", "analysis", Pos::Noun, Form::Plural),
            ("knives", "knife", Pos::Noun, Form::Plural),
            ("salespeople", "salesperson", Pos::Noun, Form::Plural),
            ("stopped", "stop", Pos::Verb, Form::Past),
            ("hoping", "hope", Pos::Verb, Form::Gerund),
            ("undertaken", "undertake", Pos::Verb, Form::Participle),
            ("were", "be", Pos::Verb, Form::Past),
            ("has", "have", Pos::Verb, Form::Third),
            ("dying", "die", Pos::Verb, Form::Gerund),
            ("panicked", "panic", Pos::Verb, Form::Past),
            ("travelled", "travel", Pos::Verb, Form::Past),
            ("biggest", "big", Pos::Adjective, Form::Superlative),
            ("happier", "happy", Pos::Adjective, Form::Comparative),
            ("better", "good", Pos::Adjective, Form::Comparative),
        ];
        for (word, lemma, pos, form) in table {
            let expected = Analysis { lemma: lemma.to_string(), pos: *pos, form: *form };
            assert!(analyses(word).contains(&expected), "{word}: {:?}", analyses(word));
        }
        let wrong = Analysis { lemma: "hop".into(), pos: Pos::Verb, form: Form::Gerund };
        assert!(!analyses("hoping").contains(&wrong));
    }

    #[test]
    fn every_irregular_form_is_found_again() {
        for (lemma, ..) in VERBS {
            for (form, word) in forms(lemma, Pos::Verb) {
                let reads =
                    |a: &Analysis| a.lemma == *lemma && (a.form == form || form == Form::Present);
                assert!(analyses(&word).iter().any(reads), "{lemma} {word}");
            }
        }
        for (lemma, _) in NOUNS {
            for (form, word) in forms(lemma, Pos::Noun) {
                let reads = |a: &Analysis| a.lemma == *lemma && a.form == form;
                assert!(analyses(&word).iter().any(reads), "{lemma} {word}");
            }
        }
    }

    proptest! {
        #[test]
        fn forms_of_any_word_are_read_back(lemma in "[a-z]{2,9}", pos in 0..3) {
            // A present of *be* is no lemma.
            prop_assume!(!["am", "are", "is"].contains(&lemma.as_str()));
            let pos = [Pos::Verb, Pos::Noun, Pos::Adjective][pos as usize];
            for (form, word) in forms(&lemma, pos) {
                if form == Form::Present { continue; }
                let wanted = Analysis { lemma: lemma.clone(), pos, form };
                prop_assert!(analyses(&word).contains(&wanted), "{} {:?}", word, wanted);
            }
        }

        #[test]
        fn no_word_breaks_it(word in "\\PC{0,12}") {
            let word = word.to_lowercase();
            let word = word.trim();
            analyses(word);
            for pos in [Pos::Verb, Pos::Noun, Pos::Adjective, Pos::Fixed] {
                forms(word, pos);
            }
        }
    }
}
