//! Whole documents at once: their sentences in parallel, results in order.

use super::document::{Readings, Signs};
use super::line::{self, SentenceResult};
use super::{Decoder, Restored, Worker};
use crate::lattice::names::Names;
use crate::text::{Token, sentences, tokenize};
use rayon::prelude::*;
use std::ops::Range;

/// A line cut into sentences, and the document that it belongs to.
struct Plan<'l> {
    line: &'l str,
    document: usize,
    tokens: Vec<Token>,
    sentences: Vec<Range<usize>>,
}

/// One sentence of a plan.
type Task<'p, 'l> = (&'p Plan<'l>, &'p [Token]);

impl Decoder<'_> {
    /// Restores the lines of one document, as [`Decoder::decode_documents`] does.
    pub fn decode_document<L: AsRef<str> + Sync>(&self, lines: &[L]) -> Vec<Restored> {
        self.decode_documents(&[lines]).pop().unwrap_or_default()
    }

    /// Restores documents, each a slice of lines, on rayon's threads, a sentence
    /// at a time. How heavily a document is spun is told from all of its lines.
    /// Results come in the order of the lines and do not depend on the number of
    /// threads.
    pub fn decode_documents<'d, L, D>(&self, documents: &'d [D]) -> Vec<Vec<Restored>>
    where
        L: AsRef<str> + Sync + 'd,
        D: AsRef<[L]> + Sync,
    {
        self.decode_documents_while(documents, &|| true).unwrap_or_default()
    }

    /// The same for as long as `go_on` says so, which is asked before every sentence.
    pub(super) fn decode_documents_while<'d, L, D>(
        &self,
        documents: &'d [D],
        go_on: &(dyn Fn() -> bool + Sync),
    ) -> Option<Vec<Vec<Restored>>>
    where
        L: AsRef<str> + Sync + 'd,
        D: AsRef<[L]> + Sync,
    {
        let numbered = |(document, lines): (usize, &'d D)| {
            lines.as_ref().iter().map(move |line| (document, line.as_ref()))
        };
        let lines: Vec<(usize, &str)> = documents.iter().enumerate().flat_map(numbered).collect();
        let plans: Vec<Plan<'_>> =
            lines.par_iter().map(|&(at, line)| Plan::new(at, line)).collect();
        let tasks: Vec<Task<'_, '_>> = plans.iter().flat_map(Plan::tasks).collect();
        let readings = self.readings(&tasks, go_on);
        let decode = |worker: &mut Worker<'_>, (number, &(plan, tokens)): (_, &Task<'_, '_>)| {
            go_on().then(|| worker.sentence(plan.line, tokens, readings.manner(number)))
        };
        let numbered = tasks.par_iter().enumerate();
        let results: Option<Vec<SentenceResult>> =
            numbered.map_init(|| self.worker(), decode).collect();
        let mut results = results?.into_iter();
        let mut restored: Vec<Vec<Restored>> = documents.iter().map(|_| Vec::new()).collect();
        for plan in &plans {
            let sentences = results.by_ref().take(plan.sentences.len()).collect();
            restored[plan.document].push(line::assemble(plan.line, sentences, self.config.nbest));
        }
        Some(restored)
    }

    /// How each sentence and its document are spun.
    fn readings(&self, tasks: &[Task<'_, '_>], go_on: &(dyn Fn() -> bool + Sync)) -> Readings {
        let documents = tasks.iter().map(|(plan, _)| plan.document).collect();
        let sentences = tasks.iter().map(|&(plan, tokens)| (plan.document, plan.line, tokens));
        let names = Names::of_each(&sentences.collect::<Vec<_>>());
        Readings::of(documents, names, |readings| {
            let read = |worker: &mut Worker<'_>, (number, &(plan, tokens)): (_, &Task<'_, '_>)| {
                readings.signs(number, |manner| match go_on() {
                    true => worker.signs(plan.line, tokens, manner),
                    false => Signs::default(),
                })
            };
            tasks.par_iter().enumerate().map_init(|| self.worker(), read).collect()
        })
    }
}

impl<'l> Plan<'l> {
    fn new(document: usize, line: &'l str) -> Self {
        let tokens = tokenize(line);
        let sentences = sentences(line, &tokens);
        Self { line, document, tokens, sentences }
    }

    fn tasks(&self) -> impl Iterator<Item = Task<'_, 'l>> {
        self.sentences.iter().map(move |range| (self, &self.tokens[range.clone()]))
    }
}
