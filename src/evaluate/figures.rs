//! Counts that add up over sentences, and the figures that they make.

use super::bleu::Bleu;
use super::calibration::Calibration;
use super::causes::{CauseCounts, Finding};
use super::chrf::ChrF;
use super::restoration::{Outcome, Pair};
use super::ter::Ter;
use serde::Serialize;
use std::ops::AddAssign;

/// Everything counted of some sentences under one system.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Tally {
    /// Lines, of which those with words on both sides are sentences.
    lines: u64,
    sentences: u64,
    exact: u64,
    distance_spun: u64,
    distance_restored: u64,
    regions: u64,
    fixed: u64,
    kept: u64,
    broken: u64,
    wanted: u64,
    made: u64,
    right: u64,
    /// Sentences that came with more than one hypothesis.
    ranked: u64,
    fixed_at_k: u64,
    reciprocal_ranks: f64,
    clean_words: u64,
    clean_changed: u64,
    bleu: Bleu,
    chrf: ChrF,
    ter: Ter,
    calibration: Calibration,
    words: Calibration,
    causes: CauseCounts,
}

impl Tally {
    /// Counts a line by the metrics that take it as it is.
    pub(crate) fn line(&mut self, original: &str, restored: &str) {
        self.lines += 1;
        self.bleu += &Bleu::of(original, restored);
        self.chrf += &ChrF::of(original, restored);
        self.ter += &Ter::of(original, restored);
    }

    /// Counts the restoration of a sentence.
    pub(crate) fn sentence(&mut self, pair: &Pair, outcome: &Outcome) {
        self.sentences += 1;
        self.exact += u64::from(outcome.exact);
        self.distance_spun += pair.distance;
        self.distance_restored += outcome.distance;
        self.regions += outcome.fixed.len() as u64;
        self.fixed += outcome.fixed.iter().filter(|&&fixed| fixed).count() as u64;
        self.kept += outcome.kept;
        self.broken += outcome.broken;
        self.wanted += pair.changes.len() as u64;
        self.made += outcome.made;
        self.right += outcome.right;
    }

    /// Counts the ranking of a sentence's restorations, the best first.
    pub(crate) fn ranking(&mut self, outcomes: &[Outcome], k: usize) {
        self.ranked += u64::from(outcomes.len() > 1);
        let best = &outcomes[..k.min(outcomes.len())];
        let regions = outcomes.first().map_or(0, |outcome| outcome.fixed.len());
        let fixed = (0..regions).filter(|&region| best.iter().any(|best| best.fixed[region]));
        self.fixed_at_k += fixed.count() as u64;
        if let Some(rank) = outcomes.iter().position(|outcome| outcome.exact) {
            self.reciprocal_ranks += 1.0 / (rank as f64 + 1.0);
        }
    }

    /// Counts an edit that came with a probability.
    pub(crate) fn edit(&mut self, probability: f64, right: bool) {
        self.calibration.add(probability, right);
    }

    /// Counts a word or an edit of the restoration that came with a probability.
    pub(crate) fn word(&mut self, probability: f64, right: bool) {
        self.words.add(probability, right);
    }

    /// Counts what became of each place of a sentence.
    pub(crate) fn causes(&mut self, findings: &[Finding], outcome: &Outcome) {
        self.causes.add(findings, outcome);
    }

    pub(crate) fn cause_counts(&self) -> &CauseCounts {
        &self.causes
    }

    /// Counts never-spun text, given as a pair of equals.
    pub(crate) fn clean(&mut self, outcome: &Outcome) {
        self.clean_words += outcome.kept;
        self.clean_changed += outcome.broken;
    }

    pub(crate) fn calibration(&self) -> &Calibration {
        &self.calibration
    }

    pub(crate) fn figures(&self) -> Figures {
        let share = |part: u64, whole: u64| part as f64 / whole.max(1) as f64;
        let spun = |value: f64| (self.sentences > 0).then_some(value);
        let ranked = |value: f64| (self.ranked > 0).then_some(value);
        let line = |score: f64| (self.lines > 0).then_some(score);
        // Precision weighs twice as much as recall.
        let beta_squared = 0.25;
        let f_weight = self.made as f64 + beta_squared * self.wanted as f64;
        Figures {
            sentences: self.sentences,
            wer_spun: self.distance_spun,
            wer_restored: self.distance_restored,
            err: spun(1.0 - share(self.distance_restored, self.distance_spun)),
            fixed: spun(share(self.fixed, self.regions)),
            fixed_at_k: ranked(share(self.fixed_at_k, self.regions)),
            candidate_recall: self.causes.candidate_recall(),
            chosen: self.causes.chosen(),
            broken: spun(share(self.broken, self.kept)),
            false_alarm: (self.clean_words > 0)
                .then(|| share(self.clean_changed, self.clean_words)),
            precision: (self.made > 0).then(|| share(self.right, self.made)),
            recall: (self.wanted > 0).then(|| share(self.right, self.wanted)),
            f05: (f_weight > 0.0).then(|| (1.0 + beta_squared) * self.right as f64 / f_weight),
            exact: spun(share(self.exact, self.sentences)),
            mrr: ranked(self.reciprocal_ranks / self.sentences as f64),
            bleu: line(self.bleu.score()),
            chrf: line(self.chrf.score()),
            ter: line(self.ter.score()),
            ece: self.calibration.error(),
            ece_chance: self.calibration.by_chance(),
            ece_words: self.words.error(),
            ece_words_chance: self.words.by_chance(),
        }
    }
}

impl AddAssign<&Tally> for Tally {
    fn add_assign(&mut self, other: &Tally) {
        self.lines += other.lines;
        self.sentences += other.sentences;
        self.exact += other.exact;
        self.distance_spun += other.distance_spun;
        self.distance_restored += other.distance_restored;
        self.regions += other.regions;
        self.fixed += other.fixed;
        self.kept += other.kept;
        self.broken += other.broken;
        self.wanted += other.wanted;
        self.made += other.made;
        self.right += other.right;
        self.ranked += other.ranked;
        self.fixed_at_k += other.fixed_at_k;
        self.reciprocal_ranks += other.reciprocal_ranks;
        self.clean_words += other.clean_words;
        self.clean_changed += other.clean_changed;
        self.bleu += &other.bleu;
        self.chrf += &other.chrf;
        self.ter += &other.ter;
        self.calibration += &other.calibration;
        self.words += &other.words;
        self.causes += &other.causes;
    }
}

impl<'t> std::iter::Sum<&'t Tally> for Tally {
    fn sum<I: Iterator<Item = &'t Tally>>(tallies: I) -> Self {
        tallies.fold(Self::default(), |mut sum, tally| {
            sum += tally;
            sum
        })
    }
}

/// The figures of one system on some sentences; nothing where none was asked for
/// or nothing was there to count. Shares run from 0 to 1.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Figures {
    /// Sentences with words in both the original and the spun text.
    pub sentences: u64,
    /// Words to insert, delete or replace from spun to original, in all.
    pub wer_spun: u64,
    /// Words to insert, delete or replace from restored to original, in all.
    pub wer_restored: u64,
    /// Error reduction rate: 1 is perfect, 0 is leaving as is, negative is harm.
    pub err: Option<f64>,
    /// Share of the spinner's edit regions in which the original stands again.
    pub fixed: Option<f64>,
    /// The same in any of the k best restorations.
    pub fixed_at_k: Option<f64>,
    /// Share of those regions whose original words the candidates can write.
    pub candidate_recall: Option<f64>,
    /// Share of those, again, in which the original was chosen.
    pub chosen: Option<f64>,
    /// Share of the words left alone by the spinner that the restoration changed.
    pub broken: Option<f64>,
    /// Share of the words of never-spun text that the restoration changed.
    pub false_alarm: Option<f64>,
    /// Share of the changes made, as (span, replacement), that lead to the original.
    pub precision: Option<f64>,
    /// Share of the changes to be made that were made.
    pub recall: Option<f64>,
    /// Both, precision weighing twice as much.
    pub f05: Option<f64>,
    /// Share of sentences restored word for word.
    pub exact: Option<f64>,
    /// Mean reciprocal rank of the original among the restorations.
    pub mrr: Option<f64>,
    /// BLEU, from 0 to 100.
    pub bleu: Option<f64>,
    /// chrF2, from 0 to 100.
    pub chrf: Option<f64>,
    /// Translation edit rate in percent; less is better.
    pub ter: Option<f64>,
    /// Expected calibration error of the edits, in ten bins of equal width.
    pub ece: Option<f64>,
    /// What it would be in the mean, for so many edits, of a system whose probabilities hold.
    pub ece_chance: Option<f64>,
    /// The same of all words of the restoration, those that were left alone, too, where a
    /// system tells how likely they are.
    pub ece_words: Option<f64>,
    /// What that would be of a system whose probabilities hold.
    pub ece_words_chance: Option<f64>,
}
