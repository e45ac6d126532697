//! The file around the sections: header, table, checksums.
//!
//! ```text
//! 0   magic, 8 bytes; written last, so that an unfinished file is known as one
//! 8   format version u32, number of sections u32, length of the file u64
//! 24  xxh3 of bytes 8..24 and of the table
//! 32  table: a section a row: name (8 bytes), offset u64, length u64, xxh3 u64
//! ... sections, each at a multiple of 64 bytes
//! ```

use crate::error::{Error, Result};
use crate::output;
use bytes::Bytes;
use std::io::{Seek, SeekFrom, Write};
use std::path::Path;
use xxhash_rust::xxh3::{Xxh3, xxh3_64};

const MAGIC: [u8; 8] = *b"unspin\x1a\n";
const UNFINISHED: [u8; 8] = *b"halfdone";
/// The version that is written; versions from [`OLDEST`] on are read.
pub(crate) const VERSION: u32 = 1;
const OLDEST: u32 = 1;
const HEADER: usize = 32;
const ROW: usize = 32;
const MOST_SECTIONS: u32 = 64;
const SECTION_ALIGNMENT: usize = 64;

const REBUILD: &str = "the file is damaged: copy it again or train it anew";

/// The name of a section, padded with spaces to eight bytes.
pub(crate) type Name = &'static str;

/// One row of the table.
#[derive(Clone, Debug)]
pub(crate) struct Section {
    pub(crate) name: String,
    pub(crate) offset: usize,
    pub(crate) length: usize,
    checksum: u64,
}

/// A model file in memory or mapped, its table read and bounded.
#[derive(Clone)]
pub(crate) struct Container {
    bytes: Bytes,
    sections: Vec<Section>,
}

impl Container {
    /// Reads header and table; the sections themselves are not touched.
    pub(crate) fn parse(bytes: Bytes) -> Result<Self> {
        let len = bytes.len();
        if len < HEADER {
            let got = format!("{len} bytes");
            return Err(Error::model("file", "a header of 32 bytes", got, REBUILD));
        }
        if bytes[..8] == UNFINISHED {
            let remedy = "training did not finish: run it again";
            return Err(Error::model("file", "a finished model", "half a one", remedy));
        }
        if bytes[..8] != MAGIC {
            let got = format!("{:?}", bytes[..8].escape_ascii().to_string());
            let expected = format!("{:?}", MAGIC.escape_ascii().to_string());
            let remedy = "this is not an unspin model: name another file";
            return Err(Error::model("magic", expected, got, remedy));
        }
        let version = u32_at(&bytes, 8);
        if !(OLDEST..=VERSION).contains(&version) {
            let expected = format!("{OLDEST} to {VERSION}");
            let remedy = "read it with the unspin that wrote it, or train it anew";
            return Err(Error::model("format version", expected, version, remedy));
        }
        let count = u32_at(&bytes, 12);
        let table_end = HEADER + ROW * count.min(MOST_SECTIONS) as usize;
        if count > MOST_SECTIONS || table_end > len {
            let expected = format!("at most {MOST_SECTIONS} within the file");
            return Err(Error::model("sections", expected, count, REBUILD));
        }
        if u64_at(&bytes, 16) != len as u64 {
            let expected = format!("{} bytes", u64_at(&bytes, 16));
            return Err(Error::model("file length", expected, format!("{len} bytes"), REBUILD));
        }
        let checksum = table_checksum(&bytes[8..24], &bytes[HEADER..table_end]);
        check_sum("section table", u64_at(&bytes, 24), checksum)?;
        let rows = bytes[HEADER..table_end].chunks_exact(ROW);
        let sections = rows.map(|row| read_row(row, len)).collect::<Result<_>>()?;
        Ok(Self { bytes, sections })
    }

    /// The bytes of a section that must be there.
    pub(crate) fn section(&self, name: Name) -> Result<Bytes> {
        let found = self.sections.iter().find(|section| section.name == name);
        let remedy = "the file is not whole: train it anew";
        let section =
            found.ok_or_else(|| Error::model("section", format!("{name:?}"), "none", remedy))?;
        Ok(self.bytes.slice(section.offset..section.offset + section.length))
    }

    pub(crate) fn sections(&self) -> &[Section] {
        &self.sections
    }

    pub(crate) fn len(&self) -> usize {
        self.bytes.len()
    }

    /// Reads every byte and holds it against its checksum.
    pub(crate) fn verify(&self) -> Result<()> {
        for section in &self.sections {
            let bytes = &self.bytes[section.offset..section.offset + section.length];
            check_sum(&format!("section {:?}", section.name), section.checksum, xxh3_64(bytes))?;
        }
        Ok(())
    }

    /// One number for the whole content, for people to tell models apart.
    pub(crate) fn identity(&self) -> u64 {
        u64_at(&self.bytes, 24)
    }
}

/// True of bytes that begin as a model file does, finished or not.
pub(crate) fn is_ours(start: &[u8]) -> bool {
    start.starts_with(&MAGIC) || start.starts_with(&UNFINISHED)
}

/// Writes a model file: to a temporary name beside `path`, its magic last, then renamed.
pub(crate) fn write(path: &Path, sections: &[(Name, Vec<u8>)]) -> Result<()> {
    let bytes = assemble(sections);
    output::write(path, |mut file| {
        file.write_all(&UNFINISHED)?;
        file.write_all(&bytes[8..])?;
        file.sync_all()?;
        file.seek(SeekFrom::Start(0))?;
        file.write_all(&MAGIC)?;
        file.sync_all()
    })
}

/// The bytes of a finished file.
pub(crate) fn assemble(sections: &[(Name, Vec<u8>)]) -> Vec<u8> {
    let mut table = Vec::new();
    let mut offset = (HEADER + ROW * sections.len()).next_multiple_of(SECTION_ALIGNMENT);
    for (name, bytes) in sections {
        table.extend_from_slice(format!("{name:8}").as_bytes());
        table.extend_from_slice(&(offset as u64).to_le_bytes());
        table.extend_from_slice(&(bytes.len() as u64).to_le_bytes());
        table.extend_from_slice(&xxh3_64(bytes).to_le_bytes());
        offset = (offset + bytes.len()).next_multiple_of(SECTION_ALIGNMENT);
    }
    let mut file = MAGIC.to_vec();
    file.extend_from_slice(&VERSION.to_le_bytes());
    file.extend_from_slice(&(sections.len() as u32).to_le_bytes());
    file.extend_from_slice(&(offset as u64).to_le_bytes());
    let checksum = table_checksum(&file[8..24], &table);
    file.extend_from_slice(&checksum.to_le_bytes());
    file.extend_from_slice(&table);
    for (_, bytes) in sections {
        file.resize(file.len().next_multiple_of(SECTION_ALIGNMENT), 0);
        file.extend_from_slice(bytes);
    }
    file.resize(offset, 0);
    file
}

fn read_row(row: &[u8], file: usize) -> Result<Section> {
    let name = String::from_utf8_lossy(&row[..8]).trim_end().to_string();
    let (offset, length) = (u64_at(row, 8), u64_at(row, 16));
    if offset.checked_add(length).is_none_or(|end| end > file as u64) {
        let got = format!("bytes {offset} to {offset} + {length}");
        let what = format!("section {name:?}");
        return Err(Error::model(what, format!("within {file} bytes"), got, REBUILD));
    }
    let (offset, length) = (offset as usize, length as usize);
    Ok(Section { name, offset, length, checksum: u64_at(row, 24) })
}

fn table_checksum(header: &[u8], table: &[u8]) -> u64 {
    let mut hash = Xxh3::new();
    hash.update(header);
    hash.update(table);
    hash.digest()
}

fn check_sum(what: &str, expected: u64, got: u64) -> Result<()> {
    if expected == got {
        return Ok(());
    }
    let what = format!("checksum of {what}");
    Err(Error::model(what, format!("{expected:016x}"), format!("{got:016x}"), REBUILD))
}

fn u32_at(bytes: &[u8], at: usize) -> u32 {
    u32::from_le_bytes(bytes[at..at + 4].try_into().expect("four bytes"))
}

fn u64_at(bytes: &[u8], at: usize) -> u64 {
    u64::from_le_bytes(bytes[at..at + 8].try_into().expect("eight bytes"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn sample() -> Vec<u8> {
        assemble(&[("meta", b"hello".to_vec()), ("lm", vec![7; 100]), ("empty", vec![])])
    }

    fn read(bytes: &[u8]) -> Result<Container> {
        let container = Container::parse(Bytes::copy_from_slice(bytes))?;
        container.verify()?;
        Ok(container)
    }

    #[test]
    fn round_trip() {
        let container = read(&sample()).unwrap();
        assert_eq!(&container.section("meta").unwrap()[..], b"hello");
        assert_eq!(container.section("lm").unwrap().len(), 100);
        assert_eq!(container.section("empty").unwrap().len(), 0);
        assert!(container.section("other").is_err());
        assert!(container.sections().iter().all(|s| s.offset % SECTION_ALIGNMENT == 0));
    }

    #[test]
    fn damage_is_named() {
        let good = sample();
        let damaged = |at: usize, to: u8| {
            let mut bytes = good.clone();
            bytes[at] = to;
            read(&bytes).map(|_| ()).unwrap_err().to_string()
        };
        assert!(damaged(0, b'X').contains("not an unspin model"));
        assert!(damaged(8, 9).contains("format version: expected 1 to 1, got 9"));
        assert!(damaged(16, 1).contains("file length"));
        assert!(damaged(40, 1).contains("checksum of section table"));
        let mut half = good.clone();
        half[..8].copy_from_slice(&UNFINISHED);
        assert!(read(&half).map(|_| ()).unwrap_err().to_string().contains("did not finish"));
        for cut in 0..good.len() {
            assert!(read(&good[..cut]).is_err(), "cut at {cut}");
        }
    }

    proptest! {
        #[test]
        fn a_flipped_bit_is_found_or_harmless(at in 0usize..460, bit in 0u8..8) {
            let good = sample();
            let mut bytes = good.clone();
            let at = at % bytes.len();
            bytes[at] ^= 1 << bit;
            if let Ok(container) = read(&bytes) {
                for name in ["meta", "lm", "empty"] {
                    prop_assert_eq!(container.section(name).unwrap(), read(&good).unwrap().section(name).unwrap());
                }
            }
        }
    }
}
