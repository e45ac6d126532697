//! What a model is measured on, held-out pairs and innocent text, and the report of it.

use crate::corpus::{Line, Lines, Pair, PairRows, Row};
use crate::decode::{Candidate, DecodeConfig, Decoder, Restored};
use crate::error::{Error, Result};
use crate::evaluate::{Baseline, Clean, Edit, Report, Sentence, Settings};
use crate::model::Model;
use crate::progress::Progress;
use rayon::prelude::*;
use std::path::{Path, PathBuf};

/// The column that tables are split by, if no other is named.
const FAMILY_COLUMN: usize = 4;

/// What to measure a model on, and how.
///
/// ```no_run
/// let measure = unspin::Measure::new(["held-out.tsv"]);
/// let report = measure.report(&unspin::Model::english()?, &unspin::Silent)?;
/// println!("{report}");
/// # Ok::<(), unspin::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Measure {
    /// Files of `original<TAB>spun[<TAB>document[<TAB>engine family]]`.
    pub pairs: Vec<PathBuf>,
    /// Files of text that was never spun, for the false-alarm rate.
    pub clean: Vec<PathBuf>,
    /// The column of the pairs by which tables are split, from 3 on; the fourth, if there
    /// is one, where none is named.
    pub by: Option<usize>,
    /// Restorations that count for fixed@k.
    pub nbest: usize,
    /// Words restored with a smaller probability are left alone.
    pub min_confidence: f64,
    /// Whether to give the restoration of least expected word error, not the likeliest.
    pub least_risk: bool,
    /// Replicates of the bootstrap; 0 for no intervals.
    pub replicates: usize,
}

/// A line of a file, for people to find.
pub(crate) struct Place {
    pub(crate) file: PathBuf,
    pub(crate) line: u64,
}

/// What was read of the files.
pub(crate) struct Material {
    pub(crate) pairs: Vec<Pair>,
    /// Where each pair stands.
    pub(crate) places: Vec<Place>,
    families: Vec<Option<String>>,
    /// The lines of each file of innocent text.
    pub(crate) clean: Vec<(PathBuf, Vec<String>)>,
    /// Whether something could not be read and was passed over.
    pub(crate) partial: bool,
}

impl Measure {
    /// Measures on these pairs, with the settings of the command line.
    pub fn new<P: Into<PathBuf>>(pairs: impl IntoIterator<Item = P>) -> Self {
        Self {
            pairs: pairs.into_iter().map(Into::into).collect(),
            clean: Vec::new(),
            by: None,
            nbest: 10,
            min_confidence: 0.0,
            least_risk: false,
            replicates: 1000,
        }
    }

    /// Measures `model` beside its baselines; what cannot be read is told to `progress`
    /// and passed over.
    ///
    /// # Errors
    ///
    /// If a file cannot be read, there is no pair, or a setting lies outside its range.
    pub fn report(&self, model: &Model, progress: &dyn Progress) -> Result<Report> {
        self.report_on(model, &self.read(progress)?, progress)
    }

    /// The same on what was read.
    pub(crate) fn report_on(
        &self,
        model: &Model,
        material: &Material,
        progress: &dyn Progress,
    ) -> Result<Report> {
        progress.stage("restore", None);
        let (sentences, clean) = self.restore(model, material)?;
        progress.stage("restore for comparison", None);
        let decoder = self.decoder(model)?;
        let plain = model.frequency_and_language();
        let with_language = self.decoder(&plain)?;
        let baseline = |name: &str, restore: &(dyn Fn(&str) -> String + Sync)| Baseline {
            name: name.into(),
            restored: sentences.par_iter().map(|sentence| restore(&sentence.spun)).collect(),
            clean: clean.par_iter().map(|text| restore(&text.text)).collect(),
        };
        let baselines = [
            baseline("most frequent replacement", &|text| decoder.most_frequent(text)),
            baseline("most frequent replacement + LM", &|text| {
                with_language.decode(text).best().to_string()
            }),
        ];
        progress.stage("sum up", None);
        let mut report = Report::new(&sentences, &clean, &baselines, &self.settings())?;
        report.leaks = model.leaks(sentences.iter().map(|sentence| sentence.original.as_str()));
        if !clean.is_empty() {
            report.clean_leaks = model.leaks(clean.iter().map(|text| text.text.as_str()));
        }
        Ok(report)
    }

    pub(crate) fn settings(&self) -> Settings {
        Settings { k: self.nbest, replicates: self.replicates, ..Settings::default() }
    }

    fn config(&self) -> DecodeConfig {
        DecodeConfig {
            nbest: self.nbest,
            min_confidence: self.min_confidence,
            least_risk: self.least_risk,
            ..DecodeConfig::default()
        }
    }

    /// Reads all files; rows that cannot be read are told of and passed over.
    pub(crate) fn read(&self, progress: &dyn Progress) -> Result<Material> {
        let mut material = Material {
            pairs: Vec::new(),
            places: Vec::new(),
            families: Vec::new(),
            clean: Vec::new(),
            partial: false,
        };
        for path in &self.pairs {
            material.read_pairs(path, progress)?;
        }
        if material.pairs.is_empty() {
            return Err(Error::config("no pairs to measure on"));
        }
        let column = self.by.unwrap_or(FAMILY_COLUMN);
        let family = |pair: &Pair| match column {
            3 => pair.document.clone(),
            _ => pair.more.get(column - 4).filter(|name| !name.is_empty()).cloned(),
        };
        material.families = material.pairs.iter().map(family).collect();
        if self.by.is_some() && material.families.iter().all(Option::is_none) {
            return Err(Error::config(format!("no row of the pairs has a column {column}")));
        }
        for path in &self.clean {
            material.read_clean(path, progress)?;
        }
        Ok(material)
    }

    /// What a model makes of it, as a report wants it.
    pub(crate) fn restore(
        &self,
        model: &Model,
        material: &Material,
    ) -> Result<(Vec<Sentence>, Vec<Clean>)> {
        let telling = DecodeConfig { candidates: true, ..self.config() };
        let decoder = Decoder::with_config(model, telling)?;
        let spun: Vec<&str> = material.pairs.iter().map(|pair| pair.spun.as_str()).collect();
        let restored = decoder.decode_documents(&documents(&material.pairs, &spun));
        let mut sentences = material.sentences(restored.into_iter().flatten());
        sentences.par_iter_mut().for_each(|sentence| {
            sentence.prior = decoder.left_alone(&sentence.spun).into_iter().map(edit).collect();
        });
        let decoder = Decoder::with_config(model, self.config())?;
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

    /// A decoder with these settings, for the baselines.
    pub(crate) fn decoder<'m>(&self, model: &'m Model) -> Result<Decoder<'m>> {
        Decoder::with_config(model, self.config())
    }
}

impl Material {
    fn read_pairs(&mut self, path: &Path, progress: &dyn Progress) -> Result<()> {
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
        rows.skipped().tell(path, |message| progress.warn(message));
        self.partial |= rows.skipped().rows > 0;
        Ok(())
    }

    fn read_clean(&mut self, path: &Path, progress: &dyn Progress) -> Result<()> {
        let mut lines = Lines::open(path)?;
        let mut texts = Vec::new();
        while let Some((line, _)) = lines.next()? {
            match line {
                Line::Text(text) => texts.push(text.to_string()),
                Line::Unreadable(_, error) => {
                    progress.warn(&error.to_string());
                    self.partial = true;
                }
            }
        }
        self.clean.push((path.into(), texts));
        Ok(())
    }

    /// The pairs with what was restored of each.
    pub(crate) fn sentences(&self, restored: impl Iterator<Item = Restored>) -> Vec<Sentence> {
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
