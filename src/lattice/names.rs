//! Names that a spinner took for other words: the document writes them right elsewhere.
//!
//! *Masks* stands once where *Musk* stands ten times, *Jaccarino* where *Yaccarino* does.

use super::Kind;
use super::features::Feature;
use super::sentence::Sentence;
use crate::context::Surroundings;
use crate::model::Model;
use crate::text::case::Case;
use crate::text::distance::letters_apart;
use crate::text::vocabulary::UNKNOWN;
use crate::text::{Token, normalize};
use rayon::prelude::*;
use rustc_hash::FxHashMap;
use std::sync::Arc;

/// Shorter words have too many neighbours.
const SHORTEST: usize = 4;
/// How often a name must stand inside sentences, and against the other word.
const TIMES: u32 = 3;
/// Names of a document that others may be, the commonest.
const MOST: usize = 200;
/// Such names are rare: told in their natural size, their weights would hardly leave their place.
const LOUD: f32 = 4.0;
/// Log probability that a name of the document is granted which the language model lacks.
const UNSEEN: f32 = -11.0;

/// The rare capital words of a document, each with the names that it may be.
#[derive(Debug, Default)]
pub(crate) struct Names(FxHashMap<String, Vec<Namesake>>);

/// A name of the document.
#[derive(Clone, Debug, PartialEq)]
struct Namesake {
    name: String,
    /// How often it stands there.
    times: u32,
    /// Letters in which the other word differs.
    letters: u64,
}

/// How often a word stands in a document, and how often inside a sentence.
#[derive(Clone, Copy, Default)]
struct Count {
    all: u32,
    inside: u32,
}

impl Names {
    /// The names of each document; `sentences` stand in the order of their documents, which
    /// are numbered from 0.
    pub(crate) fn of_each(sentences: &[(usize, (&str, &[Token]))]) -> Arc<[Self]> {
        let documents: Vec<_> = sentences.chunk_by(|a, b| a.0 == b.0).collect();
        let of_document = |sentences: &&[(usize, (&str, &[Token]))]| {
            let names = Self::of(sentences.iter().map(|&(_, sentence)| sentence));
            (sentences[0].0, names)
        };
        let found: Vec<(usize, Self)> = documents.par_iter().map(of_document).collect();
        let mut names: Vec<Self> = Vec::new();
        for (document, of_document) in found {
            names.resize_with(document, Self::default);
            names.push(of_document);
        }
        names.into()
    }

    /// Reads the sentences of a document.
    fn of<'t>(sentences: impl Iterator<Item = (&'t str, &'t [Token])>) -> Self {
        let mut counts: FxHashMap<&str, Count> = FxHashMap::default();
        for (text, tokens) in sentences {
            for (at, token) in tokens.iter().enumerate() {
                let (stem, _) = stem(token.of(text));
                if is_name(stem) {
                    let count = counts.entry(stem).or_default();
                    count.all += 1;
                    count.inside += u32::from(at > 0);
                }
            }
        }
        let mut names: Vec<(&str, u32)> = Vec::new();
        names.extend(counts.iter().filter(|(_, n)| n.inside >= TIMES).map(|(w, n)| (*w, n.all)));
        names.sort_unstable_by_key(|&(word, times)| (std::cmp::Reverse(times), word));
        names.truncate(MOST);
        let mut rare = FxHashMap::default();
        for (&word, count) in &counts {
            let far_commoner = names.iter().take_while(|(_, times)| count.all * TIMES <= *times);
            let namesake = |&(name, times): &(&str, u32)| {
                let letters = letters_apart(word, name)?;
                Some(Namesake { name: name.to_owned(), times, letters })
            };
            let namesakes: Vec<Namesake> = far_commoner.filter_map(namesake).collect();
            if !namesakes.is_empty() {
                rare.insert(word.to_owned(), namesakes);
            }
        }
        Self(rare)
    }

    fn namesakes(&self, stem: &str) -> &[Namesake] {
        self.0.get(stem).map_or(&[], Vec::as_slice)
    }
}

impl Sentence<'_> {
    /// Finds the names of the document that a capital word may be.
    pub(super) fn find_namesakes(
        &mut self,
        model: &Model,
        around: &Surroundings,
        at: usize,
        names: Option<&Names>,
    ) {
        // A model that has learned nothing of names leaves them as they are.
        let learned = model.weights.of(Feature::Namesake) != 0.0;
        let Some(names) = names.filter(|names| learned && !names.0.is_empty()) else { return };
        let (stem, ending) = stem(self.tokens[at].of(self.text));
        for Namesake { name, times, letters } in names.namesakes(stem) {
            let written = format!("{name}{ending}");
            let mut form = String::new();
            normalize(&written, &mut form);
            let id = model.vocabulary.id_or_unknown(&form);
            let granted = match id {
                UNKNOWN => (UNSEEN - model.lm.unigram_log(id)).max(0.0),
                _ => 0.0,
            };
            let features = [
                (Feature::Namesake, LOUD),
                (Feature::NamesakeTimes, LOUD * (*times as f32).ln()),
                (Feature::NamesakeLetters, LOUD * (letters - 1) as f32),
                (Feature::Context, model.context.fit(&around.of(at, at + 1), id)),
                (Feature::Lm, granted),
            ];
            let kind = Kind::Name(self.names.len() as u16);
            self.names.push(written);
            self.repair(at..at + 1, kind, vec![id], &features);
        }
    }
}

/// A word without the ending of the possessive, and that ending.
fn stem(word: &str) -> (&str, &str) {
    let end = ["'s", "’s"].iter().find_map(|ending| word.strip_suffix(ending));
    word.split_at(end.map_or(word.len(), str::len))
}

/// True for a word in small letters that begins with a capital.
fn is_name(word: &str) -> bool {
    word.len() >= SHORTEST
        && word.starts_with(char::is_uppercase)
        && word.chars().all(char::is_alphabetic)
        && Case::of(word) == Case::Title
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decode::tests::MODEL;
    use crate::lattice::{Lattice, Manner};
    use crate::text::{sentences, tokenize};

    const TEXT: &str = "Then Musk spoke. They like Musk’s cars. So does Musk. Masks then left. \
                        It was Musk's mask.";

    fn names(tokens: &[Token]) -> Names {
        let parts = sentences(TEXT, tokens).into_iter();
        Names::of(parts.map(|part| (TEXT, &tokens[part])))
    }

    #[test]
    fn rare_words_find_the_names_near_them() {
        let tokens = tokenize(TEXT);
        let names = names(&tokens);
        let expected = Namesake { name: "Musk".into(), times: 4, letters: 2 };
        assert_eq!(names.namesakes("Masks"), [expected]);
        assert!(names.namesakes("Musk").is_empty() && names.namesakes("Then").is_empty());
    }

    #[test]
    fn the_name_is_a_choice_with_its_ending() {
        let tokens = tokenize(TEXT);
        let names = names(&tokens);
        let text = "all of Masks's cars";
        let tokens = tokenize(text);
        let mut lattice = Lattice::default();
        let mut written = |names| {
            let sentence = Sentence::read(&MODEL, text, &tokens, names);
            lattice.build(&MODEL, &sentence, Manner::default());
            let choices = (0..tokens.len()).flat_map(|at| lattice.starting_at(at));
            let names = choices.filter_map(|number| sentence.name(lattice.choice(number)));
            names.map(str::to_owned).collect::<Vec<_>>()
        };
        assert_eq!(written(Some(&names)), ["Musk's"]);
        assert!(written(None).is_empty());
    }
}
