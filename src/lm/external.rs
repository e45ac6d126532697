//! Sorting of more entries than memory holds: sorted runs in temporary files, and
//! their merge as a stream.

use rayon::prelude::*;
use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::fs::File;
use std::io::{self, BufReader, BufWriter, ErrorKind, Read, Seek, SeekFrom, Write};

/// Bytes of an entry in a file.
const RECORD: usize = 32;
/// Files that wait for a merge; one more, and they become one.
const MOST_RUNS: usize = 64;
/// Bytes that one file is read or written by at a time, at least and at most.
const BUFFER: (usize, usize) = (1 << 12, 1 << 20);
/// Fewer entries are never sorted at a time.
const LEAST: usize = 1 << 10;

/// A packed n-gram and what is known of it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Entry {
    pub key: u128,
    pub values: [u64; 2],
}

/// Entries in any order; no key may come twice.
pub(super) struct Sorter {
    chunk: usize,
    entries: Vec<Entry>,
    runs: Vec<File>,
}

/// Entries in order, in files that the system deletes once they are closed.
pub(super) struct Sorted {
    runs: Vec<File>,
}

impl Sorter {
    /// Sorts within about so many bytes.
    pub fn new(memory: usize) -> Self {
        let chunk = (memory / size_of::<Entry>()).max(LEAST);
        Self { chunk, entries: Vec::new(), runs: Vec::new() }
    }

    pub fn push(&mut self, entry: Entry) -> io::Result<()> {
        if self.entries.len() == self.chunk {
            self.spill()?;
        }
        if self.entries.capacity() == 0 {
            self.entries.reserve_exact(self.chunk);
        }
        self.entries.push(entry);
        Ok(())
    }

    pub fn finish(mut self) -> io::Result<Sorted> {
        self.spill()?;
        Ok(Sorted { runs: self.runs })
    }

    fn spill(&mut self) -> io::Result<()> {
        if self.runs.len() == MOST_RUNS {
            let runs = std::mem::take(&mut self.runs);
            let mut merged = Sorted { runs }.stream(MOST_RUNS * BUFFER.0)?;
            let mut out = RunWriter::new()?;
            while let Some(entry) = merged.next()? {
                out.push(entry)?;
            }
            self.runs.extend(out.finish()?.runs);
        }
        self.entries.par_sort_unstable_by_key(|entry| entry.key);
        let mut out = RunWriter::new()?;
        self.entries.drain(..).try_for_each(|entry| out.push(entry))?;
        self.runs.extend(out.finish()?.runs);
        Ok(())
    }
}

/// Takes entries that come in order.
pub(super) struct RunWriter {
    out: BufWriter<File>,
    len: usize,
}

impl RunWriter {
    pub fn new() -> io::Result<Self> {
        let file = tempfile::tempfile()?;
        Ok(Self { out: BufWriter::with_capacity(BUFFER.1 / 16, file), len: 0 })
    }

    pub fn push(&mut self, entry: Entry) -> io::Result<()> {
        let mut record = [0; RECORD];
        record[..16].copy_from_slice(&entry.key.to_le_bytes());
        record[16..24].copy_from_slice(&entry.values[0].to_le_bytes());
        record[24..].copy_from_slice(&entry.values[1].to_le_bytes());
        self.len += 1;
        self.out.write_all(&record)
    }

    pub fn len(&self) -> usize {
        self.len
    }

    pub fn finish(self) -> io::Result<Sorted> {
        let mut file = self.out.into_inner().map_err(io::IntoInnerError::into_error)?;
        file.seek(SeekFrom::Start(0))?;
        Ok(Sorted { runs: vec![file] })
    }
}

impl Sorted {
    /// The entries one by one, with about so many bytes to read files by.
    pub fn stream(self, memory: usize) -> io::Result<Merged> {
        let buffer = (memory / self.runs.len().max(1)).clamp(BUFFER.0, BUFFER.1);
        let mut merged = Merged { runs: Vec::new(), heads: BinaryHeap::new(), next: None };
        for (index, run) in self.runs.into_iter().enumerate() {
            let mut run = BufReader::with_capacity(buffer, run);
            if let Some(entry) = read(&mut run)? {
                merged.heads.push(Reverse((entry.key, index)));
                merged.runs.push((run, entry));
            }
        }
        merged.advance()?;
        Ok(merged)
    }
}

/// Sorted entries, read as they are asked for.
pub(super) struct Merged {
    /// Files and the next entry of each.
    runs: Vec<(BufReader<File>, Entry)>,
    heads: BinaryHeap<Reverse<(u128, usize)>>,
    next: Option<Entry>,
}

impl Merged {
    pub fn next(&mut self) -> io::Result<Option<Entry>> {
        let next = self.next;
        self.advance()?;
        Ok(next)
    }

    /// The next entry, if that holds of its key.
    pub fn next_if(&mut self, holds: impl Fn(u128) -> bool) -> io::Result<Option<Entry>> {
        match self.next {
            Some(entry) if holds(entry.key) => self.next(),
            _ => Ok(None),
        }
    }

    fn advance(&mut self) -> io::Result<()> {
        self.next = None;
        if let Some(mut head) = self.heads.peek_mut() {
            let index = head.0.1;
            let (run, entry) = &mut self.runs[index];
            self.next = Some(*entry);
            match read(run)? {
                Some(next) => {
                    *entry = next;
                    *head = Reverse((next.key, index));
                }
                None => drop(std::collections::binary_heap::PeekMut::pop(head)),
            }
        }
        Ok(())
    }
}

fn read(run: &mut BufReader<File>) -> io::Result<Option<Entry>> {
    let mut record = [0; RECORD];
    match run.read_exact(&mut record) {
        // Only whole records were written.
        Err(error) if error.kind() == ErrorKind::UnexpectedEof => return Ok(None),
        other => other?,
    }
    let value = |at: usize| u64::from_le_bytes(record[at..at + 8].try_into().expect("8 bytes"));
    let key = u128::from(value(0)) | u128::from(value(8)) << 64;
    Ok(Some(Entry { key, values: [value(16), value(24)] }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn sorts(keys in prop::collection::btree_set(any::<u128>(), 0..3000), chunk in 1usize..400) {
            let entries: Vec<Entry> =
                keys.iter().map(|key| Entry { key: *key, values: [*key as u64, 7] }).collect();
            let mut sorter = Sorter::new(0);
            sorter.chunk = chunk.max(keys.len() / 200);
            let mut mixed = entries.clone();
            mixed.sort_by_key(|entry| entry.key.wrapping_mul(0x9E37_79B9_7F4A_7C15));
            mixed.into_iter().for_each(|entry| sorter.push(entry).unwrap());
            let mut merged = sorter.finish().unwrap().stream(1000).unwrap();
            for entry in entries {
                prop_assert_eq!(merged.next_if(|key| key != entry.key).unwrap(), None);
                prop_assert_eq!(merged.next().unwrap(), Some(entry));
            }
            prop_assert_eq!(merged.next().unwrap(), None);
        }
    }
}
