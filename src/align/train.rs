//! Training: passes over the pairs, each a map over chunks and a sum in their order.

use super::AlignConfig;
use super::batches::in_order;
use super::hmm::{JumpCounts, JumpSums, Transitions};
use super::lexicon::{ChunkCounts, Counts, Lexicon, count};
use super::pairs::{CHUNK_PAIRS, PairSource, Pairs};
use super::worker::{AlignWorker, LONGEST_GAP, Model};
use crate::error::{Error, Result};

/// A trained word aligner.
pub struct Aligner {
    model: Model,
    learned: Learned,
}

/// What an aligner has counted in all the pairs that it has learned from.
#[derive(Default)]
pub(crate) struct Learned {
    /// How often each word stands in a gap, on either side.
    pub(crate) words: Vec<u32>,
    /// Expected counts of pairs of words, of the last pass over each source.
    pub(crate) counts: Counts,
    /// Expected jumps, by direction, likewise.
    pub(crate) jumps: [JumpCounts; 2],
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
        let mut aligner = Self::new(config, Learned::default())?;
        aligner.learn(&Here(pairs), vocabulary, text, &|_| ())?;
        Ok(aligner)
    }

    /// An aligner that has counted `learned` and learns on from there.
    pub(crate) fn new(config: &AlignConfig, learned: Learned) -> Result<Self> {
        config.check()?;
        let lexicon = Lexicon::new(config, &[], |_| "");
        let model = Model { config: config.clone(), lexicon, transitions: None };
        Ok(Self { model, learned })
    }

    /// Learns from a further source of pairs; what was counted before stands beside its
    /// counts in every pass. So one source after the other gives the same, whether they
    /// come in one run of training or in several, and whatever the words' numbers are.
    /// Tells `advance` how many pairs more a pass has seen.
    pub(crate) fn learn<S: AsRef<str>>(
        &mut self,
        pairs: &impl Countable,
        vocabulary: usize,
        text: impl Fn(u32) -> S,
        advance: &(dyn Fn(u64) + Sync),
    ) -> Result<()> {
        let Self { model, learned } = self;
        let words = pairs.gaps(model, vocabulary)?;
        learned.words.resize(vocabulary.max(learned.words.len()), 0);
        learned.words.iter_mut().zip(words).for_each(|(sum, count)| *sum += count);
        let known = learned.jumps.iter().flatten().any(|&count| count > 0.0);
        model.lexicon = Lexicon::new(&model.config, &learned.words, &text);
        model.lexicon.update(&learned.counts);
        model.transitions = None;
        let passes = model.config.model1_passes + model.config.hmm_passes;
        for pass in 0..passes {
            if pass == model.config.model1_passes {
                let start = |direction: usize| match known {
                    true => {
                        Transitions::learned(&model.config, &learned.jumps[direction], LONGEST_GAP)
                    }
                    false => Transitions::diagonal(LONGEST_GAP),
                };
                model.transitions = Some([start(0), start(1)]);
            }
            let (mut counts, jumps) = pairs.expected(model, advance)?;
            counts.add(&learned.counts);
            let jumps: [JumpCounts; 2] = std::array::from_fn(|direction| {
                let (new, before) = (&jumps[direction], &learned.jumps[direction]);
                std::array::from_fn(|kind| count(new[kind]) + before[kind])
            });
            model.lexicon.update(&counts);
            if model.transitions.is_some() {
                let of = |jumps| Transitions::learned(&model.config, jumps, LONGEST_GAP);
                model.transitions = Some([of(&jumps[0]), of(&jumps[1])]);
            }
            if pass + 1 == passes {
                counts.settle(model.config.prune);
                (learned.counts, learned.jumps) = (counts, jumps);
            }
        }
        Ok(())
    }

    /// What this aligner has counted.
    pub(crate) fn into_learned(self) -> Learned {
        self.learned
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
        of_pair: impl Fn(&[u32], &[u32], &[(u16, u16)]) -> R + Sync + Send,
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
        each_chunk(&self.model, pairs, chunk, |chunks| {
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

/// Pairs that can be counted, here or elsewhere.
pub(crate) trait Countable {
    /// How often each word, of which there are `vocabulary`, stands in a gap, on either side.
    fn gaps(&self, model: &Model, vocabulary: usize) -> Result<Vec<u32>>;

    /// Expected counts and jumps of one pass. Tells `advance` how many pairs more it has
    /// seen.
    fn expected(
        &self,
        model: &Model,
        advance: &(dyn Fn(u64) + Sync),
    ) -> Result<(Counts, [JumpSums; 2])>;
}

/// Pairs of this machine.
pub(crate) struct Here<'p, S>(pub(crate) &'p S);

impl<S: PairSource> Countable for Here<'_, S> {
    fn gaps(&self, model: &Model, vocabulary: usize) -> Result<Vec<u32>> {
        gap_counts(model, self.0, vocabulary)
    }

    fn expected(
        &self,
        model: &Model,
        advance: &(dyn Fn(u64) + Sync),
    ) -> Result<(Counts, [JumpSums; 2])> {
        expected(model, self.0, advance)
    }
}

fn expected(
    model: &Model,
    pairs: &impl PairSource,
    advance: &(dyn Fn(u64) + Sync),
) -> Result<(Counts, [JumpSums; 2])> {
    let (mut counts, mut jumps): (_, [JumpSums; 2]) = (Counts::default(), [[0; _]; 2]);
    let chunk = |worker: &mut AlignWorker, chunk: &Pairs| {
        let mut counts = ChunkCounts::default();
        let mut jumps: [JumpSums; 2] = [[0; _]; 2];
        chunk.iter().for_each(|pair| worker.count(pair, &mut counts, &mut jumps));
        (counts.finish(), jumps)
    };
    each_chunk(model, pairs, chunk, |results| {
        advance((results.len() * CHUNK_PAIRS) as u64);
        let (deltas, chunk_jumps): (Vec<_>, Vec<_>) = results.into_iter().unzip();
        counts.merge(&deltas);
        for chunk in &chunk_jumps {
            let sums = jumps.iter_mut().flatten().zip(chunk.iter().flatten());
            sums.for_each(|(sum, part)| *sum += part);
        }
        Ok(())
    })?;
    Ok((counts, jumps))
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
    each_chunk(model, pairs, chunk, |results| {
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

/// Maps every chunk of `pairs`, in parallel, and hands the results on in order.
pub(crate) fn each_chunk<R: Send>(
    model: &Model,
    pairs: &impl PairSource,
    chunk: impl Fn(&mut AlignWorker, &Pairs) -> R + Sync + Send,
    collect: impl FnMut(Vec<R>) -> Result<()> + Send,
) -> Result<()> {
    let start = || (AlignWorker::new(model), Pairs::default());
    let of_chunk = |(worker, buffer): &mut (AlignWorker, Pairs), index: usize| {
        pairs.read(index, buffer)?;
        Ok(chunk(worker, buffer))
    };
    in_order(pairs.chunks(), start, of_chunk, collect)
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
    fn one_source_after_the_other_whatever_the_numbers() {
        let (first, second) = (pairs(40), pairs(700));
        let config = AlignConfig::default();
        let learn = |aligner: &mut Aligner, pairs: &Pairs, known: &[&str]| {
            aligner.learn(&Here(pairs), known.len(), |word| known[word as usize], &|_| ()).unwrap();
        };
        let mut aligner = Aligner::new(&config, Learned::default()).unwrap();
        for pairs in [&first, &second] {
            learn(&mut aligner, pairs, &WORDS);
        }
        // The same words in other places, and words that never occur.
        let mut other: Vec<&str> = WORDS.iter().rev().copied().collect();
        other.insert(3, "never");
        let renumbered = |pairs: &Pairs| {
            let mut out = Pairs::default();
            let number = |&word: &u32| {
                other.iter().position(|known| *known == WORDS[word as usize]).unwrap() as u32
            };
            for (original, spun) in pairs.iter() {
                let [o, s] =
                    [original, spun].map(|side| side.iter().map(number).collect::<Vec<_>>());
                out.push(&o, &s);
            }
            out
        };
        let mut twin = Aligner::new(&config, Learned::default()).unwrap();
        learn(&mut twin, &renumbered(&first), &other);
        let Learned { words, counts, jumps } = twin.learned;
        let mut twin = Aligner::new(&config, Learned { words, counts, jumps }).unwrap();
        learn(&mut twin, &renumbered(&second), &other);
        for (a, b) in first
            .iter()
            .chain(second.iter())
            .zip(renumbered(&first).iter().chain(renumbered(&second).iter()))
        {
            assert_eq!(aligner.align(a.0, a.1), twin.align(b.0, b.1));
        }
        let entries = |aligner: &Aligner, known: &[&str]| -> Vec<u32> {
            let entry = |word: &str| {
                let number = known.iter().position(|other| *other == word).unwrap();
                aligner.model.lexicon.entry(number as u32)
            };
            let lexicon = &aligner.model.lexicon;
            let all = WORDS.iter().flat_map(|o| WORDS.iter().map(move |s| (entry(o), entry(s))));
            all.flat_map(|(o, s)| lexicon.ratios(&o, &s)).map(f32::to_bits).collect()
        };
        assert_eq!(entries(&aligner, &WORDS), entries(&twin, &other));
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
