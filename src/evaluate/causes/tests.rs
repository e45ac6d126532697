use super::super::words::Lexicon;
use super::*;
use proptest::prelude::*;

/// `(from, to, replacement)` in words.
type Candidates<'t> = &'t [(usize, usize, &'t str)];

struct Case {
    name: &'static str,
    original: &'static str,
    spun: &'static str,
    restored: &'static str,
    candidates: Candidates<'static>,
    /// Cause, and the spun, original and restored words.
    expected: &'static [(Cause, &'static str, &'static str, &'static str)],
}

const CASES: &[Case] = &[
    Case {
        name: "a word for a word",
        original: "the right new own way",
        spun: "the proper recent personal way",
        restored: "the right novel personal way",
        candidates: &[(1, 2, "right"), (2, 3, "new"), (3, 4, "own")],
        expected: &[(
            Cause::RankedBelow,
            "proper recent personal",
            "right new own",
            "right novel personal",
        )],
    },
    Case {
        name: "one of each",
        original: "right now a new car has its own road in town",
        spun: "proper now a recent car has its personal road in city",
        restored: "right now a novel automobile has its personal road in city",
        candidates: &[(0, 1, "right"), (3, 4, "new"), (7, 8, "own"), (10, 11, "village")],
        expected: &[
            (Cause::Restored, "proper", "right", "right"),
            (Cause::RankedBelow, "recent", "new", "novel"),
            (Cause::WronglyChanged, "car", "car", "automobile"),
            (Cause::LeftAlone, "personal", "own", "personal"),
            (Cause::NoCandidate, "city", "town", "city"),
        ],
    },
    Case {
        name: "a candidate that covers a word left alone",
        original: "it is in the box",
        spun: "it is within the box",
        restored: "it is within the box",
        candidates: &[(2, 4, "in the")],
        expected: &[(Cause::LeftAlone, "within", "in", "within")],
    },
    Case {
        name: "padding, and words that were lost",
        original: "sales of the car rose",
        spun: "gross sales of car rose",
        restored: "gross sales of car rose",
        candidates: &[(0, 2, "sales"), (3, 4, "the car")],
        expected: &[(Cause::LeftAlone, "gross", "", "gross"), (Cause::LeftAlone, "", "the", "")],
    },
    Case {
        name: "words lost at both ends",
        original: "the house is old now",
        spun: "house is old",
        restored: "house is old today",
        candidates: &[(0, 1, "the house"), (2, 3, "old now")],
        expected: &[(Cause::LeftAlone, "", "the", ""), (Cause::RankedBelow, "", "now", "today")],
    },
    Case {
        name: "padding and lost words without a candidate",
        original: "sales of the car rose",
        spun: "gross sales of car rose",
        restored: "gross sales of car rose",
        candidates: &[(0, 1, "net"), (2, 3, "off the")],
        expected: &[
            (Cause::NoCandidate, "gross", "", "gross"),
            (Cause::NoCandidate, "", "the", ""),
        ],
    },
    Case {
        name: "two candidates that only together make the region",
        original: "we use many various ways",
        spun: "we use a lot of different ways",
        restored: "we use a lot of different ways",
        candidates: &[(2, 5, "many"), (5, 6, "various"), (2, 6, "plenty")],
        expected: &[(Cause::LeftAlone, "a lot of different", "many various", "a lot of different")],
    },
    Case {
        name: "a phrase whose words the difference tears apart",
        original: "on account of rain it ended",
        spun: "as a result of rain it ended",
        restored: "due to rain it ended",
        candidates: &[(0, 4, "on account of"), (0, 4, "due to")],
        expected: &[
            (Cause::RankedBelow, "as a result", "on account", "due to"),
            (Cause::WronglyChanged, "of", "of", "due to"),
        ],
    },
];

fn likely(candidates: Candidates, lexicon: &mut Lexicon) -> Likely {
    let change = |&(start, end, text): &(usize, usize, &str)| Change {
        start,
        end,
        words: lexicon.words(text),
    };
    let mut changes: Vec<Change> = candidates.iter().map(change).collect();
    changes.sort();
    let probabilities = vec![0.25; changes.len()];
    (changes, probabilities)
}

/// Candidates that leave every word alone, and these.
fn with_kept(spun: &[u32], mut candidates: Likely) -> Likely {
    for (at, &word) in spun.iter().enumerate() {
        candidates.0.push(Change { start: at, end: at + 1, words: vec![word] });
    }
    candidates.0.sort();
    candidates.1.resize(candidates.0.len(), 0.25);
    candidates
}

#[test]
fn causes_by_table() {
    for case in CASES {
        let mut lexicon = Lexicon::default();
        let pair = Pair::new(lexicon.words(case.original), lexicon.words(case.spun));
        let restored = lexicon.words(case.restored);
        let candidates = with_kept(&pair.spun, likely(case.candidates, &mut lexicon));
        let evidence = Evidence::new(&pair.spun, candidates, Likely::default());
        let findings = pair.findings(&restored, &pair.outcome(&restored), &evidence);
        let cut = |text: &str, range: &Range<usize>| {
            text.split(' ').collect::<Vec<_>>()[range.clone()].join(" ")
        };
        let got = findings.iter().map(|finding| {
            let Finding { cause, spun, original, restored, .. } = finding;
            let spun = cut(case.spun, spun);
            (*cause, spun, cut(case.original, original), cut(case.restored, restored))
        });
        let expected = case.expected.iter().map(|(cause, spun, original, restored)| {
            (*cause, spun.to_string(), original.to_string(), restored.to_string())
        });
        assert_eq!(got.collect::<Vec<_>>(), expected.collect::<Vec<_>>(), "{}", case.name);
    }
}

#[test]
fn the_least_probability_of_a_place() {
    let mut lexicon = Lexicon::default();
    let spun = lexicon.words("a b c d");
    let change = |start, end, words| Change { start, end, words };
    let kept = |at: usize| change(at, at + 1, vec![spun[at]]);
    // The last word is left alone in two ways.
    let candidates = vec![kept(0), kept(1), kept(2), kept(3), kept(3)];
    let candidates = (candidates, vec![0.9, 0.2, 0.3, 0.25, 0.5]);
    let edits = (vec![change(1, 3, vec![9])], vec![0.6]);
    let evidence = Evidence::new(&spun, candidates, edits);
    let table = [(0..1, 0.9), (0..3, 0.6), (3..4, 0.75), (1..1, 0.6), (4..4, 0.75), (0..0, 0.9)];
    for (range, expected) in table {
        assert_eq!(evidence.least(range.clone()), Some(expected), "{range:?}");
    }
    assert_eq!(Evidence::new(&[], Likely::default(), Likely::default()).least(0..0), None);
}

/// Every text that the candidates can write, by plain recursion.
fn all_writings(spun: &[u32], from: usize, candidates: &[Change]) -> Vec<Vec<u32>> {
    if from == spun.len() {
        return vec![Vec::new()];
    }
    let here = candidates.iter().filter(|change| change.start == from && change.end > from);
    let after = |change: &Change| {
        let rest = all_writings(spun, change.end, candidates);
        rest.into_iter().map(|rest| [&change.words[..], &rest].concat()).collect::<Vec<_>>()
    };
    here.flat_map(after).collect()
}

proptest! {
    #[test]
    fn what_writes_the_whole_original_writes_every_region(
        spun in prop::collection::vec(0u32..4, 1..6),
        changes in prop::collection::vec((0usize..6, 1usize..3, prop::collection::vec(0u32..4, 0..3)), 0..6),
        pick in any::<prop::sample::Index>(),
    ) {
        let changes = changes.into_iter().map(|(start, len, words)| Change { start, end: start + len, words });
        let mut changes: Vec<Change> = changes.filter(|change| change.end <= spun.len()).collect();
        changes.sort();
        let probabilities = vec![0.5; changes.len()];
        let candidates = with_kept(&spun, (changes, probabilities)).0;
        let writings = all_writings(&spun, 0, &candidates);
        let original = pick.get(&writings).clone();
        let pair = Pair::new(original, spun);
        for region in pair.steps.iter().filter(|step| !step.equal) {
            prop_assert!(pair.writable(region, &candidates));
        }
    }

    #[test]
    fn without_candidates_nothing_is_writable(
        spun in prop::collection::vec(0u32..4, 1..9),
        original in prop::collection::vec(0u32..4, 1..9),
    ) {
        let candidates = with_kept(&spun, Likely::default()).0;
        let pair = Pair::new(original, spun);
        for region in pair.steps.iter().filter(|step| !step.equal) {
            prop_assert!(!pair.writable(region, &candidates));
        }
    }

    #[test]
    fn causes_agree_with_the_figures(
        original in prop::collection::vec(0u32..5, 1..12),
        spun in prop::collection::vec(0u32..5, 1..12),
        restored in prop::collection::vec(0u32..5, 0..12),
    ) {
        let pair = Pair::new(original, spun);
        let outcome = pair.outcome(&restored);
        let candidates = with_kept(&pair.spun, Likely::default());
        let evidence = Evidence::new(&pair.spun, candidates, Likely::default());
        let findings = pair.findings(&restored, &outcome, &evidence);
        let mut counts = CauseCounts::default();
        counts.add(&findings, &outcome);
        prop_assert_eq!(counts.restored as usize, outcome.fixed.iter().filter(|&&fixed| fixed).count());
        prop_assert_eq!(counts.wrongly_changed, outcome.broken);
        for finding in findings {
            prop_assert!(restored.get(finding.restored).is_some());
        }
    }
}
