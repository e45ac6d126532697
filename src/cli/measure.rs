//! What `evaluate` and `compare` measure on: held-out pairs and innocent text.

use super::Outcome;
use super::sureness::SurenessArgs;
use crate::corpus::{Line, Lines, Pair, PairRows, Row};
use crate::decode::{Candidate, DecodeConfig, Decoder, Restored};
use crate::error::{Error, Result};
use crate::evaluate::{Clean, Edit, Sentence, Settings};
use crate::model::Model;
use crate::progress::say;
use rayon::prelude::*;
use std::path::{Path, PathBuf};

/// The column that tables are split by, if no other is named.
const FAMILY_COLUMN: usize = 4;

#[derive(clap::Args)]
pub(super) struct MeasureArgs {
    /// Lines of `original<TAB>spun[<TAB>document[<TAB>engine family]]`
    #[arg(long, value_name = "FILE", required = true, num_args = 1..)]
    pairs: Vec<PathBuf>,
    /// Text that was never spun, for the false-alarm rate
    #[arg(long, value_name = "FILE", num_args = 1..)]
    clean: Vec<PathBuf>,
    /// Split tables by this column of the pairs, from 3 on [default: the fourth, if
    /// there is one]
    #[arg(long, value_name = "COLUMN", value_parser = clap::value_parser!(u16).range(3..))]
    by: Option<u16>,
    /// Restorations that count for fixed@k and MRR
    #[arg(long, value_name = "K", default_value_t = 10, value_parser = clap::value_parser!(u16).range(1..=1000))]
    nbest: u16,
    #[command(flatten)]
    sureness: SurenessArgs,
    /// Replicates of the bootstrap behind the 95 % intervals; 0 for none
    #[arg(long, value_name = "N", default_value_t = 1000)]
    bootstrap: usize,
    /// A table for people or an object for programs
    #[arg(long, value_enum, default_value_t = Format::Table)]
    pub(super) format: Format,
}

#[derive(Clone, Copy, clap::ValueEnum)]
pub(super) enum Format {
    Table,
    Json,
}

/// A line of a file, for people to find.
pub(super) struct Place {
    pub(super) file: PathBuf,
    pub(super) line: u64,
}

/// What was read of the files.
pub(super) struct Material {
    pub(super) pairs: Vec<Pair>,
    /// Where each pair stands.
    pub(super) places: Vec<Place>,
    families: Vec<Option<String>>,
    /// The lines of each file of innocent text.
    pub(super) clean: Vec<(PathBuf, Vec<String>)>,
    pub(super) outcome: Outcome,
}

impl MeasureArgs {
    pub(super) fn settings(&self) -> Settings {
        let (k, replicates) = (self.nbest.into(), self.bootstrap);
        Settings { k, replicates, ..Settings::default() }
    }

    fn config(&self, model: &Model) -> Result<DecodeConfig> {
        let min_confidence = self.sureness.least(model)?;
        let least_risk = self.sureness.least_risk;
        let nbest = self.nbest.into();
        Ok(DecodeConfig { nbest, min_confidence, least_risk, ..DecodeConfig::default() })
    }

    /// Reads all files; rows that cannot be read are named and passed over.
    pub(super) fn read(&self) -> Result<Material> {
        let mut material = Material {
            pairs: Vec::new(),
            places: Vec::new(),
            families: Vec::new(),
            clean: Vec::new(),
            outcome: Outcome::Done,
        };
        for path in &self.pairs {
            material.read_pairs(path)?;
        }
        if material.pairs.is_empty() {
            return Err(Error::config("no pairs to measure on"));
        }
        let column = self.by.map_or(FAMILY_COLUMN, usize::from);
        let family = |pair: &Pair| match column {
            3 => pair.document.clone(),
            _ => pair.more.get(column - 4).filter(|name| !name.is_empty()).cloned(),
        };
        material.families = material.pairs.iter().map(family).collect();
        if self.by.is_some() && material.families.iter().all(Option::is_none) {
            return Err(Error::config(format!("no row of the pairs has a column {column}")));
        }
        for path in &self.clean {
            material.read_clean(path)?;
        }
        Ok(material)
    }

    /// What a model makes of it, as a report wants it.
    pub(super) fn restore(
        &self,
        model: &Model,
        material: &Material,
    ) -> Result<(Vec<Sentence>, Vec<Clean>)> {
        let telling = DecodeConfig { candidates: true, ..self.config(model)? };
        let decoder = Decoder::with_config(model, telling)?;
        let spun: Vec<&str> = material.pairs.iter().map(|pair| pair.spun.as_str()).collect();
        let restored = decoder.decode_documents(&documents(&material.pairs, &spun));
        let mut sentences = material.sentences(restored.into_iter().flatten());
        sentences.par_iter_mut().for_each(|sentence| {
            sentence.prior = decoder.left_alone(&sentence.spun).into_iter().map(edit).collect();
        });
        let decoder = Decoder::with_config(model, self.config(model)?)?;
        let mut clean = Vec::new();
        for (path, lines) in &material.clean {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            let restored = decoder.decode_document(lines);
            clean.extend(lines.iter().zip(restored).map(|(text, restored)| Clean {
                text: text.clone(),
                restored: restored.best().to_string(),
                document: None,
                family: Some(name.to_string()),
            }));
        }
        Ok((sentences, clean))
    }

    /// A decoder with the settings of the command line, for the baselines.
    pub(super) fn decoder<'m>(&self, model: &'m Model) -> Result<Decoder<'m>> {
        Decoder::with_config(model, self.config(model)?)
    }
}

impl Material {
    fn read_pairs(&mut self, path: &Path) -> Result<()> {
        let mut rows = PairRows::open(path, false)?;
        while let Some((line, row)) = rows.next()? {
            self.places.push(Place { file: path.into(), line });
            self.pairs.push(match row {
                Row::Sentence(pair) => pair,
                Row::Phrase { original, spun, more, .. } => {
                    Pair { original, spun, document: None, more }
                }
            });
        }
        rows.skipped().tell(path, |message| say!("unspin: {message}"));
        if rows.skipped().rows > 0 {
            self.outcome = Outcome::Partial;
        }
        Ok(())
    }

    fn read_clean(&mut self, path: &Path) -> Result<()> {
        let mut lines = Lines::open(path)?;
        let mut texts = Vec::new();
        while let Some((line, _)) = lines.next()? {
            match line {
                Line::Text(text) => texts.push(text.to_string()),
                Line::Unreadable(_, error) => self.complain(&error),
            }
        }
        self.clean.push((path.into(), texts));
        Ok(())
    }

    fn complain(&mut self, error: &Error) {
        say!("unspin: {error}");
        self.outcome = Outcome::Partial;
    }

    /// The pairs with what was restored of each.
    pub(super) fn sentences(&self, restored: impl Iterator<Item = Restored>) -> Vec<Sentence> {
        let of_edit = |edit: crate::decode::Edit| Edit {
            start: edit.start,
            end: edit.end,
            replacement: edit.original,
            probability: edit.probability,
        };
        let sentence =
            |((pair, family), restored): ((&Pair, &Option<String>), Restored)| Sentence {
                original: pair.original.clone(),
                spun: pair.spun.clone(),
                document: pair.document.clone(),
                family: family.clone(),
                edits: restored.edits.into_iter().map(of_edit).collect(),
                candidates: restored.candidates.into_iter().map(edit).collect(),
                hypotheses: restored.restorations.into_iter().map(|r| r.text).collect(),
                prior: Vec::new(),
            };
        self.pairs.iter().zip(&self.families).zip(restored).map(sentence).collect()
    }
}

/// Neighbours of the same document together; those that name none are one, as the
/// lines of a text file are.
fn documents<'s, 'p>(pairs: &[Pair], spun: &'s [&'p str]) -> Vec<&'s [&'p str]> {
    let same = |a: &Pair, b: &Pair| a.document == b.document;
    let mut rest = spun;
    let cut = |chunk: &[Pair]| rest.split_off(..chunk.len()).unwrap_or_default();
    pairs.chunk_by(same).map(cut).collect()
}

fn edit(candidate: Candidate) -> Edit {
    Edit {
        start: candidate.start,
        end: candidate.end,
        replacement: candidate.original,
        probability: candidate.probability,
    }
}
