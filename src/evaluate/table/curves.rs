//! Calibration, coverage and detection for people.

use super::{Style, Table, dash, write_table};
use crate::evaluate::calibration::CurvePoint;
use crate::evaluate::detection::{Detection, DetectionPoint};
use crate::evaluate::report::{CalibrationBin, CalibrationReport, DetectionReport};
use std::fmt::{Formatter, Result};

pub(super) fn write_calibration(f: &mut Formatter, calibration: &CalibrationReport) -> Result {
    let head = vec!["edits by confidence".into(), "edits".into(), "right".into()];
    let row = |bin: &CalibrationBin| {
        vec![share(bin.confidence), bin.edits.to_string(), share(bin.accuracy)]
    };
    writeln!(f)?;
    write_table(f, &table(head, calibration.bins.iter().map(row)))?;
    let head = vec!["edits that stand".into(), "from confidence".into(), "right".into()];
    let row = |point: &CurvePoint| [point.coverage, point.confidence, point.accuracy].map(share);
    writeln!(f)?;
    write_table(f, &table(head, thinned(&calibration.curve).map(row).map(Vec::from)))
}

pub(super) fn write_detection(f: &mut Formatter, detection: &DetectionReport) -> Result {
    let head = ["spun words told apart", "system", "prior alone"].map(String::from).into();
    let figures = |of: &Detection| {
        let best = &of.best;
        [of.average_precision, best.f1(), best.precision, best.recall, best.probability, of.ece]
    };
    let system = figures(&detection.system);
    let prior = detection.prior.as_ref().map(figures);
    let names =
        ["average precision", "best F1", "its precision", "its recall", "from probability", "ECE"];
    let row = |(at, name): (usize, &str)| {
        let prior = prior.map_or_else(dash, |prior| share(prior[at]));
        vec![name.to_owned(), share(system[at]), prior]
    };
    let rows = names.into_iter().enumerate().map(row);
    writeln!(f)?;
    write_table(f, &table(head, rows))?;
    let DetectionReport { words, spun, .. } = detection;
    writeln!(f, "{spun} of {words} words are spun")?;
    let head = ["recall", "precision", "from probability"].map(String::from).into();
    let row = |point: &DetectionPoint| {
        [point.recall, point.precision, point.probability].map(share).into()
    };
    writeln!(f)?;
    write_table(f, &table(head, thinned(&detection.system.curve).map(row)))
}

/// Every second point, the last among them.
fn thinned<T>(curve: &[T]) -> impl Iterator<Item = &T> {
    curve.iter().skip((curve.len() + 1) % 2).step_by(2)
}

fn share(value: f64) -> String {
    Style::Share.write(value)
}

fn table(head: Vec<String>, rows: impl Iterator<Item = Vec<String>>) -> Table {
    std::iter::once(head).chain(rows).collect()
}
