//! Errors of the library as exceptions, by kind.

use pyo3::exceptions::PyFileNotFoundError;
use pyo3::prelude::*;
use std::error::Error as _;
use std::io;
use unspin::{Error, ErrorKind};

pyo3::import_exception!(unspin.errors, ConfigError);
pyo3::import_exception!(unspin.errors, DataError);
pyo3::import_exception!(unspin.errors, FileError);
pyo3::import_exception!(unspin.errors, ModelError);

/// The exception for an error, with its message.
pub(crate) fn raised(error: Error) -> PyErr {
    let message = error.to_string();
    match error.kind() {
        ErrorKind::Io if is_missing(&error) => PyFileNotFoundError::new_err(message),
        ErrorKind::Io => FileError::new_err(message),
        ErrorKind::Data => DataError::new_err(message),
        ErrorKind::Model => ModelError::new_err(message),
        _ => ConfigError::new_err(message),
    }
}

fn is_missing(error: &Error) -> bool {
    let source = error.source().and_then(|source| source.downcast_ref::<io::Error>());
    source.is_some_and(|source| source.kind() == io::ErrorKind::NotFound)
}
