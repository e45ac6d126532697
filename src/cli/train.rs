//! `unspin train`: from pairs and text to a model file.

use super::progress::Terminal;
use super::{Outcome, use_threads};
use crate::error::{Error, Result};
use crate::model::Model;
use crate::progress::Progress;
use crate::trainer::{Recipe, Trainer};
use std::path::{Path, PathBuf};

/// Learn a model from sentence pairs and plain text
///
/// Pairs are lines of `original<TAB>spun[<TAB>document]`; a phrase list has lines
/// of `original<TAB>spun<TAB>count`. All files may be packed as .gz, .xz or .zst.
/// The same input and recipe give the same bytes at any number of threads.
#[derive(clap::Args)]
#[command(after_help = "Examples:
  unspin train --pairs pairs.tsv --text news.txt.xz --dev held-out.tsv --output my.unspin
  unspin train --config training/en.toml --data ~/data --output models/en.unspin")]
pub(super) struct Args {
    /// Sentence pairs or phrase lists
    #[arg(long, value_name = "FILE", num_args = 1..)]
    pairs: Vec<PathBuf>,
    /// Plain English text, a paragraph a line
    #[arg(long, value_name = "FILE", num_args = 1..)]
    text: Vec<PathBuf>,
    /// Held-out sentence pairs, from which the feature weights are learned
    #[arg(long, value_name = "FILE", num_args = 1..)]
    dev: Vec<PathBuf>,
    /// A recipe (TOML); files named on the command line come on top
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Folder in which the recipe's relative paths begin [default: the recipe's own]
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// A model whose words, language model and context model serve, instead of --text
    #[arg(long, value_name = "FILE")]
    base: Option<PathBuf>,
    /// Model file to write
    #[arg(long, value_name = "FILE")]
    output: PathBuf,
    /// Threads to work on [default: as many as the machine has]
    #[arg(long, value_name = "N", default_value_t = 0, hide_default_value = true)]
    threads: usize,
    /// Stop at the first row that cannot be read, instead of passing it over
    #[arg(long)]
    strict: bool,
}

pub(super) fn run(args: Args) -> Result<Outcome> {
    if args.config.is_none()
        && (args.pairs.is_empty() || (args.text.is_empty() && args.base.is_none()))
    {
        return Err(Error::usage("name --pairs and --text or --base, or a recipe with --config"));
    }
    use_threads(args.threads)?;
    let mut recipe = args.config.as_ref().map_or_else(|| Ok(Recipe::default()), Recipe::open)?;
    recipe.strict |= args.strict;
    let own = args.config.as_deref().and_then(Path::parent).unwrap_or(Path::new(""));
    let folder = args.data.as_deref().unwrap_or(own);
    let progress = Terminal::new();
    // What the command line names is meant as it stands, not in the data folder.
    let here = |path: &PathBuf| std::path::absolute(path).map_err(|e| Error::io(path, e));
    let mut trainer = Trainer::new(recipe).folder(folder).lexicon_folder(own).progress(&progress);
    if let Some(base) = &args.base {
        trainer = trainer.base(Model::open(base)?);
    }
    for path in &args.pairs {
        trainer = trainer.pairs(here(path)?);
    }
    for path in &args.text {
        trainer = trainer.text(here(path)?);
    }
    for path in &args.dev {
        trainer = trainer.dev(here(path)?);
    }
    let model = trainer.train()?;
    progress.stage("write", None);
    model.save(&args.output)?;
    progress.finish();
    Ok(Outcome::Done)
}
