//! Which engine families a model tells apart, as people call them.

use super::section::{SectionReader, SectionWriter};
use crate::channel::FAMILIES;
use crate::error::{Error, Result};
use std::collections::BTreeMap;

/// What the family of really spun pairs is called, in recipes too.
pub(crate) const REAL: &str = "pairs";

/// The families in the order in which the channel counts them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Engines {
    /// A name, and a line about it that may be empty; none at all in models that do not
    /// name their families.
    known: Vec<(String, String)>,
}

impl Engines {
    /// The families of a lexicon, and what a recipe says about them.
    pub(crate) fn new<'n>(
        names: impl Iterator<Item = &'n str>,
        about: &BTreeMap<String, String>,
    ) -> Result<Self> {
        let names: Vec<&str> = names.chain([REAL]).collect();
        if let Some(name) = about.keys().find(|name| !names.contains(&name.as_str())) {
            let names = names.join(", ");
            return Err(Error::config(format!("spin.about.{name}: the families are {names}")));
        }
        let engines = &names[..names.len() - 1];
        // The channel counts what goes beyond its columns with the last engine.
        let (single, shared) = engines.split_at(engines.len().min(FAMILIES - 2));
        let mut known: Vec<&[&str]> = single.chunks(1).collect();
        known.resize(FAMILIES - 2, &[]);
        known.extend([shared, &[REAL]]);
        let line = |names: &[&str]| {
            let about = names.iter().filter_map(|&name| about.get(name));
            let about: Vec<String> = about.map(|about| plain(about)).collect();
            (plain(&names.join(", ")), about.join("; "))
        };
        Ok(Self { known: known.into_iter().map(line).collect() })
    }

    /// The names that the default model's families have where its file does not say.
    pub(crate) fn or_english(&self) -> Self {
        if !self.known.is_empty() {
            return self.clone();
        }
        let names =
            ["academic", "access", "comment", "dictionary", "spinbot", "thesaurus", "wordnet"];
        let known = names.into_iter().chain([REAL]).map(|name| (name.into(), String::new()));
        Self { known: known.collect() }
    }

    /// True if the model does not name its families.
    pub(crate) fn is_empty(&self) -> bool {
        self.known.is_empty()
    }

    /// The name of a family and what is known about it, each empty if it is not known.
    pub(crate) fn get(&self, family: usize) -> (&str, &str) {
        self.known.get(family).map_or(("", ""), |(name, about)| (name, about))
    }

    /// A line a family, its name and a line about it with a tab between them.
    pub(crate) fn write(&self, writer: &mut SectionWriter) {
        let lines = self.known.iter().map(|(name, about)| format!("{name}\t{about}\n"));
        writer.array(lines.collect::<String>().bytes());
    }

    pub(crate) fn read(reader: &mut SectionReader) -> Result<Self> {
        let bytes = reader.array::<u8>()?;
        let text = std::str::from_utf8(bytes.as_slice()).unwrap_or_default();
        let parts = text.lines().filter_map(|line| line.split_once('\t'));
        let known: Vec<_> = parts.map(|(name, about)| (name.into(), about.into())).collect();
        reader.check(known.len() == FAMILIES, format!("{FAMILIES} families"), known.len())?;
        Ok(Self { known })
    }
}

/// Text in one line.
fn plain(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn about(rows: &[(&str, &str)]) -> BTreeMap<String, String> {
        rows.iter().map(|(name, about)| (name.to_string(), about.to_string())).collect()
    }

    #[test]
    fn families_are_called_what_the_recipe_says() {
        let engines =
            Engines::new(["a", "b"].into_iter(), &about(&[("b", "two\n\t words"), ("pairs", "p")]));
        let engines = engines.unwrap();
        let all: Vec<_> = (0..=FAMILIES).map(|family| engines.get(family)).collect();
        assert_eq!(all[..3], [("a", ""), ("b", "two words"), ("", "")]);
        assert_eq!(all[FAMILIES - 1..], [("pairs", "p"), ("", "")]);
        let wrong = Engines::new(["a"].into_iter(), &about(&[("c", "x")])).unwrap_err();
        assert_eq!(wrong.to_string(), "spin.about.c: the families are a, pairs");
        let many = Engines::new("a b c d e f g h".split(' '), &about(&[("h", "x")])).unwrap();
        assert_eq!(many.get(FAMILIES - 2), ("g, h", "x"));
        assert_eq!(Engines::default().get(3), ("", ""));
        assert_eq!(Engines::default().or_english().get(3).0, "dictionary");
        assert_eq!(engines.or_english(), engines);
    }

    #[test]
    fn round_trip_and_damage() {
        let engines = Engines::new(["a"].into_iter(), &about(&[("a", "é")])).unwrap();
        let mut writer = SectionWriter::default();
        engines.write(&mut writer);
        let bytes = writer.finish();
        let read =
            |bytes: &[u8]| Engines::read(&mut SectionReader::new("engines", bytes.to_vec().into()));
        assert_eq!(read(&bytes).unwrap(), engines);
        for cut in 0..bytes.len() {
            assert!(
                read(&bytes[..cut]).is_ok_and(|read| read == engines)
                    || read(&bytes[..cut]).is_err()
            );
        }
        let mut damaged = bytes.clone();
        damaged.iter_mut().filter(|byte| **byte == b'\t').for_each(|byte| *byte = b' ');
        assert!(read(&damaged).is_err());
    }
}
