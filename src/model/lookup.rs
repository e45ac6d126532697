//! What a model knows of one spun phrase.

use super::Model;
use crate::channel::Evidence;
use crate::text::token::words;

/// A spun phrase's entry in the substitution table.
#[derive(Clone, Debug, PartialEq)]
pub struct KnownPhrase {
    /// p(left alone | the phrase stands there).
    pub left_alone: f64,
    /// Candidate originals, the likeliest first.
    pub candidates: Vec<KnownOriginal>,
}

/// One candidate original.
#[derive(Clone, Debug, PartialEq)]
pub struct KnownOriginal {
    /// Its words.
    pub original: String,
    /// p(original | spun).
    pub restore: f64,
    /// p(spun | original).
    pub spin: f64,
    /// Where it was seen: `real` pairs, `simulated` pairs, `list`.
    pub seen_in: Vec<&'static str>,
}

impl Model {
    /// Looks a spun phrase up, without regard to case; nothing if the model knows
    /// no original for it.
    pub fn lookup(&self, phrase: &str) -> Option<KnownPhrase> {
        let ids = words(phrase).into_iter().map(|word| self.vocabulary.id(&word));
        let ids = ids.collect::<Option<Vec<u32>>>()?;
        let node = self.channel.find(&ids)?;
        let candidates: Vec<KnownOriginal> =
            self.channel.candidates(node).map(|candidate| self.known(candidate)).collect();
        let left_alone = f64::from(self.channel.keep(node)).exp();
        (!candidates.is_empty()).then_some(KnownPhrase { left_alone, candidates })
    }

    fn known(&self, candidate: usize) -> KnownOriginal {
        let words = self.channel.original(candidate).map(|word| self.vocabulary.word(word));
        let scores = self.channel.scores(candidate);
        let evidence = self.channel.evidence(candidate);
        let sources = [
            (Evidence::REAL, "real"),
            (Evidence::SIMULATED, "simulated"),
            (Evidence::LIST, "list"),
        ];
        let seen = sources.into_iter().filter(|&(source, _)| evidence.has(source));
        KnownOriginal {
            original: words.collect::<Vec<_>>().join(" "),
            restore: f64::from(scores.restore).exp(),
            spin: f64::from(scores.spin).exp(),
            seen_in: seen.map(|(_, name)| name).collect(),
        }
    }
}
