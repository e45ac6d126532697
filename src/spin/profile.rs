//! What a set of pairs looks like: the figures by which simulated pairs are held
//! against real ones.

use crate::spin::names::names;
use crate::text::{token, tokenize};
use std::collections::BTreeMap;
use std::fmt;
use std::ops::Range;

/// Counts over pairs of sentences; words are compared without case.
///
/// A span is a longest run of words that differ, so that neighbouring
/// substitutions make one.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Profile {
    pub(crate) pairs: u64,
    pub(crate) unchanged_pairs: u64,
    pub(crate) original_tokens: u64,
    pub(crate) spun_tokens: u64,
    /// Tokens of the original that are not in the spun sentence at their place.
    pub(crate) changed_tokens: u64,
    /// Tokens written as names, and those of them that are changed.
    pub(crate) names: (u64, u64),
    pub(crate) spans: Spans,
    /// Document to its tokens and those changed.
    pub(crate) documents: BTreeMap<u64, (u64, u64)>,
}

/// Changed spans by the number of words on both sides, and some of note.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Spans {
    pub(crate) all: u64,
    pub(crate) one_to_one: u64,
    pub(crate) one_to_many: u64,
    pub(crate) many_to_one: u64,
    pub(crate) many_to_many: u64,
    pub(crate) inserted: u64,
    pub(crate) deleted: u64,
    /// An apostrophe within a word of one side alone.
    pub(crate) contractions: u64,
    /// A figure on one side alone.
    pub(crate) numbers: u64,
    /// Words that lost the space between them.
    pub(crate) joined: u64,
}

impl Profile {
    /// The profile of `(document, original, spun)` pairs.
    #[cfg(test)]
    pub(crate) fn of<'t>(pairs: impl IntoIterator<Item = (u64, &'t str, &'t str)>) -> Self {
        let mut profile = Self::default();
        for (document, original, spun) in pairs {
            profile.add(document, original, spun);
        }
        profile
    }

    /// Counts one pair.
    pub(crate) fn add(&mut self, document: u64, original: &str, spun: &str) {
        let surfaces: Vec<&str> = tokenize(original).iter().map(|t| t.of(original)).collect();
        let (words, spun) = (token::words(original), token::words(spun));
        let regions = regions(&words, &spun);
        let changed: u64 = regions.iter().map(|(o, _)| o.len() as u64).sum();
        self.pairs += 1;
        self.unchanged_pairs += u64::from(regions.is_empty());
        self.original_tokens += words.len() as u64;
        self.spun_tokens += spun.len() as u64;
        self.changed_tokens += changed;
        let (tokens, all) = self.documents.entry(document).or_default();
        *tokens += words.len() as u64;
        *all += changed;
        let names = names(&surfaces);
        self.names.0 += names.iter().filter(|name| **name).count() as u64;
        for (original, now) in regions {
            let in_names = names[original.clone()].iter().filter(|name| **name).count();
            self.names.1 += in_names as u64;
            self.spans.add(&words[original], &spun[now]);
        }
    }

    /// How much longer the spun side is, as a share of the original's length.
    pub(crate) fn growth(&self) -> f64 {
        ratio(self.spun_tokens, self.original_tokens) - 1.0
    }

    /// The change rate below which `share` of the documents lie.
    pub(crate) fn quantile(&self, share: f64) -> f64 {
        let mut rates: Vec<f64> =
            self.documents.values().map(|(tokens, changed)| ratio(*changed, *tokens)).collect();
        rates.sort_by(f64::total_cmp);
        let at = (share * rates.len().saturating_sub(1) as f64).round() as usize;
        rates.get(at).copied().unwrap_or(0.0)
    }
}

impl Spans {
    fn add(&mut self, original: &[String], spun: &[String]) {
        self.all += 1;
        let count = match (original.len(), spun.len()) {
            (0, _) => &mut self.inserted,
            (_, 0) => &mut self.deleted,
            (1, 1) => &mut self.one_to_one,
            (1, _) => &mut self.one_to_many,
            (_, 1) => &mut self.many_to_one,
            _ => &mut self.many_to_many,
        };
        *count += 1;
        let any = |side: &[String], test: fn(char) -> bool| {
            side.iter().any(|word| word.len() > 1 && word.contains(test))
        };
        let apostrophe = |c: char| c == '\'';
        let digit =
            |side: &[String]| side.iter().any(|word| word.contains(|c: char| c.is_numeric()));
        self.contractions += u64::from(any(original, apostrophe) != any(spun, apostrophe));
        self.numbers += u64::from(digit(original) != digit(spun));
        let joined = original.len() > spun.len() && original.concat() == spun.concat();
        self.joined += u64::from(joined);
    }
}

impl fmt::Display for Profile {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        let percent = |part, of| format!("{:.1} %", 100.0 * ratio(part, of));
        let spans = &self.spans;
        let quantiles = [0.0, 0.1, 0.5, 0.9, 1.0].map(|share| 100.0 * self.quantile(share));
        let [least, tenth, median, ninetieth, most] = quantiles;
        let rows = [
            ("documents", self.documents.len().to_string()),
            ("pairs", self.pairs.to_string()),
            ("pairs unchanged", percent(self.unchanged_pairs, self.pairs)),
            ("tokens changed", percent(self.changed_tokens, self.original_tokens)),
            (
                "  by document: 0, 10, 50, 90, 100 %",
                format!("{least:.0} {tenth:.0} {median:.0} {ninetieth:.0} {most:.0} %"),
            ),
            ("length growth", format!("{:+.1} %", 100.0 * self.growth())),
            ("changed spans", spans.all.to_string()),
            ("  one word for one", percent(spans.one_to_one, spans.all)),
            ("  one for several", percent(spans.one_to_many, spans.all)),
            ("  several for one", percent(spans.many_to_one, spans.all)),
            ("  several for several", percent(spans.many_to_many, spans.all)),
            ("  inserted", percent(spans.inserted, spans.all)),
            ("  deleted", percent(spans.deleted, spans.all)),
            ("  contractions flipped", percent(spans.contractions, spans.all)),
            ("  figures to words or back", percent(spans.numbers, spans.all)),
            ("  spaces lost", percent(spans.joined, spans.all)),
            ("tokens of names changed", percent(self.names.1, self.names.0)),
        ];
        for (what, value) in rows {
            writeln!(f, "{what:<36} {value}")?;
        }
        Ok(())
    }
}

fn ratio(part: u64, of: u64) -> f64 {
    if of == 0 { 0.0 } else { part as f64 / of as f64 }
}

/// Longest runs of words that differ, on the way of fewest edits; where several
/// ways tie, a substitution is taken before a deletion before an insertion.
fn regions(original: &[String], spun: &[String]) -> Vec<(Range<usize>, Range<usize>)> {
    let front = original.iter().zip(spun).take_while(|(a, b)| a == b).count();
    let (a, b) = (&original[front..], &spun[front..]);
    let width = b.len() + 1;
    // Edits from (i, j) to the ends.
    let mut costs = vec![0u32; (a.len() + 1) * width];
    for i in (0..=a.len()).rev() {
        for j in (0..=b.len()).rev() {
            let at = i * width + j;
            costs[at] = match (a.len() - i, b.len() - j) {
                (0, rest) | (rest, 0) => rest as u32,
                _ if a[i] == b[j] => costs[at + width + 1],
                _ => 1 + costs[at + width + 1].min(costs[at + width]).min(costs[at + 1]),
            };
        }
    }
    let mut regions = Vec::new();
    let (mut i, mut j) = (0, 0);
    while i < a.len() || j < b.len() {
        let from = (i, j);
        while i < a.len() || j < b.len() {
            let cost = costs[i * width + j];
            let below = i < a.len();
            let beside = j < b.len();
            if below && beside && a[i] == b[j] {
                break;
            } else if below && beside && cost == 1 + costs[(i + 1) * width + j + 1] {
                (i, j) = (i + 1, j + 1);
            } else if below && cost == 1 + costs[(i + 1) * width + j] {
                i += 1;
            } else {
                j += 1;
            }
        }
        if (i, j) != from {
            regions.push((from.0 + front..i + front, from.1 + front..j + front));
        }
        while i < a.len() && j < b.len() && a[i] == b[j] {
            (i, j) = (i + 1, j + 1);
        }
    }
    regions
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn counts_by_hand() {
        let pairs = [
            (0, "He saw a right answer today.", "He noticed a proper answer at this time."),
            (0, "It is less.", "It's much less."),
            (1, "The Best Buy shop closed", "The Finest Buy shop closed"),
            (1, "one of OpenAI repeatedly", "1 of OpenAIrepeatedly"),
            (2, "Nothing new.", "Nothing new."),
        ];
        let profile = Profile::of(pairs);
        assert_eq!(profile.pairs, 5);
        assert_eq!(profile.unchanged_pairs, 1);
        assert_eq!(profile.original_tokens, 7 + 4 + 5 + 4 + 3);
        assert_eq!(profile.spun_tokens, 9 + 4 + 5 + 3 + 3);
        assert_eq!(profile.changed_tokens, 3 + 2 + 1 + 3);
        assert_eq!(profile.names, (3, 2));
        let spans = &profile.spans;
        assert_eq!((spans.all, spans.one_to_one), (7, 4));
        assert_eq!((spans.one_to_many, spans.many_to_one, spans.many_to_many), (1, 1, 1));
        assert_eq!((spans.contractions, spans.numbers, spans.joined), (1, 1, 1));
        assert_eq!(profile.quantile(0.0), 0.0);
        assert_eq!(profile.quantile(1.0), 5.0 / 11.0);
        assert!(profile.to_string().contains("tokens changed                       39.1 %"));
    }

    proptest! {
        #[test]
        fn regions_lead_from_one_side_to_the_other(
            original in prop::collection::vec("[abc]", 0..9),
            spun in prop::collection::vec("[abc]", 0..9),
        ) {
            let (mut i, mut j) = (0, 0);
            for (a, b) in regions(&original, &spun) {
                prop_assert_eq!(&original[i..a.start], &spun[j..b.start]);
                prop_assert!(!a.is_empty() || !b.is_empty());
                (i, j) = (a.end, b.end);
            }
            prop_assert_eq!(&original[i..], &spun[j..]);
        }
    }
}
