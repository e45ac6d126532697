//! How far a figure depends on which documents happened to be measured (Efron, 1979).

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use rayon::prelude::*;
use serde::Serialize;

/// Draws what one replicate is made of.
pub(crate) struct Draw(ChaCha8Rng);

impl Draw {
    /// As many of `units` as there are, drawn with replacement.
    pub(crate) fn resample<'u, T>(&mut self, units: &'u [T]) -> impl Iterator<Item = &'u T> {
        let count = units.len() as u128;
        // The high half of a 64-bit draw times the count: even but for 2^-64.
        let index = move |draw: u64| ((u128::from(draw) * count) >> 64) as usize;
        (0..units.len()).map(move |_| &units[index(self.0.next_u64())])
    }
}

/// What `figure` makes of each replicate. Replicates have streams of their own,
/// so the result is the same at any number of threads.
pub(crate) fn replicates<T: Send>(
    count: usize,
    seed: u64,
    figure: impl Fn(&mut Draw) -> T + Sync,
) -> Vec<T> {
    let replicate = |stream: usize| {
        let mut generator = ChaCha8Rng::seed_from_u64(seed);
        generator.set_stream(stream as u64);
        figure(&mut Draw(generator))
    };
    (0..count).into_par_iter().map(replicate).collect()
}

/// The 95 % interval by percentiles: a fortieth of the values lies on either side.
pub(crate) fn interval(mut values: Vec<f64>) -> Option<[f64; 2]> {
    values.sort_unstable_by(f64::total_cmp);
    let outside = values.len() / 40;
    Some([*values.get(outside)?, values[values.len() - 1 - outside]])
}

/// Two systems on the same documents.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Paired {
    /// How far the first is ahead.
    pub difference: f64,
    /// The 95 % interval of that.
    pub interval: [f64; 2],
    /// How often chance alone sets two equal systems as far apart (two-sided).
    pub p: f64,
}

impl Paired {
    /// From the difference found and that of each replicate (Riezler and Maxwell, 2005).
    pub(crate) fn new(difference: f64, replicates: &[f64]) -> Option<Self> {
        let interval = interval(replicates.to_vec())?;
        let count = replicates.len() as f64;
        let mean = replicates.iter().sum::<f64>() / count;
        let far = replicates.iter().filter(|value| (**value - mean).abs() >= difference.abs());
        Some(Self { difference, interval, p: (far.count() as f64 + 1.0) / (count + 1.0) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn intervals_by_table() {
        let values = |count: u32| (0..count).rev().map(f64::from).collect::<Vec<_>>();
        assert_eq!(interval(values(0)), None);
        assert_eq!(interval(values(1)), Some([0.0, 0.0]));
        assert_eq!(interval(values(39)), Some([0.0, 38.0]));
        assert_eq!(interval(values(40)), Some([1.0, 38.0]));
        assert_eq!(interval(values(1000)), Some([25.0, 974.0]));
    }

    #[test]
    fn paired_by_hand() {
        // Mean 2; as far as 2 from it are 0 and 4.
        let paired = Paired::new(2.0, &[0.0, 1.0, 2.0, 3.0, 4.0]).unwrap();
        assert_eq!(paired, Paired { difference: 2.0, interval: [0.0, 4.0], p: 0.5 });
        assert_eq!(Paired::new(0.0, &[0.0; 9]).unwrap().p, 1.0);
    }

    #[test]
    fn draws_are_even_and_repeat() {
        let units: Vec<usize> = (0..10).collect();
        let draw =
            |_: ()| replicates(500, 7, |draw| draw.resample(&units).copied().collect::<Vec<_>>());
        let drawn = draw(());
        let alone = rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap();
        assert_eq!(drawn, alone.install(|| draw(())));
        assert_ne!(drawn[0], drawn[1]);
        let mut counts = [0; 10];
        drawn.iter().flatten().for_each(|&unit| counts[unit] += 1);
        assert!(counts.iter().all(|count| (400..600).contains(count)), "{counts:?}");
    }
}
