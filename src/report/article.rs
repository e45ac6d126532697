//! An article, decoded, cut into lines and sentences for the eye.

use crate::decode::{Decoder, Restored};
use crate::error::{Error, Result};
use crate::formats::{self, Format, Place, Record, Refusal, Settings, decode};
use crate::model::Model;
use crate::text::{normalize, sentences, tokenize};
use std::ops::Range;
use std::path::Path;

/// More text than this is no page for people to read.
const MOST_BYTES: usize = 8 << 20;
/// A sentence of fewer words is found everywhere, one of more is no query.
const QUERY_WORDS: std::ops::RangeInclusive<usize> = 6..=32;

/// A document as it is shown.
pub(crate) struct Article {
    pub(crate) title: String,
    pub(crate) lines: Vec<Line>,
    /// What could not be read.
    pub(crate) refusals: Vec<Refusal>,
}

/// A line or paragraph that is not blank.
pub(crate) struct Line {
    pub(crate) restored: Restored,
    /// Places of its sentences in the spun text.
    pub(crate) sentences: Vec<Sentence>,
    /// True if a blank line stands before it.
    pub(crate) apart: bool,
}

/// A sentence, and how well it would find its original.
pub(crate) struct Sentence {
    pub(crate) place: Range<usize>,
    /// Surprise a word times the probability of all its changes; 0 for none.
    pub(crate) telling: f64,
}

/// Reads articles of any format.
pub(crate) struct Reader<'m> {
    pub(crate) model: &'m Model,
    pub(crate) decoder: Decoder<'m>,
    pub(crate) format: Option<Format>,
    pub(crate) field: String,
}

impl Reader<'_> {
    /// The articles of a file: one, or one for each record of a table.
    pub(crate) fn read(&self, path: &Path) -> Result<Vec<Article>> {
        let format = self.format.or_else(|| Format::of(path)).unwrap_or(Format::Text);
        let (field, largest) = (self.field.clone(), MOST_BYTES);
        let settings = Settings { format, field, each_line: false, largest };
        let mut source = formats::open(path, &settings, Place::default())?;
        let (mut records, mut bytes) = (Vec::new(), 0);
        while let Some(record) = source.next()? {
            bytes += record.raw.len();
            if bytes > MOST_BYTES {
                let message = "longer than 8 MiB, too much for a page: name a part of it";
                return Err(Error::data(path, 1, message));
            }
            records.push(record);
        }
        let restored = decode(&self.decoder, 1, &records);
        let name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy();
        let table = matches!(format, Format::Jsonl | Format::Csv | Format::Tsv | Format::Parquet);
        let prose = matches!(format, Format::Html | Format::Markdown);
        let mut articles = Vec::new();
        let mut goes_on = false;
        for (record, restored) in records.into_iter().zip(restored) {
            let is_rest = std::mem::replace(&mut goes_on, record.goes_on);
            let restored = restored.into_iter().flat_map(split);
            match articles.last_mut() {
                Some(article) if !table || is_rest => self.add(article, record, restored, prose),
                _ if record.blocks.is_empty() && record.refusals.is_empty() => {}
                _ => {
                    let number = articles.len() + 1;
                    let title = if table { format!("{name}, {number}") } else { name.to_string() };
                    let mut article = Article { title, lines: Vec::new(), refusals: Vec::new() };
                    self.add(&mut article, record, restored, prose);
                    articles.push(article);
                }
            }
        }
        Ok(articles)
    }

    /// Adds the lines of a record; those of `prose` are paragraphs.
    fn add(
        &self,
        article: &mut Article,
        record: Record,
        restored: impl Iterator<Item = Restored>,
        prose: bool,
    ) {
        article.refusals.extend(record.refusals);
        let mut apart = prose;
        for restored in restored {
            if restored.text.trim().is_empty() {
                apart = true;
                continue;
            }
            let sentences = self.sentences(&restored);
            article.lines.push(Line { restored, sentences, apart });
            apart = prose;
        }
    }

    fn sentences(&self, restored: &Restored) -> Vec<Sentence> {
        let text = &restored.text;
        let tokens = tokenize(text);
        let sentence = |range: Range<usize>| {
            let place = tokens[range.start].start..tokens[range.end - 1].end;
            let mut sure = 0.0;
            let (mut written, mut at) = (String::new(), place.start);
            for edit in restored.edits.iter().filter(|edit| place.contains(&edit.start)) {
                written.push_str(&text[at..edit.start]);
                written.push_str(&edit.original);
                at = edit.end;
                sure = if sure == 0.0 { edit.probability } else { sure * edit.probability };
            }
            written.push_str(&text[at..place.end]);
            Sentence { place, telling: sure * self.surprise(&written) }
        };
        sentences(text, &tokens).into_iter().map(sentence).collect()
    }

    /// How rare the words of a sentence are, in nats a word; 0 if it is no query.
    fn surprise(&self, sentence: &str) -> f64 {
        let tokens = tokenize(sentence);
        let words = tokens.iter().filter(|t| t.of(sentence).starts_with(char::is_alphanumeric));
        if !QUERY_WORDS.contains(&words.count()) {
            return 0.0;
        }
        let (mut state, mut sum) = (self.model.lm.begin(), 0.0);
        for token in &tokens {
            let mut word = String::new();
            normalize(token.of(sentence), &mut word);
            let (lm, word) = (&self.model.lm, self.model.vocabulary.id_or_unknown(&word));
            let (log, next) = lm.score(&lm.context(state), word);
            sum -= f64::from(log);
            state = next;
        }
        sum / tokens.len() as f64
    }
}

impl Line {
    /// The line with all its changes.
    pub(crate) fn best(&self) -> String {
        let Restored { text, edits, .. } = &self.restored;
        let (mut best, mut at) = (String::new(), 0);
        for edit in edits {
            best.push_str(&text[at..edit.start]);
            best.push_str(&edit.original);
            at = edit.end;
        }
        best.push_str(&text[at..]);
        best
    }
}

/// The lines of a field that has several.
fn split(restored: Restored) -> Vec<Restored> {
    let Restored { text, mut edits, .. } = restored;
    let mut start = 0;
    let mut lines = Vec::new();
    for line in text.split('\n') {
        let mut one = Restored::untouched(line);
        let end = start + line.len();
        let inside = edits.iter().take_while(|edit| edit.start < end).count();
        one.edits = edits.drain(..inside).filter(|edit| edit.end <= end).collect();
        for edit in &mut one.edits {
            edit.start -= start;
            edit.end -= start;
        }
        lines.push(one);
        start = end + 1;
    }
    lines
}
