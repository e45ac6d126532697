//! Words numbered in order of first appearance, and batches of text numbered in parallel.

use crate::text::{normalize, tokenize};
use rayon::prelude::*;
use rustc_hash::FxHashMap;

/// Sentences that one thread numbers at a time, fixed so that no thread count shows.
const PART: usize = 256;

/// How a sentence is cut into words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cut {
    /// Into tokens.
    Tokens,
    /// At spaces alone.
    Spaces,
}

impl Cut {
    /// Calls `word` with the normal form of every word of `text`.
    pub(crate) fn words(self, text: &str, form: &mut String, mut word: impl FnMut(&str)) {
        let mut give = |token: &str| {
            form.clear();
            normalize(token, form);
            word(form);
        };
        match self {
            Cut::Tokens => tokenize(text).iter().for_each(|token| give(token.of(text))),
            Cut::Spaces => text.split(' ').filter(|word| !word.is_empty()).for_each(give),
        }
    }
}

/// Words, numbered from 0.
#[derive(Default)]
pub(crate) struct Interner {
    numbers: FxHashMap<Box<str>, u32>,
    words: Vec<Box<str>>,
}

impl Interner {
    pub(crate) fn len(&self) -> usize {
        self.words.len()
    }

    pub(crate) fn word(&self, number: u32) -> &str {
        &self.words[number as usize]
    }

    pub(crate) fn words(&self) -> impl Iterator<Item = &str> {
        self.words.iter().map(|word| &**word)
    }

    /// The number of `word`, a new one if it has none yet.
    pub(crate) fn number(&mut self, word: &str) -> u32 {
        if let Some(&number) = self.numbers.get(word) {
            return number;
        }
        let number = self.words.len() as u32;
        self.words.push(word.into());
        self.numbers.insert(word.into(), number);
        number
    }

    /// The words of each sentence as numbers, the same as one after the other.
    pub(crate) fn sentences(&mut self, sentences: &[&str], cut: Cut) -> Vec<Vec<u32>> {
        self.take(Numbered::of(sentences, cut))
    }

    /// The sentences of `numbered` with the numbers of these words.
    pub(crate) fn take(&mut self, numbered: Numbered) -> Vec<Vec<u32>> {
        let parts = numbered.parts.into_iter().flat_map(|(words, sentences)| {
            let here: Vec<u32> = words.iter().map(|word| self.number(word)).collect();
            sentences.into_iter().map(move |mut sentence| {
                sentence.iter_mut().for_each(|number| *number = here[*number as usize]);
                sentence
            })
        });
        parts.collect()
    }
}

/// Sentences in parts, each with words and numbers of its own, so that only a part's
/// distinct words are looked up by one thread.
pub(crate) struct Numbered {
    parts: Vec<Part>,
}

/// Words, and sentences as numbers of them.
type Part = (Vec<Box<str>>, Vec<Vec<u32>>);

impl Numbered {
    pub(crate) fn of(sentences: &[&str], cut: Cut) -> Self {
        let of_part = |part: &[&str]| {
            let mut own = Interner::default();
            let mut form = String::new();
            let of_sentence = |text: &&str| {
                let mut numbers = Vec::with_capacity(text.len() / 5 + 1);
                cut.words(text, &mut form, |word| numbers.push(own.number(word)));
                numbers
            };
            let numbered = part.iter().map(of_sentence).collect();
            (own.words, numbered)
        };
        Self { parts: sentences.par_chunks(PART).map(of_part).collect() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn batches_are_numbered_as_one_after_the_other() {
        let texts: Vec<String> = (0..3 * PART).map(|i| format!("W{} the, w{}", i % 9, i)).collect();
        let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
        for (cut, first) in [(Cut::Tokens, ["w0", "the", ","]), (Cut::Spaces, ["w0", "the,", "w1"])]
        {
            let (mut whole, mut single) = (Interner::default(), Interner::default());
            let numbered = whole.sentences(&texts, cut);
            let one_by_one: Vec<Vec<u32>> =
                texts.iter().flat_map(|text| single.sentences(&[text], cut)).collect();
            assert_eq!(numbered, one_by_one);
            assert!(whole.words().eq(single.words()));
            assert_eq!(whole.words().take(3).collect::<Vec<_>>(), first);
        }
    }
}
