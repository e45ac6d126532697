//! Counts of substitutions, and of the places where they could have happened.

use super::{Evidence, FAMILIES, LONGEST_PHRASE};
use rustc_hash::FxHashMap;

/// Columns of a count: lists, thesauri, paraphrases, innocent documents, engine
/// families. Really spun pairs are the last family, whatever engines made them.
pub(crate) const COLUMNS: usize = 4 + FAMILIES;
/// The family of really spun pairs.
pub(crate) const REAL_FAMILY: usize = FAMILIES - 1;

/// Where a pair comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Source {
    /// Sentences that a spinner really spun.
    Real,
    /// Phrase lists, without context.
    List,
    /// Synonyms that nobody has been seen to write for each other.
    Thesaurus,
    /// Word pairs from parallel text, likewise, and noisier.
    Paraphrases,
    /// Sentences that our own forward spinner left as they are.
    Innocent,
    /// Sentences that it spun as an engine family does.
    Family(u8),
}

impl Source {
    /// The column that counts it.
    pub(crate) fn column(self) -> usize {
        match self {
            Source::List => 0,
            Source::Thesaurus => 1,
            Source::Paraphrases => 2,
            Source::Innocent => 3,
            Source::Family(family) => 4 + usize::from(family).min(REAL_FAMILY - 1),
            Source::Real => 4 + REAL_FAMILY,
        }
    }
}

/// A count by source.
pub(crate) type Counts = [f32; COLUMNS];

/// What a count by source says of where a pair was seen.
pub(crate) fn evidence(counts: &Counts) -> Evidence {
    let seen = |columns: &[f32], kind| if columns.iter().any(|&c| c > 0.0) { kind } else { 0 };
    let [list, thesaurus, paraphrases, _, families @ .., real] = counts;
    Evidence(
        seen(&[*real], Evidence::REAL)
            | seen(&[*list], Evidence::LIST)
            | seen(&[*thesaurus], Evidence::THESAURUS)
            | seen(&[*paraphrases], Evidence::PARAPHRASES)
            | seen(families, Evidence::SIMULATED),
    )
}

/// Phrases and their numbers, in order of first appearance.
#[derive(Default)]
pub(crate) struct Phrases {
    numbers: FxHashMap<Box<[u32]>, u32>,
    words: Vec<Box<[u32]>>,
}

impl Phrases {
    pub(crate) fn number(&mut self, phrase: &[u32]) -> u32 {
        if let Some(&number) = self.numbers.get(phrase) {
            return number;
        }
        let number = self.words.len() as u32;
        self.words.push(phrase.into());
        self.numbers.insert(phrase.into(), number);
        number
    }

    pub(crate) fn words(&self, number: u32) -> &[u32] {
        &self.words[number as usize]
    }
}

/// How often each original phrase became each spun phrase, and how often each
/// phrase stood in the text at all.
#[derive(Default)]
pub(crate) struct PhraseCounts {
    pub(crate) phrases: Phrases,
    /// `(original, spun)` phrase numbers.
    pub(crate) pairs: FxHashMap<(u32, u32), Counts>,
    /// Places on the spun side where each phrase stands.
    pub(crate) spun: FxHashMap<u32, Counts>,
    /// Places on the original side where each phrase stands.
    pub(crate) original: FxHashMap<u32, Counts>,
    /// Words of the original side.
    pub(crate) words: Counts,
}

impl PhraseCounts {
    /// Counts a substitution. Pairs that say nothing of their own are passed
    /// over: identical ones, and ones that a smaller pair with a shared edge
    /// word cut off says better.
    pub(crate) fn add(&mut self, original: &[u32], spun: &[u32], source: Source, count: f32) {
        let fits = |phrase: &[u32]| (1..=LONGEST_PHRASE).contains(&phrase.len());
        if !fits(original) || !fits(spun) || has_shared_edge(original, spun) {
            return;
        }
        let pair = (self.phrases.number(original), self.phrases.number(spun));
        self.pairs.entry(pair).or_default()[source.column()] += count;
        if source == Source::List {
            self.original.entry(pair.0).or_default()[source.column()] += count;
            self.spun.entry(pair.1).or_default()[source.column()] += count;
        }
    }

    /// Places on the original side where a phrase stands, in all sentences.
    pub(crate) fn places(&self, phrase: &[u32]) -> f32 {
        let number = self.phrases.numbers.get(phrase);
        let counts = number.and_then(|number| self.original.get(number));
        counts.map_or(0.0, |counts| counts.iter().sum())
    }

    /// Counts the places where known phrases stand in a sentence pair. To be
    /// called once every substitution has been added.
    pub(crate) fn observe(&mut self, original: &[u32], spun: &[u32], source: Source) {
        self.words[source.column()] += original.len() as f32;
        let sides = [(original, &mut self.original), (spun, &mut self.spun)];
        for (sentence, places) in sides {
            for start in 0..sentence.len() {
                let longest = LONGEST_PHRASE.min(sentence.len() - start);
                for phrase in (1..=longest).map(|len| &sentence[start..start + len]) {
                    if let Some(&number) = self.phrases.numbers.get(phrase) {
                        places.entry(number).or_default()[source.column()] += 1.0;
                    }
                }
            }
        }
    }
}

/// True if both sides begin or end with the same word and have words left
/// without it, so that the pair is a smaller one with a neighbour.
fn has_shared_edge(original: &[u32], spun: &[u32]) -> bool {
    let shared = original.first() == spun.first() || original.last() == spun.last();
    original == spun || (shared && original.len() > 1 && spun.len() > 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_minimal_pairs_are_counted() {
        let mut counts = PhraseCounts::default();
        let table: &[(&[u32], &[u32], bool)] = &[
            (&[3], &[4], true),
            (&[3], &[3], false),
            (&[3, 5], &[4, 5], false),
            (&[5, 3], &[5, 4, 4], false),
            (&[3], &[4, 5, 3], true),
            (&[3], &[3, 6, 7], true),
            (&[3, 4, 5, 6, 7, 8, 9, 10], &[9], false),
            (&[], &[9], false),
        ];
        for (original, spun, counted) in table {
            let before = counts.pairs.len();
            counts.add(original, spun, Source::Real, 1.0);
            assert_eq!(counts.pairs.len() - before, usize::from(*counted), "{original:?} {spun:?}");
        }
    }

    #[test]
    fn places_are_counted_on_both_sides() {
        let mut counts = PhraseCounts::default();
        counts.add(&[3], &[4, 5], Source::Real, 1.0);
        counts.observe(&[3, 7, 3], &[4, 5, 7, 3], Source::Real);
        counts.observe(&[4, 5], &[4, 5], Source::Real);
        let pair = *counts.pairs.keys().next().unwrap();
        assert_eq!(counts.original[&pair.0][Source::Real.column()], 2.0);
        assert_eq!(counts.spun[&pair.1][Source::Real.column()], 2.0);
    }
}
