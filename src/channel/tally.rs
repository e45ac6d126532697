//! Counts under many keys in a bounded amount of memory: sorted, and when they outgrow
//! it, spilled to temporary files that are merged at the end.

use crate::error::{Error, Result};
use rayon::prelude::*;
use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::collections::binary_heap::PeekMut;
use std::fs::File;
use std::io::{self, BufReader, BufWriter, ErrorKind, Read, Seek, SeekFrom, Write};

/// Bytes of a record in a file.
const RECORD: usize = 16;
/// Bytes that one file is read or written by at a time.
const BUFFER: usize = 1 << 18;
/// The least memory to count in, in records.
const LEAST: usize = 1 << 10;
/// So many files become one, as a process may not open all that it likes.
const MOST_FILES: usize = 32;

/// A key, a column of it, and a count: key and column, in the upper half and in bits 32
/// to 39, order records.
type Record = u128;

fn record(key: u64, column: u8, count: u32) -> Record {
    u128::from(key) << 64 | u128::from(column) << 32 | u128::from(count)
}

/// What a record counts.
fn place(record: Record) -> Record {
    record >> 32
}

/// Counts by key and column, under collection.
pub(crate) struct Tally {
    open: Vec<Record>,
    /// Records that are held before they are summed, and spilled if that does not help.
    most: usize,
    spilled: Vec<File>,
    spills: usize,
}

impl Tally {
    /// A tally that holds about `memory` bytes.
    pub(crate) fn new(memory: usize) -> Self {
        // Sorting takes no more; the vector may be half empty.
        Self {
            open: Vec::new(),
            most: (memory / (2 * RECORD)).max(LEAST),
            spilled: Vec::new(),
            spills: 0,
        }
    }

    pub(crate) fn add(&mut self, key: u64, column: u8, count: u32) -> Result<()> {
        if self.open.len() == self.most {
            self.settle();
            if self.open.len() > self.most / 2 {
                self.spill()?;
            }
        }
        self.open.push(record(key, column, count));
        Ok(())
    }

    /// How many times counts were spilled.
    pub(crate) fn spills(&self) -> usize {
        self.spills
    }

    /// Sorts what is held and sums equal places.
    fn settle(&mut self) {
        self.open.par_sort_unstable();
        let mut kept = 0;
        for at in 0..self.open.len() {
            let record = self.open[at];
            if kept > 0 && place(self.open[kept - 1]) == place(record) {
                self.open[kept - 1] = summed(self.open[kept - 1], record);
            } else {
                self.open[kept] = record;
                kept += 1;
            }
        }
        self.open.truncate(kept);
    }

    /// Moves what is held, which is sorted, to a file.
    fn spill(&mut self) -> Result<()> {
        self.spills += 1;
        let mut file = Spill::new()?;
        self.open.drain(..).try_for_each(|record| file.put(record))?;
        self.spilled.push(file.finish()?);
        if self.spilled.len() == MOST_FILES {
            let mut file = Spill::new()?;
            merge(self.spilled.drain(..).map(Run::file).collect(), |record| file.put(record))?;
            self.spilled.push(file.finish()?);
        }
        Ok(())
    }

    /// Calls `each` with the count of every key and column, in order.
    pub(crate) fn finish(mut self, mut each: impl FnMut(u64, u8, u32) -> Result<()>) -> Result<()> {
        self.settle();
        let mut runs: Vec<Run> = self.spilled.into_iter().map(Run::file).collect();
        runs.push(Run::Memory(self.open.into_iter()));
        merge(runs, |record| each((record >> 64) as u64, (record >> 32) as u8, record as u32))
    }
}

/// Gives the records of all runs in order, those of one place summed.
fn merge(mut runs: Vec<Run>, mut each: impl FnMut(Record) -> Result<()>) -> Result<()> {
    let mut heads = BinaryHeap::new();
    for (index, run) in runs.iter_mut().enumerate() {
        heads.extend(run.next()?.map(|record| Reverse((record, index))));
    }
    let mut last: Option<Record> = None;
    while let Some(mut head) = heads.peek_mut() {
        let Reverse((record, index)) = *head;
        last = match last {
            Some(same) if place(same) == place(record) => Some(summed(same, record)),
            before => {
                before.map_or(Ok(()), &mut each)?;
                Some(record)
            }
        };
        match runs[index].next()? {
            Some(record) => *head = Reverse((record, index)),
            None => drop(PeekMut::pop(head)),
        }
    }
    last.map_or(Ok(()), each)
}

/// A file under writing.
struct Spill(BufWriter<File>);

impl Spill {
    fn new() -> Result<Self> {
        let file = tempfile::tempfile().map_err(failed)?;
        Ok(Self(BufWriter::with_capacity(BUFFER, file)))
    }

    fn put(&mut self, record: Record) -> Result<()> {
        self.0.write_all(&record.to_le_bytes()).map_err(failed)
    }

    /// The file, to be read from its start.
    fn finish(self) -> Result<File> {
        let mut file = self.0.into_inner().map_err(|error| failed(error.into_error()))?;
        file.seek(SeekFrom::Start(0)).map_err(failed)?;
        Ok(file)
    }
}

/// The sum of two records of one place.
fn summed(a: Record, b: Record) -> Record {
    place(a) << 32 | u128::from((a as u32).saturating_add(b as u32))
}

enum Run {
    Memory(std::vec::IntoIter<Record>),
    File(BufReader<File>),
}

impl Run {
    fn file(file: File) -> Self {
        Run::File(BufReader::with_capacity(BUFFER, file))
    }

    fn next(&mut self) -> Result<Option<Record>> {
        let file = match self {
            Run::Memory(records) => return Ok(records.next()),
            Run::File(file) => file,
        };
        let mut bytes = [0; RECORD];
        match file.read_exact(&mut bytes) {
            Ok(()) => Ok(Some(Record::from_le_bytes(bytes))),
            // Only whole records were written.
            Err(error) if error.kind() == ErrorKind::UnexpectedEof => Ok(None),
            Err(error) => Err(failed(error)),
        }
    }
}

fn failed(source: io::Error) -> Error {
    Error::io("temporary file of counts", source)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeMap;

    proptest! {
        #[test]
        fn equals_a_map_whether_spilled_or_not(
            adds in prop::collection::vec((0u64..3000, 0u8..3, 1u32..9), 0..9000),
        ) {
            let mut map = BTreeMap::new();
            let mut tallies = [Tally::new(0), Tally::new(1 << 30)];
            for &(key, column, count) in &adds {
                *map.entry((key, column)).or_insert(0) += count;
                tallies.iter_mut().for_each(|tally| tally.add(key, column, count).unwrap());
            }
            for tally in tallies {
                let mut found = Vec::new();
                tally.finish(|key, column, count| {
                    found.push(((key, column), count));
                    Ok(())
                }).unwrap();
                prop_assert_eq!(&found, &map.clone().into_iter().collect::<Vec<_>>());
            }
        }
    }

    #[test]
    fn spills_what_outgrows_its_memory() {
        let mut tally = Tally::new(0);
        let many = 3 * (MOST_FILES * LEAST) as u64;
        (0..many).for_each(|key| tally.add(many - key, 0, 1).unwrap());
        assert!(tally.spills() > 2 * MOST_FILES && tally.spilled.len() < MOST_FILES);
        let mut keys = 0;
        tally
            .finish(|key, _, count| {
                keys += 1;
                assert_eq!((key, count), (keys, 1));
                Ok(())
            })
            .unwrap();
        assert_eq!(keys, many);
        let mut saturated = Tally::new(0);
        saturated.add(1, 0, u32::MAX).unwrap();
        saturated.add(1, 0, 1).unwrap();
        saturated
            .finish(|_, _, count| {
                assert_eq!(count, u32::MAX);
                Ok(())
            })
            .unwrap();
    }
}
