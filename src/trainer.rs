//! The trainer: from text and pairs to a model, stage by stage.

mod channel;
mod language;
mod pairs;
pub(crate) mod recipe;
mod simulate;
pub(crate) mod text;
mod thesaurus;
mod weights;

use crate::channel::Channel;
use crate::context::train::Sentences;
use crate::context::{self, ContextModel};
use crate::corpus::{Line, Lines, Pair, Row};
use crate::error::{Error, Result};
use crate::model::{Metadata, Model, SourceRecord};
use crate::progress::{Progress, Silent};
use crate::record::RecordBuilder;
use crate::spin::{Lexicon, Spinner, SpunSentence};
use crate::text::{Vocabulary, inflect, token};
use pairs::WordPair;
pub use recipe::{
    LanguageConfig, PairSource, Recipe, SimulateConfig, SpinList, TextSource, Thesaurus,
    ThesaurusKind,
};
use rustc_hash::{FxHashMap, FxHashSet};
use std::path::PathBuf;
use text::Part;

/// Trains models.
///
/// ```no_run
/// # fn main() -> unspin::Result<()> {
/// let trainer = unspin::Trainer::new(unspin::Recipe::default())
///     .pairs("pairs.tsv")
///     .text("text.txt.gz")
///     .dev("held-out.tsv");
/// trainer.train()?.save("my.unspin")
/// # }
/// ```
pub struct Trainer<'p> {
    recipe: Recipe,
    folder: PathBuf,
    lexicon_folder: PathBuf,
    base: Option<Model>,
    progress: &'p dyn Progress,
}

/// How readily an engine takes what a list has, beside the lexicon's 1 to 9.
const LIST_WEIGHT: f32 = 2.0;
/// The same of other forms of what a list has.
const KIN_WEIGHT: f32 = 0.5;

/// What training reads before it begins.
#[derive(Default)]
struct Material {
    /// Real pairs and lists.
    pairs: Vec<WordPair>,
    /// Held-out pairs with the numbers of their documents and their weights.
    dev: Vec<(Pair, u64, f64)>,
    lexicon: Option<Lexicon>,
    words: FxHashMap<String, u32>,
    /// Bytes of the training part of each text file.
    bytes: Vec<u64>,
    sources: Vec<SourceRecord>,
    record: RecordBuilder,
}

impl Trainer<'static> {
    /// A trainer that follows `recipe`, in silence.
    pub fn new(recipe: Recipe) -> Self {
        Self {
            recipe,
            folder: PathBuf::new(),
            lexicon_folder: PathBuf::new(),
            base: None,
            progress: &Silent,
        }
    }
}

impl<'p> Trainer<'p> {
    /// The folder in which the recipe's relative paths begin.
    #[must_use]
    pub fn folder(mut self, folder: impl Into<PathBuf>) -> Self {
        self.folder = folder.into();
        self
    }

    /// The folder in which the path of the recipe's lexicon begins.
    #[must_use]
    pub fn lexicon_folder(mut self, folder: impl Into<PathBuf>) -> Self {
        self.lexicon_folder = folder.into();
        self
    }

    /// Takes the words, the language model and the context model of `base` instead of
    /// learning English from text; words of the pairs that it lacks stay unknown.
    #[must_use]
    pub fn base(mut self, base: Model) -> Self {
        self.base = Some(base);
        self
    }

    /// Tells `progress` of every stage.
    #[must_use]
    pub fn progress<'q>(self, progress: &'q dyn Progress) -> Trainer<'q> {
        Trainer { progress, ..self }
    }

    /// Adds a file of pairs or a phrase list.
    #[must_use]
    pub fn pairs(mut self, path: impl Into<PathBuf>) -> Self {
        self.recipe.pairs.push(PairSource::new(path));
        self
    }

    /// Adds a file of plain text.
    #[must_use]
    pub fn text(mut self, path: impl Into<PathBuf>) -> Self {
        self.recipe.text.push(TextSource::new(path));
        self
    }

    /// Adds a file of held-out pairs, from which the weights are learned.
    #[must_use]
    pub fn dev(mut self, path: impl Into<PathBuf>) -> Self {
        self.recipe.dev.push(PairSource::new(path));
        self
    }

    /// Trains a model. Without held-out pairs the weights stay as they are set.
    ///
    /// # Errors
    ///
    /// If a file cannot be read, if there is no text or no pair at all, or, for a
    /// strict recipe, at the first row that cannot be read.
    pub fn train(&self) -> Result<Model> {
        let mut material = self.material()?;
        let record = Some(std::mem::take(&mut material.record).finish());
        let simulated = self.simulate(&material, material.lexicon.as_ref(), Part::Train)?;
        let (vocabulary, lm, sentences) = match &self.base {
            Some(base) => (base.vocabulary.clone(), base.lm.clone(), None),
            None => {
                let vocabulary = self.vocabulary(&material, &simulated);
                let (lm, sentences) =
                    language::train(&self.recipe, &self.folder, &vocabulary, self.progress)?;
                (vocabulary, lm, Some(sentences))
            }
        };
        let index = vocabulary.index();
        let offers = self.offers(&mut material.sources, &index)?;
        let pairs =
            channel::Pairs { real: &material.pairs, simulated: &simulated, offers: &offers };
        let channel = channel::train(&self.recipe, &vocabulary, &index, &pairs, self.progress)?;
        drop((simulated, offers));
        let context = match (&self.base, sentences) {
            (Some(base), _) => base.context.clone(),
            (None, Some(sentences)) => self.context(&vocabulary, &sentences, &channel),
            (None, None) => ContextModel::empty(),
        };
        let metadata = Metadata {
            version: env!("CARGO_PKG_VERSION").into(),
            sources: material.sources.clone(),
            recipe: self.recipe.file.clone(),
            ..Metadata::default()
        };
        let mut model = Model {
            vocabulary,
            lm,
            channel,
            context,
            weights: Default::default(),
            metadata,
            record,
        };
        self.learn_weights(&mut model, &material)?;
        Ok(model)
    }

    /// Learns the weights of `model` anew, from the held-out pairs and from held-out
    /// text spun as the recipe says; everything else stays as it is.
    ///
    /// # Errors
    ///
    /// If a file cannot be read, or if there is nothing to learn from.
    pub fn tune(&self, mut model: Model) -> Result<Model> {
        let mut material = Material::default();
        self.read_pairs(&mut material)?;
        self.read_text(&mut material)?;
        self.learn_weights(&mut model, &material)?;
        if let Some(record) = &mut model.record {
            record.add(std::mem::take(&mut material.record));
        }
        model.metadata.sources.extend(material.sources.into_iter().filter(|s| s.kind == "dev"));
        Ok(model)
    }

    fn material(&self) -> Result<Material> {
        let mut material = Material::default();
        self.read_pairs(&mut material)?;
        if material.pairs.is_empty() && material.lexicon.is_none() {
            return Err(Error::config("no pairs to learn from: name a file with --pairs"));
        }
        self.read_text(&mut material)?;
        if material.words.is_empty() && self.base.is_none() {
            return Err(Error::config("no text to learn English from: name a file with --text"));
        }
        Ok(material)
    }

    fn read_pairs(&self, material: &mut Material) -> Result<()> {
        let Recipe { strict, .. } = self.recipe;
        let Material { pairs, dev, sources, record: learned, .. } = material;
        let mut documents = 0;
        self.progress.stage("read pairs", None);
        for source in &self.recipe.pairs {
            let (rows, record) = pairs::read(source, &self.folder, "pairs", strict, self.progress)?;
            self.progress.advance(record.rows);
            sources.push(record);
            rows.iter().for_each(|row| learned.original(row.original()));
            pairs.extend(rows.into_iter().map(WordPair::from));
        }
        for source in &self.recipe.dev {
            let (rows, record) = pairs::read(source, &self.folder, "dev", strict, self.progress)?;
            self.progress.advance(record.rows);
            sources.push(record);
            // Neighbours that name no document are one, as the lines of a text file are.
            let mut last = None;
            for row in rows {
                let Row::Sentence(pair) = row else { continue };
                documents += u64::from(last.as_ref() != Some(&pair.document));
                last = Some(pair.document.clone());
                learned.original(&pair.original);
                dev.push((pair, documents, source.weight));
            }
        }
        if let Some(spin) = &self.recipe.spin {
            material.lexicon = Some(self.lexicon(spin, sources, learned)?);
        }
        Ok(())
    }

    fn read_text(&self, material: &mut Material) -> Result<()> {
        self.progress.stage("count words", None);
        for source in &self.recipe.text {
            let mut size = 0;
            let mut count = |lines: Vec<String>| {
                size += lines.iter().map(|line| line.len() as u64).sum::<u64>();
                text::count_words(&lines, &mut material.words);
                material.record.lines(&lines);
                Ok(())
            };
            let strict = self.recipe.strict;
            let record = text::batches(
                source,
                &self.folder,
                Part::Train,
                strict,
                self.progress,
                &mut count,
            )?;
            material.sources.push(record);
            material.bytes.push(size);
        }
        Ok(())
    }

    /// The lexicon, and the phrase lists that are spun with like it.
    fn lexicon(
        &self,
        spin: &SimulateConfig,
        sources: &mut Vec<SourceRecord>,
        learned: &mut RecordBuilder,
    ) -> Result<Lexicon> {
        let mut lexicon = Lexicon::read(&self.lexicon_folder.join(&spin.lexicon))?;
        let rows = lexicon.len() as u64;
        sources.push(SourceRecord {
            name: "lexicon".into(),
            kind: "lexicon".into(),
            rows,
            checksum: 0,
        });
        for list in &spin.lists {
            let source = PairSource::new(&list.path);
            let (rows, record) =
                pairs::read(&source, &self.folder, "list", self.recipe.strict, self.progress)?;
            sources.push(SourceRecord { kind: "lexicon".into(), ..record });
            for row in rows {
                learned.original(row.original());
                let Row::Phrase { original, spun, more, .. } = row else { continue };
                let named = list.family_column.and_then(|column| more.get(column.checked_sub(4)?));
                let family = named.filter(|name| lexicon.families.iter().any(|f| f.name == **name));
                let family = family.cloned().unwrap_or_else(|| list.family.clone());
                let (original, spun) = (token::words(&original), token::words(&spun));
                let kin = list.inflect.then(|| inflect::kin(&original, &spun));
                for (original, spun) in kin.into_iter().flatten() {
                    lexicon.add(&family, token::words(&original), token::words(&spun), KIN_WEIGHT);
                }
                lexicon.add(&family, original, spun, LIST_WEIGHT);
            }
        }
        for synonyms in &spin.synonyms {
            let mut lines = Lines::open(&self.folder.join(&synonyms.path))?;
            let mut rows = 0;
            while let Some((line, _)) = lines.next()? {
                if let Line::Text(line) = line {
                    lexicon.add_synonyms(&synonyms.family, line);
                    rows += 1;
                }
            }
            let name = synonyms.path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            sources.push(SourceRecord { name, kind: "lexicon".into(), rows, checksum: 0 });
        }
        lexicon.settle();
        Ok(lexicon)
    }

    /// The commonest words of the text, and every word of the pairs and of what
    /// the spinner has written.
    fn vocabulary(&self, material: &Material, simulated: &[SpunSentence]) -> Vocabulary {
        let config = &self.recipe.language;
        let mut common: Vec<(&str, u32)> =
            material.words.iter().map(|(word, &count)| (word.as_str(), count)).collect();
        common.retain(|(_, count)| *count >= config.least_count);
        common.sort_unstable_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(b.0)));
        common.truncate(config.vocabulary);
        let common = common.into_iter().map(|(word, _)| word);
        let pairs = material.pairs.iter().flat_map(|pair| pair.original.iter().chain(&pair.spun));
        let mut put: FxHashSet<String> = FxHashSet::default();
        for sentence in simulated {
            let (original, spun) = (token::words(&sentence.original), token::words(&sentence.spun));
            for edit in &sentence.edits {
                put.extend(original[edit.original.clone()].iter().cloned());
                put.extend(spun[edit.spun.clone()].iter().cloned());
            }
        }
        let pairs = pairs.chain(&put).map(String::as_str);
        Vocabulary::new(common.chain(pairs))
    }

    /// Spins one part of the text, if there is a lexicon to spin with.
    fn simulate(
        &self,
        material: &Material,
        lexicon: Option<&Lexicon>,
        part: Part,
    ) -> Result<Vec<SpunSentence>> {
        let (Some(lexicon), Some(spin)) = (lexicon, &self.recipe.spin) else {
            return Ok(Vec::new());
        };
        let mut config = spin.spinner.clone();
        let mut wanted = spin.sentences;
        if part == Part::Tune {
            (config.innocent, wanted) = (spin.dev_innocent, spin.dev_sentences);
        }
        let spinner = &Spinner::new(lexicon, config)?;
        self.progress.stage("spin", Some(wanted as u64));
        let wanted = simulate::Wanted { part, sentences: wanted, bytes: &material.bytes };
        simulate::simulate(spinner, &self.recipe, &self.folder, &wanted, self.progress)
    }

    /// What the thesauri offer.
    fn offers(
        &self,
        sources: &mut Vec<SourceRecord>,
        known: &FxHashMap<String, u32>,
    ) -> Result<Vec<thesaurus::Offers>> {
        let mut offers = Vec::new();
        for source in &self.recipe.thesauri {
            let (offer, record) = thesaurus::read(source, &self.folder, known)?;
            sources.push(record);
            offers.push(offer);
        }
        Ok(offers)
    }

    fn context(
        &self,
        vocabulary: &Vocabulary,
        sentences: &Sentences,
        channel: &Channel,
    ) -> ContextModel {
        let config = &self.recipe.context;
        let all = config.epochs * sentences.len();
        self.progress.stage("learn contexts", Some(all as u64));
        let pairs = channel.word_pairs();
        let mut told = |sentences| self.progress.advance(sentences);
        context::train::train(config, vocabulary.len(), sentences, &pairs, &mut told)
    }
}
