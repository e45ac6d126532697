//! The trainer: from text and pairs to a model, stage by stage.

mod channel;
mod corpus;
mod kept;
mod language;
mod material;
mod pairs;
pub(crate) mod parts;
mod pivot;
pub(crate) mod recipe;
mod simulate;
pub(crate) mod text;
mod thesaurus;
mod weights;

use crate::channel::Channel;
use crate::context::{self, ContextModel};
use crate::corpus::Sentences;
use crate::error::{Error, Result};
use crate::model::engines::Engines;
use crate::model::{Metadata, Model};
use crate::progress::{Progress, Silent};
use crate::text::Vocabulary;
use crate::topic::{self, TopicModel};
use channel::Counting;
use corpus::Corpus;
pub use kept::KeptCounts;
use material::Material;
pub use parts::{PartCounter, Parts, Sums, TextCounter, language_model};
pub use recipe::{
    LanguageConfig, PairSource, PivotConfig, Recipe, SimulateConfig, SpinList, TextSource,
    Thesaurus, ThesaurusKind,
};
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
    parts: Vec<&'p dyn Parts>,
    progress: &'p dyn Progress,
}

/// Counts that were asked for are there.
fn kept_too((model, counts): (Model, Option<KeptCounts>)) -> (Model, KeptCounts) {
    (model, counts.expect("counts that were to be kept"))
}

impl Trainer<'static> {
    /// A trainer that follows `recipe`, in silence.
    pub fn new(recipe: Recipe) -> Self {
        Self {
            recipe,
            folder: PathBuf::new(),
            lexicon_folder: PathBuf::new(),
            base: None,
            parts: Vec::new(),
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
    pub fn progress<'q>(self, progress: &'q dyn Progress) -> Trainer<'q>
    where
        'p: 'q,
    {
        Trainer { progress, ..self }
    }

    /// Adds really spun pairs that lie elsewhere, in parts; they come after all files.
    #[must_use]
    pub fn parts<'q>(self, parts: &'q dyn Parts) -> Trainer<'q>
    where
        'p: 'q,
    {
        let mut trainer: Trainer<'q> = self;
        trainer.parts.push(parts);
        trainer
    }

    /// Adds a file of pairs or a phrase list.
    #[must_use]
    pub fn pairs(mut self, path: impl Into<PathBuf>) -> Self {
        self.recipe.pairs.push(PairSource::new(path));
        self
    }

    /// Adds a file of pairs with their word links, a line a line, in Pharaoh form.
    #[must_use]
    pub fn aligned_pairs(
        mut self,
        path: impl Into<PathBuf>,
        alignments: impl Into<PathBuf>,
    ) -> Self {
        let alignments = Some(alignments.into());
        self.recipe.pairs.push(PairSource { alignments, ..PairSource::new(path) });
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
        self.train_and(false).map(|(model, _)| model)
    }

    /// Trains a model and keeps what was counted, so that [`Trainer::update`] can add to
    /// it.
    ///
    /// # Errors
    ///
    /// As [`Trainer::train`].
    pub fn train_keeping(&self) -> Result<(Model, KeptCounts)> {
        self.train_and(true).map(kept_too)
    }

    /// Adds the trainer's pairs to the channel of `model`, as if they had been named
    /// last when it was trained, in the recipe that it keeps. Language model, contexts
    /// and weights stay as they are; new words of the pairs come in.
    ///
    /// # Errors
    ///
    /// If `counts` are not those of `model`, if a file cannot be read or if there is no
    /// pair.
    pub fn update(&self, model: Model, counts: KeptCounts) -> Result<(Model, KeptCounts)> {
        counts.check(&model)?;
        let recipe = Recipe::parse(model.metadata.recipe.clone(), "the model's recipe")?;
        let recipe = Recipe { memory: self.recipe.memory, ..recipe };
        let corpus = Corpus::new(counts.interner(), counts.offers.clone());
        let mut material = Material { corpus, ..Material::default() };
        self.read_pairs(&mut material)?;
        let Material { corpus, sources, record: learned, .. } = material;
        if corpus.pairs() == 0 {
            return Err(Error::config("no pairs to learn from: name a file with --pairs"));
        }
        let mut model = model.with_words(&corpus.kept().collect::<Vec<_>>())?;
        let (before, keep) = (Some(counts), true);
        let parts = &self.parts[..];
        let counting = Counting { recipe: &recipe, corpus: &corpus, parts, before, keep };
        let (channel, counts) = channel::train(counting, &model.vocabulary, self.progress)?;
        model.channel = channel;
        model.metadata.sources.extend(sources);
        if let Some(record) = &mut model.record {
            record.add(learned);
        }
        Ok(kept_too((model, counts)))
    }

    fn train_and(&self, keep: bool) -> Result<(Model, Option<KeptCounts>)> {
        let mut material = self.material()?;
        let record = Some(std::mem::take(&mut material.record).finish());
        let simulated = self.simulate(&material, material.lexicon.as_ref(), Part::Train, 0)?;
        self.progress.stage("number words", None);
        material.corpus.add_simulated(&simulated)?;
        drop(simulated);
        let (vocabulary, names, lm, sentences) = match &self.base {
            Some(base) => {
                let Model { vocabulary, names, lm, .. } = base.clone();
                (vocabulary, names, lm, Sentences::default())
            }
            None => {
                let vocabulary = self.vocabulary(&material);
                let names = material.rare_names(&vocabulary);
                let (lm, sentences) =
                    language::train(&self.recipe, &self.folder, &vocabulary, self.progress)?;
                (vocabulary, names, lm, sentences)
            }
        };
        // Words that come later may be known to a thesaurus.
        self.read_offers(&mut material, |word| keep || vocabulary.id(word).is_some())?;
        let (recipe, corpus) = (&self.recipe, &material.corpus);
        let parts = &self.parts[..];
        let counting = Counting { recipe, corpus, parts, before: None, keep };
        let (channel, counts) = channel::train(counting, &vocabulary, self.progress)?;
        let (context, topic) = match &self.base {
            Some(base) => (base.context.clone(), base.topic.clone()),
            None => self.surroundings(&vocabulary, &sentences, &channel),
        };
        let metadata = Metadata {
            version: env!("CARGO_PKG_VERSION").into(),
            sources: material.sources.clone(),
            recipe: self.recipe.file.clone(),
            ..Metadata::default()
        };
        let engines = match (&material.lexicon, &self.recipe.spin) {
            (Some(lexicon), Some(spin)) => {
                Engines::new(lexicon.families.iter().map(|f| f.name.as_str()), &spin.about)?
            }
            _ => Engines::default(),
        };
        let mut model = Model {
            vocabulary,
            lm,
            channel,
            context,
            topic,
            weights: Default::default(),
            calibrator: Default::default(),
            metadata,
            engines,
            names,
            record,
        };
        self.learn_weights(&mut model, &mut material)?;
        Ok((model, counts))
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
        if material.dev.is_empty() && material.lexicon.is_none() {
            return Err(Error::config(
                "no held-out pairs to learn weights from: name a file with --dev",
            ));
        }
        self.read_text(&mut material)?;
        self.read_offers(&mut material, |word| model.vocabulary.id(word).is_some())?;
        self.learn_weights(&mut model, &mut material)?;
        if let Some(record) = &mut model.record {
            record.add(std::mem::take(&mut material.record));
        }
        model.metadata.sources.extend(material.sources.into_iter().filter(|s| s.kind == "dev"));
        Ok(model)
    }

    /// Learns which words fit among which, nearby and in a document.
    fn surroundings(
        &self,
        vocabulary: &Vocabulary,
        sentences: &Sentences,
        channel: &Channel,
    ) -> (ContextModel, TopicModel) {
        let Recipe { context: config, topic, .. } = &self.recipe;
        let all = config.epochs * sentences.len();
        self.progress.stage("learn contexts", Some(all as u64));
        let pairs = channel.word_pairs();
        let mut told = |sentences| self.progress.advance(sentences);
        let context = context::train::train(config, vocabulary.len(), sentences, &pairs, &mut told);
        self.progress.stage("learn topics", None);
        (context, topic::train::train(topic, vocabulary.len(), sentences))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::section::SectionWriter;

    /// Rows `rows` of the sample's pairs, in a file of their own.
    fn pairs(folder: &std::path::Path, rows: std::ops::Range<usize>) -> PathBuf {
        let all = std::fs::read_to_string("training/sample/pairs.tsv").unwrap();
        let path = folder.join(format!("{}.tsv", rows.start));
        let rows: Vec<&str> = all.lines().skip(rows.start).take(rows.len()).collect();
        std::fs::write(&path, rows.join("\n")).unwrap();
        path
    }

    fn channel(model: &Model) -> Vec<u8> {
        let mut writer = SectionWriter::default();
        model.channel.write(&mut writer);
        writer.finish()
    }

    /// A recipe with two thesauri, some of whose words come with later pairs alone.
    fn with_thesauri(folder: &std::path::Path) -> Recipe {
        use super::recipe::{Thesaurus, ThesaurusKind};
        let file = |name: &str, rows: &str, kind, rate| {
            let path = folder.join(name);
            std::fs::write(&path, rows).unwrap();
            Thesaurus { path, kind, rate }
        };
        let synonyms = "company#n\tfirm|business\nhelp#v\tassist|aid\ncancer#n\tmalignancy\n";
        let words = "large\tbig\nclients\tprospects\nbreast\tbosom\n";
        let thesauri = vec![
            file("synonyms.tsv", synonyms, ThesaurusKind::Synonyms, 0.1),
            file("words.tsv", words, ThesaurusKind::Words, 0.05),
        ];
        Recipe { thesauri, ..Recipe::default() }
    }

    #[test]
    fn pairs_that_come_later_give_the_same_channel() {
        let plain = later_pairs(&|_| Recipe::default());
        let offered = later_pairs(&with_thesauri);
        assert!(plain != offered, "the thesauri say nothing");
    }

    /// Adds pairs to a model of others and gives the channel that they make together.
    fn later_pairs(recipe: &dyn Fn(&std::path::Path) -> Recipe) -> Vec<u8> {
        let folder = tempfile::tempdir().unwrap();
        let [first, second, third] =
            [0..250, 250..400, 400..520].map(|rows| pairs(folder.path(), rows));
        let list = folder.path().join("list.tsv");
        std::fs::write(&list, "breast cancer\tbosom malignancy\t3\nclients\tprospects\t2\n")
            .unwrap();
        let trainer = |pairs: &[&PathBuf]| {
            let recipe = recipe(folder.path());
            let start = Trainer::new(recipe).text("training/sample/text.txt");
            pairs.iter().fold(start, |trainer, path| trainer.pairs(*path))
        };
        let (whole, counts) = trainer(&[&first, &list, &second, &third]).train_keeping().unwrap();
        let (mut model, mut grown) = trainer(&[&first]).train_keeping().unwrap();
        let (small, words) = (channel(&model), model.vocabulary.len());
        for more in [&[&list, &second][..], &[&third]] {
            // By way of a file.
            let path = folder.path().join("counts");
            grown.save(&path).unwrap();
            let counts = KeptCounts::open(&path).unwrap();
            let updater =
                more.iter().fold(Trainer::new(Recipe::default()), |t, path| t.pairs(*path));
            (model, grown) = updater.update(model, counts).unwrap();
        }
        assert!(channel(&model) != small && model.vocabulary.len() > words);
        assert_eq!(model.vocabulary.len(), whole.vocabulary.len());
        assert!(channel(&model) == channel(&whole), "another channel");
        assert_eq!(grown.channel, counts.channel);
        // What was not kept is counted from the text, and that is the same.
        let plain = trainer(&[&first, &list, &second, &third]).train().unwrap();
        assert!(channel(&plain) == channel(&whole), "kept counts give another channel");
        // A model that learned other pairs is another one.
        let message = trainer(&[&second]).update(model, counts_of(&trainer(&[&third]))).map(|_| ());
        assert!(message.unwrap_err().to_string().contains("train the model anew"));
        channel(&whole)
    }

    fn counts_of(trainer: &Trainer<'_>) -> KeptCounts {
        trainer.train_keeping().unwrap().1
    }

    #[test]
    fn memory_does_not_show_in_the_channel() {
        let model = |memory| {
            let recipe = Recipe { memory, ..Recipe::default() };
            let trainer = Trainer::new(recipe).text("training/sample/text.txt");
            channel(&trainer.pairs("training/sample/pairs.tsv").train().unwrap())
        };
        assert!(model(0) == model(1 << 30));
    }
}
