//! Counts of substitutions, and of the places where they could have happened.

use super::tally::Tally;
use super::{Evidence, FAMILIES, LONGEST_PHRASE};
use crate::error::Result;
use rustc_hash::FxHashMap;

/// Columns of a count: lists, innocent documents, engine families. Really spun
/// pairs are the last family, whatever engines made them. What thesauri offer is
/// expected, not counted, and has columns of its own, see [`Offered`].
pub(crate) const COLUMNS: usize = 2 + FAMILIES;
/// The family of really spun pairs.
pub(crate) const REAL_FAMILY: usize = FAMILIES - 1;

/// Where a pair comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Source {
    /// Sentences that a spinner really spun.
    Real,
    /// Phrase lists, without context.
    List,
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
            Source::Innocent => 1,
            Source::Family(family) => 2 + usize::from(family).min(REAL_FAMILY - 1),
            Source::Real => 2 + REAL_FAMILY,
        }
    }
}

/// What a count of 1 is stored as: sums of whole numbers are the same in any order.
pub(crate) const ONE: u32 = 64;

/// A count by source, in steps of 1 / [`ONE`].
pub(crate) type Counts = [u32; COLUMNS];

/// Words by source.
pub(crate) type WordCounts = [u64; COLUMNS];

/// Expected counts of what a thesaurus, a list of paraphrases and a pivot offer: nobody
/// has been seen to write it.
pub(crate) type Offered = [f32; 3];

/// Adds `more` to `sum`.
pub(crate) fn add(sum: &mut Counts, more: &Counts) {
    sum.iter_mut().zip(more).for_each(|(sum, more)| *sum = sum.saturating_add(*more));
}

/// What a count by source says of where a pair was seen.
pub(crate) fn evidence(counts: &Counts, offered: &Offered) -> Evidence {
    let seen = |columns: &[u32], kind| if columns.iter().any(|&c| c > 0) { kind } else { 0 };
    let offered = |column: usize, kind| if offered[column] > 0.0 { kind } else { 0 };
    let [list, _, families @ .., real] = counts;
    Evidence(
        seen(&[*real], Evidence::REAL)
            | seen(&[*list], Evidence::LIST)
            | offered(0, Evidence::THESAURUS)
            | offered(1, Evidence::PARAPHRASES)
            | offered(2, Evidence::PIVOT)
            | seen(families, Evidence::SIMULATED),
    )
}

/// Phrases and their numbers: a trie, so that a walk over a sentence stops at the first
/// word after which no phrase goes on.
pub(crate) struct Phrases {
    children: FxHashMap<(u32, u32), u32>,
    /// Of each phrase, the one a word shorter and its last word.
    nodes: Vec<(u32, u32)>,
}

impl Default for Phrases {
    fn default() -> Self {
        Self { children: FxHashMap::default(), nodes: vec![(0, 0)] }
    }
}

impl Phrases {
    /// The empty phrase.
    pub(crate) const ROOT: u32 = 0;

    pub(crate) fn number(&mut self, phrase: &[u32]) -> u32 {
        phrase.iter().fold(Self::ROOT, |node, &word| self.add(node, word))
    }

    /// The number of the phrase that is longer by `word`.
    pub(crate) fn add(&mut self, phrase: u32, word: u32) -> u32 {
        let next = self.nodes.len() as u32;
        let child = *self.children.entry((phrase, word)).or_insert(next);
        if child == next {
            self.nodes.push((phrase, word));
        }
        child
    }

    /// Of each phrase, the one a word shorter and its last word.
    pub(crate) fn nodes(&self) -> &[(u32, u32)] {
        &self.nodes
    }

    /// The phrase that is longer by `word`, if any phrase begins so.
    pub(crate) fn child(&self, phrase: u32, word: u32) -> Option<u32> {
        self.children.get(&(phrase, word)).copied()
    }

    pub(crate) fn words(&self, mut number: u32) -> Vec<u32> {
        let mut words = Vec::new();
        while number != Self::ROOT {
            let (before, word) = self.nodes[number as usize];
            words.push(word);
            number = before;
        }
        words.reverse();
        words
    }

    /// Numbers in use, those of phrases that only others begin with among them.
    pub(crate) fn len(&self) -> usize {
        self.nodes.len()
    }
}

/// How often each original phrase became each spun phrase.
pub(crate) struct Substitutions {
    pub(crate) phrases: Phrases,
    tally: Tally,
}

/// The originals that one spun phrase has stood for.
#[derive(Clone)]
pub(crate) struct Group {
    pub(crate) spun: u32,
    /// All its substitutions.
    pub(crate) changed: Counts,
    /// Original phrases and their counts.
    pub(crate) originals: Vec<(u32, Counts)>,
}

impl Group {
    pub(crate) fn new(spun: u32) -> Self {
        Self { spun, changed: Counts::default(), originals: Vec::new() }
    }

    /// Adds an original that is not there yet.
    pub(crate) fn push(&mut self, original: u32, counts: Counts) {
        add(&mut self.changed, &counts);
        self.originals.push((original, counts));
    }
}

impl Substitutions {
    /// Counts that take about `memory` bytes beside the phrases themselves.
    pub(crate) fn new(memory: usize) -> Self {
        Self { phrases: Phrases::default(), tally: Tally::new(memory) }
    }

    /// Counts a substitution, unless it says nothing of its own.
    pub(crate) fn add(
        &mut self,
        original: &[u32],
        spun: &[u32],
        column: usize,
        count: u32,
    ) -> Result<()> {
        if !is_telling(original, spun) {
            return Ok(());
        }
        let (original, spun) = (self.phrases.number(original), self.phrases.number(spun));
        self.tally.add(u64::from(spun) << 32 | u64::from(original), column as u8, count)
    }

    /// How many times counts were spilled.
    pub(crate) fn spills(&self) -> usize {
        self.tally.spills()
    }

    /// Calls `each` with the substitutions, by spun phrase.
    pub(crate) fn finish(self, mut each: impl FnMut(Group) -> Result<()>) -> Result<Phrases> {
        let mut group: Option<Group> = None;
        self.tally.finish(|key, column, count| {
            let (spun, original) = ((key >> 32) as u32, key as u32);
            if let Some(done) = group.take_if(|group| group.spun != spun) {
                each(done)?;
            }
            let group = group.get_or_insert_with(|| Group::new(spun));
            let column = usize::from(column);
            group.changed[column] = group.changed[column].saturating_add(count);
            match group.originals.last_mut() {
                Some((last, counts)) if *last == original => counts[column] = count,
                _ => {
                    let mut counts = Counts::default();
                    counts[column] = count;
                    group.originals.push((original, counts));
                }
            }
            Ok(())
        })?;
        group.map_or(Ok(()), each)?;
        Ok(self.phrases)
    }
}

/// Places where phrases stand, by phrase.
pub(crate) type Places = FxHashMap<u32, Counts>;

/// Calls `found` with every phrase of `phrases` that stands in `sentence`, once for each
/// place.
pub(crate) fn observe(phrases: &Phrases, sentence: &[u32], mut found: impl FnMut(u32)) {
    for start in 0..sentence.len() {
        let mut node = Phrases::ROOT;
        for &word in sentence[start..].iter().take(LONGEST_PHRASE) {
            let Some(child) = phrases.child(node, word) else { break };
            found(child);
            node = child;
        }
    }
}

/// True of a substitution that says something of its own: not of identical phrases, nor of
/// those that a smaller pair with a shared edge word cut off says better.
pub(crate) fn is_telling(original: &[u32], spun: &[u32]) -> bool {
    let fits = |phrase: &[u32]| (1..=LONGEST_PHRASE).contains(&phrase.len());
    fits(original) && fits(spun) && !has_shared_edge(original, spun)
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
            let mut counts = Substitutions::new(0);
            counts.add(original, spun, 0, ONE).unwrap();
            let mut groups = 0;
            counts
                .finish(|_| {
                    groups += 1;
                    Ok(())
                })
                .unwrap();
            assert_eq!(groups, usize::from(*counted), "{original:?} {spun:?}");
        }
    }

    #[test]
    fn substitutions_come_by_spun_phrase() {
        let mut counts = Substitutions::new(0);
        for (original, spun, column) in [(3, 9, 1), (4, 8, 0), (4, 9, 2), (3, 9, 1), (3, 9, 0)] {
            counts.add(&[original], &[spun], column, ONE).unwrap();
        }
        let mut groups = Vec::new();
        let phrases = counts
            .finish(|group| {
                groups.push(group);
                Ok(())
            })
            .unwrap();
        assert_eq!(groups.len(), 2);
        let nine = groups.iter().find(|group| phrases.words(group.spun) == [9]).unwrap();
        assert_eq!(nine.changed[..3], [ONE, 2 * ONE, ONE]);
        let originals: Vec<_> =
            nine.originals.iter().map(|(o, c)| (phrases.words(*o), c[1])).collect();
        assert!(originals.contains(&(vec![3], 2 * ONE)) && originals.contains(&(vec![4], 0)));
    }

    #[test]
    fn phrases_are_found_wherever_they_stand() {
        let mut phrases = Phrases::default();
        let [one, two] = [&[4u32, 5][..], &[5]].map(|phrase| phrases.number(phrase));
        let mut found = Vec::new();
        observe(&phrases, &[4, 5, 5, 4, 7, 4, 5], |phrase| found.push(phrase));
        let count = |phrase| found.iter().filter(|&&other| other == phrase).count();
        assert_eq!((count(one), count(two)), (2, 3));
        assert_eq!(phrases.words(one), [4, 5]);
    }
}
