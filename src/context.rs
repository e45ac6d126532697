//! How well a word fits among the words around it, on both sides and farther than
//! n-grams reach.
//!
//! A log-bilinear model (Mnih & Kavukcuoglu 2013): the words within
//! [`WINDOW`] places are summed, each dimension weighted by the distance, and
//! the sum's product with a word's own vector says how much likelier the word is here
//! than a rival that a spinner, or chance, might have put here. It is learned by
//! telling the words of clean text from just such rivals.

pub(crate) mod train;
mod world;

use crate::error::Result;
use crate::model::section::{Array, SectionReader, SectionWriter};

/// Words on either side that are looked at.
pub(crate) const WINDOW: usize = 6;
/// Length of the vectors.
pub(crate) const DIMENSIONS: usize = 64;

/// A sum of word vectors.
pub(crate) type Vector = [f32; DIMENSIONS];

/// A sum of word vectors in 16 bits a number: products with it are sums of integers, which a
/// processor forms many at a time.
pub(crate) struct Around {
    codes: [i16; DIMENSIONS],
    unit: f32,
}

impl Around {
    fn new(vector: &Vector) -> Self {
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
}

/// The row of words that have no vector.
const NO_ROW: u16 = u16::MAX;
/// Rows that fit their numbers.
pub(crate) const MOST_ROWS: usize = NO_ROW as usize;

/// The trained model, in bytes, read in place.
#[derive(Clone)]
pub(crate) struct ContextModel {
    /// Row of each word of the vocabulary.
    rows: Array<u16>,
    /// What each dimension counts at each distance: the words before, the nearest
    /// first, and the words after.
    gates: Vec<Vector>,
    /// Vectors of words as neighbours, each with its unit.
    around: Array<u8>,
    around_units: Array<f32>,
    /// Vectors of words in their place, each with its unit and its bias.
    words: Array<u8>,
    word_units: Array<f32>,
    biases: Array<f32>,
}

/// The words around every place of a sentence, summed.
pub(crate) struct Surroundings {
    /// Of the words before each place, and of the words from each place on.
    before: Vec<Vector>,
    after: Vec<Vector>,
}

impl Surroundings {
    /// Reads a sentence.
    pub(crate) fn read(model: &ContextModel, ids: &[u32]) -> Self {
        let places = ids.len() + 1;
        let [mut before, mut after] = [(); 2].map(|()| vec![[0.0; DIMENSIONS]; places]);
        let mut vector = [0.0; DIMENSIONS];
        for (at, &id) in ids.iter().enumerate() {
            let Some(row) = model.row(id) else { continue };
            model.neighbour(row, &mut vector);
            for distance in 0..WINDOW {
                if at >= distance {
                    let gate = &model.gates[WINDOW + distance];
                    add_product(&mut after[at - distance], &vector, gate);
                }
                if at + distance + 1 < places {
                    let gate = &model.gates[distance];
                    add_product(&mut before[at + distance + 1], &vector, gate);
                }
            }
        }
        Self { before, after }
    }

    /// What surrounds the tokens from `start` to before `end`.
    #[inline]
    pub(crate) fn of(&self, start: usize, end: usize) -> Around {
        let (before, after) = (&self.before[start], &self.after[end]);
        Around::new(&std::array::from_fn(|d| before[d] + after[d]))
    }
}

impl ContextModel {
    /// A model that knows nothing and finds that everything fits as well.
    pub(crate) fn empty() -> Self {
        let mut writer = SectionWriter::default();
        write_parts(&mut writer, &[], &[], [(&[], &[]), (&[], &[])], &[]);
        let mut reader = SectionReader::new("context", writer.finish().into());
        Self::read(&mut reader).expect("what was written a line ago")
    }

    /// True if no word has a vector.
    pub(crate) fn is_empty(&self) -> bool {
        self.biases.len() == 0
    }

    /// The same for a vocabulary of which each word had the number `before`, if any.
    pub(crate) fn renumbered(&self, before: &[Option<u32>]) -> Self {
        let row = |id: &Option<u32>| id.and_then(|id| self.row(id));
        let rows: Vec<u16> = match self.is_empty() {
            true => Vec::new(),
            false => before.iter().map(|id| row(id).map_or(NO_ROW, |row| row as u16)).collect(),
        };
        let mut writer = SectionWriter::default();
        writer.array(rows);
        let mut reader = SectionReader::new("context", writer.finish().into());
        let rows = reader.array().expect("what was written a line ago");
        Self { rows, ..self.clone() }
    }

    #[inline]
    fn row(&self, id: u32) -> Option<usize> {
        let id = id as usize;
        if id >= self.rows.len() {
            return None;
        }
        Some(self.rows.get(id)).filter(|&row| row != NO_ROW).map(usize::from)
    }

    /// Log odds that `id` stands among its `surroundings` by itself and not as a
    /// spinner's choice, about; 0 for a word that is not known.
    #[inline]
    pub(crate) fn fit(&self, around: &Around, id: u32) -> f32 {
        let Some(row) = self.row(id) else { return 0.0 };
        let codes = &self.words.as_slice()[row * DIMENSIONS..(row + 1) * DIMENSIONS];
        let products = codes.iter().zip(&around.codes);
        let sum: i32 =
            products.map(|(&code, &value)| i32::from(code as i8) * i32::from(value)).sum();
        sum as f32 * around.unit * self.word_units.get(row) + self.biases.get(row)
    }

    fn neighbour(&self, row: usize, vector: &mut Vector) {
        let unit = self.around_units.get(row);
        let codes = &self.around.as_slice()[row * DIMENSIONS..(row + 1) * DIMENSIONS];
        for (value, &code) in vector.iter_mut().zip(codes) {
            *value = f32::from(code as i8) * unit;
        }
    }

    pub(crate) fn write(&self, writer: &mut SectionWriter) {
        writer.put(DIMENSIONS as u32);
        writer.put(WINDOW as u32);
        writer.array(self.rows.iter());
        writer.array(self.gates.iter().flatten().copied());
        writer.array(self.around.iter());
        writer.array(self.around_units.iter());
        writer.array(self.words.iter());
        writer.array(self.word_units.iter());
        writer.array(self.biases.iter());
    }

    pub(crate) fn read(reader: &mut SectionReader) -> Result<Self> {
        for expected in [DIMENSIONS, WINDOW] {
            let found = reader.take::<u32>()?;
            reader.check(found as usize == expected, expected, found)?;
        }
        let rows = reader.array::<u16>()?;
        let gates = reader.array::<f32>()?;
        let around = reader.array::<u8>()?;
        let count = around.len() / DIMENSIONS;
        reader.check(around.len() == count * DIMENSIONS, "whole vectors", around.len())?;
        let expected = if count == 0 { 0 } else { 2 * WINDOW * DIMENSIONS };
        reader.check(gates.len() == expected, format!("{expected} gates"), gates.len())?;
        let around_units = reader.array_of::<f32>(count)?;
        let words = reader.array_of::<u8>(count * DIMENSIONS)?;
        let word_units = reader.array_of::<f32>(count)?;
        let biases = reader.array_of::<f32>(count)?;
        let known = rows.iter().all(|row| row == NO_ROW || usize::from(row) < count);
        reader.check(known, format!("rows below {count}"), "a larger one")?;
        let gates: Vec<f32> = gates.iter().collect();
        let gates = gates.as_chunks::<DIMENSIONS>().0.to_vec();
        Ok(Self { rows, gates, around, around_units, words, word_units, biases })
    }
}

/// Packs vectors with a byte a number.
fn write_parts(
    writer: &mut SectionWriter,
    rows: &[u16],
    gates: &[Vector],
    [around, words]: [(&[u8], &[f32]); 2],
    biases: &[f32],
) {
    writer.put(DIMENSIONS as u32);
    writer.put(WINDOW as u32);
    writer.array(rows.iter().copied());
    writer.array(gates.iter().flatten().copied());
    for (codes, units) in [around, words] {
        writer.array(codes.iter().copied());
        writer.array(units.iter().copied());
    }
    writer.array(biases.iter().copied());
}

/// Codes from -127 to 127 with the unit that the largest number of each vector sets.
fn quantise(vectors: &[f32]) -> (Vec<u8>, Vec<f32>) {
    let (mut codes, mut units) = (Vec::with_capacity(vectors.len()), Vec::new());
    for vector in vectors.chunks_exact(DIMENSIONS) {
        let largest = vector.iter().fold(0.0f32, |most, value| most.max(value.abs()));
        let unit = largest.max(f32::MIN_POSITIVE) / 127.0;
        codes.extend(vector.iter().map(|value| (value / unit).round() as i8 as u8));
        units.push(unit);
    }
    (codes, units)
}

#[inline]
fn add_product(sum: &mut Vector, vector: &Vector, gate: &Vector) {
    for d in 0..DIMENSIONS {
        sum[d] += vector[d] * gate[d];
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
            let Around { codes, unit } = Around::new(&vector);
            for (code, value) in codes.into_iter().zip(vector) {
                prop_assert!((f32::from(code) * unit - value).abs() <= 0.51 * unit);
            }
        }
    }

    #[test]
    fn nothing_around_is_nothing() {
        assert_eq!(Around::new(&[0.0; DIMENSIONS]).codes, [0; DIMENSIONS]);
    }
}
