//! The channel stage: align, extract, count, score.

use super::pairs::WordPair;
use super::recipe::Recipe;
use crate::channel::Channel;
use crate::channel::counts::{PhraseCounts, Source};
use crate::channel::score::{Lexicon, score};
use crate::error::Result;
use crate::progress::Progress;
use crate::spin::SpunSentence;
use crate::text::token::{is_word, words};
use rayon::prelude::*;
use rustc_hash::FxHashMap;
use std::ops::Range;

struct Even;
impl Lexicon for Even {
    fn spin(&self, _: u32, _: u32) -> f32 {
        0.5
    }
    fn restore(&self, _: u32, _: u32) -> f32 {
        0.5
    }
}

/// A sentence pair with the substitutions between its sides.
struct Aligned {
    source: Source,
    original: Vec<u32>,
    spun: Vec<u32>,
    edits: Vec<(Range<usize>, Range<usize>)>,
}

/// Learns the channel from real pairs, lists and simulated pairs.
pub(super) fn train(
    recipe: &Recipe,
    index: &FxHashMap<String, u32>,
    pairs: &[WordPair],
    simulated: &[SpunSentence],
    progress: &dyn Progress,
) -> Result<Channel> {
    let signs: rustc_hash::FxHashSet<u32> =
        index.iter().filter(|(word, _)| !is_prose(word)).map(|(_, &id)| id).chain([0]).collect();
    let prose = |phrase: &[u32]| !phrase.iter().any(|word| signs.contains(word));
    let mut counts = PhraseCounts::default();
    progress.stage("count substitutions", None);
    let number = |sentence: &str| -> Vec<u32> {
        words(sentence).iter().map(|word| index.get(word).copied().unwrap_or_default()).collect()
    };
    let simulated: Vec<Aligned> = simulated
        .par_iter()
        .map(|s| Aligned {
            source: s.family.map_or(Source::Innocent, |family| Source::Family(family as u8)),
            original: number(&s.original),
            spun: number(&s.spun),
            edits: s.edits.iter().map(|edit| (edit.original.clone(), edit.spun.clone())).collect(),
        })
        .collect();
    for s in &simulated {
        for (o, p) in &s.edits {
            let (o, p) = (&s.original[o.clone()], &s.spun[p.clone()]);
            if prose(o) && prose(p) {
                counts.add(o, p, s.source, 1.0);
            }
        }
    }
    let numbered: Vec<_> = pairs.iter().map(|pair| pair.number(index)).collect();
    for (pair, (original, spun)) in pairs.iter().zip(&numbered) {
        if pair.source == Source::List {
            if prose(original) && prose(spun) {
                counts.add(original, spun, Source::List, pair.count);
            }
        } else {
            for (o, p) in gaps(original, spun) {
                let (o, p) = (&original[o], &spun[p]);
                if prose(o) && prose(p) {
                    counts.add(o, p, Source::Real, 1.0);
                }
            }
        }
    }
    for s in &simulated {
        counts.observe(&s.original, &s.spun, s.source);
    }
    for (pair, (original, spun)) in pairs.iter().zip(&numbered) {
        if pair.source == Source::Real {
            counts.observe(original, spun, Source::Real);
        }
    }
    progress.note(&format!("{} pairs", counts.pairs.len()));
    progress.stage("score substitutions", None);
    Ok(score(&counts, &recipe.channel, &Even))
}

fn is_prose(word: &str) -> bool {
    word.chars().any(is_word) || matches!(word, "%" | "$")
}

fn gaps(o: &[u32], s: &[u32]) -> Vec<(Range<usize>, Range<usize>)> {
    let (n, m) = (o.len(), s.len());
    let mut t = vec![vec![0u32; m + 1]; n + 1];
    for i in (0..n).rev() {
        for j in (0..m).rev() {
            t[i][j] = if o[i] == s[j] { t[i + 1][j + 1] + 1 } else { t[i + 1][j].max(t[i][j + 1]) };
        }
    }
    let (mut i, mut j, mut a, mut b) = (0, 0, 0, 0);
    let mut out = Vec::new();
    while i < n && j < m {
        if o[i] == s[j] && t[i][j] == t[i + 1][j + 1] + 1 {
            if a < i && b < j {
                out.push((a..i, b..j));
            }
            i += 1;
            j += 1;
            a = i;
            b = j;
        } else if t[i + 1][j] >= t[i][j + 1] {
            i += 1
        } else {
            j += 1
        }
    }
    if a < n && b < m {
        out.push((a..n, b..m));
    }
    out
}
