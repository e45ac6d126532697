//! `unspin inspect`: what a model is made of, and what it knows of a phrase.

use super::Outcome;
use crate::decode::precision::is_threshold;
use crate::error::Result;
use crate::model::Model;
use crate::model::container::Container;
use std::io::{self, Write};
use std::path::PathBuf;

/// Show what a model holds: sections, counts, weights, provenance, a phrase
#[derive(clap::Args)]
#[command(after_help = "Examples:
  unspin inspect
  unspin inspect models/en.unspin --phrase 'in keeping with'")]
pub(super) struct Args {
    /// Model file [default: the English model that is built in]
    model: Option<PathBuf>,
    /// Show the candidate originals of this spun phrase
    #[arg(long)]
    phrase: Option<String>,
}

pub(super) fn run(args: Args) -> Result<Outcome> {
    let model = super::open_model(args.model.as_deref())?;
    match &args.phrase {
        Some(phrase) => super::print(|out| show_phrase(&model, phrase, out))?,
        None => {
            let container = match &args.model {
                Some(path) => Model::container(path)?,
                None => Model::english_container()?,
            };
            super::print(|out| show_model(&model, &container, out))?;
        }
    }
    Ok(Outcome::Done)
}

fn show_model(model: &Model, container: &Container, out: &mut dyn Write) -> io::Result<()> {
    let metadata = model.metadata();
    writeln!(
        out,
        "identity {:016x}, trained by unspin {}",
        container.identity(),
        metadata.version
    )?;
    writeln!(out, "\n{:<10} {:>12} {:>12}", "section", "offset", "bytes")?;
    for section in container.sections() {
        writeln!(out, "{:<10} {:>12} {:>12}", section.name, section.offset, section.length)?;
    }
    writeln!(out, "{:<10} {:>12} {:>12}", "in all", "", container.len())?;
    let (phrases, candidates) = model.channel.counts();
    writeln!(out, "\nwords {}", model.vocabulary.len())?;
    writeln!(out, "spun phrases {phrases}, candidate originals {candidates}")?;
    for (order, ngrams) in model.lm.counts().iter().enumerate() {
        writeln!(out, "{}-grams {ngrams}", order + 1)?;
    }
    writeln!(out, "\n{:<18} {:>9}", "feature", "weight")?;
    for weight in model.weights.named() {
        writeln!(out, "{:<18} {:>9.4}", weight.name, weight.weight)?;
    }
    writeln!(out, "\n{:<36} {:<8} {:>10}  xxh3", "trained on", "as", "rows")?;
    for source in &metadata.sources {
        let (name, kind, rows) = (&source.name, &source.kind, source.rows);
        // Lexicons and thesauri have no checksum.
        let sum = Some(source.checksum).filter(|&sum| sum != 0);
        let sum = sum.map_or("-".to_string(), |sum| format!("{sum:016x}"));
        writeln!(out, "{name:<36} {kind:<8} {rows:>10}  {sum}")?;
    }
    // Every tenth threshold is enough for people.
    let told = |name: &str| !is_threshold(name) || name.ends_with('0');
    for (name, figure) in metadata.figures.iter().filter(|(name, _)| told(name)) {
        writeln!(out, "{name}: {figure}")?;
    }
    writeln!(out, "\nrecipe\n\n{}", metadata.recipe.trim_end())?;
    Ok(())
}

fn show_phrase(model: &Model, phrase: &str, out: &mut dyn Write) -> io::Result<()> {
    let Some(known) = model.lookup(phrase) else {
        writeln!(out, "{phrase:?} is no spun phrase that the model knows")?;
        return Ok(());
    };
    writeln!(out, "{:<28} {:>9} {:>9}  seen in", "original", "p(o|s)", "p(s|o)")?;
    for candidate in known.candidates {
        let seen = candidate.seen_in.join(", ");
        let (restore, spin) = (candidate.restore, candidate.spin);
        writeln!(out, "{:<28} {restore:>9.4} {spin:>9.4}  {seen}", candidate.original)?;
    }
    writeln!(out, "{:<28} {:>9.4}", "(left alone)", known.left_alone)?;
    Ok(())
}
