//! The search held against brute force: every path, one by one.

use super::{Candidate, DecodeConfig, Decoder, Readings, Signs, Workspace};
use crate::lattice::features::Feature;
use crate::lattice::{Lattice, Manner, Sentence};
use crate::model::Model;
use crate::text::vocabulary::END;
use crate::text::{Token, tokenize};
use crate::trainer::{Recipe, Trainer};
use std::sync::LazyLock;

pub(crate) static MODEL: LazyLock<Model> = LazyLock::new(|| {
    let trainer = Trainer::new(Recipe::default());
    let trainer = trainer.pairs("training/sample/pairs.tsv").text("training/sample/text.txt");
    trainer.train().expect("the sample corpus")
});

/// Stretches of spun text, short enough to try every path.
fn stretches() -> Vec<(String, Vec<Token>)> {
    let text = std::fs::read_to_string("training/sample/dev.tsv").expect("the sample corpus");
    let spun = text.lines().filter_map(|line| line.split('\t').nth(1));
    let cut = |line: &str| {
        let tokens = tokenize(line);
        let end = tokens[tokens.len().min(4) - 1].end;
        let short = line[..end].to_string();
        let tokens = tokenize(&short);
        (short, tokens)
    };
    spun.map(cut).collect()
}

/// Every path with its score.
fn paths(model: &Model, lattice: &Lattice) -> Vec<(f64, Vec<u32>)> {
    let mut done = Vec::new();
    let mut open = vec![(0usize, 0.0f64, model.lm.begin(), Vec::new())];
    let weight = model.weights.of(Feature::Lm);
    while let Some((at, score, state, choices)) = open.pop() {
        if at == lattice.len() {
            let last = weight * model.lm.score(&model.lm.context(state), END).0;
            done.push((score + f64::from(last), choices));
            continue;
        }
        for number in lattice.starting_at(at) {
            let choice = lattice.choice(number);
            let (mut state, mut lm) = (state, 0.0);
            for &word in lattice.words(choice) {
                let (log, next) = model.lm.score(&model.lm.context(state), word);
                (state, lm) = (next, lm + log);
            }
            let choices = [&choices[..], &[number]].concat();
            let step = f64::from(choice.score + weight * lm);
            open.push((choice.end as usize, score + step, state, choices));
        }
    }
    done.sort_by(|a, b| b.0.total_cmp(&a.0));
    done
}

fn close(a: f64, b: f64) -> bool {
    (a - b).abs() < 1e-3
}

#[test]
fn a_wide_beam_equals_brute_force() {
    let wide = DecodeConfig { beam: usize::MAX, beam_width: f32::INFINITY, ..Default::default() };
    let mut with = Workspace::default();
    let mut tried = 0;
    for (text, tokens) in stretches() {
        let sentence = Sentence::read(&MODEL, &text, &tokens, None);
        with.lattice.build(&MODEL, &sentence, Manner::default());
        let all = paths(&MODEL, &with.lattice);
        if all.len() > 200_000 {
            continue;
        }
        tried += 1;
        with.search(&MODEL, &sentence, Manner::default(), &wide);
        let Workspace { lattice, graph, .. } = &with;
        let best = all[0].0;
        let total = best + all.iter().map(|(score, _)| (score - best).exp()).sum::<f64>().ln();
        assert!(close(graph.total, total), "{text}: {} {total}", graph.total);

        let found = graph.nbest(lattice, 10);
        let mut expected: Vec<(f64, Vec<u32>)> = Vec::new();
        for (score, choices) in &all {
            let written = super::nbest::writing(lattice, choices);
            let is_new =
                |(_, other): &(f64, Vec<u32>)| super::nbest::writing(lattice, other) != written;
            if expected.len() < 10 && expected.iter().all(is_new) {
                expected.push((*score, choices.clone()));
            }
        }
        assert_eq!(found.len(), expected.len(), "{text}");
        for (found, (score, _)) in found.iter().zip(&expected) {
            assert!(close(f64::from(found.score), *score), "{text}: {} {score}", found.score);
        }

        let posteriors = graph.choice_posteriors(lattice);
        let mut sums = vec![0.0; posteriors.len()];
        for (score, choices) in &all {
            choices.iter().for_each(|&c| sums[c as usize] += (score - total).exp());
        }
        for (found, expected) in posteriors.iter().zip(&sums) {
            assert!(close(*found, *expected), "{text}: {found} {expected}");
        }
    }
    assert!(tried >= 40, "only {tried} stretches were short enough");
}

#[test]
fn what_is_unsure_is_left_alone() {
    let mut with = Workspace::default();
    for (text, tokens) in stretches() {
        let sentence = Sentence::read(&MODEL, &text, &tokens, None);
        with.search(&MODEL, &sentence, Manner::default(), &DecodeConfig::default());
        let Workspace { lattice, graph, .. } = &mut with;
        let posteriors = graph.choice_posteriors(lattice);
        graph.abstain(lattice, |_| 0.7);
        // What is withheld is an alternative still.
        assert_eq!(graph.choice_posteriors(lattice), posteriors);
        let best = graph.nbest(lattice, 1).remove(0);
        for choice in best.choices {
            let kept = lattice.choice(choice).kind == crate::lattice::Kind::Keep;
            assert!(kept || posteriors[choice as usize] >= 0.7, "{text}");
        }
    }
}

#[test]
fn the_living_ways_are_all_ways() {
    let mut with = Workspace::default();
    let mut dropped = 0;
    for (text, tokens) in stretches() {
        let sentence = Sentence::read(&MODEL, &text, &tokens, None);
        with.search(&MODEL, &sentence, Manner::default(), &DecodeConfig::doubtful(2));
        let Workspace { lattice, graph, .. } = &with;
        let mut living = graph.living();
        dropped += graph.edges.len() - living.edges.len();
        let ways = |found: Vec<super::nbest::Path>| {
            found.into_iter().map(|path| (path.score, path.choices)).collect::<Vec<_>>()
        };
        assert_eq!(ways(living.nbest(lattice, 5)), ways(graph.nbest(lattice, 5)), "{text}");
        // Scored anew by the same lattice it stays what it is.
        living.rescore(&MODEL, lattice);
        living.posteriors();
        assert_eq!(living.total, graph.total);
        assert_eq!(living.choice_posteriors(lattice), graph.choice_posteriors(lattice), "{text}");
    }
    assert!(dropped > 0);
}

/// The spun lines of the sample's held-out pairs.
pub(crate) fn spun_lines() -> Vec<String> {
    let text = std::fs::read_to_string("training/sample/dev.tsv").expect("the sample corpus");
    text.lines().filter_map(|line| line.split('\t').nth(1)).map(str::to_string).collect()
}

/// What is known of sentences of one document after all readings.
fn thorough(sentences: &[Sentence<'_>]) -> Readings {
    let with = &mut Workspace::default();
    Readings::thorough(vec![0; sentences.len()], |known| {
        let signs = |(n, sentence)| Signs::read(&MODEL, sentence, known.manner(n), with);
        sentences.iter().enumerate().map(signs).collect()
    })
}

#[test]
fn scores_sum_up_features_in_every_manner() {
    let lines = spun_lines();
    let tokens: Vec<Vec<Token>> = lines.iter().map(|line| tokenize(line)).collect();
    let sentences: Vec<Sentence<'_>> = lines
        .iter()
        .zip(&tokens)
        .map(|(line, tokens)| Sentence::read(&MODEL, line, tokens, None))
        .collect();
    let readings = thorough(&sentences);
    let (mut lattice, mut moved, mut topical) = (Lattice::default(), 0, 0);
    for (number, sentence) in sentences.iter().enumerate() {
        lattice.build(&MODEL, sentence, Manner::default());
        for manner in [Manner::default(), readings.manner(number)] {
            let before: Vec<f32> = lattice.choices().iter().map(|choice| choice.score).collect();
            lattice.renew(&MODEL, sentence, manner);
            for (choice, before) in lattice.choices().iter().zip(before) {
                let features = sentence.features(&MODEL, choice, manner);
                let sum = MODEL.weights.dot(&features);
                topical += usize::from(features[Feature::Topic] != 0.0);
                assert!((choice.score - sum).abs() < 1e-3, "{choice:?} {sum}");
                moved += usize::from((choice.score - before).abs() > 1e-3);
            }
        }
    }
    assert!(moved > 0 && topical > 0, "{moved} {topical}");
}

#[test]
fn one_search_does_for_what_two_readings_say() {
    let lines = spun_lines();
    let restored = Decoder::new(&MODEL).decode_document(&lines);
    let tokens: Vec<Vec<Token>> = lines.iter().map(|line| tokenize(line)).collect();
    let pairs = lines.iter().zip(&tokens);
    let sentences: Vec<Sentence<'_>> =
        pairs.map(|(line, tokens)| Sentence::read(&MODEL, line, tokens, None)).collect();
    let (readings, mut with) = (thorough(&sentences), Workspace::default());
    let decoder = Decoder::new(&MODEL);
    let mut differ = 0;
    for (number, sentence) in sentences.iter().enumerate() {
        let manner = readings.manner(number);
        with.search(&MODEL, sentence, manner, &DecodeConfig::default());
        let result = decoder.result(sentence, manner, &with.lattice, &mut with.graph);
        let whole = super::line::assemble(&lines[number], vec![result], 1);
        differ += usize::from(whole.best() != restored[number].best());
    }
    assert!(restored.iter().filter(|line| !line.edits.is_empty()).count() > lines.len() / 2);
    assert!(25 * differ <= lines.len(), "{differ} of {}", lines.len());
}

#[test]
fn the_shares_of_all_ways_are_no_more_than_all() {
    let decoder = Decoder::with_config(&MODEL, DecodeConfig { nbest: 1000, ..Default::default() })
        .expect("sound settings");
    for (text, _) in stretches() {
        let restored = decoder.decode(&text);
        let sum: f64 = restored.restorations.iter().map(|way| way.probability).sum();
        assert!(sum <= 1.0 + 1e-9, "{text}: {sum}");
    }
}

#[test]
fn every_word_has_its_probability() {
    let config = DecodeConfig { words: true, ..DecodeConfig::default() };
    let decoder = Decoder::with_config(&MODEL, config).expect("sound settings");
    let line = "In keeping with the report, the corporate misplaced clients. It is so.";
    let restored = decoder.decode(line);
    assert!(!restored.edits.is_empty() && restored.candidates.is_empty());
    let (mut written, mut at) = (String::new(), 0);
    for word in &restored.words {
        assert!((0.0..=1.0).contains(&word.probability), "{word:?}");
        written.push_str(&line[at..word.start]);
        written.push_str(&word.original);
        at = word.end;
    }
    assert_eq!(written + &line[at..], restored.best());
    for edit in &restored.edits {
        let is_edit = |word: &&Candidate| (word.start, word.end) == (edit.start, edit.end);
        let word = restored.words.iter().find(is_edit).expect("the edit among the words");
        assert_eq!(word.probability, edit.probability);
    }
    // Nothing is told where it is not asked for.
    assert!(Decoder::new(&MODEL).decode(line).words.is_empty());
}
