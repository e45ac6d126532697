//! Both layouts against the exact model.

use super::super::estimate::EstimateConfig;
use super::super::reference;
use super::*;
use bytes::Bytes;
use proptest::prelude::*;

fn bytes(model: &LanguageModel) -> Vec<u8> {
    let mut writer = SectionWriter::default();
    model.write(&mut writer);
    writer.finish()
}

fn read(bytes: &[u8]) -> Result<LanguageModel> {
    let mut reader = SectionReader::new("test", Bytes::copy_from_slice(bytes));
    let model = LanguageModel::read(&mut reader)?;
    reader.end().map(|()| model)
}

type Pack = fn(&BackoffModel) -> LanguageModel;

const COMPACT: Pack = |model| model.pack(Layout::Compact);
const FAST: Pack = |model| model.pack(Layout::Fast);

fn layout() -> impl Strategy<Value = Pack> {
    prop_oneof![Just(COMPACT), Just(FAST)]
}

/// The state after `context`, which may start with `<s>`.
fn after(model: &LanguageModel, context: &[u32]) -> State {
    let (from, rest) = match context {
        [BEGIN, rest @ ..] => (model.begin(), rest),
        _ => (model.empty(), context),
    };
    rest.iter().fold(from, |state, word| model.score(&model.context(state), *word).1)
}

proptest! {
    // Small texts have few distinct values, so that quantising them loses little.
    #[test]
    fn equals_the_exact_model(
        text in reference::text(),
        order in 1usize..=7,
        pack in layout(),
        contexts in prop::collection::vec(reference::context(8), 10),
    ) {
        let exact = reference::model(&text, order, &EstimateConfig::default());
        let packed = pack(&exact);
        prop_assert_eq!(bytes(&read(&bytes(&packed)).unwrap()), bytes(&packed));
        for context in contexts {
            let state = after(&packed, &context);
            for word in 0..14 {
                let (fast, slow) = (packed.score(&packed.context(state), word).0, exact.score(&context, word));
                let close = word == BEGIN || (fast - slow).abs() < 0.02;
                prop_assert!(close, "{context:?} {word}: {fast} {slow}");
            }
            let mass = reference::mass(|word| packed.score(&packed.context(state), word).0);
            prop_assert!((mass - 1.0).abs() < 0.02, "{mass}");
        }
    }

    #[test]
    fn layouts_agree_and_the_small_one_unpacks(
        text in reference::text(),
        order in 1usize..=6,
        contexts in prop::collection::vec(reference::context(6), 10),
    ) {
        let exact = reference::model(&text, order, &EstimateConfig::default());
        let fast = FAST(&exact);
        prop_assert!(fast.unpack().is_none());
        let small = COMPACT(&exact);
        let unpacked = small.unpack().unwrap();
        prop_assert!(unpacked.is_sound());
        for (level, trie) in exact.trie.levels.iter().enumerate().skip(1) {
            prop_assert_eq!(&unpacked.trie.levels[level], trie);
        }
        // What is packed again is the same.
        let again = unpacked.pack(Layout::Compact).unpack().unwrap();
        prop_assert_eq!(&again.probs, &unpacked.probs);
        prop_assert_eq!(&again.backoffs, &unpacked.backoffs);
        for context in &contexts {
            let (slow, quick) = (after(&small, context), after(&fast, context));
            prop_assert_eq!(slow.len(), quick.len());
            for word in 0..14 {
                let score = small.score(&small.context(slow), word).0;
                prop_assert_eq!(score, fast.score(&fast.context(quick), word).0);
                let exact = unpacked.score(context, word);
                prop_assert!((score - exact).abs() < 1e-5, "{score} {exact}");
            }
        }
    }

    #[test]
    fn a_batch_is_one_by_one(
        text in reference::text(),
        pack in layout(),
        contexts in prop::collection::vec((reference::context(5), 0u32..14), BATCH),
    ) {
        let packed = pack(&reference::model(&text, 4, &EstimateConfig::default()));
        let pairs: Vec<(State, u32)> =
            contexts.iter().map(|(context, word)| (after(&packed, context), *word)).collect();
        let pairs: [(State, u32); BATCH] = pairs.try_into().unwrap();
        let scores = packed.score_batch(pairs);
        for ((state, word), score) in pairs.iter().zip(scores) {
            prop_assert_eq!(packed.score(&packed.context(*state), *word), score);
        }
    }

    #[test]
    fn equal_futures_are_equal_states(
        text in reference::text(),
        pack in layout(),
        histories in prop::collection::vec(reference::context(5), 2..12),
    ) {
        let exact = reference::model(&text, 4, &EstimateConfig::default());
        let packed = pack(&exact);
        for history in &histories {
            // The longest part that begins an n-gram is all that counts.
            let starts = |len: usize| {
                let part = &history[history.len() - len..];
                (0..12).any(|word| exact.trie.find(&[part, &[word]].concat()).is_some())
            };
            let len = (0..=history.len().min(3)).rev().find(|&len| len == 0 || starts(len));
            let needed = &history[history.len() - len.unwrap()..];
            prop_assert_eq!(after(&packed, history), after(&packed, needed));
            prop_assert_eq!(after(&packed, history).len(), needed.len());
            // Two histories that need other words are told apart.
            for other in &histories {
                let len = after(&packed, other).len();
                let same = other[other.len() - len..] == *needed;
                prop_assert_eq!(after(&packed, other) == after(&packed, history), same);
            }
        }
    }

    #[test]
    fn damage_is_an_error_or_wrong_scores(
        text in reference::text(),
        pack in layout(),
        damage in prop::collection::vec(any::<(prop::sample::Index, u8)>(), 1..4),
        cut in any::<prop::sample::Index>(),
    ) {
        let packed = pack(&reference::model(&text, 4, &EstimateConfig::default()));
        let mut bytes = bytes(&packed);
        prop_assert!(read(&bytes[..cut.index(bytes.len())]).is_err());
        for (at, value) in damage {
            let at = at.index(bytes.len());
            bytes[at] = value;
        }
        if let Ok(model) = read(&bytes) {
            let mut state = model.begin();
            for word in (0..14).chain(text.into_iter().flatten()) {
                state = model.score(&model.context(state), word).1;
            }
        }
    }
}

#[test]
fn a_layout_of_the_past_is_named() {
    let text = [vec![3, 4, 5], vec![4, 3]];
    let mut bytes = bytes(&COMPACT(&reference::model(&text, 3, &EstimateConfig::default())));
    bytes[..4].copy_from_slice(&1u32.to_le_bytes());
    let message = read(&bytes).map(|_| ()).unwrap_err().to_string();
    assert!(message.contains("a layout that this version reads, got 1"), "{message}");
}
