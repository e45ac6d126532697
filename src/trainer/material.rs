//! What training reads: pairs and lists, text, the lexicon, thesauri; and what it spins.

use super::corpus::Corpus;
use super::recipe::{PairSource, Recipe, SimulateConfig, file_name};
use super::text::{self, Part};
use super::{Trainer, pairs, parts, simulate, thesaurus};
use crate::corpus::{Line, Lines, Pair, Row};
use crate::error::{Error, Result};
use crate::model::SourceRecord;
use crate::names::KnownNames;
use crate::record::RecordBuilder;
use crate::spin::{Lexicon, Spinner, SpunSentence};
use crate::text::{Vocabulary, inflect, token};
use rustc_hash::FxHashMap;

/// How readily an engine takes what a list has, beside the lexicon's 1 to 9.
const LIST_WEIGHT: f32 = 2.0;
/// The same of other forms of what a list has.
const KIN_WEIGHT: f32 = 0.5;

/// What training reads before it begins.
#[derive(Default)]
pub(super) struct Material {
    /// Real pairs and lists.
    pub(super) corpus: Corpus,
    /// Held-out pairs with the numbers of their documents and their weights.
    pub(super) dev: Vec<(Pair, u64, f64)>,
    pub(super) lexicon: Option<Lexicon>,
    pub(super) words: FxHashMap<String, u32>,
    /// How often words are written as names.
    pub(super) names: FxHashMap<String, u32>,
    /// Bytes of the training part of each text file.
    pub(super) bytes: Vec<u64>,
    pub(super) sources: Vec<SourceRecord>,
    pub(super) record: RecordBuilder,
}

impl Material {
    /// What is mostly written as a name and stands in no `vocabulary`.
    pub(super) fn rare_names(&self, vocabulary: &Vocabulary) -> KnownNames {
        let is_rare = |&(name, times): &(&String, &u32)| {
            let all = self.words.get(name).copied().unwrap_or_default();
            vocabulary.id(name).is_none() && 2 * times >= all
        };
        let names = self.names.iter().filter(is_rare);
        KnownNames::new(&names.map(|(name, _)| name.as_str()).collect::<Vec<_>>())
    }
}

impl Trainer<'_> {
    pub(super) fn material(&self) -> Result<Material> {
        let mut material = Material::default();
        self.read_pairs(&mut material)?;
        if material.corpus.pairs() == 0 && material.lexicon.is_none() {
            return Err(Error::config("no pairs to learn from: name a file with --pairs"));
        }
        self.read_text(&mut material)?;
        if material.words.is_empty() && self.base.is_none() {
            return Err(Error::config("no text to learn English from: name a file with --text"));
        }
        Ok(material)
    }

    pub(super) fn read_pairs(&self, material: &mut Material) -> Result<()> {
        let Recipe { strict, .. } = self.recipe;
        let Material { corpus, dev, sources, record: learned, .. } = material;
        let mut documents = 0;
        self.progress.stage("read pairs", None);
        for source in &self.recipe.pairs {
            sources.push(corpus.read(source, &self.folder, strict, learned, self.progress)?);
        }
        for (&parts, number) in self.parts.iter().zip(1..) {
            let (words, rows) = parts::words(parts, self.progress)?;
            corpus.add_elsewhere(&words, rows);
            let (name, kind) = (format!("parts {number}"), "pairs".into());
            sources.push(SourceRecord { name, kind, rows, checksum: 0 });
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

    pub(super) fn read_text(&self, material: &mut Material) -> Result<()> {
        self.progress.stage("count words", None);
        for source in &self.recipe.text {
            let mut size = 0;
            let mut count = |lines: Vec<String>| {
                size += lines.iter().map(|line| line.len() as u64).sum::<u64>();
                text::count_words(&lines, &mut material.words, &mut material.names);
                material.record.lines(&lines);
                Ok(())
            };
            let strict = self.recipe.strict;
            let (record, skipped) = text::batches(
                source,
                &self.folder,
                Part::Train,
                strict,
                self.progress,
                &mut count,
            )?;
            skipped.tell(&self.folder.join(&source.path), |message| self.progress.warn(message));
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
            let name = file_name(&synonyms.path);
            sources.push(SourceRecord { name, kind: "lexicon".into(), rows, checksum: 0 });
        }
        lexicon.settle();
        Ok(lexicon)
    }

    /// The commonest words of the text, and every word of the pairs and of what
    /// the spinner has written.
    pub(super) fn vocabulary(&self, material: &Material) -> Vocabulary {
        let config = &self.recipe.language;
        let mut common: Vec<(&str, u32)> =
            material.words.iter().map(|(word, &count)| (word.as_str(), count)).collect();
        common.retain(|(_, count)| *count >= config.least_count);
        common.sort_unstable_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(b.0)));
        common.truncate(config.vocabulary);
        Vocabulary::new(common.into_iter().map(|(word, _)| word).chain(material.corpus.kept()))
    }

    /// Spins one part of the text, if there is a lexicon to spin with; another `seed` gives
    /// other draws.
    pub(super) fn simulate(
        &self,
        material: &Material,
        lexicon: Option<&Lexicon>,
        part: Part,
        seed: u64,
    ) -> Result<Vec<SpunSentence>> {
        let (Some(lexicon), Some(spin)) = (lexicon, &self.recipe.spin) else {
            return Ok(Vec::new());
        };
        let mut config = spin.spinner.clone();
        config.seed = config.seed.wrapping_add(seed);
        let mut wanted = spin.sentences;
        if part == Part::Tune {
            (config.innocent, wanted) = (spin.dev_innocent, spin.dev_sentences);
            config.misspelt = spin.dev_misspelt;
        }
        let spinner = &Spinner::new(lexicon, config)?;
        self.progress.stage("spin", Some(wanted as u64));
        let wanted = simulate::Wanted { part, sentences: wanted, bytes: &material.bytes };
        simulate::simulate(spinner, &self.recipe, &self.folder, &wanted, self.progress)
    }

    /// Reads what the thesauri offer of words that are `known`.
    pub(super) fn read_offers(
        &self,
        material: &mut Material,
        known: impl Fn(&str) -> bool,
    ) -> Result<()> {
        let Corpus { words, offers, .. } = &mut material.corpus;
        for source in &self.recipe.thesauri {
            let (offer, record) = thesaurus::read(source, &self.folder, &known, words)?;
            material.sources.push(record);
            offers.push(offer);
        }
        material.corpus.offer_pivots(&self.recipe.pivot, material.lexicon.as_ref(), known);
        Ok(())
    }
}
