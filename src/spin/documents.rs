//! Paragraphs put together into documents.

use crate::text::{sentences, tokenize};

/// Consecutive paragraphs put together into documents.
///
/// A blank line ends a document, and so does a paragraph that takes it to the
/// given count of sentences.
pub(crate) struct Documents<I> {
    paragraphs: I,
    sentences: usize,
}

impl<I: Iterator<Item = String>> Documents<I> {
    /// Documents of `sentences` sentences or the paragraph that goes beyond them.
    pub(crate) fn new(paragraphs: I, sentences: usize) -> Self {
        Self { paragraphs, sentences }
    }
}

impl<I: Iterator<Item = String>> Iterator for Documents<I> {
    type Item = Vec<String>;

    fn next(&mut self) -> Option<Vec<String>> {
        let mut document = Vec::new();
        let mut count = 0;
        for paragraph in self.paragraphs.by_ref() {
            if paragraph.trim().is_empty() {
                if document.is_empty() {
                    continue;
                }
                break;
            }
            count += sentences(&paragraph, &tokenize(&paragraph)).len();
            document.push(paragraph);
            if count >= self.sentences {
                break;
            }
        }
        (!document.is_empty()).then_some(document)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ends_at_blank_lines_and_counts() {
        let lines = ["", "One. Two.", "Three.", "Four. Five. Six. Seven.", " ", "Eight.", "Nine."];
        let documents: Vec<_> = Documents::new(lines.map(str::to_owned).into_iter(), 3).collect();
        let lengths: Vec<usize> = documents.iter().map(Vec::len).collect();
        assert_eq!(lengths, [2, 1, 2]);
        assert_eq!(documents.concat().len(), 5);
    }
}
