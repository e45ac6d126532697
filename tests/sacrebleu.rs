//! BLEU, chrF and TER held against PyPI's sacrebleu, where a Python has it:
//! `python3`, or the one that the variable PYTHON names.

use std::fmt::Write as _;
use std::io::Write as _;
use std::process::{Command, Stdio};
use unspin::evaluate::{Report, Sentence, Settings};

/// Reads `original<TAB>restored` lines in sets with an empty line between, and prints
/// the three scores of each set, their signatures last.
const SCORER: &str = r#"
import sys
from sacrebleu.metrics import BLEU, CHRF, TER
metrics = [BLEU(), CHRF(), TER()]
sets = sys.stdin.buffer.read().decode('utf8').split('\n\n')
for rows in sets:
    rows = [row.split('\t') for row in rows.strip('\n').split('\n')]
    scores = [m.corpus_score([r[1] for r in rows], [[r[0] for r in rows]]) for m in metrics]
    print(*(repr(float(score.score)) for score in scores))
print('\t'.join(str(metric.get_signature()) for metric in metrics))
"#;

/// Texts that tokenisers disagree about.
const ODD: &[&str] = &[
    "Tom &amp; Ann <b>won</b> $1,000.50, e.g. in a-b tests (5-3) -- 12% more.",
    "Café Zoë’s “blue hour” – 20:00–21:30 – costs €5-10… isn't it?",
    "İzmir ÖFFNET früh; 東京は今日。 ﷽ ½ x² naïve e\u{301}t",
    "a",
    ".",
    "snake_case __init__ https://a.example/b?c=1&d=2#e 'quoted' `code`",
    "the the the the the the the the",
    "A.B.C. 1.2.3 1,2,3 1-2-3 a.b,c-d 3.x x.3",
    "\u{a0}spaces\u{2003}of \u{3000} all\u{1f}kinds ",
];

/// A stream of numbers that is the same everywhere.
struct Draw(u64);

impl Draw {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        (self.0 >> 33) as usize % bound.max(1)
    }

    /// The text with some words lost, doubled, moved, swapped for others or recased.
    fn disturb(&mut self, text: &str, others: &[&str]) -> String {
        let mut words: Vec<&str> = text.split(' ').collect();
        for _ in 0..self.below(6) {
            let at = self.below(words.len());
            match self.below(5) {
                0 if words.len() > 1 => drop(words.remove(at)),
                1 => words.insert(at, words[at]),
                2 => {
                    let len = self.below(4).min(words.len() - at);
                    let moved: Vec<&str> = words.drain(at..at + len).collect();
                    let to = self.below(words.len() + 1);
                    words.splice(to..to, moved);
                }
                3 => words.insert(at, others[self.below(others.len())]),
                _ => words[at] = others[self.below(others.len())],
            }
        }
        let text = words.join(" ");
        match self.below(12) {
            0 => text.to_uppercase(),
            1 => text.to_lowercase(),
            _ => text,
        }
    }
}

/// Sets of `(original, restored)`: single sentences, and whole files of them.
fn sets() -> Vec<Vec<(String, String)>> {
    let mut draw = Draw(7);
    let file = std::fs::read_to_string("training/sample/test.tsv").unwrap();
    let columns = |row: &'static str| row.split('\t').collect::<Vec<_>>();
    let rows: Vec<Vec<&str>> = file.leak().lines().map(columns).collect();
    let words: Vec<&str> = rows.iter().flat_map(|row| row[1].split(' ')).collect();
    let mut pairs = Vec::new();
    for row in &rows {
        pairs.push((row[0].to_string(), row[1].to_string()));
        pairs.push((row[0].to_string(), draw.disturb(row[0], &words)));
        pairs.push((row[0].to_string(), draw.disturb(row[1], &words)));
    }
    for original in ODD {
        pairs.extend(ODD.iter().map(|restored| (original.to_string(), restored.to_string())));
        pairs.push((original.to_string(), draw.disturb(original, ODD)));
        pairs.push((original.to_string(), String::new()));
    }
    let mut sets: Vec<_> = pairs.iter().cloned().map(|pair| vec![pair]).collect();
    sets.extend(pairs.chunks(37).map(<[_]>::to_vec));
    sets.push(pairs);
    sets
}

#[test]
fn scores_are_those_of_sacrebleu() {
    let python = std::env::var("PYTHON").unwrap_or_else(|_| "python3".into());
    let has = Command::new(&python).args(["-c", "import sacrebleu"]).output();
    if !has.is_ok_and(|output| output.status.success()) {
        eprintln!("skipped: {python} has no sacrebleu (pip install sacrebleu)");
        return;
    }
    let sets = sets();
    let mut input = String::new();
    for set in &sets {
        set.iter().for_each(|(original, restored)| {
            writeln!(input, "{original}\t{restored}").unwrap();
        });
        input.push('\n');
    }
    let mut child = Command::new(&python)
        .args(["-c", SCORER])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(input.trim_end_matches('\n').as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success());
    let output = String::from_utf8(output.stdout).unwrap();
    let mut lines = output.lines();
    for set in &sets {
        let sentence = |(original, restored): &(String, String)| Sentence {
            original: original.clone(),
            spun: original.clone(),
            hypotheses: vec![restored.clone()],
            ..Sentence::default()
        };
        let sentences: Vec<Sentence> = set.iter().map(sentence).collect();
        let settings = Settings { replicates: 0, ..Settings::default() };
        let figures = Report::new(&sentences, &[], &[], &settings).unwrap().figures;
        let expected = lines.next().unwrap().split(' ').map(|score| score.parse().unwrap());
        let expected: Vec<f64> = expected.collect();
        let got = [figures.bleu, figures.chrf, figures.ter].map(Option::unwrap);
        let about = &set[..set.len().min(2)];
        for (got, expected) in got.iter().zip(&expected) {
            // To the last printed digit, and all but rounding beyond it.
            assert_eq!(format!("{got:.2}"), format!("{expected:.2}"), "{about:?}");
            assert!((got - expected).abs() < 1e-9, "{got} {expected} {about:?}");
        }
    }
    let signatures = Report::new(&[], &[], &[], &Settings::default()).unwrap().signatures;
    // Which version of Python's package was run is its own affair.
    let without_version =
        |signature: &str| signature.rsplit_once("|version:").unwrap().0.to_string();
    let theirs: Vec<String> = lines.next().unwrap().split('\t').map(without_version).collect();
    let ours = [signatures.bleu, signatures.chrf, signatures.ter].map(without_version);
    assert_eq!(theirs, ours);
    eprintln!("{} sets agree", sets.len());
}
