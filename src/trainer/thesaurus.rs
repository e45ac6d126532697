//! Thesauri: words that an engine of which nothing is known may have taken.

use super::recipe::{Thesaurus, ThesaurusKind, file_name};
use crate::channel::counts::{Counts, Group, Offered, Phrases, Places, is_telling};
use crate::channel::score::as_count;
use crate::corpus::{Interner, Line, Lines};
use crate::error::Result;
use crate::model::SourceRecord;
use crate::spin::synonyms;
use crate::text::inflect::{self, Pos};
use crate::text::token;
use rustc_hash::{FxHashMap, FxHashSet};
use std::path::Path;

/// What a thesaurus offers, as word numbers.
#[derive(Clone)]
pub(super) struct Offers {
    /// Which of the two [`Offered`] counts it is.
    pub(super) column: usize,
    /// `(original, spun)` with all their forms, by original; both directions of what it
    /// says.
    pub(super) pairs: Vec<(Vec<u32>, Vec<u32>)>,
    /// By pair: the share of what an engine writes for the original.
    pub(super) shares: Vec<f32>,
    /// Share of the places of an original at which such an engine would be expected.
    pub(super) rate: f32,
}

/// Reads a thesaurus; only pairs of words that are `known` are taken.
pub(super) fn read(
    thesaurus: &Thesaurus,
    folder: &Path,
    known: impl Fn(&str) -> bool,
    words: &mut Interner,
) -> Result<(Offers, SourceRecord)> {
    let mut lines = Lines::open(&folder.join(&thesaurus.path))?;
    let (mut rows, mut pairs) = (0, Vec::new());
    let is_known = |words: &[String]| words.iter().all(|word| known(word));
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
    let column = match thesaurus.kind {
        ThesaurusKind::Synonyms => 0,
        ThesaurusKind::Words => 1,
    };
    let mut number =
        |phrase: Vec<String>| phrase.iter().map(|word| words.number(word)).collect::<Vec<u32>>();
    let shares = pairs.chunk_by(|a, b| a.0 == b.0);
    let shares = shares.flat_map(|rivals| rivals.iter().map(|_| 1.0 / rivals.len() as f32));
    let shares = shares.collect();
    let pairs = pairs.into_iter().map(|(o, s)| (number(o), number(s))).collect();
    let name = file_name(&thesaurus.path);
    let record = SourceRecord { name, kind: "thesaurus".into(), rows, checksum: 0 };
    Ok((Offers { column, pairs, shares, rate: thesaurus.rate }, record))
}

/// True for forms of one word, or what looks like it: no engine's synonyms.
pub(super) fn are_kin(a: &str, b: &str) -> bool {
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

/// Places at which a word is thought to stand that was not met.
const RARE: f32 = 0.5;

impl Offers {
    /// The offers of words that are `known`, as phrase numbers; whether each says
    /// something of its own stands beside it.
    pub(super) fn announce(&self, known: impl Fn(u32) -> bool, phrases: &mut Phrases) -> Announced {
        let known = |phrase: &[u32]| phrase.iter().all(|&word| known(word));
        let pairs = self.pairs.iter().zip(&self.shares);
        let pairs = pairs.filter(|((original, spun), _)| known(original) && known(spun));
        let pairs = pairs.map(|((original, spun), &share)| Offer {
            original: phrases.number(original),
            spun: phrases.number(spun),
            share,
            telling: is_telling(original, spun),
        });
        Announced { column: self.column, rate: self.rate, pairs: pairs.collect() }
    }
}

/// What a thesaurus offers, as phrase numbers.
pub(super) struct Announced {
    column: usize,
    rate: f32,
    pairs: Vec<Offer>,
}

struct Offer {
    original: u32,
    spun: u32,
    share: f32,
    telling: bool,
}

impl Announced {
    /// The phrases whose places matter.
    pub(super) fn phrases(&self) -> impl Iterator<Item = u32> + '_ {
        self.pairs.iter().flat_map(|offer| [offer.original, offer.spun])
    }

    /// Counts every offer as often as it is to be expected of an engine that changes
    /// words at a steady rate and takes any of their synonyms. `places` are those of the
    /// original side.
    pub(super) fn count(
        &self,
        places: &Places,
        groups: &mut Vec<Group>,
        offered: &mut FxHashMap<(u32, u32), Offered>,
    ) {
        let mut of_spun: FxHashMap<u32, usize> =
            groups.iter().enumerate().map(|(at, group)| (group.spun, at)).collect();
        for rivals in self.pairs.chunk_by(|a, b| a.original == b.original) {
            let places = places.get(&rivals[0].original);
            let places: f32 = places.map_or(0.0, |c| c.iter().map(|&count| as_count(count)).sum());
            let expected = places.max(RARE) * self.rate;
            let telling = rivals.iter().filter(|offer| offer.telling);
            for Offer { original, spun, share, .. } in telling {
                let at = *of_spun.entry(*spun).or_insert(groups.len());
                if at == groups.len() {
                    groups.push(Group::new(*spun));
                }
                if groups[at].originals.iter().all(|(other, _)| other != original) {
                    groups[at].push(*original, Counts::default());
                }
                offered.entry((*spun, *original)).or_default()[self.column] += expected * share;
            }
        }
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
