//! A comparison for people.

use super::{Table, dash, metric_name, write_parts, write_table};
use crate::evaluate::comparison::{Comparison, Difference};
use crate::evaluate::metric::{METRICS, Metric};
use std::fmt::{Display, Formatter, Result};

/// What the rows of a family show: of spun text, of innocent text.
const OF_A_FAMILY: &[&str] = &["err", "false_alarm"];

impl Display for Comparison {
    fn fmt(&self, f: &mut Formatter) -> Result {
        let [a, b] = &self.names;
        write!(f, "A {a}\nB {b}\n{} sentences\n\n", self.sentences)?;
        write_table(f, &self.by_metric())?;
        let [ahead, behind, level] = self.documents_ahead;
        writeln!(
            f,
            "\nB is ahead of A in {ahead} documents, behind in {behind}, level in {level}"
        )?;
        let families = (self.families.len() > 1).then(|| self.by_family());
        write_parts(f, [families, (!self.documents.is_empty()).then(|| self.by_document())])
    }
}

impl Comparison {
    fn by_metric(&self) -> Table {
        let mut rows = vec![["", "A", "B", "B - A", "95 %", "p"].map(String::from).to_vec()];
        for (key, difference) in &self.metrics {
            if let Some(metric) = METRICS.iter().find(|metric| metric.key == *key) {
                let mut row = vec![metric_name(metric, self.k)];
                row.extend(cells(metric, difference));
                rows.push(row);
            }
        }
        rows
    }

    fn by_family(&self) -> Table {
        let head = ["family", "documents", "metric", "A", "B", "B - A", "95 %", "p"];
        let mut rows = vec![head.map(String::from).to_vec()];
        for family in &self.families {
            for metric in METRICS.iter().filter(|metric| OF_A_FAMILY.contains(&metric.key)) {
                let of = family.metrics.iter().find(|(key, _)| *key == metric.key);
                let Some((_, difference)) = of else { continue };
                let mut row = vec![family.name.clone(), family.documents.to_string()];
                row.push(metric.name.to_owned());
                row.extend(cells(metric, difference));
                rows.push(row);
            }
        }
        rows
    }

    fn by_document(&self) -> Table {
        let mut rows = vec![["document", "ERR A", "ERR B", "B - A"].map(String::from).to_vec()];
        let err = |value: Option<f64>| value.map_or_else(dash, |err| METRICS[0].style.write(err));
        for document in &self.documents {
            let difference = document.second.zip(document.first).map(|(b, a)| b - a);
            let figures = [document.first, document.second, difference].map(err);
            rows.push(std::iter::once(document.name.clone()).chain(figures).collect());
        }
        rows
    }
}

fn cells(metric: &Metric, difference: &Difference) -> [String; 5] {
    let write = |value: Option<f64>| value.map_or_else(dash, |value| metric.style.write(value));
    let signed = |value: f64| metric.style.signed(value);
    let Difference { first, second, paired } = difference;
    let ahead = second.zip(*first).map_or_else(dash, |(second, first)| signed(second - first));
    let [low, high] = paired.map_or([0.0; 2], |paired| paired.interval).map(signed);
    let interval = paired.map_or_else(dash, |_| format!("{low} to {high}"));
    let p = paired.map_or_else(dash, |paired| format!("{:.4}", paired.p));
    [write(*first), write(*second), ahead, interval, p]
}
