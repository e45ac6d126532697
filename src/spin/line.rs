//! One line of a lexicon file.

use crate::text::inflect::Pos;
use crate::text::token;

/// Neither side of an entry has more words.
pub(crate) const LONGEST_PHRASE: usize = crate::channel::LONGEST_PHRASE;

/// `original <TAB> pos <TAB> spun|spun*3`.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Line {
    /// Lower case, the words a space apart.
    pub(super) original: String,
    pub(super) pos: Pos,
    /// Spun phrases in lower case with their weights, in the line's order.
    pub(super) spun: Vec<(String, u8)>,
}

/// Reads a line; blank lines and comments hold nothing, anything amiss is a message.
pub(super) fn parse(line: &str) -> Result<Option<Line>, String> {
    if line.trim().is_empty() || line.starts_with('#') {
        return Ok(None);
    }
    let columns: Vec<&str> = line.split('\t').collect();
    let &[original, pos, spun] = columns.as_slice() else {
        let count = columns.len();
        return Err(format!("expected original, pos and spun between tabs, got {count} columns"));
    };
    let original = phrase(original)?;
    let pos = match pos {
        "v" => Pos::Verb,
        "n" => Pos::Noun,
        "adj" => Pos::Adjective,
        "-" => Pos::Fixed,
        _ => return Err(format!("expected v, n, adj or -, got {pos:?}")),
    };
    let spun = spun.split('|').map(choice).collect::<Result<Vec<_>, _>>()?;
    if spun.iter().any(|(spun, _)| *spun == original) {
        return Err(format!("{original:?} is spun as itself"));
    }
    Ok(Some(Line { original, pos, spun }))
}

fn choice(choice: &str) -> Result<(String, u8), String> {
    let (words, weight) = match choice.rsplit_once('*') {
        None => (choice, 1),
        Some((words, weight)) => match weight.as_bytes() {
            [digit @ b'1'..=b'9'] => (words, digit - b'0'),
            _ => return Err(format!("expected a weight from 1 to 9, got {weight:?}")),
        },
    };
    Ok((phrase(words)?, weight))
}

fn phrase(text: &str) -> Result<String, String> {
    if text.is_empty() {
        return Err("an empty phrase".to_owned());
    }
    let allowed = |c: char| c.is_alphanumeric() || matches!(c, ' ' | '\'' | '-' | '.' | '%' | '$');
    if let Some(odd) = text.chars().find(|c| !allowed(*c)) {
        return Err(format!("{text:?} holds {odd:?}, which no phrase may"));
    }
    if text.split(' ').any(str::is_empty) {
        return Err(format!("{text:?} has a space too many"));
    }
    let words = token::words(text).len();
    if words > LONGEST_PHRASE {
        return Err(format!("{text:?} has {words} words, more than {LONGEST_PHRASE}"));
    }
    Ok(text.to_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parses_by_table() {
        type Expected = Result<&'static [(&'static str, u8)], &'static str>;
        let table: &[(&str, Expected)] = &[
            ("because\t-\tas|as a result of*5", Ok(&[("as", 1), ("as a result of", 5)])),
            ("Year\tn\t12 months", Ok(&[("12 months", 1)])),
            ("a\tn\tb*0", Err("weight")),
            ("a\tn\tb*10", Err("weight")),
            ("a\tn\tb*", Err("weight")),
            ("a\tn", Err("2 columns")),
            ("a\tn\tb\t", Err("4 columns")),
            ("a\tx\tb", Err("got \"x\"")),
            ("a\tn\tb||c", Err("empty")),
            ("\tn\tb", Err("empty")),
            ("a\tn\tb  c", Err("space too many")),
            ("a\tn\tb ", Err("space too many")),
            ("a\tn\tb, c", Err("','")),
            ("a\tn\tone two three four five six seven eight", Err("8 words, more than 7")),
            ("a\tn\tb|A", Err("itself")),
        ];
        for (text, expected) in table {
            match (parse(text), expected) {
                (Ok(Some(line)), Ok(spun)) => {
                    let found: Vec<_> = line.spun.iter().map(|(s, w)| (s.as_str(), *w)).collect();
                    assert_eq!(&found, spun);
                }
                (Err(message), Err(part)) => assert!(message.contains(part), "{message}"),
                (found, _) => panic!("{text:?}: {found:?}"),
            }
        }
        assert_eq!(parse("# a remark"), Ok(None));
        assert_eq!(parse("  "), Ok(None));
    }
}
