//! The restoration of least risk: nearest, in words, to all that the author may have written.
//!
//! Minimum Bayes risk over the k best (Kumar & Byrne 2004), with the error that restorations
//! are measured by, Levenshtein's distance in words, as the loss.

use super::nbest::Path;
use crate::lattice::Lattice;
use crate::text::distance::distance;

/// Restorations that speak for what the author may have written.
pub(super) const WITNESSES: usize = 50;

/// The one of the `paths`, best first, whose expected distance to the author's words is
/// least; of equals the likelier.
pub(super) fn least_risk(lattice: &Lattice, mut paths: Vec<Path>) -> Option<Path> {
    let best = paths.first()?.score;
    let words: Vec<Vec<u32>> = paths.iter().map(|path| words(lattice, path)).collect();
    let likely: Vec<f64> = paths.iter().map(|path| f64::from(path.score - best).exp()).collect();
    Some(paths.swap_remove(least(&words, &likely)?))
}

fn least(words: &[Vec<u32>], likely: &[f64]) -> Option<usize> {
    let risk = |here: &Vec<u32>| -> f64 {
        let far = words.iter().map(|other| distance(here, other) as f64);
        far.zip(likely).map(|(far, likely)| far * likely).sum()
    };
    let risks = words.iter().map(risk).enumerate();
    Some(risks.min_by(|a, b| a.1.total_cmp(&b.1))?.0)
}

fn words(lattice: &Lattice, path: &Path) -> Vec<u32> {
    let choices = path.choices.iter().map(|&number| lattice.choice(number));
    choices.flat_map(|choice| lattice.words(choice)).copied().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neighbours_outweigh_the_likeliest() {
        // The first is three words from the others, which are one word apart: its risk is 1.8,
        // that of the second 0.4 * 3 + 0.3.
        let words = [vec![1, 2, 3, 4], vec![1, 7, 8, 9], vec![1, 7, 8, 6]];
        assert_eq!(least(&words, &[0.4, 0.35, 0.25]), Some(1));
        assert_eq!(least(&words, &[0.8, 0.1, 0.1]), Some(0));
        assert_eq!(least(&[], &[]), None);
    }
}
