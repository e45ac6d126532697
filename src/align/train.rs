//! Training: passes over the pairs, each a map over chunks and a sum in their order.

use super::AlignConfig;
use super::hmm::{Jumps, Transitions};
use super::lexicon::{ChunkCounts, Counts, Lexicon};
use super::pairs::{CHUNK_PAIRS, PairSource, Pairs};
use super::worker::{AlignWorker, LONGEST_GAP, Model};
use crate::error::{Error, Result};
use rayon::prelude::*;

/// Chunks whose results are in memory at a time.
const BATCH: usize = 32;

/// A trained word aligner.
pub struct Aligner {
    model: Model,
}

impl Aligner {
    /// Trains on `pairs`, whose word numbers lie below `vocabulary` and of which `text`
    /// knows the spelling, in lower case.
    ///
    /// Reads the pairs once for each pass of `config` and once more before. Memory
    /// depends on the number of different word pairs, not of sentences. The result is
    /// the same at any number of threads.
    ///
    /// # Errors
    ///
    /// A setting outside its range, a word number that is too large, or what the source
    /// of the pairs reports.
    pub fn train<S: AsRef<str>>(
        config: &AlignConfig,
        pairs: &impl PairSource,
        vocabulary: usize,
        text: impl Fn(u32) -> S,
    ) -> Result<Self> {
        Self::train_with(config, pairs, vocabulary, text, &|_| ())
    }

    /// The same; tells `advance` how many pairs more a pass has seen.
    pub(crate) fn train_with<S: AsRef<str>>(
        config: &AlignConfig,
        pairs: &impl PairSource,
        vocabulary: usize,
        text: impl Fn(u32) -> S,
        advance: &(dyn Fn(u64) + Sync),
    ) -> Result<Self> {
        config.check()?;
        let model = |counts: &[u32]| Model {
            config: config.clone(),
            lexicon: Lexicon::new(config, counts, &text),
            transitions: None,
        };
        let counts = gap_counts(&model(&[]), pairs, vocabulary)?;
        let mut aligner = Self { model: model(&counts) };
        for pass in 0..config.model1_passes + config.hmm_passes {
            if pass == config.model1_passes {
                let start = || Transitions::diagonal(LONGEST_GAP);
                aligner.model.transitions = Some([start(), start()]);
            }
            aligner.pass(pairs, advance)?;
        }
        Ok(aligner)
    }

    /// One step of expectation and maximisation.
    fn pass(&mut self, pairs: &impl PairSource, advance: &(dyn Fn(u64) + Sync)) -> Result<()> {
        let mut counts = Counts::default();
        let mut jumps = [[0.0; _]; 2];
        let chunk = |worker: &mut AlignWorker, chunk: &Pairs| {
            let mut counts = ChunkCounts::default();
            let mut jumps: [Jumps; 2] = [[0.0; _]; 2];
            chunk.iter().for_each(|pair| worker.count(pair, &mut counts, &mut jumps));
            (counts.finish(), jumps)
        };
        each_batch(&self.model, pairs, chunk, |results| {
            advance((results.len() * CHUNK_PAIRS) as u64);
            let (deltas, chunk_jumps): (Vec<_>, Vec<_>) = results.into_iter().unzip();
            counts.merge(&deltas);
            for chunk in &chunk_jumps {
                let sums = jumps.iter_mut().flatten().zip(chunk.iter().flatten());
                sums.for_each(|(sum, part): (&mut f64, &f32)| *sum += f64::from(*part));
            }
            Ok(())
        })?;
        self.model.lexicon.update(counts);
        if self.model.transitions.is_some() {
            let config = &self.model.config;
            let learned = jumps.map(|jumps| Transitions::learned(config, &jumps, LONGEST_GAP));
            self.model.transitions = Some(learned);
        }
        Ok(())
    }

    /// A worker, which each thread has its own of.
    pub fn worker(&self) -> AlignWorker<'_> {
        AlignWorker::new(&self.model)
    }

    /// The links of a pair, as (original, spun) word indices, sorted. A word number that
    /// training did not have is a word of which nothing is known.
    pub fn align(&self, original: &[u32], spun: &[u32]) -> Vec<(u16, u16)> {
        let mut links = Vec::new();
        self.worker().align(original, spun, &mut links);
        links
    }

    /// Aligns all `pairs`; `of_pair` makes something of each pair and its links, on any
    /// thread, and `collect` takes it in the order of the pairs.
    pub(crate) fn each_links<R: Send>(
        &self,
        pairs: &impl PairSource,
        of_pair: impl Fn(&[u32], &[u32], &[(u16, u16)]) -> R + Sync,
        mut collect: impl FnMut(Vec<R>) -> Result<()> + Send,
    ) -> Result<()> {
        let chunk = |worker: &mut AlignWorker, chunk: &Pairs| {
            let mut links = Vec::new();
            let of_pair = |(original, spun): (&[u32], &[u32])| {
                worker.align(original, spun, &mut links);
                of_pair(original, spun, &links)
            };
            chunk.iter().map(of_pair).collect::<Vec<R>>()
        };
        each_batch(&self.model, pairs, chunk, |chunks| {
            chunks.into_iter().try_for_each(&mut collect)
        })
    }

    /// Number of different word pairs that training keeps counts of.
    pub fn word_pairs(&self) -> usize {
        self.model.lexicon.len()
    }

    pub(crate) fn model(&self) -> &Model {
        &self.model
    }
}

/// How often each word stands in a gap, on either side.
fn gap_counts(model: &Model, pairs: &impl PairSource, vocabulary: usize) -> Result<Vec<u32>> {
    let mut counts = vec![0u32; vocabulary];
    let mut largest = None;
    let chunk = |worker: &mut AlignWorker, chunk: &Pairs| {
        let mut words = Vec::new();
        for (original, spun) in chunk.iter() {
            worker.words_in_gaps(original, spun, |word| words.push(word));
        }
        words
    };
    each_batch(model, pairs, chunk, |results| {
        for word in results.into_iter().flatten() {
            largest = largest.max(Some(word));
            if let Some(count) = counts.get_mut(word as usize) {
                *count += 1;
            }
        }
        Ok(())
    })?;
    match largest {
        Some(word) if word as usize >= vocabulary => {
            Err(Error::config(format!("word {word} in a vocabulary of {vocabulary}")))
        }
        _ => Ok(counts),
    }
}

/// Maps every chunk, in parallel, and hands the results on in order, batch by batch,
/// while the next batch is under work.
pub(crate) fn each_batch<R: Send>(
    model: &Model,
    pairs: &impl PairSource,
    chunk: impl Fn(&mut AlignWorker, &Pairs) -> R + Sync,
    mut collect: impl FnMut(Vec<R>) -> Result<()> + Send,
) -> Result<()> {
    let chunks = pairs.chunks();
    let batch = |start: usize| -> Result<Vec<R>> {
        let batch = (start..chunks.min(start + BATCH)).into_par_iter();
        let results = batch.map_init(
            || (AlignWorker::new(model), Pairs::default()),
            |(worker, pairs_of_chunk), index| {
                pairs.read(index, pairs_of_chunk)?;
                Ok(chunk(worker, pairs_of_chunk))
            },
        );
        results.collect()
    };
    let mut ready = batch(0)?;
    for start in (BATCH..chunks).step_by(BATCH) {
        let done = std::mem::take(&mut ready);
        let (collected, next) = rayon::join(|| collect(done), || batch(start));
        collected?;
        ready = next?;
    }
    collect(ready)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::align::SpooledPairs;

    const WORDS: [&str; 12] = [
        "the", "right", "proper", "answer", "reply", "to", "a", "question", "walks", "walked", ".",
        ",",
    ];

    fn numbers(sentence: &str) -> Vec<u32> {
        let number = |word| WORDS.iter().position(|known| *known == word).unwrap() as u32;
        sentence.split(' ').map(number).collect()
    }

    /// Pairs in which `right` becomes `proper` and `answer` becomes `reply`, among others.
    fn pairs(many: usize) -> Pairs {
        let table = [
            ("the right answer .", "the proper reply ."),
            ("a right question", "a proper question"),
            ("the answer to a question", "a reply to the question"),
            ("to answer walks , the right", "to reply walked , the proper the"),
            (". . .", "the question , a reply"),
        ];
        let mut pairs = Pairs::default();
        for (original, spun) in table.iter().cycle().take(many) {
            pairs.push(&numbers(original), &numbers(spun));
        }
        pairs
    }

    fn trained(pairs: &impl PairSource) -> Aligner {
        let config = AlignConfig::default();
        Aligner::train(&config, pairs, WORDS.len(), |word| WORDS[word as usize]).unwrap()
    }

    #[test]
    fn learns_who_became_whom() {
        let aligner = trained(&pairs(50));
        let align = |original: &str, spun: &str| aligner.align(&numbers(original), &numbers(spun));
        assert_eq!(
            align("the right answer .", "the proper reply ."),
            [(0, 0), (1, 1), (2, 2), (3, 3)]
        );
        // Crossed, and with no copy to hold on to.
        let crossed = align("right answer", "reply proper");
        assert!(crossed.contains(&(1, 0)), "{crossed:?}");
        assert_eq!(align("a walks", "a walked"), [(0, 0), (1, 1)]);
        let weights = aligner.lexical_weights(&pairs(50)).unwrap();
        let [forward, backward] =
            weights.get(Some(numbers("answer")[0]), Some(numbers("reply")[0]));
        assert!(forward > 0.9 && backward > 0.7, "{forward} {backward}");
    }

    #[test]
    fn the_same_at_any_number_of_threads() {
        let pairs = pairs(3 * CHUNK_PAIRS + 7);
        let mut spool = SpooledPairs::new().unwrap();
        for (original, spun) in pairs.iter() {
            spool.push(original, spun).unwrap();
        }
        let bits = |threads: usize, spooled: bool| -> Vec<u32> {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            let aligner = pool.install(|| if spooled { trained(&spool) } else { trained(&pairs) });
            let lexicon = &aligner.model.lexicon;
            let entries: Vec<_> = (0..WORDS.len() as u32).map(|word| lexicon.entry(word)).collect();
            let all = entries.iter().flat_map(|o| entries.iter().map(move |s| (o, s)));
            all.flat_map(|(o, s)| lexicon.ratios(o, s)).map(f32::to_bits).collect()
        };
        let one = bits(1, false);
        assert_eq!(one, bits(2, false));
        assert_eq!(one, bits(8, true));
    }

    #[test]
    fn odd_pairs() {
        let aligner = trained(&pairs(10));
        assert_eq!(aligner.align(&[], &[]), []);
        assert_eq!(aligner.align(&[0, 1], &[]), []);
        assert_eq!(aligner.align(&[77], &[77]), [(0, 0)]);
        // Far more than a gap holds, and nothing in common.
        let (original, spun) = (vec![1; 3000], vec![2; 2000]);
        assert!(aligner.align(&original, &spun).iter().all(|&(i, j)| i < 3000 && j < 2000));
        let long = vec![3; 70_000];
        assert_eq!(aligner.align(&long, &long).len(), 65_535);
    }

    #[test]
    fn bad_settings_and_numbers_are_errors() {
        let train = |config: AlignConfig, vocabulary| {
            Aligner::train(&config, &pairs(5), vocabulary, |_| "").map(|_| ()).unwrap_err()
        };
        let config = AlignConfig { discount: 2.0, ..AlignConfig::default() };
        assert!(train(config, WORDS.len()).to_string().contains("discount"));
        assert!(train(AlignConfig::default(), 3).to_string().contains("vocabulary of 3"));
    }
}
