//! Codebooks: 256 values that stand for millions.

use crate::error::Result;
use crate::model::section::{Array, SectionReader, SectionWriter};
use rayon::prelude::*;

/// Codes, one byte.
const CODES: usize = 256;
/// Values that training looks at, evenly spaced in rank.
const SAMPLE: usize = 1 << 18;
/// Steps of Lloyd's algorithm.
const STEPS: usize = 30;

/// Values in ascending order, and the code of each by its place.
#[derive(Clone)]
pub(super) struct Codebook(Vec<f32>);

impl Codebook {
    /// At most `size` (up to 256) values with a small mean squared distance to
    /// `values`: bins of equal count, then one-dimensional k-means.
    pub fn train(mut values: Vec<f32>, size: usize) -> Self {
        values.par_sort_unstable_by(f32::total_cmp);
        if values.is_empty() {
            values.push(0.0);
        }
        let last = values.len() - 1;
        let sample: Vec<f32> = match values.len() {
            ..=SAMPLE => values,
            _ => (0..SAMPLE).map(|i| values[i * last / (SAMPLE - 1)]).collect(),
        };
        let sums: Vec<f64> = std::iter::once(0.0)
            .chain(sample.iter().scan(0.0, |sum, value| {
                *sum += f64::from(*value);
                Some(*sum)
            }))
            .collect();
        let mut bounds: Vec<usize> = (0..=size).map(|i| i * sample.len() / size).collect();
        let mut centres = Vec::new();
        for _ in 0..STEPS {
            let bins = bounds.windows(2).filter(|bin| bin[0] < bin[1]);
            let mean = |bin: &[usize]| (sums[bin[1]] - sums[bin[0]]) / (bin[1] - bin[0]) as f64;
            centres = bins.map(|bin| mean(bin) as f32).collect();
            centres.dedup();
            let middles = centres.windows(2).map(|pair| pair[0].midpoint(pair[1]));
            let next = middles.map(|middle| sample.partition_point(|value| *value < middle));
            let next: Vec<usize> = [0].into_iter().chain(next).chain([sample.len()]).collect();
            if next == bounds {
                break;
            }
            bounds = next;
        }
        Self(centres)
    }

    /// The code of the value nearest to `value`.
    pub fn code(&self, value: f32) -> u8 {
        nearest(&self.0, value)
    }

    /// The same of a codebook [`with_first`](Self::with_first), but for its code 0.
    pub fn code_after_first(&self, value: f32) -> u8 {
        nearest(&self.0[1..], value) + 1
    }

    /// The codes of many values.
    pub fn codes(&self, values: &[f32]) -> Vec<u8> {
        values.par_iter().map(|value| self.code(*value)).collect()
    }

    /// Moves every code up by one, for a code 0 that stands for `value`.
    pub fn with_first(mut self, value: f32) -> Self {
        self.0.insert(0, value);
        self
    }

    pub fn write(&self, writer: &mut SectionWriter) {
        let last = self.0[self.0.len() - 1];
        writer.array((0..CODES).map(|code| self.0.get(code).copied().unwrap_or(last)));
    }
}

/// The place of the value nearest to `value` among values in order.
fn nearest(values: &[f32], value: f32) -> u8 {
    let above = values.partition_point(|centre| *centre < value).min(values.len() - 1);
    let below = above.saturating_sub(1);
    let nearer = value - values[below] < values[above] - value;
    if nearer { below as u8 } else { above as u8 }
}

/// What codes stand for, as read.
#[derive(Clone)]
pub(super) struct Values(Array<f32>);

impl Values {
    pub fn read(reader: &mut SectionReader) -> Result<Self> {
        let values = reader.array_of::<f32>(CODES)?;
        reader.check(values.iter().all(f32::is_finite), "finite values", "others")?;
        Ok(Self(values))
    }

    pub fn write(&self, writer: &mut SectionWriter) {
        writer.array(self.0.iter());
    }

    #[inline]
    pub fn get(&self, code: u8) -> f32 {
        self.0.get(code as usize)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn codes_are_the_nearest(values in prop::collection::vec(-20f32..0.0, 1..600), size in 1usize..=256) {
            let book = Codebook::train(values.clone(), size);
            prop_assert!(book.0.len() <= size && book.0.is_sorted());
            let mut total = 0.0;
            for &value in &values {
                let distance = (book.0[book.code(value) as usize] - value).abs();
                prop_assert!(book.0.iter().all(|centre| (centre - value).abs() >= distance));
                total += distance;
            }
            prop_assert!(size < 256 || total / (values.len() as f32) < 0.02, "{total}");
        }
    }

    #[test]
    fn few_values_are_exact() {
        let values = [-1.0, -0.5, -0.25];
        let book = Codebook::train(values.iter().cycle().take(1000).copied().collect(), 255);
        assert!(values.iter().all(|&value| book.0[book.code(value) as usize] == value));
        assert_eq!(Codebook::train(Vec::new(), 256).code(3.0), 0);
    }
}
