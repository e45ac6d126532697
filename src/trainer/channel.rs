//! The channel stage: align, extract, count, score.

use super::pairs::WordPair;
use super::recipe::Recipe;
use super::thesaurus::{self, Offers};
use crate::align::{Aligner, LexicalWeights, Pairs as Spool};
use crate::channel::counts::{PhraseCounts, Source};
use crate::channel::extract::{Limits, extract};
use crate::channel::score::{Lexicon, score};
use crate::channel::{Channel, LONGEST_PHRASE};
use crate::error::Result;
use crate::progress::Progress;
use crate::spin::SpunSentence;
use crate::text::Vocabulary;
use crate::text::token::{is_word, words};
use crate::text::vocabulary::UNKNOWN;
use rayon::prelude::*;
use rustc_hash::{FxHashMap, FxHashSet};
use std::ops::Range;

/// Simulated pairs that the aligner learns from beside the real ones.
const MOST_SIMULATED: usize = 50_000;

/// A pair with the substitutions between its sides.
struct Counted {
    original: Vec<u32>,
    spun: Vec<u32>,
    edits: Vec<(Range<usize>, Range<usize>)>,
    source: Source,
    count: f32,
}

/// What the channel is learned from.
pub(super) struct Pairs<'t> {
    /// Real pairs and lists.
    pub(super) real: &'t [WordPair],
    pub(super) simulated: &'t [SpunSentence],
    pub(super) offers: &'t [Offers],
}

/// Learns the channel.
pub(super) fn train(
    recipe: &Recipe,
    vocabulary: &Vocabulary,
    index: &FxHashMap<String, u32>,
    pairs: &Pairs<'_>,
    progress: &dyn Progress,
) -> Result<Channel> {
    let number = |sentence: &String| -> Vec<u32> {
        let of = |word: &String| index.get(word).copied().unwrap_or(UNKNOWN);
        words(sentence).iter().map(of).collect()
    };
    let of_simulated = |sentence: &SpunSentence| Counted {
        original: number(&sentence.original),
        spun: number(&sentence.spun),
        edits: sentence.edits.iter().map(|e| (e.original.clone(), e.spun.clone())).collect(),
        source: sentence.family.map_or(Source::Innocent, |family| Source::Family(family as u8)),
        count: 1.0,
    };
    let simulated: Vec<Counted> = pairs.simulated.par_iter().map(of_simulated).collect();
    let of_pair = |pair: &WordPair| {
        let (original, spun) = pair.number(index);
        Counted { original, spun, edits: Vec::new(), source: pair.source, count: pair.count }
    };
    let mut real: Vec<Counted> = pairs.real.iter().map(of_pair).collect();

    progress.stage("align", None);
    let mut spool = Spool::default();
    for pair in real.iter().chain(simulated.iter().take(MOST_SIMULATED)) {
        spool.push(&pair.original, &pair.spun);
    }
    let word = |id| vocabulary.word(id);
    let aligner = Aligner::train(&recipe.align, &spool, vocabulary.len(), word)?;
    real.par_iter_mut().for_each(|pair| pair.edits = substitutions(&aligner, pair));

    progress.stage("count substitutions", None);
    let signs: FxHashSet<u32> =
        index.iter().filter(|(word, _)| !is_prose(word)).map(|(_, &id)| id).collect();
    let prose =
        |phrase: &[u32]| phrase.iter().all(|word| *word != UNKNOWN && !signs.contains(word));
    let mut counts = PhraseCounts::default();
    let all = || real.iter().chain(&simulated);
    for pair in all() {
        for (original, spun) in &pair.edits {
            let (original, spun) = (&pair.original[original.clone()], &pair.spun[spun.clone()]);
            if prose(original) && prose(spun) {
                counts.add(original, spun, pair.source, pair.count);
            }
        }
    }
    thesaurus::announce(pairs.offers, index, &mut counts);
    for pair in all().filter(|pair| pair.source != Source::List) {
        counts.observe(&pair.original, &pair.spun, pair.source);
        progress.advance(1);
    }
    thesaurus::count(pairs.offers, index, &mut counts);
    progress.note(&format!("{} substitutions", counts.pairs.len()));
    progress.stage("score substitutions", None);
    Ok(score(&counts, &recipe.channel, &aligner.lexical_weights(&spool)?))
}

/// The substitutions of a real pair, by its alignment; a row of a list is one.
fn substitutions(aligner: &Aligner, pair: &Counted) -> Vec<(Range<usize>, Range<usize>)> {
    if pair.source == Source::List {
        return vec![(0..pair.original.len(), 0..pair.spun.len())];
    }
    let links = aligner.align(&pair.original, &pair.spun);
    let limits = Limits { original: LONGEST_PHRASE, spun: LONGEST_PHRASE };
    let mut found = Vec::new();
    extract(pair.original.len(), pair.spun.len(), &links, &limits, &mut |original, spun| {
        if is_minimal(&original, &spun, &links) {
            found.push((original, spun));
        }
    });
    found
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
fn is_prose(word: &str) -> bool {
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
