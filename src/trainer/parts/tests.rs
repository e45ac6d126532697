//! Training in parts is training in one.

use super::*;
use crate::model::Model;
use crate::model::section::SectionWriter;
use crate::progress::Silent;
use crate::trainer::{Recipe, Trainer};
use proptest::prelude::*;
use std::sync::Mutex;

/// Pairs dealt out to so many parts, and the questions that they were asked.
struct Dealt {
    parts: Vec<Vec<(String, String)>>,
    asked: Mutex<Vec<Vec<u8>>>,
}

impl Parts for Dealt {
    fn ask(&self, question: &[u8]) -> Result<Sums> {
        self.asked.lock().unwrap().push(question.to_vec());
        let mut sums = Sums::new();
        // The last part answers first.
        for part in self.parts.iter().rev() {
            let mut counter = PartCounter::new(question)?;
            part.iter().try_for_each(|(original, spun)| counter.add(original, spun))?;
            sums.extend(counter.finish());
        }
        Ok(sums)
    }
}

/// Every third pair is dealt to the first part, and so on.
fn dealt(parts: usize) -> Dealt {
    let text = std::fs::read_to_string("training/sample/pairs.tsv").expect("the sample corpus");
    let mut dealt = vec![Vec::new(); parts];
    for (number, line) in text.lines().enumerate() {
        let mut columns = line.split('\t').map(str::to_string);
        let pair = (columns.next().unwrap(), columns.next().unwrap());
        dealt[number % parts].push(pair);
    }
    dealt[0].push((String::new(), "no original".into()));
    Dealt { parts: dealt, asked: Mutex::default() }
}

fn channel(model: &Model) -> Vec<u8> {
    let mut writer = SectionWriter::default();
    model.channel.write(&mut writer);
    writer.finish()
}

fn trainer() -> Trainer<'static> {
    Trainer::new(Recipe::default()).text("training/sample/text.txt")
}

#[test]
fn parts_give_the_channel_of_the_whole() {
    let whole = trainer().pairs("training/sample/pairs.tsv").train().unwrap();
    for parts in [1, 3, 7] {
        let dealt = dealt(parts);
        let model = trainer().parts(&dealt).train().unwrap();
        assert_eq!(model.vocabulary().len(), whole.vocabulary().len());
        assert!(channel(&model) == channel(&whole), "{parts} parts give another channel");
        let rows = |model: &Model| -> u64 {
            let sources = model.metadata().sources.iter();
            sources.filter(|source| source.kind == "pairs").map(|source| source.rows).sum()
        };
        assert_eq!(rows(&model), rows(&whole));
    }
}

#[test]
fn parts_stand_beside_files() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("more.tsv");
    std::fs::write(&file, "breast cancer\tbosom malignancy\t3\nclients\tprospects\t2\n").unwrap();
    let files = trainer().pairs(&file).pairs("training/sample/pairs.tsv").train().unwrap();
    let dealt = dealt(2);
    let model = trainer().pairs(&file).parts(&dealt).train().unwrap();
    assert!(channel(&model) == channel(&files));
    let message = trainer().parts(&dealt).train_keeping().map(|_| ()).unwrap_err().to_string();
    assert!(message.contains("no counts are kept"), "{message}");
}

#[test]
fn odd_answers_and_questions_are_errors() {
    let dealt = dealt(2);
    trainer().parts(&dealt).train().unwrap();
    let asked = dealt.asked.lock().unwrap();
    for question in asked.iter() {
        let step = (question.len() / 50).max(1);
        for cut in (0..question.len()).step_by(step) {
            assert!(PartCounter::new(&question[..cut]).is_err());
        }
        if question.len() > 8 {
            let mut counter = PartCounter::new(question).unwrap();
            assert!(counter.add("never seen before: zzqx", "here").is_err());
        }
    }
    struct Odd(Sums);
    impl Parts for Odd {
        fn ask(&self, _: &[u8]) -> Result<Sums> {
            Ok(self.0.clone())
        }
    }
    for key in [&b"\xff"[..], b"word", b"\x00\x00"] {
        let odd = Odd(vec![(key.to_vec(), 1)]);
        assert!(trainer().parts(&odd).train().is_err(), "{key:?}");
    }
}

proptest! {
    #[test]
    fn no_question_makes_a_panic(bytes in prop::collection::vec(any::<u8>(), 0..200), kind in 0u32..9) {
        let mut question = kind.to_le_bytes().to_vec();
        question.extend(bytes);
        let _ = PartCounter::new(&question);
        let _ = TextCounter::new(&question);
    }
}

/// Lines of text dealt out to so many parts.
struct Lines(Vec<Vec<String>>);

impl Parts for Lines {
    fn ask(&self, question: &[u8]) -> Result<Sums> {
        let mut sums = Sums::new();
        for part in self.0.iter().rev() {
            let mut counter = TextCounter::new(question)?;
            part.iter().for_each(|line| counter.add(line));
            sums.extend(counter.finish()?);
        }
        Ok(sums)
    }
}

#[test]
fn parts_of_text_give_the_file_of_the_whole() {
    let folder = tempfile::tempdir().unwrap();
    let text = std::fs::read_to_string("training/sample/text.txt").expect("the sample corpus");
    let files: Vec<Vec<u8>> = [1, 4]
        .iter()
        .map(|&parts| {
            let mut dealt = vec![Vec::new(); parts];
            for (number, line) in text.lines().enumerate() {
                dealt[number % parts].push(line.to_string());
            }
            let path = folder.path().join(parts.to_string());
            language_model(&Lines(dealt), 4, &[0, 0, 1], &path, &Silent).unwrap();
            std::fs::read(path).unwrap()
        })
        .collect();
    assert!(files[0] == files[1] && files[0].len() > 1000);
}
