//! How heavily a document is spun: what a first pass tells the second.
//!
//! A spinner changes a fifth of the words or none. A word that is likelier
//! another in one place is weak evidence; many of them in one document are strong.

use super::{DecodeConfig, Workspace};
use crate::channel::{Evidence, FAMILIES};
use crate::lattice::elsewhere::Elsewhere;
use crate::lattice::{Kind, Manner, Sentence};
use crate::model::Model;
use crate::topic::Topic;
use crate::vectors::Pooled;
use rustc_hash::FxHashMap;
use std::ops::Add;

/// Share of the words that a first pass expects to be changed in spun text, and
/// for how many words of a document this expectation counts.
const USUAL: f64 = 0.1;
const TRUST: f64 = 20.0;
/// Share of the changes of an engine that really spun pairs do not show which they show by
/// chance, and for how many changes of a document this expectation counts.
const BY_CHANCE: f64 = 0.1;
const TRUST_CHANCE: f64 = 5.0;
/// How often documents are read while weights are learned: each reading knows what the
/// one before has found.
pub(crate) const READINGS: usize = 2;
/// Share of the words below which a document that was read once needs no second judgement, and
/// how much further from the usual share, in logs, another reading would find it: less
/// evidence for one change is less for its neighbours, too.
const SETTLED: f64 = 0.045;
const FURTHER: f32 = 2.3;
/// The first pass needs no fine distinctions.
const BEAM: usize = 4;
/// How much further below others, in nats, a candidate may stand to be looked at where the
/// document may yet turn out to be spun otherwise.
const LEEWAY: f32 = 1.0;
/// Candidates with less of a chance in a first reading are not looked at again, from coarse to
/// fine (Charniak & Johnson 2005). What the reading itself did not look at is.
const NO_CHANCE: f64 = 0.001;

/// How much of the likelihood of an engine family is believed: what happens to
/// one word of a document and to another is not independent.
const TEMPER: f64 = 0.3;
/// How likely a sentence was spun by another engine than its document seems to be.
const STRAY: f64 = 0.2;

/// What one sentence shows of how it was spun.
#[derive(Clone, Debug, Default)]
pub(crate) struct Signs {
    sums: Sums,
    /// How often each word is expected in what the author wrote, sorted by word.
    words: Vec<(u32, f32)>,
    /// What they are about.
    topic: Topic,
    /// Which candidates stand no chance, by their numbers.
    ruled_out: Vec<bool>,
}

/// Words of a stretch of text, how many of them seem changed, and how likely what
/// happened to them is for each engine family.
#[derive(Clone, Copy, Debug, Default)]
struct Sums {
    words: f64,
    changed: f64,
    /// Those of them that really spun pairs show.
    real: f64,
    families: [f64; FAMILIES],
}

impl Add for Sums {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self {
            words: self.words + other.words,
            changed: self.changed + other.changed,
            real: self.real + other.real,
            families: std::array::from_fn(|f| self.families[f] + other.families[f]),
        }
    }
}

impl Signs {
    /// Reads the signs of one sentence, given what is known of its document; the workspace
    /// tells afterwards what the reading saw.
    pub(crate) fn read(
        model: &Model,
        sentence: &Sentence<'_>,
        manner: Manner<'_>,
        with: &mut Workspace,
    ) -> Self {
        with.search(model, sentence, manner, &DecodeConfig::doubtful(BEAM));
        Self::of(model, sentence, with)
    }

    /// The signs of a sentence that was searched.
    pub(crate) fn of(
        model: &Model,
        sentence: &Sentence<'_>,
        Workspace { lattice, graph, .. }: &Workspace,
    ) -> Self {
        let mut sums = Sums { words: sentence.len() as f64, ..Sums::default() };
        let mut words: Vec<(u32, f32)> = Vec::new();
        for (choice, likely) in lattice.choices().iter().zip(graph.choice_posteriors(lattice)) {
            if likely < 0.01 {
                continue;
            }
            words.extend(lattice.words(choice).iter().map(|&word| (word, likely as f32)));
            if choice.kind != Kind::Restore {
                continue;
            }
            let changed = likely * choice.span().len() as f64;
            sums.changed += changed;
            if model.channel.evidence(choice.candidate as usize).has(Evidence::REAL) {
                sums.real += changed;
            }
            let logs = model.channel.restore_by_family(choice.candidate as usize);
            for (sum, log) in sums.families.iter_mut().zip(logs) {
                *sum += likely * f64::from(log);
            }
        }
        words.sort_unstable_by_key(|&(word, _)| word);
        words.dedup_by(|next, kept| {
            let same = next.0 == kept.0;
            kept.1 += if same { next.1 } else { 0.0 };
            same
        });
        let topic = model.topic.of(&words);
        Self { sums, words, topic, ruled_out: Vec::new() }
    }

    /// Rules out what had no chance in the search that they were read from.
    pub(crate) fn ruling_out(
        self,
        sentence: &Sentence<'_>,
        Workspace { lattice, graph, .. }: &Workspace,
    ) -> Self {
        // What the search did not look at may have a chance yet.
        let mut ruled_out = vec![false; sentence.candidates()];
        for (choice, chance) in lattice.choices().iter().zip(graph.chances(lattice)) {
            if let Some(found) = choice.found() {
                ruled_out[found] = chance < NO_CHANCE;
            }
        }
        Self { ruled_out, ..self }
    }
}

impl Sums {
    fn half(self) -> Self {
        let families = self.families.map(|sum| 0.5 * sum);
        let [words, changed, real] = [self.words, self.changed, self.real].map(|sum| 0.5 * sum);
        Self { words, changed, real, families }
    }

    /// The share of the words that seems changed.
    fn share(self) -> f64 {
        (self.changed + TRUST * USUAL) / (self.words + TRUST)
    }

    /// The manner that the signs of a whole document and of one of its sentences
    /// speak for.
    fn manner(self, here: Self) -> Manner<'static> {
        let document = posterior([1.0; FAMILIES], self.families);
        // A document may be put together from what several engines have spun.
        let stray = STRAY / FAMILIES as f64;
        let families = posterior(document.map(|likely| likely + stray), here.families);
        let families = Some(families.map(|likely| likely as f32));
        let rate = (self.share() / USUAL).ln() as f32;
        let real = (self.real + TRUST_CHANCE * BY_CHANCE) / (self.changed + TRUST_CHANCE);
        let real = (real / BY_CHANCE).ln() as f32;
        Manner { rate, real, families, ..Manner::default() }
    }
}

/// How likely each family is by what is known before and the logs of what was seen.
fn posterior(prior: [f64; FAMILIES], logs: [f64; FAMILIES]) -> [f64; FAMILIES] {
    let most = logs.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let likely: [f64; FAMILIES] =
        std::array::from_fn(|f| prior[f] * (TEMPER * (logs[f] - most)).exp());
    let sum: f64 = likely.iter().sum();
    likely.map(|likely| likely / sum)
}

/// What the sentences of a document show together.
#[derive(Clone, Default)]
struct Document {
    sums: Sums,
    words: FxHashMap<u32, f32>,
    topic: Topic,
}

impl Document {
    fn add(&mut self, signs: &Signs) {
        self.sums = self.sums + signs.sums;
        self.topic = self.topic + signs.topic;
        for &(word, count) in &signs.words {
            *self.words.entry(word).or_default() += count;
        }
    }
}

/// What readings have told of documents and their sentences.
pub(crate) struct Readings {
    /// The number of each sentence's document.
    numbers: Vec<usize>,
    signs: Vec<Signs>,
    documents: Vec<Document>,
    /// What each sentence's document is about elsewhere.
    topics: Vec<Pooled>,
    /// Whether enough is known of each document.
    settled: Vec<bool>,
}

impl Readings {
    /// Nothing is known yet of sentences that belong to these documents, which are
    /// numbered from 0.
    pub(crate) fn none(numbers: Vec<usize>) -> Self {
        let count = numbers.iter().max().map_or(0, |last| last + 1);
        let (signs, documents, topics) = Default::default();
        Self { numbers, signs, documents, topics, settled: vec![false; count] }
    }

    /// Reads everything [`READINGS`] times, as suits weights that are still being learned
    /// and tell innocent documents badly; `read` tells the signs by [`Readings::manner`].
    pub(crate) fn thorough(numbers: Vec<usize>, mut read: impl FnMut(&Self) -> Vec<Signs>) -> Self {
        (0..READINGS).fold(Self::none(numbers), |readings, _| {
            let signs = read(&readings);
            readings.with(signs)
        })
    }

    /// Half of what these readings say of documents and sentences, half of what those
    /// `before` them said.
    pub(crate) fn halfway(mut self, before: &Self) -> Self {
        for (signs, before) in self.signs.iter_mut().zip(&before.signs) {
            signs.sums = (signs.sums + before.sums).half();
        }
        for (document, before) in self.documents.iter_mut().zip(&before.documents) {
            document.sums = (document.sums + before.sums).half();
        }
        self
    }

    /// What these `signs` of each sentence tell.
    pub(crate) fn with(self, signs: Vec<Signs>) -> Self {
        let mut documents = vec![Document::default(); self.settled.len()];
        for (&number, signs) in self.numbers.iter().zip(&signs) {
            documents[number].add(signs);
        }
        let pairs = self.numbers.iter().zip(&signs);
        let topic = |(&number, here): (&usize, &Signs)| documents[number].topic - here.topic;
        let topics = pairs.map(|pair| topic(pair).pooled()).collect();
        Self { signs, documents, topics, ..self }
    }

    /// Takes it that of documents which hardly seem spun enough is known.
    pub(crate) fn settle(self) -> Self {
        let is_settled = |document: &Document| document.sums.share() < SETTLED;
        let settled = self.documents.iter().map(is_settled).collect();
        Self { settled, ..self }
    }

    /// Whether enough is known of the document of sentence `number`.
    pub(crate) fn is_settled(&self, number: usize) -> bool {
        self.settled[self.numbers[number]]
    }

    /// How sentence `number` is spun.
    pub(crate) fn manner(&self, number: usize) -> Manner<'_> {
        let Some(here) = self.signs.get(number) else { return Manner::default() };
        let document = &self.documents[self.numbers[number]];
        let elsewhere = Elsewhere {
            counts: &document.words,
            words: (document.sums.words - here.sums.words) as f32,
            own: &here.words,
        };
        let topic = self.topics.get(number);
        let manner = document.sums.manner(here.sums);
        let (further, leeway) = match self.is_settled(number) {
            true => (FURTHER, 0.0),
            false => (1.0, LEEWAY),
        };
        let rate = manner.rate * further;
        let ruled_out = Some(&here.ruled_out[..]).filter(|out| !out.is_empty());
        Manner { elsewhere: Some(elsewhere), topic, rate, leeway, ruled_out, ..manner }
    }
}
