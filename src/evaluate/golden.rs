//! Figures held against those of sacreBLEU 2.6.0 and of the independent scorer,
//! which were given the same sentences.

use super::bleu::Bleu;
use super::chrf::ChrF;
use super::input::{Clean, Sentence, Settings};
use super::report::Report;
use super::ter::Ter;

struct Golden {
    original: &'static str,
    spun: &'static str,
    restored: &'static str,
    /// BLEU, chrF and TER of the restored sentence alone.
    scores: [&'static str; 3],
}

const GOLDEN: &[Golden] = &[
    Golden {
        original: "The council's own engineers warned about the bridge in 2019.",
        spun: "The chamber's personal engineers cautioned about the extension in 2019.",
        restored: "The council's own engineers cautioned about the bridge in 2019.",
        scores: ["70.17", "87.76", "10.00"],
    },
    Golden {
        original: "She didn't sell the house; because of the flood, nobody would buy it.",
        spun: "She did not sell the home; as a result of the flood, no person would purchase it.",
        restored: "She didn't sell the home; because of the flood, no one would buy it.",
        scores: ["57.31", "80.48", "23.08"],
    },
    Golden {
        original: "Today the company lost 3.5 million users (about 12% of them).",
        spun: "At this time the corporate lost 3.5 million customers (about 12% of them).",
        restored: "Today the company lost 3.5 million users (about 12% of them).",
        scores: ["100.00", "100.00", "0.00"],
    },
    Golden {
        original: "A small dog slept under the old table all day.",
        spun: "A little canine dozed beneath the previous desk all day.",
        restored: "All day a small dog slept under the old table.",
        scores: ["60.77", "85.12", "40.00"],
    },
    Golden {
        original: "Yes.",
        spun: "Sure.",
        restored: "Yes.",
        scores: ["0.00", "100.00", "0.00"],
    },
    Golden {
        original: "Go",
        spun: "Proceed",
        restored: "Walk on then",
        scores: ["0.00", "13.89", "300.00"],
    },
    Golden {
        original: "Its price rose.",
        spun: "Its worth soared.",
        restored: "",
        scores: ["0.00", "0.00", "100.00"],
    },
    Golden {
        original: "Café Zoë’s “blue hour” – 20:00–21:30 – costs €5-10…",
        spun: "Café Zoë’s “azure hour” – 20:00–21:30 – prices €5-10…",
        restored: "Café Zoë’s “blue hour” – 20:00–21:30 – prices €5-10…",
        scores: ["80.03", "83.72", "11.11"],
    },
    Golden {
        original: "Tom &amp; Ann <b>won</b> $1,000, e.g. in a-b tests, 5-3.",
        spun: "Tom &amp; Ann <b>gained</b> $1,000, e.g. in a-b exams, 5-3.",
        restored: "Tom & Ann <b>won</b> $1,000 , e.g. in a-b tests, 5-3 .",
        scores: ["100.00", "87.19", "50.00"],
    },
    Golden {
        original: "İzmir ÖFFNET früh; 東京は今日。",
        spun: "İzmir ÖFFNET zeitig; 東京は今日。",
        restored: "i̇zmir öffnet früh; 東京は明日。",
        scores: ["21.36", "37.54", "25.00"],
    },
    Golden {
        original: "one two three four five six seven",
        spun: "five six seven one two three four",
        restored: "five six seven one two three four",
        scores: ["59.46", "89.26", "14.29"],
    },
    Golden { original: "", spun: "", restored: "", scores: ["0.00", "0.00", "0.00"] },
];

fn report(restored: impl Fn(&Golden) -> &'static str) -> Report {
    let sentence = |golden: &Golden| Sentence {
        original: golden.original.into(),
        spun: golden.spun.into(),
        hypotheses: vec![restored(golden).into()],
        ..Sentence::default()
    };
    let clean = |golden: &Golden| Clean {
        text: golden.original.into(),
        restored: golden.spun.into(),
        ..Clean::default()
    };
    let sentences: Vec<_> = GOLDEN.iter().map(sentence).collect();
    let clean: Vec<_> = GOLDEN.iter().map(clean).collect();
    let settings = Settings { replicates: 0, ..Settings::default() };
    Report::new(&sentences, &clean, &[], &settings).unwrap()
}

#[test]
fn sentences_score_as_sacrebleu_scores_them() {
    for Golden { original, restored, scores, .. } in GOLDEN {
        let bleu = Bleu::of(original, restored).score();
        let chrf = ChrF::of(original, restored).score();
        let ter = Ter::of(original, restored).score();
        assert_eq!([bleu, chrf, ter].map(|score| format!("{score:.2}")), *scores, "{restored:?}");
    }
}

#[test]
fn the_set_scores_as_both_scorers_say() {
    let report = report(|golden| golden.restored);
    let figures = &report.figures;
    let close = |got: Option<f64>, expected: f64| {
        assert!(got.is_some_and(|got| (got - expected).abs() < 1e-11), "{got:?} {expected}");
    };
    close(figures.bleu, 77.32334806358043);
    close(figures.chrf, 82.17192561409729);
    close(figures.ter, 27.848101265822784);
    assert_eq!((figures.sentences, figures.wer_spun, figures.wer_restored), (11, 39, 25));
    close(figures.err, 14.0 / 39.0);
    close(figures.fixed, 13.0 / 23.0);
    close(figures.broken, 7.0 / 88.0);
    close(figures.exact, 2.0 / 11.0);
    // Given the originals as the spun side, the scorer's share of broken words.
    close(figures.false_alarm, 30.0 / 118.0);

    let (name, as_is) = &report.baselines[0];
    assert_eq!((name.as_str(), as_is.wer_restored), ("leave as is", 39));
    close(as_is.bleu, 46.323751127843835);
    close(as_is.chrf, 56.74689553809328);
    close(as_is.ter, 43.037974683544306);
    assert_eq!((as_is.err, as_is.fixed, as_is.broken), (Some(0.0), Some(0.0), Some(0.0)));
    assert_eq!((as_is.exact, as_is.false_alarm), (Some(0.0), Some(0.0)));
}

#[test]
fn no_restoration_means_as_is() {
    let sentence = |golden: &Golden| Sentence {
        original: golden.original.into(),
        spun: golden.spun.into(),
        ..Sentence::default()
    };
    let sentences: Vec<_> = GOLDEN.iter().map(sentence).collect();
    let report = Report::new(&sentences, &[], &[], &Settings::default()).unwrap();
    assert_eq!(report.figures, report.baselines[0].1);
    assert_eq!(report.figures.false_alarm, None);
}
