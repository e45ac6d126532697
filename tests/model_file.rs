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

#[test]
fn flipped_and_cut_bytes_never_panic() {
    let mut seed = 1u64;
    let mut draw = |below: usize| {
        seed = seed.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        (seed >> 33) as usize % below
    };
    for round in 0..2000 {
        let mut bytes = MODEL.clone();
        if round % 2 == 0 {
            bytes.truncate(draw(bytes.len()));
        } else {
            let at = if round % 4 == 1 { draw(400) } else { draw(bytes.len()) };
            bytes[at] ^= 1 << draw(8);
        }
        if let Ok(model) = Model::from_bytes(bytes) {
            assert!(model.to_bytes().unwrap() == *MODEL);
        }
    }
}
