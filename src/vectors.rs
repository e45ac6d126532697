//! Word vectors in a byte a number, and their products with sums of such vectors.

use crate::error::Result;
use crate::model::section::{Array, SectionReader, SectionWriter};
use std::cmp::Reverse;

/// Length of the vectors.
pub(crate) const DIMENSIONS: usize = 64;

/// A word's vector, or a sum of several.
pub(crate) type Vector = [f32; DIMENSIONS];

/// The row of words that have no vector.
pub(crate) const NO_ROW: u16 = u16::MAX;
/// Rows that fit their numbers.
const MOST_ROWS: usize = NO_ROW as usize;

/// The row of each word of a vocabulary, if it has one.
#[derive(Clone)]
pub(crate) struct Rows(Array<u16>);

impl Rows {
    /// Rows for `words`, in their order, of a vocabulary of `vocabulary` words.
    pub(crate) fn new(vocabulary: usize, words: &[u32]) -> Self {
        if words.is_empty() {
            return Self(Array::of([]));
        }
        let mut rows = vec![NO_ROW; vocabulary];
        (0..).zip(words).for_each(|(row, &word)| rows[word as usize] = row);
        Self(Array::of(rows))
    }

    #[inline]
    pub(crate) fn of(&self, word: u32) -> Option<usize> {
        let word = word as usize;
        if word >= self.0.len() {
            return None;
        }
        Some(self.0.get(word)).filter(|&row| row != NO_ROW).map(usize::from)
    }

    /// The same for a vocabulary of which each word had the number `before`, if any.
    pub(crate) fn renumbered(&self, before: &[Option<u32>]) -> Self {
        if self.0.len() == 0 {
            return self.clone();
        }
        let row = |id: &Option<u32>| id.and_then(|id| self.of(id));
        Self(Array::of(before.iter().map(|id| row(id).map_or(NO_ROW, |row| row as u16))))
    }

    pub(crate) fn write(&self, writer: &mut SectionWriter) {
        writer.array(self.0.iter());
    }

    pub(crate) fn read(reader: &mut SectionReader) -> Result<Self> {
        reader.array().map(Self)
    }

    /// Holds the rows against the number of vectors that there are.
    pub(crate) fn check(&self, reader: &SectionReader, count: usize) -> Result<()> {
        let known = self.0.iter().all(|row| row == NO_ROW || usize::from(row) < count);
        reader.check(known, format!("rows below {count}"), "a larger one")
    }
}

/// The commonest words by their counts, as far as there are rows for them, without marks of
/// the vocabulary and words that `is_wanted` does not want.
pub(crate) fn commonest(counts: &[u32], most: usize, is_wanted: impl Fn(u32) -> bool) -> Vec<u32> {
    let count = |word: u32| counts[word as usize];
    let marks = crate::text::vocabulary::END + 1;
    let mut words: Vec<u32> = (marks..counts.len() as u32).collect();
    words.retain(|&word| count(word) > 0 && is_wanted(count(word)));
    words.sort_by_key(|&word| (Reverse(count(word)), word));
    words.truncate(most.min(MOST_ROWS));
    words
}

/// Vectors row after row, each with its unit: the largest number of each is 127 units.
#[derive(Clone)]
pub(crate) struct Vectors {
    codes: Array<u8>,
    units: Array<f32>,
}

impl Vectors {
    /// Packs vectors that lie row after row.
    pub(crate) fn pack(vectors: &[f32]) -> Self {
        let (mut codes, mut units) = (Vec::with_capacity(vectors.len()), Vec::new());
        for vector in vectors.chunks_exact(DIMENSIONS) {
            let largest = vector.iter().fold(0.0f32, |most, value| most.max(value.abs()));
            let unit = largest.max(f32::MIN_POSITIVE) / 127.0;
            codes.extend(vector.iter().map(|value| (value / unit).round() as i8 as u8));
            units.push(unit);
        }
        Self { codes: Array::of(codes), units: Array::of(units) }
    }

    pub(crate) fn len(&self) -> usize {
        self.units.len()
    }

    pub(crate) fn get(&self, row: usize) -> Vector {
        let unit = self.units.get(row);
        self.codes(row).map(|code| f32::from(code as i8) * unit)
    }

    /// The product with a pooled vector.
    #[inline]
    pub(crate) fn product(&self, row: usize, pooled: &Pooled) -> f32 {
        let codes = self.codes(row).map(|code| i16::from(code as i8));
        // Said so, a processor widens and multiplies eight at a time: half the time of a plain sum.
        let mut lanes = [0i32; 8];
        let pairs = codes.as_chunks::<8>().0.iter().zip(pooled.codes.as_chunks::<8>().0);
        for (codes, values) in pairs {
            for lane in 0..8 {
                lanes[lane] += i32::from(codes[lane]) * i32::from(values[lane]);
            }
        }
        lanes.iter().sum::<i32>() as f32 * pooled.unit * self.units.get(row)
    }

    #[inline]
    fn codes(&self, row: usize) -> &[u8; DIMENSIONS] {
        &self.codes.as_slice().as_chunks().0[row]
    }

    pub(crate) fn write(&self, writer: &mut SectionWriter) {
        writer.array(self.codes.iter());
        writer.array(self.units.iter());
    }

    pub(crate) fn read(reader: &mut SectionReader) -> Result<Self> {
        let codes = reader.array::<u8>()?;
        let count = codes.len() / DIMENSIONS;
        reader.check(codes.len() == count * DIMENSIONS, "whole vectors", codes.len())?;
        let units = reader.array_of::<f32>(count)?;
        Ok(Self { codes, units })
    }
}

/// A sum of word vectors in 16 bits a number: products with it are sums of integers, which a
/// processor forms many at a time.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pooled {
    codes: [i16; DIMENSIONS],
    unit: f32,
}

impl Pooled {
    pub(crate) fn new(vector: &Vector) -> Self {
        let mut most = [f32::MIN_POSITIVE; 8];
        for values in vector.chunks_exact(8) {
            for lane in 0..8 {
                most[lane] = most[lane].max(values[lane].abs());
            }
        }
        let most = most.into_iter().fold(0.0, f32::max);
        let (unit, scale) = (most / f32::from(i16::MAX), f32::from(i16::MAX) / most);
        // Added to so large a number, a small one is rounded to an integer in its lowest bits.
        const LARGE: f32 = 1.5 * (1 << 23) as f32;
        let code = |value: f32| (value * scale + LARGE).to_bits() as i16;
        Self { codes: vector.map(code), unit }
    }

    #[cfg(test)]
    pub(crate) fn vector(&self) -> Vector {
        self.codes.map(|code| f32::from(code) * self.unit)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn codes_are_the_nearest(
            values in prop::collection::vec(-1e3f32..1e3, DIMENSIONS),
            scale in 1e-6f32..1.0,
        ) {
            let vector: Vector = std::array::from_fn(|d| values[d] * scale);
            let pooled = Pooled::new(&vector);
            for (code, value) in pooled.vector().into_iter().zip(vector) {
                prop_assert!((code - value).abs() <= 0.51 * pooled.unit);
            }
            let packed = Vectors::pack(&vector);
            let largest = vector.iter().fold(0.0f32, |most, value| most.max(value.abs()));
            for (code, value) in packed.get(0).into_iter().zip(vector) {
                prop_assert!((code - value).abs() <= 0.51 * largest / 127.0);
            }
            let square: f32 = vector.iter().map(|value| value * value).sum();
            prop_assert!((packed.product(0, &pooled) / square - 1.0).abs() < 0.02);
        }
    }

    #[test]
    fn nothing_pooled_is_nothing() {
        assert_eq!(Pooled::new(&[0.0; DIMENSIONS]).codes, [0; DIMENSIONS]);
    }

    #[test]
    fn rows_by_hand() {
        let counts = [9, 9, 9, 5, 0, 7, 5];
        let words = commonest(&counts, 3, |_| true);
        assert_eq!(words, [5, 3, 6]);
        assert_eq!(commonest(&counts, 9, |count| count < 7), [3, 6]);
        let rows = Rows::new(counts.len(), &words);
        assert_eq!([4, 5, 6, 7].map(|word| rows.of(word)), [None, Some(0), Some(2), None]);
        // A new word stands before the others.
        let before: Vec<Option<u32>> = [None].into_iter().chain((0..7).map(Some)).collect();
        let rows = rows.renumbered(&before);
        assert_eq!([0, 5, 6, 7].map(|word| rows.of(word)), [None, None, Some(0), Some(2)]);
    }
}
