//! unspin restores the original wording of machine-spun English.
//!
//! Spam sites copy an article and let a synonym engine rewrite it; paper mills do
//! the same to science. unspin learns from pairs of original and spun sentences what
//! such engines write for what, and ranks restorations of a spun text by a
//! noisy-channel decoder, with a probability for each word.
//!
//! A [`Trainer`] makes a [`Model`] from pairs and plain text; a [`Decoder`] restores
//! text with it, line by line or whole documents in parallel, into [`Restored`]; an
//! [`evaluate::Report`] says how good that is. The English model that ships is
//! [`Model::english`].
//!
//! ```
//! use unspin::{Decoder, Model, Recipe, Trainer};
//!
//! # fn main() -> unspin::Result<()> {
//! // Train on pairs and text, and learn the weights from held-out pairs.
//! let model = Trainer::new(Recipe::default())
//!     .pairs("training/sample/pairs.tsv")
//!     .text("training/sample/text.txt")
//!     .dev("training/sample/dev.tsv")
//!     .train()?;
//!
//! // Save and open.
//! let folder = tempfile::tempdir().expect("a temporary folder");
//! let path = folder.path().join("sample.unspin");
//! model.save(&path)?;
//! let model = Model::open(&path)?;
//!
//! // Restore.
//! let decoder = Decoder::new(&model);
//! let restored = decoder.decode("In keeping with The New York Instances, the corporate misplaced clients.");
//! assert!(restored.best().starts_with("According to The New York Times"));
//! let times = restored.edits.iter().find(|edit| edit.spun == "Instances").expect("an edit");
//! assert_eq!(times.original, "Times");
//! assert!(times.probability > 0.5);
//! # Ok(())
//! # }
//! ```

#![deny(missing_docs)]
#![deny(unsafe_code)]

pub mod align;
mod batch;
mod channel;
#[doc(hidden)]
pub mod cli;
mod context;
mod corpus;
mod decode;
mod error;
pub mod evaluate;
mod formats;
#[cfg(any(test, fuzzing))]
#[doc(hidden)]
pub mod fuzzing;
mod lattice;
mod lm;
mod measure;
mod model;
mod names;
mod output;
mod progress;
mod record;
mod report;
mod spin;
pub mod text;
mod topic;
mod trainer;
mod tune;
mod vectors;

pub use decode::{Alternative, Candidate, DecodeConfig, Decoder, Edit, Restoration, Restored};
pub use error::{Error, ErrorKind, Result};
pub use formats::text_of;
pub use lattice::features::NamedWeight;
pub use measure::Measure;
pub use model::{KnownOriginal, KnownPhrase, Metadata, Model, SourceRecord};
pub use progress::{Progress, Silent};
pub use record::Leaks;
pub use spin::{EngineConfig, Rate, SpinConfig};
pub use trainer::{
    KeptCounts, LanguageConfig, PairSource, PartCounter, Parts, PivotConfig, Recipe,
    SimulateConfig, SpinList, Sums, TextCounter, TextSource, Thesaurus, ThesaurusKind, Trainer,
    language_model,
};
pub use tune::TuneConfig;
