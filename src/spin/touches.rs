//! What is done to a sentence apart from substitutions: case, articles, damage.

use super::draws::Draws;
use super::habits;
use super::names::is_i;
use super::plan::Plan;
use super::sentence::Piece;
use crate::text::case::{Case, recase};
use crate::text::doubles::is_said_twice;

/// Share of the ends of names, taken for ends of links, that lose their space.
const LOST_SPACES: f64 = 0.15;
/// Share of `a` that damage turns into `A`.
const STRAY_CAPITALS: f64 = 0.1;
/// Share of the words left alone that damage writes twice.
const DOUBLED: f64 = 0.004;

/// The words in the case of the tokens they stand for.
pub(super) fn written(under: &[&str], words: &[&str], first: bool, shouted: bool) -> String {
    // The capitals of `I` and of acronyms are their own.
    let own = |word: &str| is_i(word) || (!shouted && Case::of(word) == Case::Upper);
    let lowered: Vec<String> = under
        .iter()
        .enumerate()
        .map(|(i, word)| match own(word) && !(first && i == 0) {
            true => word.to_lowercase(),
            false => (*word).to_owned(),
        })
        .collect();
    let under: Vec<&str> = lowered.iter().map(String::as_str).collect();
    let mut text = String::new();
    if under.iter().all(|word| Case::of(word) == Case::Lower) {
        text = words.join(" ");
    } else {
        recase(&under, words, &mut text);
    }
    // Wherever it comes to stand, the first person keeps its capital.
    let mut from = 0;
    while let Some(at) = text[from..].find('i').map(|at| from + at) {
        let alone = !text[..at].ends_with(|c: char| c != ' ');
        let ends = text[at + 1..].chars().next().is_none_or(|c| c == ' ' || c == '\'');
        if alone && ends {
            text.replace_range(at..=at, "I");
        }
        from = at + 1;
    }
    text
}

/// Puts `a` and `an` right before words that were substituted.
pub(super) fn put_articles_right(pieces: &mut [Piece], surfaces: &[&str]) {
    for i in 1..pieces.len() {
        let article = surfaces[pieces[i - 1].tokens.start];
        let Some(after) = pieces[i].text.as_deref().filter(|_| pieces[i - 1].text.is_none()) else {
            continue;
        };
        let takes_a = habits::takes_a(&after.to_lowercase());
        let right = match article {
            "an" if takes_a => "a",
            "An" if takes_a => "A",
            "a" if !takes_a => "an",
            "A" if !takes_a => "An",
            _ => continue,
        };
        pieces[i - 1].text = Some(right.to_owned());
    }
}

/// Loses spaces at the ends of names, capitalises an `a` and writes a word twice here and there.
pub(super) fn damage(pieces: &mut [Piece], plan: &Plan, surfaces: &[&str], draws: &mut Draws) {
    for i in 0..pieces.len().saturating_sub(1) {
        let (last, next) = (pieces[i].tokens.end - 1, pieces[i + 1].tokens.start);
        let between = &plan.text[plan.tokens[last].end..plan.tokens[next].start];
        let lettered = |word: &str| word.chars().all(char::is_alphabetic);
        let link_ends = plan.names[last] && !plan.names[next];
        if link_ends && between == " " && lettered(surfaces[last]) && lettered(surfaces[next]) {
            pieces[i].glued = draws.chance(LOST_SPACES);
        }
        if surfaces[last] == "a" && pieces[i].text.is_none() && draws.chance(STRAY_CAPITALS) {
            pieces[i].text = Some("A".to_owned());
        }
        let single = pieces[i].tokens.len() == 1 && pieces[i].text.is_none();
        let word = surfaces[last];
        let doubles = single && i > 0 && lettered(word) && draws.chance(DOUBLED);
        if doubles && !is_said_twice(&word.to_lowercase()) {
            pieces[i].text = Some(format!("{word} {word}"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn case_by_table() {
        let table = [
            ("by the", "with the aid of the", "with the aid of the"),
            ("Because", "as a result of", "As a result of"),
            ("Best Buy", "finest purchase", "Finest Purchase"),
            ("but I", "however i", "however I"),
            ("I am", "i'm", "I'm"),
            ("I", "we", "we"),
            ("AI", "synthetic intelligence", "synthetic intelligence"),
        ];
        for (under, words, expected) in table {
            let (under, words): (Vec<_>, Vec<_>) =
                (under.split(' ').collect(), words.split(' ').collect());
            assert_eq!(written(&under, &words, false, false), expected);
        }
        assert_eq!(written(&["BIG"], &["large"], false, true), "LARGE");
        assert_eq!(written(&["I"], &["we"], true, false), "We");
    }
}
