//! `unspin lm mix`: several models as one.

use super::files::{OutputArgs, PruneArgs, Stored, is_packed, read_arpa};
use super::text::Text;
use crate::cli::progress::Terminal;
use crate::cli::{Outcome, use_threads};
use crate::corpus::Lines;
use crate::error::{Error, Result};
use crate::lm::model::BackoffModel;
use crate::lm::{arpa, mix};
use crate::progress::Progress;
use crate::text::Vocabulary;
use std::path::{Path, PathBuf};

/// Mix models by linear interpolation, with weights learned on held-out text
///
/// The mixture holds every n-gram of every model with its mixed probability.
/// Words that a model lacks share what it gives to unknown words.
#[derive(clap::Args)]
#[command(after_help = "Examples:
  unspin lm mix news.arpa science.arpa --dev held-out.txt --output mixed.lm
  unspin lm mix news.arpa science.arpa --weights 0.7 0.3 --arpa mixed.arpa")]
pub(super) struct Args {
    /// ARPA files or packed models, two or more
    #[arg(required = true, num_args = 2..)]
    models: Vec<PathBuf>,
    /// Held-out text that weighs the models
    #[arg(long, value_name = "FILE", num_args = 1.., required_unless_present = "weights")]
    dev: Vec<PathBuf>,
    /// Take words of the held-out text as they stand between spaces
    #[arg(long)]
    pretokenized: bool,
    /// Weights instead of held-out text, one a model, of sum 1
    #[arg(long, value_name = "WEIGHT", num_args = 1.., conflicts_with = "dev")]
    weights: Vec<f64>,
    #[command(flatten)]
    output: OutputArgs,
    #[command(flatten)]
    prune: PruneArgs,
    /// Threads to work on [default: as many as the machine has]
    #[arg(long, value_name = "N", default_value_t = 0, hide_default_value = true)]
    threads: usize,
}

pub(super) fn run(args: Args) -> Result<Outcome> {
    args.output.check()?;
    args.prune.check()?;
    if args.dev.is_empty() && args.weights.len() != args.models.len() {
        return Err(Error::usage("--weights needs a number for each model"));
    }
    use_threads(args.threads)?;
    let progress = Terminal::new();
    progress.stage("read models", Some(args.models.len() as u64));
    let (vocabulary, models) = open(&args.models, &progress)?;
    let models: Vec<&BackoffModel> = models.iter().collect();
    let mut weights = args.weights;
    let mut outcome = Outcome::Done;
    if !args.dev.is_empty() {
        progress.stage("weigh models, lines", None);
        let text = Text { files: &args.dev, pretokenized: args.pretokenized };
        let mut sentences = Vec::new();
        outcome = text.numbered(&vocabulary.index(), &progress, false, &mut |lines| {
            sentences.extend(lines.into_iter().flatten());
            Ok(())
        })?;
        let (found, perplexity) = mix::weights(&models, &sentences)?;
        weights = found;
        progress.note(&format!("perplexity of the mixture on held-out text {perplexity:.3}"));
    }
    for (path, weight) in args.models.iter().zip(&weights) {
        progress.note(&format!("{weight:.4}  {}", path.display()));
    }
    progress.stage("mix", None);
    let mixed = mix::mix(&models, &weights)?;
    drop(models);
    let mixed = args.prune.prune(mixed, &progress);
    args.output.save(&vocabulary, &mixed, &progress)?;
    progress.finish();
    Ok(outcome)
}

/// All models over the words of them all.
fn open(paths: &[PathBuf], progress: &dyn Progress) -> Result<(Vocabulary, Vec<BackoffModel>)> {
    let mut words = Vec::new();
    for path in paths {
        words.extend(words_of(path)?);
    }
    let vocabulary = Vocabulary::new(words.iter().map(String::as_str));
    drop(words);
    let mut models = Vec::new();
    for path in paths {
        let mut model = if is_packed(path)? {
            let (own, mut model) = Stored::open(path)?.exact(path)?;
            model.renumber(vocabulary.len(), |word| match word {
                ..3 => word,
                _ => vocabulary.id_or_unknown(&own.word(word)),
            });
            model
        } else {
            read_arpa(path, &vocabulary)?
        };
        model.spread_unknown();
        models.push(model);
        progress.advance(1);
    }
    Ok((vocabulary, models))
}

fn words_of(path: &Path) -> Result<Vec<String>> {
    if !is_packed(path)? {
        return arpa::words(Lines::open(path)?);
    }
    let vocabulary = crate::lm::file::LanguageFile::open(path)?.vocabulary;
    Ok((3..vocabulary.len() as u32).map(|word| vocabulary.word(word)).collect())
}
