//! Sentence pairs as word numbers, packed, and where training reads them from.

use crate::error::{Error, Result};
use std::fs::File;
use std::io::{Read, Seek, SeekFrom, Write};
use std::sync::Mutex;

/// Pairs in a chunk: the unit of work, and so of the order of floating-point sums.
pub const CHUNK_PAIRS: usize = 512;

/// Sentence pairs, packed one after the other.
#[derive(Clone, Debug, Default)]
pub struct Pairs {
    words: Vec<u32>,
    /// For each pair, where its original and its spun side end in `words`.
    ends: Vec<[usize; 2]>,
}

impl Pairs {
    /// Adds a pair of sentences, each a run of word numbers.
    pub fn push(&mut self, original: &[u32], spun: &[u32]) {
        self.words.extend_from_slice(original);
        let middle = self.words.len();
        self.words.extend_from_slice(spun);
        self.ends.push([middle, self.words.len()]);
    }

    /// Number of pairs.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// True if there is no pair.
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// Forgets all pairs and keeps the memory.
    pub fn clear(&mut self) {
        self.words.clear();
        self.ends.clear();
    }

    /// Pair `index` as (original, spun); panics past the end, as a slice does.
    pub fn get(&self, index: usize) -> (&[u32], &[u32]) {
        let start = index.checked_sub(1).map_or(0, |before| self.ends[before][1]);
        let [middle, end] = self.ends[index];
        (&self.words[start..middle], &self.words[middle..end])
    }

    /// All pairs, in order.
    pub fn iter(&self) -> impl Iterator<Item = (&[u32], &[u32])> {
        (0..self.len()).map(|index| self.get(index))
    }
}

/// Where training reads its pairs, once per pass and chunk by chunk.
///
/// Every pass must see the same pairs in the same chunks: results are summed in
/// chunk order, which is what makes them the same at any number of threads.
pub trait PairSource: Sync {
    /// Number of chunks.
    fn chunks(&self) -> usize;

    /// Replaces the content of `out` by chunk `index`. Called from several threads.
    fn read(&self, index: usize, out: &mut Pairs) -> Result<()>;
}

/// Pairs in memory, [`CHUNK_PAIRS`] to a chunk.
impl PairSource for Pairs {
    fn chunks(&self) -> usize {
        self.len().div_ceil(CHUNK_PAIRS)
    }

    fn read(&self, index: usize, out: &mut Pairs) -> Result<()> {
        out.clear();
        let start = index * CHUNK_PAIRS;
        for pair in start..self.len().min(start + CHUNK_PAIRS) {
            let (original, spun) = self.get(pair);
            out.push(original, spun);
        }
        Ok(())
    }
}

/// Pairs in an unnamed temporary file: memory stays flat however many there are.
pub struct SpooledPairs {
    file: Mutex<File>,
    /// Where each finished chunk starts, and where the last one ends, in bytes.
    starts: Vec<u64>,
    open: Pairs,
}

impl SpooledPairs {
    /// An empty spool in the system's temporary directory.
    pub fn new() -> Result<Self> {
        let file = tempfile::tempfile().map_err(|error| Error::io(std::env::temp_dir(), error))?;
        Ok(Self { file: Mutex::new(file), starts: vec![0], open: Pairs::default() })
    }

    /// Adds a pair of sentences, each a run of word numbers.
    pub fn push(&mut self, original: &[u32], spun: &[u32]) -> Result<()> {
        self.open.push(original, spun);
        if self.open.len() == CHUNK_PAIRS { self.flush() } else { Ok(()) }
    }

    /// Number of pairs.
    pub fn len(&self) -> usize {
        (self.starts.len() - 1) * CHUNK_PAIRS + self.open.len()
    }

    /// True if there is no pair.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn flush(&mut self) -> Result<()> {
        let mut bytes = Vec::with_capacity(self.open.words.len() * 4 + self.open.len() * 8);
        for (original, spun) in self.open.iter() {
            for side in [original, spun] {
                bytes.extend((side.len() as u32).to_le_bytes());
                side.iter().for_each(|word| bytes.extend(word.to_le_bytes()));
            }
        }
        let file = self.file.get_mut().unwrap_or_else(|poisoned| poisoned.into_inner());
        let start = self.starts[self.starts.len() - 1];
        let written = file.seek(SeekFrom::Start(start)).and_then(|_| file.write_all(&bytes));
        written.map_err(|error| Error::io("temporary file of pairs", error))?;
        self.starts.push(start + bytes.len() as u64);
        self.open.clear();
        Ok(())
    }
}

impl PairSource for SpooledPairs {
    fn chunks(&self) -> usize {
        self.starts.len() - 1 + usize::from(!self.open.is_empty())
    }

    fn read(&self, index: usize, out: &mut Pairs) -> Result<()> {
        out.clear();
        let Some(bounds) = self.starts.get(index..index + 2) else {
            out.clone_from(&self.open);
            return Ok(());
        };
        let mut bytes = vec![0; (bounds[1] - bounds[0]) as usize];
        {
            let mut file = self.file.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
            let read =
                file.seek(SeekFrom::Start(bounds[0])).and_then(|_| file.read_exact(&mut bytes));
            read.map_err(|error| Error::io("temporary file of pairs", error))?;
        }
        let mut numbers = bytes.as_chunks().0.iter().map(|bytes| u32::from_le_bytes(*bytes));
        while let Some(len) = numbers.next() {
            out.words.extend(numbers.by_ref().take(len as usize));
            let middle = out.words.len();
            let len = numbers.next().unwrap_or(0);
            out.words.extend(numbers.by_ref().take(len as usize));
            out.ends.push([middle, out.words.len()]);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_spool_reads_as_memory_does() {
        let mut memory = Pairs::default();
        let mut spool = SpooledPairs::new().unwrap();
        for i in 0..(2 * CHUNK_PAIRS as u32 + 5) {
            let original: Vec<u32> = (0..i % 7).collect();
            let spun: Vec<u32> = (i..i + i % 3).collect();
            memory.push(&original, &spun);
            spool.push(&original, &spun).unwrap();
        }
        assert_eq!(spool.len(), memory.len());
        assert_eq!(spool.chunks(), memory.chunks());
        let (mut a, mut b) = (Pairs::default(), Pairs::default());
        for chunk in (0..memory.chunks()).rev() {
            memory.read(chunk, &mut a).unwrap();
            spool.read(chunk, &mut b).unwrap();
            assert!(a.iter().eq(b.iter()), "chunk {chunk}");
        }
    }
}
