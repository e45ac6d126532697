//! What restoring gives, with offsets in characters.

use pyo3::prelude::*;
use std::sync::Arc;

/// A text and what its author may have written.
#[pyclass(frozen, module = "unspin", weakref)]
pub(crate) struct Restored(pub(crate) Arc<unspin::Restored>);

/// One guess at what the author wrote.
#[pyclass(frozen, get_all, eq, module = "unspin", skip_from_py_object)]
#[derive(Clone, PartialEq)]
pub(crate) struct Restoration {
    text: String,
    score: f64,
    probability: f64,
}

/// One place where the best restoration differs from the spun text.
#[pyclass(frozen, get_all, eq, module = "unspin", skip_from_py_object)]
#[derive(Clone, PartialEq)]
pub(crate) struct Edit {
    start: usize,
    end: usize,
    spun: String,
    original: String,
    probability: f64,
    alternatives: Vec<Alternative>,
}

/// Another reading of the place of an edit.
#[pyclass(frozen, get_all, eq, module = "unspin", from_py_object)]
#[derive(Clone, PartialEq)]
pub(crate) struct Alternative {
    original: String,
    probability: f64,
}

#[pymethods]
impl Restored {
    #[getter]
    fn spun(&self) -> &str {
        &self.0.text
    }

    #[getter]
    fn text(&self) -> &str {
        self.0.best()
    }

    #[getter]
    fn score(&self) -> f64 {
        self.0.restorations.first().map_or(0.0, |best| best.score)
    }

    #[getter]
    fn probability(&self) -> f64 {
        self.0.restorations.first().map_or(1.0, |best| best.probability)
    }

    #[getter]
    fn restorations(&self) -> Vec<Restoration> {
        let restoration = |restoration: &unspin::Restoration| Restoration {
            text: restoration.text.clone(),
            score: restoration.score,
            probability: restoration.probability,
        };
        self.0.restorations.iter().map(restoration).collect()
    }

    #[getter]
    fn edits(&self) -> Vec<Edit> {
        let mut characters = Characters::new(&self.0.text);
        let alternative = |alternative: &unspin::Alternative| Alternative {
            original: alternative.original.clone(),
            probability: alternative.probability,
        };
        let edit = |edit: &unspin::Edit| Edit {
            start: characters.before(edit.start),
            end: characters.before(edit.end),
            spun: edit.spun.clone(),
            original: edit.original.clone(),
            probability: edit.probability,
            alternatives: edit.alternatives.iter().map(alternative).collect(),
        };
        self.0.edits.iter().map(edit).collect()
    }

    fn evidence(&self) -> PyResult<String> {
        let failed =
            |error: serde_json::Error| crate::errors::DataError::new_err(error.to_string());
        serde_json::to_string(&*self.0).map_err(failed)
    }

    fn __str__(&self) -> &str {
        self.0.best()
    }

    fn __repr__(&self) -> String {
        let (edits, text) = (self.0.edits.len(), self.0.best());
        format!("Restored(text={text:?}, probability={:.4}, {edits} edits)", self.probability())
    }

    fn __eq__(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}

#[pymethods]
impl Restoration {
    fn __repr__(&self) -> String {
        let Self { text, score, probability } = self;
        format!("Restoration(text={text:?}, score={score:.4}, probability={probability:.4})")
    }
}

#[pymethods]
impl Edit {
    fn __repr__(&self) -> String {
        let Self { start, end, spun, original, probability, .. } = self;
        format!("Edit({start}:{end}, {spun:?} -> {original:?}, probability={probability:.4})")
    }
}

#[pymethods]
impl Alternative {
    fn __repr__(&self) -> String {
        let Self { original, probability } = self;
        format!("Alternative(original={original:?}, probability={probability:.4})")
    }
}

/// Counts characters before offsets in bytes, which must not fall.
struct Characters<'t> {
    text: &'t str,
    byte: usize,
    count: usize,
}

impl<'t> Characters<'t> {
    fn new(text: &'t str) -> Self {
        Self { text, byte: 0, count: 0 }
    }

    fn before(&mut self, byte: usize) -> usize {
        self.count += self.text[self.byte..byte].chars().count();
        self.byte = byte;
        self.count
    }
}
