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
        let mut results = Vec::with_capacity(sentences.len());
        for part in parts(&sentences, TOGETHER) {
            results.extend(self.part(&part, go_on)?);
        }
        let mut results = results.into_iter();
        let mut restored: Vec<Vec<Restored>> = documents.iter().map(|_| Vec::new()).collect();
        for plan in &plans {
            let sentences = results.by_ref().take(plan.sentences.len()).collect();
            restored[plan.document].push(line::assemble(plan.line, sentences, self.config.nbest));
        }
        Some(restored)
    }

    /// Restores the sentences of documents that are numbered from 0.
    fn part(
        &self,
        sentences: &[(usize, &str, &[Token])],
        go_on: &(dyn Fn() -> bool + Sync),
    ) -> Option<Vec<SentenceResult>> {
        let names = Names::of_each(sentences);
        let read = |&(document, line, tokens): &(usize, _, _)| {
            Sentence::read(self.model, line, tokens, names.get(document))
        };
        let read: Vec<Sentence<'_>> = sentences.par_iter().map(read).collect();
        let documents = sentences.iter().map(|&(document, ..)| document).collect();
        let Self { model, config, workspaces } = self;
        let search = Search { model, config, workspaces, go_on };
        search.each(&read, documents, |number, manner, lattice, graph| {
            self.result(&read[number], manner, lattice, graph)
        })
    }
}

/// Tokens that are restored together, so that memory is bounded: of a longer document every so
/// many are one by themselves, and of short ones as many as make up so many.
const TOGETHER: usize = 1 << 15;

/// Cuts sentences, which stand in the order of their documents, into parts of about `together`
/// tokens or more, each with its own documents, numbered from 0. Where a document is cut does
/// not depend on the others.
fn parts<'l>(
    sentences: &[(usize, &'l str, &'l [Token])],
    together: usize,
) -> Vec<Vec<(usize, &'l str, &'l [Token])>> {
    let mut parts: Vec<Vec<_>> = Vec::new();
    let (mut in_part, mut number) = (0, 0);
    for document in sentences.chunk_by(|a, b| a.0 == b.0) {
        let mut in_document = 0;
        for (at, &(_, line, tokens)) in document.iter().enumerate() {
            if at == 0 || in_document + tokens.len() > together {
                in_document = 0;
                number += 1;
                if parts.is_empty() || in_part >= together {
                    parts.push(Vec::new());
                    (in_part, number) = (0, 0);
                }
            }
            parts.last_mut().expect("a part").push((number, line, tokens));
            in_document += tokens.len();
            in_part += tokens.len();
        }
    }
    parts
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decode::tests::{MODEL, spun_lines};

    #[test]
    fn parts_by_hand() {
        let texts = ["a b c", "d e", "f", "g h i j", "k l", "m n o", "p", ""];
        let tokens: Vec<Vec<Token>> = texts.iter().map(|text| tokenize(text)).collect();
        // The third document alone is longer than what is restored together.
        let documents = [0, 0, 1, 2, 2, 2, 3, 3];
        let sentences: Vec<(usize, &str, &[Token])> = documents
            .into_iter()
            .zip(texts.iter().zip(&tokens))
            .map(|(document, (text, tokens))| (document, *text, &tokens[..]))
            .collect();
        let cut = |together| {
            let shown = |part: Vec<(usize, &str, &[Token])>| {
                let shown = part.iter().map(|(document, text, _)| format!("{document}{text}"));
                shown.collect::<Vec<_>>().join("|")
            };
            parts(&sentences, together).into_iter().map(shown).collect::<Vec<_>>()
        };
        assert_eq!(cut(100), ["0a b c|0d e|1f|2g h i j|2k l|2m n o|3p|3"]);
        assert_eq!(cut(6), ["0a b c|0d e|1f", "0g h i j|0k l", "0m n o|1p|1"]);
        assert_eq!(parts(&[], 6), Vec::<Vec<(usize, &str, &[Token])>>::new());
    }

    #[test]
    fn what_is_restored_together_does_not_show() {
        let decoder = Decoder::new(&MODEL);
        let lines = spun_lines();
        // Together they fill several parts.
        let documents = vec![lines.clone(); 80];
        let tokens: usize = lines.iter().map(|line| tokenize(line).len()).sum();
        assert!(80 * tokens > 2 * TOGETHER, "{tokens}");
        let alone = decoder.decode_document(&lines);
        assert!(decoder.decode_documents(&documents).iter().all(|document| *document == alone));
    }
}
