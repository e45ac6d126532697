//! Whole texts: lines that were read together, and what becomes of them as one.

use super::restoration::{Candidate, Edit, Restoration, Restored};
use super::{DecodeConfig, Decoder};

impl Decoder<'_> {
    /// Restores texts of any number of lines, each a document of its own, as records of
    /// JSON Lines and Parquet are: offsets count from the start of the text. The result
    /// does not depend on the number of threads, nor on what else is restored with it.
    ///
    /// ```
    /// let model = unspin::Model::english()?;
    /// let decoder = unspin::Decoder::new(&model);
    /// let text = "In keeping with the report, costs fell.\nIn keeping with it, they rose.";
    /// let restored = decoder.decode_texts(&[text]);
    /// let last = restored[0].edits.last().expect("an edit");
    /// assert_eq!(&text[last.start..last.end], last.spun);
    /// # Ok::<(), unspin::Error>(())
    /// ```
    pub fn decode_texts<T: AsRef<str> + Sync>(&self, texts: &[T]) -> Vec<Restored> {
        self.decode_texts_while(texts, &|| true).unwrap_or_default()
    }

    /// The same for as long as `go_on` says so, which is asked before every sentence, on
    /// any thread; nothing once it has said no.
    pub fn decode_texts_while<T: AsRef<str> + Sync>(
        &self,
        texts: &[T],
        go_on: &(dyn Fn() -> bool + Sync),
    ) -> Option<Vec<Restored>> {
        let documents: Vec<Vec<&str>> =
            texts.iter().map(|text| text.as_ref().split('\n').collect()).collect();
        let restored = self.decode_documents_while(&documents, go_on)?;
        let DecodeConfig { nbest, .. } = self.config;
        Some(restored.into_iter().map(|lines| join_lines(lines, nbest)).collect())
    }
}

/// The lines of one field as one: the `k` best combinations, and all edits.
pub(crate) fn join_lines(lines: Vec<Restored>, k: usize) -> Restored {
    let mut lines = lines.into_iter();
    let Some(mut joined) = lines.next() else {
        return Restored::untouched("");
    };
    for line in lines {
        let start = joined.text.len() + 1;
        joined.text = format!("{}\n{}", joined.text, line.text);
        let moved = |edit: Edit| Edit { start: edit.start + start, end: edit.end + start, ..edit };
        joined.edits.extend(line.edits.into_iter().map(moved));
        let moved = |word: Candidate| Candidate {
            start: word.start + start,
            end: word.end + start,
            ..word
        };
        joined.words.extend(line.words.into_iter().map(moved));
        joined.candidates.extend(line.candidates.into_iter().map(moved));
        let both = |a: &Restoration, b: &Restoration| Restoration {
            text: format!("{}\n{}", a.text, b.text),
            score: a.score + b.score,
            probability: a.probability * b.probability,
        };
        let pairs =
            joined.restorations.iter().flat_map(|a| line.restorations.iter().map(move |b| (a, b)));
        let mut restorations: Vec<Restoration> = pairs.map(|(a, b)| both(a, b)).collect();
        restorations.sort_by(|a, b| b.probability.total_cmp(&a.probability));
        restorations.truncate(k);
        joined.restorations = restorations;
    }
    joined
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decode::tests::MODEL;
    use std::sync::atomic::{AtomicUsize, Ordering};

    #[test]
    fn texts_are_restored_as_their_lines_are() {
        let decoder = Decoder::new(&MODEL);
        let lines = ["The corporate misplaced clients.", "", "  ", "In keeping with it, yes."];
        let text = lines.join("\n");
        let as_lines = decoder.decode_document(&lines);
        let [whole, empty]: [Restored; 2] =
            decoder.decode_texts(&[text.as_str(), ""]).try_into().unwrap();
        let best: Vec<&str> = as_lines.iter().map(Restored::best).collect();
        assert_eq!(whole.best(), best.join("\n"));
        assert_eq!(empty, Restored::untouched(""));
        assert_eq!(whole.edits.len(), as_lines.iter().map(|line| line.edits.len()).sum::<usize>());
        for edit in &whole.edits {
            assert_eq!(&text[edit.start..edit.end], edit.spun);
        }
    }

    #[test]
    fn a_no_ends_it() {
        let decoder = Decoder::new(&MODEL);
        let texts = vec!["In keeping with it, yes. The corporate misplaced clients."; 20];
        for stop in [0, 1, 50] {
            let asked = AtomicUsize::new(0);
            let go_on = || asked.fetch_add(1, Ordering::Relaxed) < stop;
            assert_eq!(decoder.decode_texts_while(&texts, &go_on), None, "{stop}");
        }
    }
}
