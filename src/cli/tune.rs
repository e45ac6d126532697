//! `unspin tune`: the weights of a trained model anew, for other text.

use super::progress::Terminal;
use super::{Outcome, open_model, use_threads};
use crate::error::{Error, Result};
use crate::progress::Progress;
use crate::trainer::{Recipe, Trainer};
use std::path::{Path, PathBuf};

/// Learn the feature weights of a model anew, from held-out pairs
///
/// The language model and the substitutions stay as they are; minutes do.
#[derive(clap::Args)]
#[command(after_help = "Examples:
  unspin tune --model my.unspin --dev held-out.tsv --output better.unspin
  unspin tune --config training/en.toml --data ~/data --output tuned.unspin")]
pub(super) struct Args {
    /// Model to start from [default: the one that is built in]
    #[arg(long, value_name = "FILE")]
    model: Option<PathBuf>,
    /// Held-out sentence pairs, `original<TAB>spun[<TAB>document]`
    #[arg(long, value_name = "FILE", num_args = 1..)]
    dev: Vec<PathBuf>,
    /// A recipe (TOML), whose held-out pairs and simulated sentences serve, too
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Folder in which the recipe's relative paths begin [default: the recipe's own]
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// Model file to write
    #[arg(long, value_name = "FILE")]
    output: PathBuf,
    /// Threads to work on [default: as many as the machine has]
    #[arg(long, value_name = "N", default_value_t = 0, hide_default_value = true)]
    threads: usize,
}

pub(super) fn run(args: Args) -> Result<Outcome> {
    if args.config.is_none() && args.dev.is_empty() {
        return Err(Error::usage("name held-out pairs with --dev, or a recipe with --config"));
    }
    use_threads(args.threads)?;
    let recipe = args.config.as_ref().map_or_else(|| Ok(Recipe::default()), Recipe::open)?;
    let own = args.config.as_deref().and_then(Path::parent).unwrap_or(Path::new(""));
    let folder = args.data.as_deref().unwrap_or(own);
    let progress = Terminal::new();
    let mut trainer = Trainer::new(recipe).folder(folder).lexicon_folder(own).progress(&progress);
    for path in &args.dev {
        trainer = trainer.dev(std::path::absolute(path).map_err(|e| Error::io(path, e))?);
    }
    let model = trainer.tune(open_model(args.model.as_deref())?)?;
    progress.stage("write", None);
    model.save(&args.output)?;
    progress.finish();
    Ok(Outcome::Done)
}
