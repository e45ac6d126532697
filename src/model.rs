//! The model: what training learns and decoding reads, and the file around it.

mod builtin;
pub(crate) mod container;
pub(crate) mod engines;
mod lookup;
mod map;
pub(crate) mod metadata;
pub(crate) mod section;

use crate::channel::Channel;
use crate::context::ContextModel;
use crate::decode::confidence::Calibrator;
use crate::decode::precision::confidence_for;
use crate::error::{Error, Result};
use crate::lattice::features::Weights;
use crate::lm::LanguageModel;
use crate::lm::packed::Layout;
use crate::names::KnownNames;
use crate::record::{Leaks, TrainingRecord};
use crate::text::Vocabulary;
use crate::text::vocabulary::RESERVED;
use crate::topic::TopicModel;
use container::Container;
use engines::Engines;
pub use lookup::{KnownOriginal, KnownPhrase};
pub(crate) use map::map;
pub use metadata::{Metadata, SourceRecord};
use section::{SectionReader, SectionWriter};
use std::path::Path;

/// A trained model: vocabulary, language model, channel model, feature weights.
///
/// Opened from a file it is a map of that file, so that loading costs little and
/// processes share it; it is never changed and may be shared between threads.
#[derive(Clone)]
pub struct Model {
    pub(crate) vocabulary: Vocabulary,
    pub(crate) lm: LanguageModel,
    pub(crate) channel: Channel,
    pub(crate) context: ContextModel,
    pub(crate) topic: TopicModel,
    pub(crate) weights: Weights,
    pub(crate) calibrator: Calibrator,
    pub(crate) metadata: Metadata,
    pub(crate) engines: Engines,
    pub(crate) names: KnownNames,
    /// Models of the first release have none.
    pub(crate) record: Option<TrainingRecord>,
}

impl Model {
    /// The English model that is built into the library.
    ///
    /// # Errors
    ///
    /// If the library was built with a damaged model.
    pub fn english() -> Result<Self> {
        Self::from_container(&Container::parse(builtin::english())?)
    }

    /// Opens a model file and holds every section against its checksum.
    ///
    /// # Errors
    ///
    /// If the file cannot be read, is no model, is of another format version, is
    /// cut short or damaged: the message says what was expected, what stands
    /// there, and what to do.
    pub fn open(path: impl AsRef<Path>) -> Result<Self> {
        let container = Self::container(path)?;
        container.verify()?;
        Self::from_container(&container)
    }

    /// Reads a model from the bytes of a file.
    ///
    /// # Errors
    ///
    /// As [`Model::open`].
    pub fn from_bytes(bytes: Vec<u8>) -> Result<Self> {
        let container = Container::parse(bytes.into())?;
        container.verify()?;
        Self::from_container(&container)
    }

    /// Writes the model to a temporary file beside `path` and renames it when it
    /// is whole.
    ///
    /// # Errors
    ///
    /// If the file cannot be written.
    pub fn save(&self, path: impl AsRef<Path>) -> Result<()> {
        container::write(path.as_ref(), &self.sections()?)
    }

    /// The bytes of the model's file; the same model has the same bytes.
    ///
    /// # Errors
    ///
    /// If the metadata is larger than a model file may hold.
    pub fn to_bytes(&self) -> Result<Vec<u8>> {
        Ok(container::assemble(&self.sections()?))
    }

    /// What the model was made of, and how.
    pub fn metadata(&self) -> &Metadata {
        &self.metadata
    }

    /// The least confidence whose changes were right this often, as far as the held-out pairs
    /// tell from which the weights were learned.
    ///
    /// # Errors
    ///
    /// If no confidence is high enough, or if the model has no such record.
    pub fn confidence_for(&self, precision: f64) -> Result<f64> {
        confidence_for(&self.metadata.figures, precision)
    }

    /// How many of `texts` the model was trained on; nothing for a model that keeps
    /// no record of that.
    pub fn leaks<'t>(&self, texts: impl Iterator<Item = &'t str>) -> Option<Leaks> {
        Some(self.record.as_ref()?.leaks(texts))
    }

    /// The words that the model knows.
    pub fn vocabulary(&self) -> &Vocabulary {
        &self.vocabulary
    }

    /// The file at `path`, mapped, its table read.
    pub(crate) fn container(path: impl AsRef<Path>) -> Result<Container> {
        let path = path.as_ref();
        Container::parse(map(path)?).map_err(|error| error.at(path))
    }

    /// The container of the model that is built in.
    pub(crate) fn english_container() -> Result<Container> {
        Container::parse(builtin::english())
    }

    /// The model with the words of `more` beside its own. Language model and contexts
    /// know nothing of new words.
    pub(crate) fn with_words(self, more: &[&str]) -> Result<Self> {
        let ids = RESERVED..self.vocabulary.len() as u32;
        let own: Vec<String> = ids.map(|id| self.vocabulary.word(id)).collect();
        let all: Vec<&str> = own.iter().map(String::as_str).chain(more.iter().copied()).collect();
        let vocabulary = Vocabulary::new(all);
        if vocabulary.len() == self.vocabulary.len() {
            return Ok(self);
        }
        // Both vocabularies are sorted, so that numbers keep their order.
        let number = |id: u32| match id.checked_sub(RESERVED) {
            Some(index) => vocabulary.id_or_unknown(&own[index as usize]),
            None => id,
        };
        let Some(mut lm) = self.lm.unpack() else {
            return Err(Error::config("a language model in the fast layout takes no new words"));
        };
        lm.renumber(vocabulary.len(), number);
        let lm = lm.pack(Layout::Compact);
        let mut before = vec![None; vocabulary.len()];
        for id in 0..self.vocabulary.len() as u32 {
            before[number(id) as usize] = Some(id);
        }
        let context = self.context.renumbered(&before);
        let topic = self.topic.renumbered(&before);
        Ok(Self { vocabulary, lm, context, topic, ..self })
    }

    pub(crate) fn sections(&self) -> Result<Vec<(container::Name, Vec<u8>)>> {
        let bytes = |write: &dyn Fn(&mut SectionWriter)| {
            let mut writer = SectionWriter::default();
            write(&mut writer);
            writer.finish()
        };
        let metadata = Metadata { weights: self.weights.named(), ..self.metadata.clone() };
        let mut sections = vec![
            ("meta", metadata.encode()?),
            ("words", bytes(&|writer| self.vocabulary.write(writer))),
            ("channel", bytes(&|writer| self.channel.write(writer))),
            ("context", bytes(&|writer| self.context.write(writer))),
            ("topic", bytes(&|writer| self.topic.write(writer))),
            ("calib", bytes(&|writer| self.calibrator.write(writer))),
            ("lm", bytes(&|writer| self.lm.write(writer))),
        ];
        if !self.engines.is_empty() {
            sections.push(("engines", bytes(&|writer| self.engines.write(writer))));
        }
        if !self.names.is_empty() {
            sections.push(("names", bytes(&|writer| self.names.write(writer))));
        }
        if let Some(record) = &self.record {
            sections.push(("record", bytes(&|writer| record.write(writer))));
        }
        Ok(sections)
    }

    fn from_container(container: &Container) -> Result<Self> {
        let metadata = Metadata::decode(&container.section("meta")?)?;
        let mut reader = SectionReader::new("words", container.section("words")?);
        let vocabulary = Vocabulary::read(&mut reader)?;
        reader.end()?;
        let mut reader = SectionReader::new("channel", container.section("channel")?);
        let channel = Channel::read(&mut reader)?;
        reader.end()?;
        // Models of the first release lack the sections below.
        let context = optional(container, "context", ContextModel::read)?;
        let topic = optional(container, "topic", TopicModel::read)?;
        let calibrator = optional(container, "calib", Calibrator::read)?;
        let mut reader = SectionReader::new("lm", container.section("lm")?);
        let lm = LanguageModel::read(&mut reader)?;
        reader.end()?;
        let weights = Weights::from_named(&metadata.weights);
        let record = optional(container, "record", TrainingRecord::read)?;
        let engines = optional(container, "engines", Engines::read)?;
        let names = optional(container, "names", KnownNames::read)?;
        Ok(Self {
            vocabulary,
            lm,
            channel,
            weights,
            calibrator: calibrator.unwrap_or_default(),
            metadata,
            engines: engines.unwrap_or_default(),
            names: names.unwrap_or_default(),
            record,
            context: context.unwrap_or_else(ContextModel::empty),
            topic: topic.unwrap_or_else(TopicModel::empty),
        })
    }
}

/// Reads a section that a model may lack.
fn optional<T>(
    container: &Container,
    name: &'static str,
    read: impl Fn(&mut SectionReader) -> Result<T>,
) -> Result<Option<T>> {
    let Ok(bytes) = container.section(name) else { return Ok(None) };
    let mut reader = SectionReader::new(name, bytes);
    let part = read(&mut reader)?;
    reader.end()?;
    Ok(Some(part))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decode::Decoder;
    use crate::decode::tests::MODEL;

    /// Damage whose checksums are right is found by the readers of the sections, or
    /// does no more than give other words.
    #[test]
    fn sealed_damage_does_not_panic() {
        let sections = MODEL.sections().unwrap();
        let mut seed = 1u64;
        let mut draw = |below: usize| {
            seed = seed.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
            (seed >> 33) as usize % below.max(1)
        };
        let mut read = 0;
        for _ in 0..3000 {
            let mut sections = sections.clone();
            let number = draw(sections.len());
            let bytes = &mut sections[number].1;
            let at = draw(bytes.len());
            match draw(4) {
                0 => bytes.truncate(at),
                1 => bytes[at] = draw(256) as u8,
                2 => bytes[at] = 0xff,
                _ => bytes[at] ^= 1 << draw(8),
            }
            if let Ok(model) = Model::from_bytes(container::assemble(&sections)) {
                Decoder::new(&model).decode("The corporate misplaced it, in keeping with them.");
                read += 1;
            }
        }
        assert!(read > 0);
    }
}
