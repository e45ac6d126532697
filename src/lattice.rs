//! The restoration options of one sentence: a lattice over its tokens.
//!
//! Every option covers a run of tokens and offers words for it. Leaving a token
//! alone is an option like any other; the rest come from the channel model, from
//! damage that spinners do at links, and from the article before a vowel.

mod compound;
pub(crate) mod elsewhere;
pub(crate) mod features;
pub(crate) mod names;
mod place;
mod protect;
mod repairs;

use crate::channel::{ByFamily, LONGEST_PHRASE};
use crate::context::Surroundings;
use crate::model::Model;
use crate::text::{Token, normalize};
use elsewhere::Elsewhere;
use features::{Feature, Features, Weights};
use names::Names;
use place::Place;
use std::ops::Range;

/// Candidates that, by all but their context's n-grams, stand this far below leaving the
/// first word alone, in nats, are not worth a look.
const HOPELESS: f32 = 8.0;

/// What an option does to the tokens that it covers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Leaves the token as it stands.
    Keep,
    /// Puts a candidate of the channel in its place.
    Restore,
    /// Puts a space into a glued token, before this byte of it.
    Split(u16),
    /// Writes the other form of `a` and `an`.
    Article,
    /// Takes away a stray capital.
    Small,
    /// Writes a word once that stands twice.
    Doubled,
    /// Writes a name of the document, by its number in the lattice.
    Name(u16),
}

/// How the document that a sentence belongs to is spun.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Manner<'d> {
    /// Log of the share of its words that seems changed, over what is usual.
    pub(crate) rate: f32,
    /// Log of the share of what seems changed that was seen in really spun sentences, over
    /// what is usual.
    pub(crate) real: f32,
    /// How likely each engine family is to have spun it, if something is known.
    pub(crate) families: Option<ByFamily>,
    /// The words of its other sentences, if they are known.
    pub(crate) elsewhere: Option<Elsewhere<'d>>,
    /// The names that it writes, if they are known.
    pub(crate) names: Option<&'d Names>,
}

/// One way to read the tokens from its start to `end`.
#[derive(Clone, Debug)]
pub(crate) struct Choice {
    pub(crate) start: u16,
    pub(crate) end: u16,
    pub(crate) kind: Kind,
    /// Weighted sum of the features, the language model apart.
    pub(crate) score: f32,
    /// The candidate of the channel that it puts there, if it is one.
    pub(crate) candidate: u32,
    words: (u32, u32),
}

impl Choice {
    /// The tokens that it covers.
    pub(crate) fn span(&self) -> Range<usize> {
        self.start as usize..self.end as usize
    }
}

/// Options of a sentence, by start; buffers are reused from one to the next.
#[derive(Default)]
pub(crate) struct Lattice {
    choices: Vec<Choice>,
    features: Vec<Features>,
    /// First choice that starts at each token, and their number.
    starts: Vec<u32>,
    words: Vec<u32>,
    ids: Vec<u32>,
    protected: Vec<bool>,
    surroundings: Surroundings,
    /// What the choices of names write.
    names: Vec<String>,
    form: String,
}

impl Lattice {
    /// Fills the lattice with the options for `tokens` of `text`, a sentence of a
    /// document spun in this `manner`.
    pub(crate) fn build(
        &mut self,
        model: &Model,
        text: &str,
        tokens: &[Token],
        manner: Manner<'_>,
    ) {
        self.choices.clear();
        self.features.clear();
        self.starts.clear();
        self.words.clear();
        self.names.clear();
        self.number(model, text, tokens);
        protect::protected(text, tokens, &mut self.protected);
        self.surroundings.read(&model.context, &self.ids);
        for start in 0..tokens.len() {
            self.starts.push(self.choices.len() as u32);
            self.keep(model, start, manner);
            if !self.protected[start] {
                self.restore(model, text, tokens, start, manner);
                self.compounds(model, text, tokens, start, manner);
                self.namesakes(model, text, tokens, start, manner);
                self.repair(model, text, tokens, start);
            }
        }
        self.starts.push(self.choices.len() as u32);
    }

    /// Tokens in the sentence.
    pub(crate) fn len(&self) -> usize {
        self.ids.len()
    }

    /// Numbers of the choices that start at a token.
    #[inline]
    pub(crate) fn starting_at(&self, token: usize) -> Range<u32> {
        self.starts[token]..self.starts[token + 1]
    }

    #[inline]
    pub(crate) fn choice(&self, number: u32) -> &Choice {
        &self.choices[number as usize]
    }

    /// The words that a choice writes.
    #[inline]
    pub(crate) fn words(&self, choice: &Choice) -> &[u32] {
        &self.words[choice.words.0 as usize..choice.words.1 as usize]
    }

    /// The name that a choice writes, if it writes one.
    pub(crate) fn name(&self, choice: &Choice) -> Option<&str> {
        match choice.kind {
            Kind::Name(number) => Some(&self.names[number as usize]),
            _ => None,
        }
    }

    /// The features of a choice, but for what the language model says in context.
    pub(crate) fn features(&self, number: u32) -> &Features {
        &self.features[number as usize]
    }

    /// The numbers of the spun words.
    pub(crate) fn ids(&self) -> &[u32] {
        &self.ids
    }

    fn number(&mut self, model: &Model, text: &str, tokens: &[Token]) {
        self.ids.clear();
        for token in tokens {
            self.form.clear();
            normalize(token.of(text), &mut self.form);
            self.ids.push(model.vocabulary.id_or_unknown(&self.form));
        }
    }

    fn keep(&mut self, model: &Model, at: usize, manner: Manner<'_>) {
        let word = self.ids[at];
        let mut features = Features::default();
        features[Feature::Context] = self.fit(model, at);
        let node = model.channel.child(model.channel.root(), word);
        if let Some(node) = node.filter(|&node| !model.channel.candidates(node).is_empty()) {
            features[Feature::Keep] = model.channel.keep(node);
            features[Feature::ContextKeep] = features[Feature::Context];
            if let Some(elsewhere) = &manner.elsewhere {
                features[Feature::Elsewhere] = elsewhere.gain(word, model.lm.unigram_log(word));
            }
            if let Some(families) = &manner.families {
                let keep = model.channel.keep_in(node, families);
                features[Feature::FamilyKeep] = keep - features[Feature::Keep];
            }
        }
        self.push(at..at + 1, Kind::Keep, [word], features, &model.weights);
    }

    fn restore(
        &mut self,
        model: &Model,
        text: &str,
        tokens: &[Token],
        start: usize,
        manner: Manner<'_>,
    ) {
        let channel = &model.channel;
        let mut node = channel.root();
        let longest = LONGEST_PHRASE.min(tokens.len() - start);
        let mut capital = false;
        let kept = self.choices[self.starts[start] as usize].score;
        for end in start + 1..=start + longest {
            if self.protected[end - 1] {
                return;
            }
            match channel.child(node, self.ids[end - 1]) {
                Some(child) => node = child,
                None => return,
            }
            // A name's words are capitals inside the sentence.
            let is_first = end == 1;
            capital |= !is_first && tokens[end - 1].of(text).starts_with(char::is_uppercase);
            if channel.candidates(node).is_empty() {
                continue;
            }
            let around = self.surroundings.of(start, end);
            let place = Place::new(model, (&self.ids[start..end], node), around, capital, manner);
            for candidate in channel.candidates(node) {
                let Some((features, score)) = place.judge(candidate, kept - HOPELESS) else {
                    continue;
                };
                let (number, words) = (candidate as u32, channel.original(candidate));
                self.add(start..end, Kind::Restore, number, words, features, score);
            }
        }
    }

    fn repair(&mut self, model: &Model, text: &str, tokens: &[Token], at: usize) {
        let word = tokens[at].of(text);
        if let Some(other) = repairs::other_article(word) {
            let id = model.vocabulary.id_or_unknown(other);
            self.push_repair(model, at, Kind::Article, &[id], Feature::Article);
        }
        if repairs::is_stray_capital(text, tokens, at) {
            let id = self.ids[at];
            self.push_repair(model, at, Kind::Small, &[id], Feature::Small);
        }
        let next = tokens.get(at + 1).filter(|_| !self.protected[at + 1]);
        if next.is_some_and(|next| repairs::is_doubled(word, next.of(text))) {
            let mut features = Features::default();
            features[Feature::Doubled] = 1.0;
            features[Feature::Context] = self.fit(model, at);
            self.push(at..at + 2, Kind::Doubled, [self.ids[at]], features, &model.weights);
        }
        if repairs::may_be_glued(word, self.ids[at]) {
            // The language model cannot judge a glued word: it counts as its parts do
            // without their context, so that the context alone decides.
            let alone = model.lm.score(&model.lm.empty(), self.ids[at]).0;
            for (byte, words, parts) in repairs::splits(model, word) {
                let mut features = Features::default();
                features[Feature::Split] = 1.0;
                features[Feature::Lm] = alone - parts;
                let acronym = repairs::parts_an_acronym(word, byte);
                features[Feature::SplitAcronym] = f32::from(acronym);
                let kind = Kind::Split(byte as u16);
                self.push(at..at + 1, kind, words, features, &model.weights);
            }
        }
    }

    /// How well the word at a token fits where it stands.
    fn fit(&self, model: &Model, at: usize) -> f32 {
        model.context.fit(&self.surroundings.of(at, at + 1), self.ids[at])
    }

    fn push_repair(&mut self, model: &Model, at: usize, kind: Kind, words: &[u32], of: Feature) {
        let mut features = Features::default();
        features[of] = 1.0;
        features[Feature::Context] = self.fit(model, at);
        self.push(at..at + 1, kind, words.iter().copied(), features, &model.weights);
    }

    fn push(
        &mut self,
        span: Range<usize>,
        kind: Kind,
        words: impl IntoIterator<Item = u32>,
        features: Features,
        weights: &Weights,
    ) {
        let score = weights.dot(&features);
        self.add(span, kind, 0, words, features, score);
    }

    fn add(
        &mut self,
        span: Range<usize>,
        kind: Kind,
        candidate: u32,
        words: impl IntoIterator<Item = u32>,
        features: Features,
        score: f32,
    ) {
        let from = self.words.len() as u32;
        self.words.extend(words);
        self.choices.push(Choice {
            start: span.start as u16,
            end: span.end as u16,
            kind,
            score,
            candidate,
            words: (from, self.words.len() as u32),
        });
        self.features.push(features);
    }
}
