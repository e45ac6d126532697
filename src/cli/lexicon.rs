//! `unspin lexicon`: what can be told of a lexicon without a model.

use super::Outcome;
use crate::error::Result;
use crate::progress::say;
use crate::spin::{Lexicon, check};
use clap::Subcommand;
use std::path::PathBuf;

/// Check a lexicon
#[derive(clap::Args)]
pub(super) struct Args {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Subcommand)]
enum Verb {
    /// Look for bad lines, duplicates, contradictions, odd characters
    Check {
        /// Folder of the lexicon, a folder an engine family in it
        lexicon: PathBuf,
    },
}

pub(super) fn run(args: Args) -> Result<Outcome> {
    let Verb::Check { lexicon } = args.verb;
    let findings = check::check(&lexicon)?;
    super::print(|out| findings.iter().try_for_each(|finding| writeln!(out, "{finding}")))?;
    if !findings.is_empty() {
        say!("unspin: {} findings", findings.len());
        return Ok(Outcome::Partial);
    }
    let lexicon = Lexicon::read(&lexicon)?;
    super::print(|out| {
        lexicon.families.iter().try_for_each(|family| {
            let (name, pairs) = (&family.name, family.entries.len());
            writeln!(out, "{name:<12} {pairs:>7} pairs with all their forms")
        })
    })?;
    Ok(Outcome::Done)
}
