use super::super::input::Edit;
use super::*;
use proptest::prelude::*;

fn sentence(document: Option<&str>, original: &str, spun: &str, hypotheses: &[&str]) -> Sentence {
    Sentence {
        original: original.into(),
        spun: spun.into(),
        document: document.map(str::to_owned),
        hypotheses: hypotheses.iter().map(|&text| text.to_owned()).collect(),
        ..Sentence::default()
    }
}

fn edit(start: usize, end: usize, replacement: &str, probability: f64) -> Edit {
    Edit { start, end, replacement: replacement.into(), probability }
}

/// Three sentences of two documents, with figures that are counted by hand below.
fn sentences() -> Vec<Sentence> {
    let mut sentences = vec![
        // Two regions; the second hypothesis has both.
        sentence(
            Some("one"),
            "The right people own it",
            "The proper people personal it",
            &["The right people personal it", "The right people own it"],
        ),
        // One region, not fixed, and a word broken.
        sentence(Some("two"), "A new car", "A recent car", &["A novel bus", "A new bus"]),
        // Restored at once.
        sentence(Some("one"), "Much snow", "A lot snow", &["much snow", "A lot snow"]),
    ];
    sentences[0].edits = vec![edit(4, 10, "right", 0.9)];
    sentences[1].edits = vec![edit(9, 12, "bus", 0.3), edit(2, 8, "novel", 0.7)];
    sentences[2].edits = vec![edit(0, 5, "Much", 0.8)];
    sentences
}

fn clean() -> Vec<Clean> {
    let clean = |text: &str, restored: &str, document: &str| Clean {
        text: text.into(),
        restored: restored.into(),
        document: Some(document.into()),
        ..Clean::default()
    };
    vec![clean("All is well here", "All is good here", "two"), clean("Fine", "Fine", "three")]
}

fn baseline() -> Baseline {
    let restored = ["The right people own it", "A recent car", "A lot snow"];
    Baseline {
        name: "table".into(),
        restored: restored.map(str::to_owned).into(),
        clean: Vec::new(),
    }
}

fn close(got: Option<f64>, expected: f64) {
    assert!(got.is_some_and(|got| (got - expected).abs() < 1e-12), "{got:?} {expected}");
}

#[test]
fn figures_by_hand() {
    let settings = Settings { k: 2, ..Settings::default() };
    let report = Report::new(&sentences(), &clean(), &[baseline()], &settings).unwrap();
    let all = &report.figures;
    assert_eq!((all.sentences, all.wer_spun, all.wer_restored), (3, 5, 3));
    close(all.err, 1.0 - 3.0 / 5.0);
    close(all.fixed, 2.0 / 4.0);
    close(all.fixed_at_k, 4.0 / 4.0);
    close(all.broken, 1.0 / 6.0);
    close(all.false_alarm, 1.0 / 5.0);
    // Made: right, novel, bus, much. Wanted: right, own, new, much.
    close(all.precision, 2.0 / 4.0);
    close(all.recall, 2.0 / 4.0);
    close(all.f05, 0.5);
    close(all.exact, 1.0 / 3.0);
    close(all.mrr, (1.0 / 2.0 + 0.0 + 1.0) / 3.0);
    close(all.ece, (0.1 + 0.3 + 0.7 + 0.2) / 4.0);

    let [(_, as_is), (name, table)] = &report.baselines[..] else {
        panic!("{:?}", report.baselines);
    };
    assert_eq!(name, "table");
    assert_eq!((as_is.err, as_is.false_alarm, as_is.precision), (Some(0.0), Some(0.0), None));
    close(table.err, 1.0 - 3.0 / 5.0);
    close(table.precision, 1.0);
    close(table.f05, 1.25 * 2.0 / (2.0 + 0.25 * 4.0));
    assert_eq!((table.false_alarm, table.mrr, table.ece), (None, None, None));

    let names: Vec<_> = report.documents.iter().map(|document| &*document.name).collect();
    assert_eq!(names, ["one", "two", "three"]);
    close(report.documents[0].figures.err, 1.0 - 1.0 / 4.0);
    close(report.documents[1].figures.err, 1.0 - 2.0 / 1.0);
    close(report.documents[1].figures.false_alarm, 1.0 / 4.0);
    assert_eq!(report.documents[2].figures.err, None);
    close(report.documents[0].baselines[1].1.err, 1.0 - 2.0 / 4.0);

    // Two documents: every draw is one of them alone, or both.
    let [low, high] = report.intervals["err"];
    close(Some(low), -1.0);
    close(Some(high), 0.75);
    assert_eq!(report.intervals["false_alarm"], [0.0, 0.25]);
    let (name, ahead) = &report.ahead[1];
    assert_eq!(name, "table");
    close(Some(ahead.difference), 0.0);
    assert_eq!(ahead.p, 1.0);
    let calibration = report.calibration.as_ref().unwrap();
    assert_eq!((calibration.edits, calibration.bins.len()), (4, 4));
    assert_eq!(calibration.curve.len(), 4);
    assert_eq!(calibration.curve[1].accuracy, 1.0);
}

#[test]
fn families_have_figures_of_their_own() {
    let mut all = sentences();
    let [a, b] = ["dictionary", "spinbot"].map(|name| Some(name.to_owned()));
    all[0].family = a.clone();
    all[1].family = b.clone();
    all[2].family = a;
    let mut text = clean();
    text[1].family = b;
    let report = Report::new(&all, &text, &[baseline()], &Settings::default()).unwrap();
    let [dictionary, spinbot] = &report.families[..] else { panic!("{:?}", report.families) };
    assert_eq!((&*dictionary.name, &*spinbot.name), ("dictionary", "spinbot"));
    assert_eq!((dictionary.documents, spinbot.documents), (1, 2));
    assert_eq!(dictionary.figures, report.documents[0].figures);
    close(spinbot.figures.err, -1.0);
    close(spinbot.figures.false_alarm, 0.0);
    assert!(dictionary.intervals.is_empty() && dictionary.ahead.is_empty());
    let shown = report.to_string();
    assert!(shown.lines().any(|line| line.starts_with("spinbot") && line.contains("-1.0000")));
    // Documents of one name in two families are two.
    all[2].family = None;
    let report = Report::new(&all, &[], &[], &Settings::default()).unwrap();
    assert_eq!(report.families[0].figures.sentences, 1);
}

#[test]
fn causes_and_detection_by_hand() {
    let mut all = sentences();
    let kept = |text: &str| -> Vec<Edit> {
        let words = crate::text::tokenize(text);
        words.iter().map(|word| edit(word.start, word.end, word.of(text), 0.5)).collect()
    };
    for sentence in &mut all {
        sentence.candidates = kept(&sentence.spun);
        sentence.prior = kept(&sentence.spun);
    }
    // `personal` may be `own`; `A lot` was `Much`, and is restored.
    all[0].candidates.push(edit(18, 26, "own", 0.5));
    let report = Report::new(&all, &[], &[], &Settings::default()).unwrap();
    let causes = report.causes.unwrap();
    let counts = [
        causes.no_candidate.count,
        causes.ranked_below.count,
        causes.left_alone.count,
        causes.restored.count,
        causes.wrongly_changed.count,
    ];
    assert_eq!(counts, [1, 0, 1, 2, 1]);
    close(causes.candidate_recall, 3.0 / 4.0);
    close(report.figures.chosen, 2.0 / 3.0);
    // The edits are off by 1.3 in all; of six words that stand, half sure, five are right.
    close(report.figures.ece_words, (1.3 + 2.0) / 10.0);
    close(causes.wrongly_changed.share, 1.0 / 6.0);
    let places: Vec<_> =
        report.places.iter().map(|place| (place.sentence, &*place.spun, place.cause)).collect();
    let expected = [
        (0, "proper", Cause::Restored),
        (0, "personal", Cause::LeftAlone),
        (1, "recent", Cause::NoCandidate),
        (1, "car", Cause::WronglyChanged),
        (2, "a lot", Cause::Restored),
    ];
    assert_eq!(places, expected);
    let detection = report.detection.unwrap();
    assert_eq!((detection.words, detection.spun), (11, 5));
    close(Some(detection.system.average_precision), 5.0 / 11.0);
    assert_eq!(detection.prior.unwrap(), detection.system);
    let json = serde_json::to_value(report.causes).unwrap();
    assert_eq!(json["left_alone"]["count"], 1);
}

#[test]
fn json_has_the_keys_that_readers_know() {
    let report = Report::new(&sentences(), &[], &[baseline()], &Settings::default()).unwrap();
    let json = serde_json::to_value(&report).unwrap();
    let keys = "err fixed fixed_at_k broken false_alarm precision recall f05 exact mrr bleu chrf ter \
                ece ece_chance ece_words ece_words_chance sentences baselines intervals documents families causes candidate_recall \
                detection calibration";
    for key in keys.split(' ') {
        assert!(json.get(key).is_some(), "{key}");
    }
    assert!(json["false_alarm"].is_null());
    assert_eq!(json["baselines"]["leave as is"]["err"], 0.0);
    assert!(json["baselines"]["table"]["ece"].is_null());
    assert_eq!(json["intervals"]["err"].as_array().unwrap().len(), 2);
    assert_eq!(json["documents"][0]["name"], "one");
    assert_eq!(json["ahead"]["table"]["interval"].as_array().unwrap().len(), 2);
}

#[test]
fn the_table_lines_up() {
    let report = Report::new(&sentences(), &[], &[baseline()], &Settings::default()).unwrap();
    let text = report.to_string();
    let row = |name: &str| text.lines().find(|line| line.starts_with(name)).unwrap();
    let cells = |name: &str| row(name).split_whitespace().collect::<Vec<_>>();
    assert_eq!(cells("ERR "), ["ERR", "+0.4000", "-1.0000", "to", "+0.7500", "+0.0000", "+0.4000"]);
    assert_eq!(cells("false alarm"), ["false", "alarm", "-", "-", "-", "-"]);
    assert_eq!(row("ERR ").chars().count(), row("BLEU ").chars().count());
    assert_eq!(cells("one")[..3], ["one", "2", "+0.7500"]);
    assert!(text.ends_with("version:2.6.0\n"));
}

#[test]
fn nothing_gives_no_figures() {
    let report = Report::new(&[], &[], &[], &Settings::default()).unwrap();
    assert_eq!(report.figures, Figures::default());
    assert!(report.intervals.is_empty() && report.ahead.is_empty());
    assert!(report.to_string().contains("0 sentences"));
}

#[test]
fn baselines_that_do_not_fit_are_errors() {
    let short = Baseline { restored: Vec::new(), ..baseline() };
    let unclean = Baseline { clean: vec![String::new()], ..baseline() };
    let taken = Baseline { name: AS_IS.into(), ..baseline() };
    for (baseline, expected) in [
        (short, "0 sentences instead of 3"),
        (unclean, "1 clean texts instead of 2"),
        (taken, "two baselines are called \"leave as is\""),
    ] {
        let report = Report::new(&sentences(), &clean(), &[baseline], &Settings::default());
        assert!(report.unwrap_err().to_string().contains(expected));
    }
}

#[test]
fn one_document_has_no_interval() {
    let report = Report::new(&sentences()[..1], &[], &[], &Settings::default()).unwrap();
    assert!(report.intervals.is_empty() && report.ahead.is_empty());
}

#[test]
fn the_same_at_any_number_of_threads() {
    let many: Vec<Sentence> = sentences().into_iter().cycle().take(50).collect();
    let at = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        let report = pool.install(|| Report::new(&many, &clean(), &[], &Settings::default()));
        serde_json::to_string(&report.unwrap()).unwrap()
    };
    let alone = at(1);
    assert!(alone == at(2) && alone == at(8));
}

proptest! {
    #[test]
    fn any_text_is_measured(original in "\\PC{0,20}", spun in "\\PC{0,20}", restored in "\\PC{0,20}",
                            edits in prop::collection::vec((0usize..90, 0usize..90, "[a-zİ ]{0,4}", any::<f64>()), 0..4)) {
        let mut sentence = sentence(None, &original, &spun, &[&restored]);
        sentence.edits = edits.iter().map(|(start, end, text, p)| edit(*start, *end, text, *p)).collect();
        let settings = Settings { replicates: 3, ..Settings::default() };
        let report = Report::new(&[sentence.clone(), sentence], &[], &[], &settings).unwrap();
        for metric in METRICS {
            prop_assert!((metric.of)(&report.figures).is_none_or(f64::is_finite), "{}", metric.key);
        }
    }
}
