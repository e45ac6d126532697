//! `unspin lm`: language models by themselves.

mod build;
mod classes;
mod convert;
mod files;
mod mix;
mod score;
mod text;

pub(super) use build::bytes;

use super::Outcome;
use crate::error::Result;
use clap::Subcommand;

/// Build, score, mix and convert n-gram language models
#[derive(clap::Args)]
#[command(after_help = "Examples:
  unspin lm build --order 5 --text news.txt.xz --output news.lm
  unspin lm score news.lm --text held-out.txt")]
pub(super) struct Args {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Subcommand)]
enum Verb {
    Build(build::Args),
    Score(score::Args),
    Mix(mix::Args),
    Convert(convert::Args),
    Classes(classes::Args),
}

pub(super) fn run(args: Args) -> Result<Outcome> {
    match args.verb {
        Verb::Build(args) => build::run(args),
        Verb::Score(args) => score::run(args),
        Verb::Mix(args) => mix::run(args),
        Verb::Convert(args) => convert::run(args),
        Verb::Classes(args) => classes::run(args),
    }
}
