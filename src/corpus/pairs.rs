//! Files of aligned sentence pairs and of phrase pairs, tab-separated.

use super::lines::{Line, Lines};
use crate::error::{Error, Result};
use std::collections::VecDeque;
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
/// Errors about single rows that are kept word for word.
const MOST_ERRORS: usize = 5;

/// Reads a file of pairs row by row.
///
/// A file is one of phrases if the third column of its first rows holds a count or
/// nothing. Rows without two columns are skipped, or end the reading if it is strict.
pub(crate) struct PairRows {
    lines: Lines<'static>,
    strict: bool,
    head: VecDeque<(u64, Vec<String>)>,
    is_list: bool,
    skipped: Skipped,
}

/// Rows that could not be read.
#[derive(Debug, Default)]
pub(crate) struct Skipped {
    /// What was wrong with the first few.
    pub(crate) errors: Vec<Error>,
    /// How many there are.
    pub(crate) rows: u64,
}

impl Skipped {
    pub(crate) fn push(&mut self, error: Error) {
        self.rows += 1;
        if self.errors.len() < MOST_ERRORS {
            self.errors.push(error);
        }
    }

    /// Says what was passed over, if anything was.
    pub(crate) fn tell(&self, path: &Path, tell: impl Fn(&str)) {
        self.errors.iter().for_each(|error| tell(&error.to_string()));
        if self.rows > 0 {
            tell(&format!("{}: skipped {} rows", path.display(), self.rows));
        }
    }
}

impl PairRows {
    pub(crate) fn open(path: &Path, strict: bool) -> Result<Self> {
        Self::of(Lines::open(path)?, strict)
    }

    /// Reads the rows that `lines` hold.
    pub(crate) fn of(lines: Lines<'static>, strict: bool) -> Result<Self> {
        let (head, skipped) = (VecDeque::new(), Skipped::default());
        let mut rows = Self { lines, strict, head, is_list: false, skipped };
        while rows.head.len() < HEAD {
            let Some(row) = rows.columns()? else { break };
            rows.head.push_back(row);
        }
        rows.is_list = rows.head.iter().all(|(_, row)| {
            row.get(2).is_some_and(|count| count.is_empty() || count.parse::<u64>().is_ok())
        });
        Ok(rows)
    }

    /// The next row with the number of its line, from 1.
    pub(crate) fn next(&mut self) -> Result<Option<(u64, Row)>> {
        let row = match self.head.pop_front() {
            Some(row) => Some(row),
            None => self.columns()?,
        };
        let row_of = |row| if self.is_list { phrase(row) } else { sentence(row) };
        Ok(row.map(|(number, row)| (number, row_of(row))))
    }

    /// True of a file of phrases.
    pub(crate) fn is_list(&self) -> bool {
        self.is_list
    }

    /// The number of the line read last.
    pub(crate) fn number(&self) -> u64 {
        self.lines.number()
    }

    /// What has been passed over so far.
    pub(crate) fn skipped(&self) -> &Skipped {
        &self.skipped
    }

    fn columns(&mut self) -> Result<Option<(u64, Vec<String>)>> {
        loop {
            let error = match self.lines.next()? {
                None => return Ok(None),
                Some((Line::Unreadable(_, error), _)) => error,
                Some((Line::Text(text), _)) if text.trim().is_empty() => continue,
                Some((Line::Text(text), _)) => {
                    let row: Vec<String> =
                        text.split('\t').map(|part| part.trim().into()).collect();
                    if row.len() >= 2 && !row[0].is_empty() && !row[1].is_empty() {
                        return Ok(Some((self.lines.number(), row)));
                    }
                    let message = "expected original<TAB>spun, two columns that are not empty";
                    Error::data(self.lines.path(), self.lines.number(), message)
                }
            };
            if self.strict {
                return Err(error);
            }
            self.skipped.push(error);
        }
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

    fn read(text: &str, strict: bool) -> Result<(Vec<(u64, Row)>, Skipped)> {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(text.as_bytes()).unwrap();
        let mut rows = PairRows::open(file.path(), strict)?;
        let mut all = Vec::new();
        while let Some(row) = rows.next()? {
            all.push(row);
        }
        Ok((all, rows.skipped))
    }

    #[test]
    fn pairs_and_lists() {
        let (pairs, _) = read("An apple.\tA fruit.\tdoc\tengine\nSo.\tThus.\n", false).unwrap();
        assert!(matches!(&pairs[0].1, Row::Sentence(p) if p.document.as_deref() == Some("doc")));
        assert!(matches!(&pairs[0].1, Row::Sentence(p) if p.more == ["engine"]));
        assert!(matches!(&pairs[1].1, Row::Sentence(p) if p.document.is_none()));
        let (list, _) = read("breast cancer\tbosom malignancy\t12\nx y\tz\t\n", false).unwrap();
        let counts = list.iter().map(|(_, row)| match row {
            Row::Phrase { count, .. } => *count,
            Row::Sentence(_) => panic!("a list was taken for pairs"),
        });
        assert_eq!(counts.collect::<Vec<_>>(), [12.0, 1.0]);
    }

    #[test]
    fn bad_rows_are_named() {
        let long = "a\tb\n".repeat(HEAD);
        for before in ["", &long] {
            let text = format!("{before}a\tb\nno tab here\n\n\tempty\nc\td\n");
            let (rows, skipped) = read(&text, false).unwrap();
            let lines = before.lines().count() as u64;
            let numbers: Vec<u64> = rows.iter().map(|&(number, _)| number).collect();
            assert_eq!(&numbers[lines as usize..], [lines + 1, lines + 5]);
            assert_eq!(skipped.rows, 2);
            let expected = format!(":{}: expected original<TAB>spun", lines + 2);
            assert!(skipped.errors[0].to_string().contains(&expected));
        }
        assert!(read("a\tb\nno tab here\n", true).is_err());
    }
}
