//! What the model file promises: whole or refused, never a panic.

use std::sync::LazyLock;
use unspin::{Model, Recipe, Trainer};

static MODEL: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let trainer = Trainer::new(Recipe::default())
        .pairs("training/sample/pairs.tsv")
        .text("training/sample/text.txt");
    trainer.train().unwrap().to_bytes().unwrap()
});

fn message(bytes: Vec<u8>) -> String {
    match Model::from_bytes(bytes) {
        Ok(_) => "read".into(),
        Err(error) => error.to_string(),
    }
}

#[test]
fn saved_and_opened_it_is_the_same() {
    let model = Model::from_bytes(MODEL.clone()).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("model.unspin");
    model.save(&path).unwrap();
    assert!(std::fs::read(&path).unwrap() == *MODEL);
    assert!(Model::open(&path).unwrap().to_bytes().unwrap() == *MODEL);
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[test]
fn damage_is_refused_with_a_remedy() {
    let with = |at: usize, byte: u8| {
        let mut bytes = MODEL.clone();
        bytes[at] = byte;
        message(bytes)
    };
    assert!(message(Vec::new()).contains("expected a header of 32 bytes, got 0 bytes"));
    assert!(
        message(b"not a model, but long enough for a header".to_vec()).contains("another file")
    );
    assert!(with(8, 200).contains("format version: expected 1 to 1, got 200"));
    assert!(message(MODEL[..MODEL.len() / 2].to_vec()).contains("file length"));
    let last = MODEL.len() - 1;
    assert!(with(last / 2, MODEL[last / 2] ^ 4).contains("checksum of section"));
}

/// A model so small that damage hits every part of its file.
fn tiny() -> Vec<u8> {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    let pairs = "the company lost it\tthe corporate misplaced it\nthe company is here\tthe corporate is here\n";
    std::fs::write(at("pairs.tsv"), pairs.repeat(3)).unwrap();
    std::fs::write(at("text.txt"), "the company lost it\nthe company is here\n").unwrap();
    let trainer = Trainer::new(Recipe::default()).pairs(at("pairs.tsv")).text(at("text.txt"));
    trainer.train().unwrap().to_bytes().unwrap()
}

/// The most memory that this process has had, in bytes.
fn peak_memory() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    Some(line.trim().strip_suffix(" kB")?.parse::<u64>().ok()? * 1024)
}

#[test]
fn a_hundred_thousand_damaged_models_are_refused_or_whole() {
    let good = tiny();
    assert!(good.len() < 16 << 10, "{} bytes", good.len());
    let mut seed = 1u64;
    let mut draw = |below: usize| {
        seed = seed.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        (seed >> 33) as usize % below.max(1)
    };
    let before = peak_memory();
    let (mut whole, mut refused) = (0, 0);
    for round in 0..100_000 {
        let mut bytes = good.clone();
        // Half of the damage is done to header and table.
        let from = if round % 2 == 0 { 0 } else { draw(good.len()) };
        let at = (from + draw(192)).min(good.len() - 1);
        match draw(6) {
            0 => bytes.truncate(at),
            1 | 2 => bytes[at] ^= 1 << draw(8),
            3 => bytes[at] = draw(256) as u8,
            4 => {
                let end = (at + 1 + draw(16)).min(bytes.len());
                bytes[at..end].fill(if draw(2) == 0 { 0 } else { 0xff });
            }
            _ => {
                bytes.splice(at..at, (0..draw(9)).map(|byte| byte as u8));
            }
        }
        match Model::from_bytes(bytes) {
            Ok(model) => {
                assert!(model.to_bytes().unwrap() == good, "round {round} reads as another model");
                whole += 1;
            }
            Err(error) => {
                let message = error.to_string();
                assert!(message.contains("expected") && message.contains("got"), "{message}");
                refused += 1;
            }
        }
    }
    assert!(refused > 80_000, "only {refused} refused, {whole} whole");
    if let (Some(before), Some(after)) = (before, peak_memory()) {
        assert!(after - before < 64 << 20, "{} bytes of memory more", after - before);
    }
}
