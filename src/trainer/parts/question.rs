//! Questions as bytes, and what the answers come to.

use super::{Parts, odd};
use crate::align::{AlignModel, Countable, JumpSums, PairCounts, WordLink};
use crate::channel::LONGEST_PHRASE;
use crate::channel::counts::Phrases;
use crate::corpus::Interner;
use crate::error::Result;
use crate::model::section::{SectionReader, SectionWriter};

/// What is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// How many pairs there are, under no key, and how often each word stands in them.
    Words,
    /// How often each word stands in a gap.
    Gaps,
    /// Expected counts of word pairs and of jumps.
    Expected,
    /// Word links and substitutions.
    Substitutions,
    /// Places of phrases, and words.
    Places,
    /// How often each word stands in the text.
    TextWords,
    /// Windows of the text, see [`Counter`](crate::lm::count::Counter).
    Ngrams,
}

pub(super) const KINDS: [Kind; 7] = [
    Kind::Words,
    Kind::Gaps,
    Kind::Expected,
    Kind::Substitutions,
    Kind::Places,
    Kind::TextWords,
    Kind::Ngrams,
];

/// First bytes of keys where there are several kinds.
pub(super) const LINK: u8 = 0;
pub(super) const SUBSTITUTION: u8 = 1;
pub(super) const PAIR: u8 = 0;
pub(super) const JUMP: u8 = 1;
/// After those of the two sides.
pub(super) const WORDS: u8 = 2;
/// Stands for the empty word of a link.
pub(super) const EMPTY: u32 = u32::MAX;

/// The words of the pairs, which both sides number alike.
pub(in crate::trainer) struct Words(Vec<String>);

impl Words {
    pub(in crate::trainer) fn of(interner: &Interner) -> Self {
        Self(interner.words().map(str::to_string).collect())
    }

    fn write(&self, writer: &mut SectionWriter) {
        writer.array(self.0.iter().map(|word| word.len() as u32));
        writer.array(self.0.iter().flat_map(|word| word.bytes()));
    }
}

pub(super) fn begin(kind: Kind) -> SectionWriter {
    let mut writer = SectionWriter::default();
    writer.put(kind as u32);
    writer
}

pub(super) fn words() -> Vec<u8> {
    begin(Kind::Words).finish()
}

/// Pairs elsewhere, and the words that they are made of.
pub(in crate::trainer) struct Elsewhere<'p> {
    pub(in crate::trainer) parts: &'p dyn Parts,
    pub(in crate::trainer) words: Words,
}

/// A substitution and how often it was seen.
pub(in crate::trainer) type Seen = (Vec<u32>, Vec<u32>, u64);

/// Links and substitutions of all pairs, in an order that does not depend on the parts.
#[derive(Default)]
pub(in crate::trainer) struct Extracted {
    pub(in crate::trainer) links: Vec<(WordLink, u64)>,
    pub(in crate::trainer) substitutions: Vec<Seen>,
}

/// Where phrases stand.
#[derive(Default)]
pub(in crate::trainer) struct Found {
    /// Side, phrase and places.
    pub(in crate::trainer) places: Vec<(usize, u32, u64)>,
    /// Words of the originals.
    pub(in crate::trainer) words: u64,
}

impl Elsewhere<'_> {
    fn ask(&self, kind: Kind, model: Option<&AlignModel>) -> Result<Vec<(Vec<u8>, u64)>> {
        let mut writer = begin(kind);
        self.words.write(&mut writer);
        model.map_or(Ok(()), |model| model.write(&mut writer))?;
        self.parts.ask(&writer.finish())
    }

    fn known(&self, word: u32) -> bool {
        (word as usize) < self.words.0.len()
    }

    /// Aligns the pairs and extracts their substitutions.
    pub(in crate::trainer) fn extract(&self, model: &AlignModel) -> Result<Extracted> {
        let mut extracted = Extracted::default();
        let word = |word: u32| (word != EMPTY).then_some(word);
        let mut answers = self.ask(Kind::Substitutions, Some(model))?;
        answers.sort_unstable();
        for (key, count) in answers {
            let (kind, numbers) = numbers(&key)?;
            let sound = |&number: &u32| self.known(number);
            match (kind, &numbers[..]) {
                (LINK, &[original, spun])
                    if [original, spun].iter().all(|&word| word == EMPTY || sound(&word)) =>
                {
                    extracted.links.push(((word(original), word(spun)), count));
                }
                (SUBSTITUTION, [length, words @ ..])
                    if (*length as usize) <= words.len().min(LONGEST_PHRASE)
                        && words.iter().all(sound) =>
                {
                    let (original, spun) = words.split_at(*length as usize);
                    extracted.substitutions.push((original.to_vec(), spun.to_vec(), count));
                }
                _ => return Err(odd(&key)),
            }
        }
        Ok(extracted)
    }

    /// Counts the places of the phrases that are `wanted`.
    pub(in crate::trainer) fn places(&self, phrases: &Phrases, wanted: &[bool]) -> Result<Found> {
        let mut writer = begin(Kind::Places);
        self.words.write(&mut writer);
        writer.array(phrases.nodes().iter().map(|(before, _)| *before));
        writer.array(phrases.nodes().iter().map(|(_, word)| *word));
        writer.array(wanted.iter().map(|&wanted| u8::from(wanted)));
        let mut found = Found::default();
        for (key, count) in self.parts.ask(&writer.finish())? {
            match numbers(&key)? {
                (WORDS, numbers) if numbers.is_empty() => found.words += count,
                (side @ (0 | 1), numbers) if matches!(numbers[..], [phrase] if (phrase as usize) < phrases.len()) =>
                {
                    found.places.push((usize::from(side), numbers[0], count));
                }
                _ => return Err(odd(&key)),
            }
        }
        Ok(found)
    }
}

impl Countable for Elsewhere<'_> {
    fn gaps(&self, model: &AlignModel, vocabulary: usize) -> Result<Vec<u32>> {
        let mut counts = vec![0u32; vocabulary];
        for (key, count) in self.ask(Kind::Gaps, Some(model))? {
            let word = match numbers(&key)? {
                (0, numbers) if numbers.len() == 1 => numbers[0],
                _ => return Err(odd(&key)),
            };
            let slot = counts.get_mut(word as usize).ok_or_else(|| odd(&key))?;
            *slot = slot.saturating_add(u32::try_from(count).unwrap_or(u32::MAX));
        }
        Ok(counts)
    }

    fn expected(
        &self,
        model: &AlignModel,
        _advance: &(dyn Fn(u64) + Sync),
    ) -> Result<(PairCounts, [JumpSums; 2])> {
        let (mut counts, mut jumps): (_, [JumpSums; 2]) = (PairCounts::default(), [[0; _]; 2]);
        for (key, count) in self.ask(Kind::Expected, Some(model))? {
            match (numbers(&key)?.0, numbers(&key)?.1[..].as_ref()) {
                (PAIR, &[a, b]) if self.known(a) && self.known(b) => {
                    counts.add_steps(u64::from(a) << 32 | u64::from(b), count);
                }
                (JUMP, &[direction, kind]) => {
                    let of = jumps.get_mut(direction as usize);
                    let sum = of.and_then(|jumps| jumps.get_mut(kind as usize));
                    *sum.ok_or_else(|| odd(&key))? += count;
                }
                _ => return Err(odd(&key)),
            }
        }
        Ok((counts, jumps))
    }
}

/// A key of a kind and numbers.
pub(super) fn key(kind: u8, numbers: impl IntoIterator<Item = u32>) -> Vec<u8> {
    let mut key = vec![kind];
    numbers.into_iter().for_each(|number| key.extend(number.to_be_bytes()));
    key
}

fn numbers(key: &[u8]) -> Result<(u8, Vec<u32>)> {
    let (&kind, rest) = key.split_first().ok_or_else(|| odd(key))?;
    let (numbers, left) = rest.as_chunks();
    if !left.is_empty() {
        return Err(odd(key));
    }
    Ok((kind, numbers.iter().map(|bytes| u32::from_be_bytes(*bytes)).collect()))
}

/// The kind of a question and what is left of it.
pub(super) fn read(question: &[u8]) -> Result<(Kind, SectionReader)> {
    let mut reader = SectionReader::new("question", question.to_vec().into());
    let number = reader.take::<u32>()? as usize;
    reader.check(number < KINDS.len(), "a question of this version", number)?;
    Ok((KINDS[number], reader))
}
