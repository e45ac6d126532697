//! The channel model: what a spinner writes for what, and how often it leaves a
//! word alone.
//!
//! A trie of spun phrases, walked a word at a time by the lattice, leads to the
//! candidate originals of each phrase with their probabilities in both
//! directions (Koehn, Och & Marcu 2003), quantised to an eighth of a nat.

pub(crate) mod counts;
pub(crate) mod extract;
pub(crate) mod score;
mod significance;
pub(crate) mod tally;
pub(crate) mod windows;

use crate::error::Result;
use crate::model::section::{Array, SectionReader, SectionWriter};
use std::ops::Range;

/// No phrase has more words, on either side.
pub(crate) const LONGEST_PHRASE: usize = 7;

/// Steps of a stored log probability within one nat.
const STEPS: f32 = 8.0;

/// Originals that are rarer for their spun word are no rivals of it.
const LEAST_RIVAL: f32 = 0.005;

/// Engine families that a model tells apart, at most.
pub(crate) const FAMILIES: usize = 8;

/// A number for each engine family.
pub(crate) type ByFamily = [f32; FAMILIES];

/// Where a candidate was seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Evidence(pub(crate) u8);

impl Evidence {
    pub(crate) const REAL: u8 = 1;
    pub(crate) const SIMULATED: u8 = 2;
    pub(crate) const LIST: u8 = 4;
    pub(crate) const THESAURUS: u8 = 8;
    pub(crate) const PARAPHRASES: u8 = 16;
    pub(crate) const PIVOT: u8 = 32;

    /// True if a thesaurus or a list of paraphrases has it, or both words are known to
    /// stand for a third.
    pub(crate) fn is_offered(self) -> bool {
        self.has(Self::THESAURUS | Self::PARAPHRASES | Self::PIVOT)
    }

    /// True if nothing else has it.
    pub(crate) fn is_only_offered(self) -> bool {
        self.is_offered() && !self.has(Self::REAL | Self::SIMULATED | Self::LIST)
    }

    pub(crate) fn has(self, source: u8) -> bool {
        self.0 & source != 0
    }
}

/// What may have stood where a spun phrase stands. Probabilities are natural logs.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Candidate {
    pub(crate) original: Vec<u32>,
    pub(crate) scores: Scores,
    /// log p(original | spun) in documents of each engine family.
    pub(crate) families: ByFamily,
    pub(crate) evidence: Evidence,
}

/// The log probabilities of a candidate.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Scores {
    /// log p(original | spun), over all the places where the spun phrase stands.
    pub(crate) restore: f32,
    /// log p(spun | original).
    pub(crate) spin: f32,
    /// Lexical weight of the original given the spun phrase.
    pub(crate) restore_words: f32,
    /// Lexical weight of the spun phrase given the original.
    pub(crate) spin_words: f32,
}

impl Scores {
    fn to_array(self) -> [f32; 4] {
        [self.restore, self.spin, self.restore_words, self.spin_words]
    }

    fn from_array([restore, spin, restore_words, spin_words]: [f32; 4]) -> Self {
        Self { restore, spin, restore_words, spin_words }
    }
}

/// A spun phrase with all that is known of it; what the model is packed from.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    pub(crate) spun: Vec<u32>,
    /// log p(left alone | the phrase stands there).
    pub(crate) keep: f32,
    /// The same in documents of each engine family.
    pub(crate) keep_families: ByFamily,
    pub(crate) candidates: Vec<Candidate>,
}

/// A place in the trie of spun phrases.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Node(u32);

/// The substitution table, read in place.
#[derive(Clone)]
pub(crate) struct Channel {
    /// Word that leads to a node from its parent; children of a node are sorted.
    words: Array<u32>,
    /// First child of each node; a node's children end where the next one's start.
    children: Array<u32>,
    /// First candidate of each node, likewise.
    candidates: Array<u32>,
    /// Quantised log p(left alone) of the phrase that ends at each node.
    keep: Array<u8>,
    /// The same by engine family, [`FAMILIES`] a node.
    keep_families: Array<u8>,
    /// Phrase number, four quantised scores, [`FAMILIES`] more and evidence of each
    /// candidate.
    phrases: Array<u32>,
    scores: Array<u8>,
    families: Array<u8>,
    evidence: Array<u8>,
    /// Words of original phrase p: `pool[bounds[p]..bounds[p + 1]]`.
    bounds: Array<u32>,
    pool: Array<u32>,
}

impl Channel {
    /// The empty phrase, where every walk begins.
    pub(crate) fn root(&self) -> Node {
        Node(0)
    }

    /// The node of the phrase one word longer, if any spun phrase begins so.
    #[inline]
    pub(crate) fn child(&self, node: Node, word: u32) -> Option<Node> {
        let mut range = self.range(&self.children, node.0);
        while range.start < range.end {
            let middle = (range.start + range.end) / 2;
            match self.words.get(middle) {
                found if found < word => range.start = middle + 1,
                found if found > word => range.end = middle,
                _ => return Some(Node(middle as u32)),
            }
        }
        None
    }

    /// log p(left alone) of the phrase at `node`, if the phrase was counted.
    pub(crate) fn keep(&self, node: Node) -> f32 {
        dequantise(self.keep.get(node.0 as usize))
    }

    /// log p(left alone) of the phrase at `node`, in the mixture of families.
    #[inline]
    pub(crate) fn keep_in(&self, node: Node, mixture: &ByFamily) -> f32 {
        mixed(&self.keep_families, node.0 as usize, mixture)
    }

    /// log p(original | spun) of candidate `index`, in the mixture of families.
    #[inline]
    pub(crate) fn restore_in(&self, index: usize, mixture: &ByFamily) -> f32 {
        mixed(&self.families, index, mixture)
    }

    /// log p(original | spun) of candidate `index` by family.
    pub(crate) fn restore_by_family(&self, index: usize) -> ByFamily {
        std::array::from_fn(|f| dequantise(self.families.get(index * FAMILIES + f)))
    }

    /// Numbers of the candidates of the phrase that ends at `node`.
    #[inline]
    pub(crate) fn candidates(&self, node: Node) -> Range<usize> {
        self.range(&self.candidates, node.0)
    }

    /// The words of candidate `index`.
    #[inline]
    pub(crate) fn original(&self, index: usize) -> impl ExactSizeIterator<Item = u32> + '_ {
        let range = self.range(&self.bounds, self.phrases.get(index));
        range.map(|at| self.pool.get(at))
    }

    /// The scores of candidate `index`.
    #[inline]
    pub(crate) fn scores(&self, index: usize) -> Scores {
        Scores::from_array(std::array::from_fn(|k| dequantise(self.scores.get(4 * index + k))))
    }

    /// Where candidate `index` was seen.
    #[inline]
    pub(crate) fn evidence(&self, index: usize) -> Evidence {
        Evidence(self.evidence.get(index))
    }

    /// Every substitution of one word for one that was seen and not only offered, and is
    /// no rarity among those of its spun word, `(original, spun)`.
    pub(crate) fn word_pairs(&self) -> Vec<(u32, u32)> {
        let words = self.range(&self.children, 0);
        let of_word = |node: usize| {
            let candidates = self.candidates(Node(node as u32)).filter(|&candidate| {
                let likely = self.scores(candidate).restore >= LEAST_RIVAL.ln();
                likely && !self.evidence(candidate).is_only_offered()
            });
            let originals = candidates.map(|candidate| self.original(candidate));
            let single = originals.filter(|original| original.len() == 1).flatten();
            single.map(move |original| (original, self.words.get(node)))
        };
        words.flat_map(of_word).collect()
    }

    /// The node of a whole phrase.
    pub(crate) fn find(&self, phrase: &[u32]) -> Option<Node> {
        phrase.iter().try_fold(self.root(), |node, &word| self.child(node, word))
    }

    /// Spun phrases with a candidate, and candidates in all.
    pub(crate) fn counts(&self) -> (usize, usize) {
        let nodes = 0..self.words.len() as u32;
        let phrases = nodes.filter(|&node| !self.candidates(Node(node)).is_empty()).count();
        (phrases, self.phrases.len())
    }

    #[inline]
    fn range(&self, starts: &Array<u32>, index: u32) -> Range<usize> {
        let index = index as usize;
        starts.get(index) as usize..starts.get(index + 1) as usize
    }

    /// Packs entries; their order does not matter, but no phrase may come twice.
    pub(crate) fn new(mut entries: Vec<Entry>) -> Self {
        entries.sort_by(|a, b| a.spun.cmp(&b.spun));
        let mut writer = SectionWriter::default();
        pack(&entries, &mut writer);
        let mut reader = SectionReader::new("channel", writer.finish().into());
        Self::read(&mut reader).expect("what was written a line ago")
    }

    pub(crate) fn write(&self, writer: &mut SectionWriter) {
        writer.array(self.words.iter());
        writer.array(self.children.iter());
        writer.array(self.candidates.iter());
        writer.array(self.keep.iter());
        writer.array(self.keep_families.iter());
        writer.array(self.phrases.iter());
        writer.array(self.scores.iter());
        writer.array(self.families.iter());
        writer.array(self.evidence.iter());
        writer.array(self.bounds.iter());
        writer.array(self.pool.iter());
    }

    pub(crate) fn read(reader: &mut SectionReader) -> Result<Self> {
        let words = reader.array::<u32>()?;
        let nodes = words.len();
        let children = starts(reader, Some(nodes), nodes)?;
        let candidates = reader.array_of::<u32>(nodes + 1)?;
        let keep = reader.array_of::<u8>(nodes)?;
        let keep_families = reader.array_of::<u8>(FAMILIES * nodes)?;
        let phrases = reader.array::<u32>()?;
        check_starts(reader, &candidates, phrases.len())?;
        let scores = reader.array_of::<u8>(4 * phrases.len())?;
        let families = reader.array_of::<u8>(FAMILIES * phrases.len())?;
        let evidence = reader.array_of::<u8>(phrases.len())?;
        let bounds = reader.array::<u32>()?;
        let pool = reader.array::<u32>()?;
        check_starts(reader, &bounds, pool.len())?;
        let known = bounds.len().saturating_sub(1);
        let bounded = phrases.iter().all(|phrase| (phrase as usize) < known);
        reader.check(bounded, format!("phrases below {known}"), "a larger one")?;
        // Children lie behind their parent, so that no walk can go round.
        let forward = (0..nodes).all(|node| children.get(node) as usize > node);
        reader.check(nodes > 0 && forward, "a trie in breadth-first order", "another order")?;
        Ok(Self {
            words,
            children,
            candidates,
            keep,
            keep_families,
            phrases,
            scores,
            families,
            evidence,
            bounds,
            pool,
        })
    }
}

fn starts(reader: &mut SectionReader, count: Option<usize>, end: usize) -> Result<Array<u32>> {
    let array = match count {
        Some(count) => reader.array_of::<u32>(count + 1)?,
        None => reader.array::<u32>()?,
    };
    check_starts(reader, &array, end)?;
    Ok(array)
}

/// Starts must not fall, and the last one must be `end`.
fn check_starts(reader: &SectionReader, starts: &Array<u32>, end: usize) -> Result<()> {
    let mut before = 0;
    let rising = starts.iter().all(|start| {
        let rising = start >= before;
        before = start;
        rising
    });
    let ends = starts.len() > 0 && before as usize == end;
    reader.check(rising && ends, format!("offsets rising to {end}"), before)
}

/// Writes sorted entries as a breadth-first trie.
fn pack(entries: &[Entry], writer: &mut SectionWriter) {
    let mut words = vec![0u32];
    let mut children = Vec::new();
    let mut candidates = Vec::new();
    let (mut keep, mut keep_families) = (Vec::new(), Vec::new());
    let mut packed = Candidates::default();
    // A node is a range of entries that share their first `depth` words.
    let mut level: Vec<Range<usize>> = std::iter::once(0..entries.len()).collect();
    let mut depth = 0;
    while !level.is_empty() {
        let mut below = Vec::new();
        for node in &level {
            let mut rest = node.clone();
            children.push((words.len()) as u32);
            candidates.push(packed.phrases.len() as u32);
            match entries.get(rest.start) {
                Some(entry) if !rest.is_empty() && entry.spun.len() == depth => {
                    keep.push(quantise(entry.keep));
                    keep_families.extend(entry.keep_families.map(quantise));
                    entry.candidates.iter().for_each(|candidate| packed.push(candidate));
                    rest.start += 1;
                }
                _ => {
                    keep.push(0);
                    keep_families.extend([0; FAMILIES]);
                }
            }
            while rest.start < rest.end {
                let word = entries[rest.start].spun[depth];
                let group = &entries[rest.clone()];
                let len = group.iter().take_while(|entry| entry.spun[depth] == word).count();
                words.push(word);
                below.push(rest.start..rest.start + len);
                rest.start += len;
            }
        }
        level = below;
        depth += 1;
    }
    children.push(words.len() as u32);
    candidates.push(packed.phrases.len() as u32);
    writer.array(words);
    writer.array(children);
    writer.array(candidates);
    writer.array(keep);
    writer.array(keep_families);
    writer.array(packed.phrases);
    writer.array(packed.scores);
    writer.array(packed.families);
    writer.array(packed.evidence);
    writer.array(packed.bounds.iter().copied().chain([packed.pool.len() as u32]));
    writer.array(packed.pool);
}

#[derive(Default)]
struct Candidates {
    phrases: Vec<u32>,
    scores: Vec<u8>,
    families: Vec<u8>,
    evidence: Vec<u8>,
    bounds: Vec<u32>,
    pool: Vec<u32>,
    numbers: rustc_hash::FxHashMap<Vec<u32>, u32>,
}

impl Candidates {
    fn push(&mut self, candidate: &Candidate) {
        let next = self.bounds.len() as u32;
        let number = *self.numbers.entry(candidate.original.clone()).or_insert(next);
        if number == next {
            self.bounds.push(self.pool.len() as u32);
            self.pool.extend_from_slice(&candidate.original);
        }
        self.phrases.push(number);
        self.scores.extend(candidate.scores.to_array().map(quantise));
        self.families.extend(candidate.families.map(quantise));
        self.evidence.push(candidate.evidence.0);
    }
}

/// Log of the mean of the stored probabilities of one item, weighted by `mixture`.
#[inline]
fn mixed(codes: &Array<u8>, item: usize, mixture: &ByFamily) -> f32 {
    let codes = &codes.as_slice()[item * FAMILIES..(item + 1) * FAMILIES];
    let sum: f32 = codes.iter().zip(mixture).map(|(&code, share)| share * exponential(code)).sum();
    sum.max(f32::MIN_POSITIVE).ln()
}

/// The probability that a code stands for.
#[inline]
fn exponential(code: u8) -> f32 {
    static TABLE: std::sync::LazyLock<[f32; 256]> =
        std::sync::LazyLock::new(|| std::array::from_fn(|code| dequantise(code as u8).exp()));
    TABLE[code as usize]
}

fn quantise(log: f32) -> u8 {
    (-log * STEPS).round().clamp(0.0, 255.0) as u8
}

fn dequantise(code: u8) -> f32 {
    -f32::from(code) / STEPS
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeMap;

    fn entry(spun: Vec<u32>, originals: &[u32]) -> Entry {
        let candidate = |&word: &u32| Candidate {
            original: vec![word; 1 + word as usize % 3],
            scores: Scores::from_array([-1.0, -2.5, -0.125, -30.0]),
            families: [-1.0; FAMILIES],
            evidence: Evidence(Evidence::REAL),
        };
        let candidates = originals.iter().map(candidate).collect();
        Entry { spun, keep: -0.5, keep_families: [-0.5; FAMILIES], candidates }
    }

    proptest! {
        #[test]
        fn finds_what_a_map_finds(
            map in prop::collection::btree_map(prop::collection::vec(3u32..7, 1..4), prop::collection::vec(3u32..9, 1..4), 0..30),
            asked in prop::collection::vec(prop::collection::vec(3u32..8, 1..5), 30),
        ) {
            let map: BTreeMap<Vec<u32>, Vec<u32>> = map;
            let channel = Channel::new(map.iter().rev().map(|(s, o)| entry(s.clone(), o)).collect());
            for phrase in map.keys().chain(&asked) {
                let found: Vec<Vec<u32>> = channel.find(phrase).map_or(vec![], |node| {
                    channel.candidates(node).map(|c| channel.original(c).collect()).collect()
                });
                let expected: Vec<Vec<u32>> = map.get(phrase).map_or(vec![], |originals| {
                    originals.iter().map(|&word| vec![word; 1 + word as usize % 3]).collect()
                });
                prop_assert_eq!(found, expected);
            }
            prop_assert_eq!(channel.counts().0, map.len());
        }

        #[test]
        fn damaged_bytes_never_panic(at in 0usize..400, value: u8) {
            let channel = Channel::new(vec![entry(vec![3, 4], &[5]), entry(vec![3], &[6, 7])]);
            let mut writer = SectionWriter::default();
            channel.write(&mut writer);
            let mut bytes = writer.finish();
            let at = at % bytes.len();
            bytes[at] = value;
            if let Ok(channel) = Channel::read(&mut SectionReader::new("channel", bytes.into())) {
                for word in 0..9 {
                    if let Some(node) = channel.child(channel.root(), word) {
                        for candidate in channel.candidates(node) {
                            prop_assert!(channel.original(candidate).len() < 10);
                        }
                    }
                }
            }
        }
    }

    #[test]
    fn scores_are_kept_to_an_eighth() {
        let channel = Channel::new(vec![entry(vec![3], &[5])]);
        let node = channel.find(&[3]).unwrap();
        assert_eq!(channel.keep(node), -0.5);
        let mut half = [0.0; FAMILIES];
        half[1] = 0.5;
        assert!((channel.keep_in(node, &half) - (0.5 * (-0.5f32).exp()).ln()).abs() < 1e-6);
        let scores = channel.scores(channel.candidates(node).start);
        assert_eq!(scores.to_array(), [-1.0, -2.5, -0.125, -30.0]);
    }
}
