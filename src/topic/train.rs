//! Learning which words are met in one stretch of text, from clean text.

use super::TopicModel;
use super::svd::{Sparse, truncated};
use crate::corpus::Sentences;
use crate::vectors::{DIMENSIONS, Rows, Vectors, commonest};
use rayon::prelude::*;
use serde::Deserialize;

/// How the topic model is learned.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct TopicConfig {
    /// Words that get a vector, the commonest content words; 0 for no topic model.
    pub words: usize,
    /// Words that make up a larger share of the text say nothing of its topic.
    pub frequent: f64,
    /// Content words on either side that a word is met with.
    pub window: usize,
    /// Words that were met less often than this were met by chance.
    pub least: u32,
    /// Every draw follows from this number.
    pub seed: u64,
}

impl Default for TopicConfig {
    fn default() -> Self {
        Self { words: 12_000, frequent: 3e-3, window: 60, least: 2, seed: 1 }
    }
}

/// Rows that are counted together; each takes as many counts as there are words.
const BLOCK: usize = 1000;

/// Learns from `sentences`, which stand as in their documents, of a vocabulary of `vocabulary`
/// words. Each thread counts [`BLOCK`] words with all others at a time: 48 MB with 12,000.
pub(crate) fn train(config: &TopicConfig, vocabulary: usize, sentences: &Sentences) -> TopicModel {
    let counts = sentences.counts(vocabulary);
    let most = config.frequent * sentences.words().len() as f64;
    let words = commonest(&counts, config.words, |count| f64::from(count) <= most);
    let rows = Rows::new(vocabulary, &words);
    let text = sentences.words().iter().filter_map(|&word| rows.of(word));
    let text: Vec<u16> = text.map(|row| row as u16).collect();
    let matrix = information(config, words.len(), &text);
    let (values, directions) = truncated(&matrix, DIMENSIONS, config.seed);
    // A root of the strength for each of two words whose product is asked for.
    let mut vectors = vec![0.0f64; words.len() * DIMENSIONS];
    for (d, (value, direction)) in values.iter().zip(directions.rows()).enumerate() {
        let mean = text.iter().map(|&row| direction[usize::from(row)]).sum::<f64>();
        let mean = mean / text.len().max(1) as f64;
        for (row, &at) in direction.iter().enumerate() {
            vectors[row * DIMENSIONS + d] = (at - mean) * value.sqrt();
        }
    }
    let vectors: Vec<f32> = vectors.into_iter().map(|value| value as f32).collect();
    TopicModel { rows, vectors: Vectors::pack(&vectors) }
}

/// The positive pointwise mutual information of each two of `words` rows in one window of
/// `text`.
fn information(config: &TopicConfig, words: usize, text: &[u16]) -> Sparse {
    let around = |at: usize| {
        let last = text.len().min((at + 1).saturating_add(config.window));
        (at.saturating_sub(config.window), last)
    };
    // How many words each row is met with, itself and others.
    let mut met = vec![0u64; words];
    for (at, &row) in text.iter().enumerate() {
        let (first, last) = around(at);
        met[usize::from(row)] += (last - first - 1) as u64;
    }
    let all = met.iter().sum::<u64>() as f64;
    let starts: Vec<usize> = (0..words).step_by(BLOCK).collect();
    let block = |&start: &usize| {
        let rows = BLOCK.min(words - start);
        let mut counts = vec![0u32; rows * words];
        for (at, &row) in text.iter().enumerate() {
            let row = usize::from(row).wrapping_sub(start);
            if row >= rows {
                continue;
            }
            let (first, last) = around(at);
            let counts = &mut counts[row * words..(row + 1) * words];
            text[first..at].iter().for_each(|&other| counts[usize::from(other)] += 1);
            text[at + 1..last].iter().for_each(|&other| counts[usize::from(other)] += 1);
        }
        let row = |(row, counts): (usize, &[u32])| {
            let log = |(column, &count): (usize, &u32)| {
                if count < config.least {
                    return None;
                }
                let chance = met[start + row] as f64 * met[column] as f64 / all;
                let log = (f64::from(count) / chance).ln();
                (log > 0.0).then_some((column as u32, log as f32))
            };
            counts.iter().enumerate().filter_map(log).collect::<Vec<_>>()
        };
        counts.chunks_exact(words).enumerate().map(row).collect::<Vec<_>>()
    };
    Sparse { rows: starts.par_iter().flat_map_iter(block).collect() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::section::SectionWriter;
    use proptest::prelude::*;

    fn config(window: usize, least: u32) -> TopicConfig {
        TopicConfig { window, least, frequent: 1.0, ..TopicConfig::default() }
    }

    #[test]
    fn information_by_hand() {
        let matrix = information(&config(1, 1), 3, &[0, 1, 0, 1, 2]);
        // Of eight meetings row 0 has three, all with 1, row 1 four, one of them with 2.
        let log = |count: f32, chance: f32| (count / chance).ln();
        let expected = [
            vec![(1, log(3.0, 3.0 * 4.0 / 8.0))],
            vec![(0, log(3.0, 4.0 * 3.0 / 8.0)), (2, log(1.0, 4.0 * 1.0 / 8.0))],
            vec![(1, log(1.0, 1.0 * 4.0 / 8.0))],
        ];
        for (row, expected) in matrix.rows.iter().zip(expected) {
            assert_eq!(row.len(), expected.len(), "{row:?}");
            for (&(column, value), (other, log)) in row.iter().zip(expected) {
                assert!(column == other && (value - log).abs() < 1e-6, "{row:?}");
            }
        }
    }

    proptest! {
        #[test]
        fn blocks_do_not_show(
            text in prop::collection::vec(0u16..2500, 0..300),
            window in 1usize..9,
            least in 1u32..3,
        ) {
            let found = information(&config(window, least), 2500, &text);
            let mut counts = std::collections::BTreeMap::<(u16, u16), u32>::new();
            for (a, b) in (0..text.len()).flat_map(|a| (0..text.len()).map(move |b| (a, b))) {
                if a != b && a.abs_diff(b) <= window {
                    *counts.entry((text[a], text[b])).or_default() += 1;
                }
            }
            let met = |row: u16| {
                let own = counts.range((row, 0)..=(row, u16::MAX));
                f64::from(own.map(|(_, &count)| count).sum::<u32>())
            };
            let all = f64::from(counts.values().sum::<u32>());
            let mut expected = vec![Vec::new(); 2500];
            for (&(row, column), &count) in &counts {
                let log = (f64::from(count) * all / (met(row) * met(column))).ln();
                if count >= least && log > 1e-9 {
                    expected[usize::from(row)].push((u32::from(column), log));
                }
            }
            for (found, expected) in found.rows.iter().zip(expected) {
                prop_assert_eq!(found.len(), expected.len());
                for (&(column, value), (other, log)) in found.iter().zip(expected) {
                    prop_assert!(column == other && (f64::from(value) - log).abs() < 1e-5);
                }
            }
        }
    }

    /// Two kinds of texts, of which each word stands in its kind alone, and one word in both.
    fn learned() -> TopicModel {
        let mut sentences = Sentences::default();
        for number in 0..400u32 {
            let first = if number % 40 < 20 { 3 } else { 9 };
            sentences.push(&[first + number % 6, first + number / 6 % 6, 15]);
        }
        train(&config(8, 1), 20, &sentences)
    }

    #[test]
    fn words_belong_with_those_they_are_met_with() {
        let model = learned();
        let topic = |from: u32| {
            let words = (from..from + 6).map(|word| (word, 20.0));
            model.of(&words.collect::<Vec<_>>()).pooled()
        };
        let (first, second) = (topic(3), topic(9));
        for word in 3..9 {
            assert!(model.fit(&first, word) > 0.5, "{word}: {}", model.fit(&first, word));
            assert!(model.fit(&second, word) < -0.5);
            assert!(model.fit(&second, word + 6) > 0.5 && model.fit(&first, word + 6) < -0.5);
        }
        assert!(model.fit(&first, 15).abs() < 0.3, "{}", model.fit(&first, 15));
        assert_eq!(model.fit(&first, 19), 0.0, "a word without a vector");
    }

    #[test]
    fn the_number_of_threads_does_not_show() {
        let with = |threads| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            let mut writer = SectionWriter::default();
            pool.install(learned).write(&mut writer);
            writer.finish()
        };
        assert_eq!(with(1), with(4));
    }

    #[test]
    fn no_text_is_no_topic() {
        let model = train(&config(8, 1), 20, &Sentences::default());
        assert_eq!(model.fit(&model.of(&[(3, 1.0)]).pooled(), 3), 0.0);
    }
}
