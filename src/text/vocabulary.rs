//! Words and their numbers: sorted, front-coded, searched in place.

use crate::error::Result;
use crate::model::section::{Array, SectionReader, SectionWriter};
use rustc_hash::FxHashMap;
use std::cmp::Ordering;

/// The number of every word that the vocabulary does not hold.
pub const UNKNOWN: u32 = 0;
/// The number of the mark before a sentence's first word.
pub const BEGIN: u32 = 1;
/// The number of the mark after a sentence's last word.
pub const END: u32 = 2;

/// Marks that stand before the first word.
pub(crate) const RESERVED: u32 = 3;
/// Words in a block; the first stands whole, the others share its start.
const BLOCK: u32 = 16;
/// No word is longer, in bytes.
pub(crate) const LONGEST_WORD: usize = 255;

/// The words that a model knows, numbered in byte order from 3.
///
/// Numbers 0 to 2 are [`UNKNOWN`], [`BEGIN`] and [`END`]. A block of 16 words
/// holds the first in full and of each other one how much it shares with the
/// word before it; a look-up is a binary search over blocks and a scan of one.
#[derive(Clone)]
pub struct Vocabulary {
    words: u32,
    blocks: Array<u32>,
    pool: Array<u8>,
}

impl Vocabulary {
    /// Builds a vocabulary; order and repetition of `words` do not matter. Words
    /// that are empty or longer than 255 bytes are left out.
    pub fn new<'w>(words: impl IntoIterator<Item = &'w str>) -> Self {
        let fits = |word: &&str| !word.is_empty() && word.len() <= LONGEST_WORD;
        let mut words: Vec<&str> = words.into_iter().filter(fits).collect();
        words.sort_unstable();
        words.dedup();
        let mut blocks = Vec::new();
        let mut pool = Vec::new();
        let mut before: &[u8] = b"";
        for (i, word) in words.iter().map(|word| word.as_bytes()).enumerate() {
            let mut shared = before.iter().zip(word).take_while(|(a, b)| a == b).count();
            if i % BLOCK as usize == 0 {
                blocks.push(pool.len() as u32);
                shared = 0;
            }
            pool.extend([shared as u8, (word.len() - shared) as u8]);
            pool.extend_from_slice(&word[shared..]);
            before = word;
        }
        let mut writer = SectionWriter::default();
        writer.put(words.len() as u32);
        writer.array(blocks);
        writer.array(pool);
        let mut reader = SectionReader::new("vocabulary", writer.finish().into());
        Self::read(&mut reader).expect("what was written a line ago")
    }

    pub(crate) fn write(&self, writer: &mut SectionWriter) {
        writer.put(self.words);
        writer.array(self.blocks.iter());
        writer.array(self.pool.iter());
    }

    pub(crate) fn read(reader: &mut SectionReader) -> Result<Self> {
        let words = reader.take::<u32>()?;
        let blocks = reader.array_of::<u32>(words.div_ceil(BLOCK) as usize)?;
        let pool = reader.array::<u8>()?;
        let vocabulary = Self { words, blocks, pool };
        reader.check(vocabulary.is_sound(), "words in order", "another thing")?;
        Ok(vocabulary)
    }

    /// Numbers in use, the three marks among them.
    pub fn len(&self) -> usize {
        (self.words + RESERVED) as usize
    }

    /// True if there is no word, the marks apart.
    pub fn is_empty(&self) -> bool {
        self.words == 0
    }

    /// The number of `word`, which is in normal form.
    pub fn id(&self, word: &str) -> Option<u32> {
        let word = word.as_bytes();
        let (mut low, mut high) = (0, self.blocks.len());
        while low < high {
            let middle = (low + high) / 2;
            match self.first(middle).cmp(word) {
                Ordering::Greater => high = middle,
                _ => low = middle + 1,
            }
        }
        let block = low.checked_sub(1)?;
        // `matched` bytes of `word` agree with the entry before, which is smaller.
        let mut matched = 0;
        for (index, (shared, tail)) in self.entries(block).enumerate() {
            if shared < matched {
                return None;
            }
            if shared > matched {
                continue;
            }
            let rest = &word[matched..];
            let common = tail.iter().zip(rest).take_while(|(a, b)| a == b).count();
            if common == tail.len() && common == rest.len() {
                return Some(RESERVED + block as u32 * BLOCK + index as u32);
            }
            if common == rest.len() || (common < tail.len() && tail[common] > rest[common]) {
                return None;
            }
            matched += common;
        }
        None
    }

    /// The number of `word`, [`UNKNOWN`] if it has none.
    pub fn id_or_unknown(&self, word: &str) -> u32 {
        self.id(word).unwrap_or(UNKNOWN)
    }

    /// Appends the word of number `id`; the marks read `<unk>`, `<s>` and `</s>`.
    pub fn push_word(&self, id: u32, out: &mut String) {
        if id < RESERVED {
            return out.push_str(["<unk>", "<s>", "</s>"][id as usize]);
        }
        let index = id - RESERVED;
        if index >= self.words {
            return out.push_str("<unk>");
        }
        let mut word = [0; LONGEST_WORD];
        let mut len = 0;
        let entries = self.entries((index / BLOCK) as usize);
        for (shared, tail) in entries.take((index % BLOCK) as usize + 1) {
            len = shared + tail.len();
            word[shared..len].copy_from_slice(tail);
        }
        out.push_str(&String::from_utf8_lossy(&word[..len]));
    }

    /// The word of number `id`, as [`Vocabulary::push_word`] writes it.
    pub fn word(&self, id: u32) -> String {
        let mut word = String::new();
        self.push_word(id, &mut word);
        word
    }

    /// Every word with its number, for training, where look-ups are many.
    pub(crate) fn index(&self) -> FxHashMap<String, u32> {
        (RESERVED..self.words + RESERVED).map(|id| (self.word(id), id)).collect()
    }

    fn first(&self, block: usize) -> &[u8] {
        self.entries(block).next().map_or(b"", |(_, word)| word)
    }

    /// `(shared, tail)` of each entry of a block, bounded by the pool.
    fn entries(&self, block: usize) -> impl Iterator<Item = (usize, &[u8])> {
        let pool = self.pool.as_slice();
        let start = (self.blocks.get(block) as usize).min(pool.len());
        let count = (self.words - block as u32 * BLOCK).min(BLOCK);
        let mut rest = &pool[start..];
        (0..count).map_while(move |_| {
            let [shared, len, tail @ ..] = rest else {
                return None;
            };
            let (tail, after) = tail.split_at_checked(*len as usize)?;
            rest = after;
            Some((*shared as usize, tail))
        })
    }

    /// True if every entry lies in the pool and no word is too long.
    fn is_sound(&self) -> bool {
        let counted = |block: usize| {
            let mut before = 0;
            let fits = self.entries(block).all(|(shared, tail)| {
                let fits = shared <= before && shared + tail.len() <= LONGEST_WORD;
                before = shared + tail.len();
                fits
            });
            let expected = (self.words - block as u32 * BLOCK).min(BLOCK) as usize;
            fits && self.entries(block).count() == expected
        };
        self.words < u32::MAX - RESERVED && (0..self.blocks.len()).all(counted)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    #[test]
    fn numbers_and_words() {
        let words: Vec<String> = (0..1000).map(|i| format!("w{i}")).collect();
        let vocabulary = Vocabulary::new(words.iter().map(String::as_str));
        assert_eq!(vocabulary.len(), 1003);
        for word in &words {
            assert_eq!(&vocabulary.word(vocabulary.id(word).unwrap()), word);
        }
        assert_eq!(vocabulary.id_or_unknown("w1000"), UNKNOWN);
        assert_eq!(vocabulary.word(END), "</s>");
        assert_eq!(vocabulary.index().len(), 1000);
    }

    proptest! {
        #[test]
        fn equals_a_sorted_set(words in prop::collection::btree_set("[ab]{1,6}|é{1,3}", 0..80),
                               asked in prop::collection::vec("[abc]{0,7}", 20)) {
            let set: BTreeSet<String> = words;
            let vocabulary = Vocabulary::new(set.iter().map(String::as_str));
            for (index, word) in set.iter().enumerate() {
                prop_assert_eq!(vocabulary.id(word), Some(index as u32 + RESERVED));
            }
            for word in asked {
                prop_assert_eq!(vocabulary.id(&word).is_some(), set.contains(&word));
            }
        }
    }
}
