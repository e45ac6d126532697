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
        let mut restored: Vec<Vec<Restored>> = documents.iter().map(|_| Vec::new()).collect();
        let take = |document: usize, line| restored[document].push(line);
        self.decode_each(documents, go_on, take).then_some(restored)
    }

    /// The same a line at a time: each is given to `take` with the number of its document, so
    /// that no more need be kept than is wanted of it. False once `go_on` has said no.
    pub(crate) fn decode_each<'d, L, D>(
        &self,
        documents: &'d [D],
        go_on: &(dyn Fn() -> bool + Sync),
        mut take: impl FnMut(usize, Restored),
    ) -> bool
    where
        L: AsRef<str> + Sync + 'd,
        D: AsRef<[L]> + Sync,
    {
        let numbered = |(document, lines): (usize, &'d D)| {
            lines.as_ref().iter().map(move |line| (document, line.as_ref()))
        };
        let lines: Vec<(usize, &str)> = documents.iter().enumerate().flat_map(numbered).collect();
        let mut documents = lines.iter().map(|&(document, _)| document);
        for lines in parts(&lines, |line| line.len(), TOGETHER) {
            let plans: Vec<Plan<'_>> =
                lines.par_iter().map(|&(at, line)| Plan::new(at, line)).collect();
            let sentences: Vec<_> = plans.iter().flat_map(Plan::sentences).collect();
            let mut results = Vec::with_capacity(sentences.len());
            // A line may be longer than what is restored together.
            for sentences in parts(&sentences, |(_, tokens)| length(tokens), TOGETHER) {
                let Some(more) = self.part(&sentences, go_on) else { return false };
                results.extend(more);
            }
            let mut results = results.into_iter();
            for (plan, document) in plans.iter().zip(documents.by_ref()) {
                let sentences = results.by_ref().take(plan.sentences.len()).collect();
                take(document, line::assemble(plan.line, sentences, self.config.nbest));
            }
        }
        true
    }

    /// Restores the sentences of documents that are numbered from 0.
    fn part(
        &self,
        sentences: &[(usize, (&str, &[Token]))],
        go_on: &(dyn Fn() -> bool + Sync),
    ) -> Option<Vec<SentenceResult>> {
        let names = Names::of_each(sentences);
        let read = |&(document, (line, tokens)): &(usize, _)| {
            Sentence::read(self.model, line, tokens, names.get(document))
        };
        let read: Vec<Sentence<'_>> = sentences.par_iter().map(read).collect();
        let documents = sentences.iter().map(|&(document, _)| document).collect();
        let Self { model, config, workspaces } = self;
        let search = Search { model, config, workspaces, go_on };
        search.each(&read, documents, |number, manner, lattice, graph| {
            self.result(&read[number], manner, lattice, graph)
        })
    }
}

/// Bytes that are restored together, so that memory is bounded: of a longer document every so
/// many are one by themselves, and of short ones as many as make up so many.
pub(crate) const TOGETHER: usize = 128 << 10;

/// Cuts lines or sentences, which stand in the order of their documents, into parts of
/// `together` bytes and what completes the last of them, each with its own documents,
/// numbered from 0. Where a document is cut does not depend on the others.
fn parts<T: Copy>(
    items: &[(usize, T)],
    bytes: impl Fn(T) -> usize,
    together: usize,
) -> Vec<Vec<(usize, T)>> {
    let mut parts: Vec<Vec<_>> = Vec::new();
    let (mut in_part, mut number) = (0, 0);
    for document in items.chunk_by(|a, b| a.0 == b.0) {
        let mut in_document = 0;
        for (at, &(_, item)) in document.iter().enumerate() {
            if at == 0 || in_document >= together {
                in_document = 0;
                number += 1;
                if parts.is_empty() || in_part >= together {
                    parts.push(Vec::new());
                    (in_part, number) = (0, 0);
                }
            }
            parts.last_mut().expect("a part").push((number, item));
            in_document += bytes(item);
            in_part += bytes(item);
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
    fn sentences(&self) -> impl Iterator<Item = (usize, (&'l str, &[Token]))> {
        let sentence =
            |range: &Range<usize>| (self.document, (self.line, &self.tokens[range.clone()]));
        self.sentences.iter().map(sentence)
    }
}

/// Bytes from the first of some tokens to the last.
fn length(tokens: &[Token]) -> usize {
    tokens.first().zip(tokens.last()).map_or(0, |(first, last)| last.end - first.start)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decode::tests::{MODEL, spun_lines};

    #[test]
    fn parts_by_hand() {
        let texts = ["abc", "de", "f", "ghij", "kl", "mno", "p", ""];
        // The third document alone is longer than what is restored together.
        let lines: Vec<(usize, &str)> = [0, 0, 1, 2, 2, 2, 3, 3].into_iter().zip(texts).collect();
        let cut = |together| {
            let shown = |part: Vec<(usize, &str)>| {
                let shown = part.iter().map(|(document, text)| format!("{document}{text}"));
                shown.collect::<Vec<_>>().join("|")
            };
            parts(&lines, str::len, together).into_iter().map(shown).collect::<Vec<_>>()
        };
        assert_eq!(cut(100), ["0abc|0de|1f|2ghij|2kl|2mno|3p|3"]);
        assert_eq!(cut(6), ["0abc|0de|1f", "0ghij|0kl", "0mno|1p|1"]);
        assert_eq!(parts(&[], str::len, 6), Vec::<Vec<(usize, &str)>>::new());
    }

    #[test]
    fn what_is_restored_together_does_not_show() {
        let decoder = Decoder::new(&MODEL);
        let lines = spun_lines();
        // Together they fill several parts.
        let documents = vec![lines.clone(); 80];
        let bytes: usize = lines.iter().map(|line| line.len()).sum();
        assert!(80 * bytes > 2 * TOGETHER, "{bytes}");
        let alone = decoder.decode_document(&lines);
        assert!(decoder.decode_documents(&documents).iter().all(|document| *document == alone));
    }

    #[test]
    fn a_line_may_be_longer_than_what_is_restored_together() {
        let decoder = Decoder::new(&MODEL);
        let line = vec![spun_lines().join(" "); 80].join(" ");
        assert!(line.len() > 2 * TOGETHER, "{}", line.len());
        let restored = decoder.decode(&line);
        let (mut rebuilt, mut end) = (String::new(), 0);
        for edit in &restored.edits {
            assert_eq!(&line[edit.start..edit.end], edit.spun);
            rebuilt.extend([&line[end..edit.start], &edit.original]);
            end = edit.end;
        }
        rebuilt.push_str(&line[end..]);
        assert!(restored.edits.last().is_some_and(|last| last.start > 2 * TOGETHER));
        assert_eq!(restored.best(), rebuilt);
    }
}
