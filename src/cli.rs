//! The command line: one file a verb.

mod align;
mod compare;
mod completions;
mod decode;
mod diff;
mod evaluate;
mod inspect;
mod lexicon;
mod lm;
mod measure;
mod progress;
mod recipe;
mod report;
mod spin;
mod sureness;
mod train;
mod tune;
mod verify;

use crate::error::{Error, Result};
use crate::model::Model;
use crate::progress::say;
use clap::{CommandFactory, FromArgMatches, Parser, Subcommand};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Restores the original wording of machine-spun English.
///
/// Spinners replace words by synonyms so that a copied text is not found again.
/// unspin ranks what the author may have written, with a probability for each
/// word. It works offline, with a model of its own or one that you train.
#[derive(Parser)]
#[command(name = "unspin", max_term_width = 100)]
#[command(after_help = "Examples:
  unspin decode article.txt > restored.txt
  unspin diff article.txt
  unspin report article.txt --output report.html
  unspin decode posts.jsonl --field body --output restored.jsonl --resume
  unspin train --pairs pairs.tsv --text news.txt.xz --dev held-out.tsv --output my.unspin")]
struct Cli {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Subcommand)]
enum Verb {
    Decode(decode::Args),
    Report(report::Args),
    Diff(diff::Args),
    Evaluate(evaluate::Args),
    Compare(compare::Args),
    Train(train::Args),
    Tune(tune::Args),
    Inspect(inspect::Args),
    Verify(verify::Args),
    Align(align::Args),
    Spin(spin::Args),
    Lexicon(lexicon::Args),
    Lm(lm::Args),
    Completions(completions::Args),
    Man(completions::ManArgs),
}

/// How a run ended that did not fail.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Outcome {
    /// All of it was done.
    Done,
    /// Some of the input was passed over, and said so.
    Partial,
    /// A signal of this number came before the end.
    Stopped(u8),
}

impl Outcome {
    /// The outcome of both: what fell short is not forgotten.
    fn or(self, other: Self) -> Self {
        if self == Outcome::Done { other } else { self }
    }
}

/// Runs the program: 0 for success, 1 for an error in the data, 2 for one in the
/// command. A reader that goes away early is a success.
pub fn main() -> ExitCode {
    crate::formats::guard::quiet();
    let cli = match Cli::from_arg_matches(&command().get_matches()) {
        Ok(cli) => cli,
        Err(error) => error.exit(),
    };
    let outcome = match cli.verb {
        Verb::Decode(args) => decode::run(args),
        Verb::Report(args) => report::run(args),
        Verb::Diff(args) => diff::run(args),
        Verb::Evaluate(args) => evaluate::run(args),
        Verb::Compare(args) => compare::run(args),
        Verb::Train(args) => train::run(args),
        Verb::Tune(args) => tune::run(args),
        Verb::Inspect(args) => inspect::run(args),
        Verb::Verify(args) => verify::run(args),
        Verb::Align(args) => align::run(args),
        Verb::Spin(args) => spin::run(args),
        Verb::Lexicon(args) => lexicon::run(args),
        Verb::Lm(args) => lm::run(args),
        Verb::Completions(args) => completions::run(args, command()),
        Verb::Man(args) => completions::man(args, command()),
    };
    match outcome {
        Ok(Outcome::Done) => ExitCode::SUCCESS,
        Ok(Outcome::Partial) => ExitCode::FAILURE,
        Ok(Outcome::Stopped(signal)) => ExitCode::from(128 + signal),
        Err(error) if error.is_broken_pipe() => ExitCode::SUCCESS,
        Err(error) => {
            say!("unspin: {error}");
            ExitCode::from(if error.is_usage() { 2 } else { 1 })
        }
    }
}

/// The command line, and in its version the model that is built in.
fn command() -> clap::Command {
    let version = env!("CARGO_PKG_VERSION");
    let version = match identity(None) {
        Ok(identity) => format!("{version} (model {identity})"),
        Err(_) => format!("{version} (damaged model)"),
    };
    // Lives as long as the program: clap takes nothing shorter.
    Cli::command().version(&*version.leak())
}

/// The model at `path`, or the one that is built in.
fn open_model(path: Option<&Path>) -> Result<Model> {
    path.map_or_else(Model::english, Model::open)
}

/// The number by which the model at `path`, or the one that is built in, is known.
fn identity(path: Option<&Path>) -> Result<String> {
    let container = path.map_or_else(Model::english_container, Model::container)?;
    Ok(format!("{:016x}", container.identity()))
}

/// Writes to standard output, where a reader may have gone away.
fn print(write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<()> {
    let mut out = io::stdout().lock();
    let written = write(&mut out).and_then(|()| out.flush());
    written.map_err(|source| Error::io("standard output", source))
}

/// Sets how many threads work; 0 for as many as the machine has.
fn use_threads(threads: usize) -> Result<()> {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build_global();
    pool.map_err(Error::config)
}

#[derive(clap::Args)]
struct ModelArgs {
    /// Model file [default: the English model that is built in]
    #[arg(long, value_name = "FILE")]
    model: Option<PathBuf>,
    /// Threads to work on [default: as many as the machine has]
    #[arg(long, value_name = "N", default_value_t = 0, hide_default_value = true)]
    threads: usize,
}

impl ModelArgs {
    fn open(&self) -> Result<Model> {
        use_threads(self.threads)?;
        open_model(self.model.as_deref())
    }
}
