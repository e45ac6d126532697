//! A report for people: metrics down, systems across, then causes, curves,
//! families and documents.

mod comparison;
mod curves;

use super::causes::{Cause, Causes, Count};
use super::figures::Figures;
use super::metric::{METRICS, Metric, Style};
use super::report::Report;
use super::report::intervals::Intervals;
use std::fmt::{Display, Formatter, Result};

/// What the row of a document or a family shows of the system.
const OF_A_PART: &[&str] =
    &["err", "fixed", "candidate_recall", "chosen", "broken", "false_alarm", "f05", "exact"];

/// Rows of cells, the first of them the heads of the columns.
type Table = Vec<Vec<String>>;

impl Display for Report {
    fn fmt(&self, f: &mut Formatter) -> Result {
        write!(f, "{} sentences\n\n", self.figures.sentences)?;
        write_table(f, &self.systems())?;
        for (name, paired) in &self.ahead {
            let [low, high] = paired.interval;
            let (difference, p) = (paired.difference, paired.p);
            write!(
                f,
                "\nERR against {name}: {difference:+.4} [{low:+.4}, {high:+.4}], p = {p:.4}"
            )?;
        }
        if !self.ahead.is_empty() {
            writeln!(f)?;
        }
        if let Some(causes) = &self.causes {
            writeln!(f)?;
            write_table(f, &by_cause(causes))?;
        }
        if let Some(calibration) = &self.calibration {
            curves::write_calibration(f, calibration)?;
        }
        if let Some(detection) = &self.detection {
            curves::write_detection(f, detection)?;
        }
        for (leaks, of) in [(&self.leaks, "originals"), (&self.clean_leaks, "innocent lines")] {
            if let Some(leaks) = leaks {
                write!(f, "\nlearned from: {}\n", leaks.told(of))?;
            }
        }
        // One family is the whole.
        let families = (self.families.len() > 1).then(|| self.by_family());
        let documents = (!self.documents.is_empty()).then(|| self.by_document());
        write_parts(f, [families, documents])?;
        let signatures = &self.signatures;
        write!(f, "\nBLEU {}\nchrF2 {}\n", signatures.bleu, signatures.chrf)?;
        writeln!(f, "TER {}", signatures.ter)
    }
}

impl Report {
    fn systems(&self) -> Table {
        let mut head = vec![String::new(), "restored".into(), "95 %".into()];
        head.extend(self.baselines.iter().map(|(name, _)| name.clone()));
        let row = |metric: &Metric| {
            let mut row = vec![metric_name(metric, self.k), cell(metric, &self.figures)];
            row.push(interval_cell(metric, &self.intervals));
            row.extend(self.baselines.iter().map(|(_, figures)| cell(metric, figures)));
            row
        };
        std::iter::once(head).chain(METRICS.iter().map(row)).collect()
    }

    fn by_family(&self) -> Table {
        let mut head = vec!["family".into(), "documents".into(), "sentences".into()];
        head.extend(["ERR".into(), "95 %".into()]);
        head.extend(of_a_part().skip(1).map(|metric| metric.name.to_owned()));
        head.extend(self.baselines.iter().skip(1).map(|(name, _)| format!("ERR, {name}")));
        let mut rows = vec![head];
        for family in &self.families {
            let figures = &family.figures;
            let mut row = vec![family.name.clone(), family.documents.to_string()];
            row.push(figures.sentences.to_string());
            row.push(cell(&METRICS[0], figures));
            row.push(interval_cell(&METRICS[0], &family.intervals));
            row.extend(of_a_part().skip(1).map(|metric| cell(metric, figures)));
            let baselines = family.baselines.iter().skip(1);
            row.extend(baselines.map(|(_, figures)| cell(&METRICS[0], figures)));
            rows.push(row);
        }
        rows
    }

    fn by_document(&self) -> Table {
        let mut head = vec!["document".to_owned(), "sentences".to_owned()];
        head.extend(of_a_part().map(|metric| metric.name.to_owned()));
        // Leaving as is has an ERR of 0 everywhere.
        head.extend(self.baselines.iter().skip(1).map(|(name, _)| format!("ERR, {name}")));
        let mut rows = vec![head];
        for document in &self.documents {
            let mut row = vec![document.name.clone(), document.figures.sentences.to_string()];
            row.extend(of_a_part().map(|metric| cell(metric, &document.figures)));
            let baselines = document.baselines.iter().skip(1);
            row.extend(baselines.map(|(_, figures)| cell(&METRICS[0], figures)));
            rows.push(row);
        }
        rows
    }
}

fn by_cause(causes: &Causes) -> Table {
    let head = vec!["what became of it".into(), "count".into(), "share".into(), "of".into()];
    let row = |(cause, Count { count, share }): (Cause, Count)| {
        let of = match cause {
            Cause::WronglyChanged => format!("{} words left alone", causes.kept),
            _ => format!("{} regions spun", causes.regions),
        };
        let share = share.map_or_else(dash, |share| Style::Share.write(share));
        vec![cause.name().to_owned(), count.to_string(), share, of]
    };
    std::iter::once(head).chain(causes.rows().into_iter().map(row)).collect()
}

fn of_a_part() -> impl Iterator<Item = &'static Metric> {
    METRICS.iter().filter(|metric| OF_A_PART.contains(&metric.key))
}

fn metric_name(metric: &Metric, k: usize) -> String {
    match metric.key {
        "fixed_at_k" => format!("fixed@{k}"),
        _ => metric.name.to_owned(),
    }
}

fn dash() -> String {
    "-".to_owned()
}

fn cell(metric: &Metric, figures: &Figures) -> String {
    (metric.of)(figures).map_or_else(dash, |value| metric.style.write(value))
}

fn interval_cell(metric: &Metric, intervals: &Intervals) -> String {
    let ends = intervals.get(metric.key).map(|ends| ends.map(|end| metric.style.write(end)));
    ends.map_or_else(dash, |[low, high]| format!("{low} to {high}"))
}

/// The tables that are there, each after a blank line.
fn write_parts(f: &mut Formatter, tables: [Option<Table>; 2]) -> Result {
    for table in tables.iter().flatten() {
        writeln!(f)?;
        write_table(f, table)?;
    }
    Ok(())
}

/// The first column to the left, the others to the right.
fn write_table(f: &mut Formatter, rows: &[Vec<String>]) -> Result {
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let width = |column: usize| {
        rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count()).max()
    };
    let widths: Vec<usize> = (0..columns).map(|column| width(column).unwrap_or(0)).collect();
    for row in rows {
        for (column, (cell, &width)) in row.iter().zip(&widths).enumerate() {
            match column {
                0 => write!(f, "{cell:<width$}")?,
                _ => write!(f, "  {cell:>width$}")?,
            }
        }
        writeln!(f)?;
    }
    Ok(())
}
