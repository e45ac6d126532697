//! `unspin lm classes`: classes of words, and a model of them.

use super::files::{OutputArgs, PruneArgs};
use super::text::{Quiet, Text};
use crate::cli::progress::Terminal;
use crate::cli::{Outcome, use_threads};
use crate::error::{Error, Result};
use crate::lm::MAX_ORDER;
use crate::lm::classes::{Classes, MOST};
use crate::lm::count::Counter;
use crate::lm::estimate::{EstimateConfig, estimate};
use crate::progress::Progress;
use crate::text::Vocabulary;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

/// Learn classes of words from text, and a model of sequences of classes
///
/// Words that stand between alike words come into one class (exchange algorithm on
/// bigrams). The classes are named c000, c001 and so on.
#[derive(clap::Args)]
#[command(after_help = "Example:
  unspin lm classes --text news.txt.xz --classes 512 --words classes.tsv --output classes.lm")]
pub(super) struct Args {
    /// Plain English text, a paragraph a line
    #[arg(long, value_name = "FILE", num_args = 1.., required = true)]
    text: Vec<PathBuf>,
    /// Take words as they stand between spaces, and a line as a sentence
    #[arg(long)]
    pretokenized: bool,
    /// Keep this many words, the commonest; the others become unknown [default: all]
    #[arg(long, value_name = "N")]
    vocab_size: Option<usize>,
    /// Classes, at most 512
    #[arg(long, value_name = "N", default_value_t = MOST)]
    classes: usize,
    /// Passes over the words, at most
    #[arg(long, value_name = "N", default_value_t = 12)]
    passes: usize,
    /// The longest n-grams of classes
    #[arg(long, value_name = "N", default_value_t = 5)]
    order: usize,
    /// Lines of `word TAB class TAB log10 p(word | class)` to write
    #[arg(long, value_name = "FILE")]
    words: PathBuf,
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
    if !(1..=MOST).contains(&args.classes) || !(1..=MAX_ORDER).contains(&args.order) {
        let message = format!("--classes is 1 to {MOST} and --order 1 to {MAX_ORDER}");
        return Err(Error::usage(message));
    }
    use_threads(args.threads)?;
    let progress = Terminal::new();
    let text = Text { files: &args.text, pretokenized: args.pretokenized };
    progress.stage("read words, lines", None);
    let (vocabulary, outcome) = text.vocabulary(args.vocab_size, &progress)?;
    let index = vocabulary.index();
    progress.stage("count bigrams, lines", None);
    let mut counter = Counter::new(2, vocabulary.len())?;
    text.numbered(&index, &Quiet(&progress), false, &mut |lines| {
        lines.iter().flatten().for_each(|sentence| counter.add(sentence));
        Ok(())
    })?;
    progress.stage("exchange, words moved", None);
    let classes = Classes::learn(&counter.finish()?, args.classes, args.passes, &progress)?;
    write_words(&args.words, &vocabulary, &classes).map_err(|e| Error::io(&args.words, e))?;

    progress.stage("count n-grams of classes, lines", None);
    let names: Vec<String> = (0..args.classes).map(|class| format!("c{class:03}")).collect();
    let names = Vocabulary::new(names.iter().map(String::as_str));
    let mut counter = Counter::new(args.order, names.len())?;
    text.numbered(&index, &Quiet(&progress), false, &mut |lines| {
        lines.iter().flatten().for_each(|sentence| counter.add(&classes.map(sentence)));
        Ok(())
    })?;
    progress.stage("estimate", None);
    let config = EstimateConfig { whole_vocabulary: false, ..Default::default() };
    let estimate = estimate(&counter.finish()?, &config)?;
    estimate.warnings.iter().for_each(|warning| progress.warn(&warning.to_string()));
    let model = args.prune.prune(estimate.model, &progress);
    args.output.save(&names, &model, &progress)?;
    progress.finish();
    Ok(outcome)
}

fn write_words(path: &Path, vocabulary: &Vocabulary, classes: &Classes) -> std::io::Result<()> {
    let mut out = BufWriter::new(File::create(path)?);
    for word in 3..vocabulary.len() as u32 {
        let (class, prob) = (classes.of[word as usize] - 3, classes.probs[word as usize]);
        let prob = prob / std::f32::consts::LN_10;
        writeln!(out, "{}\tc{class:03}\t{prob:.6}", vocabulary.word(word))?;
    }
    out.flush()
}
