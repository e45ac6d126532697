//! Thesauri: words that an engine of which nothing is known may have taken.

use super::recipe::{Thesaurus, ThesaurusKind};
use crate::channel::counts::{PhraseCounts, Source};
use crate::corpus::{Line, Lines};
use crate::error::Result;
use crate::model::SourceRecord;
use crate::spin::synonyms;
use crate::text::inflect::{self, Pos};
use crate::text::token;
use rustc_hash::{FxHashMap, FxHashSet};
use std::path::Path;

/// What a thesaurus offers, in normal form.
pub(super) struct Offers {
    source: Source,
    /// `(original, spun)` with all their forms; both directions of what it says.
    pairs: Vec<(Vec<String>, Vec<String>)>,
    /// Share of the places of an original at which such an engine would be expected.
    rate: f32,
}

/// Reads a thesaurus; only words of `known` are taken.
pub(super) fn read(
    thesaurus: &Thesaurus,
    folder: &Path,
    known: &FxHashMap<String, u32>,
) -> Result<(Offers, SourceRecord)> {
    let mut lines = Lines::open(&folder.join(&thesaurus.path))?;
    let (mut rows, mut pairs) = (0, Vec::new());
    let is_known = |words: &[String]| words.iter().all(|word| known.contains_key(word));
    let mut offer = |original: &str, spun: &str| {
        let (original, spun) = (token::words(original), token::words(spun));
        if is_known(&original) && is_known(&spun) {
            pairs.push((original, spun));
        }
    };
    while let Some((line, _)) = lines.next()? {
        let Line::Text(line) = line else { continue };
        rows += 1;
        match thesaurus.kind {
            ThesaurusKind::Synonyms => {
                for (head, synonym, pos) in synonyms(line) {
                    let both = [(head, synonym), (synonym, head)];
                    for (original, spun) in both.iter().flat_map(|(a, b)| inflect::pairs(a, b, pos))
                    {
                        offer(&original, &spun);
                    }
                }
            }
            ThesaurusKind::Words => {
                let Some((a, b)) = line.split_once('\t') else { continue };
                if !are_kin(a, b) {
                    offer(a, b);
                    offer(b, a);
                }
            }
        }
    }
    pairs.sort_unstable();
    pairs.dedup();
    let source = match thesaurus.kind {
        ThesaurusKind::Synonyms => Source::Thesaurus,
        ThesaurusKind::Words => Source::Paraphrases,
    };
    let name = thesaurus.path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let record = SourceRecord { name, kind: "thesaurus".into(), rows, checksum: 0 };
    Ok((Offers { source, pairs, rate: thesaurus.rate }, record))
}

/// True for forms of one word, or what looks like it: no engine's synonyms.
fn are_kin(a: &str, b: &str) -> bool {
    let shared = a.bytes().zip(b.bytes()).take_while(|(a, b)| a == b).count();
    let longest = a.len().max(b.len());
    let plain = |word: &str| word.len() > 2 && word.chars().all(char::is_alphabetic);
    !plain(a) || !plain(b) || shared + 3 >= longest || {
        let lemmas = |word: &str| -> FxHashSet<String> {
            let all = inflect::analyses(word).into_iter();
            all.filter(|reading| reading.pos != Pos::Fixed).map(|reading| reading.lemma).collect()
        };
        !lemmas(a).is_disjoint(&lemmas(b))
    }
}

/// Makes the phrases of every offer known to the counts.
pub(super) fn announce(
    offers: &[Offers],
    index: &FxHashMap<String, u32>,
    counts: &mut PhraseCounts,
) {
    for offer in offers {
        for (original, spun) in offer.numbered(index) {
            counts.add(&original, &spun, offer.source, 0.0);
        }
    }
}

/// Counts every offer as often as it is to be expected of an engine that changes words
/// at a steady rate and takes any of their synonyms; places must have been counted.
pub(super) fn count(offers: &[Offers], index: &FxHashMap<String, u32>, counts: &mut PhraseCounts) {
    for offer in offers {
        let pairs: Vec<_> = offer.numbered(index).collect();
        for rivals in pairs.chunk_by(|a, b| a.0 == b.0) {
            let places = counts.places(&rivals[0].0).max(RARE);
            let expected = places * offer.rate / rivals.len() as f32;
            for (original, spun) in rivals {
                counts.add(original, spun, offer.source, expected);
            }
        }
    }
}

/// Places at which a word is thought to stand that was not met.
const RARE: f32 = 0.5;

impl Offers {
    fn numbered<'o>(
        &'o self,
        index: &'o FxHashMap<String, u32>,
    ) -> impl Iterator<Item = (Vec<u32>, Vec<u32>)> + 'o {
        let number = |words: &[String]| -> Option<Vec<u32>> {
            words.iter().map(|word| index.get(word).copied()).collect()
        };
        self.pairs.iter().filter_map(move |(o, s)| Some((number(o)?, number(s)?)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kin_by_table() {
        let table = [
            ("promote", "promoted", true),
            ("took", "take", true),
            ("germ", "germs", true),
            ("accident", "disaster", false),
            ("novelist", "writer", false),
            ("13,53", "13.53", true),
        ];
        for (a, b, kin) in table {
            assert_eq!(are_kin(a, b), kin, "{a} {b}");
        }
    }
}
