//! The last stage: feature weights, learned as if part of what engines write were unknown.
//!
//! An engine that nobody has seen writes what no lexicon holds. So the weights are
//! learned with a channel that lacks some of the substitutions that the held-out
//! sentences were spun with; else they would trust it more than it deserves.

use super::channel::{self, Counting};
use super::{Material, Trainer, text::Part};
use crate::channel::Channel;
use crate::error::Result;
use crate::lattice::features::FEATURES;
use crate::model::Model;
use crate::tune::{self, Examples, HeldOut, Sureness};
use ndarray::Array1;
use xxhash_rust::xxh3::xxh3_64;

impl Trainer<'_> {
    /// Learns the weights of `model`, whose channel stays as it is.
    pub(super) fn learn_weights(&self, model: &mut Model, material: &mut Material) -> Result<()> {
        let partial = self.partial_channel(model, material)?;
        let whole = partial.map(|partial| std::mem::replace(&mut model.channel, partial));
        let config = &self.recipe.tune;
        let mut draws: Vec<Examples> = Vec::new();
        let mut sum = Array1::zeros(FEATURES);
        for seed in 0..config.seeds.max(1) {
            let examples = self.examples(model, material, seed)?;
            if examples.is_empty() {
                break;
            }
            self.progress.stage("tune weights", Some(config.steps as u64));
            let mut told = |step: usize, reduction: f64| {
                self.progress.advance(1);
                if step.is_multiple_of(20) || step + 1 == config.steps {
                    self.progress.note(&format!("step {step}: expected ERR {reduction:.4}"));
                }
            };
            sum += &tune::tune(model, &examples, config, &mut told);
            draws.push(examples);
        }
        if !draws.is_empty() {
            model.weights = tune::from_array(&(&sum / draws.len() as f64));
            self.progress.stage("calibrate", None);
        }
        // An engine may be known whole, too: half of the draws are read so.
        let mut sureness = Sureness::default();
        let (unknown, known) = draws.split_at(draws.len().div_ceil(2));
        unknown.iter().for_each(|examples| sureness.read(model, examples));
        if let Some(whole) = whole {
            model.channel = whole;
        }
        known.iter().for_each(|examples| sureness.read(model, examples));
        if !draws.is_empty() {
            tune::calibrate(model, &sureness);
        }
        Ok(())
    }

    /// The held-out pairs, and held-out text spun with the draws of a `seed`.
    fn examples(&self, model: &Model, material: &Material, seed: u64) -> Result<Examples> {
        let simulated = self.simulate(material, material.lexicon.as_ref(), Part::Tune, seed)?;
        let weight = self.recipe.spin.as_ref().map_or(0.0, |spin| spin.dev_weight);
        let real = material.dev.iter().map(|(pair, document, weight)| HeldOut {
            original: &pair.original,
            spun: &pair.spun,
            document: *document,
            weight: *weight,
            simulated: false,
        });
        let simulated = simulated.iter().map(|sentence| HeldOut {
            original: &sentence.original,
            spun: &sentence.spun,
            document: sentence.document,
            weight,
            simulated: true,
        });
        Ok(Examples::new(model, real.chain(simulated)))
    }

    /// The channel without the substitutions that are to be unseen, if any are. Of the
    /// pairs, those that are seen remain.
    fn partial_channel(&self, model: &Model, material: &mut Material) -> Result<Option<Channel>> {
        let (Some(lexicon), Some(spin)) = (&material.lexicon, &self.recipe.spin) else {
            return Ok(None);
        };
        let is_seen =
            |original: &[String], spun: &[String]| share_of(original, spun) >= spin.unseen;
        let lexicon = lexicon.only(&|entry| is_seen(&entry.original, &entry.spun));
        let simulated = self.simulate(material, Some(&lexicon), Part::Train, 0)?;
        let known = |word: &str| model.vocabulary.id(word).is_some();
        material.corpus.offer_pivots(&self.recipe.pivot, Some(&lexicon), known);
        material.corpus.forget(is_seen)?;
        material.corpus.add_simulated(&simulated)?;
        drop(simulated);
        let (recipe, corpus) = (&self.recipe, &material.corpus);
        let parts = &self.parts[..];
        let counting = Counting { recipe, corpus, parts, before: None, keep: false };
        let (partial, _) = channel::train(counting, &model.vocabulary, self.progress)?;
        Ok(Some(partial))
    }
}

/// A number from 0 to below 1 that is the same for all forms of a substitution, about:
/// it follows from the beginnings of the words.
fn share_of(original: &[String], spun: &[String]) -> f64 {
    let mut key = String::new();
    for word in original.iter().chain(spun) {
        key.extend(word.chars().take(4));
        key.push(' ');
    }
    xxh3_64(key.as_bytes()) as f64 / 2f64.powi(64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_are_seen_or_not_together() {
        let words = |text: &str| text.split(' ').map(str::to_owned).collect::<Vec<_>>();
        let share = |original: &str, spun: &str| share_of(&words(original), &words(spun));
        assert_eq!(share("sequence", "series"), share("sequences", "series"));
        assert_ne!(share("sequence", "series"), share("sequence", "order"));
        let number = |n: u32| share(&format!("{n}"), "x");
        let below = (0..1000).filter(|&n| number(n) < 0.4).count();
        assert!((300..500).contains(&below), "{below}");
    }
}
