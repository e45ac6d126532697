//! What of the words so far bears on the words to come.

use super::MAX_ORDER;
use std::hash::{Hash, Hasher};

/// The end of a history, as many words of it as begin an n-gram; so histories with
/// the same future are equal.
///
/// With the words stand the back-off weights of the last word, the last two words
/// and so on, which the next query may need; the words alone tell states apart.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct State {
    /// The last word first.
    pub(super) words: [u32; MAX_ORDER - 1],
    pub(super) backoffs: [f32; MAX_ORDER - 1],
    pub(super) len: u8,
}

impl State {
    /// How many words of the history it holds.
    #[inline]
    pub(super) fn len(&self) -> usize {
        self.len as usize
    }

    /// Sets the last words but `back`, the back-off weight of them and what is
    /// behind them, and whether they begin an n-gram.
    #[inline]
    pub(super) fn set(&mut self, back: usize, word: u32, backoff: f32) {
        self.words[back] = word;
        self.backoffs[back] = backoff;
        if extends(backoff) {
            self.len = back as u8 + 1;
        }
    }

    fn known(&self) -> &[u32] {
        &self.words[..self.len()]
    }
}

impl PartialEq for State {
    fn eq(&self, other: &Self) -> bool {
        self.known() == other.known()
    }
}

impl Eq for State {}

impl Hash for State {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.known().iter().for_each(|word| state.write_u32(*word));
        state.write_u8(self.len);
    }
}

/// The back-off weight of n-grams that are no context: the weight 1, told by its
/// sign from one that happens to be 1.
pub(super) const NO_CONTEXT: f32 = -0.0;

/// True if an n-gram with this back-off weight begins a longer one.
#[inline]
pub(super) fn extends(backoff: f32) -> bool {
    backoff.to_bits() != NO_CONTEXT.to_bits()
}
