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
mod spaces;

use crate::channel::ByFamily;
use crate::model::Model;
use crate::vectors::Pooled;
use elsewhere::Elsewhere;
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
    /// Takes away the space before a mark.
    Attached,
    /// Writes the parts of a word as one.
    Joined,
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
    /// What the other sentences are about.
    pub(crate) topic: Option<&'d Pooled>,
    /// How much further below others, in nats, a candidate may stand to be looked at.
    pub(crate) leeway: f32,
    /// Which candidates of the sentence a reading has ruled out, by their numbers.
    pub(crate) ruled_out: Option<&'d [bool]>,
}

/// What a choice is taken from, by its number in the sentence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Offer {
    /// The word as it stands.
    Word,
    /// A candidate of the channel for a run of words.
    Found(u32),
    Compound(u32),
    Repair(u32),
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
    pub(crate) offer: Offer,
    words: (u32, u32),
}

impl Choice {
    /// The tokens that it covers.
    pub(crate) fn span(&self) -> Range<usize> {
        self.start as usize..self.end as usize
    }

    /// Sets its score: the weighted sum of its features.
    fn judge(&mut self, model: &Model, sentence: &Sentence<'_>, manner: Manner<'_>) {
        self.score = match self.found() {
            Some(number) => sentence.judge(model, number, manner),
            None => model.weights.dot(&sentence.features(model, self, manner)),
        };
    }

    /// Its number among the candidates that were found for runs of words.
    pub(crate) fn found(&self) -> Option<usize> {
        match self.offer {
            Offer::Found(number) => Some(number as usize),
            _ => None,
        }
    }
}

/// Options of a sentence, by start; buffers are reused from one to the next.
#[derive(Clone, Default)]
pub(crate) struct Lattice {
    choices: Vec<Choice>,
    /// First choice that starts at each token, and their number.
    starts: Vec<u32>,
    words: Vec<u32>,
}

impl Lattice {
    /// Fills the lattice with the options for a sentence of a document spun in this `manner`.
    pub(crate) fn build(&mut self, model: &Model, sentence: &Sentence<'_>, manner: Manner<'_>) {
        self.choices.clear();
        self.starts.clear();
        self.words.clear();
        let mut runs = sentence.runs.iter().peekable();
        let mut compounds = (0..).zip(&sentence.compounds).peekable();
        let mut repairs = (0..).zip(&sentence.repairs).peekable();
        for start in 0..sentence.len() {
            self.starts.push(self.choices.len() as u32);
            let word = sentence.ids[start];
            let kept = self.add(start..start + 1, Kind::Keep, Offer::Word, 0, [word]);
            kept.judge(model, sentence, manner);
            let kept = kept.score;
            while let Some(run) = runs.next_if(|run| run.start == start) {
                let is_few = run.end > start + 1 || run.found.len() <= FEW;
                let unlikely = if is_few { UNLIKELY_FEW } else { UNLIKELY };
                self.restore(model, sentence, run, manner, kept - unlikely - manner.leeway);
            }
            while let Some((number, compound)) = compounds.next_if(|(_, c)| c.at == start) {
                let (word, candidate) = compound.written();
                let offer = Offer::Compound(number);
                let choice = self.add(start..start + 1, Kind::Restore, offer, candidate, [word]);
                choice.judge(model, sentence, manner);
            }
            while let Some((number, repair)) = repairs.next_if(|(_, r)| r.span.start == start) {
                let words = repair.words.iter().copied();
                let offer = Offer::Repair(number);
                let choice = self.add(repair.span.clone(), repair.kind, offer, 0, words);
                choice.judge(model, sentence, manner);
            }
        }
        self.starts.push(self.choices.len() as u32);
    }

    /// Judges the choices anew, now that the sentence's document seems to be spun in this
    /// `manner`.
    pub(crate) fn renew(&mut self, model: &Model, sentence: &Sentence<'_>, manner: Manner<'_>) {
        self.choices.iter_mut().for_each(|choice| choice.judge(model, sentence, manner));
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

    /// Adds what may have stood in a run, but for what stays below the score `least`.
    fn restore(
        &mut self,
        model: &Model,
        sentence: &Sentence<'_>,
        run: &Run,
        manner: Manner<'_>,
        least: f32,
    ) {
        let place = sentence.place(model, run, manner);
        let is_out = |number: usize| manner.ruled_out.is_some_and(|out| out[number]);
        for number in run.found.clone().filter(|&number| !is_out(number)) {
            let found = &sentence.found[number];
            let Some(score) = place.judge(found, least) else { continue };
            let words = model.channel.original(found.candidate as usize);
            let offer = Offer::Found(number as u32);
            let span = run.start..run.end;
            self.add(span, Kind::Restore, offer, found.candidate, words).score = score;
        }
    }

    fn add(
        &mut self,
        span: Range<usize>,
        kind: Kind,
        offer: Offer,
        candidate: u32,
        words: impl IntoIterator<Item = u32>,
    ) -> &mut Choice {
        let from = self.words.len() as u32;
        self.words.extend(words);
        self.choices.push(Choice {
            start: span.start as u16,
            end: span.end as u16,
            kind,
            score: 0.0,
            candidate,
            offer,
            words: (from, self.words.len() as u32),
        });
        self.choices.last_mut().expect("a choice")
    }
}
