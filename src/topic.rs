//! How well a word belongs with the other words of its document, however far away.
//!
//! Distributional vectors: words beside each other within dozens of content words, weighed by
//! positive pointwise mutual information (Bullinaria & Levy 2007) and reduced by a truncated
//! singular value decomposition (Deerwester et al. 1990; Levy, Goldberg & Dagan 2015), so that
//! the product of two vectors is about how much oftener than by chance the two words are met in
//! one stretch of text. A document's topic is the mean of its words'.

mod svd;
pub(crate) mod train;

use crate::error::Result;
use crate::model::section::{SectionReader, SectionWriter};
use crate::vectors::{DIMENSIONS, Pooled, Rows, Vector, Vectors};
use std::ops::{Add, Sub};

/// Words without a topic that are thought to stand beside a document's own, so that few words
/// say little.
const SOME: f32 = 10.0;
/// As many words that know nothing of each other say as much as all of a document, which say the
/// same over and over.
const WORTH: f32 = 4.0;

/// The vectors of content words.
#[derive(Clone)]
pub(crate) struct TopicModel {
    rows: Rows,
    /// Less the mean over all text, so that what a word has with every other says nothing.
    vectors: Vectors,
}

/// What a stretch of text is about: the sum of its words' vectors, and how many words these are.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Topic {
    sum: Vector,
    words: f32,
}

impl Default for Topic {
    fn default() -> Self {
        Self { sum: [0.0; DIMENSIONS], words: 0.0 }
    }
}

impl Add for Topic {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        let sum = std::array::from_fn(|d| self.sum[d] + other.sum[d]);
        Self { sum, words: self.words + other.words }
    }
}

impl Sub for Topic {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        let sum = std::array::from_fn(|d| self.sum[d] - other.sum[d]);
        Self { sum, words: self.words - other.words }
    }
}

impl Topic {
    /// What the words say together.
    pub(crate) fn pooled(&self) -> Pooled {
        let weight = WORTH / (self.words.max(0.0) + SOME);
        Pooled::new(&self.sum.map(|sum| weight * sum))
    }
}

impl TopicModel {
    /// A model that knows nothing and finds that every word belongs as well.
    pub(crate) fn empty() -> Self {
        Self { rows: Rows::new(0, &[]), vectors: Vectors::pack(&[]) }
    }

    /// The same for a vocabulary of which each word had the number `before`, if any.
    pub(crate) fn renumbered(&self, before: &[Option<u32>]) -> Self {
        Self { rows: self.rows.renumbered(before), ..self.clone() }
    }

    /// The topic of words, each as often as it is expected.
    pub(crate) fn of(&self, words: &[(u32, f32)]) -> Topic {
        let mut topic = Topic::default();
        for &(word, times) in words {
            let Some(row) = self.rows.of(word) else { continue };
            let vector = self.vectors.get(row);
            topic.words += times;
            (0..DIMENSIONS).for_each(|d| topic.sum[d] += times * vector[d]);
        }
        topic
    }

    /// How much likelier a word is among those of the `topic` than anywhere, in nats, about; 0
    /// for a word that says nothing of topics.
    #[inline]
    pub(crate) fn fit(&self, topic: &Pooled, word: u32) -> f32 {
        self.rows.of(word).map_or(0.0, |row| self.vectors.product(row, topic))
    }

    pub(crate) fn write(&self, writer: &mut SectionWriter) {
        writer.put(DIMENSIONS as u32);
        self.rows.write(writer);
        self.vectors.write(writer);
    }

    pub(crate) fn read(reader: &mut SectionReader) -> Result<Self> {
        let found = reader.take::<u32>()?;
        reader.check(found as usize == DIMENSIONS, DIMENSIONS, found)?;
        let rows = Rows::read(reader)?;
        let vectors = Vectors::read(reader)?;
        rows.check(reader, vectors.len())?;
        Ok(Self { rows, vectors })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn topics_by_hand() {
        let mut vectors = [0.0; 2 * DIMENSIONS];
        (vectors[0], vectors[DIMENSIONS + 1]) = (3.0, 1.0);
        let model = TopicModel { rows: Rows::new(6, &[5, 3]), vectors: Vectors::pack(&vectors) };
        // Word 5 twice and word 3 once; word 4 says nothing.
        let document = model.of(&[(3, 1.0), (4, 9.0), (5, 2.0)]);
        let sentence = model.of(&[(3, 1.0)]);
        let topic = document.pooled();
        let expected = |sum: f32, words: f32| WORTH * sum / (words + SOME);
        assert!((model.fit(&topic, 5) - expected(18.0, 3.0)).abs() < 1e-3);
        assert!((model.fit(&topic, 3) - expected(1.0, 3.0)).abs() < 1e-3);
        assert_eq!(model.fit(&topic, 4), 0.0);
        let elsewhere = (document - sentence).pooled();
        assert!((model.fit(&elsewhere, 5) - expected(18.0, 2.0)).abs() < 1e-3);
        assert_eq!(model.fit(&elsewhere, 3), 0.0);
        assert_eq!(model.fit(&(document + sentence - document).pooled(), 5), 0.0);
    }
}
