//! `unspin diff`: what decoding changes, marked in the terminal.

use super::sureness::SurenessArgs;
use super::{ModelArgs, Outcome};
use crate::decode::{DecodeConfig, Decoder};
use crate::error::{Error, Result};
use crate::formats::Format;
use crate::progress::say;
use crate::report::{Reader, terminal};
use std::io::{self, BufWriter, IsTerminal, Write};
use std::path::PathBuf;

/// Show what would be restored, each change marked
///
/// Prints articles with the spun words struck out and the restored ones behind them, in
/// colour on a terminal; elsewhere, and where NO_COLOR is set, as [-spun-]{+restored+}.
#[derive(clap::Args)]
#[command(after_help = "Examples:
  unspin diff article.txt
  unspin diff --min-confidence 0.8 --color always page.html | less -R")]
pub(super) struct Args {
    /// Articles: text, pages, Markdown, or records of tables
    #[arg(value_name = "ARTICLE", required = true)]
    articles: Vec<PathBuf>,
    #[command(flatten)]
    model: ModelArgs,
    #[command(flatten)]
    sureness: SurenessArgs,
    /// Whether to write in colour
    #[arg(long, value_enum, default_value_t = Colour::Auto)]
    color: Colour,
    /// Only the lines that change
    #[arg(long)]
    changes: bool,
    /// Format of the articles [default: by the name of the file]
    #[arg(long, value_enum)]
    format: Option<Format>,
    /// Field or column with the text
    #[arg(long, value_name = "NAME", default_value = "text")]
    field: String,
}

#[derive(Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Colour {
    /// On a terminal, unless NO_COLOR is set
    Auto,
    /// Everywhere
    Always,
    /// Nowhere
    Never,
}

impl Colour {
    fn wanted(self) -> bool {
        match self {
            Colour::Always => true,
            Colour::Never => false,
            Colour::Auto => {
                let refused = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
                let dumb = std::env::var_os("TERM").is_some_and(|value| value == "dumb");
                io::stdout().is_terminal() && !refused && !dumb
            }
        }
    }
}

pub(super) fn run(args: Args) -> Result<Outcome> {
    let model = args.model.open()?;
    let min_confidence = args.sureness.least(&model)?;
    let least_risk = args.sureness.least_risk;
    let config = DecodeConfig { min_confidence, least_risk, ..DecodeConfig::default() };
    let decoder = Decoder::with_config(&model, config)?;
    let (format, field) = (args.format, args.field);
    let reader = Reader { model: &model, decoder, format, field };
    let colour = args.color.wanted();
    let failed = |source| Error::io("standard output", source);
    let mut out = BufWriter::new(io::stdout().lock());
    let mut outcome = Outcome::Done;
    for path in &args.articles {
        for article in reader.read(path)? {
            for refusal in &article.refusals {
                say!("unspin: {}: {}", refusal.place, refusal.reason);
                outcome = Outcome::Partial;
            }
            for line in &article.lines {
                if args.changes && line.restored.edits.is_empty() {
                    continue;
                }
                let gap = if line.apart && !args.changes { "\n" } else { "" };
                writeln!(out, "{gap}{}", terminal::marked(&line.restored, colour))
                    .map_err(failed)?;
            }
        }
    }
    out.flush().map_err(failed)?;
    Ok(outcome)
}
