//! ERR, fixed, broken and exact held against an independent scorer of the same
//! definitions, whose counts of every sentence were recorded once.
//!
//! `golden/score.tsv`: original, spun, restored; sentences, words to change from spun
//! to original and from restored to original, regions fixed and all, words broken and
//! all left alone, share of exact sentences.

use unspin::evaluate::{Figures, Report, Sentence, Settings};

const GOLDEN: &str = include_str!("golden/score.tsv");

/// What the scorer prints of all rows together.
const ALL: &str = "sentences 189  ERR +0.1244  fixed 0.4728  broken 0.1309  exact 0.1005  \
                   WER spun 1045  WER restored 915";

fn sentence(row: &[&str]) -> Sentence {
    Sentence {
        original: row[0].into(),
        spun: row[1].into(),
        hypotheses: vec![row[2].into()],
        ..Sentence::default()
    }
}

fn figures(sentences: &[Sentence]) -> Figures {
    let settings = Settings { replicates: 0, ..Settings::default() };
    Report::new(sentences, &[], &[], &settings).unwrap().figures
}

#[test]
fn every_sentence_counts_as_the_scorer_counts_it() {
    for (number, row) in GOLDEN.lines().enumerate() {
        let row: Vec<&str> = row.split('\t').collect();
        let count = |at: usize| row[at].parse::<u64>().unwrap();
        let got = figures(&[sentence(&row)]);
        let line = number + 1;
        assert_eq!(
            [got.sentences, got.wer_spun, got.wer_restored],
            [count(3), count(4), count(5)],
            "line {line}"
        );
        if got.sentences == 0 {
            assert_eq!(got.err, None);
            continue;
        }
        let share = |part: usize, whole: usize| count(part) as f64 / count(whole).max(1) as f64;
        assert_eq!(got.fixed, Some(share(6, 7)), "fixed, line {line}");
        assert_eq!(got.broken, Some(share(8, 9)), "broken, line {line}");
        assert_eq!(got.exact, Some(row[10].parse().unwrap()), "exact, line {line}");
    }
}

#[test]
fn all_together_print_as_the_scorer_prints_them() {
    let rows = GOLDEN.lines().map(|row| sentence(&row.split('\t').collect::<Vec<_>>()));
    let got = figures(&rows.collect::<Vec<_>>());
    let share = |value: Option<f64>| format!("{:.4}", value.unwrap());
    let printed = format!(
        "sentences {}  ERR {:+.4}  fixed {}  broken {}  exact {}  WER spun {}  WER restored {}",
        got.sentences,
        got.err.unwrap(),
        share(got.fixed),
        share(got.broken),
        share(got.exact),
        got.wer_spun,
        got.wer_restored
    );
    assert_eq!(printed, ALL);
}
