//! `unspin lm convert`: between ARPA text and packed files.

use super::files::{OutputArgs, PruneArgs, Stored};
use crate::cli::Outcome;
use crate::cli::progress::Terminal;
use crate::error::Result;
use crate::progress::Progress;
use std::path::PathBuf;

/// Turn an ARPA file into a packed one or back, or prune a model
///
/// What is packed has quantised values; an ARPA file made of it has them too.
#[derive(clap::Args)]
#[command(after_help = "Examples:
  unspin lm convert news.arpa.gz --output news.lm
  unspin lm convert news.lm --arpa news.arpa
  unspin lm convert news.lm --ngrams 5000000 --output small.lm")]
pub(super) struct Args {
    /// ARPA file (plain or packed as .gz, .xz, .zst) or packed model
    input: PathBuf,
    #[command(flatten)]
    output: OutputArgs,
    #[command(flatten)]
    prune: PruneArgs,
}

pub(super) fn run(args: Args) -> Result<Outcome> {
    args.output.check()?;
    args.prune.check()?;
    let progress = Terminal::new();
    progress.stage("read", None);
    let (vocabulary, model) = Stored::open(&args.input)?.exact(&args.input)?;
    let model = args.prune.prune(model, &progress);
    args.output.save(&vocabulary, &model, &progress)?;
    progress.finish();
    Ok(Outcome::Done)
}
