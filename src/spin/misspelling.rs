//! Names written with other letters, *Jaccarino* for *Yaccarino*, or taken for another word,
//! *Masks* for *Musk*.

use super::draws::Draws;
use super::plan::Plan;
use super::table::Words;
use crate::text::case::Case;
use crate::text::distance::letters_apart;
use crate::text::name::is_name;
use std::collections::BTreeMap;

/// A name must stand in the document twice, so that it can be told; one that stands less often
/// than this is misspelt more seldom.
const OFTEN: usize = 4;
const SELDOM: f64 = 0.3;
/// How often a second letter changes, too.
const TWICE: f64 = 0.4;
/// How often a name is taken for another word, if there is one like it.
const TAKEN: f64 = 0.5;
/// Letters that are taken for each other.
const ALIKE: &[&str] = &["aeiou", "yj", "kc", "fv", "sz", "td", "bp", "mn", "lr"];

/// A token of a sentence that is written otherwise, and how.
pub(super) struct Slip {
    pub(super) sentence: usize,
    pub(super) token: usize,
    pub(super) text: String,
}

/// A `share` of the names that stand often enough in a document, each somewhere taken for one of
/// these `words` or written with another letter or two.
pub(super) fn slips(plans: &[Plan], share: f64, words: &Words, draws: &mut Draws) -> Vec<Slip> {
    let mut places: BTreeMap<&str, Vec<(usize, usize)>> = BTreeMap::new();
    for (sentence, plan) in plans.iter().enumerate() {
        for (token, _) in plan.names.iter().enumerate().filter(|(_, is_name)| **is_name) {
            let name = plan.tokens[token].of(plan.text);
            if is_name(name) {
                places.entry(name).or_default().push((sentence, token));
            }
        }
    }
    let share = |times: usize| match times {
        0..2 => 0.0,
        2..OFTEN => SELDOM * share,
        _ => share,
    };
    places.retain(|_, places| draws.chance(share(places.len())));
    let mut slip = |(name, places): (&str, Vec<(usize, usize)>)| {
        let (sentence, token) = places[draws.below(places.len())?];
        let word = if draws.chance(TAKEN) { mistaken(name, words, draws) } else { None };
        let text = word.unwrap_or_else(|| {
            let text = misspelt(name, draws);
            if draws.chance(TWICE) { misspelt(&text, draws) } else { text }
        });
        (text != name).then_some(Slip { sentence, token, text })
    };
    places.into_iter().filter_map(&mut slip).collect()
}

/// One of these words that a name may be taken for, written as a name is.
fn mistaken(name: &str, words: &Words, draws: &mut Draws) -> Option<String> {
    let name = name.to_lowercase();
    let words = words.keys().map(|word| &**word);
    let mut like: Vec<&str> = words.filter(|word| letters_apart(word, &name).is_some()).collect();
    // A hash map has no order of its own.
    like.sort_unstable();
    let at = draws.below(like.len())?;
    let mut written = String::new();
    Case::Title.apply(like[at], &mut written);
    Some(written)
}

/// A name with one letter taken for another that is like it, or with an `s` too many or too
/// few at its end.
fn misspelt(name: &str, draws: &mut Draws) -> String {
    let mut letters: Vec<char> = name.chars().collect();
    let at = draws.below(letters.len() + 1).unwrap_or_default();
    match letters.get(at).copied() {
        Some(letter) => {
            let small = letter.to_ascii_lowercase();
            let Some(alike) = ALIKE.iter().find(|alike| alike.contains(small)) else {
                return name.to_owned();
            };
            let others: Vec<char> = alike.chars().filter(|other| *other != small).collect();
            let other = others[draws.below(others.len()).unwrap_or_default()];
            letters[at] = if letter.is_uppercase() { other.to_ascii_uppercase() } else { other };
        }
        None if letters.ends_with(&['s']) => drop(letters.pop()),
        None => letters.push('s'),
    }
    letters.into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::distance::distance;

    #[test]
    fn other_words_by_hand() {
        let words = ["mask", "masks", "musks", "husk", "must", "cars"];
        let words: Words = words.iter().zip(0..).map(|(&word, at)| (word.into(), at)).collect();
        let mut draws = Draws::new(1, 1);
        let taken = (0..99).filter_map(|_| mistaken("Musk", &words, &mut draws));
        let mut taken: Vec<String> = taken.collect();
        taken.sort();
        taken.dedup();
        assert_eq!(taken, ["Husk", "Mask", "Masks", "Must"]);
        assert_eq!(mistaken("Tesla", &words, &mut draws), None);
    }

    #[test]
    fn a_letter_differs_at_most() {
        let mut draws = Draws::new(1, 1);
        let letters = |word: &str| word.chars().map(u32::from).collect::<Vec<_>>();
        let mut forms: Vec<String> = (0..300).map(|_| misspelt("Musk", &mut draws)).collect();
        assert!(forms.iter().all(|form| distance(&letters(form), &letters("Musk")) <= 1));
        forms.sort();
        forms.dedup();
        for form in ["Mask", "Musks", "Musc", "Nusk"] {
            assert!(forms.iter().any(|found| found == form), "{form} in {forms:?}");
        }
    }
}
