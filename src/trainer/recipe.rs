//! The recipe of a model: what it is trained on, and how.

use crate::align::AlignConfig;
use crate::channel::score::ChannelConfig;
use crate::context::train::ContextConfig;
use crate::error::{Error, Result};
use crate::lattice::features::NAMES;
use crate::topic::train::TopicConfig;
use crate::tune::TuneConfig;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Everything that decides a model's bytes, as a TOML file says it.
///
/// Paths are relative to the folder that the recipe names data in. The same
/// recipe on the same data gives the same bytes at any number of threads.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Recipe {
    /// Plain English text, a paragraph a line, for the language model.
    pub text: Vec<TextSource>,
    /// Sentence pairs and phrase lists.
    pub pairs: Vec<PairSource>,
    /// Thesauri, which offer candidates that were never seen in spun text.
    pub thesauri: Vec<Thesaurus>,
    /// Synonyms of synonyms, as candidates too.
    pub pivot: PivotConfig,
    /// Held-out sentence pairs, for the feature weights.
    pub dev: Vec<PairSource>,
    /// The language model.
    pub language: LanguageConfig,
    /// Word alignment.
    pub align: AlignConfig,
    /// The forward spinner, which makes pairs from the text.
    pub spin: Option<SimulateConfig>,
    /// The channel model.
    pub channel: ChannelConfig,
    /// The context model.
    pub context: ContextConfig,
    /// The topic model.
    pub topic: TopicConfig,
    /// The feature weights.
    pub tune: TuneConfig,
    /// Bytes that counts of substitutions may take before they go to temporary files;
    /// the result does not depend on it.
    pub memory: usize,
    /// Stop at the first row that cannot be read, instead of passing it over.
    pub strict: bool,
    /// The file as it stands, kept with the model.
    #[serde(skip)]
    pub(crate) file: String,
}

impl Default for Recipe {
    fn default() -> Self {
        Self {
            text: Vec::new(),
            pairs: Vec::new(),
            thesauri: Vec::new(),
            pivot: PivotConfig::default(),
            dev: Vec::new(),
            language: LanguageConfig::default(),
            align: AlignConfig::default(),
            spin: None,
            channel: ChannelConfig::default(),
            context: ContextConfig::default(),
            topic: TopicConfig::default(),
            tune: TuneConfig::default(),
            memory: 1 << 30,
            strict: false,
            file: String::new(),
        }
    }
}

/// A file of text.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TextSource {
    /// Plain, or packed as .gz, .xz or .zst.
    pub path: PathBuf,
    /// Whether it is like the text to be restored: such files are counted together for one
    /// language model, the others for a second, and held-out text of the first says how the two
    /// are mixed.
    #[serde(default = "yes")]
    pub steers: bool,
}

impl TextSource {
    /// A file of text like the text to be restored.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into(), steers: true }
    }
}

/// What a file is called in messages and in the record of a model.
pub(super) fn file_name(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

fn yes() -> bool {
    true
}

/// A file of pairs, or some of its rows.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PairSource {
    /// Plain, or packed as .gz, .xz or .zst.
    pub path: PathBuf,
    /// Word links, a line a line of the file, as `unspin align` prints them; an aligner
    /// finds them if absent.
    #[serde(default)]
    pub alignments: Option<PathBuf>,
    /// First and last row to use, from 1; all if absent.
    #[serde(default)]
    pub rows: Option<(usize, usize)>,
    /// What an error in these pairs counts for in tuning.
    #[serde(default = "one")]
    pub weight: f64,
}

fn one() -> f64 {
    1.0
}

/// How the language model is made.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct LanguageConfig {
    /// Longest n-gram, 1 to 7.
    pub order: usize,
    /// Words of the vocabulary that come from the text, the commonest first;
    /// words of the pairs are always in.
    pub vocabulary: usize,
    /// Words seen less often in the text are left out.
    pub least_count: u32,
    /// N-grams of length n that stand in a file at most `prune[n-1]` times are
    /// left out of its model; the last number holds for all longer ones.
    pub prune: Vec<u32>,
    /// N-grams that stay after entropy pruning; all if absent.
    pub ngrams: Option<usize>,
}

impl Default for LanguageConfig {
    fn default() -> Self {
        Self { order: 4, vocabulary: 150_000, least_count: 1, prune: vec![0], ngrams: None }
    }
}

/// A file of words that may stand for each other.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Thesaurus {
    /// Plain, or packed as .gz, .xz or .zst.
    pub path: PathBuf,
    /// How its lines read.
    pub kind: ThesaurusKind,
    /// Share of a word's places at which an engine that draws from it would be expected.
    #[serde(default = "tenth")]
    pub rate: f32,
}

fn tenth() -> f32 {
    0.1
}

/// Synonyms of synonyms, see [`Thesaurus`].
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PivotConfig {
    /// Originals that a word is given, at most; 0 gives none.
    pub most: usize,
    /// Share of a word's places at which an engine that draws from them would be expected.
    pub rate: f32,
}

impl Default for PivotConfig {
    fn default() -> Self {
        Self { most: 0, rate: tenth() }
    }
}

/// How the lines of a thesaurus read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ThesaurusKind {
    /// `headword#pos<TAB>synonym|synonym`, lemmas.
    Synonyms,
    /// `word<TAB>word`, inflected words.
    Words,
}

/// A phrase list whose rows an engine family spins with.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SpinList {
    /// Lines of `original<TAB>spun<TAB>count`.
    pub path: PathBuf,
    /// The family of rows that name none.
    pub family: String,
    /// The column, from 1, in which a row may name its family.
    #[serde(default)]
    pub family_column: Option<usize>,
    /// Whether a row of inflected words speaks for the other forms of them, too.
    #[serde(default)]
    pub inflect: bool,
}

/// How pairs are simulated.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SimulateConfig {
    /// The folder of the lexicon, a folder an engine family in it; beside the
    /// recipe, not in the data folder.
    pub lexicon: PathBuf,
    /// Phrase lists that are spun with, too.
    pub lists: Vec<SpinList>,
    /// Lists of synonyms, lines of `headword#pos<TAB>synonym|synonym`, that an
    /// engine family spins with.
    pub synonyms: Vec<SpinList>,
    /// What a report says about each engine family, by its name; `pairs` are the really
    /// spun ones.
    pub about: BTreeMap<String, String>,
    /// Sentences to spin for the channel.
    pub sentences: usize,
    /// Held-out sentences to spin for the weights.
    pub dev_sentences: usize,
    /// Share of the held-out documents that are left as they are: more than of the
    /// others, since most text that people decode was never spun.
    pub dev_innocent: f64,
    /// Share of the names that a spun one has often which it once writes otherwise.
    pub dev_misspelt: f64,
    /// Share of the substitutions that the channel is made without while the weights are
    /// learned, as much of what an unknown engine writes is not in it.
    pub unseen: f64,
    /// What an error in a simulated sentence counts for in tuning.
    pub dev_weight: f64,
    /// The spinner.
    pub spinner: crate::spin::SpinConfig,
}

impl Default for SimulateConfig {
    fn default() -> Self {
        Self {
            lexicon: PathBuf::from("lexicon"),
            lists: Vec::new(),
            synonyms: Vec::new(),
            about: BTreeMap::new(),
            sentences: 200_000,
            dev_sentences: 3_000,
            dev_innocent: 0.5,
            dev_misspelt: 0.5,
            unseen: 0.4,
            dev_weight: 1.0,
            spinner: crate::spin::SpinConfig::default(),
        }
    }
}

impl Recipe {
    /// Reads a recipe.
    ///
    /// # Errors
    ///
    /// If the file cannot be read, or has a key that is not known or a value that
    /// does not fit: the message gives line and column.
    pub fn open(path: impl AsRef<Path>) -> Result<Self> {
        let path = path.as_ref();
        let text = std::fs::read_to_string(path).map_err(|source| Error::io(path, source))?;
        Self::parse(text, &path.display().to_string())
    }

    /// Reads a recipe that messages call `name`.
    pub(crate) fn parse(text: String, name: &str) -> Result<Self> {
        let bad = |error| Error::config(format!("{name}: {error}"));
        let recipe: Self = toml::from_str(&text).map_err(bad)?;
        let is_feature = |name: &&String| NAMES.contains(&name.as_str());
        if let Some(other) = recipe.tune.without.iter().find(|name| !is_feature(name)) {
            let features = NAMES.join(", ");
            return Err(Error::config(format!(
                "{name}: no feature is called {other:?}, but {features}"
            )));
        }
        Ok(Self { file: text, ..recipe })
    }
}

impl PairSource {
    /// All rows of a file.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into(), alignments: None, rows: None, weight: 1.0 }
    }
}
