//! Files of aligned sentence pairs and of phrase pairs, tab-separated.

use super::lines::{Line, Lines};
use crate::error::{Error, Result};
use std::path::Path;

/// An original sentence and what a spinner made of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pair {
    /// What the author wrote.
    pub original: String,
    /// What the spinner made of it.
    pub spun: String,
    /// The document that it belongs to, where one is named.
    pub document: Option<String>,
    /// Columns from the fourth on.
    pub more: Vec<String>,
}

/// One row of a file of pairs.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Row {
    /// `original<TAB>spun[<TAB>document[<TAB>more]]`, sentences.
    Sentence(Pair),
    /// `original<TAB>spun<TAB>count[<TAB>more]`, phrases.
    Phrase { original: String, spun: String, count: f32, more: Vec<String> },
}

impl Row {
    /// What the author wrote.
    pub(crate) fn original(&self) -> &str {
        match self {
            Row::Sentence(pair) => &pair.original,
            Row::Phrase { original, .. } => original,
        }
    }
}

/// Rows at the head of a file from which its kind is told.
const HEAD: usize = 20;

/// All rows of a file, and what could not be read.
pub(crate) struct PairFile {
    pub(crate) rows: Vec<Row>,
    /// The line of each row in the file, from 1.
    pub(crate) lines: Vec<u64>,
    /// An error a row that was skipped.
    pub(crate) skipped: Vec<Error>,
}

impl PairFile {
    /// Reads a file of pairs or, if the third column of its first rows holds a
    /// count or nothing, of phrases. Rows without two columns are skipped, or
    /// end the reading if `strict`.
    pub(crate) fn read(path: &Path, strict: bool) -> Result<Self> {
        let mut lines = Lines::open(path)?;
        let mut columns: Vec<Vec<String>> = Vec::new();
        let mut numbers = Vec::new();
        let mut skipped = Vec::new();
        let mut refuse = |error| {
            if strict {
                return Err(error);
            }
            skipped.push(error);
            Ok(())
        };
        while let Some((line, _)) = lines.next()? {
            let text = match line {
                Line::Text(text) => text,
                Line::Unreadable(_, error) => {
                    refuse(error)?;
                    continue;
                }
            };
            if text.trim().is_empty() {
                continue;
            }
            let row: Vec<String> = text.split('\t').map(|part| part.trim().into()).collect();
            if row.len() < 2 || row[0].is_empty() || row[1].is_empty() {
                let message = "expected original<TAB>spun, two columns that are not empty";
                refuse(Error::data(path, lines.number(), message))?;
                continue;
            }
            columns.push(row);
            numbers.push(lines.number());
        }
        let is_list = columns.iter().take(HEAD).all(|row| {
            row.get(2).is_some_and(|count| count.is_empty() || count.parse::<u64>().is_ok())
        });
        let rows = columns.into_iter().map(|row| if is_list { phrase(row) } else { sentence(row) });
        Ok(Self { rows: rows.collect(), lines: numbers, skipped })
    }
}

fn sentence(row: Vec<String>) -> Row {
    let mut row = row.into_iter();
    let mut next = || row.next().unwrap_or_default();
    let (original, spun) = (next(), next());
    let document = Some(next()).filter(|document| !document.is_empty());
    Row::Sentence(Pair { original, spun, document, more: row.collect() })
}

fn phrase(row: Vec<String>) -> Row {
    let count = row.get(2).and_then(|count| count.parse().ok()).unwrap_or(1.0f32).max(1.0);
    let mut row = row.into_iter();
    let mut next = || row.next().unwrap_or_default();
    let (original, spun) = (next(), next());
    Row::Phrase { original, spun, count, more: row.skip(1).collect() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    fn read(text: &str, strict: bool) -> Result<PairFile> {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(text.as_bytes()).unwrap();
        PairFile::read(file.path(), strict)
    }

    #[test]
    fn pairs_and_lists() {
        let pairs = read("An apple.\tA fruit.\tdoc\tengine\nSo.\tThus.\n", false).unwrap();
        assert!(matches!(&pairs.rows[0], Row::Sentence(p) if p.document.as_deref() == Some("doc")));
        assert!(matches!(&pairs.rows[0], Row::Sentence(p) if p.more == ["engine"]));
        assert!(matches!(&pairs.rows[1], Row::Sentence(p) if p.document.is_none()));
        let list = read("breast cancer\tbosom malignancy\t12\nx y\tz\t\n", false).unwrap();
        let counts = list.rows.iter().map(|row| match row {
            Row::Phrase { count, .. } => *count,
            Row::Sentence(_) => panic!("a list was taken for pairs"),
        });
        assert_eq!(counts.collect::<Vec<_>>(), [12.0, 1.0]);
    }

    #[test]
    fn bad_rows_are_named() {
        let file = read("a\tb\nno tab here\n\n\tempty\nc\td\n", false).unwrap();
        assert_eq!((file.rows.len(), file.skipped.len()), (2, 2));
        assert_eq!(file.lines, [1, 5]);
        assert!(file.skipped[0].to_string().contains(":2: expected original<TAB>spun"));
        assert!(read("a\tb\nno tab here\n", true).is_err());
    }
}
