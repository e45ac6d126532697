//! Static linear interpolation of several models into one.

use super::model::{BackoffModel, NEVER};
use super::trie::{NONE, Trie};
use crate::error::{Error, Result};
use crate::text::vocabulary::{BEGIN, END, UNKNOWN};
use rayon::prelude::*;

/// Sentences that one task scores.
const CHUNK: usize = 256;
/// Most steps of expectation maximisation.
const STEPS: usize = 200;
/// Weights that change less are final.
const TOLERANCE: f64 = 1e-6;

/// Weights that maximise the likelihood of `sentences` (without marks) under the
/// mixture of `models`, by expectation maximisation (Jelinek & Mercer, 1980), and
/// the mixture's perplexity on them.
///
/// # Errors
///
/// If there is no model or no sentence.
pub(crate) fn weights(models: &[&BackoffModel], sentences: &[Vec<u32>]) -> Result<(Vec<f64>, f64)> {
    if models.is_empty() || sentences.is_empty() {
        return Err(Error::config("mixing needs language models and sentences to weigh them by"));
    }
    let chunks = sentences.par_chunks(CHUNK).map(|sentences| {
        let mut probs = Vec::new();
        for sentence in sentences {
            let marked = [&[BEGIN], &sentence[..], &[END]].concat();
            for at in 1..marked.len() {
                let prob = |model: &&BackoffModel| model.score(&marked[..at], marked[at]).exp();
                probs.extend(models.iter().map(prob));
            }
        }
        probs
    });
    let probs: Vec<f32> = chunks.collect::<Vec<_>>().concat();
    let words = (probs.len() / models.len()) as f64;
    let mut weights = vec![1.0 / models.len() as f64; models.len()];
    let mut likelihood = 0.0;
    for _ in 0..STEPS {
        let mut shares = vec![0.0; models.len()];
        likelihood = 0.0;
        for probs in probs.chunks_exact(models.len()) {
            let joint = |(prob, weight): (&f32, &f64)| f64::from(*prob) * weight;
            let total: f64 = probs.iter().zip(&weights).map(joint).sum();
            likelihood += total.ln();
            for (share, pair) in shares.iter_mut().zip(probs.iter().zip(&weights)) {
                *share += joint(pair) / total;
            }
        }
        let next: Vec<f64> = shares.iter().map(|share| share / words).collect();
        let change = next.iter().zip(&weights).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
        weights = next;
        if change < TOLERANCE {
            break;
        }
    }
    Ok((weights, (-likelihood / words).exp()))
}

/// The model of all n-grams of `models`, each with its probability under their
/// mixture by `weights`, and back-off weights that make it sum to one (the static
/// mixture of SRILM; Stolcke, 2002).
///
/// The models should share the unigrams' mass among the whole vocabulary, or else
/// words that some texts lack count twice.
///
/// # Errors
///
/// If vocabularies differ, or weights are not one a model, none negative, of sum 1.
pub(crate) fn mix(models: &[&BackoffModel], weights: &[f64]) -> Result<BackoffModel> {
    let sum: f64 = weights.iter().sum();
    let fair = weights.iter().all(|weight| *weight >= 0.0) && (sum - 1.0).abs() < 1e-3;
    let vocab_len = models.first().map_or(0, |model| model.vocab_len);
    if models.len() != weights.len() || !fair {
        let message = format!("mixing {} language models by weights {weights:?}", models.len());
        return Err(Error::config(message));
    }
    if models.iter().any(|model| model.vocab_len != vocab_len) {
        return Err(Error::config("only language models of one vocabulary can be mixed"));
    }
    let tries: Vec<&Trie> = models.iter().map(|model| &model.trie).collect();
    let trie = Trie::union_all(&tries);
    let contexts = trie.contexts();
    let mut probs: Vec<Vec<f32>> = (0..trie.order()).map(|l| vec![0.0; trie.len(l)]).collect();
    let mut shares = vec![0.0; trie.len(0)];
    for (model, &weight) in models.iter().zip(weights) {
        let weight = (weight / sum) as f32;
        model.add_to(&trie, &contexts, weight, &mut probs, &mut shares);
    }
    let logs = |values: &mut Vec<f32>| {
        values.par_iter_mut().for_each(|value| *value = value.max(f32::MIN_POSITIVE).ln());
    };
    probs.iter_mut().for_each(logs);
    logs(&mut shares);
    probs[0][BEGIN as usize] = NEVER;
    let mut mixed = BackoffModel { vocab_len, trie, probs, backoffs: Vec::new(), shares };
    mixed.normalise();
    Ok(mixed)
}

impl BackoffModel {
    /// Adds this model's probabilities of the n-grams of `trie`, times `weight`.
    fn add_to(
        &self,
        trie: &Trie,
        contexts: &[Vec<u32>],
        weight: f32,
        probs: &mut [Vec<f32>],
        shares: &mut [f32],
    ) {
        // This model's nodes and log probabilities for the n-grams one word shorter.
        let mut below: (Vec<u32>, Vec<f32>) = Default::default();
        for (level, sums) in probs.iter_mut().enumerate() {
            let nodes = trie.map_onto(&self.trie, level, &below.0);
            let backoff = |context: u32| match below.0[context as usize] {
                NONE => 0.0,
                node => self.backoffs.get(level - 1).map_or(0.0, |weights| weights[node as usize]),
            };
            let own: Vec<f32> = trie.fill(level, |parent, places, own: &mut [f32]| {
                for (own, place) in own.iter_mut().zip(places) {
                    *own = match (nodes[place], level) {
                        (NONE, 0) => self.probs[0][UNKNOWN as usize],
                        (NONE, _) => below.1[parent] + backoff(contexts[level][place]),
                        (node, _) => self.probs[level][node as usize],
                    };
                }
            });
            let sums = sums.par_iter_mut().zip(&own);
            sums.for_each(|(sum, own)| *sum += weight * own.exp());
            if level == 0 {
                for (share, &node) in shares.iter_mut().zip(&nodes) {
                    let own = self.shares.get(node as usize);
                    *share += weight * own.map_or(0.0, |own| own.exp());
                }
            }
            below = (nodes, own);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::estimate::EstimateConfig;
    use super::super::reference;
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn is_the_mixture(
            texts in prop::collection::vec((reference::text(), 1usize..=4), 1..4),
            shares in prop::collection::vec(0.1f64..1.0, 4),
            contexts in prop::collection::vec(reference::context(4), 10),
        ) {
            let config = EstimateConfig::default();
            let models: Vec<BackoffModel> =
                texts.iter().map(|(text, order)| reference::model(text, *order, &config)).collect();
            let models: Vec<&BackoffModel> = models.iter().collect();
            let shares = &shares[..models.len()];
            let weights: Vec<f64> = shares.iter().map(|w| w / shares.iter().sum::<f64>()).collect();
            let mixed = mix(&models, &weights).unwrap();
            prop_assert!(mixed.is_sound());
            for context in contexts {
                let mass = reference::mass(|word| mixed.score(&context, word));
                prop_assert!((mass - 1.0).abs() < 1e-4, "{mass}");
                let context = &context[context.len().saturating_sub(mixed.order() - 1)..];
                for word in (2..12).filter(|w| mixed.trie.find(&[context, &[*w]].concat()).is_some()) {
                    let parts = models.iter().zip(&weights);
                    let expected: f64 =
                        parts.map(|(m, w)| w * f64::from(m.score(context, word)).exp()).sum();
                    let got = f64::from(mixed.score(context, word));
                    prop_assert!((got - expected.ln()).abs() < 1e-5, "{got} {expected}");
                }
            }
        }
    }

    #[test]
    fn weights_find_the_nearer_model() {
        let config = EstimateConfig::default();
        let near = reference::model(&vec![vec![3, 4, 5]; 9], 3, &config);
        let far = reference::model(&vec![vec![7, 8, 9]; 9], 3, &config);
        let (found, perplexity) = weights(&[&far, &near], &[vec![3, 4, 5]]).unwrap();
        assert!(found[1] > 0.99, "{found:?}");
        let alone = (0..4).map(|at| near.score(&[BEGIN, 3, 4, 5][..=at], [3, 4, 5, END][at]));
        let alone = (-f64::from(alone.sum::<f32>()) / 4.0).exp();
        assert!((perplexity - alone).abs() < 0.05, "{perplexity} {alone}");
        assert!(weights(&[], &[vec![3]]).is_err());
        assert!(mix(&[&near, &far], &[0.7, 0.7]).is_err());
    }
}
