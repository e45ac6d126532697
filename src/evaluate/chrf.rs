//! chrF (Popović, 2015) with sacreBLEU's defaults: characters without white
//! space, orders 1 to 6, recall twice as heavy as precision, case as it is.

use super::words::is_space;
use rustc_hash::FxHashMap;
use std::ops::AddAssign;

/// What sacreBLEU calls this metric; the version is the one compared with.
pub(crate) const SIGNATURE: &str = "nrefs:1|case:mixed|eff:yes|nc:6|nw:0|space:no|version:2.6.0";

const ORDERS: usize = 6;

/// The square of the weight of recall against precision.
const BETA_SQUARED: f64 = 4.0;

/// Counts of one or more sentences, by order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct ChrF {
    restored: [u64; ORDERS],
    original: [u64; ORDERS],
    matches: [u64; ORDERS],
}

impl ChrF {
    pub(crate) fn of(original: &str, restored: &str) -> Self {
        let chars = |text: &str| text.chars().filter(|&c| !is_space(c)).collect::<Vec<_>>();
        let (original, restored) = (chars(original), chars(restored));
        let mut chrf = Self::default();
        for order in 1..=ORDERS {
            let mut left = FxHashMap::<&[char], u32>::default();
            original.windows(order).for_each(|gram| *left.entry(gram).or_default() += 1);
            // Where the original is too short for an order, nothing counts.
            if left.is_empty() {
                break;
            }
            chrf.original[order - 1] = original.windows(order).len() as u64;
            chrf.restored[order - 1] = restored.windows(order).len() as u64;
            for gram in restored.windows(order) {
                if let Some(left) = left.get_mut(gram).filter(|left| **left > 0) {
                    *left -= 1;
                    chrf.matches[order - 1] += 1;
                }
            }
        }
        chrf
    }

    /// From 0 to 100.
    pub(crate) fn score(&self) -> f64 {
        let (mut precision, mut recall, mut orders) = (0.0, 0.0, 0.0);
        for order in 0..ORDERS {
            let matches = self.matches[order] as f64;
            if self.restored[order] > 0 && self.original[order] > 0 {
                precision += matches / self.restored[order] as f64;
                recall += matches / self.original[order] as f64;
                orders += 1.0;
            }
        }
        if precision + recall == 0.0 {
            return 0.0;
        }
        let (precision, recall) = (precision / orders, recall / orders);
        let score = (1.0 + BETA_SQUARED) * precision * recall;
        100.0 * (score / (BETA_SQUARED * precision + recall))
    }
}

impl AddAssign<&ChrF> for ChrF {
    fn add_assign(&mut self, other: &ChrF) {
        for order in 0..ORDERS {
            self.restored[order] += other.restored[order];
            self.original[order] += other.original[order];
            self.matches[order] += other.matches[order];
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn score_by_hand() {
        // Without spaces `abca` against `abc`: orders 1 to 3 match 3 of 4 and 3,
        // 2 of 3 and 2, 1 of 2 and 1; the original has no fourth.
        let chrf = ChrF::of("a bc", "ab ca");
        assert_eq!(chrf.matches, [3, 2, 1, 0, 0, 0]);
        assert_eq!(chrf.restored, [4, 3, 2, 0, 0, 0]);
        let precision = (3.0 / 4.0 + 2.0 / 3.0 + 1.0 / 2.0) / 3.0;
        let expected = 100.0 * 5.0 * precision / (4.0 * precision + 1.0);
        assert!((chrf.score() - expected).abs() < 1e-12);
        // A gram counts as often as the original has it.
        assert_eq!(ChrF::of("aab", "aaa").matches, [2, 1, 0, 0, 0, 0]);
        assert_eq!(ChrF::of("", "x").score(), 0.0);
    }
}
