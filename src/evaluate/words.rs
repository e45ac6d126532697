//! Words as the metrics count them, numbered so that comparing is cheap.

use crate::text::{Token, tokenize};
use rustc_hash::FxHashMap;

/// `text` in lower case with straight apostrophes.
///
/// The whole text is lowered before it is cut into tokens, since a capital may
/// become two characters of which only one belongs to a word.
pub(crate) fn lowered(text: &str) -> String {
    text.to_lowercase().replace('’', "'")
}

/// The words of `text` as they are counted.
pub(crate) fn lowered_words(text: &str) -> Vec<String> {
    let text = lowered(text);
    tokenize(&text).iter().map(|token| token.of(&text).to_owned()).collect()
}

/// For each byte of `text` and its end, the place of its character in
/// [`lowered`] of it; bytes inside a character belong to the next one.
pub(crate) fn lowered_offsets(text: &str) -> Vec<usize> {
    let mut offsets = Vec::with_capacity(text.len() + 1);
    offsets.push(0);
    let mut offset = 0;
    for c in text.chars() {
        offset += if c == '’' { 1 } else { c.to_lowercase().map(char::len_utf8).sum() };
        offsets.resize(offsets.len() + c.len_utf8(), offset);
    }
    offsets
}

/// White space in the sense of the reference scorers, which also cut at the
/// four separators of ASCII.
pub(crate) fn is_space(c: char) -> bool {
    c.is_whitespace() || ('\x1c'..='\x1f').contains(&c)
}

/// Numbers words, so that texts become slices of `u32`.
#[derive(Default)]
pub(crate) struct Lexicon {
    numbers: FxHashMap<String, u32>,
}

impl Lexicon {
    /// The words of `text` by the definition that all figures share.
    pub(crate) fn words(&mut self, text: &str) -> Vec<u32> {
        self.lowered_words(&lowered(text), |_| ())
    }

    /// The words of `text` and their places in [`lowered`] of it.
    pub(crate) fn placed_words(&mut self, text: &str) -> (Vec<u32>, Vec<Token>) {
        let mut places = Vec::new();
        let words = self.lowered_words(&lowered(text), |token| places.push(token));
        (words, places)
    }

    /// The stretches of `text` between white space.
    pub(crate) fn stretches(&mut self, text: &str) -> Vec<u32> {
        text.split(is_space).filter(|word| !word.is_empty()).map(|word| self.number(word)).collect()
    }

    fn lowered_words(&mut self, text: &str, mut place: impl FnMut(Token)) -> Vec<u32> {
        let number = |token: Token| {
            place(token);
            self.number(token.of(text))
        };
        tokenize(text).into_iter().map(number).collect()
    }

    fn number(&mut self, word: &str) -> u32 {
        if let Some(&number) = self.numbers.get(word) {
            return number;
        }
        let number = self.numbers.len() as u32;
        self.numbers.insert(word.to_owned(), number);
        number
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn lowers_before_it_cuts() {
        let mut lexicon = Lexicon::default();
        // The dotted capital I becomes an i and a mark that is no letter.
        let (words, places) = lexicon.placed_words("İzmir’s Pier");
        assert_eq!(places.len(), 4);
        assert_eq!(words, lexicon.words("i\u{307}zmir's PIER"));
        assert_eq!(lexicon.stretches("a\u{1f}b  a\u{a0}"), {
            let (a, b) = (lexicon.number("a"), lexicon.number("b"));
            [a, b, a]
        });
    }

    proptest! {
        #[test]
        fn offsets_follow_the_lowered_text(head in "[a-zA-ZİΣ’ é]{0,12}", tail in "[a-zΣ’]{0,4}") {
            let text = format!("{head}{tail}");
            let offset = lowered_offsets(&text)[head.len()];
            let lowered = lowered(&text);
            prop_assert!(lowered.is_char_boundary(offset));
            prop_assert_eq!(lowered[offset..].chars().count(), super::lowered(&tail).chars().count());
        }
    }
}
