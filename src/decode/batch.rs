//! Whole documents at once: their sentences in parallel, results in order.

use super::line::{self, SentenceResult};
use super::{Decoder, Edit, Restored, Search};
use crate::lattice::Sentence;
use crate::lattice::names::Names;
use crate::text::{Token, sentences, stretches, tokenize};
use rayon::prelude::*;
use std::ops::Range;

/// A part of a line that is restored at once: all of it, or some sentences of a long one.
#[derive(Clone, Copy)]
struct Stretch<'l> {
    document: usize,
    /// The number of the line among those of all documents.
    number: usize,
    line: &'l str,
    /// Where in the line it stands.
    start: usize,
    end: usize,
}

/// A stretch cut into sentences, and the document that it belongs to among those of its part.
struct Plan<'l> {
    document: usize,
    stretch: Stretch<'l>,
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
        let mut sentences = Vec::new();
        let whole = self.decode_each(documents, go_on, |stretch, results| {
            sentences.extend(results.map(|sentence| sentence.moved(stretch.start)));
            if stretch.end == stretch.line.len() {
                let sentences = std::mem::take(&mut sentences);
                let line = line::assemble(stretch.line, sentences, self.config.nbest);
                restored[stretch.document].push(line);
            }
        });
        whole.then_some(restored)
    }

    /// What is changed in the lines of documents, from left to right: `take` is given the
    /// number of each line among those of all documents and the change.
    pub(crate) fn changes<'d, L, D>(&self, documents: &'d [D], mut take: impl FnMut(usize, Edit))
    where
        L: AsRef<str> + Sync + 'd,
        D: AsRef<[L]> + Sync,
    {
        self.decode_each(documents, &|| true, |stretch, results| {
            for edit in results.flat_map(|sentence| sentence.edits) {
                take(stretch.number, edit.moved(stretch.start));
            }
        });
    }

    /// Gives the sentences of each stretch, restored, to `take`, so that no more need be kept
    /// than is wanted of them. False once `go_on` has said no.
    fn decode_each<'d, L, D>(
        &self,
        documents: &'d [D],
        go_on: &(dyn Fn() -> bool + Sync),
        mut take: impl FnMut(Stretch<'d>, &mut dyn Iterator<Item = SentenceResult>),
    ) -> bool
    where
        L: AsRef<str> + Sync + 'd,
        D: AsRef<[L]> + Sync,
    {
        let lines = documents.iter().enumerate().flat_map(|(document, lines)| {
            lines.as_ref().iter().map(move |line| (document, line.as_ref()))
        });
        let stretches = lines.enumerate().flat_map(Stretch::of);
        let length = |document: usize| -> usize {
            documents[document].as_ref().iter().map(|line| line.as_ref().len()).sum()
        };
        for stretches in parts(stretches, length, |stretch| stretch.text().len(), TOGETHER) {
            let plans: Vec<Plan<'_>> =
                stretches.par_iter().map(|&(at, stretch)| Plan::new(at, stretch)).collect();
            let sentences: Vec<_> = plans.iter().flat_map(Plan::sentences).collect();
            let Some(results) = self.part(&sentences, go_on) else { return false };
            let mut results = results.into_iter();
            for Plan { stretch, sentences, .. } in &plans {
                take(*stretch, &mut results.by_ref().take(sentences.len()));
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
        let names = Names::of_each(self.model, sentences);
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

/// Bytes of a line that are cut into sentences at once.
const STRETCH: usize = TOGETHER / 8;

/// Cuts stretches of lines, which stand in the order of their documents, into parts of
/// `together` bytes and what completes the last of them, each with its own documents,
/// numbered from 0. Where a document is cut does not depend on the others: one that does not
/// fit into what is left of a part begins the next.
fn parts<T>(
    items: impl Iterator<Item = (usize, T)>,
    length: impl Fn(usize) -> usize,
    bytes: impl Fn(&T) -> usize,
    together: usize,
) -> impl Iterator<Item = Vec<(usize, T)>> {
    let mut items = items.peekable();
    // Of what was last given: its document, and how much of that document goes together.
    let (mut document, mut in_document) = (None, 0);
    std::iter::from_fn(move || {
        let mut part = Vec::new();
        let (mut in_part, mut number) = (0, 0);
        while let Some(&(of, _)) = items.peek() {
            if document != Some(of) || in_document >= together {
                if !part.is_empty() && in_part + length(of).min(together) > together {
                    break;
                }
                number += usize::from(!part.is_empty());
                (document, in_document) = (Some(of), 0);
            }
            let (_, item) = items.next()?;
            in_document += bytes(&item);
            in_part += bytes(&item);
            part.push((number, item));
        }
        (!part.is_empty()).then_some(part)
    })
}

impl<'l> Stretch<'l> {
    /// The stretches of a line, with their document.
    fn of((number, (document, line)): (usize, (usize, &'l str))) -> Vec<(usize, Self)> {
        let stretch = |Range { start, end }| Self { document, number, line, start, end };
        let stretches = stretches(line, STRETCH).into_iter();
        stretches.map(|range| (document, stretch(range))).collect()
    }

    fn text(&self) -> &'l str {
        &self.line[self.start..self.end]
    }
}

impl<'l> Plan<'l> {
    fn new(document: usize, stretch: Stretch<'l>) -> Self {
        let tokens = tokenize(stretch.text());
        let sentences = sentences(stretch.text(), &tokens);
        Self { document, stretch, tokens, sentences }
    }

    /// The sentences, each with its document.
    fn sentences(&self) -> impl Iterator<Item = (usize, (&'l str, &[Token]))> {
        let sentence = |range: &Range<usize>| {
            (self.document, (self.stretch.text(), &self.tokens[range.clone()]))
        };
        self.sentences.iter().map(sentence)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decode::tests::{MODEL, spun_lines};

    #[test]
    fn parts_by_hand() {
        let texts = ["abc", "de", "f", "ghij", "kl", "mno", "p", ""];
        // The third document alone is longer than what is restored together.
        let cut = |together| {
            let lines = [0, 0, 1, 2, 2, 2, 3, 3].into_iter().zip(texts);
            let shown = |part: Vec<(usize, &str)>| {
                let shown = part.iter().map(|(document, text)| format!("{document}{text}"));
                shown.collect::<Vec<_>>().join("|")
            };
            let length = |document: usize| [5, 1, 9, 1][document];
            parts(lines, length, |text| text.len(), together).map(shown).collect::<Vec<_>>()
        };
        assert_eq!(cut(100), ["0abc|0de|1f|2ghij|2kl|2mno|3p|3"]);
        assert_eq!(cut(6), ["0abc|0de|1f", "0ghij|0kl", "0mno|1p|1"]);
        // Two that do not fit together.
        assert_eq!(cut(5), ["0abc|0de", "0f", "0ghij|0kl", "0mno|1p|1"]);
        assert_eq!(parts(std::iter::empty::<(usize, ())>(), |_| 0, |()| 1, 6).count(), 0);
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
