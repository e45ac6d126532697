//! `Model`: made, loaded, asked.

use crate::arrow;
use crate::errors::{ConfigError, DataError, raised};
use crate::restored::Restored;
use crate::work;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyTuple};
use std::path::PathBuf;
use std::sync::Arc;
use unspin::{DecodeConfig, Decoder};

/// A shorter text is restored where it stands.
const LONG: usize = 16 << 10;
/// Texts that are taken from Python before they are restored together, in bytes.
const TOGETHER: usize = 256 << 10;
const MOST_TEXTS: usize = 4096;

/// A trained model; threads and processes may share it.
#[pyclass(frozen, module = "unspin._unspin")]
pub(crate) struct Model {
    pub(crate) model: unspin::Model,
    origin: Origin,
}

/// Where a model comes from, so that another process can get it there too.
enum Origin {
    Default,
    File(PathBuf),
    Memory,
}

/// What a model knows of a spun phrase.
#[pyclass(frozen, get_all, module = "unspin")]
pub(crate) struct KnownPhrase {
    left_alone: f64,
    candidates: Vec<KnownOriginal>,
}

/// One candidate original.
#[pyclass(frozen, get_all, module = "unspin", from_py_object)]
#[derive(Clone)]
pub(crate) struct KnownOriginal {
    original: String,
    restore: f64,
    spin: f64,
    seen_in: Vec<&'static str>,
}

impl Model {
    /// A model that was made here.
    pub(crate) fn made(model: unspin::Model) -> Self {
        Self { model, origin: Origin::Memory }
    }
}

#[pymethods]
impl Model {
    #[staticmethod]
    fn default(py: Python<'_>) -> PyResult<Self> {
        let model = py.detach(unspin::Model::english).map_err(raised)?;
        Ok(Self { model, origin: Origin::Default })
    }

    #[staticmethod]
    fn load(py: Python<'_>, path: PathBuf) -> PyResult<Self> {
        let model = py.detach(|| unspin::Model::open(&path)).map_err(raised)?;
        // A relative path means another file elsewhere.
        let path = std::path::absolute(&path).unwrap_or(path);
        Ok(Self { model, origin: Origin::File(path) })
    }

    #[staticmethod]
    fn from_bytes(py: Python<'_>, data: Vec<u8>) -> PyResult<Self> {
        py.detach(|| unspin::Model::from_bytes(data)).map(Self::made).map_err(raised)
    }

    #[staticmethod]
    fn verify(py: Python<'_>, path: PathBuf) -> PyResult<()> {
        py.detach(|| unspin::Model::open(path)).map(|_| ()).map_err(raised)
    }

    fn save(&self, py: Python<'_>, path: PathBuf) -> PyResult<()> {
        py.detach(|| self.model.save(path)).map_err(raised)
    }

    fn to_bytes<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyBytes>> {
        let bytes = py.detach(|| self.model.to_bytes()).map_err(raised)?;
        Ok(PyBytes::new(py, &bytes))
    }

    fn lookup(&self, phrase: &str) -> Option<KnownPhrase> {
        let known = self.model.lookup(phrase)?;
        let original = |known: unspin::KnownOriginal| {
            let unspin::KnownOriginal { original, restore, spin, seen_in } = known;
            KnownOriginal { original, restore, spin, seen_in }
        };
        let candidates = known.candidates.into_iter().map(original).collect();
        Some(KnownPhrase { left_alone: known.left_alone, candidates })
    }

    #[getter]
    fn _metadata(&self) -> PyResult<String> {
        let failed = |error: serde_json::Error| DataError::new_err(error.to_string());
        serde_json::to_string(self.model.metadata()).map_err(failed)
    }

    #[pyo3(signature = (text, *, n_best = 1, min_confidence = 0.0))]
    fn restore(
        &self,
        py: Python<'_>,
        text: &str,
        n_best: usize,
        min_confidence: f64,
    ) -> PyResult<Restored> {
        let decoder = self.decoder(n_best, min_confidence)?;
        if text.len() < LONG && !text.contains('\n') {
            return Ok(Restored(Arc::new(py.detach(|| decoder.decode(text)))));
        }
        let restored = work::run(py, None, |going| {
            decoder.decode_texts_while(&[text], &|| going.on()).unwrap_or_default()
        })?;
        let restored = restored.into_iter().next();
        let untouched = || unspin::Restored::untouched(text);
        Ok(Restored(Arc::new(restored.unwrap_or_else(untouched))))
    }

    #[pyo3(signature = (texts, *, n_best = 1, min_confidence = 0.0, threads = None))]
    fn _restore_iterable(
        &self,
        py: Python<'_>,
        texts: &Bound<'_, PyAny>,
        n_best: usize,
        min_confidence: f64,
        threads: Option<usize>,
    ) -> PyResult<Vec<Option<Restored>>> {
        let decoder = self.decoder(n_best, min_confidence)?;
        let mut texts = texts.try_iter()?;
        let mut all = Vec::new();
        loop {
            let (mut batch, mut bytes) = (Vec::new(), 0);
            for text in texts.by_ref() {
                let text: Option<String> = text?.extract()?;
                bytes += text.as_ref().map_or(0, String::len);
                batch.push(text);
                if bytes >= TOGETHER || batch.len() == MOST_TEXTS {
                    break;
                }
            }
            if batch.is_empty() {
                return Ok(all);
            }
            let given: Vec<&str> = batch.iter().flatten().map(String::as_str).collect();
            let mut restored = work::run(py, threads, |going| {
                decoder.decode_texts_while(&given, &|| going.on()).unwrap_or_default()
            })?
            .into_iter();
            all.extend(batch.iter().map(|text| {
                text.as_ref().and_then(|_| restored.next()).map(|new| Restored(Arc::new(new)))
            }));
        }
    }

    /// `(restored, evidence, reasons)` of an Arrow array of text or bytes.
    #[pyo3(signature = (array, *, n_best = 1, min_confidence = 0.0, threads = None, evidence = false))]
    fn _restore_arrow<'py>(
        &self,
        array: &Bound<'py, PyAny>,
        n_best: usize,
        min_confidence: f64,
        threads: Option<usize>,
        evidence: bool,
    ) -> PyResult<Bound<'py, PyTuple>> {
        let py = array.py();
        let decoder = self.decoder(n_best, min_confidence)?;
        let texts = arrow::Texts::new(array)?;
        let columns =
            work::run(py, threads, |going| texts.restore(&decoder, evidence, &|| going.on()))??;
        columns.into_tuple(py)
    }

    fn __reduce__<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyTuple>> {
        let py = slf.py();
        let this = slf.get();
        let make = |name: &str| slf.get_type().getattr(name);
        match &this.origin {
            Origin::Default => (make("default")?, PyTuple::empty(py)).into_pyobject(py),
            Origin::File(path) => (make("load")?, (path.clone(),)).into_pyobject(py),
            Origin::Memory => (make("from_bytes")?, (this.to_bytes(py)?,)).into_pyobject(py),
        }
    }

    fn __repr__(&self) -> String {
        let words = self.model.vocabulary().len();
        match &self.origin {
            Origin::Default => "unspin.Model.default()".into(),
            Origin::File(path) => format!("unspin.Model.load({:?})", path.display().to_string()),
            Origin::Memory => format!("<unspin.Model of {words} words>"),
        }
    }
}

impl Model {
    fn decoder(&self, nbest: usize, min_confidence: f64) -> PyResult<Decoder<'_>> {
        if nbest > 1000 {
            return Err(ConfigError::new_err("n_best must be from 1 to 1000"));
        }
        let config = DecodeConfig { nbest, min_confidence, ..DecodeConfig::default() };
        Decoder::with_config(&self.model, config).map_err(raised)
    }
}

#[pymethods]
impl KnownPhrase {
    fn __repr__(&self) -> String {
        let (left_alone, candidates) = (self.left_alone, self.candidates.len());
        format!("KnownPhrase(left_alone={left_alone:.4}, {candidates} candidates)")
    }
}

#[pymethods]
impl KnownOriginal {
    fn __repr__(&self) -> String {
        let Self { original, restore, spin, .. } = self;
        format!("KnownOriginal({original:?}, restore={restore:.4}, spin={spin:.4})")
    }
}
