//! All pairs of a training run as word numbers, out of memory.

use super::pivot;
use super::recipe::{PairSource, PivotConfig, file_name};
use super::thesaurus::Offers;
use crate::align::{PairSource as _, Pairs, SpooledPairs, pharaoh};
use crate::channel::counts::{ONE, Source};
use crate::corpus::{Cut, Interner, Line, Lines, Pair, PairRows, Row};
use crate::error::{Error, Result};
use crate::model::SourceRecord;
use crate::progress::Progress;
use crate::record::RecordBuilder;
use crate::spin::{Lexicon, SpunSentence};
use std::path::Path;
use xxhash_rust::xxh3::Xxh3;

/// Rows that are numbered together.
const ROWS: usize = 8192;

/// What is known of a pair's alignment beforehand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Known {
    /// Nothing: an aligner says.
    Nothing,
    /// Its links, from a file.
    Links,
    /// Its substitutions: our own spinner made them.
    Edits,
    /// It is one substitution, a row of a list.
    Whole,
}

/// Pairs of one source.
pub(super) struct Batch {
    pub(super) known: Known,
    pub(super) words: SpooledPairs,
    /// Beside each pair: column and count, then links (original, spun) or edits (start
    /// and end in the original, start and end in the spun sentence) one after the other.
    pub(super) notes: SpooledPairs,
}

impl Batch {
    fn new(known: Known) -> Result<Self> {
        Ok(Self { known, words: SpooledPairs::new()?, notes: SpooledPairs::new()? })
    }

    fn push(
        &mut self,
        (original, spun): (&[u32], &[u32]),
        (source, count): (Source, u32),
        known: &[u32],
    ) -> Result<()> {
        self.words.push(original, spun)?;
        self.notes.push(&[source.column() as u32, count], known)
    }
}

/// All pairs, and their words.
#[derive(Default)]
pub(super) struct Corpus {
    pub(super) words: Interner,
    /// By word: whether the vocabulary must have it.
    pub(super) kept: Vec<bool>,
    pub(super) batches: Vec<Batch>,
    /// What thesauri offer.
    pub(super) offers: Vec<Offers>,
    /// How many pairs lie elsewhere.
    pub(super) elsewhere: u64,
}

impl Corpus {
    /// No pairs yet, but words that have their numbers.
    pub(super) fn new(words: Interner, offers: Vec<Offers>) -> Self {
        Self { words, offers, ..Self::default() }
    }

    pub(super) fn pairs(&self) -> usize {
        let here: usize = self.batches.iter().map(|batch| batch.words.len()).sum();
        here + self.elsewhere as usize
    }

    /// Takes the words of pairs that lie elsewhere.
    pub(super) fn add_elsewhere(&mut self, words: &[String], pairs: u64) {
        self.elsewhere += pairs;
        for word in words {
            let number = self.words.number(word) as usize;
            self.kept.resize(self.words.len().max(self.kept.len()), false);
            self.kept[number] = true;
        }
    }

    /// The words that the vocabulary must have.
    pub(super) fn kept(&self) -> impl Iterator<Item = &str> {
        self.words.words().zip(&self.kept).filter(|(_, kept)| **kept).map(|(word, _)| word)
    }

    /// Offers synonyms of synonyms anew: those that the thesauri and this lexicon lead to.
    pub(super) fn offer_pivots(
        &mut self,
        config: &PivotConfig,
        lexicon: Option<&Lexicon>,
        known: impl Fn(&str) -> bool,
    ) {
        self.offers.retain(|offers| offers.column != pivot::COLUMN);
        if config.most > 0 {
            let offers = pivot::pivot(config, &self.offers, lexicon, known, &mut self.words);
            self.offers.push(offers);
        }
    }

    /// Drops simulated pairs, and the rows of lists that are not to be `seen`.
    pub(super) fn forget(&mut self, seen: impl Fn(&[String], &[String]) -> bool) -> Result<()> {
        self.batches.retain(|batch| batch.known != Known::Edits);
        let text = |words: &[u32]| -> Vec<String> {
            words.iter().map(|&word| self.words.word(word).to_string()).collect()
        };
        for batch in self.batches.iter_mut().filter(|batch| batch.known == Known::Whole) {
            let mut kept = Batch::new(Known::Whole)?;
            let [mut rows, mut notes] = <[Pairs; 2]>::default();
            for chunk in 0..batch.words.chunks() {
                batch.words.read(chunk, &mut rows)?;
                batch.notes.read(chunk, &mut notes)?;
                for ((original, spun), (note, known)) in rows.iter().zip(notes.iter()) {
                    if seen(&text(original), &text(spun)) {
                        kept.words.push(original, spun)?;
                        kept.notes.push(note, known)?;
                    }
                }
            }
            *batch = kept;
        }
        Ok(())
    }

    /// Reads the rows that a source names, and the links beside them if it names any.
    pub(super) fn read(
        &mut self,
        source: &PairSource,
        folder: &Path,
        strict: bool,
        record: &mut RecordBuilder,
        progress: &dyn Progress,
    ) -> Result<SourceRecord> {
        let path = folder.join(&source.path);
        let mut rows = PairRows::open(&path, strict)?;
        let mut links = match &source.alignments {
            Some(links) => Some(LinkLines::open(&folder.join(links))?),
            None => None,
        };
        let known = match (rows.is_list(), &links) {
            (true, Some(_)) => {
                let message = "is a phrase list, whose rows have no word links";
                return Err(Error::config(format!("{}: {message}", path.display())));
            }
            (true, None) => Known::Whole,
            (false, Some(_)) => Known::Links,
            (false, None) => Known::Nothing,
        };
        let mut batch = Batch::new(known)?;
        let (first, last) = source.rows.unwrap_or((1, usize::MAX));
        let (mut row_number, mut hash) = (0, Xxh3::new());
        let mut open = Vec::new();
        while row_number < last
            && let Some((line, row)) = rows.next()?
        {
            row_number += 1;
            if row_number < first {
                continue;
            }
            record.original(row.original());
            let noted = note(row);
            let noted =
                Noted { links: links.as_mut().map(|links| links.line(line)).transpose()?, ..noted };
            hash.update(noted.original.as_bytes());
            hash.update(b"\t");
            hash.update(noted.spun.as_bytes());
            hash.update(b"\n");
            open.push(noted);
            if open.len() == ROWS {
                self.number(&mut open, &mut batch, links.as_ref())?;
                progress.advance(ROWS as u64);
            }
        }
        progress.advance(open.len() as u64);
        self.number(&mut open, &mut batch, links.as_ref())?;
        rows.skipped().tell(&path, |message| progress.warn(message));
        if source.rows.is_some() && (first == 0 || first > last || first > row_number) {
            let message = format!("rows {first} to {last} of {row_number} rows");
            return Err(Error::config(format!("{}: {message}", path.display())));
        }
        let name = file_name(&source.path);
        let kind = if known == Known::Whole { "list" } else { "pairs" }.to_string();
        let rows = batch.words.len() as u64;
        self.batches.push(batch);
        Ok(SourceRecord { name, kind, rows, checksum: hash.digest() })
    }

    fn number(
        &mut self,
        open: &mut Vec<Noted>,
        batch: &mut Batch,
        links: Option<&LinkLines>,
    ) -> Result<()> {
        let texts: Vec<&str> =
            open.iter().flat_map(|row| [row.original.as_str(), row.spun.as_str()]).collect();
        let numbered = self.words.sentences(&texts, Cut::Tokens);
        self.kept.resize(self.words.len(), false);
        numbered.iter().flatten().for_each(|&word| self.kept[word as usize] = true);
        let pairs = numbered.as_chunks().0;
        for (row, [original, spun]) in open.iter().zip(pairs) {
            let mut flat = Vec::new();
            if let (Some(links), Some((line, of_row))) = (links, &row.links) {
                for &(o, s) in of_row {
                    if usize::from(o) >= original.len() || usize::from(s) >= spun.len() {
                        let (os, ss) = (original.len(), spun.len());
                        let message = format!(
                            "link {o}-{s} in a pair of {os} and {ss} words, counted from 0"
                        );
                        return Err(Error::data(links.lines.path(), *line, message));
                    }
                    flat.extend([u32::from(o), u32::from(s)]);
                }
            }
            batch.push((original, spun), (row.source, row.count), &flat)?;
        }
        open.clear();
        Ok(())
    }

    /// Takes simulated sentences, which come before all others, as they do not depend
    /// on what pairs there are.
    pub(super) fn add_simulated(&mut self, sentences: &[SpunSentence]) -> Result<()> {
        if sentences.is_empty() {
            return Ok(());
        }
        let mut batch = Batch::new(Known::Edits)?;
        for sentences in sentences.chunks(ROWS) {
            let texts: Vec<&str> =
                sentences.iter().flat_map(|s| [s.original.as_str(), s.spun.as_str()]).collect();
            let numbered = self.words.sentences(&texts, Cut::Tokens);
            self.kept.resize(self.words.len(), false);
            for (sentence, [original, spun]) in sentences.iter().zip(numbered.as_chunks().0) {
                let mut flat = Vec::new();
                for edit in &sentence.edits {
                    let words = original[edit.original.clone()].iter();
                    let words = words.chain(&spun[edit.spun.clone()]);
                    words.for_each(|&word| self.kept[word as usize] = true);
                    let ends = [&edit.original, &edit.spun].map(|side| [side.start, side.end]);
                    flat.extend(ends.as_flattened().iter().map(|&end| end as u32));
                }
                let family = sentence.family.map(|family| Source::Family(family as u8));
                let source = family.unwrap_or(Source::Innocent);
                batch.push((original, spun), (source, ONE), &flat)?;
            }
        }
        self.batches.insert(0, batch);
        Ok(())
    }
}

/// A row under work.
struct Noted {
    original: String,
    spun: String,
    source: Source,
    count: u32,
    /// Links, and the line that they stand in.
    links: Option<(u64, Vec<(u16, u16)>)>,
}

fn note(row: Row) -> Noted {
    match row {
        Row::Sentence(Pair { original, spun, .. }) => {
            Noted { original, spun, source: Source::Real, count: ONE, links: None }
        }
        // How often a phrase was met says little beyond the first few times.
        Row::Phrase { original, spun, count, .. } => {
            let count = ((1.0 + count.ln()) * ONE as f32).round() as u32;
            Noted { original, spun, source: Source::List, count, links: None }
        }
    }
}

/// A file of links, line n of which belongs to line n of the pairs.
struct LinkLines {
    lines: Lines<'static>,
}

impl LinkLines {
    fn open(path: &Path) -> Result<Self> {
        Ok(Self { lines: Lines::open(path)? })
    }

    /// The links of line `wanted`, which lies behind every line asked for before.
    fn line(&mut self, wanted: u64) -> Result<(u64, Vec<(u16, u16)>)> {
        loop {
            let before = self.lines.number();
            let ended = || {
                let message = format!("ends here, but the pairs go on to line {wanted}");
                Err(message)
            };
            let parsed = match self.lines.next()? {
                None => ended(),
                Some(_) if before + 1 < wanted => continue,
                Some((Line::Unreadable(_, error), _)) => return Err(error),
                Some((Line::Text(text), _)) => pharaoh::parse(text),
            };
            let number = self.lines.number();
            let bad = |message| Error::data(self.lines.path(), number, message);
            return parsed.map(|links| (number, links)).map_err(bad);
        }
    }
}
