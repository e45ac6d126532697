//! `evaluate`: the report of the command line.

use crate::errors::{DataError, raised};
use crate::model::Model;
use crate::progress::{Interruptible, Warnings};
use crate::work;
use pyo3::prelude::*;
use std::path::PathBuf;
use unspin::Measure;

/// The report as JSON and as a table, and what was passed over.
#[pyfunction]
#[pyo3(name = "_evaluate")]
#[pyo3(signature = (model, pairs, clean, n_best, min_confidence, bootstrap, by, threads))]
#[allow(clippy::too_many_arguments)]
pub(crate) fn evaluate(
    py: Python<'_>,
    model: &Bound<'_, Model>,
    pairs: Vec<PathBuf>,
    clean: Vec<PathBuf>,
    n_best: usize,
    min_confidence: f64,
    bootstrap: usize,
    by: Option<usize>,
    threads: Option<usize>,
) -> PyResult<(String, String, Vec<String>)> {
    let replicates = bootstrap;
    let settings = Measure::new(pairs);
    let measure = Measure { clean, by, nbest: n_best, min_confidence, replicates, ..settings };
    let warnings = Warnings::default();
    let model = &model.get().model;
    let report = work::run(py, threads, |going| {
        measure.report(model, &Interruptible::new(going, &warnings))
    })?;
    let report = report.map_err(raised)?;
    let json = serde_json::to_string(&report).map_err(|e| DataError::new_err(e.to_string()))?;
    Ok((json, report.to_string(), warnings.into_inner()))
}
