//! Laws that hold for whatever bytes come, for the fuzz targets and the tests of what
//! they have found. Not a part of the library.
#![allow(missing_docs)]

use crate::corpus::packing::Packing;
use crate::corpus::{Lines, PairRows};
use crate::decode::Decoder;
use crate::formats::{self, Changes, Format, Place, Record, Settings, Source};
use crate::lm::{arpa, model::BackoffModel};
use crate::model::{Model, container};
use crate::spin::Lexicon;
use crate::text::{sentences, tokenize};
use crate::{KeptCounts, Recipe, Trainer};
use std::io::{BufReader, Cursor, Read};
use std::sync::{LazyLock, Once};

/// A model small enough to be read in every run.
static TINY: LazyLock<Model> = LazyLock::new(|| {
    let folder = tempfile::tempdir().expect("a folder");
    let at = |name: &str| folder.path().join(name);
    let pairs = "according to the company\tin keeping with the corporate\n\
                 the company lost it\tthe corporate misplaced it\nit did not\tit didn’t\n";
    std::fs::write(at("pairs.tsv"), pairs.repeat(3)).expect("pairs");
    let text = "According to the company, it did not lose it.\nThe company lost it.\n";
    std::fs::write(at("text.txt"), text.repeat(3)).expect("text");
    let trainer = Trainer::new(Recipe::default()).pairs(at("pairs.tsv")).text(at("text.txt"));
    trainer.train().expect("a model")
});

/// The first byte says which section the rest replaces; from 4 on, the rest is a file.
pub fn model(bytes: &[u8]) {
    let Some((&kind, rest)) = bytes.split_first() else {
        return;
    };
    let mut sections = TINY.sections().expect("sections");
    let read = match sections.get_mut(usize::from(kind)) {
        Some(section) => {
            section.1 = rest.to_vec();
            Model::from_bytes(container::assemble(&sections))
        }
        None => Model::from_bytes(rest.to_vec()),
    };
    match read {
        Ok(model) => {
            let decoder = Decoder::new(&model);
            decoder.decode("In keeping with it, the corporate didn’t misplace it. ");
        }
        Err(error) => assert!(!error.to_string().is_empty()),
    }
}

pub fn tokens(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return;
    };
    let tokens = tokenize(text);
    let mut at = 0;
    for token in &tokens {
        assert!(at <= token.start && token.start < token.end);
        let gap = &text[at..token.start];
        assert!(
            gap.chars().all(|c| c.is_whitespace() || ('\x1c'..='\x1f').contains(&c)),
            "{gap:?}"
        );
        assert!(!token.of(text).is_empty());
        at = token.end;
    }
    assert!(text[at..].chars().all(|c| c.is_whitespace() || ('\x1c'..='\x1f').contains(&c)));
    let mut next = 0;
    for sentence in sentences(text, &tokens) {
        assert!(sentence.start == next && sentence.end > next);
        next = sentence.end;
    }
    assert_eq!(next, tokens.len());
}

pub fn decode(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return;
    };
    let restored = Decoder::new(&TINY).decode(text);
    assert_eq!(restored.text, text);
    let (mut best, mut at) = (String::new(), 0);
    for edit in &restored.edits {
        assert_eq!(edit.spun, text[edit.start..edit.end]);
        assert!((0.0..=1.001).contains(&edit.probability), "{}", edit.probability);
        best.push_str(&text[at..edit.start]);
        best.push_str(&edit.original);
        at = edit.end;
    }
    best.push_str(&text[at..]);
    assert_eq!(restored.best(), best);
}

/// The first byte says how the rest is packed.
pub fn packing(bytes: &[u8]) {
    let Some((&kind, rest)) = bytes.split_first() else {
        return;
    };
    let kinds = [Packing::Gzip, Packing::Xz, Packing::Zstd];
    let packing = kinds[usize::from(kind) % kinds.len()];
    let unpacked = |packed: Vec<u8>| {
        let mut plain = Vec::new();
        // A small file may hold very much.
        let reader = packing.unpack(BufReader::new(Cursor::new(packed)));
        let read = reader.and_then(|reader| reader.take(1 << 20).read_to_end(&mut plain));
        (read.is_ok(), plain)
    };
    let (_, plain) = unpacked(rest.to_vec());
    let packed = match plain.is_empty() {
        true => packing.nothing(),
        false => packing.pack(plain.clone()),
    };
    assert!(unpacked(packed.expect("memory does not fail")) == (true, plain));
}

/// The first byte says which of the files that training reads the rest is.
pub fn training(bytes: &[u8]) {
    let Some((&kind, rest)) = bytes.split_first() else {
        return;
    };
    let text = || std::str::from_utf8(rest).ok();
    let lines = || Lines::new("memory", Cursor::new(rest.to_vec()));
    match kind % 5 {
        0 => {
            let known = arpa::words(lines()).unwrap_or_default();
            let id = |word: &str| known.iter().position(|w| w == word).map(|at| at as u32 + 3);
            let read = |lines| BackoffModel::read_arpa(lines, known.len() + 3, id);
            let Ok(model) = read(lines()) else { return };
            let name = |id: u32, out: &mut String| match id.checked_sub(3) {
                Some(at) => out.push_str(&known[at as usize]),
                None => out.push_str(["<unk>", "<s>", "</s>"][id as usize]),
            };
            let mut written = Vec::new();
            model.write_arpa(&mut written, name).expect("memory does not fail");
            let again = read(Lines::new("memory", &written[..])).expect("an ARPA file");
            assert_eq!(model.sizes(), again.sizes());
        }
        1 => {
            let mut rows = PairRows::of(lines(), false).expect("memory does not fail");
            while rows.next().expect("memory does not fail").is_some() {}
        }
        2 => {
            if let Ok(counts) = KeptCounts::parse(rest.to_vec().into()) {
                counts.substitutions(1 << 20).expect("counts");
            }
        }
        3 => drop(text().map(|text| Lexicon::parse(&[("family", text)]))),
        _ => drop(text().map(|text| Recipe::parse(text.into(), "recipe"))),
    }
}

/// The first byte says which format the rest has.
pub fn records(bytes: &[u8]) {
    let Some((&kind, rest)) = bytes.split_first() else {
        return;
    };
    let formats = [Format::Text, Format::Jsonl, Format::Csv, Format::Tsv];
    comes_back(formats[usize::from(kind) % formats.len()], rest);
}

pub fn html(bytes: &[u8]) {
    comes_back(Format::Html, bytes);
}

pub fn markdown(bytes: &[u8]) {
    comes_back(Format::Markdown, bytes);
}

pub fn parquet(bytes: &[u8]) {
    // A fuzzer's own hook ends the process, though the panic of the library is held.
    static QUIET: Once = Once::new();
    QUIET.call_once(formats::guard::quiet);
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("file.parquet");
    std::fs::write(&path, bytes).expect("a file");
    let settings = settings(Format::Parquet, 8 << 20);
    let Ok(mut source) = formats::open(&path, &settings, Place::default()) else {
        return;
    };
    let mut gathered = Vec::new();
    // A small file may say that it has very many rows.
    for _ in 0..1000 {
        match source.next() {
            Ok(Some(record)) => put(&record, &mut gathered),
            Ok(None) => {
                let lines = folder.path().join("lines");
                std::fs::write(&lines, &gathered).expect("a file");
                let out = std::fs::File::create(folder.path().join("out")).expect("a file");
                let _ = formats::parquet::assemble(&path, "text", &lines, out, &lines);
                return;
            }
            Err(_) => return,
        }
    }
}

fn settings(format: Format, largest: usize) -> Settings {
    Settings { format, field: "text".into(), each_line: false, largest }
}

/// What a source gives is the file, if nothing is restored; and anything may be.
pub(crate) fn comes_back(format: Format, bytes: &[u8]) {
    [64, 8 << 20].iter().for_each(|&largest| {
        let settings = settings(format, largest);
        if let Ok(source) = formats::from_bytes(bytes.to_vec(), &settings) {
            gives_back(source, bytes);
        }
    });
}

fn gives_back(mut source: Box<dyn Source>, bytes: &[u8]) {
    let mut same = Vec::new();
    let mut other = Vec::new();
    while let Some(record) = source.next().expect("memory does not fail") {
        put(&record, &mut other);
        record.write(&vec![Changes::default(); record.blocks.len()], &mut same);
    }
    assert!(same == bytes);
}

/// Writes a record with every word in it replaced.
fn put(record: &Record, out: &mut Vec<u8>) {
    let changes = |block: &formats::Block| {
        let mut changes = Changes::default();
        for tokens in tokenize(&block.text).chunks(2) {
            let text = tokens[0].start..tokens[tokens.len() - 1].end;
            changes.push(block, text, "a \"<&\\");
        }
        changes
    };
    let changes: Vec<Changes> = record.blocks.iter().map(changes).collect();
    record.write(&changes, out);
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A name and the law that its corpus is held to.
    type Target = (&'static str, fn(&[u8]));

    #[test]
    fn the_corpus_keeps_the_laws() {
        let targets: [Target; 9] = [
            ("model", model),
            ("tokens", tokens),
            ("decode", decode),
            ("records", records),
            ("html", html),
            ("markdown", markdown),
            ("parquet", parquet),
            ("packing", packing),
            ("training", training),
        ];
        for (name, law) in targets {
            let files = std::fs::read_dir(format!("fuzz/corpus/{name}")).unwrap();
            let mut held = 0;
            for file in files {
                law(&std::fs::read(file.unwrap().path()).unwrap());
                held += 1;
            }
            assert!(held > 0, "{name}");
        }
    }
}
