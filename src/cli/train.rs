//! `unspin train`: from pairs and text to a model file.

use super::Outcome;
use super::progress::Terminal;
use super::recipe::{RecipeArgs, here};
use crate::error::{Error, Result};
use crate::model::Model;
use crate::trainer::KeptCounts;
use std::path::PathBuf;

/// Learn a model from sentence pairs and plain text
///
/// Pairs are lines of `original<TAB>spun[<TAB>document]`; a phrase list has lines
/// of `original<TAB>spun<TAB>count`. All files may be packed as .gz, .xz or .zst.
/// The same input and recipe give the same bytes at any number of threads.
#[derive(clap::Args)]
#[command(after_help = "Examples:
  unspin train --pairs pairs.tsv --text news.txt.xz --dev held-out.tsv --output my.unspin
  unspin train --update my.unspin --pairs more.tsv --output my.unspin
  unspin train --config training/en.toml --data ~/data --output models/en.unspin")]
pub(super) struct Args {
    /// Sentence pairs or phrase lists
    #[arg(long, value_name = "FILE", num_args = 1..)]
    pairs: Vec<PathBuf>,
    /// Word links of each file of --pairs, in the same order, as `unspin align` prints
    /// them [default: an aligner finds them]
    #[arg(long, value_name = "FILE", num_args = 1.., requires = "pairs")]
    alignments: Vec<PathBuf>,
    /// Plain English text, a paragraph a line
    #[arg(long, value_name = "FILE", num_args = 1..)]
    text: Vec<PathBuf>,
    /// Held-out sentence pairs, from which the feature weights are learned
    #[arg(long, value_name = "FILE", num_args = 1..)]
    dev: Vec<PathBuf>,
    #[command(flatten)]
    recipe: RecipeArgs,
    /// Keep what was counted in a file beside the model, MODEL.counts, so that pairs can
    /// be added later; several times the size of the pairs' text
    #[arg(long)]
    keep_counts: bool,
    /// Add --pairs to this model, trained with --keep-counts, as if they had been named
    /// last when it was trained; its language model and weights stay
    #[arg(long, value_name = "MODEL", requires = "pairs", conflicts_with_all = ["text", "dev", "config", "base"])]
    update: Option<PathBuf>,
    /// A model whose words, language model and context model serve, instead of --text
    #[arg(long, value_name = "FILE")]
    base: Option<PathBuf>,
    /// Memory that counts of substitutions may take, such as 500M or 2G; the rest goes
    /// to temporary files, the model is the same [default: 1G]
    #[arg(long, value_name = "BYTES", value_parser = super::lm::bytes)]
    memory: Option<usize>,
    /// Stop at the first row that cannot be read, instead of passing it over
    #[arg(long)]
    strict: bool,
}

pub(super) fn run(args: Args) -> Result<Outcome> {
    if args.update.is_none()
        && !args.recipe.are_given()
        && (args.pairs.is_empty() || (args.text.is_empty() && args.base.is_none()))
    {
        return Err(Error::usage("name --pairs and --text or --base, or a recipe with --config"));
    }
    if !args.alignments.is_empty() && args.alignments.len() != args.pairs.len() {
        let (links, pairs) = (args.alignments.len(), args.pairs.len());
        let message =
            format!("{links} files of --alignments for {pairs} of --pairs: name one each");
        return Err(Error::usage(message));
    }
    let progress = Terminal::new();
    let mut trainer = args.recipe.trainer(&progress, |recipe| {
        recipe.strict |= args.strict;
        recipe.memory = args.memory.unwrap_or(recipe.memory);
    })?;
    if let Some(base) = &args.base {
        trainer = trainer.base(Model::open(base)?);
    }
    for (number, path) in args.pairs.iter().enumerate() {
        trainer = match args.alignments.get(number) {
            Some(links) => trainer.aligned_pairs(here(path)?, here(links)?),
            None => trainer.pairs(here(path)?),
        };
    }
    for path in &args.text {
        trainer = trainer.text(here(path)?);
    }
    for path in &args.dev {
        trainer = trainer.dev(here(path)?);
    }
    let (model, counts) = match &args.update {
        Some(path) => {
            let counts = KeptCounts::path(path);
            if !counts.exists() {
                let (path, counts) = (path.display(), counts.display());
                let message = format!("{counts} is not there: train {path} with --keep-counts");
                return Err(Error::config(message));
            }
            let (model, counts) = trainer.update(Model::open(path)?, KeptCounts::open(counts)?)?;
            (model, Some(counts))
        }
        None if args.keep_counts => {
            let (model, counts) = trainer.train_keeping()?;
            (model, Some(counts))
        }
        None => (trainer.train()?, None),
    };
    args.recipe.save(&model, &progress)?;
    if let Some(counts) = counts {
        counts.save(KeptCounts::path(&args.recipe.output))?;
    }
    progress.finish();
    Ok(Outcome::Done)
}
