//! Baselines that every table shows beside the decoder.

use super::line;
use super::nbest::Path;
use super::restoration::Candidate;
use super::{Decoder, Workspace};
use crate::channel::LONGEST_PHRASE;
use crate::lattice::features::{FEATURES, Feature, Weights};
use crate::lattice::{Kind, Lattice, Manner, Sentence};
use crate::model::Model;
use crate::text::{Token, sentences, tokenize};
use std::ops::Range;

impl Model {
    /// The model as a baseline: how often a replacement was seen and the language
    /// model decide, each with the weight 1, and nothing else does.
    pub(crate) fn frequency_and_language(&self) -> Self {
        self.by(&[Feature::Lm, Feature::Keep, Feature::Restore])
    }

    /// The model with the weight 1 for some features and none for the others.
    fn by(&self, features: &[Feature]) -> Self {
        let mut weights = Weights([0.0; FEATURES]);
        features.iter().for_each(|&feature| weights.0[feature as usize] = 1.0);
        Self { weights, ..self.clone() }
    }
}

impl Decoder<'_> {
    /// Restores a line by the most frequent replacement alone (MultiLexNorm, van
    /// der Goot et al. 2021): from left to right the longest spun phrase that is
    /// known, by the original seen most often for it, unless the phrase was left
    /// alone more often.
    pub fn most_frequent(&self, text: &str) -> String {
        // No candidate that was seen more often than the phrase itself may be missing.
        let model = &self.model.by(&[Feature::Keep, Feature::Restore]);
        let tokens = tokenize(text);
        let in_workspace = |with: &mut Workspace, range: Range<usize>| {
            let tokens = &tokens[range];
            let sentence = Sentence::read(model, text, tokens, None);
            let manner = Manner::default();
            with.search(model, &sentence, manner, &self.config);
            let lattice = &with.lattice;
            let mut choices = Vec::new();
            let mut at = 0;
            while at < tokens.len() {
                let longest = LONGEST_PHRASE.min(tokens.len() - at);
                let frequent = |len| self.frequent(lattice, &sentence.ids()[at..at + len], at);
                let found = (1..=longest).rev().find_map(frequent);
                let choice = found.unwrap_or(lattice.starting_at(at).start);
                choices.push(choice);
                at = lattice.choice(choice).end as usize;
            }
            let writer = line::Writer { model, sentence: &sentence, lattice, manner };
            writer.result(&with.graph, &[Path { score: 0.0, choices }], &self.config)
        };
        let sentence =
            |range: Range<usize>| self.workspaces.with(|with| in_workspace(with, range.clone()));
        let results = sentences(text, &tokens).into_iter().map(sentence).collect();
        line::assemble(text, results, 1).best().to_string()
    }

    /// How likely each word is to be left alone by what was seen of it, whatever
    /// stands around it here; of the phrases that hold it, by the least likely.
    pub fn left_alone(&self, text: &str) -> Vec<Candidate> {
        let channel = &self.model.channel;
        let tokens = tokenize(text);
        let sentence = Sentence::read(self.model, text, &tokens, None);
        let mut kept = vec![0.0f32; tokens.len()];
        for start in 0..tokens.len() {
            let mut node = channel.root();
            for end in start + 1..=tokens.len().min(start + LONGEST_PHRASE) {
                let Some(child) = channel.child(node, sentence.ids()[end - 1]) else { break };
                node = child;
                if !channel.candidates(node).is_empty() {
                    let keep = channel.keep(node);
                    kept[start..end].iter_mut().for_each(|kept| *kept = kept.min(keep));
                }
            }
        }
        let candidate = |(token, keep): (&Token, f32)| Candidate {
            start: token.start,
            end: token.end,
            original: token.of(text).to_string(),
            probability: f64::from(keep).exp(),
        };
        tokens.iter().zip(kept).map(candidate).collect()
    }

    /// The most frequent candidate for the words `spun`, which stand at `at`, if it was seen
    /// there more often than the phrase left alone.
    fn frequent(&self, lattice: &Lattice, spun: &[u32], at: usize) -> Option<u32> {
        let channel = &self.model.channel;
        let node = channel.find(spun)?;
        let candidates = channel.candidates(node);
        let restore = |candidate: &usize| channel.scores(*candidate).restore;
        let best = candidates.max_by(|a, b| restore(a).total_cmp(&restore(b)).then(b.cmp(a)))?;
        if restore(&best) <= channel.keep(node) {
            return None;
        }
        let words: Vec<u32> = channel.original(best).collect();
        lattice.starting_at(at).find(|&number| {
            let choice = lattice.choice(number);
            let same = choice.span().len() == spun.len() && choice.kind == Kind::Restore;
            same && lattice.words(choice) == words
        })
    }
}
