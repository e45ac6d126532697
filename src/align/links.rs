//! From the posteriors of a gap to its links.

use super::AlignConfig;
use super::symmetrize::{Link, NEIGHBOURS, Symmetrization};
use ndarray::ArrayView2;

/// Least posterior of a link of one direction.
const LIKELY: f32 = 0.5;

/// Appends the links of a gap, counted from its start. `forward` (spun x original) is
/// the posterior of the direction in which spun words choose, `backward` (original x
/// spun) of the other.
pub(crate) fn decode(
    config: &AlignConfig,
    forward: ArrayView2<f32>,
    backward: ArrayView2<f32>,
    links: &mut Vec<Link>,
) {
    if config.symmetrization == Symmetrization::Posterior {
        return agreed(config, forward, backward, links);
    }
    // No more than one state has a posterior above a half.
    let choices = |posterior: ArrayView2<f32>| -> Vec<(u16, u16)> {
        let likely = posterior.indexed_iter().filter(|(_, posterior)| **posterior > LIKELY);
        likely.map(|((word, state), _)| (word as u16, state as u16)).collect()
    };
    let mut chosen: Vec<Link> = choices(forward).into_iter().map(|(j, i)| (i, j)).collect();
    chosen.sort_unstable();
    links.extend(config.symmetrization.combine(&chosen, &choices(backward)));
}

/// Links that both directions like, grown to their neighbours.
fn agreed(
    config: &AlignConfig,
    forward: ArrayView2<f32>,
    backward: ArrayView2<f32>,
    links: &mut Vec<Link>,
) {
    let (original, spun) = backward.dim();
    let score = |i: usize, j: usize| (forward[[j, i]] * backward[[i, j]]).sqrt();
    let start = links.len();
    let mut taken = vec![false; original * spun];
    for i in 0..original {
        for j in 0..spun {
            if score(i, j) >= config.link {
                links.push((i as u16, j as u16));
                taken[i * spun + j] = true;
            }
        }
    }
    let mut next = start;
    while let Some(&(i, j)) = links.get(next) {
        next += 1;
        for (down, right) in NEIGHBOURS {
            let i = (i as usize).wrapping_add_signed(down as isize);
            let j = (j as usize).wrapping_add_signed(right as isize);
            if i < original && j < spun && !taken[i * spun + j] && score(i, j) >= config.grow {
                taken[i * spun + j] = true;
                links.push((i as u16, j as u16));
            }
        }
    }
    attach(config, forward, backward, &taken, links, start);
}

/// Links words that have none yet to what a neighbour is linked with, if they choose
/// it: `of` in `in the light of` for `given`. The other direction, where a word chooses
/// but one, has no say.
fn attach(
    config: &AlignConfig,
    forward: ArrayView2<f32>,
    backward: ArrayView2<f32>,
    taken: &[bool],
    links: &mut Vec<Link>,
    start: usize,
) {
    let (original, spun) = backward.dim();
    let (mut bare_original, mut bare_spun) = (vec![true; original], vec![true; spun]);
    for &(i, j) in &links[start..] {
        (bare_original[i as usize], bare_spun[j as usize]) = (false, false);
    }
    let taken = |i: usize, j: usize| i < original && j < spun && taken[i * spun + j];
    for i in 0..original {
        for j in 0..spun {
            let above = bare_original[i]
                && backward[[i, j]] >= config.attach
                && (taken(i.wrapping_sub(1), j) || taken(i + 1, j));
            let beside = bare_spun[j]
                && forward[[j, i]] >= config.attach
                && (taken(i, j.wrapping_sub(1)) || taken(i, j + 1));
            if above || beside {
                links.push((i as u16, j as u16));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::array;

    #[test]
    fn posteriors_to_links_by_table() {
        let forward = array![[0.9, 0.05, 0.0], [0.1, 0.3, 0.45], [0.1, 0.0, 0.16]];
        let backward = array![[0.9, 0.0, 0.2], [0.6, 0.3, 0.0], [0.0, 0.2, 0.16]];
        let table: &[(Symmetrization, &[Link])] = &[
            (Symmetrization::Intersect, &[(0, 0)]),
            (Symmetrization::Union, &[(0, 0), (1, 0)]),
            // (1, 1) and (2, 1) score 0.3; (2, 2) with 0.16 is their neighbour.
            (Symmetrization::Posterior, &[(0, 0), (1, 0), (1, 1), (2, 1), (2, 2)]),
        ];
        for &(symmetrization, expected) in table {
            let config =
                AlignConfig { symmetrization, link: 0.28, grow: 0.15, ..AlignConfig::default() };
            let mut links = Vec::new();
            decode(&config, forward.view(), backward.view(), &mut links);
            links.sort_unstable();
            assert_eq!(links, expected, "{symmetrization:?}");
        }
    }

    #[test]
    fn a_lone_word_goes_with_its_neighbour() {
        // Two original words, of which the second chooses what has chosen the first.
        let (forward, backward) = (array![[0.9, 0.01]], array![[0.9], [0.5]]);
        let table: &[(f32, &[Link])] = &[(0.6, &[(0, 0)]), (0.4, &[(0, 0), (1, 0)])];
        for &(attach, expected) in table {
            let config = AlignConfig { attach, ..AlignConfig::default() };
            for turned in [false, true] {
                let mut links = Vec::new();
                let (one, two) = (forward.view(), backward.view());
                let (one, two) = if turned { (two, one) } else { (one, two) };
                decode(&config, one, two, &mut links);
                let turn = |&(i, j): &Link| if turned { (j, i) } else { (i, j) };
                assert!(links.iter().map(turn).eq(expected.iter().copied()), "{attach} {links:?}");
            }
        }
    }
}
