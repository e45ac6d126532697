//! `unspin evaluate`: how good a model is on held-out pairs.

use super::measure::{Format, MeasureArgs, outcome};
use super::{ModelArgs, Outcome};
use crate::error::{Error, Result};
use crate::evaluate::{Place, Report};
use crate::measure::{self, Material};
use crate::progress::{Silent, say};
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

/// Measure a model on held-out pairs, beside its baselines
///
/// ERR is the share of the spinner's word errors that restoring takes away: 1 is
/// the original, 0 leaves the text as it is, less than 0 does harm.
#[derive(clap::Args)]
#[command(after_help = "Examples:
  unspin evaluate --pairs held-out.tsv
  unspin evaluate --pairs held-out.tsv --clean innocent.txt --format json
  unspin evaluate --pairs held-out.tsv --errors places.tsv")]
pub(super) struct Args {
    #[command(flatten)]
    measure: MeasureArgs,
    #[command(flatten)]
    model: ModelArgs,
    /// Write what became of every place that was spun or wrongly changed, a row each:
    /// document, line, spun, original and restored words, cause, probability
    #[arg(long, value_name = "FILE")]
    errors: Option<PathBuf>,
}

pub(super) fn run(args: Args) -> Result<Outcome> {
    let model = args.model.open()?;
    let material = args.measure.read()?;
    let report = args.measure.measure(&model)?.report_on(&model, &material, &Silent)?;
    warn_of_leaks(&report, &material);
    if let Some(path) = &args.errors {
        write_places(path, &report.places, &material)?;
    }
    match args.measure.format {
        Format::Table => super::print(|out| write!(out, "{report}"))?,
        Format::Json => {
            let json = serde_json::to_string_pretty(&report).map_err(Error::config)?;
            super::print(|out| writeln!(out, "{json}"))?;
        }
    }
    Ok(outcome(&material))
}

/// Says what was learned from, or that this cannot be told.
fn warn_of_leaks(report: &Report, material: &Material) {
    let Some(leaks) = &report.leaks else {
        say!("unspin: the model keeps no record of its training: no check for leaks");
        return;
    };
    if let Some(&first) = leaks.examples.first() {
        let measure::Place { file, line } = &material.places[first];
        let (told, file) = (leaks.told("originals"), file.display());
        say!("unspin: warning: the model was trained on {told}, the first at {file}:{line}");
    }
    if let Some(leaks) = report.clean_leaks.as_ref().filter(|leaks| leaks.found > 0) {
        let told = leaks.told("innocent lines");
        say!("unspin: warning: the model was trained on {told}");
    }
}

/// Writes a row a place. A document without a name is called by its file.
fn write_places(path: &Path, places: &[Place], material: &Material) -> Result<()> {
    let failed = |source| Error::io(path, source);
    let mut out = BufWriter::new(File::create(path).map_err(failed)?);
    let mut write = || {
        writeln!(out, "document\tline\tspun\toriginal\trestored\tcause\tprobability")?;
        for Place { sentence, spun, original, restored, cause, probability } in places {
            let place = &material.places[*sentence];
            match &material.pairs[*sentence].document {
                Some(document) => write!(out, "{document}")?,
                None => write!(out, "{}", place.file.display())?,
            }
            let (line, cause) = (place.line, cause.name());
            write!(out, "\t{line}\t{spun}\t{original}\t{restored}\t{cause}\t")?;
            match probability {
                Some(probability) => writeln!(out, "{probability:.4}")?,
                None => writeln!(out)?,
            }
        }
        out.flush()
    };
    write().map_err(failed)
}
