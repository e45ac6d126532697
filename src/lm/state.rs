//! What of the words so far bears on the words to come.

use super::MAX_ORDER;
use std::hash::{Hash, Hasher};

/// The end of a history, as many words of it as begin an n-gram; so histories with
/// the same future are equal.
///
/// For the last word, the last two words and so on there stand what the layout knows
/// them by and the back-off weight, which the next question may need; the former alone
/// tell states apart.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct State {
    /// Words, the last first; in the compact layout the numbers of their n-grams.
    pub(super) keys: [u32; MAX_ORDER - 1],
    pub(super) backoffs: [f32; MAX_ORDER - 1],
    pub(super) len: u8,
}

impl State {
    /// How many words of the history it holds.
    #[inline]
    pub(super) fn len(&self) -> usize {
        self.len as usize
    }

    /// Sets what the last word and the `back` before it are known by, their back-off
    /// weight, and whether they begin an n-gram.
    #[inline]
    pub(super) fn set(&mut self, back: usize, key: u32, backoff: f32) {
        self.keys[back] = key;
        self.backoffs[back] = backoff;
        if extends(backoff) {
            self.len = back as u8 + 1;
        }
    }

    fn known(&self) -> &[u32] {
        &self.keys[..self.len()]
    }
}

/// A state, and what every question after it needs.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Context {
    pub(super) state: State,
    /// In the compact layout where the n-grams stand that go on from each of its n-grams.
    pub(super) runs: [(u32, u32); MAX_ORDER - 1],
}

impl Context {
    pub(crate) fn state(&self) -> State {
        self.state
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
