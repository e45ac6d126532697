//! The channel stage: align, extract, count, score.

use super::corpus::{Batch, Corpus, Known};
use super::kept::{KeptCounts, checksum};
use super::parts::{Elsewhere, Found, Parts, Words};
use super::recipe::Recipe;
use super::thesaurus::Announced;
use crate::align::{
    AlignWorker, Aligner, CHUNK_PAIRS, Here, LexicalWeights, PairSource, Pairs, WordLink,
    each_link, in_order,
};
use crate::channel::counts::{
    Group, ONE, Phrases, Places, Source, Substitutions, WordCounts, observe,
};
use crate::channel::extract::{Limits, extract};
use crate::channel::score::{Estimate, Lexicon};
use crate::channel::tally::Tally;
use crate::channel::windows::{self, Windows};
use crate::channel::{Channel, LONGEST_PHRASE};
use crate::error::{Error, Result};
use crate::progress::Progress;
use crate::text::Vocabulary;
use crate::text::token::is_word;
use rustc_hash::FxHashMap;
use std::ops::Range;

/// Simulated pairs that the aligner learns from.
const MOST_SIMULATED: usize = 50_000;

/// What the channel is learned from, and whether what is counted is kept.
pub(super) struct Counting<'c> {
    pub(super) recipe: &'c Recipe,
    pub(super) corpus: &'c Corpus,
    /// Pairs that lie elsewhere, which come after those of the corpus.
    pub(super) parts: &'c [&'c dyn Parts],
    /// Counts of earlier pairs, whose words have the same numbers.
    pub(super) before: Option<KeptCounts>,
    pub(super) keep: bool,
}

/// Learns the channel from all pairs; the counts are there if they are to be kept.
pub(super) fn train(
    counting: Counting<'_>,
    vocabulary: &Vocabulary,
    progress: &dyn Progress,
) -> Result<(Channel, Option<KeptCounts>)> {
    let corpus = counting.corpus;
    let mut counter = Counter::new(counting)?;
    for batch in &corpus.batches {
        counter.count(batch, progress)?;
    }
    for &parts in counter.parts {
        counter.count_elsewhere(parts, progress)?;
    }
    counter.finish(vocabulary, progress)
}

/// The first pairs of a source.
struct First<'p, S> {
    pairs: &'p S,
    most: usize,
}

impl<S: PairSource> PairSource for First<'_, S> {
    fn chunks(&self) -> usize {
        self.pairs.chunks().min(self.most.div_ceil(CHUNK_PAIRS))
    }

    fn read(&self, index: usize, out: &mut Pairs) -> Result<()> {
        self.pairs.read(index, out)
    }
}

/// Counts of all sources, one after the other.
struct Counter<'c> {
    recipe: &'c Recipe,
    corpus: &'c Corpus,
    parts: &'c [&'c dyn Parts],
    /// By word: whether it may be part of a substitution.
    prose: Vec<bool>,
    aligner: Aligner,
    links: LexicalWeights,
    substitutions: Substitutions,
    table: Table,
}

/// What a chunk of pairs adds.
#[derive(Default)]
pub(super) struct Added {
    pub(super) links: FxHashMap<WordLink, u32>,
    pub(super) substitutions: Vec<Substitution>,
}

pub(super) struct Substitution {
    pub(super) original: Vec<u32>,
    pub(super) spun: Vec<u32>,
    column: usize,
    count: u32,
}

impl<'c> Counter<'c> {
    fn new(counting: Counting<'c>) -> Result<Self> {
        let Counting { recipe, corpus, parts, before, keep } = counting;
        if keep && !parts.is_empty() {
            return Err(Error::config("no counts are kept of pairs that lie elsewhere"));
        }
        let mut table = Table { windows: keep.then(Windows::none), ..Table::default() };
        let substitutions = match &before {
            Some(before) => before.substitutions(recipe.memory)?,
            None => Substitutions::new(recipe.memory),
        };
        let (learned, links) = match before {
            Some(before) => {
                (table.all, table.windows) = (before.all, Some(before.windows));
                (before.learned, before.links)
            }
            None => Default::default(),
        };
        let prose = corpus.words.words().map(is_prose).collect();
        let aligner = Aligner::new(&recipe.align, learned)?;
        Ok(Self { recipe, corpus, parts, prose, aligner, links, substitutions, table })
    }

    /// Aligns the pairs of a source and counts their substitutions and word links.
    fn count(&mut self, batch: &Batch, progress: &dyn Progress) -> Result<()> {
        let words = &self.corpus.words;
        // Our own spinner's pairs are many and known.
        let most = if batch.known == Known::Edits { MOST_SIMULATED } else { usize::MAX };
        let aligned = First { pairs: &batch.words, most };
        if batch.known != Known::Links {
            let pairs = aligned.chunks() * CHUNK_PAIRS;
            progress.stage("align", Some((pairs * self.recipe.align.hmm_passes) as u64));
            let advance = |pairs| progress.advance(pairs);
            self.aligner.learn(&Here(&aligned), words.len(), |word| words.word(word), &advance)?;
        }
        progress.stage("count substitutions", Some(batch.words.len() as u64));
        let Self { aligner, links, substitutions, prose, .. } = self;
        let worker = || (aligner.worker(), <[Pairs; 2]>::default());
        let of_chunk = |(worker, [pairs, notes]): &mut (AlignWorker, [Pairs; 2]), index| {
            batch.words.read(index, pairs)?;
            batch.notes.read(index, notes)?;
            let mut added = Added::default();
            for (pair, (note, known)) in pairs.iter().zip(notes.iter()) {
                let pair = OfPair { pair, note, known, prose };
                pair.count(batch.known, (index < aligned.chunks()).then_some(worker), &mut added);
            }
            Ok(added)
        };
        in_order(batch.words.chunks(), worker, of_chunk, |chunks| {
            progress.advance((chunks.len() * CHUNK_PAIRS) as u64);
            for added in chunks {
                added.links.into_iter().for_each(|(link, count)| links.add(link, count));
                for Substitution { original, spun, column, count } in &added.substitutions {
                    substitutions.add(original, spun, *column, *count)?;
                }
            }
            Ok(())
        })
    }

    /// The same of pairs that lie elsewhere.
    fn count_elsewhere(&mut self, parts: &dyn Parts, progress: &dyn Progress) -> Result<()> {
        let words = &self.corpus.words;
        let elsewhere = Elsewhere { parts, words: Words::of(words) };
        progress.stage("align elsewhere", None);
        self.aligner.learn(&elsewhere, words.len(), |word| words.word(word), &|_| ())?;
        progress.stage("count substitutions elsewhere", None);
        let extracted = elsewhere.extract(self.aligner.model())?;
        let most = |count: u64| u32::try_from(count).unwrap_or(u32::MAX);
        extracted.links.into_iter().for_each(|(link, count)| self.links.add(link, most(count)));
        let column = Source::Real.column();
        for (original, spun, count) in extracted.substitutions {
            let count = most(count).saturating_mul(ONE);
            self.substitutions.add(&original, &spun, column, count)?;
        }
        Ok(())
    }

    /// Counts the places of all phrases, and scores their substitutions.
    fn finish(
        self,
        vocabulary: &Vocabulary,
        progress: &dyn Progress,
    ) -> Result<(Channel, Option<KeptCounts>)> {
        let Self { recipe, corpus, parts, prose, aligner, links, .. } = self;
        let Self { mut substitutions, mut table, .. } = self;
        let config = &recipe.channel;
        if substitutions.spills() > 0 {
            progress.note(&format!("counts spilled {} times", substitutions.spills()));
        }
        let numbers: Vec<Option<u32>> =
            corpus.words.words().map(|word| vocabulary.id(word)).collect();
        let known = |word: u32| numbers[word as usize].is_some();
        let phrases = &mut substitutions.phrases;
        let announced: Vec<Announced> =
            corpus.offers.iter().map(|offers| offers.announce(known, phrases)).collect();
        let keep = table.windows.is_some();
        let (mut total, mut all_groups) = (0, Vec::new());
        let phrases = substitutions.finish(|mut group| {
            table.list_places(&group);
            total += group.originals.len();
            if keep {
                all_groups.push(group.clone());
            }
            group.originals.retain(|(_, counts)| config.keeps(counts));
            if !group.originals.is_empty() {
                table.groups.push(group);
            }
            Ok(())
        })?;
        progress.note(&format!("{total} substitutions"));
        progress.stage("count places", Some(corpus.pairs() as u64));
        table.forget_others(&phrases, announced.iter().flat_map(Announced::phrases));
        let in_text = || corpus.batches.iter().filter(|batch| batch.known != Known::Whole);
        table.places_before(&phrases)?;
        for batch in in_text() {
            table.observe(batch, &phrases, progress)?;
        }
        for &parts in parts {
            let elsewhere = Elsewhere { parts, words: Words::of(&corpus.words) };
            table.observe_elsewhere(&elsewhere.places(&phrases, &table.wanted)?);
        }
        if let Some(windows) = &mut table.windows {
            progress.stage("count words in a row", Some(corpus.pairs() as u64));
            let mut tally = Tally::new(recipe.memory);
            for batch in in_text() {
                count_windows(batch, &prose, &mut tally, progress)?;
            }
            *windows = Windows::collect(tally, windows)?;
        }
        progress.stage("score substitutions", None);
        let Table { mut groups, places: [original, spun], all, windows, .. } = table;
        let mut offered = FxHashMap::default();
        announced.iter().for_each(|offers| offers.count(&original, &mut groups, &mut offered));
        let channel = {
            let (phrases, groups, offered) = (&phrases, &groups[..], &offered);
            let (original, spun) = (&original, &spun);
            let estimate = Estimate { config, phrases, groups, offered, spun, original, all };
            estimate.channel(&links, |word| numbers[word as usize])
        };
        let kept = windows.map(|windows| KeptCounts {
            channel: checksum(&channel),
            words: corpus.words.words().map(str::to_string).collect(),
            learned: aligner.into_learned(),
            links,
            phrases,
            groups: all_groups,
            all,
            windows,
            offers: corpus.offers.clone(),
        });
        Ok((channel, kept))
    }
}

/// Counts every run of words of a source.
fn count_windows(
    batch: &Batch,
    prose: &[bool],
    tally: &mut Tally,
    progress: &dyn Progress,
) -> Result<()> {
    let of_chunk = |[pairs, notes]: &mut [Pairs; 2], index| {
        batch.words.read(index, pairs)?;
        batch.notes.read(index, notes)?;
        let mut found = Vec::new();
        for ((original, spun), (note, _)) in pairs.iter().zip(notes.iter()) {
            for (side, sentence) in [original, spun].into_iter().enumerate() {
                let column = (side, note[0] as usize);
                windows::keys(sentence, |word| prose[word as usize], column, &mut found);
            }
        }
        found.sort_unstable();
        let counted = found.chunk_by(|a, b| a == b);
        Ok(counted.map(|same| (same[0], same.len() as u32)).collect::<Vec<_>>())
    };
    in_order(batch.words.chunks(), Default::default, of_chunk, |chunks| {
        progress.advance((chunks.len() * CHUNK_PAIRS) as u64);
        let counts = chunks.into_iter().flatten();
        counts.into_iter().try_for_each(|((key, column), count)| tally.add(key, column, count))
    })
}

/// The substitutions that are kept, and the places where their phrases stand.
#[derive(Default)]
struct Table {
    groups: Vec<Group>,
    /// Every run of words of earlier pairs, if such counts are kept.
    windows: Option<Windows>,
    /// On the original and on the spun side.
    places: [Places; 2],
    /// All words on the original side.
    all: WordCounts,
    /// By phrase: whether its places matter.
    wanted: Vec<bool>,
}

impl Table {
    /// A row of a list is a place, too.
    fn list_places(&mut self, group: &Group) {
        let list = Source::List.column();
        let mut place = |side: usize, phrase: u32, count: u32| {
            if count > 0 {
                let counts = self.places[side].entry(phrase).or_default();
                counts[list] = counts[list].saturating_add(count);
            }
        };
        group.originals.iter().for_each(|(original, counts)| place(0, *original, counts[list]));
        place(1, group.spun, group.changed[list]);
    }

    /// Marks the phrases of the substitutions that are kept, and `offered` ones.
    fn forget_others(&mut self, phrases: &Phrases, offered: impl Iterator<Item = u32>) {
        self.wanted = vec![false; phrases.len()];
        offered.for_each(|phrase| self.wanted[phrase as usize] = true);
        for group in &self.groups {
            self.wanted[group.spun as usize] = true;
            group.originals.iter().for_each(|(original, _)| self.wanted[*original as usize] = true);
        }
    }

    /// Counts the places in the sentences of earlier pairs.
    fn places_before(&mut self, phrases: &Phrases) -> Result<()> {
        let Some(windows) = &self.windows else { return Ok(()) };
        windows.places(phrases, |phrase| self.wanted[phrase as usize], &mut self.places)
    }

    /// Counts the places in the sentences of a source.
    fn observe(&mut self, batch: &Batch, phrases: &Phrases, progress: &dyn Progress) -> Result<()> {
        type Seen = (FxHashMap<(u32, u8, u8), u32>, WordCounts);
        let Self { places, all, wanted, .. } = self;
        let of_chunk = |[pairs, notes]: &mut [Pairs; 2], index| -> Result<Seen> {
            batch.words.read(index, pairs)?;
            batch.notes.read(index, notes)?;
            let (mut seen, mut words): Seen = Default::default();
            for ((original, spun), (note, _)) in pairs.iter().zip(notes.iter()) {
                let column = note[0];
                words[column as usize] += original.len() as u64;
                for (side, sentence) in [(0, original), (1, spun)] {
                    observe(phrases, sentence, |phrase| {
                        if wanted[phrase as usize] {
                            *seen.entry((phrase, side, column as u8)).or_default() += 1;
                        }
                    });
                }
            }
            Ok((seen, words))
        };
        in_order(batch.words.chunks(), Default::default, of_chunk, |chunks| {
            progress.advance((chunks.len() * CHUNK_PAIRS) as u64);
            for (seen, words) in chunks {
                for ((phrase, side, column), count) in seen {
                    let counts = places[usize::from(side)].entry(phrase).or_default();
                    let count = count.saturating_mul(ONE);
                    counts[usize::from(column)] = counts[usize::from(column)].saturating_add(count);
                }
                all.iter_mut().zip(words).for_each(|(sum, count)| *sum += count);
            }
            Ok(())
        })
    }
}

impl Table {
    /// Takes the places in the sentences of pairs that lie elsewhere.
    fn observe_elsewhere(&mut self, found: &Found) {
        let column = Source::Real.column();
        for &(side, phrase, count) in &found.places {
            let counts = self.places[side].entry(phrase).or_default();
            let count = u32::try_from(count).unwrap_or(u32::MAX).saturating_mul(ONE);
            counts[column] = counts[column].saturating_add(count);
        }
        self.all[column] += found.words;
    }
}

/// A pair with what stands beside it.
pub(super) struct OfPair<'p> {
    pub(super) pair: (&'p [u32], &'p [u32]),
    pub(super) note: &'p [u32],
    pub(super) known: &'p [u32],
    pub(super) prose: &'p [bool],
}

impl OfPair<'_> {
    /// Counts the pair's substitutions, and its links, if it has any or `aligner` is there
    /// to find them.
    pub(super) fn count(&self, known: Known, aligner: Option<&mut AlignWorker>, added: &mut Added) {
        let (original, spun) = self.pair;
        let mut links = Vec::new();
        let linked = match (known, aligner) {
            (Known::Links, _) => {
                // They were held against the pair when they were read.
                let link = |&[o, s]: &[u32; 2]| (o as u16, s as u16);
                links.extend(self.known.as_chunks().0.iter().map(link));
                true
            }
            (_, Some(aligner)) => {
                aligner.align(original, spun, &mut links);
                true
            }
            (_, None) => false,
        };
        if linked {
            each_link(original, spun, &links, |link| *added.links.entry(link).or_default() += 1);
        }
        match known {
            Known::Whole => self.substitution(0..original.len(), 0..spun.len(), added),
            Known::Edits => {
                for edit in self.known.as_chunks().0 {
                    let [a, b, c, d] = edit.map(|end| end as usize);
                    self.substitution(a..b, c..d, added);
                }
            }
            Known::Nothing | Known::Links => {
                let limits = Limits { original: LONGEST_PHRASE, spun: LONGEST_PHRASE };
                extract(original.len(), spun.len(), &links, &limits, &mut |o, s| {
                    if is_minimal(&o, &s, &links) {
                        self.substitution(o, s, added);
                    }
                });
            }
        }
    }

    fn substitution(&self, original: Range<usize>, spun: Range<usize>, added: &mut Added) {
        let (original, spun) = (&self.pair.0[original], &self.pair.1[spun]);
        let prose = |phrase: &[u32]| phrase.iter().all(|&word| self.prose[word as usize]);
        if original != spun && prose(original) && prose(spun) {
            let (original, spun) = (original.to_vec(), spun.to_vec());
            let (column, count) = (self.note[0] as usize, self.note[1]);
            added.substitutions.push(Substitution { original, spun, column, count });
        }
    }
}

/// True unless the pair can be cut in two that the links allow as well.
fn is_minimal(original: &Range<usize>, spun: &Range<usize>, links: &[(u16, u16)]) -> bool {
    let inside = |&&(o, s): &&(u16, u16)| {
        original.contains(&usize::from(o)) && spun.contains(&usize::from(s))
    };
    let links: Vec<(usize, usize)> =
        links.iter().filter(inside).map(|&(o, s)| (usize::from(o), usize::from(s))).collect();
    let cuts = (original.start + 1..original.end)
        .flat_map(|o| (spun.start + 1..spun.end).map(move |s| (o, s)));
    let divides = |(cut_o, cut_s): (usize, usize)| {
        let sides = |&(o, s): &(usize, usize)| (o < cut_o) == (s < cut_s);
        let left = links.iter().any(|&(o, _)| o < cut_o);
        let right = links.iter().any(|&(o, _)| o >= cut_o);
        left && right && links.iter().all(sides)
    };
    !cuts.into_iter().any(divides)
}

/// True for a word, and for the signs that stand for words.
pub(super) fn is_prose(word: &str) -> bool {
    word.chars().any(is_word) || matches!(word, "%" | "$")
}

impl Lexicon for LexicalWeights {
    fn spin(&self, original: u32, spun: u32) -> f32 {
        self.get(Some(original), Some(spun))[0] as f32
    }

    fn restore(&self, spun: u32, original: u32) -> f32 {
        self.get(Some(original), Some(spun))[1] as f32
    }
}
