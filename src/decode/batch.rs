//! Whole documents at once: their sentences in parallel, results in order.

use super::line::{self, SentenceResult};
use super::{Decoder, Restored, Search};
use crate::lattice::Sentence;
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
        let sentences: Vec<(usize, &str, &[Token])> =
            plans.iter().flat_map(Plan::sentences).collect();
        let names = Names::of_each(&sentences);
        let read = |&(document, line, tokens): &(usize, _, _)| {
            Sentence::read(self.model, line, tokens, names.get(document))
        };
        let read: Vec<Sentence<'_>> = sentences.par_iter().map(read).collect();
        let of_each = sentences.iter().map(|&(document, ..)| document).collect();
        let search =
            Search { model: self.model, config: &self.config, workspaces: &self.workspaces, go_on };
        let results: Option<Vec<SentenceResult>> =
            search.each(&read, of_each, |number, manner, lattice, graph| {
                self.result(&read[number], manner, lattice, graph)
            });
        let mut results = results?.into_iter();
        let mut restored: Vec<Vec<Restored>> = documents.iter().map(|_| Vec::new()).collect();
        for plan in &plans {
            let sentences = results.by_ref().take(plan.sentences.len()).collect();
            restored[plan.document].push(line::assemble(plan.line, sentences, self.config.nbest));
        }
        Some(restored)
    }
}

impl<'l> Plan<'l> {
    fn new(document: usize, line: &'l str) -> Self {
        let tokens = tokenize(line);
        let sentences = sentences(line, &tokens);
        Self { line, document, tokens, sentences }
    }

    /// The sentences, each with its document.
    fn sentences(&self) -> impl Iterator<Item = (usize, &'l str, &[Token])> {
        let sentence =
            |range: &Range<usize>| (self.document, self.line, &self.tokens[range.clone()]);
        self.sentences.iter().map(sentence)
    }
}
