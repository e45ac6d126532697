//! Two systems on the same sentences, by paired bootstrap.

use super::bootstrap::Paired;
use super::input::{Clean, Sentence, Settings};
use super::metric::METRICS;
use super::report::count::{self, Unit, units};
use super::report::intervals::Drawn;
use super::report::parts::{families, of_family};
use crate::error::{Error, Result};
use serde::{Serialize, Serializer};

/// The figures of two systems and how far the second is ahead of the first.
///
/// `Display` makes a table of it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Comparison {
    /// What the two are called.
    pub names: [String; 2],
    /// How many of the best restorations count for fixed@k.
    pub k: usize,
    /// Sentences with words in both the original and the spun text.
    pub sentences: u64,
    /// The metrics that can be told of either, by key.
    #[serde(serialize_with = "as_object")]
    pub metrics: Vec<(&'static str, Difference)>,
    /// Documents in which the second has the higher ERR, the lower and the same.
    pub documents_ahead: [usize; 3],
    /// The same by engine family.
    pub families: Vec<FamilyComparison>,
    /// The ERR of both in each document.
    pub documents: Vec<DocumentComparison>,
}

/// One metric of both systems.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Difference {
    /// The figure of the first system.
    pub first: Option<f64>,
    /// The figure of the second.
    pub second: Option<f64>,
    /// How far the second is above the first; nothing where there is but one
    /// document, or no bootstrap.
    #[serde(flatten)]
    pub paired: Option<Paired>,
}

/// The metrics of both systems on the documents of one engine family.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct FamilyComparison {
    /// The family's name.
    pub name: String,
    /// How many documents are of it; a sentence of no document is one.
    pub documents: usize,
    /// The metrics that can be told of either, by key.
    #[serde(serialize_with = "as_object")]
    pub metrics: Vec<(&'static str, Difference)>,
}

/// The error reduction rate of both systems in one document.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct DocumentComparison {
    /// The document's name.
    pub name: String,
    /// The ERR of the first system.
    pub first: Option<f64>,
    /// The ERR of the second.
    pub second: Option<f64>,
}

impl Comparison {
    /// Compares what two systems, called `names`, made of the same `sentences` and of
    /// the same `clean` text.
    ///
    /// # Errors
    ///
    /// If the two were not given the same sentences and texts.
    pub fn new(
        names: [&str; 2],
        sentences: [&[Sentence]; 2],
        clean: [&[Clean]; 2],
        settings: &Settings,
    ) -> Result<Self> {
        let [first, second] = sentences;
        let same = |(a, b): (&Sentence, &Sentence)| {
            (&a.original, &a.spun, &a.document) == (&b.original, &b.spun, &b.document)
        };
        let same_text = |(a, b): (&Clean, &Clean)| a.text == b.text;
        if first.len() != second.len()
            || clean[0].len() != clean[1].len()
            || !first.iter().zip(second).all(same)
            || !clean[0].iter().zip(clean[1]).all(same_text)
        {
            return Err(Error::config("the two systems were not given the same sentences"));
        }
        let tallies = sentences.map(|sentences| count::sentences(sentences, &[], settings.k));
        let [a, b] = tallies.map(|counted| counted.into_iter().map(|c| c.tallies[0].clone()));
        let labels = first.iter().map(|sentence| (&sentence.family, &sentence.document));
        let spun = units(labels.zip(a.zip(b).map(|(a, b)| vec![a, b])), 2);
        let tallies = clean.map(|clean| count::clean_texts(clean, &[]));
        let [a, b] = tallies.map(|tallies| tallies.into_iter().map(|t| t[0].clone()));
        let labels = clean[0].iter().map(|text| (&text.family, &text.document));
        let clean = units(labels.zip(a.zip(b).map(|(a, b)| vec![a, b])), 2);

        let drawn = Drawn::new(&spun, &clean, 2, settings);
        let family = |name: String| {
            let (spun, clean) = (of_family(&spun, &name), of_family(&clean, &name));
            let documents = spun.len() + clean.len();
            let metrics = differences(&Drawn::new(&spun, &clean, 2, settings));
            FamilyComparison { name, documents, metrics }
        };
        Ok(Self {
            names: names.map(str::to_owned),
            k: settings.k,
            sentences: drawn.figures[0].sentences,
            metrics: differences(&drawn),
            documents_ahead: ahead(&spun),
            families: families(&spun, &clean).into_iter().map(family).collect(),
            documents: spun.iter().filter_map(document).collect(),
        })
    }
}

fn differences(drawn: &Drawn<'_>) -> Vec<(&'static str, Difference)> {
    let metrics = METRICS.iter().map(|metric| {
        let [first, second] = [0, 1].map(|system| (metric.of)(&drawn.figures[system]));
        (metric.key, Difference { first, second, paired: drawn.paired(metric, 1, 0) })
    });
    metrics.filter(|(_, of)| of.first.is_some() || of.second.is_some()).collect()
}

fn errs(unit: &Unit) -> [Option<f64>; 2] {
    [0, 1].map(|system| unit.tallies[system].figures().err)
}

/// Documents in which the second has the higher ERR, the lower and the same.
fn ahead(units: &[Unit]) -> [usize; 3] {
    let order = |unit: &Unit| match errs(unit) {
        [Some(a), Some(b)] => Some(b.total_cmp(&a)),
        _ => None,
    };
    let count = |wanted| units.iter().filter(|unit| order(unit) == Some(wanted)).count();
    use std::cmp::Ordering::{Equal, Greater, Less};
    [Greater, Less, Equal].map(count)
}

fn document(unit: &Unit) -> Option<DocumentComparison> {
    let [first, second] = errs(unit);
    let name = unit.document.clone()?;
    Some(DocumentComparison { name, first, second })
}

/// Pairs as an object in their own order.
fn as_object<S: Serializer>(
    metrics: &[(&'static str, Difference)],
    serializer: S,
) -> std::result::Result<S::Ok, S::Error> {
    serializer.collect_map(metrics.iter().map(|(key, value)| (key, value)))
}

#[cfg(test)]
mod tests;
