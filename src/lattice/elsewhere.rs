//! What the rest of a document says of a word: it stands there, too, or it does not.
//!
//! A cache model (Kuhn & De Mori 1990) over what the other sentences of the document seem to
//! have been before they were spun: an author who writes *company* writes it again.

use rustc_hash::FxHashMap;

/// How much of a word's probability the document's own words make up.
const SHARE: f32 = 0.1;
/// Words that are added to a document, so that a short one says little.
const SOME: f32 = 100.0;

/// The words of a document but for those of one sentence.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Elsewhere<'d> {
    /// How often each word is expected in the document, and how many there are.
    pub(crate) counts: &'d FxHashMap<u32, f32>,
    pub(crate) words: f32,
    /// The same of the sentence itself, sorted by word.
    pub(crate) own: &'d [(u32, f32)],
}

impl Elsewhere<'_> {
    /// By how much the document makes a word likelier, in nats; `unigram` is the log of
    /// its probability in any text.
    pub(crate) fn gain(&self, word: u32, unigram: f32) -> f32 {
        let Some(&all) = self.counts.get(&word) else { return (1.0 - SHARE).ln() };
        let own = self.own.binary_search_by_key(&word, |&(word, _)| word);
        let own = own.map_or(0.0, |at| self.own[at].1);
        let share = (all - own).max(0.0) / (self.words + SOME);
        ((1.0 - SHARE) + SHARE * share / unigram.exp().max(1e-9)).ln()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gains_by_hand() {
        let counts = FxHashMap::from_iter([(7, 3.0), (8, 1.0)]);
        let elsewhere = Elsewhere { counts: &counts, words: 300.0, own: &[(8, 1.0)] };
        let unigram = 0.001f32.ln();
        // Three of 400 words, where one of a thousand is usual.
        let expected = (0.9f32 + 0.1 * 7.5).ln();
        assert!((elsewhere.gain(7, unigram) - expected).abs() < 1e-5);
        // In no other sentence.
        assert_eq!(elsewhere.gain(8, unigram), 0.9f32.ln());
        assert_eq!(elsewhere.gain(9, unigram), 0.9f32.ln());
    }
}
