//! Compounds of which nothing is known, restored by their parts: `profound-learning` to
//! `deep-learning`.

use super::Manner;
use super::features::{Feature, Features};
use super::place::{Place, Words};
use super::sentence::Sentence;
use crate::channel::{Channel, Node};
use crate::context::Surroundings;
use crate::model::Model;
use crate::text::normalize;
use crate::text::vocabulary::UNKNOWN;

/// Candidates of one part that are tried, the likeliest first.
const MOST: usize = 12;
/// Log probability that a compound is granted which the language model does not know.
const UNSEEN: f32 = -14.0;

/// A compound of the vocabulary that the one at a token may have been.
pub(super) struct Compound {
    pub(super) at: usize,
    /// The part that differs and the candidate for it.
    part: (u32, Node),
    candidate: usize,
    whole: u32,
    /// How well it fits, and the log probability that it is granted.
    fit: f32,
    granted: f32,
}

impl Sentence<'_> {
    /// Finds the compounds that the vocabulary has and that differ from the one at a token
    /// in a part for which the channel has candidates.
    pub(super) fn find_compounds(&mut self, model: &Model, around: &Surroundings, at: usize) {
        let (word, channel) = (self.tokens[at].of(self.text), &model.channel);
        if !word.contains('-') || self.nodes[at].is_some() {
            return;
        }
        let (mut form, mut joined) = (String::new(), String::new());
        normalize(word, &mut form);
        let around = around.of(at, at + 1);
        // A known compound stands in the lattice with its own probability already.
        let granted = match self.ids[at] {
            UNKNOWN => (model.lm.unigram_log(UNKNOWN) - UNSEEN).max(0.0),
            _ => 0.0,
        };
        let mut end = 0;
        for part in form.split('-') {
            let (before, after) = (&form[..end], &form[end + part.len()..]);
            end += part.len() + 1;
            let Some(part) = model.vocabulary.id(part) else { continue };
            let Some(node) = channel.child(channel.root(), part) else { continue };
            let candidates = channel.candidates(node).filter(|&c| is_word(channel, c));
            for candidate in candidates.take(MOST) {
                let words = channel.original(candidate).map(|word| model.vocabulary.word(word));
                joined.clear();
                joined.push_str(before);
                joined.extend(words);
                joined.push_str(after);
                let Some(whole) = model.vocabulary.id(&joined) else { continue };
                let (part, fit) = ((part, node), model.context.fit(&around, whole));
                self.compounds.push(Compound { at, part, candidate, whole, fit, granted });
            }
        }
    }
}

impl Compound {
    /// Its word, and the candidate that leads to it.
    pub(super) fn written(&self) -> (u32, u32) {
        (self.whole, self.candidate as u32)
    }

    /// Its features, but for what the language model says in context.
    pub(super) fn features(&self, model: &Model, manner: Manner<'_>) -> Features {
        let (part, node) = self.part;
        let place = Place::new(model, (&[part], node), false, manner);
        let words = Words::new(model, model.channel.original(self.candidate));
        let mut features = place.of_channel(self.candidate, words);
        features[Feature::Context] = self.fit;
        features[Feature::Lm] = self.granted;
        features
    }
}

fn is_word(channel: &Channel, candidate: usize) -> bool {
    channel.original(candidate).len() == 1
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decode::tests::MODEL;
    use crate::lattice::Lattice;
    use crate::text::tokenize;

    #[test]
    fn a_spun_part_leads_to_the_compound() {
        let vocabulary = &MODEL.vocabulary;
        let compounds = (0..vocabulary.len() as u32)
            .map(|id| vocabulary.word(id))
            .filter(|word| word.matches('-').count() == 1);
        let pairs = MODEL.channel.word_pairs();
        let mut lattice = Lattice::default();
        let (mut tried, mut found) = (0, 0);
        for compound in compounds {
            let (left, right) = compound.split_once('-').expect("a hyphen");
            for &(original, spun) in &pairs {
                let [spun, original] = [spun, original].map(|word| vocabulary.word(word));
                if original != right {
                    continue;
                }
                let text = format!("a {left}-{spun} thing");
                let tokens = tokenize(&text);
                let sentence = Sentence::read(&MODEL, &text, &tokens, None);
                lattice.build(&MODEL, &sentence, Manner::default());
                let id = vocabulary.id(&compound).expect("a word of the vocabulary");
                let choices = lattice.starting_at(1).map(|number| lattice.choice(number));
                tried += 1;
                found += usize::from(choices.into_iter().any(|c| lattice.words(c) == [id]));
            }
        }
        assert!(tried > 0 && 2 * found > tried, "{found} of {tried}");
    }
}
