//! The difference of two word sequences by longest common blocks.
//!
//! Ratcliff and Obershelp's matching (1988) in the form that Python's `difflib`
//! gives it without its junk heuristics: the longest common block is taken, of
//! equals the first in `a`, then the first in `b`, and the same is done on
//! either side of it. Neighbouring blocks become one.

use rustc_hash::FxHashMap;
use std::ops::Range;

/// A stretch of `a` and the stretch of `b` that stands in its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Step {
    /// True if both stretches are the same words.
    pub(crate) equal: bool,
    pub(crate) a: Range<usize>,
    pub(crate) b: Range<usize>,
}

/// Steps that together cover `a` and `b`; equal and unequal ones take turns.
pub(crate) fn diff(a: &[u32], b: &[u32]) -> Vec<Step> {
    let mut steps = Vec::new();
    let (mut i, mut j) = (0, 0);
    let mut push = |equal, a: Range<usize>, b: Range<usize>| {
        if !(a.is_empty() && b.is_empty()) {
            steps.push(Step { equal, a, b });
        }
    };
    for block in blocks(a, b) {
        push(false, i..block.a, j..block.b);
        (i, j) = (block.a + block.len, block.b + block.len);
        push(true, block.a..i, block.b..j);
    }
    push(false, i..a.len(), j..b.len());
    steps
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Block {
    a: usize,
    b: usize,
    len: usize,
}

/// The matching blocks in order, neighbours joined.
fn blocks(a: &[u32], b: &[u32]) -> Vec<Block> {
    let mut matcher = Matcher::new(a, b);
    let mut open = vec![(0..a.len(), 0..b.len())];
    let mut found = Vec::new();
    while let Some((x, y)) = open.pop() {
        let Some(block) = matcher.longest(x.clone(), y.clone()) else {
            continue;
        };
        found.push(block);
        open.push((x.start..block.a, y.start..block.b));
        open.push((block.a + block.len..x.end, block.b + block.len..y.end));
    }
    found.sort_unstable();
    found.dedup_by(|next, block| {
        let joined = block.a + block.len == next.a && block.b + block.len == next.b;
        block.len += if joined { next.len } else { 0 };
        joined
    });
    found
}

struct Matcher<'w> {
    a: &'w [u32],
    /// The places of each word in `b`, ascending.
    places: FxHashMap<u32, Vec<usize>>,
    /// `(j, len)`: common blocks that end before `j` in `b` and at the last word
    /// of `a` that was looked at; and those of the word before.
    ends: Vec<(usize, usize)>,
    previous: Vec<(usize, usize)>,
}

impl<'w> Matcher<'w> {
    fn new(a: &'w [u32], b: &[u32]) -> Self {
        let mut places = FxHashMap::<u32, Vec<usize>>::default();
        for (j, &word) in b.iter().enumerate() {
            places.entry(word).or_default().push(j);
        }
        Self { a, places, ends: Vec::new(), previous: Vec::new() }
    }

    fn longest(&mut self, x: Range<usize>, y: Range<usize>) -> Option<Block> {
        let mut best = None::<Block>;
        self.ends.clear();
        for i in x {
            std::mem::swap(&mut self.ends, &mut self.previous);
            self.ends.clear();
            let places = self.places.get(&self.a[i]).map_or(&[][..], Vec::as_slice);
            let from = places.partition_point(|&j| j < y.start);
            // Both lists ascend, so one pass over the previous one serves them all.
            let mut before = self.previous.iter().peekable();
            for &j in places[from..].iter().take_while(|&&j| j < y.end) {
                while before.next_if(|&&(end, _)| end < j).is_some() {}
                let len = 1 + before.next_if(|&&(end, _)| end == j).map_or(0, |&(_, len)| len);
                self.ends.push((j + 1, len));
                if len > best.map_or(0, |best| best.len) {
                    best = Some(Block { a: i + 1 - len, b: j + 1 - len, len });
                }
            }
        }
        best
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The definition, taken at its word.
    fn slow_blocks(a: &[u32], b: &[u32], x: Range<usize>, y: Range<usize>, out: &mut Vec<Block>) {
        for len in (1..=x.len().min(y.len())).rev() {
            for i in x.start..=x.end - len {
                for j in y.start..=y.end - len {
                    if a[i..i + len] == b[j..j + len] {
                        slow_blocks(a, b, x.start..i, y.start..j, out);
                        out.push(Block { a: i, b: j, len });
                        slow_blocks(a, b, i + len..x.end, j + len..y.end, out);
                        return;
                    }
                }
            }
        }
    }

    fn slow(a: &[u32], b: &[u32]) -> Vec<bool> {
        let mut found = Vec::new();
        slow_blocks(a, b, 0..a.len(), 0..b.len(), &mut found);
        let mut pairs = vec![false; a.len() * b.len()];
        for block in found {
            (0..block.len).for_each(|k| pairs[(block.a + k) * b.len() + block.b + k] = true);
        }
        pairs
    }

    fn steps(a: &str, b: &str) -> Vec<(bool, Range<usize>, Range<usize>)> {
        let words = |text: &str| text.bytes().map(u32::from).collect::<Vec<_>>();
        let steps = diff(&words(a), &words(b));
        steps.into_iter().map(|step| (step.equal, step.a, step.b)).collect()
    }

    #[test]
    fn steps_by_table() {
        assert_eq!(steps("", ""), []);
        assert_eq!(steps("", "ab"), [(false, 0..0, 0..2)]);
        assert_eq!(steps("ab", ""), [(false, 0..2, 0..0)]);
        // The block `ab` is found at the end, not `a` at the front.
        assert_eq!(steps("ab", "acab"), [(false, 0..0, 0..2), (true, 0..2, 2..4)]);
        assert_eq!(
            steps("qabxcd", "abycdf"),
            [
                (false, 0..1, 0..0),
                (true, 1..3, 0..2),
                (false, 3..4, 2..3),
                (true, 4..6, 3..5),
                (false, 6..6, 5..6),
            ]
        );
    }

    proptest! {
        #[test]
        fn equals_the_slow_twin(a in prop::collection::vec(0u32..5, 0..24),
                                b in prop::collection::vec(0u32..5, 0..24)) {
            let steps = diff(&a, &b);
            let mut pairs = vec![false; a.len() * b.len()];
            let (mut i, mut j) = (0, 0);
            for (k, step) in steps.iter().enumerate() {
                prop_assert_eq!((step.a.start, step.b.start), (i, j));
                prop_assert!(k == 0 || step.equal != steps[k - 1].equal);
                (i, j) = (step.a.end, step.b.end);
                if step.equal {
                    prop_assert_eq!(&a[step.a.clone()], &b[step.b.clone()]);
                    step.a.clone().zip(step.b.clone()).for_each(|(i, j)| pairs[i * b.len() + j] = true);
                }
            }
            prop_assert_eq!((i, j), (a.len(), b.len()));
            prop_assert_eq!(pairs, slow(&a, &b));
        }
    }
}
