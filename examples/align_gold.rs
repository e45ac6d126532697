//! Scores the aligner, and plain copying, on gold word links of paraphrase pairs.
//!
//! `cargo run --release --example align_gold -- TEST.tsv.xz [MORE.tsv.xz]...`
//!
//! Trains, without the links, on the sentences of all files together, and scores the
//! first. Columns, divided by tabs: number, original, -, other, -, -, -, sure links,
//! possible links. As in the published figures, sure and possible links are one set;
//! F1 is that of the mean precision and the mean recall over sentences; F1 of the links
//! between different words is that of all links together, and stands in brackets.

use std::collections::{BTreeSet, HashMap};
use std::error::Error;
use std::fs::File;
use std::io::{BufReader, Read};
use unspin::align::{AlignConfig, Aligner, Pairs};

type Links = BTreeSet<(u16, u16)>;

struct Gold {
    original: Vec<u32>,
    spun: Vec<u32>,
    links: Links,
}

#[derive(Default)]
struct Words {
    numbers: HashMap<String, u32>,
    words: Vec<String>,
}

impl Words {
    fn sentence(&mut self, text: &str) -> Vec<u32> {
        let number = |word: &str| {
            *self.numbers.entry(word.to_owned()).or_insert_with(|| {
                self.words.push(word.to_owned());
                self.words.len() as u32 - 1
            })
        };
        text.split_whitespace().map(number).collect()
    }
}

fn load(path: &str, words: &mut Words) -> Result<Vec<Gold>, Box<dyn Error>> {
    let mut text = String::new();
    let file = BufReader::new(File::open(path)?);
    lzma_rust2::XzReader::new(file, true).read_to_string(&mut text)?;
    let mut gold = Vec::new();
    for (number, line) in text.lines().enumerate() {
        let columns: Vec<&str> = line.split('\t').collect();
        let mut links = Links::new();
        for link in columns.iter().skip(7).flat_map(|column| column.split_whitespace()) {
            let (i, j) =
                link.split_once('-').ok_or_else(|| format!("{path}:{}: {link}", number + 1))?;
            links.insert((i.parse()?, j.parse()?));
        }
        let column = |index: usize| {
            columns
                .get(index)
                .copied()
                .ok_or_else(|| format!("{path}:{}: too few columns", number + 1))
        };
        let (original, spun) = (words.sentence(column(1)?), words.sentence(column(3)?));
        gold.push(Gold { original, spun, links });
    }
    Ok(gold)
}

/// The links of a longest common subsequence, by the textbook.
fn copy(gold: &Gold) -> Links {
    let (o, s) = (&gold.original, &gold.spun);
    let mut length = vec![vec![0; s.len() + 1]; o.len() + 1];
    for i in (0..o.len()).rev() {
        for j in (0..s.len()).rev() {
            length[i][j] = if o[i] == s[j] {
                length[i + 1][j + 1] + 1
            } else {
                length[i + 1][j].max(length[i][j + 1])
            };
        }
    }
    let (mut i, mut j, mut links) = (0, 0, Links::new());
    while i < o.len() && j < s.len() {
        if o[i] == s[j] {
            links.insert((i as u16, j as u16));
            (i, j) = (i + 1, j + 1);
        } else if length[i + 1][j] >= length[i][j + 1] {
            i += 1;
        } else {
            j += 1;
        }
    }
    links
}

fn f1(precision: f64, recall: f64) -> f64 {
    200.0 * precision * recall / (precision + recall).max(1e-9)
}

fn print_scores(name: &str, gold: &[Gold], found: &[Links]) {
    let (mut precision, mut recall) = (0.0, 0.0);
    let (mut right, mut all_found, mut all_gold) = (0, 0, 0);
    for (gold, found) in gold.iter().zip(found) {
        let common: Vec<_> = gold.links.intersection(found).collect();
        let share = |of: usize, other: usize| match of {
            0 => f64::from(u8::from(other == 0)),
            of => common.len() as f64 / of as f64,
        };
        precision += share(found.len(), gold.links.len());
        recall += share(gold.links.len(), found.len());
        let differ =
            |link: &&(u16, u16)| gold.original[link.0 as usize] != gold.spun[link.1 as usize];
        right += common.into_iter().filter(differ).count();
        all_found += found.iter().filter(differ).count();
        all_gold += gold.links.iter().filter(differ).count();
    }
    let sentences = gold.len().max(1) as f64;
    let (precision, recall) = (precision / sentences, recall / sentences);
    let differing =
        [all_found, all_gold].map(|all| if all == 0 { 0.0 } else { right as f64 / all as f64 });
    println!(
        "{name:8} F1 {:5.1} (P {:.1} R {:.1})   different words: F1 {:5.1} (P {:.1} R {:.1})",
        f1(precision, recall),
        100.0 * precision,
        100.0 * recall,
        f1(differing[0], differing[1]),
        100.0 * differing[0],
        100.0 * differing[1],
    );
}

fn main() -> Result<(), Box<dyn Error>> {
    let paths: Vec<String> = std::env::args().skip(1).collect();
    let mut words = Words::default();
    let files: Vec<Vec<Gold>> =
        paths.iter().map(|path| load(path, &mut words)).collect::<Result<_, _>>()?;
    let Some(test) = files.first() else {
        return Err("usage: align_gold TEST.tsv.xz [MORE.tsv.xz]...".into());
    };
    let mut pairs = Pairs::default();
    for gold in files.iter().flatten() {
        pairs.push(&gold.original, &gold.spun);
    }
    let text = |id: u32| &words.words[id as usize];
    let config = AlignConfig::default();
    let aligner = Aligner::train(&config, &pairs, words.words.len(), text)?;
    let links = |gold: &Gold| aligner.align(&gold.original, &gold.spun).into_iter().collect();
    println!("{} of {} pairs", test.len(), pairs.len());
    print_scores("copy", test, &test.iter().map(copy).collect::<Vec<_>>());
    print_scores("unspin", test, &test.iter().map(links).collect::<Vec<_>>());
    Ok(())
}
