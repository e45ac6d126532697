//! `unspin compare`: whether one restoration of the same pairs is better than another.

use super::measure::{Format, MeasureArgs, outcome};
use super::{Outcome, use_threads};
use crate::corpus::{Line, Lines};
use crate::decode::Restored;
use crate::error::{Error, Result};
use crate::evaluate::{Clean, Comparison, Sentence};
use crate::measure::Material;
use crate::model::{Model, container};
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

/// Compare two models, or two restorations, on the same pairs
///
/// Each of the two is a model file, the JSON lines of `unspin decode`, or plain text
/// with a line for each pair. Differences are B less A, with their 95 % intervals
/// and p by paired bootstrap over documents.
#[derive(clap::Args)]
#[command(after_help = "Examples:
  unspin compare old.unspin new.unspin --pairs held-out.tsv --clean innocent.txt
  cut -f 2 held-out.tsv | unspin decode --evidence > A.jsonl
  cut -f 2 held-out.tsv | unspin decode --evidence --min-confidence 0.8 > B.jsonl
  unspin compare A.jsonl B.jsonl --pairs held-out.tsv")]
pub(super) struct Args {
    /// A model or a restoration
    a: PathBuf,
    /// What it is compared with
    b: PathBuf,
    #[command(flatten)]
    measure: MeasureArgs,
    /// Threads to work on [default: as many as the machine has]
    #[arg(long, value_name = "N", default_value_t = 0, hide_default_value = true)]
    threads: usize,
}

pub(super) fn run(args: Args) -> Result<Outcome> {
    use_threads(args.threads)?;
    let material = args.measure.read()?;
    let first = restoration(&args.a, &args.measure, &material)?;
    let second = restoration(&args.b, &args.measure, &material)?;
    let name = |path: &Path| path.display().to_string();
    let comparison = Comparison::new(
        [&name(&args.a), &name(&args.b)],
        [&first.0, &second.0],
        [&first.1, &second.1],
        &args.measure.files().settings(),
    )?;
    match args.measure.format {
        Format::Table => super::print(|out| write!(out, "{comparison}"))?,
        Format::Json => {
            let json = serde_json::to_string_pretty(&comparison).map_err(Error::config)?;
            super::print(|out| writeln!(out, "{json}"))?;
        }
    }
    Ok(outcome(&material))
}

/// What the file at `path` makes of the pairs and of the innocent text.
fn restoration(
    path: &Path,
    measure: &MeasureArgs,
    material: &Material,
) -> Result<(Vec<Sentence>, Vec<Clean>)> {
    if is_model(path)? {
        let model = Model::open(path)?;
        return measure.measure(&model)?.restore(&model, material);
    }
    if !material.clean.is_empty() {
        return Err(Error::usage("--clean needs models: a restoration is of the pairs alone"));
    }
    Ok((material.sentences(read(path, material)?.into_iter()), Vec::new()))
}

fn is_model(path: &Path) -> Result<bool> {
    let mut start = Vec::new();
    let file = File::open(path).map_err(|source| Error::io(path, source))?;
    file.take(8).read_to_end(&mut start).map_err(|source| Error::io(path, source))?;
    Ok(container::is_ours(&start))
}

/// The restorations of all pairs, in their order: JSON lines, among which others may
/// stand, or plain lines as many as there are pairs.
fn read(path: &Path, material: &Material) -> Result<Vec<Restored>> {
    let mut lines = Lines::open(path)?;
    let mut restored: Vec<Restored> = Vec::new();
    let mut is_json = None;
    while let Some((line, _)) = lines.next()? {
        let line = match line {
            Line::Text(line) => line.to_string(),
            Line::Unreadable(_, error) => return Err(error),
        };
        let pair = material.pairs.get(restored.len());
        if *is_json.get_or_insert_with(|| line.starts_with('{')) {
            let read: Restored = serde_json::from_str(&line).map_err(|error| {
                Error::data(path, lines.number(), format!("no line of `unspin decode`: {error}"))
            })?;
            // The pairs were trimmed, and rows that could not be read left out.
            if let Some(pair) = pair.filter(|pair| pair.spun == read.text.trim()) {
                restored.push(trimmed(read, &pair.spun));
            }
        } else {
            let message = "more lines than pairs: expected a line for each";
            let pair = pair.ok_or_else(|| Error::data(path, lines.number(), message))?;
            let mut read = Restored::untouched(&pair.spun);
            read.restorations[0].text = line;
            restored.push(read);
        }
    }
    match material.places.get(restored.len()) {
        None => Ok(restored),
        Some(place) => {
            let pair = format!("{}:{}", place.file.display(), place.line);
            let message = format!("ends without a restoration of the pair at {pair}");
            Err(Error::data(path, lines.number(), message))
        }
    }
}

/// Offsets as they are without the white space around the line.
fn trimmed(mut read: Restored, spun: &str) -> Restored {
    let before = read.text.len() - read.text.trim_start().len();
    for edit in &mut read.edits {
        edit.start = edit.start.saturating_sub(before);
        edit.end = edit.end.saturating_sub(before);
    }
    read.text = spun.to_string();
    read
}
