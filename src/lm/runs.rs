//! Sorted runs of counted windows, in memory or in temporary files, and their merge.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::collections::binary_heap::PeekMut;
use std::fs::File;
use std::io::{self, BufReader, BufWriter, ErrorKind, Read, Seek, SeekFrom, Write};

/// A window and its count in a file.
const RECORD: usize = 20;
/// Bytes that one file is read by at a time, at most and at least.
const BUFFER: (usize, usize) = (1 << 12, 1 << 20);

/// A window and how often it stands in the text.
pub(super) type Counted = (u128, u32);

/// Distinct windows in order, with their counts.
pub(super) enum Run {
    Memory {
        windows: Vec<u128>,
        counts: Vec<u32>,
    },
    /// Deleted by the system once it is closed.
    File(File),
}

impl Run {
    /// Counts equal windows of a sorted chunk.
    pub fn new(sorted: &[u128]) -> Self {
        let distinct = sorted.chunk_by(|a, b| a == b).count();
        let (mut windows, mut counts) =
            (Vec::with_capacity(distinct), Vec::with_capacity(distinct));
        for (window, count) in counted(sorted) {
            windows.push(window);
            counts.push(count);
        }
        Self::Memory { windows, counts }
    }

    /// The same, in a temporary file.
    pub fn spill(sorted: &[u128]) -> io::Result<Self> {
        let mut out = BufWriter::with_capacity(BUFFER.1, tempfile::tempfile()?);
        for (window, count) in counted(sorted) {
            out.write_all(&window.to_le_bytes())?;
            out.write_all(&count.to_le_bytes())?;
        }
        let mut file = out.into_inner().map_err(io::IntoInnerError::into_error)?;
        file.seek(SeekFrom::Start(0))?;
        Ok(Self::File(file))
    }

    fn stream(self, buffer: usize) -> Stream {
        match self {
            Self::Memory { windows, counts } => Stream::Memory(windows.into_iter().zip(counts)),
            Self::File(file) => Stream::File(BufReader::with_capacity(buffer, file)),
        }
    }
}

fn counted(sorted: &[u128]) -> impl Iterator<Item = Counted> {
    sorted.chunk_by(|a, b| a == b).map(|equal| (equal[0], equal.len() as u32))
}

enum Stream {
    Memory(std::iter::Zip<std::vec::IntoIter<u128>, std::vec::IntoIter<u32>>),
    File(BufReader<File>),
}

impl Stream {
    fn next(&mut self) -> io::Result<Option<Counted>> {
        let reader = match self {
            Self::Memory(run) => return Ok(run.next()),
            Self::File(reader) => reader,
        };
        let mut record = [0; RECORD];
        match reader.read_exact(&mut record) {
            // Only whole records were written.
            Err(error) if error.kind() == ErrorKind::UnexpectedEof => return Ok(None),
            other => other?,
        }
        let (window, count) = record.split_at(16);
        let window = u128::from_le_bytes(window.try_into().expect("16 bytes"));
        Ok(Some((window, u32::from_le_bytes(count.try_into().expect("4 bytes")))))
    }
}

/// Gives the windows of all runs in order, the counts of equal ones added up, with
/// about `memory` bytes to read files by.
pub(super) fn merge(
    runs: Vec<Run>,
    memory: usize,
    mut each: impl FnMut(u128, u32),
) -> io::Result<()> {
    let buffer = (memory / runs.len().max(1)).clamp(BUFFER.0, BUFFER.1);
    let mut runs: Vec<Stream> = runs.into_iter().map(|run| run.stream(buffer)).collect();
    let mut heads: BinaryHeap<Reverse<(u128, usize, u32)>> = BinaryHeap::new();
    for (index, run) in runs.iter_mut().enumerate() {
        heads.extend(run.next()?.map(|(window, count)| Reverse((window, index, count))));
    }
    let mut last: Option<Counted> = None;
    while let Some(mut head) = heads.peek_mut() {
        let Reverse((window, index, count)) = *head;
        last = match last {
            Some((same, sum)) if same == window => Some((same, sum.saturating_add(count))),
            before => {
                before.into_iter().for_each(|(window, count)| each(window, count));
                Some((window, count))
            }
        };
        match runs[index].next()? {
            Some((window, count)) => *head = Reverse((window, index, count)),
            None => drop(PeekMut::pop(head)),
        }
    }
    last.into_iter().for_each(|(window, count)| each(window, count));
    Ok(())
}
