//! One part of the pairs, and its answer to a question.

use super::Sums;
use super::question::{EMPTY, JUMP, Kind, LINK, PAIR, SUBSTITUTION, WORDS, key, read};
use crate::align::{
    AlignModel, AlignWorker, CHUNK_PAIRS, ChunkCounts, JumpSums, PairCounts, Pairs,
};
use crate::channel::counts::{ONE, Phrases, Source, observe};
use crate::corpus::{Cut, Interner};
use crate::error::{Error, Result};
use crate::trainer::channel::{Added, OfPair, is_prose};
use crate::trainer::corpus::Known;
use crate::trainer::kept::read_words;
use rustc_hash::FxHashMap;

/// Counts one part of the pairs for one question of [`Parts`](super::Parts).
pub struct PartCounter {
    task: Task,
    words: Interner,
    /// Pairs that wait to be counted together.
    open: Pairs,
    /// How many pairs there were.
    pairs: u64,
    form: String,
}

enum Task {
    Words(Vec<u64>),
    Gaps(AlignModel, FxHashMap<u32, u64>),
    Expected(AlignModel, PairCounts, Box<[JumpSums; 2]>),
    Substitutions(AlignModel, Vec<bool>, FxHashMap<Vec<u8>, u64>),
    Places { phrases: Phrases, wanted: Vec<bool>, found: FxHashMap<(u8, u32), u64>, words: u64 },
}

impl PartCounter {
    /// Begins an answer to `question`.
    ///
    /// # Errors
    ///
    /// If it is no question of this version.
    pub fn new(question: &[u8]) -> Result<Self> {
        let (kind, mut reader) = read(question)?;
        let mut interner = Interner::default();
        let task = if kind == Kind::Words {
            Task::Words(Vec::new())
        } else if matches!(kind, Kind::TextWords | Kind::Ngrams) {
            return Err(Error::config("a question about text is asked of pairs"));
        } else {
            let words = read_words(&mut reader)?;
            for word in &words {
                interner.number(word);
            }
            match kind {
                Kind::Places => {
                    let before = reader.array::<u32>()?;
                    let last = reader.array_of::<u32>(before.len())?;
                    let wanted = reader.array_of::<u8>(before.len())?;
                    let mut phrases = Phrases::default();
                    let mut whole = before.len() > 0;
                    for (number, (before, word)) in
                        before.iter().zip(last.iter()).enumerate().skip(1)
                    {
                        whole &= (before as usize) < number && (word as usize) < words.len();
                        whole = whole && phrases.add(before, word) == number as u32;
                    }
                    reader.check(whole, "phrases one after the other", "others")?;
                    let wanted = wanted.iter().map(|wanted| wanted > 0).collect();
                    let found = FxHashMap::default();
                    Task::Places { phrases, wanted, found, words: 0 }
                }
                _ => {
                    let model = AlignModel::read(&mut reader, &words)?;
                    match kind {
                        Kind::Gaps => Task::Gaps(model, FxHashMap::default()),
                        Kind::Expected => {
                            Task::Expected(model, PairCounts::default(), Box::new([[0; _]; 2]))
                        }
                        _ => {
                            let prose = words.iter().map(|word| is_prose(word)).collect();
                            Task::Substitutions(model, prose, FxHashMap::default())
                        }
                    }
                }
            }
        };
        reader.end()?;
        Ok(Self { task, words: interner, open: Pairs::default(), pairs: 0, form: String::new() })
    }

    /// Counts a pair. White space around its sides does not matter; if a side is empty,
    /// the pair is passed over, as in files.
    ///
    /// # Errors
    ///
    /// If the pairs are not those that earlier questions were about.
    pub fn add(&mut self, original: &str, spun: &str) -> Result<()> {
        let sides = [original.trim(), spun.trim()];
        if sides.iter().any(|side| side.is_empty()) {
            return Ok(());
        }
        self.pairs += 1;
        let [original, spun] = sides.map(|side| self.numbers(side));
        self.open.push(&original?, &spun?);
        if self.open.len() == CHUNK_PAIRS {
            self.count();
        }
        Ok(())
    }

    fn numbers(&mut self, text: &str) -> Result<Vec<u32>> {
        let Self { task, words, form, .. } = self;
        let known = words.len();
        let mut numbers = Vec::with_capacity(text.len() / 5 + 1);
        Cut::Tokens.words(text, form, |word| numbers.push(words.number(word)));
        if let Task::Words(counts) = task {
            counts.resize(words.len(), 0);
            numbers.iter().for_each(|&word| counts[word as usize] += 1);
        } else if words.len() > known {
            let word = words.word(known as u32);
            let message = format!("{word:?} was in no pair before: the pairs must not change");
            return Err(Error::config(message));
        }
        Ok(numbers)
    }

    /// Counts the pairs that wait.
    fn count(&mut self) {
        let pairs = std::mem::take(&mut self.open);
        match &mut self.task {
            Task::Words(_) => {}
            Task::Gaps(model, gaps) => {
                let mut worker = AlignWorker::new(model);
                let mut count = |word| *gaps.entry(word).or_default() += 1;
                pairs.iter().for_each(|(o, s)| worker.words_in_gaps(o, s, &mut count));
            }
            Task::Expected(model, counts, jumps) => {
                let mut worker = AlignWorker::new(model);
                let mut chunk = ChunkCounts::default();
                pairs.iter().for_each(|pair| worker.count(pair, &mut chunk, jumps));
                counts.merge(&[chunk.finish()]);
            }
            Task::Substitutions(model, prose, counts) => {
                let mut worker = AlignWorker::new(model);
                let mut added = Added::default();
                let note = [Source::Real.column() as u32, ONE];
                for pair in pairs.iter() {
                    let pair = OfPair { pair, note: &note, known: &[], prose };
                    pair.count(Known::Nothing, Some(&mut worker), &mut added);
                }
                for ((original, spun), count) in added.links {
                    let link = [original, spun].map(|word| word.unwrap_or(EMPTY));
                    *counts.entry(key(LINK, link)).or_default() += u64::from(count);
                }
                for found in added.substitutions {
                    let length = found.original.len() as u32;
                    let numbers = [length].into_iter().chain(found.original).chain(found.spun);
                    *counts.entry(key(SUBSTITUTION, numbers)).or_default() += 1;
                }
            }
            Task::Places { phrases, wanted, found, words } => {
                for (original, spun) in pairs.iter() {
                    *words += original.len() as u64;
                    for (side, sentence) in [(0, original), (1, spun)] {
                        observe(phrases, sentence, |phrase| {
                            if wanted[phrase as usize] {
                                *found.entry((side, phrase)).or_default() += 1;
                            }
                        });
                    }
                }
            }
        }
        self.open = pairs;
        self.open.clear();
    }

    /// The counts, each key once.
    pub fn finish(mut self) -> Sums {
        self.count();
        let mut sums: Sums = match self.task {
            Task::Words(counts) => {
                let word = |word: u32| self.words.word(word).as_bytes().to_vec();
                let counts = counts.into_iter().zip(0..);
                let counts = counts.map(|(count, number)| (word(number), count));
                counts.chain([(Vec::new(), self.pairs)]).collect()
            }
            Task::Gaps(_, gaps) => gaps.into_iter().map(|(word, n)| (key(0, [word]), n)).collect(),
            Task::Expected(_, counts, jumps) => {
                let words = |pair: u64| [(pair >> 32) as u32, pair as u32];
                let pairs = counts.into_steps().map(|(pair, n)| (key(PAIR, words(pair)), n));
                let jump = |(direction, kind): (u32, u32)| key(JUMP, [direction, kind]);
                let jumps = (0..).zip(*jumps).flat_map(|(direction, kinds)| {
                    (0..).zip(kinds).map(move |(kind, n)| (jump((direction, kind)), n))
                });
                pairs.chain(jumps.filter(|(_, n)| *n > 0)).collect()
            }
            Task::Substitutions(_, _, counts) => counts.into_iter().collect(),
            Task::Places { found, words, .. } => {
                let found = found.into_iter().map(|((side, p), n)| (key(side, [p]), n));
                found.chain([(key(WORDS, []), words)]).collect()
            }
        };
        sums.sort_unstable();
        sums
    }
}
