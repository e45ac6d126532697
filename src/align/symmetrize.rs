//! Two directions made one: the classic heuristics over sets of links.
//!
//! Och and Ney (2003), "A Systematic Comparison of Various Statistical Alignment
//! Models"; Koehn, Axelrod, Mayne, Callison-Burch, Osborne and Talbot (2005),
//! "Edinburgh System Description for the 2005 IWSLT", for grow-diag-final(-and).

use serde::{Deserialize, Serialize};

/// How the links of the two directions become one set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Symmetrization {
    /// Links that both directions have.
    Intersect,
    /// Links that either direction has.
    Union,
    /// The intersection, grown to neighbouring links of the union, diagonal ones
    /// included, as long as one of the two words has no link yet.
    GrowDiag,
    /// As grow-diag, then every link of either direction one of whose words has none.
    GrowDiagFinal,
    /// As grow-diag, then every link of either direction both of whose words have none.
    GrowDiagFinalAnd,
    /// Links whose two posteriors have a high geometric mean, grown to neighbours of
    /// which that is not quite so high. [`Symmetrization::combine`] has no posteriors
    /// and takes the intersection in its place.
    Posterior,
}

/// A link as (original, spun) word index.
pub(crate) type Link = (u16, u16);

/// The eight places around a link.
pub(crate) const NEIGHBOURS: [(i32, i32); 8] =
    [(-1, 0), (0, -1), (1, 0), (0, 1), (-1, -1), (-1, 1), (1, -1), (1, 1)];

/// Links of a pair under construction, and which words have one.
struct Grown {
    links: Vec<Link>,
    original: Vec<bool>,
    spun: Vec<bool>,
}

impl Grown {
    fn add(&mut self, link: Link) {
        self.links.push(link);
        self.original[link.0 as usize] = true;
        self.spun[link.1 as usize] = true;
    }

    fn free(&self, (i, j): Link) -> (bool, bool) {
        (!self.original[i as usize], !self.spun[j as usize])
    }
}

impl Symmetrization {
    /// Combines `forward` and `backward`, each sorted and without repetition; so is
    /// the result.
    pub fn combine(self, forward: &[(u16, u16)], backward: &[(u16, u16)]) -> Vec<(u16, u16)> {
        let both: Vec<Link> =
            forward.iter().filter(|link| backward.binary_search(link).is_ok()).copied().collect();
        if matches!(self, Self::Intersect | Self::Posterior) {
            return both;
        }
        let mut union = [forward, backward].concat();
        union.sort_unstable();
        union.dedup();
        if self == Self::Union {
            return union;
        }
        let size = |of: fn(&Link) -> u16| union.iter().map(of).max().map_or(0, |i| i as usize + 1);
        let mut grown = Grown {
            links: Vec::with_capacity(union.len()),
            original: vec![false; size(|link| link.0)],
            spun: vec![false; size(|link| link.1)],
        };
        both.iter().for_each(|&link| grown.add(link));
        // Every link, old or new, offers its neighbours once: a word that is taken
        // stays taken, so a link refused once is refused for ever.
        let mut next = 0;
        while let Some(&(i, j)) = grown.links.get(next) {
            next += 1;
            for (down, right) in NEIGHBOURS {
                let place = (i32::from(i) + down, i32::from(j) + right);
                let (Ok(i), Ok(j)) = (u16::try_from(place.0), u16::try_from(place.1)) else {
                    continue;
                };
                if union.binary_search(&(i, j)).is_ok() {
                    let free = grown.free((i, j));
                    if free.0 || free.1 {
                        grown.add((i, j));
                    }
                }
            }
        }
        for direction in [forward, backward] {
            for &link in direction {
                let free = grown.free(link);
                let fits = match self {
                    Self::GrowDiagFinal => free.0 || free.1,
                    Self::GrowDiagFinalAnd => free.0 && free.1,
                    _ => false,
                };
                if fits {
                    grown.add(link);
                }
            }
        }
        grown.links.sort_unstable();
        grown.links
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn heuristics_by_table() {
        use Symmetrization::*;
        let forward: &[Link] = &[(0, 0), (1, 1), (1, 2), (4, 5), (6, 1)];
        let backward: &[Link] = &[(0, 0), (1, 1), (2, 1), (7, 7)];
        let table: &[(Symmetrization, &[Link])] = &[
            (Intersect, &[(0, 0), (1, 1)]),
            (Union, &[(0, 0), (1, 1), (1, 2), (2, 1), (4, 5), (6, 1), (7, 7)]),
            (GrowDiag, &[(0, 0), (1, 1), (1, 2), (2, 1)]),
            (GrowDiagFinal, &[(0, 0), (1, 1), (1, 2), (2, 1), (4, 5), (6, 1), (7, 7)]),
            (GrowDiagFinalAnd, &[(0, 0), (1, 1), (1, 2), (2, 1), (4, 5), (7, 7)]),
        ];
        for (kind, expected) in table {
            assert_eq!(&kind.combine(forward, backward), expected, "{kind:?}");
        }
    }

    proptest! {
        #[test]
        fn each_holds_the_smaller_one(mut forward in prop::collection::vec((0..9u16, 0..9u16), 0..20),
                                     mut backward in prop::collection::vec((0..9u16, 0..9u16), 0..20)) {
            use Symmetrization::*;
            for links in [&mut forward, &mut backward] {
                links.sort_unstable();
                links.dedup();
            }
            let [both, grown, final_, final_and, union] =
                [Intersect, GrowDiag, GrowDiagFinal, GrowDiagFinalAnd, Union]
                    .map(|kind| kind.combine(&forward, &backward));
            for (small, large) in [(&both, &grown), (&grown, &final_), (&grown, &final_and),
                                   (&final_, &union), (&final_and, &union)] {
                prop_assert!(small.iter().all(|link| large.contains(link)));
                prop_assert!(large.windows(2).all(|links| links[0] < links[1]));
            }
        }
    }
}
