//! Models in files: ARPA text or packed, whichever it is, and where they go.

use crate::corpus::Lines;
use crate::error::{Error, Result};
use crate::lm::arpa;
use crate::lm::file::LanguageFile;
use crate::lm::model::BackoffModel;
use crate::lm::packed::Layout;
use crate::lm::prune::Entropy;
use crate::lm::stream::Streamed;
use crate::model::container;
use crate::output;
use crate::progress::Progress;
use crate::text::Vocabulary;
use std::fs::File;
use std::io::{BufWriter, Read, Write};
use std::path::{Path, PathBuf};

/// A model as its file has it.
pub(super) enum Stored {
    Arpa(Vocabulary, BackoffModel),
    Packed(LanguageFile),
}

impl Stored {
    pub fn open(path: &Path) -> Result<Self> {
        if is_packed(path)? {
            return Ok(Self::Packed(LanguageFile::open(path)?));
        }
        let words = arpa::words(Lines::open(path)?)?;
        let vocabulary = Vocabulary::new(words.iter().map(String::as_str));
        let model = read_arpa(path, &vocabulary)?;
        Ok(Self::Arpa(vocabulary, model))
    }

    /// Every n-gram, of a packed model with its quantised values.
    pub fn exact(self, path: &Path) -> Result<(Vocabulary, BackoffModel)> {
        match self {
            Self::Arpa(vocabulary, model) => Ok((vocabulary, model)),
            Self::Packed(LanguageFile { vocabulary, lm }) => match lm.unpack() {
                Some(model) => Ok((vocabulary, model)),
                None => Err(Error::config(format!(
                    "{}: a model packed for speed no longer holds its n-grams: use the ARPA \
                     file or a compact one",
                    path.display()
                ))),
            },
        }
    }
}

/// Reads a model over a given vocabulary.
pub(super) fn read_arpa(path: &Path, vocabulary: &Vocabulary) -> Result<BackoffModel> {
    let index = vocabulary.index();
    BackoffModel::read_arpa(Lines::open(path)?, vocabulary.len(), |word| index.get(word).copied())
}

pub(super) fn is_packed(path: &Path) -> Result<bool> {
    let mut start = Vec::new();
    let file = File::open(path).map_err(|source| Error::io(path, source))?;
    file.take(8).read_to_end(&mut start).map_err(|source| Error::io(path, source))?;
    Ok(container::is_ours(&start))
}

/// Where a model goes, and how much of it.
#[derive(clap::Args)]
pub(super) struct OutputArgs {
    /// ARPA file to write
    #[arg(long, value_name = "FILE")]
    arpa: Option<PathBuf>,
    /// Packed model file to write
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// How the packed file is laid out: small, or quick to ask
    #[arg(long, value_enum, default_value_t = Layout::Compact)]
    layout: Layout,
}

impl OutputArgs {
    /// At least one file must be asked for, and there must be room for it.
    pub fn check(&self) -> Result<()> {
        if self.arpa.is_none() && self.output.is_none() {
            return Err(Error::usage("name a file to write: --arpa or --output"));
        }
        [&self.arpa, &self.output].into_iter().flatten().try_for_each(|path| output::check(path))
    }

    pub fn save(
        &self,
        vocabulary: &Vocabulary,
        model: &BackoffModel,
        progress: &dyn Progress,
    ) -> Result<()> {
        progress.note(&format!("n-grams by length: {:?}", model.sizes()));
        if let Some(path) = &self.arpa {
            progress.stage("write ARPA", None);
            let write = |out: &mut BufWriter<&File>, words: &[String]| {
                model.write_arpa(out, |word, line| line.push_str(&words[word as usize]))
            };
            write_arpa(path, vocabulary, write)?;
        }
        if let Some(path) = &self.output {
            progress.stage("pack", None);
            let file = LanguageFile { vocabulary: vocabulary.clone(), lm: model.pack(self.layout) };
            file.save(path)?;
        }
        Ok(())
    }

    /// True if a packed file is asked for, which is made in memory.
    pub fn packs(&self) -> bool {
        self.output.is_some()
    }

    /// Writes the ARPA file of a model that never comes into memory.
    pub fn save_streamed(
        &self,
        vocabulary: &Vocabulary,
        model: Streamed,
        progress: &dyn Progress,
    ) -> Result<()> {
        progress.note(&format!("n-grams by length: {:?}", model.sizes));
        let Some(path) = &self.arpa else {
            return Ok(());
        };
        progress.stage("write ARPA", None);
        let write = |out: &mut BufWriter<&File>, words: &[String]| {
            model.write_arpa(out, |word, line| line.push_str(&words[word as usize]))
        };
        write_arpa(path, vocabulary, write)
    }
}

fn write_arpa(
    path: &Path,
    vocabulary: &Vocabulary,
    put: impl FnOnce(&mut BufWriter<&File>, &[String]) -> std::io::Result<()>,
) -> Result<()> {
    let words: Vec<String> = (0..vocabulary.len() as u32).map(|id| vocabulary.word(id)).collect();
    output::write(path, |file| {
        let mut out = BufWriter::with_capacity(1 << 20, file);
        put(&mut out, &words)?;
        out.flush()
    })
}

/// How far to prune by entropy.
#[derive(clap::Args)]
pub(super) struct PruneArgs {
    /// Drop n-grams whose loss raises perplexity by less than this share, say 1e-8
    #[arg(long, value_name = "SHARE", conflicts_with = "ngrams")]
    entropy: Option<f64>,
    /// Keep about this many n-grams, those that entropy pruning would drop last
    #[arg(long, value_name = "N")]
    ngrams: Option<usize>,
}

impl PruneArgs {
    /// True if there is anything to prune.
    pub fn any(&self) -> bool {
        self.entropy.is_some() || self.ngrams.is_some()
    }

    pub fn check(&self) -> Result<()> {
        match self.entropy {
            Some(share) if !(0.0..1.0).contains(&share) => {
                Err(Error::usage(format!("--entropy {share} is not a share from 0 to 1")))
            }
            _ => Ok(()),
        }
    }

    pub fn prune(&self, model: BackoffModel, progress: &dyn Progress) -> BackoffModel {
        let extent = match (self.entropy, self.ngrams) {
            (Some(share), _) => Entropy::Threshold(share),
            (None, Some(size)) => Entropy::Size(size),
            (None, None) => return model,
        };
        progress.stage("prune", None);
        model.prune_entropy(extent)
    }
}
