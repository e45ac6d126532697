//! The bytes of one section: little-endian numbers and arrays used in place.

use crate::error::{Error, Result};
use bytes::Bytes;
use std::marker::PhantomData;

/// Arrays start at multiples of this, counted from the section's start.
const ALIGNMENT: usize = 8;
/// What takes less gains nothing by large pages.
const LARGE_PAGE: usize = 2 << 20;

/// A number that stands in a section.
pub(crate) trait Number: Copy {
    const SIZE: usize;
    fn put(self, out: &mut Vec<u8>);
    /// `bytes` holds exactly `SIZE` bytes.
    fn get(bytes: &[u8]) -> Self;
}

macro_rules! number {
    ($($type:ty),*) => {$(
        impl Number for $type {
            const SIZE: usize = size_of::<$type>();
            fn put(self, out: &mut Vec<u8>) {
                out.extend_from_slice(&self.to_le_bytes());
            }
            #[inline]
            fn get(bytes: &[u8]) -> Self {
                <$type>::from_le_bytes(bytes.try_into().expect("a number's own size"))
            }
        }
    )*};
}
number!(u8, u16, u32, u64, i8, f32, f64);

/// An array inside a section, read in place.
#[derive(Clone)]
pub(crate) struct Array<T> {
    bytes: Bytes,
    element: PhantomData<T>,
}

impl<T: Number> Array<T> {
    /// An array of its own, not yet in a section.
    pub(crate) fn of(values: impl IntoIterator<Item = T>) -> Self {
        let mut bytes = Vec::new();
        values.into_iter().for_each(|value| value.put(&mut bytes));
        Self { bytes: bytes.into(), element: PhantomData }
    }

    pub(crate) fn len(&self) -> usize {
        self.bytes.len() / T::SIZE
    }

    /// Element `index`; panics past the end, as a slice does.
    #[inline]
    pub(crate) fn get(&self, index: usize) -> T {
        T::get(&self.bytes[index * T::SIZE..(index + 1) * T::SIZE])
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = T> + '_ {
        self.bytes.chunks_exact(T::SIZE).map(T::get)
    }
}

impl<T> Array<T> {
    /// The same in memory of its own, if it is large, and in large pages where the
    /// system has them: look-ups here and there cost a fifth less than in a mapped
    /// file, whose pages are small.
    pub(crate) fn in_large_pages(self) -> Self {
        let len = self.bytes.len();
        if len < LARGE_PAGE {
            return self;
        }
        let Ok(mut map) = memmap2::MmapMut::map_anon(len) else {
            return self;
        };
        // Where there are none, small ones serve.
        #[cfg(target_os = "linux")]
        let _ = map.advise(memmap2::Advice::HugePage);
        map.copy_from_slice(&self.bytes);
        Self { bytes: Bytes::from_owner(map), element: PhantomData }
    }
}

impl Array<u8> {
    #[inline]
    pub(crate) fn as_slice(&self) -> &[u8] {
        &self.bytes
    }
}

/// Collects the bytes of a section.
#[derive(Default)]
pub(crate) struct SectionWriter {
    bytes: Vec<u8>,
}

impl SectionWriter {
    pub(crate) fn put<T: Number>(&mut self, value: T) {
        value.put(&mut self.bytes);
    }

    /// Writes a length and, aligned, the elements.
    pub(crate) fn array<T: Number>(&mut self, values: impl IntoIterator<Item = T>) {
        let at = self.bytes.len();
        self.put(0u64);
        self.align();
        let start = self.bytes.len();
        for value in values {
            value.put(&mut self.bytes);
        }
        let len = ((self.bytes.len() - start) / T::SIZE) as u64;
        self.bytes[at..at + 8].copy_from_slice(&len.to_le_bytes());
    }

    /// The bytes written so far.
    pub(crate) fn len(&self) -> usize {
        self.bytes.len()
    }

    pub(crate) fn finish(self) -> Vec<u8> {
        self.bytes
    }

    fn align(&mut self) {
        let len = self.bytes.len().next_multiple_of(ALIGNMENT);
        self.bytes.resize(len, 0);
    }
}

/// Reads what a [`SectionWriter`] wrote; no length is believed before it is held
/// against the bytes that remain.
pub(crate) struct SectionReader {
    name: &'static str,
    bytes: Bytes,
    at: usize,
}

impl SectionReader {
    pub(crate) fn new(name: &'static str, bytes: Bytes) -> Self {
        Self { name, bytes, at: 0 }
    }

    pub(crate) fn take<T: Number>(&mut self) -> Result<T> {
        Ok(T::get(&self.slice(T::SIZE)?))
    }

    pub(crate) fn array<T: Number>(&mut self) -> Result<Array<T>> {
        let len = self.take::<u64>()?;
        self.at = self.at.next_multiple_of(ALIGNMENT);
        let size = usize::try_from(len).ok().and_then(|len| len.checked_mul(T::SIZE));
        let bytes = self.slice(size.unwrap_or(usize::MAX))?;
        Ok(Array { bytes, element: PhantomData })
    }

    /// An array that must have `len` elements.
    pub(crate) fn array_of<T: Number>(&mut self, len: usize) -> Result<Array<T>> {
        let array = self.array::<T>()?;
        self.check(array.len() == len, format!("{len} elements"), array.len())?;
        Ok(array)
    }

    /// Says that the section is damaged unless `holds`.
    pub(crate) fn check(
        &self,
        holds: bool,
        expected: impl std::fmt::Display,
        got: impl std::fmt::Display,
    ) -> Result<()> {
        if holds {
            return Ok(());
        }
        let what = format!("section {:?} at byte {}", self.name, self.at);
        Err(Error::model(what, expected, got, "the file is damaged: build or copy it again"))
    }

    /// True if everything has been read.
    pub(crate) fn is_empty(&self) -> bool {
        self.at == self.bytes.len()
    }

    /// All bytes must have been read.
    pub(crate) fn end(self) -> Result<()> {
        let left = self.bytes.len().saturating_sub(self.at);
        self.check(left == 0, "the end of the section", format!("{left} bytes more"))
    }

    fn slice(&mut self, size: usize) -> Result<Bytes> {
        let left = self.bytes.len().saturating_sub(self.at);
        let fits = self.at <= self.bytes.len() && size <= left;
        self.check(fits, format!("{size} bytes"), format!("{left} bytes"))?;
        let slice = self.bytes.slice(self.at..self.at + size);
        self.at += size;
        Ok(slice)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn round_trip() {
        let mut writer = SectionWriter::default();
        writer.put(7u8);
        writer.array([1u32, 2, 3]);
        writer.array([0.5f32]);
        writer.array::<u64>([]);
        let bytes = Bytes::from(writer.finish());
        let mut reader = SectionReader::new("test", bytes.clone());
        assert_eq!(reader.take::<u8>().unwrap(), 7);
        assert_eq!(reader.array::<u32>().unwrap().iter().collect::<Vec<_>>(), [1, 2, 3]);
        assert_eq!(reader.array_of::<f32>(1).unwrap().get(0), 0.5);
        assert_eq!(reader.array::<u64>().unwrap().len(), 0);
        reader.end().unwrap();
        for cut in 0..bytes.len() {
            let mut reader = SectionReader::new("test", bytes.slice(..cut));
            let read = reader.take::<u8>().and_then(|_| {
                reader.array::<u32>()?;
                reader.array::<f32>()?;
                reader.array::<u64>()
            });
            assert!(read.is_err(), "cut at {cut}");
        }
    }

    #[test]
    fn large_pages_hold_the_same() {
        for len in [0, 3, LARGE_PAGE / 8 - 1, LARGE_PAGE / 8, LARGE_PAGE / 4 + 5] {
            let mut writer = SectionWriter::default();
            writer.array((0..len as u64).map(|number| number * number));
            let mut reader = SectionReader::new("test", writer.finish().into());
            let array = reader.array::<u64>().unwrap();
            assert!(array.clone().in_large_pages().iter().eq(array.iter()), "{len}");
        }
    }

    #[test]
    fn a_huge_length_is_an_error() {
        for len in [u64::MAX, u64::MAX / 4, 1 << 40] {
            let mut writer = SectionWriter::default();
            writer.put(len);
            writer.put(0u64);
            let mut reader = SectionReader::new("test", writer.finish().into());
            let message = reader.array::<u32>().map(|_| ()).unwrap_err().to_string();
            assert!(message.contains("damaged"), "{message}");
        }
    }
}
