//! Words that stand twice in a row in sound sentences.

/// *He said that that was all*, *they had had enough*, *many, many more*. The language model
/// does not tell: they stand so about as often as by chance.
const SAID_TWICE: &[&str] =
    &["far", "had", "her", "long", "many", "much", "never", "no", "really", "so", "that", "very"];

/// True for a word, in small letters, that English says twice: that it stands so is no damage.
pub(crate) fn is_said_twice(word: &str) -> bool {
    SAID_TWICE.binary_search(&word).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn by_table() {
        assert!(SAID_TWICE.is_sorted());
        for (word, expected) in [("that", true), ("had", true), ("the", false), ("video", false)] {
            assert_eq!(is_said_twice(word), expected, "{word}");
        }
    }
}
