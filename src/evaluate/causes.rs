//! Why an edit region of the spinner is not restored: was the original among the
//! candidates, was something else ranked above it, was the spun text left alone?

mod counts;
#[cfg(test)]
mod tests;

use super::diff::{Step, diff};
use super::edits::Change;
use super::restoration::{Outcome, Pair};
pub(crate) use counts::CauseCounts;
pub use counts::{Causes, Count};
use serde::Serialize;
use std::collections::BTreeSet;
use std::ops::Range;

/// How far beyond a region a candidate that covers it may reach, in words.
const REACH: usize = 12;

/// What became of a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Cause {
    /// The candidates cannot write the original words of the region.
    NoCandidate,
    /// They can, and something else was chosen.
    RankedBelow,
    /// They can, and the spun words were left as they are.
    LeftAlone,
    /// The original words stand there again.
    Restored,
    /// The spinner had left the word alone, the restoration has not.
    WronglyChanged,
}

impl Cause {
    /// The name as it stands in tables.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Cause::NoCandidate => "no candidate",
            Cause::RankedBelow => "ranked below",
            Cause::LeftAlone => "left alone",
            Cause::Restored => "restored",
            Cause::WronglyChanged => "wrongly changed",
        }
    }
}

/// What became of one place of a sentence.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Finding {
    pub(crate) cause: Cause,
    pub(crate) spun: Range<usize>,
    pub(crate) original: Range<usize>,
    pub(crate) restored: Range<usize>,
    /// How likely what stands there now is: the least of its words.
    pub(crate) probability: Option<f64>,
}

/// Changes with their probabilities.
pub(crate) type Likely = (Vec<Change>, Vec<f64>);

/// What a system considered and chose for one sentence.
pub(crate) struct Evidence {
    candidates: Likely,
    edits: Likely,
    kept: Vec<f64>,
}

impl Evidence {
    pub(crate) fn new(spun: &[u32], candidates: Likely, edits: Likely) -> Self {
        let mut kept = vec![0.0; spun.len()];
        for (change, probability) in candidates.0.iter().zip(&candidates.1) {
            let range = change.start..change.end;
            if spun.get(range.clone()) == Some(&change.words) {
                kept[range].iter_mut().for_each(|kept| *kept += probability);
            }
        }
        Self { candidates, edits, kept }
    }

    /// How likely each spun word is to be the author's.
    pub(crate) fn kept(&self) -> &[f64] {
        &self.kept
    }

    /// Whether an edit changes a spun word.
    pub(crate) fn is_edited(&self, word: usize) -> bool {
        self.edits.0.iter().any(|edit| (edit.start..edit.end).contains(&word))
    }

    /// The least probability of what was written for `words`.
    fn least(&self, words: Range<usize>) -> Option<f64> {
        let of_word = |word: usize| {
            let (changes, probabilities) = &self.edits;
            let edit = changes.iter().position(|edit| (edit.start..edit.end).contains(&word));
            edit.map_or_else(|| self.kept.get(word).copied(), |edit| Some(probabilities[edit]))
        };
        // Where words were lost, their neighbours tell.
        let words =
            if words.is_empty() { words.start.saturating_sub(1)..words.end + 1 } else { words };
        words.filter_map(of_word).min_by(f64::total_cmp)
    }
}

impl Pair {
    /// What became of every region that the spinner changed and of the words that
    /// were wrongly changed, from left to right.
    pub(crate) fn findings(
        &self,
        restored: &[u32],
        outcome: &Outcome,
        evidence: &Evidence,
    ) -> Vec<Finding> {
        let steps = diff(&self.spun, restored);
        let mut fixed = outcome.fixed.iter();
        let mut findings = Vec::new();
        for step in &self.steps {
            if step.equal {
                findings.extend(broken(step, &steps, evidence));
                continue;
            }
            let mut changed = steps.iter().filter(|step| !step.equal);
            let left_alone = !changed.any(|changed| touches(&changed.a, &step.a));
            let cause = if fixed.next() == Some(&true) {
                Cause::Restored
            } else if !self.writable(step, &evidence.candidates.0) {
                Cause::NoCandidate
            } else if left_alone {
                Cause::LeftAlone
            } else {
                Cause::RankedBelow
            };
            findings.push(Finding {
                cause,
                spun: step.a.clone(),
                original: step.b.clone(),
                restored: standing(&steps, &step.a),
                probability: evidence.least(step.a.clone()),
            });
        }
        findings
    }

    /// For each spun word how likely it is to be spun, given how likely it is `kept`,
    /// and whether it is.
    pub(crate) fn spun_words(&self, kept: &[f64]) -> Vec<(f64, bool)> {
        let mut spun = vec![true; self.spun.len()];
        for step in self.steps.iter().filter(|step| step.equal) {
            spun[step.a.clone()].fill(false);
        }
        kept.iter().map(|kept| 1.0 - kept).zip(spun).collect()
    }

    /// Whether the candidates can write the original words of a region: there is a
    /// way through them, from a border before the region to one behind it at which
    /// spun and original text are in step, that writes what the original has there.
    fn writable(&self, region: &Step, candidates: &[Change]) -> bool {
        let in_step = self.in_step();
        let near = region.a.start.saturating_sub(REACH)..=region.a.end + REACH;
        let before = |&&(spun, original): &&(usize, usize)| {
            near.contains(&spun) && spun <= region.a.start && original <= region.b.start
        };
        let behind = |&(spun, original): &(usize, usize)| {
            spun >= region.a.end
                && original >= region.b.end
                && in_step.binary_search(&(spun, original)).is_ok()
        };
        let mut open: Vec<(usize, usize)> = in_step.iter().filter(before).copied().collect();
        let mut seen: BTreeSet<(usize, usize)> = open.iter().copied().collect();
        while let Some((spun, original)) = open.pop() {
            let from = candidates.partition_point(|change| change.start < spun);
            let here = candidates[from..].iter().take_while(|change| change.start == spun);
            let here = here.filter(|change| change.end > spun);
            let rest = &self.original[original..];
            let fitting = here.filter(|change| rest.starts_with(&change.words));
            for next in fitting.map(|change| (change.end, original + change.words.len())) {
                if behind(&next) {
                    return true;
                }
                if near.contains(&next.0) && seen.insert(next) {
                    open.push(next);
                }
            }
        }
        false
    }

    /// The borders at which spun and original text are in step, sorted.
    fn in_step(&self) -> Vec<(usize, usize)> {
        let mut borders = vec![(0, 0), (self.spun.len(), self.original.len())];
        for Step { a, b, .. } in self.steps.iter().filter(|step| step.equal) {
            borders.extend((a.start..=a.end).zip(b.start..=b.end));
        }
        borders.sort_unstable();
        borders.dedup();
        borders
    }
}

/// Runs of words that the spinner left alone and a restoration with these `steps`
/// changed.
fn broken<'s>(
    kept: &'s Step,
    steps: &'s [Step],
    evidence: &'s Evidence,
) -> impl Iterator<Item = Finding> + 's {
    let changed = steps.iter().filter(|step| !step.equal);
    let common = |step: &Step| step.a.start.max(kept.a.start)..step.a.end.min(kept.a.end);
    let runs = changed.map(common).filter(|run| !run.is_empty());
    runs.map(|spun| Finding {
        cause: Cause::WronglyChanged,
        original: kept.b.start + spun.start - kept.a.start..kept.b.start + spun.end - kept.a.start,
        restored: standing(steps, &spun),
        probability: evidence.least(spun.clone()),
        spun,
    })
}

/// Whether a change is one of `region`; where words were lost, one at its very place
/// is, too.
fn touches(changed: &Range<usize>, region: &Range<usize>) -> bool {
    match region.is_empty() {
        true => changed.start <= region.start && region.end <= changed.end,
        false => changed.start < region.end && region.start < changed.end,
    }
}

/// The restored words in the place of some spun ones. Steps of equal length go word
/// by word; of any other all words are taken.
fn standing(steps: &[Step], spun: &Range<usize>) -> Range<usize> {
    let mut range = None::<Range<usize>>;
    for Step { a, b, .. } in steps {
        let touches = match spun.is_empty() || a.is_empty() {
            true => a.start <= spun.start && spun.end <= a.end && (a.is_empty() || spun.is_empty()),
            false => a.start < spun.end && spun.start < a.end,
        };
        if !touches {
            continue;
        }
        let part = if a.len() == b.len() {
            let at = |word: usize| b.start + word.clamp(a.start, a.end) - a.start;
            at(spun.start)..at(spun.end)
        } else {
            b.clone()
        };
        range = Some(range.map_or(part.clone(), |range| range.start.min(part.start)..part.end));
    }
    range.unwrap_or_default()
}
