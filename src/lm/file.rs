//! A language model by itself in a file: its words and its packed n-grams.

use super::packed::LanguageModel;
use crate::error::Result;
use crate::model::Model;
use crate::model::container;
use crate::model::section::{SectionReader, SectionWriter};
use crate::text::Vocabulary;
use std::path::Path;

/// A packed model and the words that its numbers stand for.
pub(crate) struct LanguageFile {
    pub(crate) vocabulary: Vocabulary,
    pub(crate) lm: LanguageModel,
}

impl LanguageFile {
    /// Maps a file and holds it against its checksums; a whole model's file serves
    /// as well.
    ///
    /// # Errors
    ///
    /// If the file cannot be read, is of another kind, or damaged.
    pub(crate) fn open(path: &Path) -> Result<Self> {
        let container = Model::container(path)?;
        let read = || {
            container.verify()?;
            let mut reader = SectionReader::new("words", container.section("words")?);
            let vocabulary = Vocabulary::read(&mut reader)?;
            reader.end()?;
            let mut reader = SectionReader::new("lm", container.section("lm")?);
            let lm = LanguageModel::read(&mut reader)?;
            let words = vocabulary.len();
            reader.check(lm.words() == words, format!("{words} words"), lm.words())?;
            reader.end()?;
            Ok(Self { vocabulary, lm })
        };
        read().map_err(|error: crate::Error| error.at(path))
    }

    /// Writes the file; the same model has the same bytes.
    ///
    /// # Errors
    ///
    /// If it cannot be written.
    pub(crate) fn save(&self, path: &Path) -> Result<()> {
        let bytes = |write: &dyn Fn(&mut SectionWriter)| {
            let mut writer = SectionWriter::default();
            write(&mut writer);
            writer.finish()
        };
        let words = bytes(&|writer| self.vocabulary.write(writer));
        let lm = bytes(&|writer| self.lm.write(writer));
        container::write(path, &[("words", words), ("lm", lm)])
    }
}
