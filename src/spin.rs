//! The forward spinner: what engines do to a text, done to clean text on purpose.
//!
//! A lexicon says what an engine family writes for which words; the spinner
//! applies it as such engines do, blind to sense, and keeps the exact alignment,
//! so that the models learn from pairs of which every link is known.

pub(crate) mod check;
pub(crate) mod config;
mod documents;
mod draws;
mod habits;
pub(crate) mod lexicon;
mod line;
mod manner;
mod misspelling;
mod names;
mod plan;
pub(crate) mod profile;
mod sentence;
pub(crate) mod spinner;
mod table;
mod touches;

pub use config::{EngineConfig, Rate, SpinConfig};
pub(crate) use documents::Documents;
pub(crate) use lexicon::{Lexicon, synonyms};
pub(crate) use sentence::SpunSentence;
pub(crate) use spinner::Spinner;
