//! Bit fields packed without gaps, and child counts in unary.

use crate::error::Result;
use crate::model::section::{Array, SectionReader, SectionWriter};

/// Bytes after the last field, so that one of up to 57 bits can be read
/// as a whole word.
pub(super) const SLACK: usize = 8;

/// Collects fields of at most 57 bits.
#[derive(Default)]
pub(super) struct BitWriter {
    bytes: Vec<u8>,
    pending: u64,
    used: u32,
}

impl BitWriter {
    pub fn push(&mut self, value: u64, bits: u32) {
        self.pending |= value << self.used;
        self.used += bits;
        while self.used >= 8 {
            self.bytes.push(self.pending as u8);
            self.pending >>= 8;
            self.used -= 8;
        }
    }

    pub fn finish(mut self) -> Vec<u8> {
        self.bytes.push(self.pending as u8);
        self.bytes.extend([0; SLACK]);
        self.bytes
    }
}

/// Bytes that `fields` of `bits` take, as [`BitWriter::finish`] leaves them.
pub(super) fn packed_len(fields: usize, bits: u32) -> Option<usize> {
    Some(fields.checked_mul(bits as usize)? / 8 + 1 + SLACK)
}

/// The bits from `at` on; 57 of them are valid.
#[inline]
pub(super) fn read(bytes: &[u8], at: usize) -> u64 {
    let from = at / 8;
    let word: [u8; 8] = bytes[from..from + 8].try_into().expect("eight bytes");
    u64::from_le_bytes(word) >> (at % 8)
}

/// Ones between two samples.
const SAMPLE: usize = 64;

/// Where each node's run of children ends: for each node a zero per child and
/// then a one, about two bits a node, with the place of every 64th one aside.
#[derive(Clone)]
pub(super) struct Runs {
    words: Array<u64>,
    samples: Array<u32>,
}

impl Runs {
    /// Writes runs, given the number of children of each node.
    pub fn write_new(counts: impl Iterator<Item = u32>, writer: &mut SectionWriter) {
        let (mut words, mut samples) = (vec![0u64; 1], Vec::new());
        let mut at = 0;
        for (node, count) in counts.enumerate() {
            at += count as usize;
            words.resize(at / 64 + 1, 0);
            words[at / 64] |= 1 << (at % 64);
            if node % SAMPLE == 0 {
                samples.push(at as u32);
            }
            at += 1;
        }
        words.truncate(at.div_ceil(64));
        writer.array(words);
        writer.array(samples);
    }

    pub fn write(&self, writer: &mut SectionWriter) {
        writer.array(self.words.iter());
        writer.array(self.samples.iter());
    }

    /// Reads the runs of `nodes` nodes with `children` children in all, and makes
    /// sure that no run can leave them.
    pub fn read(reader: &mut SectionReader, nodes: usize, children: usize) -> Result<Self> {
        let total = nodes.saturating_add(children);
        let words = reader.array_of::<u64>(total.div_ceil(64))?;
        let samples = reader.array_of::<u32>(nodes.div_ceil(SAMPLE))?;
        let runs = Self { words, samples };
        let fits = total <= u32::MAX as usize && runs.is_sound(nodes, total);
        reader.check(fits, format!("runs of {children} children"), "others")?;
        Ok(runs)
    }

    /// The children of `node`, which is below the number of nodes.
    #[inline]
    pub fn get(&self, node: usize) -> (usize, usize) {
        self.get_at(self.sample(node), node)
    }

    /// Where the search for the children of `node` begins: its memory is asked for
    /// by this and by [`Runs::touch`] before [`Runs::get_at`] waits for it.
    #[inline]
    pub fn sample(&self, node: usize) -> usize {
        self.samples.get(node.saturating_sub(1) / SAMPLE) as usize
    }

    #[inline]
    pub fn touch(&self, sample: usize) -> u64 {
        self.words.get(sample / 64)
    }

    /// The children of `node`, whose sample is known.
    #[inline]
    pub fn get_at(&self, sample: usize, node: usize) -> (usize, usize) {
        if node == 0 {
            return (0, self.next_one(0));
        }
        let at = self.select_from(sample, node - 1);
        (at + 1 - node, self.next_one(at + 1) - node)
    }

    #[inline]
    fn select_from(&self, sample: usize, index: usize) -> usize {
        let mut left = (index % SAMPLE) as u32;
        let mut at = sample / 64;
        let mut word = self.words.get(at) & (!0 << (sample % 64));
        loop {
            let sums = byte_sums(word);
            let ones = (sums >> 56) as u32;
            if left < ones {
                return at * 64 + select_in(word, sums, left);
            }
            left -= ones;
            at += 1;
            word = self.words.get(at);
        }
    }

    /// The place of the first one from `from` on.
    #[inline]
    fn next_one(&self, from: usize) -> usize {
        let mut at = from / 64;
        let mut word = self.words.get(at) & (!0 << (from % 64));
        while word == 0 {
            at += 1;
            word = self.words.get(at);
        }
        at * 64 + word.trailing_zeros() as usize
    }

    /// True if there are as many ones as nodes, the last at the very end, and each
    /// sample is where it says.
    fn is_sound(&self, nodes: usize, total: usize) -> bool {
        let mut ones = 0;
        let mut last = None;
        for (at, mut word) in self.words.iter().enumerate() {
            let next = ones + word.count_ones() as usize;
            if word != 0 {
                last = Some(at * 64 + 63 - word.leading_zeros() as usize);
            }
            // At most one sample falls into a word of 64 bits.
            let sampled = ones.next_multiple_of(SAMPLE);
            if sampled < next.min(nodes) {
                for _ in ones..sampled {
                    word &= word - 1;
                }
                let place = at * 64 + word.trailing_zeros() as usize;
                if self.samples.get(sampled / SAMPLE) as usize != place {
                    return false;
                }
            }
            ones = next;
        }
        ones == nodes && last == total.checked_sub(1)
    }
}

const ONES: u64 = 0x0101_0101_0101_0101;

/// In each byte how many ones there are up to its end (Vigna, 2008); quicker than
/// counts of whole words where the processor's own instruction may not be used.
#[inline]
fn byte_sums(word: u64) -> u64 {
    let pairs = word - ((word >> 1) & (ONES * 0x55));
    let fours = (pairs & (ONES * 0x33)) + ((pairs >> 2) & (ONES * 0x33));
    ((fours + (fours >> 4)) & (ONES * 0x0F)).wrapping_mul(ONES)
}

/// The place of the one of number `left` in `word`, which has more.
#[inline]
fn select_in(word: u64, sums: u64, left: u32) -> usize {
    let tops = ONES << 7;
    // The top bit of each byte that ends at or before the one.
    let before = ((u64::from(left) * ONES) | tops).wrapping_sub(sums) & tops;
    let byte = ((before >> 7).wrapping_mul(ONES) >> 56) as u32 * 8;
    let passed = ((sums << 8) >> byte) as u8;
    let mut rest = word >> byte;
    for _ in u32::from(passed)..left {
        rest &= rest - 1;
    }
    (byte + rest.trailing_zeros()) as usize
}

#[cfg(test)]
mod tests {
    use super::*;
    use bytes::Bytes;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn fields_come_back(fields in prop::collection::vec((0u64..1 << 57, 1u32..=57), 0..50)) {
            let mut writer = BitWriter::default();
            let fields: Vec<_> = fields.iter().map(|&(v, b)| (v & ((1 << b) - 1), b)).collect();
            fields.iter().for_each(|&(value, bits)| writer.push(value, bits));
            let bytes = writer.finish();
            let mut at = 0;
            for (value, bits) in fields {
                prop_assert_eq!(read(&bytes, at) & ((1 << bits) - 1), value);
                at += bits as usize;
            }
            prop_assert_eq!(packed_len(at, 1), Some(bytes.len()));
        }

        #[test]
        fn runs_come_back(counts in prop::collection::vec(
                              prop_oneof![4 => 0u32..3, 1 => 0u32..300], 1..400),
                          damage in any::<(prop::sample::Index, u8)>()) {
            let mut first = vec![0];
            first.extend(counts.iter().scan(0, |sum, count| { *sum += count; Some(*sum) }));
            let mut writer = SectionWriter::default();
            Runs::write_new(counts.iter().copied(), &mut writer);
            let mut bytes = writer.finish();
            let (nodes, children) = (counts.len(), first[counts.len()] as usize);
            let open = |bytes: &[u8]| {
                let bytes = Bytes::copy_from_slice(bytes);
                Runs::read(&mut SectionReader::new("test", bytes), nodes, children)
            };
            let runs = open(&bytes).unwrap();
            for node in 0..nodes {
                prop_assert_eq!(runs.get(node), (first[node] as usize, first[node + 1] as usize));
            }
            let at = damage.0.index(bytes.len());
            bytes[at] ^= damage.1;
            if let Ok(runs) = open(&bytes) {
                for node in 0..nodes {
                    let (start, end) = runs.get(node);
                    prop_assert!(start <= end && end <= children);
                }
            }
        }
    }
}
