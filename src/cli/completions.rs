//! `unspin completions` and `unspin man`: what shells and `man` know of the program.

use super::Outcome;
use crate::error::{Error, Result};
use clap::Command;
use clap_complete::Shell;
use std::fs;
use std::io::{self, Write};
use std::path::PathBuf;

/// Print completions for a shell
#[derive(clap::Args)]
#[command(after_help = "Examples:
  unspin completions bash > ~/.local/share/bash-completion/completions/unspin
  unspin completions zsh > ~/.zfunc/_unspin
  unspin completions fish > ~/.config/fish/completions/unspin.fish")]
pub(super) struct Args {
    /// The shell
    #[arg(value_enum)]
    shell: Shell,
}

/// Write the man pages into a folder
#[derive(clap::Args)]
#[command(after_help = "Examples:
  unspin man --output ~/.local/share/man/man1
  man unspin-decode")]
pub(super) struct ManArgs {
    /// The folder, made if it is not there
    #[arg(long, short, value_name = "DIR")]
    output: PathBuf,
}

pub(super) fn run(args: Args, mut command: Command) -> Result<Outcome> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut command, "unspin", &mut script);
    let written = io::stdout().lock().write_all(&script);
    written.map_err(|source| Error::io("standard output", source))?;
    Ok(Outcome::Done)
}

pub(super) fn man(args: ManArgs, command: Command) -> Result<Outcome> {
    let failed = |source| Error::io(&args.output, source);
    fs::create_dir_all(&args.output).map_err(failed)?;
    clap_mangen::generate_to(command, &args.output).map_err(failed)?;
    Ok(Outcome::Done)
}
