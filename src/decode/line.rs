//! From choices of the lattice to text, and from sentences to their line.

use super::DecodeConfig;
use super::confidence::Standing;
use super::graph::Graph;
use super::nbest::Path;
use super::posterior::rivals;
use super::restoration::{Alternative, Candidate, Edit, Restoration, Restored};
use crate::lattice::features::Features;
use crate::lattice::{Choice, Kind, Lattice, Manner, Sentence};
use crate::model::Model;
use crate::text::case::recase;
use std::collections::HashSet;
use std::ops::Range;

/// Alternatives that are told of one edit, and how likely they must be.
const MOST_ALTERNATIVES: usize = 10;
const LEAST_ALTERNATIVE: f64 = 0.0005;

/// Restorations of one sentence, and the edits of the first.
pub(super) struct SentenceResult {
    start: usize,
    end: usize,
    restorations: Vec<Restoration>,
    pub(super) edits: Vec<Edit>,
    words: Vec<Candidate>,
    candidates: Vec<Candidate>,
}

impl SentenceResult {
    /// The same so many bytes further on.
    pub(super) fn moved(self, by: usize) -> Self {
        let moved = |candidates: Vec<Candidate>| {
            candidates.into_iter().map(|candidate| candidate.moved(by)).collect()
        };
        Self {
            start: self.start + by,
            end: self.end + by,
            edits: self.edits.into_iter().map(|edit| edit.moved(by)).collect(),
            words: moved(self.words),
            candidates: moved(self.candidates),
            ..self
        }
    }

    /// Adds to what was considered.
    pub(super) fn consider(&mut self, candidates: impl Iterator<Item = Candidate>) {
        self.candidates.extend(candidates);
        self.candidates.sort_by_key(|candidate| candidate.start);
    }
}

/// What choices write into the text of their sentence.
#[derive(Clone, Copy)]
pub(super) struct Writer<'a> {
    pub(super) model: &'a Model,
    pub(super) sentence: &'a Sentence<'a>,
    pub(super) lattice: &'a Lattice,
    /// How the document is spun.
    pub(super) manner: Manner<'a>,
}

impl<'a> Writer<'a> {
    /// The features of a choice.
    pub(super) fn features(&self, choice: &Choice) -> Features {
        self.sentence.features(self.model, choice, self.manner)
    }

    /// Writes the `paths` through the graph of the sentence, the first with its evidence.
    pub(super) fn result(
        &self,
        graph: &Graph,
        paths: &[Path],
        config: &DecodeConfig,
    ) -> SentenceResult {
        let tokens = self.sentence.tokens;
        let share = |path: &Path| (f64::from(path.score) - graph.total).exp();
        // Scores are rounded, so that the shares of all ways may pass 1 together.
        let all = paths.iter().map(share).sum::<f64>().max(1.0);
        let restoration = |path: &Path| Restoration {
            text: self.text(&path.choices),
            score: f64::from(path.score),
            probability: share(path) / all,
        };
        let best = paths.first().map_or(&[][..], |best| &best.choices);
        let edits = self.edits(graph, best, config);
        let words = if config.words { self.words(graph, best, &edits) } else { Vec::new() };
        SentenceResult {
            start: tokens[0].start,
            end: tokens[tokens.len() - 1].end,
            restorations: paths.iter().map(restoration).collect(),
            edits,
            words,
            candidates: if config.candidates { self.candidates(graph) } else { Vec::new() },
        }
    }

    /// Where in the line a choice stands, in bytes: a mark that is put at its word with the space
    /// before it.
    fn place(&self, choice: &Choice) -> Range<usize> {
        let (span, tokens) = (choice.span(), self.sentence.tokens);
        let start = match choice.kind {
            Kind::Attached => tokens[span.start - 1].end,
            _ => tokens[span.start].start,
        };
        start..tokens[span.end - 1].end
    }

    fn spun(&self, choice: &Choice) -> &'a str {
        &self.sentence.text[self.place(choice)]
    }

    fn push(&self, choice: &Choice, out: &mut String) {
        let spun = self.spun(choice);
        let Sentence { text, tokens, .. } = self.sentence;
        match choice.kind {
            Kind::Keep => out.push_str(spun),
            Kind::Split(at) => {
                let (left, right) = spun.split_at(at as usize);
                out.extend([left, " ", right]);
            }
            Kind::Small => out.push_str(&spun.to_lowercase()),
            Kind::Attached => out.push_str(spun.trim_start()),
            Kind::Joined => out.extend(spun.split(' ')),
            Kind::Name(_) => out.push_str(self.sentence.name(choice).unwrap_or(spun)),
            Kind::Doubled => out.push_str(tokens[choice.span().start].of(text)),
            Kind::Restore | Kind::Article => {
                let spun = tokens[choice.span()].iter().map(|token| token.of(text));
                let spun: Vec<&str> = spun.collect();
                let ids = self.lattice.words(choice).iter();
                let words: Vec<String> = ids.map(|&id| self.model.vocabulary.word(id)).collect();
                let words: Vec<&str> = words.iter().map(String::as_str).collect();
                recase(&spun, &words, out);
            }
        }
    }

    fn text(&self, choices: &[u32]) -> String {
        let Sentence { text, tokens, .. } = self.sentence;
        let mut out = String::new();
        let mut written = tokens[0].start;
        for &number in choices {
            let choice = self.lattice.choice(number);
            let Range { start, end } = self.place(choice);
            out.push_str(&text[written..start]);
            self.push(choice, &mut out);
            written = end;
        }
        out
    }

    fn edits(&self, graph: &Graph, choices: &[u32], config: &DecodeConfig) -> Vec<Edit> {
        let changes = |&&number: &&u32| self.lattice.choice(number).kind != Kind::Keep;
        if !choices.iter().any(|number| changes(&number)) {
            return Vec::new();
        }
        let posteriors = graph.choice_posteriors(self.lattice);
        let edit = |&number: &u32| self.edit(graph, &posteriors, number, config);
        choices.iter().filter(changes).map(edit).collect()
    }

    /// Every word of a restoration with these `edits`.
    fn words(&self, graph: &Graph, choices: &[u32], edits: &[Edit]) -> Vec<Candidate> {
        let posteriors = graph.choice_posteriors(self.lattice);
        let standing = Standing::new(self.sentence, self.lattice, &posteriors);
        let mut edits = edits.iter();
        let word = |&number: &u32| {
            let choice = self.lattice.choice(number);
            let posterior = posteriors[number as usize];
            let probability = match choice.kind {
                Kind::Keep => self.kept(number, posterior, &standing),
                _ => edits.next().map_or(posterior, |edit| edit.probability),
            };
            self.candidate(choice, probability)
        };
        choices.iter().map(word).collect()
    }

    /// Everything that the lattice offers, left to right.
    fn candidates(&self, graph: &Graph) -> Vec<Candidate> {
        let posteriors = graph.choice_posteriors(self.lattice);
        let standing = Standing::new(self.sentence, self.lattice, &posteriors);
        let candidate = |(number, posterior): (u32, f64)| {
            let choice = self.lattice.choice(number);
            let probability = match choice.kind {
                Kind::Keep => self.kept(number, posterior, &standing),
                _ => posterior,
            };
            self.candidate(choice, probability)
        };
        (0..).zip(posteriors).map(candidate).collect()
    }

    /// What the lattice offers beyond the one that was `searched`: next to nothing is left to it.
    pub(super) fn beyond(&self, searched: &Lattice) -> impl Iterator<Item = Candidate> {
        let known: HashSet<usize> = searched.choices().iter().filter_map(Choice::found).collect();
        let is_new = move |choice: &&Choice| choice.found().is_some_and(|c| !known.contains(&c));
        let choices = self.lattice.choices().iter().filter(is_new);
        choices.map(|choice| self.candidate(choice, 0.0))
    }

    /// How likely a word that is left alone is the author's.
    fn kept(&self, number: u32, posterior: f64, standing: &Standing) -> f64 {
        let choice = self.lattice.choice(number);
        let at = choice.span().start;
        if self.sentence.is_mark(at) {
            return posterior;
        }
        let features = self.features(choice);
        let word = standing.word(at, posterior);
        self.model.calibrator.kept.confidence(word, self.manner, &features)
    }

    fn candidate(&self, choice: &Choice, probability: f64) -> Candidate {
        let mut original = String::new();
        self.push(choice, &mut original);
        let Range { start, end } = self.place(choice);
        // A sum of shares may pass 1 by a rounding.
        Candidate { start, end, original, probability: probability.min(1.0) }
    }

    fn edit(&self, graph: &Graph, posteriors: &[f64], number: u32, config: &DecodeConfig) -> Edit {
        let choice = self.lattice.choice(number);
        let span = choice.span();
        let written = |choice: &Choice| {
            let mut text = String::new();
            self.push(choice, &mut text);
            text
        };
        let original = written(choice);
        let mut probability = 0.0;
        let mut alternatives = Vec::new();
        for (rival, likely) in rivals(self.lattice, posteriors, span.clone()) {
            let rival = self.lattice.choice(rival);
            let text = written(rival);
            if text == original {
                probability += likely;
            } else if config.alternatives && rival.kind != Kind::Keep {
                alternatives.push(Alternative { original: text, probability: likely });
            }
        }
        let spun = self.spun(choice).to_string();
        let (features, rate) = (self.features(choice), self.manner.rate);
        let probability = self.model.calibrator.confidence(probability, rate, &features);
        if config.alternatives {
            let kept = graph.kept(self.lattice, span.clone());
            alternatives.push(Alternative { original: spun.clone(), probability: kept });
            settle(&mut alternatives, 1.0 - probability);
        }
        let Range { start, end } = self.place(choice);
        Edit { start, end, spun, original, probability, alternatives }
    }
}

/// Gives alternatives the room that a change leaves them, and keeps the likeliest. What is left
/// to 1 is that the author wrote none of them.
fn settle(alternatives: &mut Vec<Alternative>, room: f64) {
    let all: f64 = alternatives.iter().map(|other| other.probability).sum();
    let room = (room / all.max(f64::MIN_POSITIVE)).min(1.0);
    alternatives.iter_mut().for_each(|other| other.probability *= room);
    alternatives.retain(|other| other.probability >= LEAST_ALTERNATIVE);
    alternatives.sort_by(|a, b| b.probability.total_cmp(&a.probability));
    alternatives.truncate(MOST_ALTERNATIVES);
}

/// A restoration of the first sentences of a line: how good it is, the
/// restoration of the sentences before, and which one the last sentence has.
struct Prefix {
    score: f64,
    log: f64,
    before: usize,
    last: usize,
}

/// Puts sentences together: the `k` best combinations of their restorations.
pub(super) fn assemble(line: &str, sentences: Vec<SentenceResult>, k: usize) -> Restored {
    if sentences.is_empty() {
        return Restored::untouched(line);
    }
    let mut levels: Vec<Vec<Prefix>> =
        vec![vec![Prefix { score: 0.0, log: 0.0, before: 0, last: 0 }]];
    for sentence in &sentences {
        let mut level = Vec::new();
        for (before, prefix) in levels[levels.len() - 1].iter().enumerate() {
            for (last, restoration) in sentence.restorations.iter().enumerate() {
                let score = prefix.score + restoration.score;
                let log = prefix.log + restoration.probability.max(f64::MIN_POSITIVE).ln();
                level.push(Prefix { score, log, before, last });
            }
        }
        // The first of each sentence make the first of the line, likeliest or not: what is
        // too unsure has been left alone in them.
        let rank = |p: &Prefix| (p.before, p.last);
        level.sort_by(|a, b| {
            let first = (rank(b) == (0, 0)).cmp(&(rank(a) == (0, 0)));
            first.then(b.log.total_cmp(&a.log)).then(rank(a).cmp(&rank(b)))
        });
        level.truncate(k);
        levels.push(level);
    }
    let write = |mut at: usize| {
        let Prefix { score, log, .. } = levels[levels.len() - 1][at];
        let mut picks = Vec::with_capacity(sentences.len());
        for level in levels[1..].iter().rev() {
            picks.push(level[at].last);
            at = level[at].before;
        }
        let mut text = String::with_capacity(line.len() + line.len() / 16);
        let mut written = 0;
        for (sentence, pick) in sentences.iter().zip(picks.into_iter().rev()) {
            text.push_str(&line[written..sentence.start]);
            text.push_str(&sentence.restorations[pick].text);
            written = sentence.end;
        }
        text.push_str(&line[written..]);
        Restoration { text, score, probability: log.exp() }
    };
    let restorations = (0..levels[levels.len() - 1].len()).map(write).collect();
    let mut restored = Restored { restorations, ..Restored::untouched(line) };
    for sentence in sentences {
        restored.edits.extend(sentence.edits);
        restored.words.extend(sentence.words);
        restored.candidates.extend(sentence.candidates);
    }
    restored
}
