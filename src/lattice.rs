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
mod sentence;

use crate::channel::ByFamily;
use crate::model::Model;
use elsewhere::Elsewhere;
use features::{Feature, Features};
use place::Place;
use repairs::Repair;
use sentence::Run;
pub(crate) use sentence::Sentence;
use std::ops::Range;

/// Candidates that, by all but their context's n-grams, stand this far below leaving the
/// first word alone, in nats, are not worth a look.
const UNLIKELY: f32 = 6.0;
/// The same of phrases, and where there are only so many candidates: how rare words are
/// without their context may mislead.
const UNLIKELY_FEW: f32 = 8.0;
const FEW: usize = 4;

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
    /// Writes a name of the document, by its number in the sentence.
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
    /// Which candidates of the sentence a reading has ruled out, by their numbers.
    pub(crate) ruled_out: Option<&'d [bool]>,
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
    /// Its number among those of the sentence, if it is one for a run of tokens.
    pub(crate) found: Option<u32>,
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
}

impl Lattice {
    /// Fills the lattice with the options for a sentence of a document spun in this `manner`.
    pub(crate) fn build(&mut self, model: &Model, sentence: &Sentence<'_>, manner: Manner<'_>) {
        self.choices.clear();
        self.features.clear();
        self.starts.clear();
        self.words.clear();
        let mut runs = sentence.runs.iter().peekable();
        let mut compounds = sentence.compounds.iter().peekable();
        let mut repairs = sentence.repairs.iter().peekable();
        for start in 0..sentence.len() {
            self.starts.push(self.choices.len() as u32);
            let kept = self.keep(model, sentence, start, manner);
            while let Some(run) = runs.next_if(|run| run.start == start) {
                let is_few = run.end > start + 1 || run.found.len() <= FEW;
                let unlikely = if is_few { UNLIKELY_FEW } else { UNLIKELY };
                self.restore(model, sentence, run, manner, kept - unlikely);
            }
            while let Some(compound) = compounds.next_if(|compound| compound.at == start) {
                self.compound(model, compound, manner);
            }
            while let Some(repair) = repairs.next_if(|repair| repair.span.start == start) {
                self.repair(model, repair, manner);
            }
        }
        self.starts.push(self.choices.len() as u32);
    }

    /// Tokens in the sentence.
    pub(crate) fn len(&self) -> usize {
        self.starts.len().saturating_sub(1)
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

    /// All choices, by their numbers.
    pub(crate) fn choices(&self) -> &[Choice] {
        &self.choices
    }

    /// The words that a choice writes.
    #[inline]
    pub(crate) fn words(&self, choice: &Choice) -> &[u32] {
        &self.words[choice.words.0 as usize..choice.words.1 as usize]
    }

    /// Whether nothing is offered for each token but to leave it alone.
    pub(crate) fn bare(&self) -> Vec<bool> {
        let mut bare = vec![true; self.len()];
        for choice in self.choices.iter().filter(|choice| choice.kind != Kind::Keep) {
            bare[choice.span()].fill(false);
        }
        bare
    }

    /// The features of a choice, but for what the language model says in context.
    pub(crate) fn features(&self, number: u32) -> &Features {
        &self.features[number as usize]
    }

    /// Adds the word as it stands and tells its score.
    fn keep(
        &mut self,
        model: &Model,
        sentence: &Sentence<'_>,
        at: usize,
        manner: Manner<'_>,
    ) -> f32 {
        let word = sentence.ids[at];
        let mut features = sentence.keep(model, at);
        if let Some(node) = sentence.known(model, at) {
            if let Some(elsewhere) = &manner.elsewhere {
                features[Feature::Elsewhere] = elsewhere.gain(word, model.lm.unigram_log(word));
            }
            if let Some(families) = &manner.families {
                let keep = model.channel.keep_in(node, families);
                features[Feature::FamilyKeep] = keep - features[Feature::Keep];
            }
        }
        let score = model.weights.dot(&features);
        self.add(at..at + 1, Kind::Keep, 0, [word], features, score);
        score
    }

    /// Adds what may have stood in a run, but for what stays below the score `least`.
    fn restore(
        &mut self,
        model: &Model,
        sentence: &Sentence<'_>,
        run: &Run,
        manner: Manner<'_>,
        least: f32,
    ) {
        let &Run { start, end, node, capital, .. } = run;
        let place = Place::new(model, (&sentence.ids[start..end], node), capital, manner);
        let is_out = |number: usize| manner.ruled_out.is_some_and(|out| out[number]);
        for number in run.found.clone().filter(|&number| !is_out(number)) {
            let found = &sentence.found[number];
            let Some((features, score)) = place.judge(found, least) else { continue };
            let candidate = found.known.candidate;
            let words = model.channel.original(candidate as usize);
            let choice = self.add(start..end, Kind::Restore, candidate, words, features, score);
            choice.found = Some(number as u32);
        }
    }

    fn repair(&mut self, model: &Model, repair: &Repair, manner: Manner<'_>) {
        let mut features = repair.features;
        if let Kind::Name(_) = repair.kind {
            features[Feature::Rate] = manner.rate;
        }
        let score = model.weights.dot(&features);
        let words = repair.words.iter().copied();
        self.add(repair.span.clone(), repair.kind, 0, words, features, score);
    }

    fn add(
        &mut self,
        span: Range<usize>,
        kind: Kind,
        candidate: u32,
        words: impl IntoIterator<Item = u32>,
        features: Features,
        score: f32,
    ) -> &mut Choice {
        let from = self.words.len() as u32;
        self.words.extend(words);
        self.choices.push(Choice {
            start: span.start as u16,
            end: span.end as u16,
            kind,
            score,
            candidate,
            found: None,
            words: (from, self.words.len() as u32),
        });
        self.features.push(features);
        self.choices.last_mut().expect("a choice")
    }
}
