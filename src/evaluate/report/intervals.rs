//! How far figures depend on the documents that happened to be measured.

use super::count::Unit;
use crate::evaluate::bootstrap::{Draw, Paired, interval, replicates};
use crate::evaluate::figures::{Figures, Tally};
use crate::evaluate::input::Settings;
use crate::evaluate::metric::{METRICS, Metric};
use std::collections::BTreeMap;

/// The interval of each metric, by its key.
pub(crate) type Intervals = BTreeMap<&'static str, [f64; 2]>;

/// Figures of several systems on the same documents, and on the same draws of them.
pub(crate) struct Drawn<'u> {
    spun: &'u [Unit],
    clean: &'u [Unit],
    /// The figures of each system on all documents.
    pub(crate) figures: Vec<Figures>,
    /// The figures of each system, replicate by replicate.
    replicates: Vec<Vec<Figures>>,
}

impl<'u> Drawn<'u> {
    /// Spun and clean documents are drawn apart.
    pub(crate) fn new(
        spun: &'u [Unit],
        clean: &'u [Unit],
        systems: usize,
        settings: &Settings,
    ) -> Self {
        let figures = |units: &[&Unit], system: usize| {
            units.iter().map(|unit| &unit.tallies[system]).sum::<Tally>().figures()
        };
        let all: Vec<&Unit> = spun.iter().chain(clean).collect();
        let replicate = |draw: &mut Draw| {
            let mut drawn: Vec<&Unit> = draw.resample(spun).collect();
            drawn.extend(draw.resample(clean));
            (0..systems).map(|system| figures(&drawn, system)).collect::<Vec<_>>()
        };
        Self {
            spun,
            clean,
            figures: (0..systems).map(|system| figures(&all, system)).collect(),
            replicates: replicates(settings.replicates, settings.seed, replicate),
        }
    }

    /// One document says nothing about others.
    fn enough(&self, metric: &Metric) -> bool {
        let units = if metric.key == "false_alarm" { self.clean } else { self.spun };
        units.len() > 1
    }

    /// The 95 % interval of each of a system's figures.
    pub(crate) fn intervals(&self, system: usize) -> Intervals {
        let of = |metric: &Metric| {
            let values = self.replicates.iter().filter_map(|of| (metric.of)(&of[system]));
            interval(values.collect()).map(|interval| (metric.key, interval))
        };
        METRICS.iter().filter(|metric| self.enough(metric)).filter_map(of).collect()
    }

    /// How far the `first` system is ahead of the `second` in a metric.
    pub(crate) fn paired(&self, metric: &Metric, first: usize, second: usize) -> Option<Paired> {
        let lead = |of: &[Figures]| Some((metric.of)(&of[first])? - (metric.of)(&of[second])?);
        let leads: Vec<f64> = self.replicates.iter().filter_map(|of| lead(of)).collect();
        Paired::new(lead(&self.figures)?, &leads).filter(|_| self.enough(metric))
    }
}
