//! Pairs that lie elsewhere, in parts: other processes or machines count them.
//!
//! Counts are sums of whole numbers (expected counts are taken in small steps), so that
//! however the pairs are parted, and in whatever order the parts are added up, training
//! gives what it gives with all pairs in one place.

mod answer;
mod ngrams;
mod question;
#[cfg(test)]
mod tests;

use crate::error::{Error, Result};
use crate::progress::Progress;
pub use answer::PartCounter;
pub use ngrams::{TextCounter, language_model};
pub(super) use question::{Elsewhere, Found, Words};

/// Counts by what they count, in any order; equal keys add up.
pub type Sums = Vec<(Vec<u8>, u64)>;

/// Pairs that are held in parts.
///
/// Training asks some six questions, one after the other. Each part is given the same
/// question, answers it by a [`PartCounter`], and the answers are added up by key.
///
/// ```
/// use unspin::{PartCounter, Parts, Recipe, Result, Sums, Trainer};
///
/// struct Here(Vec<Vec<(&'static str, &'static str)>>);
///
/// impl Parts for Here {
///     fn ask(&self, question: &[u8]) -> Result<Sums> {
///         let mut sums = Sums::new();
///         for part in &self.0 {
///             let mut counter = PartCounter::new(question)?;
///             for (original, spun) in part {
///                 counter.add(original, spun)?;
///             }
///             sums.extend(counter.finish());
///         }
///         Ok(sums)
///     }
/// }
///
/// let pairs = ("The clients left.", "The prospects left.");
/// let parts = Here(vec![vec![pairs; 5], vec![pairs; 4]]);
/// let trainer = Trainer::new(Recipe::default()).base(unspin::Model::english()?);
/// let model = trainer.parts(&parts).train()?;
/// assert_eq!(model.lookup("prospects").expect("a phrase").candidates[0].original, "clients");
/// # Ok::<(), unspin::Error>(())
/// ```
pub trait Parts: Sync {
    /// The answers of all parts to `question`, together.
    ///
    /// # Errors
    ///
    /// If a part could not answer, as [`Error::elsewhere`].
    fn ask(&self, question: &[u8]) -> Result<Sums>;
}

impl Error {
    /// Parts that are counted elsewhere could not answer.
    pub fn elsewhere(message: impl std::fmt::Display) -> Self {
        Self::config(message)
    }
}

/// An answer whose key is none of its question.
fn odd(key: &[u8]) -> Error {
    Error::config(format!("an answer about {key:?} to a question about something else"))
}

/// Reads the words of the pairs, and how many pairs there are.
pub(super) fn words(parts: &dyn Parts, progress: &dyn Progress) -> Result<(Vec<String>, u64)> {
    let mut words = Vec::new();
    let mut pairs = 0;
    for (key, count) in parts.ask(&question::words())? {
        match String::from_utf8(key) {
            Ok(word) if word.is_empty() => pairs += count,
            Ok(word) => words.push(word),
            Err(error) => return Err(odd(error.as_bytes())),
        }
    }
    progress.advance(pairs);
    // In an order that does not depend on that of the parts.
    words.sort_unstable();
    words.dedup();
    Ok((words, pairs))
}
