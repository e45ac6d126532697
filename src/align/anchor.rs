//! Anchors: identical runs in the same order, which cut a pair into small gaps.
//!
//! The runs are those of a longest common subsequence, found bit-parallel
//! (Hyyrö 2004, "Bit-parallel LCS-length computation revisited"): 64 words of
//! the original at a time.

use std::ops::Range;

/// A side longer than this is cut along the diagonal before it is compared, so
/// that memory stays bounded.
const LONGEST: usize = 2048;

/// Words of a side that links can point at.
pub(crate) const LIMIT: usize = u16::MAX as usize;

/// What lies between two anchors; either side may be empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Gap {
    pub(crate) original: Range<usize>,
    pub(crate) spun: Range<usize>,
}

impl Gap {
    /// The gap cut along its diagonal, into parts of at most `longest` words a side.
    pub(crate) fn pieces(&self, longest: usize) -> impl Iterator<Item = Gap> {
        let (original, spun) = (self.original.clone(), self.spun.clone());
        let parts = original.len().max(spun.len()).div_ceil(longest).max(1);
        let cut = move |side: &Range<usize>, part: usize| {
            side.start + side.len() * part / parts..side.start + side.len() * (part + 1) / parts
        };
        (0..parts).map(move |part| Gap { original: cut(&original, part), spun: cut(&spun, part) })
    }
}

/// Finds common words; holds the buffers.
#[derive(Default)]
pub(crate) struct Matcher {
    rows: Vec<u64>,
    matches: Vec<u64>,
}

impl Matcher {
    /// Sets `links` to those of a longest common subsequence, in order; words past
    /// the first 65,535 stay out.
    pub(crate) fn common(&mut self, original: &[u32], spun: &[u32], links: &mut Vec<(u16, u16)>) {
        links.clear();
        let [original, spun] = [original, spun].map(|side| &side[..side.len().min(LIMIT)]);
        let pieces = original.len().max(spun.len()).div_ceil(LONGEST).max(1);
        for piece in 0..pieces {
            let cut = |len: usize| len * piece / pieces..len * (piece + 1) / pieces;
            let (o, s) = (cut(original.len()), cut(spun.len()));
            self.piece(&original[o.clone()], &spun[s.clone()], o.start, s.start, links);
        }
        join_runs(original, spun, links);
    }

    fn piece(
        &mut self,
        o: &[u32],
        s: &[u32],
        at_o: usize,
        at_s: usize,
        links: &mut Vec<(u16, u16)>,
    ) {
        let link = |i: usize, j: usize| ((at_o + i) as u16, (at_s + j) as u16);
        let head = o.iter().zip(s).take_while(|(a, b)| a == b).count();
        links.extend((0..head).map(|i| link(i, i)));
        let (rest_o, rest_s) = (&o[head..], &s[head..]);
        let tail = rest_o.iter().rev().zip(rest_s.iter().rev()).take_while(|(a, b)| a == b).count();
        let middle_o = &rest_o[..rest_o.len() - tail];
        let middle_s = &rest_s[..rest_s.len() - tail];
        if !middle_o.is_empty() && !middle_s.is_empty() {
            self.middle(middle_o, middle_s, |i, j| links.push(link(head + i, head + j)));
        }
        links.extend((0..tail).rev().map(|k| link(o.len() - 1 - k, s.len() - 1 - k)));
    }

    /// Row `j` holds, for the suffix `s[j..]`, a zero bit at every word of `o` that
    /// lengthens the subsequence; bits count from the end of `o`, so that a walk
    /// from the start of both sides reads off the links in order.
    fn middle(&mut self, o: &[u32], s: &[u32], mut link: impl FnMut(usize, usize)) {
        let width = o.len().div_ceil(64);
        self.rows.clear();
        self.rows.resize(width * (s.len() + 1), u64::MAX);
        let last = o.len() - 1;
        for j in (0..s.len()).rev() {
            self.matches.clear();
            self.matches.resize(width, 0);
            for (i, &word) in o.iter().enumerate() {
                let bit = last - i;
                self.matches[bit / 64] |= u64::from(word == s[j]) << (bit % 64);
            }
            let (row, below) = self.rows[j * width..(j + 2) * width].split_at_mut(width);
            let mut carry = 0;
            for ((row, &below), &matches) in row.iter_mut().zip(below.iter()).zip(&self.matches) {
                let met = below & matches;
                let (sum, over) = below.overflowing_add(met);
                let (sum, again) = sum.overflowing_add(carry);
                carry = u64::from(over | again);
                *row = sum | (below - met);
            }
        }
        let (mut i, mut j) = (0, 0);
        while i < o.len() && j < s.len() {
            let bit = last - i;
            let needed = self.rows[j * width + bit / 64] >> (bit % 64) & 1 == 0;
            match (o[i] == s[j], needed) {
                (true, _) => {
                    link(i, j);
                    (i, j) = (i + 1, j + 1);
                }
                (false, true) => j += 1,
                (false, false) => i += 1,
            }
        }
    }
}

/// Moves links that stand alone next to the run that follows, where the words allow.
fn join_runs(original: &[u32], spun: &[u32], links: &mut [(u16, u16)]) {
    for k in (0..links.len().saturating_sub(1)).rev() {
        let (i, j) = links[k];
        let alone = k == 0 || links[k - 1] != (i.wrapping_sub(1), j.wrapping_sub(1));
        let (after_i, after_j) = links[k + 1];
        if !alone || (after_i == i + 1 && after_j == j + 1) {
            continue;
        }
        if after_i == i + 1 && spun[after_j as usize - 1] == original[i as usize] {
            links[k].1 = after_j - 1;
        } else if after_j == j + 1 && original[after_i as usize - 1] == spun[j as usize] {
            links[k].0 = after_i - 1;
        }
    }
}

/// Cuts a pair at `anchors`, which are in order; gaps with nothing on either side
/// are left out.
pub(crate) fn gaps(original: usize, spun: usize, anchors: &[(u16, u16)], out: &mut Vec<Gap>) {
    out.clear();
    let (mut i, mut j) = (0, 0);
    let end = (original.min(LIMIT), spun.min(LIMIT));
    let anchors = anchors.iter().map(|&(i, j)| (i as usize, j as usize));
    for (next_i, next_j) in anchors.chain([end]) {
        if i < next_i || j < next_j {
            out.push(Gap { original: i..next_i, spun: j..next_j });
        }
        (i, j) = (next_i + 1, next_j + 1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn common(original: &[u32], spun: &[u32]) -> Vec<(u16, u16)> {
        let mut links = Vec::new();
        Matcher::default().common(original, spun, &mut links);
        links
    }

    /// The textbook recurrence.
    fn length(o: &[u32], s: &[u32]) -> usize {
        let mut before = vec![0; s.len() + 1];
        for a in o {
            let mut row = vec![0];
            for (j, b) in s.iter().enumerate() {
                row.push(if a == b { before[j] + 1 } else { before[j + 1].max(row[j]) });
            }
            before = row;
        }
        before[s.len()]
    }

    #[test]
    fn links_and_gaps_by_table() {
        type Case = (&'static [u32], &'static [u32], &'static [(u16, u16)]);
        let table: &[Case] = &[
            (&[], &[1], &[]),
            (&[1, 2, 3], &[1, 2, 3], &[(0, 0), (1, 1), (2, 2)]),
            (&[1, 2, 3], &[1, 9, 3], &[(0, 0), (2, 2)]),
            // The second 5 stands beside 6, so the lone link goes there.
            (&[4, 5, 6, 9], &[5, 7, 5, 6, 8], &[(1, 2), (2, 3)]),
        ];
        for (original, spun, expected) in table {
            assert_eq!(&common(original, spun), expected, "{original:?} {spun:?}");
        }
        let mut out = Vec::new();
        gaps(4, 5, &[(1, 2), (2, 3)], &mut out);
        let expected = [(0..1, 0..2), (3..4, 4..5)];
        assert_eq!(out, expected.map(|(original, spun)| Gap { original, spun }));
    }

    proptest! {
        #[test]
        fn is_a_longest_common_subsequence(o in prop::collection::vec(0..6u32, 0..150),
                                           s in prop::collection::vec(0..6u32, 0..150)) {
            let links = common(&o, &s);
            prop_assert_eq!(links.len(), length(&o, &s));
            prop_assert!(links.iter().all(|&(i, j)| o[i as usize] == s[j as usize]));
            prop_assert!(links.windows(2).all(|two| two[0].0 < two[1].0 && two[0].1 < two[1].1));
        }
    }
}
