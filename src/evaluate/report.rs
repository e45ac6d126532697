//! All figures of a system beside its baselines.

use super::bootstrap::{Draw, Paired, interval, replicates};
use super::calibration::{CurvePoint, coverage_curve, equal_mass_error};
use super::causes::{Cause, Causes, Evidence};
use super::figures::{Figures, Tally};
use super::input::{Baseline, Clean, Sentence, Settings};
use super::metric::METRICS;
use super::restoration::{Outcome, Pair};
use super::words::{Lexicon, lowered_words};
use super::{bleu, chrf, ter};
use crate::error::{Error, Result};
use rayon::prelude::*;
use rustc_hash::FxHashMap;
use serde::{Serialize, Serializer};
use std::collections::BTreeMap;

/// The baseline that every report has.
const AS_IS: &str = "leave as is";

/// Steps of the coverage-accuracy curve.
const CURVE_POINTS: usize = 20;

/// The figures of a system and of its baselines, over all and by document.
///
/// Serialises to one object whose keys are the metrics; what was not asked for
/// is null. `Display` makes a table of it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Report {
    /// The system's figures over all sentences.
    #[serde(flatten)]
    pub figures: Figures,
    /// How many of the best restorations count for fixed@k.
    pub k: usize,
    /// The figures of each baseline, by name: leaving as is, then the caller's.
    #[serde(serialize_with = "as_object")]
    pub baselines: Vec<(String, Figures)>,
    /// The 95 % interval of each of the system's figures, by bootstrap over
    /// documents, or over sentences where no document is known.
    pub intervals: BTreeMap<&'static str, [f64; 2]>,
    /// How far the system's ERR is ahead of each baseline's, by paired bootstrap.
    #[serde(serialize_with = "as_object")]
    pub ahead: Vec<(String, Paired)>,
    /// Calibration in more detail, where edits came with probabilities.
    pub calibration: Option<CalibrationReport>,
    /// What became of the spinner's regions, where the system told its candidates.
    pub causes: Option<Causes>,
    /// The same place by place, in the order of the sentences.
    #[serde(skip)]
    pub places: Vec<Place>,
    /// The documents in the order in which they were met.
    pub documents: Vec<DocumentReport>,
    /// Signatures of the metrics shared with machine translation.
    pub signatures: Signatures,
}

/// What became of one place: a region that the spinner changed, or words that it
/// left alone and the restoration changed.
#[derive(Clone, Debug, PartialEq)]
pub struct Place {
    /// The number of its sentence, from 0.
    pub sentence: usize,
    /// The spun words.
    pub spun: String,
    /// The words of the original.
    pub original: String,
    /// What stands there in the best restoration.
    pub restored: String,
    /// What became of it.
    pub cause: Cause,
    /// How likely what stands there is, by the least likely of its words.
    pub probability: Option<f64>,
}

/// The figures of one document.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct DocumentReport {
    /// The document's name.
    pub name: String,
    /// The system's figures.
    #[serde(flatten)]
    pub figures: Figures,
    /// The figures of each baseline, by name.
    #[serde(serialize_with = "as_object")]
    pub baselines: Vec<(String, Figures)>,
}

/// How far the probabilities of edits can be trusted.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct CalibrationReport {
    /// Edits that came with a probability.
    pub edits: usize,
    /// Calibration error in ten bins of as many edits each.
    pub ece_equal_mass: f64,
    /// Ten bins of equal width; those without edits are left out.
    pub bins: Vec<CalibrationBin>,
    /// What accuracy is had at what coverage, from the surest edits to all.
    pub curve: Vec<CurvePoint>,
}

/// The edits whose probability lies in one stretch.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct CalibrationBin {
    /// How many there are.
    pub edits: u64,
    /// Their mean probability.
    pub confidence: f64,
    /// The share that is right.
    pub accuracy: f64,
}

/// How sacreBLEU would describe BLEU, chrF and TER.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Signatures {
    /// Of BLEU.
    pub bleu: &'static str,
    /// Of chrF.
    pub chrf: &'static str,
    /// Of TER.
    pub ter: &'static str,
}

/// Sentences that are drawn together: a document, or one sentence of none.
struct Unit {
    document: Option<String>,
    /// One tally for the system, then one for each baseline.
    tallies: Vec<Tally>,
}

impl Report {
    /// Measures a system on spun sentences and on never-spun text, either of which
    /// may be empty, beside `baselines` on the same.
    ///
    /// Lines without a word in the original or the spun text count for BLEU, chrF
    /// and TER alone. Figures are the same at any number of threads.
    ///
    /// # Errors
    ///
    /// If a baseline has another number of sentences than the system, or a name
    /// that is taken.
    pub fn new(
        sentences: &[Sentence],
        clean: &[Clean],
        baselines: &[Baseline],
        settings: &Settings,
    ) -> Result<Self> {
        let names = check(sentences, clean, baselines)?;
        let systems = names.len() + 1;
        let tally = |(index, sentence)| tally_sentence(index, sentence, baselines, settings.k);
        let counted: Vec<_> = sentences.par_iter().enumerate().map(tally).collect();
        let (mut tallies, mut edits, mut places) = (Vec::new(), Vec::new(), Vec::new());
        for counted in counted {
            tallies.push(counted.tallies);
            edits.extend(counted.edits);
            places.extend(counted.places);
        }
        let told = sentences.iter().any(|sentence| !sentence.candidates.is_empty());
        let tally = |(index, text)| tally_clean(index, text, baselines);
        let clean_tallies: Vec<_> = clean.par_iter().enumerate().map(tally).collect();
        let documents = sentences.iter().map(|sentence| &sentence.document);
        let spun_units = units(documents.zip(tallies), systems);
        let clean_units =
            units(clean.iter().map(|text| &text.document).zip(clean_tallies), systems);

        let total = |system: usize| -> Tally {
            spun_units.iter().chain(&clean_units).map(|unit| &unit.tallies[system]).sum()
        };
        let totals: Vec<Tally> = (0..systems).map(total).collect();
        let figures: Vec<Figures> = totals.iter().map(Tally::figures).collect();
        let (intervals, ahead) = bootstrap(&spun_units, &clean_units, &figures, &names, settings);
        Ok(Self {
            figures: figures[0].clone(),
            k: settings.k,
            baselines: names.iter().cloned().zip(figures[1..].iter().cloned()).collect(),
            intervals,
            ahead,
            calibration: CalibrationReport::new(&totals[0], &edits),
            causes: told.then(|| totals[0].cause_counts().into()),
            places,
            documents: document_reports(&spun_units, &clean_units, &names),
            signatures: Signatures {
                bleu: bleu::SIGNATURE,
                chrf: chrf::SIGNATURE,
                ter: ter::SIGNATURE,
            },
        })
    }
}

/// The names of all baselines.
fn check(sentences: &[Sentence], clean: &[Clean], baselines: &[Baseline]) -> Result<Vec<String>> {
    let mut names = vec![AS_IS.to_owned()];
    for Baseline { name, restored, clean: texts } in baselines {
        if names.contains(name) {
            return Err(Error::config(format!("two baselines are called {name:?}")));
        }
        if restored.len() != sentences.len() {
            let (got, expected) = (restored.len(), sentences.len());
            let message = format!("baseline {name:?} has {got} sentences instead of {expected}");
            return Err(Error::config(message));
        }
        if !texts.is_empty() && texts.len() != clean.len() {
            let (got, expected) = (texts.len(), clean.len());
            let message = format!("baseline {name:?} has {got} clean texts instead of {expected}");
            return Err(Error::config(message));
        }
        names.push(name.clone());
    }
    Ok(names)
}

/// What was counted of one sentence.
struct Counted {
    /// A tally for each system.
    tallies: Vec<Tally>,
    /// The edits with their probabilities and verdicts.
    edits: Vec<(f64, bool)>,
    places: Vec<Place>,
}

fn tally_sentence(index: usize, sentence: &Sentence, baselines: &[Baseline], k: usize) -> Counted {
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
    let (mut edits, mut places) = (Vec::new(), Vec::new());
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
    Counted { tallies, edits, places }
}

fn tally_clean(index: usize, text: &Clean, baselines: &[Baseline]) -> Vec<Tally> {
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

/// Adds up what belongs to one document; documents stand where they were first met.
fn units<'d>(
    tallies: impl Iterator<Item = (&'d Option<String>, Vec<Tally>)>,
    systems: usize,
) -> Vec<Unit> {
    let mut units = Vec::<Unit>::new();
    let mut places = FxHashMap::<&str, usize>::default();
    for (document, tallies) in tallies {
        let next = units.len();
        let place = document.as_deref().map_or(next, |name| *places.entry(name).or_insert(next));
        if place == next {
            let document = document.clone();
            units.push(Unit { document, tallies: vec![Tally::default(); systems] });
        }
        for (sum, tally) in units[place].tallies.iter_mut().zip(&tallies) {
            *sum += tally;
        }
    }
    units
}

type Intervals = BTreeMap<&'static str, [f64; 2]>;

/// Intervals of the system's figures, and its lead in ERR over each baseline.
/// Spun and clean documents are drawn apart, all systems on the same draws.
fn bootstrap(
    spun: &[Unit],
    clean: &[Unit],
    figures: &[Figures],
    names: &[String],
    settings: &Settings,
) -> (Intervals, Vec<(String, Paired)>) {
    let replicate = |draw: &mut Draw| {
        let mut drawn: Vec<&Unit> = draw.resample(spun).collect();
        drawn.extend(draw.resample(clean));
        let figures =
            |system: usize| drawn.iter().map(|unit| &unit.tallies[system]).sum::<Tally>().figures();
        (0..names.len() + 1).map(figures).collect::<Vec<_>>()
    };
    let drawn = replicates(settings.replicates, settings.seed, replicate);
    let mut intervals = Intervals::new();
    for metric in METRICS {
        // One document says nothing about others.
        let units = if metric.key == "false_alarm" { clean.len() } else { spun.len() };
        let values = drawn.iter().filter_map(|figures| (metric.of)(&figures[0])).collect();
        let interval = interval(values).filter(|_| units > 1);
        intervals.extend(interval.map(|interval| (metric.key, interval)));
    }
    let lead = |figures: &[Figures], system: usize| Some(figures[0].err? - figures[system].err?);
    let mut ahead = Vec::new();
    for (system, name) in names.iter().enumerate().map(|(index, name)| (index + 1, name)) {
        let leads: Vec<f64> = drawn.iter().filter_map(|figures| lead(figures, system)).collect();
        let paired = lead(figures, system).and_then(|lead| Paired::new(lead, &leads));
        ahead.extend(paired.filter(|_| spun.len() > 1).map(|paired| (name.clone(), paired)));
    }
    (intervals, ahead)
}

fn document_reports(spun: &[Unit], clean: &[Unit], names: &[String]) -> Vec<DocumentReport> {
    let mut merged: Vec<(&str, Vec<Tally>)> = Vec::new();
    let mut places = FxHashMap::<&str, usize>::default();
    for unit in spun.iter().chain(clean) {
        let Some(name) = unit.document.as_deref() else {
            continue;
        };
        let place = *places.entry(name).or_insert(merged.len());
        if place == merged.len() {
            merged.push((name, unit.tallies.clone()));
        } else {
            merged[place].1.iter_mut().zip(&unit.tallies).for_each(|(sum, tally)| *sum += tally);
        }
    }
    let report = |(name, tallies): (&str, Vec<Tally>)| {
        let baselines = tallies[1..].iter().map(Tally::figures);
        DocumentReport {
            name: name.to_owned(),
            figures: tallies[0].figures(),
            baselines: names.iter().cloned().zip(baselines).collect(),
        }
    };
    merged.into_iter().map(report).collect()
}

impl CalibrationReport {
    fn new(total: &Tally, edits: &[(f64, bool)]) -> Option<Self> {
        let bins = total.calibration().bins.iter().filter(|bin| bin.edits > 0);
        let bin = |bin: &super::calibration::Bin| CalibrationBin {
            edits: bin.edits,
            confidence: bin.confidence / bin.edits as f64,
            accuracy: bin.right as f64 / bin.edits as f64,
        };
        Some(Self {
            edits: edits.len(),
            ece_equal_mass: equal_mass_error(edits)?,
            bins: bins.map(bin).collect(),
            curve: coverage_curve(edits, CURVE_POINTS),
        })
    }
}

/// Pairs as an object in their own order.
fn as_object<T: Serialize, S: Serializer>(
    pairs: &[(String, T)],
    serializer: S,
) -> std::result::Result<S::Ok, S::Error> {
    serializer.collect_map(pairs.iter().map(|(name, value)| (name, value)))
}

#[cfg(test)]
mod tests;
