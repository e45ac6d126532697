//! `unspin evaluate`: how good a model is on held-out pairs.

use super::{ModelArgs, Outcome};
use crate::corpus::{Line, Lines, Pair, PairFile, Row};
use crate::decode::{DecodeConfig, Decoder, Restored};
use crate::error::{Error, Result};
use crate::evaluate::{Baseline, Clean, Edit, Report, Sentence, Settings};
use rayon::prelude::*;
use std::path::{Path, PathBuf};

/// Measure a model on held-out pairs, beside its baselines
///
/// ERR is the share of the spinner's word errors that restoring takes away: 1 is
/// the original, 0 leaves the text as it is, less than 0 does harm.
#[derive(clap::Args)]
#[command(after_help = "Examples:
  unspin evaluate --pairs held-out.tsv
  unspin evaluate --pairs held-out.tsv --clean innocent.txt --format json")]
pub(super) struct Args {
    /// Lines of `original<TAB>spun[<TAB>document]`
    #[arg(long, value_name = "FILE", required = true, num_args = 1..)]
    pairs: Vec<PathBuf>,
    /// Text that was never spun, for the false-alarm rate
    #[arg(long, value_name = "FILE", num_args = 1..)]
    clean: Vec<PathBuf>,
    #[command(flatten)]
    model: ModelArgs,
    /// Restorations that count for fixed@k and MRR
    #[arg(long, value_name = "K", default_value_t = 10, value_parser = clap::value_parser!(u16).range(1..=1000))]
    nbest: u16,
    /// Leave a word alone where its restoration is less likely than this
    #[arg(long, value_name = "P", default_value_t = 0.0, value_parser = super::decode::probability)]
    min_confidence: f64,
    /// A table for people or an object for programs
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,
    /// Replicates of the bootstrap behind the 95 % intervals; 0 for none
    #[arg(long, value_name = "N", default_value_t = 1000)]
    bootstrap: usize,
}

#[derive(Clone, Copy, clap::ValueEnum)]
enum Format {
    Table,
    Json,
}

pub(super) fn run(args: Args) -> Result<Outcome> {
    let model = args.model.open()?;
    let nbest = usize::from(args.nbest);
    let min_confidence = args.min_confidence;
    let config = DecodeConfig { nbest, min_confidence, ..DecodeConfig::default() };
    let decoder = Decoder::with_config(&model, config)?;
    let (pairs, mut outcome) = read_pairs(&args.pairs)?;
    let spun: Vec<&str> = pairs.iter().map(|pair| pair.spun.as_str()).collect();
    let restored = decoder.decode_documents(&documents(&pairs, &spun));
    let restored = restored.into_iter().flatten();
    let sentences: Vec<Sentence> = pairs.iter().zip(restored).map(sentence).collect();
    let mut clean = Vec::new();
    for path in &args.clean {
        outcome = read_clean(&decoder, path, &mut clean)?.or(outcome);
    }
    let frequent = |text: &&str| decoder.most_frequent(text);
    let baseline = Baseline {
        name: "most frequent replacement".into(),
        restored: spun.par_iter().map(frequent).collect(),
        clean: clean.par_iter().map(|text: &Clean| decoder.most_frequent(&text.text)).collect(),
    };
    let settings = Settings { k: nbest, replicates: args.bootstrap, ..Settings::default() };
    let report = Report::new(&sentences, &clean, &[baseline], &settings)?;
    match args.format {
        Format::Table => print!("{report}"),
        Format::Json => {
            println!("{}", serde_json::to_string_pretty(&report).map_err(Error::config)?);
        }
    }
    Ok(outcome)
}

fn read_pairs(paths: &[PathBuf]) -> Result<(Vec<Pair>, Outcome)> {
    let (mut pairs, mut outcome) = (Vec::new(), Outcome::Done);
    for path in paths {
        let file = PairFile::read(path, false)?;
        for error in &file.skipped {
            eprintln!("unspin: {error}");
            outcome = Outcome::Partial;
        }
        pairs.extend(file.rows.into_iter().map(|row| match row {
            Row::Sentence(pair) => pair,
            Row::Phrase { original, spun, .. } => Pair { original, spun, document: None },
        }));
    }
    if pairs.is_empty() {
        return Err(Error::config("no pairs to measure on"));
    }
    Ok((pairs, outcome))
}

/// Neighbours of the same document together; those that name none are one, as the
/// lines of a text file are.
fn documents<'s, 'p>(pairs: &[Pair], spun: &'s [&'p str]) -> Vec<&'s [&'p str]> {
    let same = |a: &Pair, b: &Pair| a.document == b.document;
    let mut rest = spun;
    let cut = |chunk: &[Pair]| rest.split_off(..chunk.len()).unwrap_or_default();
    pairs.chunk_by(same).map(cut).collect()
}

fn read_clean(decoder: &Decoder<'_>, path: &Path, clean: &mut Vec<Clean>) -> Result<Outcome> {
    let mut lines = Lines::open(path)?;
    let (mut texts, mut outcome) = (Vec::new(), Outcome::Done);
    while let Some((line, _)) = lines.next()? {
        match line {
            Line::Text(text) => texts.push(text.to_string()),
            Line::Unreadable(_, error) => {
                eprintln!("unspin: {error}");
                outcome = Outcome::Partial;
            }
        }
    }
    let restored = decoder.decode_document(&texts);
    clean.extend(texts.into_iter().zip(restored).map(|(text, restored)| Clean {
        text,
        restored: restored.best().to_string(),
        document: None,
    }));
    Ok(outcome)
}

fn sentence((pair, restored): (&Pair, Restored)) -> Sentence {
    let edit = |edit: &crate::decode::Edit| Edit {
        start: edit.start,
        end: edit.end,
        replacement: edit.original.clone(),
        probability: edit.probability,
    };
    Sentence {
        original: pair.original.clone(),
        spun: pair.spun.clone(),
        document: pair.document.clone(),
        edits: restored.edits.iter().map(edit).collect(),
        hypotheses: restored.restorations.into_iter().map(|r| r.text).collect(),
    }
}
