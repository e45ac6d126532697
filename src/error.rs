//! What can go wrong, said so that the reader knows where and what to do.

use std::fmt::Display;
use std::path::Path;

/// The one result type of the crate.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// An error of training, decoding, evaluating or reading a model.
///
/// The message names the place (file and line, or section of the model file),
/// what stood there and what was expected, and the remedy where there is one.
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
pub struct Error(#[from] Kind);

/// What sort of error it is, for callers that act on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The operating system refused to read or write; `source()` says why.
    Io,
    /// A file of pairs or text holds what its format does not allow.
    Data,
    /// A model file is damaged, or not what this version reads.
    Model,
    /// Settings or inputs that cannot be worked with.
    Config,
}

#[derive(Debug, thiserror::Error)]
enum Kind {
    #[error("{place}: {source}")]
    Io { place: String, source: std::io::Error },
    #[error("{place}: {message}")]
    Data { place: String, message: String },
    #[error("{what}: expected {expected}, got {got}; {remedy}")]
    Model { what: String, expected: String, got: String, remedy: &'static str },
    #[error("{0}")]
    Config(String),
    #[error("{0}")]
    Usage(String),
}

impl Error {
    /// The operating system refused to read or write `path`.
    pub(crate) fn io(path: impl AsRef<Path>, source: std::io::Error) -> Self {
        let place = path.as_ref().display().to_string();
        Kind::Io { place, source }.into()
    }

    /// A file holds something that its format does not allow, at `line` (from 1).
    pub(crate) fn data(path: impl AsRef<Path>, line: u64, message: impl Display) -> Self {
        let place = format!("{}:{line}", path.as_ref().display());
        let message = message.to_string();
        Kind::Data { place, message }.into()
    }

    /// A model file is not what this version reads.
    pub(crate) fn model(
        what: impl Display,
        expected: impl Display,
        got: impl Display,
        remedy: &'static str,
    ) -> Self {
        Kind::Model {
            what: what.to_string(),
            expected: expected.to_string(),
            got: got.to_string(),
            remedy,
        }
        .into()
    }

    /// Where it is, and what is wrong there, of an error in the data.
    pub(crate) fn parts(&self) -> (String, String) {
        match &self.0 {
            Kind::Data { place, message } => (place.clone(), message.clone()),
            Kind::Io { place, source } => (place.clone(), source.to_string()),
            other => (String::new(), other.to_string()),
        }
    }

    /// The same error, with the model file's path before it.
    pub(crate) fn at(self, path: &Path) -> Self {
        match self.0 {
            Kind::Model { what, expected, got, remedy } => {
                let what = format!("{}: {what}", path.display());
                Kind::Model { what, expected, got, remedy }.into()
            }
            other => other.into(),
        }
    }

    /// Settings that contradict each other or lie outside their range.
    pub(crate) fn config(message: impl Display) -> Self {
        Kind::Config(message.to_string()).into()
    }

    /// A command that asks for what cannot be.
    pub(crate) fn usage(message: impl Display) -> Self {
        Kind::Usage(message.to_string()).into()
    }

    /// What sort of error it is.
    pub fn kind(&self) -> ErrorKind {
        match self.0 {
            Kind::Io { .. } => ErrorKind::Io,
            Kind::Data { .. } => ErrorKind::Data,
            Kind::Model { .. } => ErrorKind::Model,
            Kind::Config(_) | Kind::Usage(_) => ErrorKind::Config,
        }
    }

    /// True for an error in the command, not in the data.
    pub(crate) fn is_usage(&self) -> bool {
        matches!(self.0, Kind::Usage(_))
    }

    /// True if the reader of our output went away, which ends a filter in peace.
    pub fn is_broken_pipe(&self) -> bool {
        matches!(&self.0, Kind::Io { source, .. } if source.kind() == std::io::ErrorKind::BrokenPipe)
    }
}
