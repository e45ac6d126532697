//! Pairs in parts: one part counted here, or the answers of all parts taken from Python.

use crate::arrow::Texts;
use crate::errors::raised;
use crate::progress::{Interruptible, Warnings};
use crate::work;
use arrow_array::cast::AsArray;
use arrow_array::types::Int64Type;
use arrow_array::{Array, ArrayRef, BinaryArray, Int64Array, make_array};
use arrow_data::ArrayData;
use arrow_pyarrow::{FromPyArrow, ToPyArrow};
use arrow_schema::DataType;
use pyo3::exceptions::{PyRuntimeError, PyTypeError};
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyTuple};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use unspin::{Error, Parts, Sums};

/// Counts one part of the pairs for one question.
#[pyclass(frozen, module = "unspin._unspin")]
pub(crate) struct PartCounter(Mutex<Option<Counter>>);

/// Counts pairs or text, as the question is.
enum Counter {
    Pairs(Box<unspin::PartCounter>),
    Text(unspin::TextCounter),
}

#[pymethods]
impl PartCounter {
    #[new]
    fn new(py: Python<'_>, question: &[u8]) -> PyResult<Self> {
        let counter = py.detach(|| match unspin::TextCounter::new(question) {
            Ok(counter) => Ok(Counter::Text(counter)),
            Err(_) => unspin::PartCounter::new(question).map(|c| Counter::Pairs(c.into())),
        });
        Ok(Self(Mutex::new(Some(counter.map_err(raised)?))))
    }

    /// Counts an Arrow array of text, or the pairs of two; what is no text is passed over.
    #[pyo3(signature = (text, spun = None))]
    fn add(
        &self,
        py: Python<'_>,
        text: &Bound<'_, PyAny>,
        spun: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<()> {
        let (texts, spun) = (Texts::new(text)?, spun.map(Texts::new).transpose()?);
        py.detach(|| {
            let mut counter = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            let counter = counter.as_mut().ok_or_else(finished)?;
            for at in 0..texts.len() {
                let Some(Ok(text)) = texts.row(at) else { continue };
                match (&mut *counter, &spun) {
                    (Counter::Text(counter), None) => counter.add(text),
                    (Counter::Pairs(counter), Some(spun)) if at < spun.len() => {
                        if let Some(Ok(spun)) = spun.row(at) {
                            counter.add(text, spun).map_err(raised)?;
                        }
                    }
                    _ => return Err(PyTypeError::new_err("pairs for text, or text for pairs")),
                }
            }
            Ok(())
        })
    }

    /// Keys and counts as two Arrow arrays.
    fn finish<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        let [keys, counts] = py.detach(|| {
            let counter = self.0.lock().unwrap_or_else(PoisonError::into_inner).take();
            let sums = match counter.ok_or_else(finished)? {
                Counter::Pairs(counter) => counter.finish(),
                Counter::Text(counter) => counter.finish().map_err(raised)?,
            };
            let keys = BinaryArray::from_iter_values(sums.iter().map(|(key, _)| key));
            let count = |&(_, count): &(_, u64)| i64::try_from(count).unwrap_or(i64::MAX);
            let counts = Int64Array::from_iter_values(sums.iter().map(count));
            PyResult::Ok([Arc::new(keys) as ArrayRef, Arc::new(counts)])
        })?;
        (keys.to_data().to_pyarrow(py)?, counts.to_data().to_pyarrow(py)?).into_pyobject(py)
    }
}

fn finished() -> PyErr {
    PyRuntimeError::new_err("this part has given its answer")
}

/// A Python function that has all parts answer: bytes in, pairs of arrays out, as
/// `PartCounter.finish` gives them.
pub(crate) struct Asked {
    ask: Py<PyAny>,
    /// What it raised.
    raised: Mutex<Option<PyErr>>,
}

impl Asked {
    pub(crate) fn new(ask: Py<PyAny>) -> Self {
        Self { ask, raised: Mutex::new(None) }
    }

    pub(crate) fn take_raised(&self) -> Option<PyErr> {
        self.raised.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    fn sums(&self, py: Python<'_>, question: &[u8]) -> PyResult<Sums> {
        let answers = self.ask.bind(py).call1((PyBytes::new(py, question),))?;
        let mut sums = Sums::new();
        for answer in answers.try_iter()? {
            let (keys, counts): (Bound<'_, PyAny>, Bound<'_, PyAny>) = answer?.extract()?;
            let [keys, counts] = [keys, counts].map(|array| ArrayData::from_pyarrow_bound(&array));
            let [keys, counts] = [make_array(keys?), make_array(counts?)];
            let types = (keys.data_type(), counts.data_type());
            if types != (&DataType::Binary, &DataType::Int64) {
                let message = format!("expected keys (binary) and counts (int64), got {types:?}");
                return Err(PyTypeError::new_err(message));
            }
            let counts = counts.as_primitive::<Int64Type>().values().iter();
            let counts = counts.map(|&count| u64::try_from(count).unwrap_or(0));
            let keys = keys.as_binary::<i32>().iter();
            sums.extend(keys.map(|key| key.unwrap_or_default().to_vec()).zip(counts));
        }
        Ok(sums)
    }
}

impl Parts for Asked {
    fn ask(&self, question: &[u8]) -> unspin::Result<Sums> {
        Python::attach(|py| {
            self.sums(py, question).map_err(|error| {
                let message = Error::elsewhere(&error);
                *self.raised.lock().unwrap_or_else(PoisonError::into_inner) = Some(error);
                message
            })
        })
    }
}

/// Writes the language model of text in parts.
#[pyfunction]
#[pyo3(name = "_language_model")]
pub(crate) fn language_model(
    py: Python<'_>,
    parts: Py<PyAny>,
    order: usize,
    prune: Vec<u32>,
    path: PathBuf,
) -> PyResult<()> {
    let (asked, warnings) = (Asked::new(parts), Warnings::default());
    let written = work::run(py, None, |going| {
        let progress = Interruptible::new(going, &warnings);
        unspin::language_model(&asked, order, &prune, path, &progress)
    })?;
    match asked.take_raised() {
        Some(raised) => Err(raised),
        None => written.map_err(raised),
    }
}
