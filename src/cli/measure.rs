//! What `evaluate` and `compare` measure on: held-out pairs and innocent text.

use super::Outcome;
use super::sureness::SurenessArgs;
use crate::error::Result;
use crate::measure::{Material, Measure};
use crate::model::Model;
use crate::progress::{Progress, say};
use std::path::PathBuf;

#[derive(clap::Args)]
pub(super) struct MeasureArgs {
    /// Lines of `original<TAB>spun[<TAB>document[<TAB>engine family]]`
    #[arg(long, value_name = "FILE", required = true, num_args = 1..)]
    pairs: Vec<PathBuf>,
    /// Text that was never spun, for the false-alarm rate
    #[arg(long, value_name = "FILE", num_args = 1..)]
    clean: Vec<PathBuf>,
    /// Split tables by this column of the pairs, from 3 on [default: the fourth, if
    /// there is one]
    #[arg(long, value_name = "COLUMN", value_parser = clap::value_parser!(u16).range(3..))]
    by: Option<u16>,
    /// Restorations that count for fixed@k and MRR
    #[arg(long, value_name = "K", default_value_t = 10, value_parser = clap::value_parser!(u16).range(1..=1000))]
    nbest: u16,
    #[command(flatten)]
    sureness: SurenessArgs,
    /// Replicates of the bootstrap behind the 95 % intervals; 0 for none
    #[arg(long, value_name = "N", default_value_t = 1000)]
    bootstrap: usize,
    /// A table for people or an object for programs
    #[arg(long, value_enum, default_value_t = Format::Table)]
    pub(super) format: Format,
}

#[derive(Clone, Copy, clap::ValueEnum)]
pub(super) enum Format {
    Table,
    Json,
}

impl MeasureArgs {
    /// What is measured, but for how sure `model` must be.
    pub(super) fn files(&self) -> Measure {
        Measure {
            clean: self.clean.clone(),
            by: self.by.map(usize::from),
            nbest: self.nbest.into(),
            least_risk: self.sureness.least_risk,
            replicates: self.bootstrap,
            ..Measure::new(&self.pairs)
        }
    }

    pub(super) fn measure(&self, model: &Model) -> Result<Measure> {
        Ok(Measure { min_confidence: self.sureness.least(model)?, ..self.files() })
    }

    /// Reads all files; rows that cannot be read are named and passed over.
    pub(super) fn read(&self) -> Result<Material> {
        self.files().read(&Complaints)
    }
}

/// Names what was passed over, on standard error.
struct Complaints;

impl Progress for Complaints {
    fn warn(&self, text: &str) {
        say!("unspin: {text}");
    }
}

/// How a run ended that measured `material`.
pub(super) fn outcome(material: &Material) -> Outcome {
    if material.partial { Outcome::Partial } else { Outcome::Done }
}
