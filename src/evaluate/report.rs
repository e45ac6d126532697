//! All figures of a system beside its baselines.

pub(crate) mod count;
mod curves;
pub(crate) mod intervals;
pub(crate) mod parts;

use super::bootstrap::Paired;
use super::causes::{Cause, Causes};
use super::figures::{Figures, Tally};
use super::input::{Baseline, Clean, Sentence, Settings};
use super::metric::METRICS;
use super::{bleu, chrf, ter};
use crate::error::{Error, Result};
use crate::record::Leaks;
use count::{Counted, units};
pub use curves::{CalibrationBin, CalibrationReport, DetectionReport};
use intervals::{Drawn, Intervals};
pub use parts::{DocumentReport, FamilyReport};
use serde::{Serialize, Serializer};

/// The baseline that every report has.
const AS_IS: &str = "leave as is";

/// How far a system is ahead of each baseline, by name.
type Leads = Vec<(String, Paired)>;

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
    pub intervals: Intervals,
    /// How far the system's ERR is ahead of each baseline's, by paired bootstrap.
    #[serde(serialize_with = "as_object")]
    pub ahead: Leads,
    /// Calibration in more detail, where edits came with probabilities.
    pub calibration: Option<CalibrationReport>,
    /// How well spun words are told from the author's, where the system told its
    /// candidates.
    pub detection: Option<DetectionReport>,
    /// What became of the spinner's regions, where the system told its candidates.
    pub causes: Option<Causes>,
    /// The same place by place, in the order of the sentences.
    #[serde(skip)]
    pub places: Vec<Place>,
    /// How many of the originals the model was trained on; nothing where that was not
    /// looked up, see [`Model::leaks`](crate::Model::leaks).
    pub leaks: Option<Leaks>,
    /// The same of the never-spun texts.
    pub clean_leaks: Option<Leaks>,
    /// The engine families in the order in which they were met.
    pub families: Vec<FamilyReport>,
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
        let mut seen = Seen::default();
        let counted = count::sentences(sentences, baselines, settings.k);
        let tallies: Vec<_> = counted.into_iter().map(|counted| seen.add(counted)).collect();
        let labels = sentences.iter().map(|sentence| (&sentence.family, &sentence.document));
        let spun = units(labels.zip(tallies), systems);
        let labels = clean.iter().map(|text| (&text.family, &text.document));
        let clean = units(labels.zip(count::clean_texts(clean, baselines)), systems);

        let drawn = Drawn::new(&spun, &clean, systems, settings);
        let total: Tally = spun.iter().chain(&clean).map(|unit| &unit.tallies[0]).sum();
        Ok(Self {
            figures: drawn.figures[0].clone(),
            k: settings.k,
            baselines: names.iter().cloned().zip(drawn.figures[1..].iter().cloned()).collect(),
            intervals: drawn.intervals(0),
            ahead: leads(&drawn, &names),
            calibration: CalibrationReport::new(&total, &seen.edits),
            detection: DetectionReport::new(&seen.words, &seen.prior_words),
            causes: Causes::of(total.cause_counts()),
            places: seen.places,
            leaks: None,
            clean_leaks: None,
            families: parts::by_family(&spun, &clean, &names, settings),
            documents: parts::by_document(&spun, &clean, &names),
            signatures: Signatures {
                bleu: bleu::SIGNATURE,
                chrf: chrf::SIGNATURE,
                ter: ter::SIGNATURE,
            },
        })
    }
}

/// What was seen of all sentences, in their order.
#[derive(Default)]
struct Seen {
    edits: Vec<(f64, bool)>,
    words: Vec<(f64, bool)>,
    prior_words: Vec<(f64, bool)>,
    places: Vec<Place>,
}

impl Seen {
    /// Keeps what does not add up, gives back what does.
    fn add(&mut self, counted: Counted) -> Vec<Tally> {
        self.edits.extend(counted.edits);
        self.words.extend(counted.words);
        self.prior_words.extend(counted.prior_words);
        self.places.extend(counted.places);
        counted.tallies
    }
}

/// How far the system's ERR is ahead of each baseline's.
fn leads(drawn: &Drawn<'_>, names: &[String]) -> Leads {
    let lead = |(index, name): (usize, &String)| {
        drawn.paired(&METRICS[0], 0, index + 1).map(|paired| (name.clone(), paired))
    };
    names.iter().enumerate().filter_map(lead).collect()
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

/// Pairs as an object in their own order.
fn as_object<T: Serialize, S: Serializer>(
    pairs: &[(String, T)],
    serializer: S,
) -> std::result::Result<S::Ok, S::Error> {
    serializer.collect_map(pairs.iter().map(|(name, value)| (name, value)))
}

#[cfg(test)]
mod tests;
