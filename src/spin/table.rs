//! Phrases of an engine, ready for a longest-match walk over a text.

use super::habits::{CONTRACTIONS, NUMBERS, is_function_word};
use super::lexicon::Entry;
use crate::text::token;
use rustc_hash::FxHashMap;
use std::ops::Range;

/// What sort of a thing a phrase is, which decides how readily it is spun.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Holds a word of content.
    Content,
    /// Function words alone.
    Function,
    /// A full form that may be contracted.
    Full,
    /// A contraction that may be written out.
    Contraction,
    /// A small number.
    Number,
}

/// A phrase that the engine knows and what it writes for it.
#[derive(Clone, Debug)]
pub(super) struct Phrase {
    pub(super) kind: Kind,
    /// Tokens that a choice changes, on average by weight.
    pub(super) changed: f64,
    choices: Range<usize>,
}

/// Words as they are put into a text, with the weights up to theirs.
#[derive(Clone, Debug)]
struct Choice {
    words: Vec<Box<str>>,
    until: f64,
}

/// A trie of phrases over word numbers.
#[derive(Clone, Debug, Default)]
pub(super) struct Table {
    /// (node, word) to the next node; 0 is the root.
    steps: FxHashMap<(u32, u32), u32>,
    /// By node less one.
    phrases: Vec<Option<Phrase>>,
    choices: Vec<Choice>,
}

/// Numbers of words, shared by the tables of all engines.
pub(super) type Words = FxHashMap<Box<str>, u32>;

/// No word of the tables has this number.
pub(super) const UNKNOWN: u32 = u32::MAX;

/// The number of a word in normal form.
pub(super) fn number(words: &Words, word: &str) -> u32 {
    words.get(word).copied().unwrap_or(UNKNOWN)
}

impl Table {
    /// Builds a table from entries sorted by original; habits stand in only where
    /// the entries have no such original. A choice longer than its original has
    /// its weight times `wordiness`.
    pub(super) fn new(entries: &[Entry], wordiness: f64, words: &mut Words) -> Self {
        let mut table = Self::default();
        for group in entries.chunk_by(|a, b| a.original == b.original) {
            let content = group[0].original.iter().any(|word| !is_function_word(word));
            let kind = if content { Kind::Content } else { Kind::Function };
            table.insert(kind, group, wordiness, words);
        }
        for (kind, mut habits) in habits() {
            habits.sort_by(|a, b| a.original.cmp(&b.original));
            for group in habits.chunk_by(|a, b| a.original == b.original) {
                table.insert(kind, group, 1.0, words);
            }
        }
        table
    }

    fn insert(&mut self, kind: Kind, group: &[Entry], wordiness: f64, words: &mut Words) {
        let mut node = 0;
        for word in &group[0].original {
            let fresh = words.len() as u32;
            let word = *words.entry(word.as_str().into()).or_insert(fresh);
            let next = self.phrases.len() as u32 + 1;
            node = *self.steps.entry((node, word)).or_insert(next);
            if node == next {
                self.phrases.push(None);
            }
        }
        let Some(slot) = (node as usize).checked_sub(1) else { return };
        if self.phrases[slot].is_some() {
            return;
        }
        let start = self.choices.len();
        let (mut until, mut changed) = (0.0, 0.0);
        for entry in group {
            let longer = entry.spun.len() > entry.original.len();
            let weight = f64::from(entry.weight) * if longer { wordiness } else { 1.0 };
            until += weight;
            changed += weight * changed_tokens(&entry.original, &entry.spun) as f64;
            self.choices.push(Choice { words: surface(&entry.spun), until });
        }
        changed /= until.max(f64::MIN_POSITIVE);
        self.phrases[slot] = Some(Phrase { kind, changed, choices: start..self.choices.len() });
    }

    /// The longest phrase at the start of `words`: its length, number and itself.
    pub(super) fn longest(&self, words: &[u32]) -> Option<(usize, u32, &Phrase)> {
        let mut node = 0;
        let mut found = None;
        for (i, word) in words.iter().enumerate() {
            match self.steps.get(&(node, *word)) {
                Some(next) => node = *next,
                None => break,
            }
            if let Some(phrase) = &self.phrases[node as usize - 1] {
                found = Some((i + 1, node, phrase));
            }
        }
        found
    }

    /// What is written for `phrase` at `draw` (0 to 1) of its choices by weight.
    pub(super) fn choose(&self, phrase: &Phrase, draw: f64) -> &[Box<str>] {
        let choices = &self.choices[phrase.choices.clone()];
        let total = choices.last().map_or(0.0, |choice| choice.until);
        let at = choices.partition_point(|choice| choice.until <= draw * total);
        &choices[at.min(choices.len() - 1)].words
    }

    /// Like [`Table::choose`] among the choices of one word; there may be none.
    pub(super) fn choose_word(&self, phrase: &Phrase, draw: f64) -> Option<&str> {
        let choices = &self.choices[phrase.choices.clone()];
        let single: Vec<&Choice> = choices.iter().filter(|c| c.words.len() == 1).collect();
        let at = (draw * single.len() as f64) as usize;
        single.get(at).map(|choice| &*choice.words[0])
    }
}

/// Tokens of the original that do not stand at the same end of the spun phrase.
fn changed_tokens(original: &[String], spun: &[String]) -> usize {
    let front = original.iter().zip(spun).take_while(|(a, b)| a == b).count();
    let (original, spun) = (&original[front..], &spun[front..]);
    let back = original.iter().rev().zip(spun.iter().rev()).take_while(|(a, b)| a == b).count();
    original.len() - back
}

/// Words to be put a space apart: a mark joins the word it belongs to.
fn surface(tokens: &[String]) -> Vec<Box<str>> {
    let mut words: Vec<String> = Vec::with_capacity(tokens.len());
    for token in tokens {
        let mark = !token.starts_with(token::is_word);
        match words.last_mut() {
            Some(word) if (mark && token != "$" && token != "-") || word == "$" => {
                word.push_str(token);
            }
            _ => words.push(token.clone()),
        }
    }
    words.into_iter().map(String::into_boxed_str).collect()
}

fn habits() -> [(Kind, Vec<Entry>); 3] {
    let entry = |original: &str, spun: &str, weight: u8| Entry {
        original: token::words(original),
        spun: token::words(spun),
        weight: f32::from(weight),
    };
    let contract = CONTRACTIONS.iter().map(|(full, short, _)| entry(full, short, 1));
    let expand = CONTRACTIONS.iter().map(|(full, short, weight)| entry(short, full, *weight));
    let numbers = NUMBERS.iter().enumerate().flat_map(|(i, name)| {
        let digits = (i + 1).to_string();
        [entry(&digits, name, 1), entry(name, &digits, 1)]
    });
    [
        (Kind::Full, contract.collect()),
        (Kind::Contraction, expand.collect()),
        (Kind::Number, numbers.collect()),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spin::Lexicon;

    #[test]
    fn walks_the_longest_phrase() {
        let text = "in\t-\twithin\nin the\t-\twithin the*3\nin the end of\t-\tlastly\nx\t-\tsq.|$5";
        let lexicon = Lexicon::parse(&[("a", text)]).unwrap();
        let mut words = Words::default();
        let table = Table::new(&lexicon.families[0].entries, 1.0, &mut words);
        let walk = |text: &str| {
            let ids: Vec<u32> = text.split(' ').map(|word| number(&words, word)).collect();
            let (length, _, phrase) = table.longest(&ids)?;
            Some((length, phrase.kind, table.choose(phrase, 0.0).join(" ")))
        };
        let table = [
            ("in the end", Some((2, Kind::Function, "within the"))),
            ("in the end of", Some((4, Kind::Content, "lastly"))),
            ("in a", Some((1, Kind::Function, "within"))),
            ("end", None),
            ("do not", Some((2, Kind::Full, "don't"))),
            ("4 of", Some((1, Kind::Number, "four"))),
            ("x", Some((1, Kind::Content, "$5"))),
        ];
        for (text, expected) in table {
            let expected =
                expected.map(|(length, kind, to): (_, _, &str)| (length, kind, to.into()));
            assert_eq!(walk(text), expected, "{text}");
        }
    }

    #[test]
    fn chooses_by_weight() {
        let lexicon = Lexicon::parse(&[("a", "x\t-\tb*1|c c*3")]).unwrap();
        let mut words = Words::default();
        let table = Table::new(&lexicon.families[0].entries, 1.0, &mut words);
        let (.., phrase) = table.longest(&[words["x"]]).unwrap();
        for (draw, expected) in [(0.0, "b"), (0.24, "b"), (0.26, "c c"), (0.99, "c c")] {
            assert_eq!(table.choose(phrase, draw).join(" "), expected);
        }
        assert_eq!(table.choose_word(phrase, 0.9), Some("b"));
    }

    #[test]
    fn counts_changed_tokens() {
        for (original, spun, expected) in [
            ("in the", "within the", 1),
            ("less", "much less", 0),
            ("a b c", "a x c", 1),
            ("a a", "a", 1),
            ("according to", "based on", 2),
        ] {
            let (original, spun) = (token::words(original), token::words(spun));
            assert_eq!(changed_tokens(&original, &spun), expected);
        }
    }
}
