//! `unspin tune`: the weights of a trained model anew, for other text.

use super::progress::Terminal;
use super::recipe::{RecipeArgs, here};
use super::{Outcome, open_model};
use crate::error::{Error, Result};
use std::path::PathBuf;

/// Learn the feature weights of a model anew, from held-out pairs
///
/// The language model and the substitutions stay as they are; minutes do. Of a recipe its
/// held-out pairs and simulated sentences serve.
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
    #[command(flatten)]
    recipe: RecipeArgs,
}

pub(super) fn run(args: Args) -> Result<Outcome> {
    if !args.recipe.are_given() && args.dev.is_empty() {
        return Err(Error::usage("name held-out pairs with --dev, or a recipe with --config"));
    }
    let progress = Terminal::new();
    let mut trainer = args.recipe.trainer(&progress, |_| ())?;
    for path in &args.dev {
        trainer = trainer.dev(here(path)?);
    }
    let model = trainer.tune(open_model(args.model.as_deref())?)?;
    args.recipe.save(&model, &progress)?;
    progress.finish();
    Ok(Outcome::Done)
}
