//! From sentences to tallies, and from tallies to the units of the bootstrap.

use super::Place;
use crate::evaluate::causes::{Evidence, Likely};
use crate::evaluate::figures::Tally;
use crate::evaluate::input::{Baseline, Clean, Sentence};
use crate::evaluate::restoration::{Outcome, Pair};
use crate::evaluate::words::{Lexicon, lowered_words};
use rayon::prelude::*;
use rustc_hash::FxHashMap;

/// Sentences that are drawn together: a document, or one sentence of none.
#[derive(Clone)]
pub(crate) struct Unit {
    pub(crate) family: Option<String>,
    pub(crate) document: Option<String>,
    /// One tally for the system, then one for each baseline.
    pub(crate) tallies: Vec<Tally>,
}

/// What was counted of one sentence.
pub(crate) struct Counted {
    /// A tally for each system.
    pub(crate) tallies: Vec<Tally>,
    /// The edits with their probabilities and verdicts.
    pub(crate) edits: Vec<(f64, bool)>,
    /// How likely each word is to be spun, and whether it is; the same by the prior.
    pub(crate) words: Vec<(f64, bool)>,
    pub(crate) prior_words: Vec<(f64, bool)>,
    pub(crate) places: Vec<Place>,
}

/// Counts every sentence, in parallel and in order.
pub(crate) fn sentences(sentences: &[Sentence], baselines: &[Baseline], k: usize) -> Vec<Counted> {
    let count = |(index, sentence)| count_sentence(index, sentence, baselines, k);
    sentences.par_iter().enumerate().map(count).collect()
}

/// Counts every never-spun text, in parallel and in order.
pub(crate) fn clean_texts(clean: &[Clean], baselines: &[Baseline]) -> Vec<Vec<Tally>> {
    let count = |(index, text)| count_clean(index, text, baselines);
    clean.par_iter().enumerate().map(count).collect()
}

fn count_sentence(index: usize, sentence: &Sentence, baselines: &[Baseline], k: usize) -> Counted {
    let mut lexicon = Lexicon::default();
    let pair = Pair::new(lexicon.words(&sentence.original), lexicon.words(&sentence.spun));
    let others = baselines.iter().map(|baseline| baseline.restored[index].as_str());
    let restored = [sentence.restored(), &sentence.spun].into_iter().chain(others);
    let mut tallies = Vec::new();
    for restored in restored {
        let mut tally = Tally::default();
        tally.line(&sentence.original, restored);
        if pair.counts() {
            tally.sentence(&pair, &pair.outcome(&lexicon.words(restored)));
        }
        tallies.push(tally);
    }
    let (mut edits, mut words, mut prior_words) = (Vec::new(), Vec::new(), Vec::new());
    let mut places = Vec::new();
    if pair.counts() {
        let outcome = |hypothesis: &String| pair.outcome(&lexicon.words(hypothesis));
        let outcomes: Vec<Outcome> = sentence.hypotheses.iter().map(outcome).collect();
        tallies[0].ranking(&outcomes, k);
        let (changes, probabilities) = sentence.changes(&sentence.edits, &mut lexicon);
        edits = probabilities.iter().copied().zip(pair.judge(&changes)).collect();
        edits.iter().for_each(|&(probability, right)| tallies[0].edit(probability, right));
        if !sentence.candidates.is_empty() {
            let candidates = sentence.changes(&sentence.candidates, &mut lexicon);
            let evidence = Evidence::new(&pair.spun, candidates, (changes, probabilities));
            let restored = lexicon.words(sentence.restored());
            let outcome = pair.outcome(&restored);
            let findings = pair.findings(&restored, &outcome, &evidence);
            tallies[0].causes(&findings, &outcome);
            words = pair.spun_words(evidence.kept());
            for (at, &(spun, is_spun)) in words.iter().enumerate() {
                if !evidence.is_edited(at) {
                    tallies[0].word(1.0 - spun, !is_spun);
                }
            }
            edits.iter().for_each(|&(probability, right)| tallies[0].word(probability, right));
            let prior = sentence.changes(&sentence.prior, &mut lexicon);
            if !prior.0.is_empty() {
                let prior = Evidence::new(&pair.spun, prior, Likely::default());
                prior_words = pair.spun_words(prior.kept());
            }
            let spun = lowered_words(&sentence.spun);
            let original = lowered_words(&sentence.original);
            let restored = lowered_words(sentence.restored());
            places.extend(findings.into_iter().map(|finding| Place {
                sentence: index,
                spun: spun[finding.spun].join(" "),
                original: original[finding.original].join(" "),
                restored: restored[finding.restored].join(" "),
                cause: finding.cause,
                probability: finding.probability,
            }));
        }
    }
    Counted { tallies, edits, words, prior_words, places }
}

fn count_clean(index: usize, text: &Clean, baselines: &[Baseline]) -> Vec<Tally> {
    let mut lexicon = Lexicon::default();
    let words = lexicon.words(&text.text);
    let pair = Pair::new(words.clone(), words);
    let others = baselines.iter().map(|baseline| baseline.clean.get(index).map(String::as_str));
    let restored = [Some(text.restored.as_str()), Some(&text.text)].into_iter().chain(others);
    let tally = |restored: Option<&str>| {
        let mut tally = Tally::default();
        if let Some(restored) = restored {
            tally.clean(&pair.outcome(&lexicon.words(restored)));
        }
        tally
    };
    restored.map(tally).collect()
}

/// The family and the document of a sentence.
type Labels<'d> = (&'d Option<String>, &'d Option<String>);

/// Adds up what belongs to one document of a family; documents stand where they
/// were first met.
pub(crate) fn units<'d>(
    tallies: impl Iterator<Item = (Labels<'d>, Vec<Tally>)>,
    systems: usize,
) -> Vec<Unit> {
    let mut units = Vec::<Unit>::new();
    let mut places = FxHashMap::<(&Option<String>, &str), usize>::default();
    for ((family, document), tallies) in tallies {
        let next = units.len();
        let place =
            document.as_deref().map_or(next, |name| *places.entry((family, name)).or_insert(next));
        if place == next {
            let (family, document) = (family.clone(), document.clone());
            units.push(Unit { family, document, tallies: vec![Tally::default(); systems] });
        }
        for (sum, tally) in units[place].tallies.iter_mut().zip(&tallies) {
            *sum += tally;
        }
    }
    units
}
