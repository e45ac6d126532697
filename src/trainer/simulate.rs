//! Pairs made from clean text by the forward spinner.

use super::recipe::Recipe;
use super::text::{Part, batches};
use crate::error::Result;
use crate::progress::{Progress, Silent};
use crate::spin::{Spinner, SpunSentence};
use rayon::prelude::*;
use std::path::Path;

/// A document ends once it has so many bytes.
const DOCUMENT: usize = 2500;
/// Bytes of a sentence, roughly, to tell how many documents are wanted.
const SENTENCE: usize = 130;

/// What is to be spun.
pub(crate) struct Wanted<'b> {
    pub(crate) part: Part,
    /// Sentences, about.
    pub(crate) sentences: usize,
    /// How large the training part of each file is.
    pub(crate) bytes: &'b [u64],
}

/// Spins sentences of one part of the recipe's text, as many of one file as of
/// another and spread over all of it.
pub(crate) fn simulate(
    spinner: &Spinner,
    recipe: &Recipe,
    folder: &Path,
    wanted: &Wanted<'_>,
    progress: &dyn Progress,
) -> Result<Vec<SpunSentence>> {
    let &Wanted { part, sentences: wanted, bytes } = wanted;
    let mut all = Vec::new();
    let quota = wanted.div_ceil(recipe.text.len().max(1));
    for (file, (source, &bytes)) in recipe.text.iter().zip(bytes).enumerate() {
        let there = bytes as f64 * part.share() / DOCUMENT as f64;
        let stride = (there / (quota * SENTENCE).div_ceil(DOCUMENT) as f64).max(1.0) as u64;
        // Documents are numbered apart by file and part, so that no draw repeats.
        let first = ((file as u64) << 40) | ((part as u64) << 36);
        let (mut number, mut made) = (first, 0);
        batches(source, folder, part, false, &Silent, &mut |lines| {
            let numbered = (number..).zip(documents(&lines));
            let chosen: Vec<_> =
                numbered.filter(|(number, _)| number.is_multiple_of(stride)).collect();
            number += documents(&lines).len() as u64;
            let spin = |(number, lines): &(u64, &[String])| spinner.spin_document(*number, lines);
            let spun: Vec<Vec<SpunSentence>> = chosen.par_iter().map(spin).collect();
            for document in spun {
                if made < quota {
                    made += document.len();
                    progress.advance(document.len() as u64);
                    all.extend(document);
                }
            }
            Ok(())
        })?;
    }
    Ok(all)
}

/// Lines in documents, runs of a few paragraphs.
fn documents(lines: &[String]) -> Vec<&[String]> {
    let mut documents = Vec::new();
    let (mut start, mut bytes) = (0, 0);
    for (at, line) in lines.iter().enumerate() {
        bytes += line.len();
        if bytes >= DOCUMENT {
            documents.push(&lines[start..=at]);
            (start, bytes) = (at + 1, 0);
        }
    }
    if start < lines.len() {
        documents.push(&lines[start..]);
    }
    documents
}
