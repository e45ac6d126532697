//! Chance, the same on every machine and for every order of documents.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

/// The draws of one document: the seed's stream of the document's index.
pub(super) struct Draws {
    stream: ChaCha8Rng,
    key: u64,
}

impl Draws {
    pub(super) fn new(seed: u64, index: u64) -> Self {
        let mut stream = ChaCha8Rng::seed_from_u64(seed);
        stream.set_stream(index);
        let key = stream.next_u64();
        Self { stream, key }
    }

    /// Uniform from 0 to below 1.
    pub(super) fn uniform(&mut self) -> f64 {
        unit(self.stream.next_u64())
    }

    pub(super) fn chance(&mut self, probability: f64) -> bool {
        self.uniform() < probability
    }

    /// Near normal with mean 0 and variance 1: twelve uniforms less six, which
    /// needs no function that machines round differently.
    pub(super) fn normal(&mut self) -> f64 {
        (0..12).map(|_| self.uniform()).sum::<f64>() - 6.0
    }

    /// One of `list`, which is not empty.
    pub(super) fn pick<'l>(&mut self, list: &[&'l str]) -> &'l str {
        list[self.below(list.len()).unwrap_or_default()]
    }

    /// A whole number below `end`, if there is one.
    pub(super) fn below(&mut self, end: usize) -> Option<usize> {
        (end > 0).then(|| (self.uniform() * end as f64) as usize)
    }

    /// Uniform from 0 to below 1, always the same for `thing` in this document.
    pub(super) fn steady(&self, thing: u64) -> f64 {
        // The finaliser of SplitMix64.
        let mut x = self.key ^ thing.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        unit(x ^ (x >> 31))
    }
}

fn unit(bits: u64) -> f64 {
    (bits >> 11) as f64 / (1u64 << 53) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn streams_differ_and_repeat() {
        let first = |seed, index| Draws::new(seed, index).uniform();
        assert_eq!(first(1, 2), first(1, 2));
        assert_ne!(first(1, 2), first(1, 3));
        assert_ne!(first(1, 2), first(2, 2));
    }

    #[test]
    fn draws_are_spread_as_named() {
        let mut draws = Draws::new(7, 0);
        let normal: Vec<f64> = (0..20_000).map(|_| draws.normal()).collect();
        let mean = normal.iter().sum::<f64>() / normal.len() as f64;
        let variance = normal.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / normal.len() as f64;
        assert!(mean.abs() < 0.03 && (variance - 1.0).abs() < 0.05, "{mean} {variance}");
        let steady: Vec<f64> = (0..20_000).map(|thing| draws.steady(thing)).collect();
        let mean = steady.iter().sum::<f64>() / steady.len() as f64;
        assert!((mean - 0.5).abs() < 0.01, "{mean}");
        assert_eq!(draws.steady(5), draws.steady(5));
    }
}
