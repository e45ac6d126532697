//! The mechanical check of a lexicon: everything a program can see is wrong.

use super::lexicon;
use super::line::{self, Line};
use crate::error::{Error, Result};
use crate::text::inflect::Pos;
use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};

/// Something amiss at a place of a lexicon.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Finding {
    pub(crate) file: PathBuf,
    /// Counted from 1.
    pub(crate) line: u64,
    pub(crate) message: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        write!(f, "{}:{}: {}", self.file.display(), self.line, self.message)
    }
}

/// Forms that must not stand for a verb's base.
const NO_BASES: &[&str] = &["am", "did", "does", "had", "has", "is", "was", "were"];

/// Where a phrase stood before: file, line, weight.
type Seen = (PathBuf, u64, u8);

/// Findings of every file below `root`, in the order of files and lines.
///
/// A line is checked for its format, odd characters, the length of its phrases
/// and identical sides; a file for originals that stand twice; a family for a
/// pair with two weights.
pub(crate) fn check(root: &Path) -> Result<Vec<Finding>> {
    let mut findings = Vec::new();
    let mut family = String::new();
    let mut weights = BTreeMap::new();
    for (name, file) in lexicon::files(root)? {
        if name != family {
            weights.clear();
            family = name;
        }
        let bytes = std::fs::read(&file).map_err(|source| Error::io(&file, source))?;
        check_file(&bytes, &file, &mut weights, &mut findings);
    }
    Ok(findings)
}

fn check_file(
    bytes: &[u8],
    file: &Path,
    weights: &mut BTreeMap<(String, &'static str, String), Seen>,
    findings: &mut Vec<Finding>,
) {
    let mut originals: BTreeMap<(String, &str), u64> = BTreeMap::new();
    let lines = bytes.strip_suffix(b"\n").unwrap_or(bytes).split(|b| *b == b'\n');
    for (number, text) in (1..).zip(lines) {
        let mut say = |message: String| {
            findings.push(Finding { file: file.to_owned(), line: number, message });
        };
        let parsed = match std::str::from_utf8(text) {
            Ok(text) => line::parse(text),
            Err(_) => Err("not UTF-8".to_owned()),
        };
        let line = match parsed {
            Ok(Some(line)) => line,
            Ok(None) => continue,
            Err(message) => {
                say(message);
                continue;
            }
        };
        let pos = mark(line.pos);
        if let Some(before) = originals.get(&(line.original.clone(), pos)) {
            say(format!("{:?} stands already at line {before}", line.original));
        } else {
            originals.insert((line.original.clone(), pos), number);
        }
        heads(&line, &mut say);
        for (i, (spun, weight)) in line.spun.iter().enumerate() {
            if line.spun[..i].iter().any(|(other, _)| other == spun) {
                say(format!("{spun:?} stands twice"));
                continue;
            }
            let pair = (line.original.clone(), pos, spun.clone());
            match weights.get(&pair) {
                Some((file, before, other)) if other != weight => say(format!(
                    "{:?} -> {spun:?} weighs {weight} here and {other} at {}:{before}",
                    line.original,
                    file.display()
                )),
                Some(_) => {}
                None => {
                    weights.insert(pair, (file.to_owned(), number, *weight));
                }
            }
        }
    }
}

fn heads(line: &Line, say: &mut impl FnMut(String)) {
    if line.pos != Pos::Verb {
        return;
    }
    let phrases = std::iter::once(&line.original).chain(line.spun.iter().map(|(spun, _)| spun));
    for phrase in phrases {
        let head = phrase.split(' ').next().unwrap_or_default();
        if NO_BASES.contains(&head) {
            say(format!("{phrase:?} inflects at {head:?}, which is no base form"));
        }
    }
}

fn mark(pos: Pos) -> &'static str {
    match pos {
        Pos::Verb => "v",
        Pos::Noun => "n",
        Pos::Adjective => "adj",
        Pos::Fixed => "-",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_what_is_amiss() {
        let root = tempfile::tempdir().unwrap();
        let files = [
            ("a", "one.tsv", "big\tadj\tlarge*2\nbig\tadj\thuge\nbig\t-\tgrown\nx y\n"),
            (
                "a",
                "two.tsv",
                "# fine\nbig\tadj\tlarge*3|vast|vast\nsee\tv\tclearly see|reply to|has seen",
            ),
            ("b", "one.tsv", "big\tadj\tlarge*9\nodd\t-\t\u{201c}odd\u{201d}\n"),
        ];
        for (folder, file, text) in files {
            std::fs::create_dir_all(root.path().join(folder)).unwrap();
            std::fs::write(root.path().join(folder).join(file), text).unwrap();
        }
        std::fs::write(root.path().join("b/two.tsv"), b"a\t-\tb\n\xff\xfe\t-\tc\n").unwrap();
        let findings = check(root.path()).unwrap();
        let expected = [
            ("a/one.tsv", 2, "\"big\" stands already at line 1"),
            ("a/one.tsv", 4, "1 columns"),
            ("a/two.tsv", 2, "weighs 3 here and 2 at"),
            ("a/two.tsv", 2, "\"vast\" stands twice"),
            ("a/two.tsv", 3, "\"has\", which is no base form"),
            ("b/one.tsv", 2, "which no phrase may"),
            ("b/two.tsv", 2, "not UTF-8"),
        ];
        assert_eq!(findings.len(), expected.len(), "{findings:?}");
        for (finding, (file, line, part)) in findings.iter().zip(expected) {
            assert!(finding.file.ends_with(file) && finding.line == line, "{finding}");
            assert!(finding.message.contains(part), "{finding}");
        }
    }
}
