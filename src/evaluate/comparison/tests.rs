use super::*;

fn sentence(document: &str, family: &str, original: &str, spun: &str, restored: &str) -> Sentence {
    Sentence {
        original: original.into(),
        spun: spun.into(),
        document: Some(document.into()),
        family: Some(family.into()),
        hypotheses: vec![restored.into()],
        ..Sentence::default()
    }
}

/// Two documents of two families under two systems, and an innocent text.
fn systems() -> [(Vec<Sentence>, Vec<Clean>); 2] {
    let restored = [
        ["The right people personal it", "A recent car", "All is good here"],
        ["The right people own it", "A novel bus", "All is well here"],
    ];
    restored.map(|[one, two, text]| {
        let sentences = vec![
            sentence("one", "x", "The right people own it", "The proper people personal it", one),
            sentence("two", "y", "A new car", "A recent car", two),
        ];
        let text =
            Clean { text: "All is well here".into(), restored: text.into(), ..Clean::default() };
        (sentences, vec![text])
    })
}

fn comparison(settings: &Settings) -> Comparison {
    let [a, b] = systems();
    Comparison::new(["a", "b"], [&a.0, &b.0], [&a.1, &b.1], settings).unwrap()
}

fn of<'c>(metrics: &'c [(&'static str, Difference)], key: &str) -> &'c Difference {
    &metrics.iter().find(|(name, _)| *name == key).unwrap().1
}

#[test]
fn differences_by_hand() {
    let comparison = comparison(&Settings::default());
    let err = of(&comparison.metrics, "err");
    assert_eq!((err.first, err.second), (Some(1.0 - 2.0 / 3.0), Some(1.0 - 2.0 / 3.0)));
    let paired = err.paired.unwrap();
    // The first document alone is half ahead, the second a whole behind.
    assert_eq!((paired.difference, paired.interval, paired.p), (0.0, [-1.0, 0.5], 1.0));
    let false_alarm = of(&comparison.metrics, "false_alarm");
    assert_eq!((false_alarm.first, false_alarm.second), (Some(0.25), Some(0.0)));
    assert_eq!(false_alarm.paired, None);
    assert_eq!(comparison.documents_ahead, [1, 1, 0]);
    let names: Vec<_> = comparison.families.iter().map(|family| &*family.name).collect();
    assert_eq!(names, ["x", "y"]);
    assert_eq!(of(&comparison.families[1].metrics, "err").second, Some(-1.0));
    assert_eq!(comparison.documents[0].first, Some(0.5));
    // What neither system has a figure of is left out.
    assert!(comparison.metrics.iter().all(|(key, _)| *key != "mrr"));
}

#[test]
fn a_system_is_level_with_itself() {
    let [a, _] = systems();
    let comparison =
        Comparison::new(["a", "a"], [&a.0, &a.0], [&a.1, &a.1], &Settings::default()).unwrap();
    for (key, difference) in &comparison.metrics {
        if let Some(paired) = difference.paired {
            assert_eq!(
                (paired.difference, paired.interval, paired.p),
                (0.0, [0.0; 2], 1.0),
                "{key}"
            );
        }
    }
    assert_eq!(comparison.documents_ahead, [0, 0, 2]);
}

#[test]
fn the_table_and_json() {
    let shown = comparison(&Settings { replicates: 0, ..Settings::default() }).to_string();
    let row = shown.lines().find(|line| line.starts_with("ERR ")).unwrap();
    let cells: Vec<_> = row.split_whitespace().collect();
    assert_eq!(cells, ["ERR", "+0.3333", "+0.3333", "+0.0000", "-", "-"]);
    assert!(shown.contains("B is ahead of A in 1 documents, behind in 1, level in 0"));
    let json = serde_json::to_value(comparison(&Settings::default())).unwrap();
    assert_eq!(json["metrics"]["err"]["interval"].as_array().unwrap().len(), 2);
    assert_eq!(json["families"][0]["metrics"]["err"]["first"], 0.5);
}

#[test]
fn other_sentences_are_an_error() {
    let [a, mut b] = systems();
    b.0[1].spun.push('!');
    let settings = Settings::default();
    let other = Comparison::new(["a", "b"], [&a.0, &b.0], [&[], &[]], &settings);
    assert!(other.unwrap_err().to_string().contains("not given the same sentences"));
    let fewer = Comparison::new(["a", "b"], [&a.0, &a.0[..1]], [&[], &[]], &settings);
    assert!(fewer.is_err());
    let other = Comparison::new(["a", "b"], [&a.0, &a.0], [&a.1, &[]], &settings);
    assert!(other.is_err());
}
