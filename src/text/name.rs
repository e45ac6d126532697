//! How names are written.

use super::case::Case;

/// Shorter words are like too many others.
const SHORTEST: usize = 4;

/// True for a word in small letters that begins with a capital, as names are written.
pub(crate) fn is_name(word: &str) -> bool {
    word.len() >= SHORTEST && word.chars().all(char::is_alphabetic) && Case::of(word) == Case::Title
}

/// A word without the ending of the possessive, and that ending.
pub(crate) fn stem(word: &str) -> (&str, &str) {
    let end = ["'s", "’s"].iter().find_map(|ending| word.strip_suffix(ending));
    word.split_at(end.map_or(word.len(), str::len))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_by_table() {
        let table =
            [("Musk", true), ("MUSK", false), ("musk", false), ("Ada", false), ("X1ab", false)];
        for (word, expected) in table {
            assert_eq!(is_name(word), expected, "{word}");
        }
        assert_eq!((stem("Musk's"), stem("Musk")), (("Musk", "'s"), ("Musk", "")));
    }
}
