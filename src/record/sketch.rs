//! A set of hashes in few bits each: those below a threshold, so that which
//! sentences are recorded depends on nothing but themselves (Broder 1997), their
//! sorted differences in Golomb-Rice code (Golomb 1966; Putze et al. 2007).

use crate::error::Result;
use crate::model::section::{Array, SectionReader, SectionWriter};

/// Collects hashes and keeps the least ones.
pub(super) struct Builder {
    hashes: Vec<u64>,
    most: usize,
    /// Hashes from this on are not kept.
    threshold: u64,
}

impl Builder {
    /// For at most `most` hashes.
    pub(super) fn new(most: usize) -> Self {
        Self { hashes: Vec::new(), most, threshold: u64::MAX }
    }

    pub(super) fn extend(&mut self, hashes: impl IntoIterator<Item = u64>) {
        let threshold = self.threshold;
        self.hashes.extend(hashes.into_iter().filter(|&hash| hash < threshold));
        if self.hashes.len() > 4 * self.most {
            self.settle();
        }
    }

    /// Leaves out what another sketch holds.
    pub(super) fn remove(&mut self, held: &OpenSketch) {
        self.hashes.retain(|&hash| !held.holds(hash));
    }

    pub(super) fn is_empty(&self) -> bool {
        self.hashes.is_empty()
    }

    fn settle(&mut self) {
        self.hashes.sort_unstable();
        self.hashes.dedup();
        if let Some(&beyond) = self.hashes.get(self.most) {
            self.threshold = beyond;
            self.hashes.truncate(self.most);
        }
    }
}

/// The hashes below a threshold, packed.
#[derive(Clone)]
pub(super) struct Sketch {
    threshold: u64,
    count: u64,
    /// Bits of each difference that are written as they are.
    bits: u32,
    code: Array<u8>,
}

impl Sketch {
    /// Of `2^bits` other hashes below the threshold one is taken for one of these.
    pub(super) fn new(mut builder: Builder, bits: u32) -> Self {
        builder.settle();
        let Builder { hashes, threshold, .. } = builder;
        let count = hashes.len() as u64;
        let mut code = Bits::default();
        let mut before = 0;
        for hash in hashes {
            let value = scaled(hash, threshold, count, bits);
            code.put(value - before, bits);
            before = value;
        }
        Self { threshold, count, bits, code: Array::of(code.bytes) }
    }

    /// Unpacks what is there; a damaged code ends where it makes no more sense.
    pub(super) fn open(&self) -> OpenSketch {
        let Self { threshold, count, bits, .. } = *self;
        let mut code = Reader { bytes: self.code.as_slice(), at: 0 };
        let mut value = 0u64;
        let mut values = Vec::new();
        for _ in 0..count {
            let Some(difference) = code.take(bits) else { break };
            value = value.saturating_add(difference);
            values.push(value);
        }
        OpenSketch { threshold, count, bits, values }
    }

    pub(super) fn write(&self, writer: &mut SectionWriter) {
        writer.put(self.threshold);
        writer.put(self.count);
        writer.put(self.bits);
        writer.array(self.code.iter());
    }

    pub(super) fn read(reader: &mut SectionReader) -> Result<Self> {
        let (threshold, count, bits) = (reader.take()?, reader.take::<u64>()?, reader.take()?);
        let code = reader.array::<u8>()?;
        reader.check(bits < 32, "fewer than 32 bits", bits)?;
        let most = code.len() as u64 * 8 / u64::from(bits + 1);
        reader.check(count <= most, format!("at most {most} hashes"), count)?;
        Ok(Self { threshold, count, bits, code })
    }
}

/// A sketch whose hashes can be looked up.
pub(super) struct OpenSketch {
    threshold: u64,
    count: u64,
    bits: u32,
    /// Ascending.
    values: Vec<u64>,
}

impl OpenSketch {
    pub(super) fn holds(&self, hash: u64) -> bool {
        let value = scaled(hash, self.threshold, self.count, self.bits);
        hash < self.threshold && self.values.binary_search(&value).is_ok()
    }

    /// The share of all hashes that is recorded if it was met.
    pub(super) fn share(&self) -> f64 {
        self.threshold as f64 / u64::MAX as f64
    }

    /// How often a hash that was not met is taken for one that was.
    pub(super) fn false_positives(&self) -> f64 {
        if self.count == 0 { 0.0 } else { self.share() / f64::from(self.bits).exp2() }
    }
}

/// A hash below the threshold as one of `count * 2^bits` numbers, in the same order.
fn scaled(hash: u64, threshold: u64, count: u64, bits: u32) -> u64 {
    let numbers = u128::from(count) << bits;
    let scaled = u128::from(hash).saturating_mul(numbers) / u128::from(threshold.max(1));
    u64::try_from(scaled).unwrap_or(u64::MAX)
}

/// Writes bits, the lowest of each byte first.
#[derive(Default)]
struct Bits {
    bytes: Vec<u8>,
    at: usize,
}

impl Bits {
    fn bit(&mut self, bit: bool) {
        if self.at.is_multiple_of(8) {
            self.bytes.push(0);
        }
        if let Some(last) = self.bytes.last_mut() {
            *last |= u8::from(bit) << (self.at % 8);
        }
        self.at += 1;
    }

    /// The part above `bits` in ones with a zero behind, the rest as it is.
    fn put(&mut self, number: u64, bits: u32) {
        (0..number >> bits).for_each(|_| self.bit(true));
        self.bit(false);
        (0..bits).for_each(|bit| self.bit(number >> bit & 1 == 1));
    }
}

struct Reader<'b> {
    bytes: &'b [u8],
    at: usize,
}

impl Reader<'_> {
    fn bit(&mut self) -> Option<u64> {
        let byte = self.bytes.get(self.at / 8)?;
        self.at += 1;
        Some(u64::from(byte >> ((self.at - 1) % 8) & 1))
    }

    fn take(&mut self, bits: u32) -> Option<u64> {
        let mut number = 0u64;
        while self.bit()? == 1 {
            number += 1;
        }
        number <<= bits;
        for bit in 0..bits {
            number |= self.bit()? << bit;
        }
        Some(number)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use xxhash_rust::xxh3::xxh3_64;

    fn hashes(numbers: std::ops::Range<u64>) -> impl Iterator<Item = u64> {
        numbers.map(|number| xxh3_64(&number.to_le_bytes()))
    }

    fn sketch(numbers: std::ops::Range<u64>, most: usize, bits: u32) -> Sketch {
        let mut builder = Builder::new(most);
        // In parts and twice, as sentences come.
        let middle = (numbers.start + numbers.end) / 2;
        builder.extend(hashes(middle..numbers.end));
        builder.extend(hashes(numbers.clone()));
        builder.extend(hashes(numbers));
        Sketch::new(builder, bits)
    }

    #[test]
    fn all_that_were_met_are_found() {
        let open = sketch(0..5_000, 10_000, 12).open();
        assert!(hashes(0..5_000).all(|hash| open.holds(hash)));
        assert_eq!(open.share(), 1.0);
        let false_positives = hashes(5_000..205_000).filter(|&hash| open.holds(hash)).count();
        // 200,000 / 4,096 is 49, give or take 7.
        assert!((25..75).contains(&false_positives), "{false_positives}");
        assert!((open.false_positives() * 4096.0 - 1.0).abs() < 1e-9);
    }

    #[test]
    fn a_sample_holds_what_lies_below_its_threshold() {
        let sketch = sketch(0..40_000, 10_000, 14);
        let bits = sketch.code.len() as f64 * 8.0 / 10_000.0;
        assert!((15.0..16.0).contains(&bits), "{bits} bits a hash");
        let open = sketch.open();
        assert!((open.share() - 0.25).abs() < 0.01, "{}", open.share());
        let found: Vec<u64> = hashes(0..40_000).filter(|&hash| open.holds(hash)).collect();
        assert_eq!(found.len(), 10_000);
        assert!(found.iter().all(|&hash| hash < open.threshold));
        assert_eq!(hashes(40_000..140_000).filter(|&hash| open.holds(hash)).count(), 1);
    }

    #[test]
    fn nothing_is_in_an_empty_sketch() {
        let open = sketch(0..0, 10, 14).open();
        assert!(!hashes(0..1_000).any(|hash| open.holds(hash)));
        assert_eq!(open.false_positives(), 0.0);
    }

    proptest! {
        #[test]
        fn any_bytes_are_opened(
            threshold in any::<u64>(),
            count in any::<u64>(),
            bits in 0u32..40,
            code in prop::collection::vec(any::<u8>(), 0..60),
            hash in any::<u64>(),
        ) {
            let mut writer = SectionWriter::default();
            writer.put(threshold);
            writer.put(count);
            writer.put(bits);
            writer.array(code);
            let mut reader = SectionReader::new("record", writer.finish().into());
            if let Ok(sketch) = Sketch::read(&mut reader) {
                sketch.open().holds(hash);
            }
        }
    }
}
