//! A sentence as every reading of its document finds it: its words, and what may have stood
//! there as far as that does not depend on the document.

use super::compound::Compound;
use super::features::{Feature, Features};
use super::names::Names;
use super::place::{Found, Place};
use super::repairs::Repair;
use super::{Choice, Kind, Manner, Offer, protect};
use crate::channel::{LONGEST_PHRASE, Node};
use crate::context::Surroundings;
use crate::model::Model;
use crate::text::{Token, normalize};
use std::ops::Range;

/// Candidates that, by all but their n-grams and their document, stand this far below leaving
/// the first word alone, in nats, are not worth a look.
const HOPELESS: f32 = 12.0;

/// A sentence, read once for all that its document may turn out to be.
pub(crate) struct Sentence<'t> {
    pub(crate) text: &'t str,
    pub(crate) tokens: &'t [Token],
    /// The numbers of the spun words, the channel's nodes where phrases begin with them, and
    /// how well each fits where it stands.
    pub(super) ids: Vec<u32>,
    pub(super) nodes: Vec<Option<Node>>,
    pub(super) fits: Vec<f32>,
    /// The runs of words that the channel knows, by start, and what may have stood there.
    pub(super) runs: Vec<Run>,
    pub(super) found: Vec<Found>,
    /// Compounds that differ in a part, and what is no substitution, by start.
    pub(super) compounds: Vec<Compound>,
    pub(super) repairs: Vec<Repair>,
    /// What repairs that are names write.
    pub(super) names: Vec<String>,
}

/// A run of words for which the channel has candidates.
pub(super) struct Run {
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) node: Node,
    /// Whether a word inside the sentence is a capital.
    pub(super) capital: bool,
    pub(super) found: Range<usize>,
}

impl<'t> Sentence<'t> {
    /// Reads `tokens` of `text`, a sentence of a document that writes these `names`.
    pub(crate) fn read(
        model: &Model,
        text: &'t str,
        tokens: &'t [Token],
        names: Option<&Names>,
    ) -> Self {
        let ids = numbers(model, text, tokens);
        let around = Surroundings::read(&model.context, &ids);
        let fit = |(at, &id): (usize, &u32)| model.context.fit(&around.of(at, at + 1), id);
        let fits = ids.iter().enumerate().map(fit).collect();
        let channel = &model.channel;
        let nodes = ids.iter().map(|&id| channel.child(channel.root(), id)).collect();
        let (runs, found, compounds, repairs) = Default::default();
        let mut sentence = Self {
            text,
            tokens,
            ids,
            nodes,
            fits,
            runs,
            found,
            compounds,
            repairs,
            names: Vec::new(),
        };
        let protected = protect::protected(text, tokens);
        for start in (0..tokens.len()).filter(|&start| !protected[start]) {
            let next = tokens.get(start + 1).filter(|_| !protected[start + 1]);
            sentence.find(model, &around, start, &protected);
            sentence.find_compounds(model, &around, start);
            sentence.find_namesakes(model, &around, start, names);
            sentence.find_repairs(model, &around, start, next);
        }
        sentence
    }

    /// The numbers of the spun words.
    pub(crate) fn ids(&self) -> &[u32] {
        &self.ids
    }

    pub(crate) fn len(&self) -> usize {
        self.tokens.len()
    }

    /// True for a token that is no word.
    pub(crate) fn is_mark(&self, at: usize) -> bool {
        !self.tokens[at].of(self.text).contains(char::is_alphanumeric)
    }

    /// The name that a choice writes, if it writes one.
    pub(crate) fn name(&self, choice: &Choice) -> Option<&str> {
        match choice.kind {
            Kind::Name(number) => Some(&self.names[number as usize]),
            _ => None,
        }
    }

    /// The features of a choice in a document spun in this `manner`, but for what the language
    /// model says in context.
    pub(crate) fn features(&self, model: &Model, choice: &Choice, manner: Manner<'_>) -> Features {
        match choice.offer {
            Offer::Word => self.word(model, choice.start as usize, manner),
            Offer::Found(number) => {
                let run = self.run(number as usize);
                self.place(model, run, manner).features(&self.found[number as usize])
            }
            Offer::Compound(number) => self.compounds[number as usize].features(model, manner),
            Offer::Repair(number) => self.repairs[number as usize].features(manner),
        }
    }

    /// The score of a candidate that was found for a run of words, in a document spun in this
    /// `manner`.
    pub(super) fn judge(&self, model: &Model, number: usize, manner: Manner<'_>) -> f32 {
        let place = self.place(model, self.run(number), manner);
        place.judge(&self.found[number], f32::NEG_INFINITY).unwrap_or(f32::NEG_INFINITY)
    }

    /// A run of its words in a document spun in this `manner`.
    pub(super) fn place<'m, 'd>(
        &self,
        model: &'m Model,
        run: &Run,
        manner: Manner<'d>,
    ) -> Place<'m, 'd> {
        Place::new(model, (&self.ids[run.start..run.end], run.node), run.capital, manner)
    }

    /// The run that a candidate was found for.
    fn run(&self, found: usize) -> &Run {
        &self.runs[self.runs.partition_point(|run| run.found.end <= found)]
    }

    /// How many candidates may have stood in its runs.
    pub(crate) fn candidates(&self) -> usize {
        self.found.len()
    }

    /// Walks down the channel from a token on.
    fn find(&mut self, model: &Model, around: &Surroundings, start: usize, protected: &[bool]) {
        let channel = &model.channel;
        let mut node = self.nodes[start];
        let mut capital = false;
        let kept = model.weights.dot(&self.word(model, start, Manner::default()));
        for end in start + 1..=self.tokens.len().min(start + LONGEST_PHRASE) {
            if end > start + 1 {
                node = node.and_then(|node| channel.child(node, self.ids[end - 1]));
            }
            let Some(node) = node.filter(|_| !protected[end - 1]) else { return };
            // A name's words are capitals inside the sentence.
            let is_first = end == 1;
            let word = self.tokens[end - 1].of(self.text);
            capital |= !is_first && word.starts_with(char::is_uppercase);
            if channel.candidates(node).is_empty() {
                continue;
            }
            let around = around.of(start, end);
            let spun = (&self.ids[start..end], node);
            let place = Place::new(model, spun, capital, Manner::default());
            let from = self.found.len();
            let candidates = channel.candidates(node);
            self.found.extend(candidates.filter_map(|c| place.find(c, &around, kept - HOPELESS)));
            let found = from..self.found.len();
            if !found.is_empty() {
                self.runs.push(Run { start, end, node, capital, found });
            }
        }
    }

    /// The channel's node of a word for which it has candidates.
    fn known(&self, model: &Model, at: usize) -> Option<Node> {
        self.nodes[at].filter(|&node| !model.channel.candidates(node).is_empty())
    }

    /// The features of a word that is left alone.
    fn word(&self, model: &Model, at: usize, manner: Manner<'_>) -> Features {
        let mut features = Features::default();
        features[Feature::Context] = self.fits[at];
        let Some(node) = self.known(model, at) else { return features };
        features[Feature::Keep] = model.channel.keep(node);
        features[Feature::ContextKeep] = self.fits[at];
        if let Some(elsewhere) = &manner.elsewhere {
            let word = self.ids[at];
            features[Feature::Elsewhere] = elsewhere.gain(word, model.lm.unigram_log(word));
        }
        if let Some(topic) = manner.topic {
            features[Feature::Topic] = model.topic.fit(topic, self.ids[at]);
            features[Feature::TopicKeep] = features[Feature::Topic];
        }
        if let Some(families) = &manner.families {
            let keep = model.channel.keep_in(node, families);
            features[Feature::FamilyKeep] = keep - features[Feature::Keep];
        }
        features
    }
}

fn numbers(model: &Model, text: &str, tokens: &[Token]) -> Vec<u32> {
    let mut form = String::new();
    let number = |token: &Token| {
        form.clear();
        normalize(token.of(text), &mut form);
        model.vocabulary.id_or_unknown(&form)
    };
    tokens.iter().map(number).collect()
}
