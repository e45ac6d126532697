//! The quick layout: a hash table for each length of n-gram.
//!
//! A slot of eight bytes holds 48 bits of the n-gram's hash and its two codes.
//! Eight slots are a bucket, one cache line of a mapped file; where a bucket is
//! full the next one takes what is over. All hashes of a query follow from its
//! words alone, so that the memory of all lengths is fetched at once; the tables lie
//! in large pages, so that the addresses of these places are known as soon. An n-gram
//! that is not there is taken for another with a chance of 1 in 10^11.

use super::super::MAX_ORDER;
use super::super::model::BackoffModel;
use super::super::quantise::Values;
use super::Query;
use crate::error::Result;
use crate::model::section::{Array, SectionReader, SectionWriter};

/// Slots of a bucket.
const BUCKET: usize = 8;
/// Of so many slots at most [`FULL`] are taken.
const SLOTS: usize = 10;
const FULL: usize = 8;
/// Bits of a slot's codes.
const CODES: u32 = 16;
/// A cache line.
const LINE: usize = 64;
/// Where a slot holds nothing.
const EMPTY: u64 = 0;

#[derive(Clone)]
pub(super) struct Fast {
    levels: Vec<Table>,
}

/// The n-grams of one length, two or more.
#[derive(Clone)]
struct Table {
    slots: Array<u64>,
    buckets: u64,
    /// Buckets that any n-gram lies from its own, at most.
    farthest: u64,
    probs: Values,
    weights: Values,
}

impl Table {
    /// The codes of the n-gram of a place.
    #[inline]
    fn find(&self, (mut bucket, hash): (usize, u64)) -> Option<u64> {
        let start = (hash >> (CODES + 1)) as usize;
        for _ in 0..=self.farthest {
            for slot in start..start + BUCKET {
                let entry = self.slots.get(bucket * BUCKET + slot % BUCKET);
                if (entry ^ hash) >> CODES == 0 {
                    return Some(entry);
                }
                if entry == EMPTY {
                    return None;
                }
            }
            bucket = if bucket as u64 + 1 == self.buckets { 0 } else { bucket + 1 };
        }
        None
    }
}

/// The hash of a word before what has the hash `longer`.
#[inline]
fn hash(after: u64, word: u32) -> u64 {
    let mixed = after ^ (u64::from(word) + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    let product = u128::from(mixed) * 0xD6E8_FEB8_6659_FD93;
    product as u64 ^ (product >> u64::BITS) as u64
}

/// A hash's bucket, and its slot there without codes.
#[inline]
fn place(hash: u64, buckets: u64) -> (usize, u64) {
    let bucket = (u128::from(hash) * u128::from(buckets)) >> u64::BITS;
    // The highest bits choose the bucket; the lowest is set, as in no empty slot.
    (bucket as usize, (hash << CODES) | 1 << CODES)
}

impl Fast {
    /// Finds the longest n-gram of each question.
    #[inline]
    pub fn look_up<const N: usize>(&self, queries: &mut [Query; N]) {
        let mut places = [[(0, 0); MAX_ORDER - 1]; N];
        let mut near = 0;
        for (query, places) in queries.iter().zip(&mut places) {
            let mut key = hash(0, query.word);
            let history = query.from.state.keys[..query.from.state.len()].iter();
            for ((level, word), place) in self.levels.iter().zip(history).zip(places) {
                key = hash(key, *word);
                *place = self::place(key, level.buckets);
                // Asked for now, for use below.
                near ^= level.slots.get(place.0 * BUCKET);
            }
        }
        std::hint::black_box(near);
        for (query, places) in queries.iter_mut().zip(places) {
            for (level, place) in self.levels[..query.from.state.len()].iter().zip(places) {
                let Some(entry) = level.find(place) else {
                    break;
                };
                query.prob = level.probs.get(entry as u8);
                query.matched += 1;
                if query.matched < self.levels.len() {
                    let word = query.from.state.keys[query.matched - 1];
                    let weight = level.weights.get((entry >> 8) as u8);
                    query.state.set(query.matched, word, weight);
                }
            }
        }
    }

    pub fn write(&self, writer: &mut SectionWriter) {
        for level in &self.levels {
            level.probs.write(writer);
            level.weights.write(writer);
            write_slots(writer, level.farthest, level.slots.iter());
        }
    }

    pub fn read(reader: &mut SectionReader, sizes: &[usize]) -> Result<Self> {
        let mut levels = Vec::with_capacity(sizes.len());
        for &nodes in &sizes[1..] {
            let (probs, weights) = (Values::read(reader)?, Values::read(reader)?);
            let farthest = reader.take::<u64>()?;
            reader.array::<u8>()?;
            let buckets = buckets(nodes);
            let slots = reader.array_of::<u64>(buckets * BUCKET)?.in_large_pages();
            let within = farthest < buckets as u64;
            reader.check(within, format!("less than {buckets} buckets"), farthest)?;
            levels.push(Table { slots, buckets: buckets as u64, farthest, probs, weights });
        }
        Ok(Self { levels })
    }
}

fn buckets(ngrams: usize) -> usize {
    (ngrams * SLOTS / FULL).div_ceil(BUCKET).max(1)
}

/// Fills up so that buckets begin at cache lines of the section.
fn write_slots(writer: &mut SectionWriter, farthest: u64, slots: impl Iterator<Item = u64>) {
    writer.put(farthest);
    // The lengths of the two arrays come between.
    let at = (writer.len() + 8).next_multiple_of(8) + 8;
    writer.array(std::iter::repeat_n(0u8, at.next_multiple_of(LINE) - at));
    writer.array(slots);
}

pub(super) fn write_new(model: &BackoffModel, writer: &mut SectionWriter) {
    let words = &model.trie.levels[0].words;
    let mut hashes: Vec<u64> = words.iter().map(|word| hash(0, *word)).collect();
    for level in 1..model.order() {
        let words = &model.trie.levels[level].words;
        hashes = model.trie.fill(level, |parent, nodes, out: &mut [u64]| {
            for (out, &word) in out.iter_mut().zip(&words[nodes]) {
                *out = hash(hashes[parent], word);
            }
        });
        let (probs, book) = super::compact::codebooks(model, level);
        let codes = probs.codes(&model.probs[level]);
        let weights = model.weights(level, &book);
        probs.write(writer);
        book.write(writer);
        let codes = |node: usize| {
            let weight = weights.get(node).map_or(0, |weight| u64::from(*weight));
            u64::from(codes[node]) | weight << 8
        };
        let (slots, farthest) = fill(&hashes, codes);
        write_slots(writer, farthest, slots.into_iter());
    }
}

/// Puts every n-gram in its place, in order, and says how far from its bucket the
/// farthest lies.
fn fill(hashes: &[u64], codes: impl Fn(usize) -> u64) -> (Vec<u64>, u64) {
    let buckets = buckets(hashes.len());
    let mut slots = vec![EMPTY; buckets * BUCKET];
    let mut farthest = 0;
    for (node, &hash) in hashes.iter().enumerate() {
        let (mut bucket, hash) = place(hash, buckets as u64);
        let start = (hash >> (CODES + 1)) as usize;
        let mut away = 0;
        loop {
            let mut own = (start..start + BUCKET).map(|slot| bucket * BUCKET + slot % BUCKET);
            if let Some(free) = own.find(|slot| slots[*slot] == EMPTY) {
                slots[free] = hash | codes(node);
                break;
            }
            away += 1;
            bucket = (bucket + 1) % buckets;
        }
        farthest = farthest.max(away);
    }
    (slots, farthest)
}
