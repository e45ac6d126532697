//! The lexicon: what each engine family writes for which words, inflected.

use super::habits::is_function_word;
use super::line::{self, Line};
use crate::error::{Error, Result};
use crate::text::inflect::Pos;
use crate::text::{inflect, token};
use std::fs;
use std::path::{Path, PathBuf};

/// What an engine writes for a phrase.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Entry {
    /// One to five words in normal form.
    pub(crate) original: Vec<String>,
    /// Words in normal form; never equal to the original.
    pub(crate) spun: Vec<String>,
    /// How readily the engine takes it, against its other choices for the original.
    pub(crate) weight: f32,
}

/// The entries of one engine family.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Family {
    /// The name of its folder.
    pub(crate) name: String,
    /// In the order of originals, then of spun phrases; no pair stands twice.
    pub(crate) entries: Vec<Entry>,
}

/// Engine families in the order of their names.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Lexicon {
    pub(crate) families: Vec<Family>,
}

impl Lexicon {
    /// Reads every `.tsv` file of every folder in `root`; a folder is a family.
    pub(crate) fn read(root: &Path) -> Result<Self> {
        let mut families: Vec<(String, Vec<Entry>)> = Vec::new();
        for (family, file) in files(root)? {
            let text = fs::read_to_string(&file).map_err(|source| Error::io(&file, source))?;
            let entries = parse(&text, &file)?;
            match families.last_mut() {
                Some((name, all)) if *name == family => all.extend(entries),
                _ => families.push((family, entries)),
            }
        }
        let family = |(name, entries)| Family { name, entries: merge(entries) };
        Ok(Self { families: families.into_iter().map(family).collect() })
    }

    /// A lexicon of families given as text; `name` stands in for the file in errors.
    #[cfg(any(test, fuzzing))]
    pub(crate) fn parse(families: &[(&str, &str)]) -> Result<Self> {
        let mut lexicon = Self::default();
        for (name, text) in families {
            let entries = merge(parse(text, Path::new(name))?);
            lexicon.families.push(Family { name: (*name).to_owned(), entries });
        }
        lexicon.families.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(lexicon)
    }

    /// Adds a pair to a family, which is made if there is none of its name.
    pub(crate) fn add(
        &mut self,
        family: &str,
        original: Vec<String>,
        spun: Vec<String>,
        weight: f32,
    ) {
        let longest = original.len().max(spun.len());
        if original == spun
            || original.is_empty()
            || spun.is_empty()
            || longest > line::LONGEST_PHRASE
        {
            return;
        }
        let entry = Entry { original, spun, weight };
        match self.families.iter_mut().find(|known| known.name == family) {
            Some(known) => known.entries.push(entry),
            None => self.families.push(Family { name: family.to_owned(), entries: vec![entry] }),
        }
    }

    /// Adds what a line `headword#pos<TAB>synonym|synonym` says, with all forms; the
    /// parts of speech are WordNet's n, v, a, s and r. Other lines add nothing.
    pub(crate) fn add_synonyms(&mut self, family: &str, line: &str) {
        for (head, synonym, pos) in synonyms(line) {
            for (original, spun) in inflect::pairs(head, synonym, pos) {
                self.add(family, token::words(&original), token::words(&spun), 1.0);
            }
        }
    }

    /// The families with those of their entries that `is_wanted`.
    pub(crate) fn only(&self, is_wanted: &dyn Fn(&Entry) -> bool) -> Self {
        let thinned = |family: &Family| Family {
            name: family.name.clone(),
            entries: family.entries.iter().filter(|entry| is_wanted(entry)).cloned().collect(),
        };
        Self { families: self.families.iter().map(thinned).collect() }
    }

    /// Puts everything in order after additions.
    pub(crate) fn settle(&mut self) {
        self.families.sort_by(|a, b| a.name.cmp(&b.name));
        for family in &mut self.families {
            family.entries = merge(std::mem::take(&mut family.entries));
        }
    }

    /// Entries of all families.
    pub(crate) fn len(&self) -> usize {
        self.families.iter().map(|family| family.entries.len()).sum()
    }
}

/// The pairs of a line `headword#pos<TAB>synonym|synonym`, with their part of speech. A noun
/// that is spelt like a word of grammar is a symbol, as `at` for astatine, and no synonym.
pub(crate) fn synonyms(line: &str) -> impl Iterator<Item = (&str, &str, Pos)> {
    let parts = line.split_once('\t').and_then(|(head, synonyms)| {
        let (head, pos) = head.rsplit_once('#')?;
        let pos = match pos {
            "n" => Pos::Noun,
            "v" => Pos::Verb,
            "a" | "s" => Pos::Adjective,
            _ => Pos::Fixed,
        };
        Some((head, synonyms, pos))
    });
    parts.into_iter().flat_map(|(head, synonyms, pos)| {
        let pairs = synonyms.split('|').map(move |synonym| (head, synonym, pos));
        pairs.filter(|&(head, synonym, pos)| {
            let is_symbol = |word: &str| is_function_word(&word.to_lowercase());
            pos != Pos::Noun || !(is_symbol(head) || is_symbol(synonym))
        })
    })
}

/// Every `.tsv` file below `root` with its family, in the order of their names.
pub(super) fn files(root: &Path) -> Result<Vec<(String, PathBuf)>> {
    let listed = |folder: &Path| -> Result<Vec<PathBuf>> {
        let list = fs::read_dir(folder).map_err(|source| Error::io(folder, source))?;
        let paths: std::io::Result<Vec<PathBuf>> = list.map(|entry| Ok(entry?.path())).collect();
        let mut paths = paths.map_err(|source| Error::io(folder, source))?;
        paths.sort();
        Ok(paths)
    };
    let mut files = Vec::new();
    for folder in listed(root)?.into_iter().filter(|path| path.is_dir()) {
        let name = folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
        for file in listed(&folder)? {
            if file.extension().is_some_and(|extension| extension == "tsv") {
                files.push((name.clone(), file));
            }
        }
    }
    Ok(files)
}

fn parse(text: &str, file: &Path) -> Result<Vec<Entry>> {
    let mut entries = Vec::new();
    for (number, text) in (1..).zip(text.lines()) {
        match line::parse(text) {
            Ok(Some(line)) => expand(&line, &mut entries),
            Ok(None) => {}
            Err(message) => return Err(Error::data(file, number, message)),
        }
    }
    Ok(entries)
}

/// Appends every inflected pair of a line.
///
/// Where one original form has several spun forms (`took` and `taken` for
/// `carried`), they share the weight, the first with a double share.
pub(super) fn expand(line: &Line, entries: &mut Vec<Entry>) {
    for (spun, weight) in &line.spun {
        let pairs = inflect::pairs(&line.original, spun, line.pos);
        for (i, (original, spun)) in pairs.iter().enumerate() {
            let rival = |(other, _): &&(String, String)| other == original;
            let (before, all) = (&pairs[..i], pairs.iter().filter(rival).count());
            let share = if before.iter().any(|pair| rival(&pair)) { 1.0 } else { 2.0 };
            let weight = f32::from(*weight) * share / (all as f32 + 1.0);
            let (original, spun) = (token::words(original), token::words(spun));
            if original != spun && !original.is_empty() && !spun.is_empty() {
                entries.push(Entry { original, spun, weight });
            }
        }
    }
}

/// Sorts, and keeps the greatest weight of a pair that stands more than once.
fn merge(mut entries: Vec<Entry>) -> Vec<Entry> {
    entries.sort_by(|a, b| {
        let key = |e: &Entry| -e.weight;
        a.original
            .cmp(&b.original)
            .then_with(|| a.spun.cmp(&b.spun))
            .then_with(|| key(a).total_cmp(&key(b)))
    });
    entries.dedup_by(|b, a| a.original == b.original && a.spun == b.spun);
    entries
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(lexicon: &Lexicon) -> Vec<String> {
        let show = |family: &Family, e: &Entry| {
            format!(
                "{}: {} -> {} {}",
                family.name,
                e.original.join(" "),
                e.spun.join(" "),
                e.weight
            )
        };
        let of = |family| Family::entries(family).iter().map(move |e| show(family, e));
        lexicon.families.iter().flat_map(of).collect()
    }

    impl Family {
        fn entries(&self) -> &[Entry] {
            &self.entries
        }
    }

    #[test]
    fn symbols_are_no_synonyms() {
        let table: &[(&str, &[&str])] = &[
            ("astatine#n\tAt|atomic number 85", &["atomic number 85"]),
            ("a#n\tangstrom|vitamin A", &[]),
            ("as#r\tequally", &["equally"]),
            ("no line", &[]),
        ];
        for &(line, expected) in table {
            let found: Vec<&str> = synonyms(line).map(|(_, synonym, _)| synonym).collect();
            assert_eq!(found, expected, "{line}");
        }
    }

    #[test]
    fn expands_inflections_in_order() {
        let text = "# tests\ncarry\tv\ttake*3\n\nbecause\t-\tas";
        let lexicon = Lexicon::parse(&[("one", text), ("a", "big\tadj\tlarge|huge")]).unwrap();
        let expected = [
            "a: big -> huge 1",
            "a: big -> large 1",
            "a: bigger -> larger 1",
            "a: biggest -> largest 1",
            "one: because -> as 1",
            "one: carried -> taken 1",
            "one: carried -> took 2",
            "one: carries -> takes 3",
            "one: carry -> take 3",
            "one: carrying -> taking 3",
        ];
        let mut found = shown(&lexicon);
        found.retain(|line| !line.contains("huger") && !line.contains("hugest"));
        assert_eq!(found, expected);
    }

    #[test]
    fn keeps_the_greater_weight() {
        let lexicon = Lexicon::parse(&[("a", "x\t-\ty*2|y*5|z")]).unwrap();
        assert_eq!(shown(&lexicon), ["a: x -> y 5", "a: x -> z 1"]);
    }

    #[test]
    fn reads_folders_and_names_the_line_of_an_error() {
        let root = tempfile::tempdir().unwrap();
        for (folder, file, text) in [
            ("b", "one.tsv", "x\t-\ty\n"),
            ("a", "two.tsv", "p\t-\tq\n"),
            ("a", "one.tsv", "r\t-\ts\n"),
            ("a", "notes.txt", "nothing of ours"),
        ] {
            fs::create_dir_all(root.path().join(folder)).unwrap();
            fs::write(root.path().join(folder).join(file), text).unwrap();
        }
        fs::write(root.path().join("README.md"), "words").unwrap();
        let lexicon = Lexicon::read(root.path()).unwrap();
        assert_eq!(shown(&lexicon), ["a: p -> q 1", "a: r -> s 1", "b: x -> y 1"]);
        assert_eq!(lexicon.len(), 3);

        fs::write(root.path().join("b/one.tsv"), "x\t-\ty\nx y\n").unwrap();
        let error = Lexicon::read(root.path()).unwrap_err().to_string();
        assert!(error.contains("one.tsv:2: expected original"), "{error}");
        assert!(Lexicon::read(&root.path().join("absent")).is_err());
    }
}
