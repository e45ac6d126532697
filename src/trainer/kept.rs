//! What training has counted, kept beside the model so that it can learn on without the
//! pairs that it learned from.

use super::thesaurus::Offers;
use crate::align::{JumpCounts, Learned, LexicalWeights, PairCounts};
use crate::channel::Channel;
use crate::channel::counts::{COLUMNS, Counts, Group, Offered, Phrases, Substitutions, WordCounts};
use crate::channel::windows::Windows;
use crate::corpus::Interner;
use crate::error::{Error, Result};
use crate::model::container::{self, Container};
use crate::model::section::{SectionReader, SectionWriter};
use crate::model::{Model, map};
use bytes::Bytes;
use rustc_hash::FxHashSet;
use std::path::{Path, PathBuf};
use xxhash_rust::xxh3::xxh3_64;

/// Stands for the empty word in a file.
const EMPTY: u32 = u32::MAX;
/// No recipe names more thesauri.
const MOST_OFFERS: u32 = 64;
/// The one section of the file.
const SECTION: &str = "counts";

/// Counts of substitutions, of word links and of every place where a phrase could
/// stand, of all pairs that a model has learned from.
///
/// With them [`Trainer::update`](super::Trainer::update) adds pairs to a model as if they
/// had been there from the start. They hold words and phrases, but no sentence.
pub struct KeptCounts {
    /// Checksum of the channel that they gave.
    pub(super) channel: u64,
    pub(super) words: Vec<String>,
    pub(super) learned: Learned,
    pub(super) links: LexicalWeights,
    pub(super) phrases: Phrases,
    pub(super) groups: Vec<Group>,
    /// All words on the original side.
    pub(super) all: WordCounts,
    pub(super) windows: Windows,
    pub(super) offers: Vec<Offers>,
}

impl KeptCounts {
    /// Where the counts of a model's file stand: its name and `.counts`.
    pub fn path(model: impl AsRef<Path>) -> PathBuf {
        let mut path = model.as_ref().as_os_str().to_owned();
        path.push(".counts");
        path.into()
    }

    /// Opens a file of counts and holds it against its checksum.
    ///
    /// # Errors
    ///
    /// If the file cannot be read, or is damaged or no file of counts.
    pub fn open(path: impl AsRef<Path>) -> Result<Self> {
        let path = path.as_ref();
        let read = || {
            let container = Container::parse(map(path)?)?;
            container.verify()?;
            Self::parse(container.section(SECTION)?)
        };
        read().map_err(|error: Error| error.at(path))
    }

    /// Reads the section of a file of counts.
    pub(crate) fn parse(bytes: Bytes) -> Result<Self> {
        let mut reader = SectionReader::new(SECTION, bytes);
        let counts = Self::read(&mut reader)?;
        reader.end()?;
        Ok(counts)
    }

    /// Writes the counts to a temporary file beside `path` and renames it when it is
    /// whole.
    ///
    /// # Errors
    ///
    /// If the file cannot be written.
    pub fn save(&self, path: impl AsRef<Path>) -> Result<()> {
        let mut writer = SectionWriter::default();
        self.write(&mut writer);
        container::write(path.as_ref(), &[(SECTION, writer.finish())])
    }

    /// Says so if the counts are those of another model.
    pub(super) fn check(&self, model: &Model) -> Result<()> {
        let got = checksum(&model.channel);
        if got == self.channel {
            return Ok(());
        }
        let expected = format!("those of channel {got:016x}");
        let remedy = "keep the file that was written with the model, or train the model anew";
        Err(Error::model("counts", expected, format!("{:016x}", self.channel), remedy))
    }

    /// The words with the numbers that the counts know them by.
    pub(super) fn interner(&self) -> Interner {
        let mut words = Interner::default();
        for word in &self.words {
            words.number(word);
        }
        words
    }

    /// The substitutions, to be counted on in about `memory` bytes.
    pub(crate) fn substitutions(&self, memory: usize) -> Result<Substitutions> {
        let mut substitutions = Substitutions::new(memory);
        let counted = |counts: &Counts| {
            let columns = counts.iter().copied().enumerate();
            columns.filter(|(_, count)| *count > 0).collect::<Vec<_>>()
        };
        for group in &self.groups {
            let spun = self.phrases.words(group.spun);
            for (original, counts) in &group.originals {
                let original = self.phrases.words(*original);
                for (column, count) in counted(counts) {
                    substitutions.add(&original, &spun, column, count)?;
                }
            }
        }
        Ok(substitutions)
    }

    fn write(&self, writer: &mut SectionWriter) {
        writer.put(self.channel);
        writer.array(self.words.iter().map(|word| word.len() as u32));
        writer.array(self.words.iter().flat_map(|word| word.bytes()));
        writer.array(self.learned.words.iter().copied());
        let counts = self.learned.counts.sorted();
        writer.array(counts.iter().map(|(key, _)| *key));
        writer.array(counts.iter().map(|(_, count)| *count));
        writer.array(self.learned.jumps.iter().flatten().copied());
        let links = self.links.sorted();
        writer.array(links.iter().map(|((original, _), _)| original.unwrap_or(EMPTY)));
        writer.array(links.iter().map(|((_, spun), _)| spun.unwrap_or(EMPTY)));
        writer.array(links.iter().map(|(_, count)| *count));
        writer.array(self.phrases.nodes().iter().map(|(before, _)| *before));
        writer.array(self.phrases.nodes().iter().map(|(_, word)| *word));
        let pairs = || {
            let of_group = |group: &Group| {
                let spun = group.spun;
                group.originals.clone().into_iter().map(move |(original, c)| (spun, original, c))
            };
            self.groups.iter().flat_map(of_group)
        };
        let seen = |counts: Counts| counts.into_iter().filter(|count| *count > 0);
        let columns = |counts: Counts| {
            (0..COLUMNS).filter(|&column| counts[column] > 0).fold(0u16, |set, c| set | 1 << c)
        };
        writer.array(pairs().map(|(spun, _, _)| spun));
        writer.array(pairs().map(|(_, original, _)| original));
        writer.array(pairs().map(|(_, _, counts)| columns(counts)));
        writer.array(pairs().flat_map(|(_, _, counts)| seen(counts)));
        writer.array(self.all);
        self.windows.write(writer);
        writer.put(self.offers.len() as u32);
        for offers in &self.offers {
            writer.put(offers.column as u32);
            writer.put(offers.rate);
            let sides = || offers.pairs.iter().flat_map(|(original, spun)| [original, spun]);
            writer.array(sides().map(|side| side.len() as u32));
            writer.array(sides().flatten().copied());
            writer.array(offers.shares.iter().copied());
        }
    }

    fn read(reader: &mut SectionReader) -> Result<Self> {
        let channel = reader.take::<u64>()?;
        let words = read_words(reader)?;
        let known = words.len();
        let learned = read_learned(reader, known)?;
        let links = read_links(reader, known)?;
        let before = reader.array::<u32>()?;
        let last = reader.array_of::<u32>(before.len())?;
        let mut phrases = Phrases::default();
        let mut whole = before.len() > 0;
        for (number, (before, word)) in before.iter().zip(last.iter()).enumerate().skip(1) {
            whole &= (before as usize) < number && (word as usize) < known;
            whole = whole && phrases.add(before, word) == number as u32;
        }
        reader.check(whole, "phrases one after the other", "others")?;
        let groups = read_groups(reader, phrases.len())?;
        let all = reader.array_of::<u64>(COLUMNS)?;
        let all = std::array::from_fn(|column| all.get(column));
        let windows = Windows::read(reader)?;
        let count = reader.take::<u32>()?;
        reader.check(count <= MOST_OFFERS, format!("at most {MOST_OFFERS} thesauri"), count)?;
        let offers = (0..count).map(|_| read_offers(reader, known)).collect::<Result<_>>()?;
        Ok(Self { channel, words, learned, links, phrases, groups, all, windows, offers })
    }
}

fn read_offers(reader: &mut SectionReader, known: usize) -> Result<Offers> {
    let column = reader.take::<u32>()? as usize;
    let rate = reader.take::<f32>()?;
    let lengths = reader.array::<u32>()?;
    let words = reader.array::<u32>()?;
    let shares: Vec<f32> = reader.array::<f32>()?.iter().collect();
    let sum: u64 = lengths.iter().map(u64::from).sum();
    let sound = column < Offered::default().len()
        && rate.is_finite()
        && lengths.len() == 2 * shares.len()
        && shares.iter().all(|share| share.is_finite())
        && sum == words.len() as u64
        && words.iter().all(|word| (word as usize) < known);
    reader.check(sound, "offers of known words", "others")?;
    let mut words = words.iter();
    let mut sides = lengths.iter().map(|len| words.by_ref().take(len as usize).collect());
    let mut pairs = Vec::with_capacity(lengths.len() / 2);
    while let (Some(original), Some(spun)) = (sides.next(), sides.next()) {
        pairs.push((original, spun));
    }
    Ok(Offers { column, pairs, shares, rate })
}

/// A number for a channel.
pub(super) fn checksum(channel: &Channel) -> u64 {
    let mut writer = SectionWriter::default();
    channel.write(&mut writer);
    xxh3_64(&writer.finish())
}

pub(super) fn read_words(reader: &mut SectionReader) -> Result<Vec<String>> {
    let lengths = reader.array::<u32>()?;
    let bytes = reader.array::<u8>()?;
    let mut rest = bytes.as_slice();
    let mut words = Vec::new();
    let text = |bytes: &[u8]| std::str::from_utf8(bytes).ok().map(str::to_string);
    for len in lengths.iter() {
        let cut = rest.split_at_checked(len as usize);
        let Some((word, after)) = cut.and_then(|(word, after)| Some((text(word)?, after))) else {
            break;
        };
        words.push(word);
        rest = after;
    }
    let distinct: FxHashSet<&str> = words.iter().map(String::as_str).collect();
    let whole = distinct.len() == lengths.len() && rest.is_empty();
    reader.check(whole, format!("{} words", lengths.len()), distinct.len())?;
    Ok(words)
}

fn read_learned(reader: &mut SectionReader, known: usize) -> Result<Learned> {
    let words = reader.array::<u32>()?;
    reader.check(words.len() <= known, format!("at most {known} counts"), words.len())?;
    let keys = reader.array::<u64>()?;
    let counts = reader.array_of::<f32>(keys.len())?;
    let below =
        |key: u64| [(key >> 32) as usize, key as u32 as usize].iter().all(|w| *w < words.len());
    let sound = keys.iter().all(below) && counts.iter().all(|c| c.is_finite() && c >= 0.0);
    reader.check(sound, "counts of known words", "others")?;
    let mut jumps = <[JumpCounts; 2]>::default();
    let stored = reader.array_of::<f64>(jumps.as_flattened().len())?;
    reader.check(stored.iter().all(|c| c.is_finite() && c >= 0.0), "counts", "others")?;
    jumps.as_flattened_mut().iter_mut().zip(stored.iter()).for_each(|(jump, c)| *jump = c);
    let counts = PairCounts::of(keys.iter().zip(counts.iter()));
    Ok(Learned { words: words.iter().collect(), counts, jumps })
}

fn read_links(reader: &mut SectionReader, known: usize) -> Result<LexicalWeights> {
    let original = reader.array::<u32>()?;
    let spun = reader.array_of::<u32>(original.len())?;
    let counts = reader.array_of::<u32>(original.len())?;
    let sound = original.iter().chain(spun.iter()).all(|w| w == EMPTY || (w as usize) < known);
    reader.check(sound, "links of known words", "others")?;
    let mut links = LexicalWeights::default();
    let word = |word| (word != EMPTY).then_some(word);
    for ((original, spun), count) in original.iter().zip(spun.iter()).zip(counts.iter()) {
        links.add((word(original), word(spun)), count);
    }
    Ok(links)
}

fn read_groups(reader: &mut SectionReader, phrases: usize) -> Result<Vec<Group>> {
    let spun = reader.array::<u32>()?;
    let original = reader.array_of::<u32>(spun.len())?;
    let columns = reader.array_of::<u16>(spun.len())?;
    let counts = reader.array::<u32>()?;
    let expected: usize = columns.iter().map(|set| set.count_ones() as usize).sum();
    let sound = spun.iter().chain(original.iter()).all(|phrase| (phrase as usize) < phrases)
        && columns.iter().all(|set| set >> COLUMNS == 0);
    reader.check(sound && counts.len() == expected, "counts of known phrases", "others")?;
    let mut groups: Vec<Group> = Vec::new();
    let mut counts = counts.iter();
    for ((spun, original), set) in spun.iter().zip(original.iter()).zip(columns.iter()) {
        let mut of_pair = Counts::default();
        for column in (0..COLUMNS).filter(|column| set >> column & 1 == 1) {
            of_pair[column] = counts.next().unwrap_or(0);
        }
        match groups.last_mut() {
            Some(group) if group.spun == spun => group.push(original, of_pair),
            _ => {
                let mut group = Group::new(spun);
                group.push(original, of_pair);
                groups.push(group);
            }
        }
    }
    Ok(groups)
}

#[cfg(test)]
mod tests {
    use super::super::{Recipe, Trainer};
    use super::*;

    #[test]
    fn damaged_bytes_are_errors_or_counts() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("pairs.tsv");
        std::fs::write(&path, "the right answer\tthe proper reply\na b\ta c\n").unwrap();
        let trainer = Trainer::new(Recipe::default()).pairs(&path).text("training/sample/text.txt");
        let (_, counts) = trainer.train_keeping().unwrap();
        let mut writer = SectionWriter::default();
        counts.write(&mut writer);
        let good = writer.finish();
        let read = |bytes: Vec<u8>| KeptCounts::parse(bytes.into());
        assert!(read(good.clone()).is_ok());
        for cut in 0..good.len() {
            assert!(read(good[..cut].to_vec()).is_err());
        }
        for at in 0..good.len() {
            let mut bytes = good.clone();
            bytes[at] ^= 0x55;
            if let Ok(counts) = read(bytes) {
                counts.interner();
                counts.substitutions(0).unwrap();
            }
        }
    }
}
