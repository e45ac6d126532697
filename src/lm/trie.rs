//! The n-grams of a model in memory: a trie read from the last word leftwards.
//!
//! Level `l` holds the (l+1)-grams in *suffix order*: sorted by their last word,
//! then the one before it, and so on. A node names its n-gram's leftmost word;
//! its parent is the n-gram without that word. So an n-gram stands among the
//! children of its suffix, and its context among the children of its suffix's
//! context, which turns every search for a context into a merge of two runs.
//!
//! Tries are *closed*: with an n-gram they hold its suffix and its context.

use rayon::prelude::*;
use std::ops::Range;

/// No node.
pub(super) const NONE: u32 = u32::MAX;
/// Parents that one task takes; fixed, so that results do not depend on threads.
const CHUNK: usize = 1 << 14;

/// All n-grams of one length.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Level {
    /// Leftmost word of each node.
    pub words: Vec<u32>,
    /// Where the children of each node start in the next level, and the end of
    /// the last's; empty at the highest level.
    pub first: Vec<u32>,
}

/// The n-grams up to some order.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Trie {
    pub levels: Vec<Level>,
}

impl Trie {
    pub fn order(&self) -> usize {
        self.levels.len()
    }

    /// Number of (level+1)-grams; none beyond the order.
    pub fn len(&self, level: usize) -> usize {
        self.levels.get(level).map_or(0, |level| level.words.len())
    }

    /// Where the children of `node` stand in the next level.
    #[inline]
    pub fn children(&self, level: usize, node: usize) -> Range<usize> {
        match self.levels[level].first.get(node..node + 2) {
            Some(first) => first[0] as usize..first[1] as usize,
            None => 0..0,
        }
    }

    /// The child of `node` that puts `word` before its n-gram.
    pub fn child(&self, level: usize, node: usize, word: u32) -> Option<usize> {
        self.search(level + 1, self.children(level, node), word)
    }

    /// The node of the one-word n-gram `word`.
    pub fn unigram(&self, word: u32) -> Option<usize> {
        self.search(0, 0..self.len(0), word)
    }

    fn search(&self, level: usize, run: Range<usize>, word: u32) -> Option<usize> {
        let start = run.start;
        let words = &self.levels.get(level)?.words[run];
        words.binary_search(&word).ok().map(|at| start + at)
    }

    /// The node of `ngram`, whose words are in text order.
    #[cfg(test)]
    pub fn find(&self, ngram: &[u32]) -> Option<usize> {
        let (last, rest) = ngram.split_last()?;
        let step = |node, (level, &word): (usize, &u32)| self.child(level, node, word);
        rest.iter().rev().enumerate().try_fold(self.unigram(*last)?, step)
    }

    /// Computes a value for each node of `level` in parallel; `work` gets a parent
    /// (0 for the root above the unigrams), its children and their places.
    pub fn fill<T: Copy + Default + Send>(
        &self,
        level: usize,
        work: impl Fn(usize, Range<usize>, &mut [T]) + Sync,
    ) -> Vec<T> {
        let mut values = vec![T::default(); self.len(level)];
        if level == 0 {
            work(0, 0..values.len(), &mut values);
            return values;
        }
        let parents = self.len(level - 1);
        let mut parts = Vec::new();
        let mut rest = values.as_mut_slice();
        for start in (0..parents).step_by(CHUNK) {
            let end = (start + CHUNK).min(parents);
            let from = self.children(level - 1, start).start;
            let to = self.children(level - 1, end - 1).end;
            let (part, after) = rest.split_at_mut(to - from);
            parts.push((start..end, part));
            rest = after;
        }
        parts.into_par_iter().for_each(|(parents, mut part)| {
            for parent in parents {
                let nodes = self.children(level - 1, parent);
                let (own, after) = std::mem::take(&mut part).split_at_mut(nodes.len());
                work(parent, nodes, own);
                part = after;
            }
        });
        values
    }

    /// For each node of `level`, where its word stands in the sorted run of
    /// `words` that `run` names for its parent, or [`NONE`].
    pub fn join(
        &self,
        level: usize,
        words: &[u32],
        run: impl Fn(usize) -> Range<usize> + Sync,
    ) -> Vec<u32> {
        let own = &self.levels[level].words;
        self.fill(level, |parent, nodes, places: &mut [u32]| {
            let Range { start: mut at, end } = run(parent);
            for (place, &word) in places.iter_mut().zip(&own[nodes]) {
                at = advance(&words[..end], at, word);
                *place = if at < end && words[at] == word { at as u32 } else { NONE };
            }
        })
    }

    /// The context of each node, an index into the level below, given those of
    /// the level below; nothing at level 0, where it is the empty context.
    pub fn contexts_above(&self, level: usize, below: &[u32]) -> Vec<u32> {
        match level {
            0 => Vec::new(),
            1 => self.join(1, &self.levels[0].words, |_| 0..self.len(0)),
            _ => self.join(level, &self.levels[level - 1].words, |parent| {
                self.children(level - 2, below[parent] as usize)
            }),
        }
    }

    /// The contexts of all levels.
    pub fn contexts(&self) -> Vec<Vec<u32>> {
        let mut contexts: Vec<Vec<u32>> = Vec::with_capacity(self.order());
        for level in 0..self.order() {
            let below = contexts.last().map_or(&[][..], Vec::as_slice);
            contexts.push(self.contexts_above(level, below));
        }
        contexts
    }

    /// The parent of each node of `level`, which is above 0.
    pub fn parents(&self, level: usize) -> Vec<u32> {
        self.fill(level, |parent, _, places: &mut [u32]| places.fill(parent as u32))
    }

    /// For each node of `level` the node of the same n-gram in `other`, or
    /// [`NONE`], given the same of the level below.
    pub fn map_onto(&self, other: &Trie, level: usize, below: &[u32]) -> Vec<u32> {
        if level >= other.order() {
            return vec![NONE; self.len(level)];
        }
        self.join(level, &other.levels[level].words, |parent| match level {
            0 => 0..other.len(0),
            _ if below[parent] == NONE => 0..0,
            _ => other.children(level - 1, below[parent] as usize),
        })
    }

    /// The n-grams for which `keep` holds, which must be closed.
    pub fn retain(&self, keep: &[Vec<bool>]) -> Trie {
        let kept = |level: usize| {
            let nodes = self.levels[level].words.iter().zip(&keep[level]);
            let words = nodes.filter(|(_, keep)| **keep).map(|(word, _)| *word).collect();
            let mut first = Vec::new();
            if level + 1 < self.order() {
                first.push(0);
                let mut total = 0;
                for node in (0..self.len(level)).filter(|&node| keep[level][node]) {
                    let children = &keep[level + 1][self.children(level, node)];
                    total += children.iter().filter(|keep| **keep).count() as u32;
                    first.push(total);
                }
            }
            Level { words, first }
        };
        Trie { levels: (0..self.order()).map(kept).collect() }
    }

    /// The n-grams that stand in any, two by two.
    pub fn union_all(tries: &[&Trie]) -> Trie {
        match tries {
            [] => Trie::default(),
            [one] => (*one).clone(),
            [one, other] => one.union(other),
            _ => {
                let (left, right) = tries.split_at(tries.len() / 2);
                let (left, right) =
                    rayon::join(|| Self::union_all(left), || Self::union_all(right));
                left.union(&right)
            }
        }
    }

    /// The n-grams that stand in either.
    pub fn union(&self, other: &Trie) -> Trie {
        let order = self.order().max(other.order());
        let mut levels: Vec<Level> = Vec::with_capacity(order);
        // For each node of the level just built, its node in each trie.
        let mut pairs = vec![(0, 0)];
        for level in 0..order {
            let parts: Vec<Union> = pairs
                .par_chunks(CHUNK)
                .map(|pairs| {
                    let mut part = Union::default();
                    for &(left, right) in pairs {
                        let (left, right) = (self.run(level, left), other.run(level, right));
                        part.merge(self.words(level), left, other.words(level), right);
                    }
                    part
                })
                .collect();
            let mut built = Level::default();
            let mut first = vec![0];
            let mut next = Vec::with_capacity(parts.iter().map(|part| part.pairs.len()).sum());
            for part in parts {
                let before = next.len() as u32;
                first.extend(part.ends.iter().map(|end| before + end));
                built.words.extend(part.words);
                next.extend(part.pairs);
            }
            if let Some(below) = levels.last_mut() {
                below.first = first;
            }
            levels.push(built);
            pairs = next;
        }
        Trie { levels }
    }

    /// The nodes of `level` above `node`, all at level 0.
    fn run(&self, level: usize, node: u32) -> Range<usize> {
        match level {
            0 => 0..self.len(0),
            _ if node == NONE || level >= self.order() => 0..0,
            _ => self.children(level - 1, node as usize),
        }
    }

    fn words(&self, level: usize) -> &[u32] {
        self.levels.get(level).map_or(&[], |level| &level.words)
    }

    /// Builds the trie of closed, sorted sets of packed n-grams, the last word in
    /// the highest of each word's `bits` bits.
    pub fn from_sorted(ngrams: &[Vec<u128>], bits: u32) -> Trie {
        let mask = (1u128 << bits) - 1;
        let level = |level: usize| {
            let words = ngrams[level].iter().map(|key| (key & mask) as u32).collect();
            let mut first = Vec::new();
            if let Some(above) = ngrams.get(level + 1) {
                let mut at = 0;
                first.push(0);
                for &key in &ngrams[level] {
                    at += above[at..].iter().take_while(|above| **above >> bits == key).count();
                    first.push(at as u32);
                }
            }
            Level { words, first }
        };
        Trie { levels: (0..ngrams.len()).map(level).collect() }
    }
}

/// A part of the union of two levels.
#[derive(Default)]
struct Union {
    words: Vec<u32>,
    /// Each node's node in either trie.
    pairs: Vec<(u32, u32)>,
    /// Where each parent's children end.
    ends: Vec<u32>,
}

impl Union {
    /// Merges the sorted runs of one parent's children.
    fn merge(&mut self, lefts: &[u32], left: Range<usize>, rights: &[u32], right: Range<usize>) {
        let (mut l, mut r) = (left.start, right.start);
        while l < left.end || r < right.end {
            let none = (r == right.end, l == left.end);
            let has_left = none.0 || (!none.1 && lefts[l] <= rights[r]);
            let has_right = none.1 || (!none.0 && rights[r] <= lefts[l]);
            self.words.push(if has_left { lefts[l] } else { rights[r] });
            let place = |has: bool, at: usize| if has { at as u32 } else { NONE };
            self.pairs.push((place(has_left, l), place(has_right, r)));
            l += usize::from(has_left);
            r += usize::from(has_right);
        }
        self.ends.push(self.pairs.len() as u32);
    }
}

/// The first place from `at` whose word is not below `word`: doubling steps, since
/// the next is mostly near.
fn advance(words: &[u32], mut at: usize, word: u32) -> usize {
    let mut step = 1;
    while at + step < words.len() && words[at + step] < word {
        at += step;
        step *= 2;
    }
    let end = (at + step).min(words.len());
    at + words[at..end].partition_point(|&other| other < word)
}

/// The values of the kept nodes.
pub(super) fn filter<T: Copy>(values: &[T], keep: &[bool]) -> Vec<T> {
    values.iter().zip(keep).filter(|(_, keep)| **keep).map(|(value, _)| *value).collect()
}
