//! Arrays of Arrow: texts read where they lie, results handed over as they are.

use crate::errors::DataError;
use arrow_array::builder::StringBuilder;
use arrow_array::cast::AsArray;
use arrow_array::{Array, ArrayRef, make_array};
use arrow_data::ArrayData;
use arrow_pyarrow::{FromPyArrow, ToPyArrow};
use arrow_schema::DataType;
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::PyTuple;
use std::sync::Arc;
use unspin::Decoder;

/// Bytes of text, and rows, that are restored together, as the command line does.
const TOGETHER: usize = 128 << 10;
const MOST_ROWS: usize = 4096;

/// An array of text, or of bytes that ought to be text.
pub(crate) struct Texts {
    array: ArrayRef,
}

/// What became of each row; missing where the text is missing or was refused.
pub(crate) struct Columns {
    restored: ArrayRef,
    /// JSON as the command line's `--evidence`, if asked for.
    evidence: Option<ArrayRef>,
    /// Why a row was refused.
    reasons: ArrayRef,
}

/// A row: missing, a text, or why it is none.
pub(crate) type Row<'a> = Option<Result<&'a str, String>>;

impl Texts {
    pub(crate) fn new(array: &Bound<'_, PyAny>) -> PyResult<Self> {
        let array = make_array(ArrayData::from_pyarrow_bound(array)?);
        match array.data_type() {
            DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View => {}
            DataType::Binary | DataType::LargeBinary | DataType::BinaryView => {}
            other => {
                let message = format!("expected an array of strings or binary, got {other}");
                return Err(PyTypeError::new_err(message));
            }
        }
        Ok(Self { array })
    }

    pub(crate) fn len(&self) -> usize {
        self.array.len()
    }

    pub(crate) fn row(&self, at: usize) -> Row<'_> {
        let array = &self.array;
        if array.is_null(at) {
            return None;
        }
        let bytes = match array.data_type() {
            DataType::Utf8 => array.as_string::<i32>().value(at).as_bytes(),
            DataType::LargeUtf8 => array.as_string::<i64>().value(at).as_bytes(),
            DataType::Utf8View => array.as_string_view().value(at).as_bytes(),
            DataType::Binary => array.as_binary::<i32>().value(at),
            DataType::LargeBinary => array.as_binary::<i64>().value(at),
            _ => array.as_binary_view().value(at),
        };
        Some(unspin::text_of(bytes).map_err(|error| error.to_string()))
    }

    /// Restores every row, a document each, for as long as `go_on` says so.
    pub(crate) fn restore(
        &self,
        decoder: &Decoder<'_>,
        evidence: bool,
        go_on: &(dyn Fn() -> bool + Sync),
    ) -> PyResult<Columns> {
        let rows = self.array.len();
        let [mut best, mut reasons] = [(); 2].map(|()| StringBuilder::new());
        let mut proofs = evidence.then(StringBuilder::new);
        let mut start = 0;
        while start < rows && go_on() {
            let (mut batch, mut bytes) = (Vec::new(), 0);
            while start + batch.len() < rows && bytes < TOGETHER && batch.len() < MOST_ROWS {
                let row = self.row(start + batch.len());
                bytes += row.as_ref().and_then(|row| row.as_ref().ok()).map_or(0, |t| t.len());
                batch.push(row);
            }
            start += batch.len();
            let texts: Vec<&str> = batch.iter().flatten().flatten().copied().collect();
            let restored = decoder.decode_texts_while(&texts, go_on).unwrap_or_default();
            let mut restored = restored.into_iter();
            for row in batch {
                let new = match &row {
                    Some(Ok(_)) => restored.next(),
                    _ => None,
                };
                best.append_option(new.as_ref().map(unspin::Restored::best));
                if let Some(proofs) = &mut proofs {
                    let json = new.as_ref().map(serde_json::to_string).transpose();
                    proofs.append_option(json.map_err(|e| DataError::new_err(e.to_string()))?);
                }
                reasons.append_option(row.and_then(Result::err));
            }
        }
        let array = |mut builder: StringBuilder| -> ArrayRef { Arc::new(builder.finish()) };
        Ok(Columns { restored: array(best), evidence: proofs.map(array), reasons: array(reasons) })
    }
}

impl Columns {
    pub(crate) fn into_tuple(self, py: Python<'_>) -> PyResult<Bound<'_, PyTuple>> {
        let python = |array: ArrayRef| array.to_data().to_pyarrow(py);
        let evidence = self.evidence.map(python).transpose()?;
        (python(self.restored)?, evidence, python(self.reasons)?).into_pyobject(py)
    }
}
