//! Which sentences a model was trained on, as far as a small filter can tell: what
//! is measured on text that was learned from flatters the model.

mod sketch;

use crate::error::Result;
use crate::model::section::{SectionReader, SectionWriter};
use crate::text::{sentences, token, tokenize};
use rayon::prelude::*;
use serde::Serialize;
use sketch::{Builder, OpenSketch, Sketch};
use xxhash_rust::xxh3::xxh3_64;

/// Shorter sentences are written twice by chance.
const LEAST_WORDS: usize = 6;
/// How many sentences are recorded of pairs and lists, and of plain text.
const MOST_OF_PAIRS: usize = 60_000;
const MOST_OF_TEXT: usize = 620_000;
/// One of 2 to this power of other sentences is taken for a recorded one.
const PAIRS_BITS: u32 = 20;
const TEXT_BITS: u32 = 14;
/// How often the weights of a model may be learned anew and be on record.
const MOST_PARTS: u32 = 64;
/// Places that are named.
const MOST_EXAMPLES: usize = 3;

/// Sentences of the pairs and of the text that a model was trained on.
#[derive(Clone)]
pub(crate) struct TrainingRecord {
    /// Of the training, and of every time that weights were learned anew.
    pairs: Vec<Sketch>,
    text: Sketch,
}

/// Collects a record while training reads its files.
pub(crate) struct RecordBuilder {
    pairs: Builder,
    text: Builder,
}

/// How many of some texts a model was trained on.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Leaks {
    /// Texts that were looked up.
    pub texts: usize,
    /// Those with a sentence that stands anywhere in the training.
    pub found: usize,
    /// Those with a sentence that stands in the pairs or lists of the training.
    pub in_pairs: usize,
    /// Those with a sentence that stands in its plain text, as far as that is recorded.
    pub in_text: usize,
    /// The share of the sentences of the plain text that is recorded, by hash: in
    /// all, about `in_text` over this share were learned from.
    pub text_share: f64,
    /// How often a sentence that was not learned from is taken for one that was.
    pub false_positives: f64,
    /// Numbers of the first texts that were found, from 0.
    pub examples: Vec<usize>,
}

impl Leaks {
    /// The figures in words, `of` what the texts are called.
    pub(crate) fn told(&self, of: &str) -> String {
        let Self { texts, found, in_pairs, in_text, text_share, .. } = self;
        let share = 100.0 * text_share;
        format!(
            "{found} of {texts} {of} ({in_pairs} in pairs and lists, {in_text} in text, of which \
             {share:.0} % is on record)"
        )
    }
}

impl Default for RecordBuilder {
    fn default() -> Self {
        Self { pairs: Builder::new(MOST_OF_PAIRS), text: Builder::new(MOST_OF_TEXT) }
    }
}

impl RecordBuilder {
    /// Records the original of a pair, or of a row of a list.
    pub(crate) fn original(&mut self, text: &str) {
        self.pairs.extend(Hashes::of(text).all());
    }

    /// Records lines of plain text.
    pub(crate) fn lines(&mut self, lines: &[String]) {
        let hashes = lines.par_iter().flat_map_iter(|line| Hashes::of(line).sentences);
        self.text.extend(hashes.collect::<Vec<u64>>());
    }

    pub(crate) fn finish(self) -> TrainingRecord {
        TrainingRecord {
            pairs: vec![Sketch::new(self.pairs, PAIRS_BITS)],
            text: Sketch::new(self.text, TEXT_BITS),
        }
    }
}

impl TrainingRecord {
    /// Looks up texts, each of one or more sentences.
    pub(crate) fn leaks<'t>(&self, texts: impl Iterator<Item = &'t str>) -> Leaks {
        let pairs: Vec<_> = self.pairs.iter().map(Sketch::open).collect();
        let text = self.text.open();
        let by_chance = pairs.iter().chain([&text]).map(OpenSketch::false_positives);
        let mut leaks = Leaks {
            texts: 0,
            found: 0,
            in_pairs: 0,
            in_text: 0,
            text_share: text.share(),
            false_positives: by_chance.sum(),
            examples: Vec::new(),
        };
        for (number, words) in texts.enumerate() {
            let hashes = Hashes::of(words);
            let in_text = hashes.sentences.iter().any(|&hash| text.holds(hash));
            let in_pairs = hashes.all().any(|hash| pairs.iter().any(|pairs| pairs.holds(hash)));
            leaks.texts += 1;
            leaks.found += usize::from(in_pairs || in_text);
            leaks.in_pairs += usize::from(in_pairs);
            leaks.in_text += usize::from(in_text);
            if (in_pairs || in_text) && leaks.examples.len() < MOST_EXAMPLES {
                leaks.examples.push(number);
            }
        }
        leaks
    }

    /// Records what was read once more to learn the weights of a model that is
    /// trained already: its pairs, but for those that are on record.
    pub(crate) fn add(&mut self, mut read: RecordBuilder) {
        for pairs in self.pairs.iter().map(Sketch::open) {
            read.pairs.remove(&pairs);
        }
        if !read.pairs.is_empty() && self.pairs.len() < MOST_PARTS as usize {
            self.pairs.push(Sketch::new(read.pairs, PAIRS_BITS));
        }
    }

    pub(crate) fn write(&self, writer: &mut SectionWriter) {
        writer.put(self.pairs.len() as u32);
        self.pairs.iter().for_each(|pairs| pairs.write(writer));
        self.text.write(writer);
    }

    pub(crate) fn read(reader: &mut SectionReader) -> Result<Self> {
        let parts = reader.take::<u32>()?;
        reader.check(parts <= MOST_PARTS, format!("at most {MOST_PARTS} parts"), parts)?;
        let pairs = (0..parts).map(|_| Sketch::read(reader)).collect::<Result<_>>()?;
        Ok(Self { pairs, text: Sketch::read(reader)? })
    }
}

/// What a text is looked up by.
struct Hashes {
    /// Of its sentences that are long enough.
    sentences: Vec<u64>,
    /// Of the whole, if it is no longer than a phrase.
    phrase: Option<u64>,
}

impl Hashes {
    fn of(text: &str) -> Self {
        let tokens = tokenize(text);
        let mut form = String::new();
        let mut hash = |tokens: &[token::Token]| {
            form.clear();
            let mut words = 0;
            for token in tokens {
                // Quotes and dashes are set in another way in every copy.
                let token = token.of(text);
                if token.starts_with(token::is_word) {
                    token::normalize(token, &mut form);
                    form.push(' ');
                    words += 1;
                }
            }
            (words, xxh3_64(form.as_bytes()))
        };
        let parts = sentences(text, &tokens).into_iter().map(|part| hash(&tokens[part]));
        let long = parts.filter(|(words, _)| *words >= LEAST_WORDS);
        let sentences = long.map(|(_, hash)| hash).collect();
        let (words, whole) = hash(&tokens);
        Self { sentences, phrase: (1..LEAST_WORDS).contains(&words).then_some(whole) }
    }

    fn all(&self) -> impl Iterator<Item = u64> {
        self.sentences.iter().copied().chain(self.phrase)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record() -> TrainingRecord {
        let mut builder = RecordBuilder::default();
        builder
            .original("The council warned about the old bridge. Nobody listened to them at all.");
        builder.original("breast cancer");
        builder.lines(&["He sold the house by the river last year; “nobody” bought it.".into()]);
        builder.lines(&["Yes. No.".into()]);
        builder.finish()
    }

    #[test]
    fn leaks_by_table() {
        let table = [
            ("Nobody listened to them at all.", [1, 0]),
            ("the council WARNED about the old bridge", [1, 0]),
            (
                "Before. The council warned about the old bridge. After that, nothing else came.",
                [1, 0],
            ),
            ("The council warned about the new bridge.", [0, 0]),
            ("Breast cancer", [1, 0]),
            ("He sold the house by the river last year - \"nobody\" bought it!", [0, 1]),
            // Text is recorded by whole sentences that are long enough.
            ("Yes. No.", [0, 0]),
            ("last year", [0, 0]),
            ("", [0, 0]),
        ];
        for (text, expected) in table {
            let leaks = record().leaks([text].into_iter());
            assert_eq!([leaks.in_pairs, leaks.in_text], expected, "{text}");
            assert_eq!(leaks.examples.len(), usize::from(expected != [0, 0]), "{text}");
        }
        let leaks = record().leaks(table.iter().map(|(text, _)| *text));
        assert_eq!((leaks.texts, leaks.found, leaks.in_pairs, leaks.in_text), (9, 5, 4, 1));
        assert_eq!(leaks.examples, [0, 1, 2]);
        assert_eq!(leaks.text_share, 1.0);
    }

    #[test]
    fn what_weights_were_learned_from_is_added() {
        let mut twice = record();
        let mut read = RecordBuilder::default();
        read.original("breast cancer");
        twice.add(read);
        assert_eq!(twice.pairs.len(), 1);
        let mut read = RecordBuilder::default();
        read.original("breast cancer");
        read.original("The mayor had the bridge closed on the very next day.");
        twice.add(read);
        assert_eq!(twice.pairs.len(), 2);
        let texts = ["the mayor had the bridge closed on the very next day", "breast cancer"];
        assert_eq!(twice.leaks(texts.into_iter()).in_pairs, 2);
        assert_eq!(record().leaks(texts.into_iter()).in_pairs, 1);
    }

    #[test]
    fn models_without_a_record_are_read() {
        let trainer = crate::Trainer::new(crate::Recipe::default());
        let trainer = trainer.pairs("training/sample/dev.tsv").text("training/sample/clean.txt");
        let mut model = trainer.train().unwrap();
        let text = "A small company from the north believes that it has found a way to build \
                    batteries without expensive metals.";
        let found = |model: &crate::Model| Some(model.leaks([text].into_iter())?.in_pairs);
        assert_eq!(found(&model), Some(1));
        let again = crate::Model::from_bytes(model.to_bytes().unwrap()).unwrap();
        assert_eq!(found(&again), Some(1));
        model.record = None;
        let again = crate::Model::from_bytes(model.to_bytes().unwrap()).unwrap();
        assert_eq!(found(&again), None);
    }

    #[test]
    fn written_and_read_it_says_the_same() {
        let mut writer = SectionWriter::default();
        let mut twice = record();
        let mut read = RecordBuilder::default();
        read.original("a phrase of its own");
        twice.add(read);
        twice.write(&mut writer);
        let bytes = bytes::Bytes::from(writer.finish());
        let mut reader = SectionReader::new("record", bytes.clone());
        let read = TrainingRecord::read(&mut reader).unwrap();
        reader.end().unwrap();
        let texts =
            ["Nobody listened to them at all.", "Nobody listened at last.", "A phrase of its own"];
        assert_eq!(read.leaks(texts.into_iter()), twice.leaks(texts.into_iter()));
        for cut in 0..bytes.len() {
            let mut reader = SectionReader::new("record", bytes.slice(..cut));
            assert!(TrainingRecord::read(&mut reader).is_err(), "cut at {cut}");
        }
    }
}
