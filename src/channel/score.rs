//! From counts to probabilities.

use super::counts::{COLUMNS, Counts, PhraseCounts, Source, evidence};
use super::{ByFamily, Candidate, Channel, Entry, FAMILIES, Scores};
use rustc_hash::FxHashMap;
use serde::Deserialize;

/// How counts become a channel.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ChannelConfig {
    /// What one count of real pairs is worth.
    pub real: f32,
    /// What one count of phrase lists is worth.
    pub list: f32,
    /// What one expected count of thesauri is worth.
    pub thesaurus: f32,
    /// What one expected count of paraphrases is worth.
    pub paraphrases: f32,
    /// What one count of innocent documents is worth.
    pub innocent: f32,
    /// What one count of simulated pairs is worth.
    pub simulated: f32,
    /// Counts that the probability over all families is worth within one family.
    pub family_prior: f32,
    /// Taken off every pooled count, so that what was seen once is not believed
    /// as much as its share (absolute discounting, Foster et al. 2006).
    pub discount: f32,
    /// Pairs with a smaller pooled count are dropped.
    pub least_count: f32,
    /// Candidates below this p(original | spun) are dropped.
    pub least_probability: f32,
    /// The same of candidates that only thesauri and paraphrases know.
    pub least_offered: f32,
    /// No spun phrase keeps more candidates, and more of those that only thesauri and
    /// paraphrases know.
    pub most_candidates: usize,
    /// See above.
    pub most_offered: usize,
}

impl Default for ChannelConfig {
    fn default() -> Self {
        Self {
            real: 3.0,
            list: 1.0,
            thesaurus: 0.3,
            paraphrases: 0.1,
            innocent: 1.0,
            simulated: 1.0,
            family_prior: 2.0,
            discount: 0.4,
            least_count: 0.5,
            least_probability: 0.0005,
            least_offered: 0.0003,
            most_candidates: 24,
            most_offered: 10,
        }
    }
}

impl ChannelConfig {
    /// The weight of each column of a count.
    fn weights(&self) -> [f32; COLUMNS] {
        let mut weights = [self.simulated; COLUMNS];
        weights[Source::Real.column()] = self.real;
        weights[Source::List.column()] = self.list;
        weights[Source::Thesaurus.column()] = 0.0;
        weights[Source::Paraphrases.column()] = 0.0;
        weights[Source::Innocent.column()] = self.innocent;
        weights
    }
}

/// Word translation probabilities from alignment, for lexical weights.
pub(crate) trait Lexicon {
    /// p(spun word | original word).
    fn spin(&self, original: u32, spun: u32) -> f32;
    /// p(original word | spun word).
    fn restore(&self, spun: u32, original: u32) -> f32;
}

/// Estimates the channel.
pub(crate) fn score(
    counts: &PhraseCounts,
    config: &ChannelConfig,
    lexicon: &impl Lexicon,
) -> Channel {
    let mut by_spun: FxHashMap<u32, Vec<(u32, Counts)>> = FxHashMap::default();
    for (&(original, spun), &count) in &counts.pairs {
        by_spun.entry(spun).or_default().push((original, count));
    }
    let mut spun: Vec<u32> = by_spun.keys().copied().collect();
    spun.sort_unstable_by_key(|&number| counts.phrases.words(number));
    let entries = spun.into_iter().map(|spun| {
        let mut originals = by_spun.remove(&spun).unwrap_or_default();
        originals.sort_unstable_by_key(|&(original, _)| counts.phrases.words(original));
        entry(counts, config, lexicon, spun, &originals)
    });
    Channel::new(entries.filter(|entry| !entry.candidates.is_empty()).collect())
}

fn entry(
    counts: &PhraseCounts,
    config: &ChannelConfig,
    lexicon: &impl Lexicon,
    spun: u32,
    originals: &[(u32, Counts)],
) -> Entry {
    let weights = config.weights();
    let pool = |count: &Counts| -> f32 {
        count.iter().zip(&weights).map(|(count, weight)| count * weight).sum()
    };
    let places = |side: &FxHashMap<u32, Counts>, phrase| side.get(&phrase).map_or(0.0, pool);
    // What thesauri offer is expected, not seen: it takes nothing from what was.
    let expected = |count: &Counts| -> f32 {
        let columns = [Source::Thesaurus, Source::Paraphrases].map(Source::column);
        let worth = [config.thesaurus, config.paraphrases];
        columns.iter().zip(worth).map(|(&column, worth)| count[column] * worth).sum()
    };
    let changed: f32 = originals.iter().map(|(_, count)| pool(count)).sum();
    // A phrase cannot have been changed more often than it stands there.
    let stands = places(&counts.spun, spun).max(changed);
    let stands_in = counts.spun.get(&spun).copied().unwrap_or([0.0; COLUMNS]);
    // Engines of which nothing is known, as those of the real pairs, draw from thesauri.
    let real = Source::Real.column();
    let unknown = counts.words[real] / counts.words.iter().sum::<f32>().max(1.0);
    let words = counts.phrases.words(spun);
    let candidate = |(original, count): &(u32, Counts)| {
        let seen = pool(count);
        let pooled = if seen > 0.0 { seen } else { expected(count) };
        let of_original = places(&counts.original, *original).max(pooled);
        let discounted = match seen > 0.0 {
            true => (seen - config.discount).max(seen * 0.1),
            false => pooled,
        };
        let original = counts.phrases.words(*original);
        let scores = Scores {
            restore: (discounted / (stands + 0.5)).ln(),
            spin: (discounted / (of_original + 0.5)).ln(),
            restore_words: lexical_weight(original, words, |o, s| lexicon.restore(s, o)),
            spin_words: lexical_weight(words, original, |s, o| lexicon.spin(o, s)),
        };
        let mut by_column = *count;
        by_column[real] += unknown * expected(count);
        let families = by_family(&by_column, &stands_in, scores.restore.exp(), config);
        let evidence = evidence(count);
        (pooled, Candidate { original: original.to_vec(), scores, families, evidence })
    };
    let mut candidates: Vec<_> = originals.iter().map(candidate).collect();
    candidates.retain(|(pooled, candidate)| {
        let likely = candidate.scores.restore.exp();
        match candidate.evidence.is_only_offered() {
            true => likely >= config.least_offered,
            false => *pooled >= config.least_count && likely >= config.least_probability,
        }
    });
    candidates.sort_by(|(_, a), (_, b)| {
        let offered = |c: &Candidate| c.evidence.is_only_offered();
        let likely = b.scores.restore.total_cmp(&a.scores.restore);
        (offered(a).cmp(&offered(b))).then(likely).then_with(|| a.original.cmp(&b.original))
    });
    let seen = candidates.iter().filter(|(_, c)| !c.evidence.is_only_offered()).count();
    candidates.truncate(config.most_candidates.min(seen + config.most_offered));
    let keep = (stands - changed + 0.5) / (stands + 1.0);
    let all: Counts = std::array::from_fn(|column| originals.iter().map(|o| o.1[column]).sum());
    let left: Counts = std::array::from_fn(|column| (stands_in[column] - all[column]).max(0.0));
    let keep_families = by_family(&left, &stands_in, keep, config);
    let candidates = candidates.into_iter().map(|(_, candidate)| candidate).collect();
    Entry { spun: words.to_vec(), keep: keep.ln(), keep_families, candidates }
}

/// The column of the first engine family.
const FIRST_FAMILY: usize = COLUMNS - FAMILIES;

/// Log of the share that `count` has of the places in each family, drawn towards
/// the share `overall` where a family has few (a Dirichlet prior).
fn by_family(count: &Counts, places: &Counts, overall: f32, config: &ChannelConfig) -> ByFamily {
    let prior = config.family_prior;
    std::array::from_fn(|family| {
        let column = FIRST_FAMILY + family;
        ((count[column] + prior * overall) / (places[column].max(count[column]) + prior)).ln()
    })
}

/// The mean over `words` of the log of their mean probability given each word
/// of `given` (IBM Model 1 over the phrase; Vogel et al. 2003), summed.
fn lexical_weight(words: &[u32], given: &[u32], probability: impl Fn(u32, u32) -> f32) -> f32 {
    let of_word = |&word: &u32| {
        let sum: f32 = given.iter().map(|&from| probability(word, from)).sum();
        (sum / given.len() as f32).max(1e-7).ln()
    };
    words.iter().map(of_word).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Even;
    impl Lexicon for Even {
        fn spin(&self, _: u32, _: u32) -> f32 {
            0.5
        }
        fn restore(&self, _: u32, _: u32) -> f32 {
            0.25
        }
    }

    /// `b` (4) stands four times: three times for `a` (3), once by itself.
    #[test]
    fn probabilities_by_hand() {
        let mut counts = PhraseCounts::default();
        counts.add(&[3], &[4], Source::Family(0), 3.0);
        counts.observe(&[3, 3, 3, 4, 3, 3], &[4, 4, 4, 4, 3, 3], Source::Family(0));
        let config = ChannelConfig { discount: 0.5, ..ChannelConfig::default() };
        let channel = score(&counts, &config, &Even);
        let node = channel.find(&[4]).unwrap();
        let scores = channel.scores(channel.candidates(node).start);
        let close = |got: f32, expected: f32| assert!((got - expected.ln()).abs() < 0.07, "{got}");
        close(scores.restore, 2.5 / 4.5);
        close(scores.spin, 2.5 / 5.5);
        close(scores.restore_words, 0.25);
        close(scores.spin_words, 0.5);
        close(channel.keep(node), 1.5 / 5.0);
    }
}
