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
use crate::vectors::{DIMENSIONS, Pooled, Rows, Vector, Vectors};

/// Words on either side that are looked at.
pub(crate) const WINDOW: usize = 6;

/// The trained model, in bytes, read in place.
#[derive(Clone)]
pub(crate) struct ContextModel {
    rows: Rows,
    /// What each dimension counts at each distance: the words before, the nearest
    /// first, and the words after.
    gates: Vec<Vector>,
    /// Vectors of words as neighbours.
    around: Vectors,
    /// Vectors of words in their place, each with its bias.
    words: Vectors,
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
        for (at, &id) in ids.iter().enumerate() {
            let Some(row) = model.rows.of(id) else { continue };
            let vector = model.around.get(row);
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
    pub(crate) fn of(&self, start: usize, end: usize) -> Pooled {
        let (before, after) = (&self.before[start], &self.after[end]);
        Pooled::new(&std::array::from_fn(|d| before[d] + after[d]))
    }
}

impl ContextModel {
    /// A model that knows nothing and finds that everything fits as well.
    pub(crate) fn empty() -> Self {
        Self {
            rows: Rows::new(0, &[]),
            gates: Vec::new(),
            around: Vectors::pack(&[]),
            words: Vectors::pack(&[]),
            biases: Array::of([]),
        }
    }

    /// The same for a vocabulary of which each word had the number `before`, if any.
    pub(crate) fn renumbered(&self, before: &[Option<u32>]) -> Self {
        Self { rows: self.rows.renumbered(before), ..self.clone() }
    }

    /// Log odds that `id` stands among its `surroundings` by itself and not as a
    /// spinner's choice, about; 0 for a word that is not known.
    #[inline]
    pub(crate) fn fit(&self, around: &Pooled, id: u32) -> f32 {
        let Some(row) = self.rows.of(id) else { return 0.0 };
        self.words.product(row, around) + self.biases.get(row)
    }

    pub(crate) fn write(&self, writer: &mut SectionWriter) {
        writer.put(DIMENSIONS as u32);
        writer.put(WINDOW as u32);
        self.rows.write(writer);
        writer.array(self.gates.iter().flatten().copied());
        self.around.write(writer);
        self.words.write(writer);
        writer.array(self.biases.iter());
    }

    pub(crate) fn read(reader: &mut SectionReader) -> Result<Self> {
        for expected in [DIMENSIONS, WINDOW] {
            let found = reader.take::<u32>()?;
            reader.check(found as usize == expected, expected, found)?;
        }
        let rows = Rows::read(reader)?;
        let gates = reader.array::<f32>()?;
        let around = Vectors::read(reader)?;
        let count = around.len();
        let expected = if count == 0 { 0 } else { 2 * WINDOW * DIMENSIONS };
        reader.check(gates.len() == expected, format!("{expected} gates"), gates.len())?;
        let words = Vectors::read(reader)?;
        reader.check(words.len() == count, format!("{count} vectors"), words.len())?;
        let biases = reader.array_of::<f32>(count)?;
        rows.check(reader, count)?;
        let gates: Vec<f32> = gates.iter().collect();
        let gates = gates.as_chunks::<DIMENSIONS>().0.to_vec();
        Ok(Self { rows, gates, around, words, biases })
    }
}

#[inline]
fn add_product(sum: &mut Vector, vector: &Vector, gate: &Vector) {
    for d in 0..DIMENSIONS {
        sum[d] += vector[d] * gate[d];
    }
}
