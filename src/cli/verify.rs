//! `unspin verify`: every byte of a model held against its checksum.

use super::Outcome;
use crate::error::Result;
use crate::model::Model;
use std::path::PathBuf;

/// Check a model file: every checksum, and that every section can be read
#[derive(clap::Args)]
#[command(after_help = "Examples:
  unspin verify my.unspin")]
pub(super) struct Args {
    /// Model file
    model: PathBuf,
}

pub(super) fn run(args: Args) -> Result<Outcome> {
    let container = Model::container(&args.model)?;
    Model::open(&args.model)?;
    let (sections, bytes) = (container.sections().len(), container.len());
    let identity = container.identity();
    let name = args.model.display();
    let told =
        format!("{name}: whole; {sections} sections, {bytes} bytes, identity {identity:016x}");
    super::print(|out| writeln!(out, "{told}"))?;
    Ok(Outcome::Done)
}
