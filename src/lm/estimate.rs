//! Interpolated modified Kneser-Ney smoothing.

use super::count::Counts;
use super::discount::{BadDiscount, Discount, FALLBACK};
use super::model::{BackoffModel, LEAST_MASS, NEVER};
use crate::error::{Error, Result};
use crate::text::vocabulary::{BEGIN, END, UNKNOWN};
use rayon::prelude::*;

/// How counts become probabilities.
#[derive(Clone, Debug)]
pub(crate) struct EstimateConfig {
    /// N-grams of length n that stand in the text at most `prune[n-1]` times are
    /// left out; the last number holds for all longer n-grams. No number may be
    /// below the one before it.
    pub(crate) prune: Vec<u32>,
    /// True to share the unigrams' uniform mass among all words of the vocabulary,
    /// so that those absent from the text count as words of their own, which makes
    /// models of several texts fit for mixing; false to share it among the
    /// text's words and one `<unk>`, as lmplz does.
    pub(crate) whole_vocabulary: bool,
    /// The discounts of orders whose counts of counts yield none.
    pub(crate) fallback: Discount,
}

impl Default for EstimateConfig {
    fn default() -> Self {
        Self { prune: vec![0], whole_vocabulary: true, fallback: FALLBACK }
    }
}

/// A model and how it came about.
pub(crate) struct Estimate {
    pub(crate) model: BackoffModel,
    /// The discounts of each order, from 1.
    pub(crate) discounts: Vec<Discount>,
    /// Orders whose discounts are the fallback.
    pub(crate) warnings: Vec<BadDiscount>,
}

/// Estimates the model of Chen & Goodman (1998), interpolated at every order, with
/// the counts, pruning and treatment of `<unk>` of Heafield et al. (2013): n-grams
/// of unknown words and pruned ones leave their mass to the back-off, and `<unk>`
/// gets a word's share of the uniform distribution.
///
/// # Errors
///
/// If there is no text or the pruning thresholds fall.
pub(crate) fn estimate(counts: &Counts, config: &EstimateConfig) -> Result<Estimate> {
    check(config)?;
    if counts.trie.len(0) <= END as usize {
        return Err(Error::config("no text to estimate a language model from"));
    }
    let trie = &counts.trie;
    let (discounts, warnings) = discounts(counts, config.fallback);
    let mut keep = kept(counts, &config.prune);
    // `<unk>` is one of these words, `<s>` is not.
    let words = match config.whole_vocabulary {
        true => counts.vocab_len as usize - 1,
        false => keep[0].iter().filter(|keep| **keep).count(),
    };
    let uniform = 1.0 / words as f64;

    let mut probs: Vec<Vec<f32>> = Vec::with_capacity(trie.order());
    let mut backoffs = Vec::with_capacity(trie.order() - 1);
    let mut contexts = Vec::new();
    for (level, discount) in discounts.iter().enumerate() {
        contexts = trie.contexts_above(level, &contexts);
        let sums = Sums::new(counts, level, &contexts, &keep[level], discount);
        let below = probs.last();
        let level_probs = trie.fill(level, |parent, nodes, out: &mut [f32]| {
            let low = below.map_or(uniform, |below| f64::from(below[parent]));
            for (prob, node) in out.iter_mut().zip(nodes) {
                let context = contexts.get(node).map_or(0, |context| *context as usize);
                let count = if keep[level][node] { counts.adjusted(level, node) } else { 0 };
                let high = (f64::from(count) - discount.of(count)) / sums.total(context);
                *prob = ((high + sums.backoff(context) * low) as f32).max(f32::MIN_POSITIVE);
            }
        });
        probs.push(level_probs);
        if level > 0 {
            let weights = (0..trie.len(level - 1)).into_par_iter();
            backoffs.push(weights.map(|c| sums.backoff(c).ln() as f32).collect::<Vec<f32>>());
        }
    }
    probs.par_iter_mut().for_each(|probs| probs.iter_mut().for_each(|prob| *prob = prob.ln()));
    probs[0][BEGIN as usize] = NEVER;
    let shares = shares(counts);
    let model =
        BackoffModel { vocab_len: counts.vocab_len, trie: trie.clone(), probs, backoffs, shares };
    keep[0][UNKNOWN as usize] = true;
    let all = keep.iter().flatten().all(|keep| *keep);
    let model = if all { model } else { model.retain(&keep) };
    Ok(Estimate { model, discounts, warnings })
}

/// Pruning thresholds must not fall.
pub(super) fn check(config: &EstimateConfig) -> Result<()> {
    if config.prune.is_sorted() {
        return Ok(());
    }
    Err(Error::config(format!("pruning thresholds {:?} must not fall", config.prune)))
}

/// Discounts by the adjusted counts of all n-grams, those to be pruned among them.
fn discounts(counts: &Counts, fallback: Discount) -> (Vec<Discount>, Vec<BadDiscount>) {
    let mut warnings = Vec::new();
    let mut discount = |level: usize| {
        let mut n = [0; 4];
        for node in 0..counts.trie.len(level) {
            let count = counts.adjusted(level, node) as usize;
            if let Some(n) = count.checked_sub(1).and_then(|i| n.get_mut(i)) {
                *n += 1;
            }
        }
        Discount::estimate(n).unwrap_or_else(|count| {
            warnings.push(BadDiscount { order: level + 1, count, counts_of_counts: n });
            fallback
        })
    };
    let discounts = (0..counts.trie.order()).map(&mut discount).collect();
    (discounts, warnings)
}

/// The n-grams above their pruning threshold and without unknown words; the
/// unigrams of the sentence marks are never below it.
fn kept(counts: &Counts, thresholds: &[u32]) -> Vec<Vec<bool>> {
    let mut keep: Vec<Vec<bool>> = Vec::with_capacity(counts.trie.order());
    for level in 0..counts.trie.order() {
        let last = thresholds.last().copied().unwrap_or(0);
        let threshold = thresholds.get(level).copied().unwrap_or(last);
        let words = &counts.trie.levels[level].words;
        let below = keep.last();
        keep.push(counts.trie.fill(level, |parent, nodes, out: &mut [bool]| {
            for (keep, node) in out.iter_mut().zip(nodes) {
                *keep = match below {
                    None => match words[node] {
                        UNKNOWN => false,
                        BEGIN | END => true,
                        _ => counts.counts[0][node] > threshold,
                    },
                    Some(below) => {
                        below[parent]
                            && words[node] != UNKNOWN
                            && counts.counts[level][node] > threshold
                    }
                };
            }
        }));
    }
    keep
}

/// Log shares of the unigrams in the running text.
fn shares(counts: &Counts) -> Vec<f32> {
    let plain = &counts.counts[0];
    let total: f64 = plain.iter().map(|count| f64::from(*count)).sum();
    let sentences = counts.trie.unigram(END).map_or(0, |end| plain[end]);
    let share = |(node, &count): (usize, &u32)| {
        let count = if node == BEGIN as usize { sentences } else { count };
        log_share(count, total)
    };
    plain.iter().enumerate().map(share).collect()
}

pub(super) fn log_share(count: u32, total: f64) -> f32 {
    (f64::from(count.max(1)) / total).ln() as f32
}

/// What each context of a level's n-grams gives to the words seen after it.
struct Sums {
    /// Adjusted counts, pruned ones too.
    totals: Vec<f64>,
    /// What discounts and pruning leave to the back-off.
    left: Vec<f64>,
}

impl Sums {
    /// Serial, so that floats are added in one order.
    fn new(
        counts: &Counts,
        level: usize,
        contexts: &[u32],
        keep: &[bool],
        discount: &Discount,
    ) -> Self {
        let size = if level == 0 { 1 } else { counts.trie.len(level - 1) };
        let mut sums = Self { totals: vec![0.0; size], left: vec![0.0; size] };
        for (node, keep) in keep.iter().enumerate() {
            let context = contexts.get(node).map_or(0, |context| *context as usize);
            let count = counts.adjusted(level, node);
            sums.totals[context] += f64::from(count);
            sums.left[context] += if *keep { discount.of(count) } else { f64::from(count) };
        }
        sums
    }

    fn total(&self, context: usize) -> f64 {
        self.totals[context].max(1.0)
    }

    /// The weight of the lower order, 1 where no word is seen.
    fn backoff(&self, context: usize) -> f64 {
        if self.totals[context] == 0.0 {
            return 1.0;
        }
        (self.left[context] / self.totals[context]).max(LEAST_MASS)
    }
}

#[cfg(test)]
mod tests {
    use super::super::reference::{self, KneserNey};
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn equals_the_papers(
            text in reference::text(),
            order in 1usize..=7,
            prune in prop::collection::vec(0u32..3, 1..8),
            whole_vocabulary: bool,
            contexts in prop::collection::vec(reference::context(7), 10),
        ) {
            let mut prune = prune;
            prune.sort();
            let slow = KneserNey::new(&text, order, &prune, whole_vocabulary);
            let config = EstimateConfig { prune, whole_vocabulary, ..Default::default() };
            let model = reference::model(&text, order, &config);
            prop_assert!(model.is_sound());
            for context in contexts {
                let context = &context[context.len().saturating_sub(order - 1)..];
                for word in [0, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11] {
                    let (fast, slow) = (model.score(context, word), slow.prob(context, word).ln());
                    prop_assert!((f64::from(fast) - slow).abs() < 1e-5, "{context:?} {word}: {fast} {slow}");
                }
                if whole_vocabulary {
                    let mass = reference::mass(|word| model.score(context, word));
                    prop_assert!((mass - 1.0).abs() < 1e-5, "{context:?} {mass}");
                }
            }
        }
    }

    /// Of the bigrams 7, 4, 2 and 2 stand once to four times, so y is 7/15. Distinct
    /// words before: a 3, b 2, c 3, d 2, e 1, `</s>` 4, in all 15, so y is 1/5.
    #[test]
    fn by_hand() {
        let [a, b, c, d, e, unseen] = [3, 4, 5, 6, 7, 8];
        let text: [&[u32]; 10] =
            [&[a], &[a, b], &[a, b, c], &[b, c], &[c, d], &[d, a], &[a, c], &[b], &[e, a, b], &[c]];
        let mut counter = super::super::count::Counter::new(2, 10).unwrap();
        text.iter().for_each(|sentence| counter.add(sentence));
        let config = EstimateConfig { whole_vocabulary: false, ..Default::default() };
        let Estimate { model, discounts, warnings } =
            estimate(&counter.finish().unwrap(), &config).unwrap();
        let near =
            |got: f64, expected: f64| assert!((got - expected).abs() < 1e-6, "{got} {expected}");
        let expected = [[0.2, 1.4, 2.6], [7.0 / 15.0, 1.3, 17.0 / 15.0]];
        for (discount, expected) in discounts.iter().zip(expected) {
            discount.0.iter().zip(expected).for_each(|(got, expected)| near(*got, expected));
        }
        assert!(warnings.is_empty());
        // Left over: 0.2 + 2 * 1.4 + 3 * 2.6 of 15, shared by seven words.
        let prob = |context: &[u32], word| f64::from(model.score(context, word)).exp();
        let share = 10.8 / 15.0 / 7.0;
        near(prob(&[], unseen), share);
        near(prob(&[], a), 0.4 / 15.0 + share);
        near(prob(&[], b), 0.6 / 15.0 + share);
        // After a: b three times, the end twice, c once.
        let backoff = (17.0 / 15.0 + 1.3 + 7.0 / 15.0) / 6.0;
        near(prob(&[a], b), (3.0 - 17.0 / 15.0) / 6.0 + backoff * prob(&[], b));
        near(prob(&[a], d), backoff * prob(&[], d));
        near(prob(&[unseen], d), prob(&[], d));
    }

    #[test]
    fn the_same_at_any_number_of_threads() {
        let sentence = |i: u32| (0..i % 40).map(|j| 3 + (i * j + i / 7) % 997).collect();
        let text: Vec<Vec<u32>> = (0..4000).map(sentence).collect();
        let estimated = |threads: usize| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            pool.install(|| {
                let mut counter = super::super::count::Counter::new(4, 1000).unwrap();
                text.iter().for_each(|sentence| counter.add(sentence));
                let counts = counter.finish().unwrap();
                let model = estimate(&counts, &EstimateConfig::default()).unwrap().model;
                let bits = |levels: &[Vec<f32>]| -> Vec<u32> {
                    levels.iter().flatten().map(|value| value.to_bits()).collect()
                };
                (bits(&model.probs), bits(&model.backoffs), model.trie)
            })
        };
        let one = estimated(1);
        assert!(one == estimated(2));
        assert!(one == estimated(8));
    }

    #[test]
    fn errors() {
        let count = |text: &[Vec<u32>]| {
            let mut counter = super::super::count::Counter::new(2, 10).unwrap();
            text.iter().for_each(|sentence| counter.add(sentence));
            counter.finish().unwrap()
        };
        assert!(estimate(&count(&[]), &EstimateConfig::default()).is_err());
        let falling = EstimateConfig { prune: vec![1, 0], ..Default::default() };
        assert!(estimate(&count(&[vec![3]]), &falling).is_err());
        let deduplicated = estimate(&count(&[vec![3, 4]]), &EstimateConfig::default()).unwrap();
        assert_eq!(deduplicated.warnings.len(), 2);
        assert_eq!(deduplicated.discounts, [FALLBACK, FALLBACK]);
    }
}
