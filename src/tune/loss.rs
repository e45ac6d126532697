//! What a choice alone does to a sentence's distance from the original.

use crate::lattice::{Choice, Kind, Lattice, Sentence};
use crate::model::Model;
use crate::text::normalize;
use crate::text::vocabulary::UNKNOWN;
use rustc_hash::FxHashMap;
use std::ops::Range;

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

/// A spun sentence beside its original, in words.
pub(super) struct Distances<'s> {
    sentence: &'s Sentence<'s>,
    numbers: Numbers<'s>,
    original: Vec<u32>,
    spun: Vec<u32>,
    /// Distances of what stands before each spun word from what stands before each original
    /// one, and of what stands behind them.
    before: Vec<Vec<u32>>,
    after: Vec<Vec<u32>>,
}

impl<'s> Distances<'s> {
    pub(super) fn new(model: &'s Model, sentence: &'s Sentence<'s>, original: &[String]) -> Self {
        let mut numbers = Numbers { model, strangers: FxHashMap::default() };
        let original: Vec<u32> = original.iter().map(|word| numbers.of(word)).collect();
        let spun = sentence.tokens.iter().map(|token| form(token.of(sentence.text)));
        let spun: Vec<u32> = spun.map(|word| numbers.of(&word)).collect();
        let before = prefixes(&spun, &original);
        let reversed = |words: &[u32]| words.iter().rev().copied().collect::<Vec<_>>();
        let mut after = prefixes(&reversed(&spun), &reversed(&original));
        after.reverse();
        after.iter_mut().for_each(|row| row.reverse());
        Self { sentence, numbers, original, spun, before, after }
    }

    /// The distance of the untouched sentence.
    pub(super) fn untouched(&self) -> f64 {
        f64::from(self.before[self.spun.len()][self.original.len()])
    }

    /// The loss of every choice of the lattice in words: less than 0 where it mends more
    /// than it breaks.
    pub(super) fn losses(&mut self, lattice: &Lattice) -> Vec<f64> {
        let choices = 0..lattice.starting_at(lattice.len() - 1).end;
        choices.map(|number| self.loss(lattice, number)).collect()
    }

    fn loss(&mut self, lattice: &Lattice, number: u32) -> f64 {
        let choice = lattice.choice(number);
        if matches!(choice.kind, Kind::Keep | Kind::Small | Kind::Attached) {
            return 0.0;
        }
        let words = self.words(lattice, choice);
        self.with(&words, choice.span()) - self.untouched()
    }

    /// The distance of the sentence with `words` in the place of a `span` of its own.
    fn with(&self, words: &[u32], span: Range<usize>) -> f64 {
        let mut row = self.before[span.start].clone();
        for &word in words {
            row = step(&row, word, &self.original);
        }
        let whole = row.iter().zip(&self.after[span.end]).map(|(a, b)| a + b).min();
        whole.map_or(self.untouched(), f64::from)
    }

    fn words(&mut self, lattice: &Lattice, choice: &Choice) -> Vec<u32> {
        let name = self.sentence.name(choice);
        let word = |&word: &u32| match name {
            Some(name) => self.numbers.of(&form(name)),
            None if word == UNKNOWN => u32::MAX,
            None => word,
        };
        lattice.words(choice).iter().map(word).collect()
    }

    /// Whether the author wrote the words of a choice where it writes them: they bring the
    /// sentence nearer to the original, and some shortest way to it leaves them alone.
    pub(super) fn is_right(&mut self, lattice: &Lattice, number: u32) -> bool {
        let choice = lattice.choice(number);
        let (span, words) = (choice.span(), self.words(lattice, choice));
        let whole = self.with(&words, span.clone());
        let (before, after) = (&self.before[span.start], &self.after[span.end]);
        let is_there = |place: usize| {
            let end = place + words.len();
            self.original.get(place..end) == Some(&words[..])
                && f64::from(before[place] + after[end]) == whole
        };
        whole < self.untouched() && (0..=self.original.len()).any(is_there)
    }

    /// Whether the author wrote the spun word where it stands: some shortest way from the one
    /// sentence to the other leaves it alone.
    pub(super) fn stands(&self, at: usize) -> bool {
        let places = self.original.iter().enumerate().filter(|(_, word)| **word == self.spun[at]);
        places.into_iter().any(|(place, _)| {
            let around = self.before[at][place] + self.after[at + 1][place + 1];
            f64::from(around) == self.untouched()
        })
    }
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
    use crate::decode::tests::MODEL;
    use crate::lattice::Manner;
    use crate::text::token::{tokenize, words};

    #[test]
    fn what_is_right_by_hand() {
        let table: [(&str, &str, &[&str]); 6] = [
            (
                "It was one of the costs.",
                "It was one of of the costs.",
                &["of of > of", "of the > the"],
            ),
            ("It was one of the costs.", "It was one of the costs.", &[]),
            (
                "According to the report.",
                "In keeping with the report.",
                &["In > according", "keeping with > to"],
            ),
            (
                "But customers did not want it.",
                "However clients did not need it.",
                &["However > but", "clients > customers", "need > want"],
            ),
            ("It met the need of it.", "It met theneed of it.", &["theneed > the need"]),
            ("It met the wants of it.", "It met theneed of it.", &[]),
        ];
        for (original, spun, expected) in table {
            let tokens = tokenize(spun);
            let sentence = Sentence::read(&MODEL, spun, &tokens, None);
            let mut lattice = Lattice::default();
            lattice.build(&MODEL, &sentence, Manner::default());
            let mut distances = Distances::new(&MODEL, &sentence, &words(original));
            let mut right = Vec::new();
            for number in 0..lattice.choices().len() as u32 {
                let choice = lattice.choice(number);
                if choice.kind != Kind::Keep && distances.is_right(&lattice, number) {
                    let tokens = &tokens[choice.span()];
                    let from: Vec<&str> = tokens.iter().map(|token| token.of(spun)).collect();
                    let ids = lattice.words(choice).iter();
                    let to: Vec<_> = ids.map(|&id| MODEL.vocabulary.word(id).to_string()).collect();
                    right.push(format!("{} > {}", from.join(" "), to.join(" ")));
                }
            }
            right.sort();
            right.dedup();
            assert_eq!(right, expected, "{spun}");
        }
    }

    #[test]
    fn distances_by_hand() {
        let rows = prefixes(&[3, 4, 5], &[3, 9, 9, 5]);
        assert_eq!(rows[0], [0, 1, 2, 3, 4]);
        assert_eq!(rows[1], [1, 0, 1, 2, 3]);
        assert_eq!(rows[3][4], 2);
    }
}
