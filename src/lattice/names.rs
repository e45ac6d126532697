//! Names that a spinner took for other words: the document writes them right elsewhere.
//!
//! *Masks* stands once where *Musk* stands ten times, *Jaccarino* where *Yaccarino* does.

use super::Kind;
use super::features::Feature;
use super::sentence::Sentence;
use crate::context::Surroundings;
use crate::model::Model;
use crate::text::distance::letters_apart;
use crate::text::name::{is_name, stem};
use crate::text::vocabulary::UNKNOWN;
use crate::text::{Token, normalize};
use rayon::prelude::*;
use rustc_hash::FxHashMap;
use std::cmp::Reverse;
use std::sync::Arc;

/// How often a name must stand inside sentences, and against the other word, unless it is known
/// and the other word is not.
const TIMES: u32 = 3;
/// Names of a document that others may be, the commonest.
const MOST: usize = 400;
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
    /// 1 if the name is known and the other word is not, -1 the other way round.
    known: i8,
}

/// How often a word stands in a document, and how often inside a sentence.
#[derive(Clone, Copy, Default)]
struct Count {
    all: u32,
    inside: u32,
}

/// A capital word of a document.
struct Name<'t> {
    word: &'t str,
    count: Count,
    /// Whether the vocabulary or the training text has it; nothing for a model that keeps no
    /// names of the text.
    known: Option<bool>,
}

impl<'t> Name<'t> {
    fn new(model: &Model, word: &'t str, count: Count) -> Self {
        let mut form = String::new();
        normalize(word, &mut form);
        let is_known = || model.vocabulary.id(&form).is_some() || model.names.holds(&form);
        let known = (!model.names.is_empty()).then(is_known);
        Self { word, count, known }
    }

    /// Whether anything says that it is a name.
    fn is_told(&self) -> bool {
        self.count.inside >= TIMES || self.known == Some(true)
    }

    /// Whether it is by far the commoner, or at least as common and alone in being known.
    fn is_likelier_than(&self, other: &Self) -> bool {
        let far_commoner = self.count.inside >= TIMES && self.count.all >= TIMES * other.count.all;
        far_commoner || self.known > other.known && self.count.all >= other.count.all
    }

    /// This name as what `other` may be.
    fn namesake(&self, other: &Self) -> Option<Namesake> {
        let letters = letters_apart(other.word, self.word)?;
        let known = |name: &Self| i8::from(name.known == Some(true));
        let known = known(self) - known(other);
        Some(Namesake { name: self.word.to_owned(), times: self.count.all, letters, known })
    }
}

impl Names {
    /// The names of each document; `sentences` stand in the order of their documents, which
    /// are numbered from 0.
    pub(crate) fn of_each(model: &Model, sentences: &[(usize, (&str, &[Token]))]) -> Arc<[Self]> {
        let documents: Vec<_> = sentences.chunk_by(|a, b| a.0 == b.0).collect();
        let of_document = |sentences: &&[(usize, (&str, &[Token]))]| {
            let names = Self::of(model, sentences.iter().map(|&(_, sentence)| sentence));
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
    fn of<'t>(model: &Model, sentences: impl Iterator<Item = (&'t str, &'t [Token])>) -> Self {
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
        let mut names: Vec<Name<'_>> = Vec::new();
        names.extend(counts.iter().map(|(word, &count)| Name::new(model, word, count)));
        names.sort_unstable_by_key(|name| (Reverse(name.count.all), name.word));
        let mut told: Vec<&Name<'_>> = names.iter().filter(|name| name.is_told()).collect();
        told.truncate(MOST);
        let mut rare = FxHashMap::default();
        for other in &names {
            let likelier = told.iter().filter(|name| name.is_likelier_than(other));
            let namesakes = likelier.filter_map(|name| name.namesake(other));
            let namesakes: Vec<Namesake> = namesakes.collect();
            if !namesakes.is_empty() {
                rare.insert(other.word.to_owned(), namesakes);
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
        for Namesake { name, times, letters, known } in names.namesakes(stem) {
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
                (Feature::NamesakeKnown, LOUD * f32::from(*known)),
                (Feature::Context, model.context.fit(&around.of(at, at + 1), id)),
                (Feature::Lm, granted),
            ];
            let kind = Kind::Name(self.names.len() as u16);
            self.names.push(written);
            self.repair(at..at + 1, kind, vec![id], &features);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decode::tests::MODEL;
    use crate::lattice::{Lattice, Manner};
    use crate::names::KnownNames;
    use crate::text::{sentences, tokenize};

    const TEXT: &str = "Then Musk spoke. They like Musk’s cars. So does Musk. Masks then left. \
                        It was Musk's mask.";

    fn names_of(model: &Model, text: &str, tokens: &[Token]) -> Names {
        let parts = sentences(text, tokens).into_iter();
        Names::of(model, parts.map(|part| (text, &tokens[part])))
    }

    fn names(tokens: &[Token]) -> Names {
        names_of(&MODEL, TEXT, tokens)
    }

    #[test]
    fn a_known_name_needs_no_numbers() {
        let text = "At first Yaccarino spoke. Then Jaccarino left, and so did Hansen and Hanson.";
        let tokens = tokenize(text);
        let known = |names: &[&str]| Model { names: KnownNames::new(names), ..MODEL.clone() };
        let found = |model: &Model| {
            let names = names_of(model, text, &tokens).0.into_iter();
            let mut found: Vec<_> = names.map(|(word, of)| (word, of[0].name.clone())).collect();
            found.sort();
            found
        };
        let namesake = [("Jaccarino".to_string(), "Yaccarino".to_string())];
        assert_eq!(found(&known(&["yaccarino", "hansen", "hanson"])), namesake);
        assert_eq!(found(&known(&["yaccarino", "jaccarino", "hansen", "hanson"])), []);
        // A model that knows no names of its text cannot tell.
        assert_eq!(found(&Model { names: KnownNames::default(), ..MODEL.clone() }), []);
    }

    #[test]
    fn rare_words_find_the_names_near_them() {
        let tokens = tokenize(TEXT);
        let names = names(&tokens);
        let expected = Namesake { name: "Musk".into(), times: 4, letters: 2, known: 0 };
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
