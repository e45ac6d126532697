//! What an article comes to in a few figures.

use super::article::Article;
use std::collections::BTreeMap;

/// Changed words out of a hundred from which text counts as lightly and as heavily
/// spun: text that was never spun has about one in a thousand changed, spun web
/// articles fifteen to twenty-five in a hundred.
const LIGHTLY: f64 = 0.02;
const HEAVILY: f64 = 0.08;
/// Text with fewer words, or fewer changes, says too little about who wrote it.
const LEAST_WORDS: usize = 40;
const LEAST_CHANGES: usize = 3;
/// So many substitutions are shown.
const TELLING: usize = 12;

/// Figures of one article.
pub(super) struct Summary {
    pub(super) words: usize,
    pub(super) changes: usize,
    /// Share of the words that are changed, and that are likely to be.
    pub(super) changed: f64,
    pub(super) expected: f64,
    /// Substitutions that speak most for a spinner, and how often they stand there.
    pub(super) telling: Vec<(String, String, usize)>,
}

impl Summary {
    pub(super) fn of(article: &Article) -> Self {
        let count = |text: &str| {
            crate::text::tokenize(text)
                .iter()
                .filter(|token| token.of(text).starts_with(char::is_alphanumeric))
                .count()
        };
        let (mut words, mut changes) = (0, 0);
        let (mut changed, mut expected) = (0.0, 0.0);
        let mut substitutions = BTreeMap::<(String, String), (usize, f64)>::new();
        for line in &article.lines {
            words += count(&line.restored.text);
            for edit in &line.restored.edits {
                let spun = count(&edit.spun) as f64;
                changes += 1;
                changed += spun;
                expected += spun * edit.probability;
                let same = |other: &&crate::decode::Alternative| other.original == edit.spun;
                let kept = edit.alternatives.iter().find(same).map_or(0.0, |kept| kept.probability);
                let key = (edit.spun.to_lowercase(), edit.original.to_lowercase());
                let entry = substitutions.entry(key).or_default();
                entry.0 += 1;
                // Evidence of a phrase that hardly anybody writes.
                entry.1 += edit.probability * -(kept + 1e-3).ln() * spun.sqrt();
            }
        }
        let mut telling: Vec<_> = substitutions.into_iter().collect();
        telling.sort_by(|a, b| b.1.1.total_cmp(&a.1.1).then(a.0.cmp(&b.0)));
        telling.truncate(TELLING);
        let telling = telling.into_iter().map(|((spun, original), (n, _))| (spun, original, n));
        let share = |part: f64| part / (words.max(1) as f64);
        Self {
            words,
            changes,
            changed: share(changed),
            expected: share(expected),
            telling: telling.collect(),
        }
    }

    /// How heavily the text is spun, in words.
    pub(super) fn verdict(&self) -> &'static str {
        match self.expected {
            share
                if share >= LIGHTLY
                    && (self.words < LEAST_WORDS || self.changes < LEAST_CHANGES) =>
            {
                "too short to tell"
            }
            share if share >= HEAVILY => "heavily spun",
            share if share >= LIGHTLY => "lightly spun",
            _ => "no sign of a spinner",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_few_words_accuse_nobody() {
        let table = [
            (6, 1, 0.33, "too short to tell"),
            (39, 9, 0.33, "too short to tell"),
            (400, 2, 0.03, "too short to tell"),
            (40, 3, 0.08, "heavily spun"),
            (400, 9, 0.03, "lightly spun"),
            (6, 0, 0.0, "no sign of a spinner"),
            (400, 1, 0.002, "no sign of a spinner"),
        ];
        for (words, changes, expected, verdict) in table {
            let telling = Vec::new();
            let summary = Summary { words, changes, changed: expected, expected, telling };
            assert_eq!(summary.verdict(), verdict, "{words} {changes} {expected}");
        }
    }
}
