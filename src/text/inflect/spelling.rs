//! Letters, syllables and the doubling of a last consonant.

/// Splits a hyphened word before the part that inflects; the first part may be empty.
pub(super) fn hyphen(word: &str) -> (&str, &str) {
    word.split_at(word.rfind('-').map_or(0, |at| at + 1))
}

pub(super) fn is_vowel(letter: u8) -> bool {
    matches!(letter, b'a' | b'e' | b'i' | b'o' | b'u')
}

/// True if the last letter but `back` exists and is a consonant; `u` after `q` is one.
pub(super) fn consonant(word: &str, back: usize) -> bool {
    let word = word.as_bytes();
    let Some(at) = word.len().checked_sub(back + 1) else {
        return false;
    };
    let after_q = word[at] == b'u' && at > 0 && word[at - 1] == b'q';
    (word[at].is_ascii_alphabetic() && !is_vowel(word[at])) || after_q
}

/// True if the word ends in a consonant and `y`, which becomes `i`.
pub(super) fn y_turns(word: &str) -> bool {
    word.ends_with('y') && consonant(word, 1)
}

/// Groups of vowels, a silent last `e` apart: a guess at the syllables.
pub(super) fn syllables(word: &str) -> usize {
    let mut groups = 0;
    let mut inside = false;
    for (i, &letter) in word.as_bytes().iter().enumerate() {
        let vowel = is_vowel(letter) || (letter == b'y' && i > 0);
        groups += usize::from(vowel && !inside);
        inside = vowel;
    }
    let silent = word.ends_with('e') && consonant(word, 1) && !syllabic_le(word);
    if groups > 1 && silent { groups - 1 } else { groups }
}

fn syllabic_le(word: &str) -> bool {
    word.ends_with("le") && consonant(word, 2)
}

/// True for a word of one syllable that ends consonant, vowel, consonant.
pub(super) fn short_and_closed(word: &str) -> bool {
    syllables(word) == 1
        && consonant(word, 0)
        && !word.ends_with(['w', 'x', 'y'])
        && !consonant(word, 1)
        && (consonant(word, 2) || word.len() == 2)
}

/// `word` with its last consonant doubled.
pub(super) fn doubled(word: &str) -> String {
    let last = word.chars().next_back();
    word.chars().chain(last).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn syllables_by_table() {
        let table = [
            ("run", 1),
            ("large", 1),
            ("simple", 2),
            ("quit", 1),
            ("happy", 2),
            ("visit", 2),
            ("be", 1),
            ("sky", 1),
            ("beautiful", 3),
        ];
        for (word, expected) in table {
            assert_eq!(syllables(word), expected, "{word}");
        }
    }

    #[test]
    fn closed_by_table() {
        for word in ["run", "quit", "stop", "big", "up"] {
            assert!(short_and_closed(word), "{word}");
        }
        for word in ["look", "show", "fix", "play", "visit", "help", "be", "rain"] {
            assert!(!short_and_closed(word), "{word}");
        }
    }
}
