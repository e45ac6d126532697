//! From counts to probabilities.

use super::counts::evidence;
use super::counts::{COLUMNS, Counts, Group, ONE, Offered, Phrases, Places, Source, WordCounts};
use super::significance::significance;
use super::{ByFamily, Candidate, Channel, Entry, Evidence, FAMILIES, Scores};
use rayon::prelude::*;
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
    /// What one expected count of synonyms of synonyms is worth.
    pub pivot: f32,
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
    /// Pairs that chance explains this well are dropped: -log p of Fisher's exact test
    /// must reach it (Johnson et al. 2007); 0 drops none. What lists name always stays.
    pub significance: f32,
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
            pivot: 0.1,
            innocent: 1.0,
            simulated: 1.0,
            family_prior: 2.0,
            discount: 0.4,
            least_count: 0.5,
            significance: 0.0,
            least_probability: 0.0005,
            least_offered: 0.0003,
            most_candidates: 24,
            most_offered: 10,
        }
    }
}

impl ChannelConfig {
    /// The weight of each column of a count.
    pub(crate) fn weights(&self) -> [f32; COLUMNS] {
        let mut weights = [self.simulated; COLUMNS];
        weights[Source::Real.column()] = self.real;
        weights[Source::List.column()] = self.list;
        weights[Source::Innocent.column()] = self.innocent;
        weights
    }

    /// What a count by source is worth.
    pub(crate) fn pool(&self, counts: &Counts) -> f32 {
        let weights = self.weights();
        counts.iter().zip(&weights).map(|(&count, weight)| as_count(count) * weight).sum()
    }

    /// True of the count of a substitution that is not dropped at once.
    pub(crate) fn keeps(&self, counts: &Counts) -> bool {
        self.pool(counts) >= self.least_count
    }
}

/// Word translation probabilities from alignment, for lexical weights.
pub(crate) trait Lexicon {
    /// p(spun word | original word).
    fn spin(&self, original: u32, spun: u32) -> f32;
    /// p(original word | spun word).
    fn restore(&self, spun: u32, original: u32) -> f32;
}

/// What the channel is estimated from.
pub(crate) struct Estimate<'e> {
    pub(crate) config: &'e ChannelConfig,
    pub(crate) phrases: &'e Phrases,
    /// Substitutions by spun phrase, those that [`ChannelConfig::keeps`] and those that
    /// are offered.
    pub(crate) groups: &'e [Group],
    /// What thesauri offer, by spun and original phrase.
    pub(crate) offered: &'e FxHashMap<(u32, u32), Offered>,
    /// Places where each phrase stands on the spun side.
    pub(crate) spun: &'e Places,
    /// The same on the original side.
    pub(crate) original: &'e Places,
    /// All places of words on the original side.
    pub(crate) all: WordCounts,
}

impl Estimate<'_> {
    /// The channel; `number` says the number of each word in the vocabulary, and phrases
    /// with a word that has none are left out.
    pub(crate) fn channel(
        &self,
        lexicon: &(impl Lexicon + Sync),
        number: impl Fn(u32) -> Option<u32> + Sync,
    ) -> Channel {
        let entries = self.groups.par_iter().filter_map(|group| {
            let mut entry = self.entry(group, lexicon, &number)?;
            entry.spun = numbered(&entry.spun, &number)?;
            (!entry.candidates.is_empty()).then_some(entry)
        });
        Channel::new(entries.collect())
    }

    fn entry(
        &self,
        group: &Group,
        lexicon: &impl Lexicon,
        number: &impl Fn(u32) -> Option<u32>,
    ) -> Option<Entry> {
        let config = self.config;
        let pool = |counts: &Counts| config.pool(counts);
        let places = |side: &Places, phrase| side.get(&phrase).map_or(0.0, pool);
        let changed = pool(&group.changed);
        // A phrase cannot have been changed more often than it stands there.
        let stands = places(self.spun, group.spun).max(changed);
        let stands_in = self.spun.get(&group.spun).copied().unwrap_or_default();
        let all = self.all.iter().zip(config.weights()).map(|(&n, weight)| n as f32 * weight).sum();
        // Engines of which nothing is known, as those of the real pairs, draw from thesauri.
        let words: u64 = self.all.iter().sum();
        let real = Source::Real.column();
        let unknown = (self.all[real] as f64 / words.max(1) as f64) as f32;
        let spun = self.phrases.words(group.spun);
        let candidate = |(phrase, count): &(u32, Counts)| {
            let offered = self.offered.get(&(group.spun, *phrase)).copied().unwrap_or_default();
            // What thesauri offer is expected, not seen: it takes nothing from what was.
            let worth = [config.thesaurus, config.paraphrases, config.pivot];
            let expected: f32 = offered.iter().zip(worth).map(|(count, worth)| count * worth).sum();
            let seen = pool(count);
            let pooled = if seen > 0.0 { seen } else { expected };
            let of_original = places(self.original, *phrase).max(pooled);
            let discounted = match seen > 0.0 {
                true => (seen - config.discount).max(seen * 0.1),
                false => pooled,
            };
            let original = self.phrases.words(*phrase);
            let scores = Scores {
                restore: (discounted / (stands + 0.5)).ln(),
                spin: (discounted / (of_original + 0.5)).ln(),
                restore_words: lexical_weight(&original, &spun, |o, s| lexicon.restore(s, o)),
                spin_words: lexical_weight(&spun, &original, |s, o| lexicon.spin(o, s)),
            };
            let likely = scores.restore.exp();
            let mut by_column = count.map(as_count);
            by_column[real] += unknown * expected;
            let families = by_family(&by_column, &stands_in, likely, config);
            let evidence = evidence(count, &offered);
            let certain = config.significance <= 0.0
                || evidence.has(Evidence::LIST)
                || significance(seen, of_original, stands, all) >= config.significance;
            let kept = match evidence.is_only_offered() {
                true => likely >= config.least_offered,
                false => certain && likely >= config.least_probability,
            };
            let original = numbered(&original, number)?;
            kept.then_some(Candidate { original, scores, families, evidence })
        };
        let mut candidates: Vec<_> = group.originals.iter().filter_map(candidate).collect();
        candidates.sort_by(|a, b| {
            let offered = |c: &Candidate| c.evidence.is_only_offered();
            let likely = b.scores.restore.total_cmp(&a.scores.restore);
            offered(a).cmp(&offered(b)).then(likely).then_with(|| a.original.cmp(&b.original))
        });
        let seen = candidates.iter().filter(|c| !c.evidence.is_only_offered()).count();
        candidates.truncate(config.most_candidates.min(seen + config.most_offered));
        let keep = (stands - changed + 0.5) / (stands + 1.0);
        let left = std::array::from_fn(|column| {
            as_count(stands_in[column].saturating_sub(group.changed[column]))
        });
        let keep_families = by_family(&left, &stands_in, keep, config);
        Some(Entry { spun, keep: keep.ln(), keep_families, candidates })
    }
}

fn numbered(words: &[u32], number: &impl Fn(u32) -> Option<u32>) -> Option<Vec<u32>> {
    words.iter().map(|&word| number(word)).collect()
}

/// The column of the first engine family.
const FIRST_FAMILY: usize = COLUMNS - FAMILIES;

/// Log of the share that `count` has of the places in each family, drawn towards
/// the share `overall` where a family has few (a Dirichlet prior).
fn by_family(
    count: &[f32; COLUMNS],
    places: &Counts,
    overall: f32,
    config: &ChannelConfig,
) -> ByFamily {
    let prior = config.family_prior;
    std::array::from_fn(|family| {
        let column = FIRST_FAMILY + family;
        let (count, places) = (count[column], as_count(places[column]));
        ((count + prior * overall) / (places.max(count) + prior)).ln()
    })
}

/// A stored count as the number it stands for.
pub(crate) fn as_count(steps: u32) -> f32 {
    (f64::from(steps) / f64::from(ONE)) as f32
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
        let mut phrases = Phrases::default();
        let [a, b] = [3, 4].map(|word| phrases.number(&[word]));
        let count = |count: u32| {
            let mut counts = Counts::default();
            counts[Source::Family(0).column()] = count * ONE;
            counts
        };
        let group = Group { spun: b, changed: count(3), originals: vec![(a, count(3))] };
        let [spun, original] =
            [(b, 4), (a, 5)].map(|(phrase, places)| Places::from_iter([(phrase, count(places))]));
        let config = ChannelConfig { discount: 0.5, ..ChannelConfig::default() };
        let estimate = |config: &ChannelConfig| {
            let (spun, original, groups) = (&spun, &original, std::slice::from_ref(&group));
            let (phrases, offered, mut all) = (&phrases, &FxHashMap::default(), [0; COLUMNS]);
            all[Source::Family(0).column()] = 6;
            let estimate = Estimate { config, phrases, groups, offered, spun, original, all };
            estimate.channel(&Even, Some)
        };
        let channel = estimate(&config);
        let node = channel.find(&[4]).unwrap();
        let scores = channel.scores(channel.candidates(node).start);
        let close = |got: f32, expected: f32| assert!((got - expected.ln()).abs() < 0.07, "{got}");
        close(scores.restore, 2.5 / 4.5);
        close(scores.spin, 2.5 / 5.5);
        close(scores.restore_words, 0.25);
        close(scores.spin_words, 0.5);
        close(channel.keep(node), 1.5 / 5.0);
        // Chance alone puts four of six and five of six together in three or more.
        assert!(estimate(&ChannelConfig { significance: 0.01, ..config }).find(&[4]).is_none());
    }
}
