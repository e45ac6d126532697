//! Whole texts: lines that were read together, and what becomes of them as one.

use super::restoration::{Restoration, Restored};
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
pub(crate) fn join_lines(mut lines: Vec<Restored>, k: usize) -> Restored {
    let restorations = combine(&lines, k);
    let mut rest = lines.drain(..);
    let Some(mut joined) = rest.next() else {
        return Restored::untouched("");
    };
    for line in rest {
        joined.text.push('\n');
        let start = joined.text.len();
        joined.text.push_str(&line.text);
        joined.edits.extend(line.edits.into_iter().map(|edit| edit.moved(start)));
        joined.words.extend(line.words.into_iter().map(|word| word.moved(start)));
        joined.candidates.extend(line.candidates.into_iter().map(|other| other.moved(start)));
    }
    Restored { restorations, ..joined }
}

/// A combination of restorations of the first lines.
#[derive(Clone, Copy)]
struct Way {
    score: f64,
    probability: f64,
    /// Its last step, counted from 1; 0 for none.
    last: usize,
}

/// The `k` best combinations of the lines' restorations. Text is put together at the end, so
/// that a long field is not copied line by line.
fn combine(lines: &[Restored], k: usize) -> Vec<Restoration> {
    let mut ways = vec![Way { score: 0.0, probability: 1.0, last: 0 }];
    // What each step adds, and the step before it.
    let mut steps: Vec<(&str, usize)> = Vec::new();
    for (number, line) in lines.iter().enumerate() {
        let pairs = ways.iter().flat_map(|way| line.restorations.iter().map(move |r| (way, r)));
        let mut longer: Vec<(Way, &str)> = pairs
            .map(|(way, next)| {
                let (score, probability) =
                    (way.score + next.score, way.probability * next.probability);
                (Way { score, probability, last: way.last }, next.text.as_str())
            })
            .collect();
        // The first line's stand in their order.
        if number > 0 {
            longer.sort_by(|(a, _), (b, _)| b.probability.total_cmp(&a.probability));
            longer.truncate(k);
        }
        let step = |(way, text): (Way, _)| {
            steps.push((text, way.last));
            Way { last: steps.len(), ..way }
        };
        ways = longer.into_iter().map(step).collect();
    }
    let whole = |way: Way| {
        let before = |&last: &usize| Some(steps[last - 1].1).filter(|&step| step > 0);
        let path = std::iter::successors(Some(way.last).filter(|&step| step > 0), before);
        let mut texts: Vec<&str> = path.map(|step| steps[step - 1].0).collect();
        texts.reverse();
        let Way { score, probability, .. } = way;
        Restoration { text: texts.join("\n"), score, probability }
    };
    ways.into_iter().map(whole).collect()
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
    fn combinations_by_hand() {
        let line = |ways: &[(&str, f64)]| {
            let restorations = ways.iter().map(|&(text, probability)| Restoration {
                text: text.into(),
                score: probability.ln(),
                probability,
            });
            Restored { restorations: restorations.collect(), ..Restored::untouched("x") }
        };
        let lines =
            [line(&[("a", 0.6), ("b", 0.4)]), line(&[("c", 0.5), ("d", 0.3)]), line(&[("e", 1.0)])];
        let joined = join_lines(lines.to_vec(), 3);
        let texts: Vec<&str> = joined.restorations.iter().map(|r| r.text.as_str()).collect();
        // 0.3, 0.2, 0.18; *b d* has 0.12.
        assert_eq!(texts, ["a\nc\ne", "b\nc\ne", "a\nd\ne"]);
        assert_eq!(joined.text, "x\nx\nx");
        for (way, expected) in joined.restorations.iter().zip([0.3, 0.2, 0.18]) {
            assert!((way.probability - expected).abs() < 1e-12);
            assert!((way.score - expected.ln()).abs() < 1e-12);
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
