//! Names that the training text bears and that are too rare for the vocabulary: *Yaccarino* is
//! one, *Jaccarino* is none.
//!
//! A filter holds them (Bloom 1970), in which they are looked up where it stands in the file: a
//! name of the text is always found, one of forty-six other words is too.

use crate::error::Result;
use crate::model::section::{Array, SectionReader, SectionWriter};
use xxhash_rust::xxh3::xxh3_128;

/// Bits of the filter for each name, and how many of them are set.
const BITS: usize = 8;
const PROBES: u64 = 5;

/// A set of names in small letters.
#[derive(Clone)]
pub(crate) struct KnownNames {
    bits: Array<u8>,
}

impl Default for KnownNames {
    fn default() -> Self {
        Self { bits: Array::of([]) }
    }
}

impl KnownNames {
    /// Of so many names.
    pub(crate) fn new(names: &[&str]) -> Self {
        let mut bits = vec![0; (BITS * names.len()).div_ceil(8)];
        for name in names {
            for bit in probes(name, bits.len()) {
                bits[bit / 8] |= 1 << (bit % 8);
            }
        }
        Self { bits: Array::of(bits) }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.bits.len() == 0
    }

    pub(crate) fn holds(&self, name: &str) -> bool {
        let bits = self.bits.as_slice();
        !self.is_empty() && probes(name, bits.len()).all(|bit| bits[bit / 8] >> (bit % 8) & 1 == 1)
    }

    pub(crate) fn write(&self, writer: &mut SectionWriter) {
        writer.array(self.bits.iter());
    }

    pub(crate) fn read(reader: &mut SectionReader) -> Result<Self> {
        Ok(Self { bits: reader.array()? })
    }
}

/// The bits of a name among those of so many bytes: two hashes do for any number of them
/// (Kirsch & Mitzenmacher 2006).
fn probes(name: &str, bytes: usize) -> impl Iterator<Item = usize> {
    let hash = xxh3_128(name.as_bytes());
    let (first, step) = (hash as u64, (hash >> 64) as u64 | 1);
    let place = move |probe: u64| first.wrapping_add(probe.wrapping_mul(step));
    (0..PROBES).map(move |probe| (place(probe) % (8 * bytes as u64)) as usize)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_is_found_and_few_others() {
        let names: Vec<String> = (0..5000).map(|number| format!("name{number}")).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let known = KnownNames::new(&names);
        let mut writer = SectionWriter::default();
        known.write(&mut writer);
        let bytes = writer.finish();
        let known = KnownNames::read(&mut SectionReader::new("names", bytes.into())).unwrap();
        assert!(names.iter().all(|name| known.holds(name)));
        let others = (0..20_000).filter(|number| known.holds(&format!("other{number}"))).count();
        assert!((300..600).contains(&others), "{others}");
        assert!(KnownNames::default().is_empty() && !KnownNames::default().holds("name1"));
    }
}
