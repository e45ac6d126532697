//! Entropy pruning: n-grams whose loss changes the model least go first.

use super::model::BackoffModel;
use std::cmp::Ordering;

/// How far to prune.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Entropy {
    /// Drop n-grams whose loss would raise the perplexity by less than this share,
    /// say 1e-8.
    Threshold(f64),
    /// Keep this many n-grams, unigrams among them; fewer where several are worth
    /// the same.
    Size(usize),
}

impl BackoffModel {
    /// Prunes by relative entropy (Stolcke, 1998) and computes the back-off weights
    /// anew. An n-gram is worth at least what any n-gram is worth whose context or
    /// suffix it is, so that what remains is closed; unigrams all stay.
    ///
    /// How often a context occurs is the share of its first word in the text times
    /// the model's own probabilities of the others: Kneser-Ney unigrams, which
    /// count contexts, would mislead (Chelba et al., 2010).
    pub(crate) fn prune_entropy(&self, extent: Entropy) -> Self {
        let worth = self.worth();
        let least = match extent {
            Entropy::Threshold(share) => share.ln_1p() as f32,
            Entropy::Size(size) => {
                let room = size.saturating_sub(self.trie.len(0));
                let mut all: Vec<f32> = worth[1..].iter().flatten().copied().collect();
                let falling = |a: &f32, b: &f32| b.total_cmp(a);
                match room.cmp(&all.len()) {
                    // What the first n-gram without room is worth is not enough.
                    Ordering::Less => all.select_nth_unstable_by(room, falling).1.next_up(),
                    _ => f32::NEG_INFINITY,
                }
            }
        };
        let kept = |(level, worth): (usize, &Vec<f32>)| {
            worth.iter().map(|worth| level == 0 || *worth >= least).collect()
        };
        let keep: Vec<Vec<bool>> = worth.iter().enumerate().map(kept).collect();
        let mut pruned = self.retain(&keep);
        pruned.normalise();
        pruned
    }

    /// What each n-gram's loss would add to the cross-entropy, in nats a word, or
    /// that of an n-gram that needs it, whichever is more.
    fn worth(&self) -> Vec<Vec<f32>> {
        let contexts = self.trie.contexts();
        // Log probability of meeting each n-gram in running text.
        let mut occurrence = vec![self.shares.clone()];
        for level in 1..self.order().saturating_sub(1) {
            let nodes = contexts[level].iter().zip(&self.probs[level]);
            let below = &occurrence[level - 1];
            occurrence.push(nodes.map(|(&context, prob)| below[context as usize] + prob).collect());
        }
        let mut worth: Vec<Vec<f32>> =
            self.probs.iter().map(|probs| vec![f32::NEG_INFINITY; probs.len()]).collect();
        for level in (1..self.order()).rev() {
            let seen = self.seen(level, &contexts[level]);
            let (below, above) = worth.split_at_mut(level);
            let (below, own) = (&mut below[level - 1], &mut above[0]);
            for parent in 0..below.len() {
                let low = f64::from(self.probs[level - 1][parent]);
                for node in self.trie.children(level - 1, parent) {
                    let context = contexts[level][node] as usize;
                    let high = f64::from(self.probs[level][node]);
                    let before = seen.backoff(context).ln();
                    let after = seen.backoff_without(context, high.exp(), low.exp()).ln();
                    let rest = seen.rest(context);
                    let loss = high.exp() * (high - low - after) + rest * (before - after);
                    let met = f64::from(occurrence[level - 1][context]).exp();
                    own[node] = own[node].max((met * loss) as f32);
                    below[parent] = below[parent].max(own[node]);
                    below[context] = below[context].max(own[node]);
                }
            }
        }
        worth
    }
}

#[cfg(test)]
mod tests {
    use super::super::estimate::EstimateConfig;
    use super::super::reference;
    use super::*;
    use crate::text::vocabulary::BEGIN;
    use proptest::prelude::*;

    fn total(model: &BackoffModel) -> usize {
        model.sizes().iter().sum()
    }

    proptest! {
        #[test]
        fn stays_closed_and_sums_to_one(
            text in reference::text(),
            order in 1usize..=4,
            threshold in prop_oneof![Just(0.0), 1e-5..1e-1],
            contexts in prop::collection::vec(reference::context(4), 10),
        ) {
            let model = reference::model(&text, order, &EstimateConfig::default());
            let pruned = model.prune_entropy(Entropy::Threshold(threshold));
            prop_assert!(pruned.is_sound());
            prop_assert!(pruned.trie.contexts().iter().flatten().all(|c| *c != u32::MAX));
            for context in contexts {
                let mass = reference::mass(|word| pruned.score(&context, word));
                prop_assert!((mass - 1.0).abs() < 1e-4, "{mass}");
            }
            for size in [0, total(&pruned), total(&model) / 2, total(&model)] {
                let sized = model.prune_entropy(Entropy::Size(size));
                prop_assert!(total(&sized) <= size.max(model.sizes()[0]));
            }
            let whole = model.prune_entropy(Entropy::Size(usize::MAX));
            prop_assert_eq!(total(&whole), total(&model));
        }

        // The worth of the least valuable n-gram against the definition: the
        // divergence of the pruned model's predictions after its context.
        #[test]
        fn worth_is_the_divergence(text in reference::text()) {
            let model = reference::model(&text, 2, &EstimateConfig::default());
            let worth = model.worth();
            for (node, worth) in worth[1].iter().enumerate() {
                let mut keep: Vec<Vec<bool>> =
                    model.probs.iter().map(|probs| vec![true; probs.len()]).collect();
                keep[1][node] = false;
                let mut without = model.retain(&keep);
                without.normalise();
                let context = model.trie.contexts()[1][node];
                let history = [model.trie.levels[0].words[context as usize]];
                let divergence: f64 = (0..reference::VOCAB as u32)
                    .filter(|word| *word != BEGIN)
                    .map(|word| {
                        let p = f64::from(model.score(&history, word));
                        p.exp() * (p - f64::from(without.score(&history, word)))
                    })
                    .sum();
                let expected = divergence * f64::from(model.shares[context as usize]).exp();
                prop_assert!((expected - f64::from(*worth)).abs() < 1e-5, "{expected} {worth}");
            }
        }
    }
}
