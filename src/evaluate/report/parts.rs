//! The figures of single documents and of families.

use super::super::causes::Causes;
use super::super::figures::{Figures, Tally};
use super::super::input::Settings;
use super::count::Unit;
use super::intervals::{Drawn, Intervals};
use super::{Leads, as_object, leads};
use rustc_hash::FxHashMap;
use serde::Serialize;

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

/// The figures of the documents of one engine family.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct FamilyReport {
    /// The family's name.
    pub name: String,
    /// How many documents are of it; a sentence of no document is one.
    pub documents: usize,
    /// The system's figures.
    #[serde(flatten)]
    pub figures: Figures,
    /// The figures of each baseline, by name.
    #[serde(serialize_with = "as_object")]
    pub baselines: Vec<(String, Figures)>,
    /// The 95 % interval of each figure, by bootstrap over its documents.
    pub intervals: Intervals,
    /// How far the system's ERR is ahead of each baseline's.
    #[serde(serialize_with = "as_object")]
    pub ahead: Leads,
    /// What became of the spinner's regions, where the system told its candidates.
    pub causes: Option<Causes>,
}

/// A report a document, as they were first met.
pub(super) fn by_document(spun: &[Unit], clean: &[Unit], names: &[String]) -> Vec<DocumentReport> {
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

/// The families that are named, as they were first met.
pub(in super::super) fn families(spun: &[Unit], clean: &[Unit]) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for name in spun.iter().chain(clean).filter_map(|unit| unit.family.as_ref()) {
        if !names.contains(name) {
            names.push(name.clone());
        }
    }
    names
}

/// The units of one family.
pub(in super::super) fn of_family(units: &[Unit], family: &str) -> Vec<Unit> {
    units.iter().filter(|unit| unit.family.as_deref() == Some(family)).cloned().collect()
}

/// A report a family, as they were first met.
pub(super) fn by_family(
    spun: &[Unit],
    clean: &[Unit],
    names: &[String],
    settings: &Settings,
) -> Vec<FamilyReport> {
    let report = |name: String| {
        let (spun, clean) = (of_family(spun, &name), of_family(clean, &name));
        let drawn = Drawn::new(&spun, &clean, names.len() + 1, settings);
        let total: Tally = spun.iter().chain(&clean).map(|unit| &unit.tallies[0]).sum();
        FamilyReport {
            documents: spun.len() + clean.len(),
            figures: drawn.figures[0].clone(),
            baselines: names.iter().cloned().zip(drawn.figures[1..].iter().cloned()).collect(),
            intervals: drawn.intervals(0),
            ahead: leads(&drawn, names),
            causes: Causes::of(total.cause_counts()),
            name,
        }
    };
    families(spun, clean).into_iter().map(report).collect()
}
