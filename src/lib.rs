//! unspin restores the original wording of machine-spun English.

#![deny(missing_docs)]
#![deny(unsafe_code)]

mod channel;
#[doc(hidden)]
pub mod cli;
mod corpus;
mod decode;
mod error;
pub mod evaluate;
mod lattice;
mod lm;
mod model;
mod progress;
mod spin;
pub mod text;
mod trainer;
mod tune;

pub use decode::{Alternative, DecodeConfig, Decoder, Edit, Restoration, Restored, Worker};
pub use error::{Error, Result};
pub use lattice::features::NamedWeight;
pub use model::{KnownOriginal, KnownPhrase, Metadata, Model, SourceRecord};
pub use progress::{Progress, Silent};
pub use trainer::{
    LanguageConfig, PairSource, Recipe, SimulateConfig, SpinList, TextSource, Trainer,
};
pub use tune::TuneConfig;
