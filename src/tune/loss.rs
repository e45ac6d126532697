//! What a choice alone does to a sentence's distance from the original.

use crate::lattice::{Kind, Lattice};
use crate::model::Model;
use crate::text::vocabulary::UNKNOWN;
use crate::text::{Token, normalize};
use rustc_hash::FxHashMap;

/// Numbers for words that the vocabulary does not hold start here.
const FIRST_STRANGER: u32 = 1 << 31;

/// Numbers words, the unknown ones too.
struct Numbers<'m> {
    model: &'m Model,
    strangers: FxHashMap<String, u32>,
}

impl Numbers<'_> {
    fn of(&mut self, word: &str) -> u32 {
        let next = FIRST_STRANGER + self.strangers.len() as u32;
        match self.model.vocabulary.id(word) {
            Some(id) => id,
            None => *self.strangers.entry(word.to_string()).or_insert(next),
        }
    }
}

/// The loss of every choice of the lattice in words (less than 0 where it mends
/// more than it breaks), and the distance of the untouched sentence.
pub(super) fn losses(
    model: &Model,
    lattice: &Lattice,
    text: &str,
    tokens: &[Token],
    original: &[String],
) -> (Vec<f64>, f64) {
    let mut numbers = Numbers { model, strangers: FxHashMap::default() };
    let original: Vec<u32> = original.iter().map(|word| numbers.of(word)).collect();
    let spun: Vec<u32> = tokens.iter().map(|token| numbers.of(&form(token.of(text)))).collect();
    let before = prefixes(&spun, &original);
    let reversed = |words: &[u32]| words.iter().rev().copied().collect::<Vec<_>>();
    let mut after = prefixes(&reversed(&spun), &reversed(&original));
    after.reverse();
    after.iter_mut().for_each(|row| row.reverse());
    let untouched = before[spun.len()][original.len()];
    let choices = 0..lattice.starting_at(lattice.len() - 1).end;
    let mut loss = |number: u32| {
        let choice = lattice.choice(number);
        if matches!(choice.kind, Kind::Keep | Kind::Small) {
            return 0.0;
        }
        let span = choice.span();
        let mut row = before[span.start].clone();
        for &word in lattice.words(choice) {
            let word = match lattice.name(choice) {
                Some(name) => numbers.of(&form(name)),
                None if word == UNKNOWN => u32::MAX,
                None => word,
            };
            row = step(&row, word, &original);
        }
        let whole = row.iter().zip(&after[span.end]).map(|(a, b)| a + b).min();
        f64::from(whole.unwrap_or(untouched)) - f64::from(untouched)
    };
    (choices.map(&mut loss).collect(), f64::from(untouched))
}

fn form(word: &str) -> String {
    let mut form = String::new();
    normalize(word, &mut form);
    form
}

/// Levenshtein distances of every prefix of `words` to every prefix of `original`.
fn prefixes(words: &[u32], original: &[u32]) -> Vec<Vec<u32>> {
    let mut rows = vec![(0..=original.len() as u32).collect::<Vec<_>>()];
    for &word in words {
        rows.push(step(&rows[rows.len() - 1], word, original));
    }
    rows
}

/// One more row: the distances after one more word.
fn step(row: &[u32], word: u32, original: &[u32]) -> Vec<u32> {
    let mut next = Vec::with_capacity(row.len());
    next.push(row[0] + 1);
    for (at, &other) in original.iter().enumerate() {
        let substituted = row[at] + u32::from(other != word);
        next.push(substituted.min(row[at + 1] + 1).min(next[at] + 1));
    }
    next
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances_by_hand() {
        let rows = prefixes(&[3, 4, 5], &[3, 9, 9, 5]);
        assert_eq!(rows[0], [0, 1, 2, 3, 4]);
        assert_eq!(rows[1], [1, 0, 1, 2, 3]);
        assert_eq!(rows[3][4], 2);
    }
}
