//! Phrase pairs that an alignment allows.
//!
//! Koehn, Och and Marcu (2003), "Statistical Phrase-Based Translation"; Och and Ney
//! (2004), "The Alignment Template Approach to Statistical Machine Translation". A
//! pair of phrases is consistent if at least one link joins them and no link leaves
//! either; words without a link may stand inside, or at any edge.

use std::ops::Range;

/// The longest phrases that are extracted, in words.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    pub(crate) original: usize,
    pub(crate) spun: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { original: 5, spun: 5 }
    }
}

/// First and last word that a word, or a phrase, is linked to.
#[derive(Clone, Copy)]
struct Span {
    first: usize,
    last: usize,
}

impl Span {
    const NONE: Self = Self { first: usize::MAX, last: 0 };

    fn join(self, other: Self) -> Self {
        Self { first: self.first.min(other.first), last: self.last.max(other.last) }
    }

    fn add(&mut self, word: usize) {
        *self = self.join(Self { first: word, last: word });
    }

    fn is_none(self) -> bool {
        self.first > self.last
    }
}

/// Calls `emit` with the word ranges, original and spun, of every consistent pair of
/// phrases within `limits`, once each, ordered by the original phrase's start and
/// end. Links are (original, spun) word indices; those outside the pair are ignored.
pub(crate) fn extract(
    original_len: usize,
    spun_len: usize,
    links: &[(u16, u16)],
    limits: &Limits,
    emit: &mut dyn FnMut(Range<usize>, Range<usize>),
) {
    let mut original = vec![Span::NONE; original_len];
    let mut spun = vec![Span::NONE; spun_len];
    for (i, j) in links.iter().map(|&(i, j)| (i as usize, j as usize)) {
        if i < original_len && j < spun_len {
            original[i].add(j);
            spun[j].add(i);
        }
    }
    for start in 0..original_len {
        let mut linked = Span::NONE;
        for end in start + 1..=original_len.min(start + limits.original) {
            linked = linked.join(original[end - 1]);
            // The spun side only grows with the original one.
            if !linked.is_none() && linked.last - linked.first >= limits.spun {
                break;
            }
            let inside = |back: &Span| back.is_none() || (start <= back.first && back.last < end);
            if linked.is_none() || !spun[linked.first..=linked.last].iter().all(inside) {
                continue;
            }
            let (core_start, core_end) = (linked.first, linked.last + 1);
            let earliest = core_end.saturating_sub(limits.spun);
            let free = |words: &[Span]| words.iter().take_while(|back| back.is_none()).count();
            let before = spun[earliest..core_start].iter().rev();
            let before = before.take_while(|back| back.is_none()).count();
            let latest = spun_len.min(core_start + limits.spun);
            let after = free(&spun[core_end..latest]);
            for spun_start in core_start - before..=core_start {
                for spun_end in core_end..=(core_end + after).min(spun_start + limits.spun) {
                    emit(start..end, spun_start..spun_end);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    type Pair = (Range<usize>, Range<usize>);

    fn extracted(o: usize, s: usize, links: &[(u16, u16)], limits: &Limits) -> Vec<Pair> {
        let mut pairs = Vec::new();
        extract(o, s, links, limits, &mut |original, spun| pairs.push((original, spun)));
        pairs
    }

    /// The definition, read out word by word.
    fn brute(o: usize, s: usize, links: &[(u16, u16)], limits: &Limits) -> Vec<Pair> {
        let mut pairs = Vec::new();
        let ranges = |len: usize, longest: usize| {
            (0..len).flat_map(move |a| (a + 1..=len.min(a + longest)).map(move |b| a..b))
        };
        for original in ranges(o, limits.original) {
            for spun in ranges(s, limits.spun) {
                let sides = |&(i, j): &(u16, u16)| {
                    (original.contains(&(i as usize)), spun.contains(&(j as usize)))
                };
                let joined = links.iter().any(|link| sides(link) == (true, true));
                let left = links.iter().any(|link| sides(link).0 != sides(link).1);
                if joined && !left {
                    pairs.push((original.clone(), spun));
                }
            }
        }
        pairs
    }

    #[test]
    fn unlinked_words_stand_at_every_edge() {
        // because - | as a result of: `as` and `of` have no link.
        let pairs = extracted(1, 4, &[(0, 1), (0, 2)], &Limits::default());
        assert_eq!(pairs, [(0..1, 0..3), (0..1, 0..4), (0..1, 1..3), (0..1, 1..4)]);
    }

    #[test]
    fn links_from_outside_are_ignored() {
        assert_eq!(extracted(1, 1, &[(0, 0), (7, 0), (0, 9)], &Limits::default()), [(0..1, 0..1)]);
        assert_eq!(extracted(0, 3, &[(0, 0)], &Limits::default()), []);
    }

    proptest! {
        #[test]
        fn equals_the_definition(o in 0..9usize, s in 0..9usize,
                                 links in prop::collection::vec((0..9u16, 0..9u16), 0..12),
                                 original in 0..7usize, spun in 0..7usize) {
            let mut links = links;
            links.retain(|&(i, j)| (i as usize) < o && (j as usize) < s);
            let limits = Limits { original, spun };
            let mut fast = extracted(o, s, &links, &limits);
            fast.sort_by_key(|(o, s)| (o.start, o.end, s.start, s.end));
            prop_assert_eq!(fast, brute(o, s, &links, &limits));
        }
    }
}
