//! How often every run of words stands in the text, whether it is a phrase or not: what
//! it takes to know, once a phrase turns up, in how many places it stood before.

use super::LONGEST_PHRASE;
use super::counts::{COLUMNS, Counts, ONE, Phrases, Places};
use super::tally::Tally;
use crate::error::Result;
use crate::model::section::{Array, SectionReader, SectionWriter};
use rustc_hash::FxHashMap;

/// The key of no words.
const EMPTY: u64 = 0;

/// The key of the words of `key` and one more. Keys are 64 bits of a hash: of a billion
/// runs two share one with a probability of about one in forty.
fn longer(key: u64, word: u32) -> u64 {
    let mut mixed = (key ^ (u64::from(word) + 1)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    mixed = (mixed ^ (mixed >> 32)).wrapping_mul(0xd6e8_feb8_6659_fd93);
    mixed ^ (mixed >> 29)
}

/// The column, among those of both sides, of a side and a column of its own.
fn column(side: usize, column: usize) -> u8 {
    (side * COLUMNS + column) as u8
}

/// Appends key and column of every run of `prose` words of a sentence.
pub(crate) fn keys(
    sentence: &[u32],
    prose: impl Fn(u32) -> bool,
    (side, of_side): (usize, usize),
    out: &mut Vec<(u64, u8)>,
) {
    for start in 0..sentence.len() {
        let mut key = EMPTY;
        for &word in sentence[start..].iter().take(LONGEST_PHRASE).take_while(|w| prose(**w)) {
            key = longer(key, word);
            out.push((key, column(side, of_side)));
        }
    }
}

/// The counts, sorted by key, as they are stored: difference to the key before, column,
/// and count, seven bits a byte.
#[derive(Clone)]
pub(crate) struct Windows {
    bytes: Array<u8>,
    len: u64,
}

impl Windows {
    /// No run at all.
    pub(crate) fn none() -> Self {
        Self::of(0, &[])
    }

    fn of(len: u64, bytes: &[u8]) -> Self {
        let mut writer = SectionWriter::default();
        writer.put(len);
        writer.array(bytes.iter().copied());
        let mut reader = SectionReader::new("windows", writer.finish().into());
        Self::read(&mut reader).expect("what was written a line ago")
    }

    /// What stands in `tally`, whose keys and columns are those of [`keys`], and what
    /// was counted before.
    pub(crate) fn collect(mut tally: Tally, before: &Self) -> Result<Self> {
        before.each(|key, column, count| tally.add(key, column, count))?;
        let (mut bytes, mut last, mut len) = (Vec::new(), 0, 0);
        tally.finish(|key, column, count| {
            put(key - last, &mut bytes);
            bytes.push(column);
            put(u64::from(count), &mut bytes);
            (last, len) = (key, len + 1);
            Ok(())
        })?;
        Ok(Self::of(len, &bytes))
    }

    /// Adds to `places`, of the original and of the spun side, where the phrases stood
    /// of which `wanted` holds.
    pub(crate) fn places(
        &self,
        phrases: &Phrases,
        wanted: impl Fn(u32) -> bool,
        places: &mut [Places; 2],
    ) -> Result<()> {
        let wanted = (0..phrases.len() as u32).filter(|&phrase| wanted(phrase));
        let key = |phrase| phrases.words(phrase).into_iter().fold(EMPTY, longer);
        let numbers: FxHashMap<u64, u32> = wanted.map(|phrase| (key(phrase), phrase)).collect();
        self.each(|key, column, count| {
            if let Some(&phrase) = numbers.get(&key) {
                let (side, column) = (usize::from(column) / COLUMNS, usize::from(column) % COLUMNS);
                let counts: &mut Counts = places[side].entry(phrase).or_default();
                let count = count.saturating_mul(ONE);
                counts[column] = counts[column].saturating_add(count);
            }
            Ok(())
        })
    }

    fn each(&self, mut each: impl FnMut(u64, u8, u32) -> Result<()>) -> Result<()> {
        let (mut rest, mut key) = (self.bytes.as_slice(), 0u64);
        for _ in 0..self.len {
            let Some((step, column, count)) = record(&mut rest) else { break };
            key = key.wrapping_add(step);
            each(key, column, count)?;
        }
        Ok(())
    }

    pub(crate) fn write(&self, writer: &mut SectionWriter) {
        writer.put(self.len);
        writer.array(self.bytes.iter());
    }

    pub(crate) fn read(reader: &mut SectionReader) -> Result<Self> {
        let len = reader.take::<u64>()?;
        let bytes = reader.array::<u8>()?;
        let mut rest = bytes.as_slice();
        let whole = (0..len).all(|_| record(&mut rest).is_some()) && rest.is_empty();
        reader.check(whole, format!("{len} counts"), "others")?;
        Ok(Self { bytes, len })
    }
}

/// Takes step, column and count off the front.
fn record(bytes: &mut &[u8]) -> Option<(u64, u8, u32)> {
    let step = take(bytes)?;
    let (&column, rest) = bytes.split_first()?;
    *bytes = rest;
    let count = u32::try_from(take(bytes)?).ok()?;
    (usize::from(column) < 2 * COLUMNS).then_some((step, column, count))
}

fn put(mut value: u64, out: &mut Vec<u8>) {
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

fn take(bytes: &mut &[u8]) -> Option<u64> {
    let mut value = 0u64;
    for shift in (0..64).step_by(7) {
        let (&byte, rest) = bytes.split_first()?;
        *bytes = rest;
        value |= u64::from(byte & 0x7f) << shift;
        if byte < 0x80 {
            return Some(value);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::super::counts::observe;
    use super::*;
    use proptest::prelude::*;

    fn tally(sentences: &[Vec<u32>]) -> Tally {
        let mut tally = Tally::new(0);
        let mut found = Vec::new();
        for sentence in sentences {
            keys(sentence, |word| word != 0, (1, 3), &mut found);
        }
        found.into_iter().for_each(|(key, column)| tally.add(key, column, 1).unwrap());
        tally
    }

    proptest! {
        #[test]
        fn knows_every_place_of_every_phrase(
            before in prop::collection::vec(prop::collection::vec(0u32..4, 0..12), 0..9),
            after in prop::collection::vec(prop::collection::vec(0u32..4, 0..12), 0..9),
            asked in prop::collection::vec(prop::collection::vec(1u32..4, 1..8), 1..9),
        ) {
            let windows = Windows::collect(tally(&before), &Windows::none()).unwrap();
            let windows = Windows::collect(tally(&after), &windows).unwrap();
            let mut phrases = Phrases::default();
            let asked: Vec<u32> = asked.iter().map(|words| phrases.number(words)).collect();
            let mut slow = Places::default();
            for sentence in before.iter().chain(&after) {
                observe(&phrases, sentence, |phrase| {
                    if asked.contains(&phrase) {
                        slow.entry(phrase).or_default()[3] += ONE;
                    }
                });
            }
            let mut places = <[Places; 2]>::default();
            windows.places(&phrases, |phrase| asked.contains(&phrase), &mut places).unwrap();
            prop_assert!(places[0].is_empty());
            prop_assert_eq!(&places[1], &slow);
        }

        #[test]
        fn damaged_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..60), len in 0u64..20) {
            let mut writer = SectionWriter::default();
            writer.put(len);
            writer.array(bytes);
            let mut reader = SectionReader::new("test", writer.finish().into());
            if let Ok(windows) = Windows::read(&mut reader) {
                windows.each(|_, _, _| Ok(())).unwrap();
            }
        }
    }
}
