//! `unspin inspect`: what a model is made of, and what it knows of a phrase.

use super::Outcome;
use crate::error::Result;
use crate::model::Model;
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
        Some(phrase) => show_phrase(&model, phrase),
        None => show_model(&model, &args)?,
    }
    Ok(Outcome::Done)
}

fn show_model(model: &Model, args: &Args) -> Result<()> {
    let container = match &args.model {
        Some(path) => Model::container(path)?,
        None => Model::english_container()?,
    };
    let metadata = model.metadata();
    println!("identity {:016x}, trained by unspin {}", container.identity(), metadata.version);
    println!("\n{:<10} {:>12} {:>12}", "section", "offset", "bytes");
    for section in container.sections() {
        println!("{:<10} {:>12} {:>12}", section.name, section.offset, section.length);
    }
    println!("{:<10} {:>12} {:>12}", "in all", "", container.len());
    let (phrases, candidates) = model.channel.counts();
    println!("\nwords {}", model.vocabulary.len());
    println!("spun phrases {phrases}, candidate originals {candidates}");
    for (order, ngrams) in model.lm.counts().iter().enumerate() {
        println!("{}-grams {ngrams}", order + 1);
    }
    println!("\n{:<18} {:>9}", "feature", "weight");
    for weight in model.weights.named() {
        println!("{:<18} {:>9.4}", weight.name, weight.weight);
    }
    println!("\n{:<36} {:<8} {:>10}  xxh3", "trained on", "as", "rows");
    for source in &metadata.sources {
        let (name, kind, rows) = (&source.name, &source.kind, source.rows);
        println!("{name:<36} {kind:<8} {rows:>10}  {:016x}", source.checksum);
    }
    for (name, figure) in &metadata.figures {
        println!("{name}: {figure}");
    }
    println!("\nrecipe\n\n{}", metadata.recipe.trim_end());
    Ok(())
}

fn show_phrase(model: &Model, phrase: &str) {
    let Some(known) = model.lookup(phrase) else {
        println!("{phrase:?} is no spun phrase that the model knows");
        return;
    };
    println!("{:<28} {:>9} {:>9}  seen in", "original", "p(o|s)", "p(s|o)");
    for candidate in known.candidates {
        let seen = candidate.seen_in.join(", ");
        let (restore, spin) = (candidate.restore, candidate.spin);
        println!("{:<28} {restore:>9.4} {spin:>9.4}  {seen}", candidate.original);
    }
    println!("{:<28} {:>9.4}", "(left alone)", known.left_alone);
}
