//! Features of the log-linear model, by name, and their weights.

use crate::channel::Evidence;
use crate::error::Result;
use crate::model::section::SectionReader;
use serde::{Deserialize, Serialize};
use std::ops::{Index, IndexMut};

macro_rules! features {
    ($($(#[$doc:meta])* $feature:ident $name:literal $weight:literal,)*) => {
        /// What is known of an option, a number each.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(crate) enum Feature { $($(#[$doc])* $feature,)* }

        /// Names, in the order of the vector.
        pub(crate) const NAMES: &[&str] = &[$($name,)*];
        const INITIAL: &[f32] = &[$($weight,)*];
    };
}

features! {
    /// log p of the restored words in their context, by the language model.
    Lm "lm" 1.0,
    /// log p(left alone | word), of a word that is left alone and has candidates.
    Keep "keep" 0.6,
    /// log p(left alone | phrase), by the document's engine family, of a phrase that is
    /// replaced: its words by themselves may all be common.
    KeepPhrase "keep_phrase" -0.2,
    /// log p(original | spun).
    Restore "restore" 0.6,
    /// log p(spun | original).
    Spin "spin" 0.2,
    /// Lexical weight of the original given the spun words.
    RestoreWords "restore_words" 0.0,
    /// Lexical weight of the spun words given the original.
    SpinWords "spin_words" 0.0,
    /// 1 for a candidate of the channel.
    Change "change" -0.5,
    /// What the document's engine family adds to `restore`.
    FamilyRestore "family_restore" 0.5,
    /// What the document's engine family adds to `keep`.
    FamilyKeep "family_keep" 0.5,
    /// How heavily the document seems spun, for a candidate of the channel or a name.
    Rate "spin_rate" 1.0,
    /// Spun words that a candidate replaces, beyond the first.
    SpunWords "spun_words" 0.0,
    /// Words that a candidate puts there, beyond the first.
    OriginalWords "original_words" 0.5,
    /// 1 if the candidate was seen in really spun sentences.
    Real "seen_real" 0.0,
    /// How much of what seems changed in the document was seen in really spun sentences,
    /// for a candidate of the channel; their engine does what they do not show seldom.
    RealShare "real_share" 0.0,
    /// The same, for a candidate that was seen there itself.
    RealHere "seen_real_here" 0.0,
    /// 1 if it was seen in sentences that our own spinner made.
    Simulated "seen_simulated" 0.0,
    /// 1 if it was seen in a phrase list.
    List "seen_list" 0.0,
    /// 1 if a thesaurus has it.
    Thesaurus "in_thesaurus" 0.0,
    /// 1 if a list of paraphrases has it.
    Paraphrases "in_paraphrases" 0.0,
    /// 1 if it is a synonym of a synonym.
    Pivot "by_pivot" 0.0,
    /// 1 if nothing but those has it.
    Offered "only_offered" -0.5,
    /// How well the words of a choice fit among the words around them.
    Context "context" 0.3,
    /// The same of a word that is left alone and has candidates.
    ContextKeep "context_keep" 0.0,
    /// How much likelier the document's other sentences make a word that has candidates or
    /// the words of a candidate.
    Elsewhere "elsewhere" 0.2,
    /// How much better a word that has candidates, or the words of a candidate, belong with the
    /// document's other sentences than words do by chance.
    Topic "topic" 0.0,
    /// The same of a word that is left alone and has candidates.
    TopicKeep "topic_keep" 0.0,
    /// How much commoner the original's words are, mean log probability.
    Rarity "rarity" 0.1,
    /// 1 if a replaced word is a capital inside the sentence.
    Capital "capital" -0.5,
    /// 1 for a space put into a glued word.
    Split "split" -1.0,
    /// 1 if that space parts a name with capitals inside from a word in small letters.
    SplitName "split_name" 3.0,
    /// 1 for the other form of `a` and `an`.
    Article "article" -2.0,
    /// 1 for a stray capital taken away.
    Small "small" 2.0,
    /// 1 for a word that stands twice and is written once.
    Doubled "doubled" -1.0,
    /// How heavily the document seems spun, for damage that is undone.
    RepairRate "repair_rate" 2.5,
    /// 1 for a mark that stands apart and is written at its word. No word is wrong there, so
    /// that learning leaves its weight where it begins, as that of a stray capital.
    Attached "attached" 2.0,
    /// 1 for two parts of a word that are written as one.
    Joined "joined" -1.0,
    /// 4 for a name of the document in the place of a word that is like it.
    Namesake "namesake" -1.0,
    /// 4 times the log of how often that name stands in the document.
    NamesakeTimes "namesake_times" 0.125,
    /// 4 times the letters in which the two differ, beyond the first.
    NamesakeLetters "namesake_letters" -0.25,
    /// 4 if that name is known, by the vocabulary or the training text, and the word that it
    /// replaces is not; -4 the other way round.
    NamesakeKnown "namesake_known" 0.25,
}

/// Number of features.
pub(crate) const FEATURES: usize = INITIAL.len();

impl Feature {
    /// The features that say where a candidate was seen, each with its kind.
    pub(crate) const SEEN: [(Feature, u8); 6] = [
        (Feature::Real, Evidence::REAL),
        (Feature::Simulated, Evidence::SIMULATED),
        (Feature::List, Evidence::LIST),
        (Feature::Thesaurus, Evidence::THESAURUS),
        (Feature::Paraphrases, Evidence::PARAPHRASES),
        (Feature::Pivot, Evidence::PIVOT),
    ];
}

/// The features of one option.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Features(pub(crate) [f32; FEATURES]);

impl Default for Features {
    fn default() -> Self {
        Self([0.0; FEATURES])
    }
}

impl Index<Feature> for Features {
    type Output = f32;
    fn index(&self, feature: Feature) -> &f32 {
        &self.0[feature as usize]
    }
}

impl IndexMut<Feature> for Features {
    fn index_mut(&mut self, feature: Feature) -> &mut f32 {
        &mut self.0[feature as usize]
    }
}

/// A weight for each feature.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Weights(pub(crate) [f32; FEATURES]);

impl Default for Weights {
    fn default() -> Self {
        Self(std::array::from_fn(|feature| INITIAL[feature]))
    }
}

impl Weights {
    /// The weighted sum of an option's features.
    #[inline]
    pub(crate) fn dot(&self, features: &Features) -> f32 {
        self.0.iter().zip(&features.0).map(|(weight, value)| weight * value).sum()
    }

    #[inline]
    pub(crate) fn of(&self, feature: Feature) -> f32 {
        self.0[feature as usize]
    }

    /// Names with their weights, as they are stored.
    pub(crate) fn named(&self) -> Vec<NamedWeight> {
        let pair = |(name, &weight): (&&str, _)| NamedWeight { name: name.to_string(), weight };
        NAMES.iter().zip(&self.0).map(pair).collect()
    }

    /// Weights from their names. A name that this version does not know is left
    /// out, a feature that is not named weighs nothing.
    pub(crate) fn from_named(named: &[NamedWeight]) -> Self {
        let of = |name: &str| named.iter().find(|w| w.name == name).map_or(0.0, |w| w.weight);
        Self(std::array::from_fn(|feature| of(NAMES[feature])))
    }

    /// Names and weights as the bytes that [`Weights::from_bytes`] reads.
    pub(crate) fn to_bytes(&self) -> Vec<u8> {
        bincode::serde::encode_to_vec(self.named(), bincode::config::standard())
            .expect("names and numbers can be written")
    }

    /// Reads what [`Weights::to_bytes`] has written.
    pub(crate) fn from_bytes(reader: &mut SectionReader) -> Result<Self> {
        let bytes = reader.array::<u8>()?;
        let limits = bincode::config::standard().with_limit::<MOST_BYTES>();
        let named = bincode::serde::decode_from_slice(bytes.as_slice(), limits);
        let named: Option<(Vec<NamedWeight>, usize)> = named.ok();
        reader.check(named.is_some(), "names and weights", "other bytes")?;
        Ok(Self::from_named(&named.unwrap_or_default().0))
    }
}

/// Named weights take no more memory than this.
const MOST_BYTES: usize = 1 << 16;

/// A feature's name and weight.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct NamedWeight {
    /// As `unspin inspect` prints it.
    pub name: String,
    /// What one unit of the feature adds to a restoration's score.
    pub weight: f32,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weights_come_back_by_name() {
        let weights = Weights::default();
        let mut named = weights.named();
        named.reverse();
        named.push(NamedWeight { name: "of a later version".into(), weight: 3.0 });
        assert_eq!(Weights::from_named(&named), weights);
        assert_eq!(Weights::from_named(&[]).0, [0.0; FEATURES]);
    }
}
