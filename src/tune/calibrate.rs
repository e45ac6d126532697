//! How often a change of some posterior is right, and a word that is left alone: the
//! calibrator, by logistic regression.

use super::Examples;
use super::logistic::{Seen, regress};
use super::loss::Distances;
use crate::decode::confidence::{Calibrator, Kept, Standing, logit};
use crate::decode::{DecodeConfig, Graph, NONE, Search, Workspaces};
use crate::lattice::features::{Feature, Features};
use crate::lattice::{Kind, Lattice, Manner, Sentence};
use crate::model::Model;
use rayon::prelude::*;

/// A change of the best restoration.
#[derive(Clone, Copy, Debug)]
pub(super) struct Change {
    pub(super) posterior: f64,
    pub(super) rate: f32,
    pub(super) features: Features,
    pub(super) right: bool,
    pub(super) weight: f64,
}

/// How often the best restorations are right where they change a word and where they leave
/// one alone.
#[derive(Debug, Default)]
pub(crate) struct Sureness {
    pub(super) changes: Vec<Change>,
    kept: Vec<Seen<{ Kept::INPUTS }>>,
}

/// Fewer observations say too little.
const LEAST: usize = 40;
/// Pull towards believing the posteriors, in observations.
const PULL: f64 = 20.0;
/// What is surer must not become less sure.
const LEAST_SLOPE: f32 = 0.05;
/// Features that say how far a posterior holds: one that an engine's few pairs have shown does
/// more than others in a document of that engine, and less elsewhere.
const TELLING: [Feature; 3] = [Feature::Real, Feature::RealShare, Feature::RealHere];
/// What the log odds of a change depend on: the posterior's, a constant, the document's spin
/// rate and the features.
const INPUTS: usize = 3 + TELLING.len();

impl Sureness {
    /// Reads what the decoder changes and keeps in the examples of one draw; those that were not
    /// simulated count for as much as those that were, all together.
    pub(crate) fn read(&mut self, model: &Model, Examples(examples): &Examples) {
        let sentences: Vec<Sentence<'_>> =
            examples.par_iter().map(|example| example.sentence(model)).collect();
        let documents = examples.iter().map(|example| example.document).collect();
        let (config, workspaces) = (&DecodeConfig::default(), &Workspaces::default());
        let search = Search { model, config, workspaces, go_on: &|| true };
        let observe = |number: usize, manner: Manner<'_>, lattice: &Lattice, graph: &mut Graph| {
            let mut found = Self::default();
            let sentence = &sentences[number];
            found.add(model, sentence, &examples[number].original, manner, (lattice, graph));
            found
        };
        let found = search.each(&sentences, documents, observe).unwrap_or_default();
        let [mut real, mut simulated] = [Self::default(), Self::default()];
        for (found, example) in found.into_iter().zip(examples) {
            if example.simulated { &mut simulated } else { &mut real }.extend(found);
        }
        balance(&mut real.changes, &mut simulated.changes, |change| &mut change.weight);
        balance(&mut real.kept, &mut simulated.kept, |kept| &mut kept.weight);
        self.extend(real);
        self.extend(simulated);
    }

    fn extend(&mut self, other: Self) {
        self.changes.extend(other.changes);
        self.kept.extend(other.kept);
    }

    fn add(
        &mut self,
        model: &Model,
        sentence: &Sentence<'_>,
        original: &[String],
        manner: Manner<'_>,
        (lattice, graph): (&Lattice, &Graph),
    ) {
        let mut distances = Distances::new(model, sentence, original);
        let posteriors = graph.choice_posteriors(lattice);
        let standing = Standing::new(sentence, lattice, &posteriors);
        let best = graph.nbest(lattice, 1).into_iter().flat_map(|path| path.choices);
        for number in best.filter(|&choice| choice != NONE) {
            let choice = lattice.choice(number);
            let posterior = posteriors[number as usize];
            let features = sentence.features(model, choice, manner);
            match choice.kind {
                Kind::Small | Kind::Attached => {}
                Kind::Keep if sentence.is_mark(choice.span().start) => {}
                Kind::Keep => {
                    let at = choice.span().start;
                    let inputs = Kept::inputs(standing.word(at, posterior), manner, &features);
                    let right = distances.stands(at);
                    self.kept.push(Seen { inputs, right, weight: 1.0 });
                }
                _ => {
                    let right = distances.is_right(lattice, number);
                    let rate = manner.rate;
                    self.changes.push(Change { posterior, rate, features, right, weight: 1.0 });
                }
            }
        }
    }
}

/// Makes the few weigh as much as the many, all together.
fn balance<T>(a: &mut [T], b: &mut [T], weight: impl Fn(&mut T) -> &mut f64) {
    let (few, many) = if a.len() < b.len() { (a, b) } else { (b, a) };
    let share = many.len() as f64 / few.len().max(1) as f64;
    few.iter_mut().for_each(|one| *weight(one) = share);
}

impl Sureness {
    /// Learns the calibrator.
    pub(super) fn fit(&self) -> Calibrator {
        let mut calibrator = Calibrator::default();
        if self.changes.len() >= LEAST {
            let seen = self.changes.iter().map(|change| Seen {
                inputs: inputs(change),
                right: change.right,
                weight: change.weight,
            });
            let weights = regress(&seen.collect::<Vec<_>>(), believe(), PULL);
            calibrator.slope = (weights[0] as f32).max(LEAST_SLOPE);
            [calibrator.offset, calibrator.rate] = [weights[1] as f32, weights[2] as f32];
            for (feature, weight) in TELLING.into_iter().zip(&weights[3..]) {
                calibrator.features.0[feature as usize] = *weight as f32;
            }
        }
        if self.kept.len() >= LEAST {
            let weights = regress(&self.kept, believe(), PULL).map(|weight| weight as f32);
            calibrator.kept = rising(weights);
        }
        calibrator
    }
}

/// What is surer never becomes less sure.
fn rising(mut weights: [f32; Kept::INPUTS]) -> Kept {
    weights[0] = weights[0].max(LEAST_SLOPE);
    let mut slope = weights[0];
    for bend in &mut weights[Kept::BENDS] {
        *bend = bend.max(LEAST_SLOPE - slope);
        slope += *bend;
    }
    Kept(weights)
}

/// The weights that believe every posterior.
fn believe<const N: usize>() -> [f64; N] {
    std::array::from_fn(|input| f64::from(u8::from(input == 0)))
}

fn inputs(change: &Change) -> [f64; INPUTS] {
    let [real, share, here] = TELLING.map(|feature| f64::from(change.features[feature]));
    [logit(change.posterior), 1.0, f64::from(change.rate), real, share, here]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decode::confidence::Alone;

    fn of(changes: &[Change]) -> Calibrator {
        Sureness { changes: changes.to_vec(), kept: Vec::new() }.fit()
    }

    #[test]
    fn learns_that_half_is_right() {
        // Of changes with a posterior of 0.9 six in ten are right, of 0.6 three in ten.
        let features = Features::default();
        let change =
            |posterior, right| Change { posterior, rate: 0.0, features, right, weight: 1.0 };
        let changes: Vec<Change> = (0..20_000)
            .map(|i| if i % 2 == 0 { change(0.9, i % 20 < 12) } else { change(0.6, i % 20 < 6) })
            .collect();
        let calibrator = of(&changes);
        assert!((calibrator.confidence(0.9, 0.0, &features) - 0.6).abs() < 0.01, "{calibrator:?}");
        assert!((calibrator.confidence(0.6, 0.0, &features) - 0.3).abs() < 0.01, "{calibrator:?}");
        assert_eq!(of(&changes[..10]), Calibrator::default());
    }

    #[test]
    fn surer_stays_surer() {
        let word = |posterior| Alone { posterior, bare: false, changed: 0.0 };
        let (manner, features) = (Manner::default(), Features::default());
        // Of the words left alone with the surest posteriors fewer are the author's.
        let seen = |posterior, right| {
            let inputs = Kept::inputs(word(posterior), manner, &features);
            Seen { inputs, right, weight: 1.0 }
        };
        let kept = (0..4000)
            .map(|i| if i % 2 == 0 { seen(0.99, i % 10 < 4) } else { seen(0.6, i % 10 < 8) })
            .collect();
        let calibrator = Sureness { changes: Vec::new(), kept }.fit();
        let sure = |posterior| calibrator.kept.confidence(word(posterior), manner, &features);
        let steps = [0.2, 0.5, 0.6, 0.9, 0.96, 0.99, 0.999].map(sure);
        assert!(steps.windows(2).all(|pair| pair[0] < pair[1]), "{steps:?}");
    }

    #[test]
    fn learns_what_really_spun_sentences_show() {
        // Of changes with the same posterior those are right that the document's engine has
        // shown before.
        let features = |shown: bool| {
            let mut features = Features::default();
            (features[Feature::Real], features[Feature::RealShare]) = (f32::from(shown), 1.0);
            features[Feature::RealHere] = f32::from(shown);
            features
        };
        let change = |shown, right| Change {
            posterior: 0.5,
            rate: 0.0,
            features: features(shown),
            right,
            weight: 1.0,
        };
        let changes: Vec<Change> = (0..4000)
            .map(|i| change(i % 2 == 0, i % 10 < if i % 2 == 0 { 8 } else { 2 }))
            .collect();
        let calibrator = of(&changes);
        assert!(
            (calibrator.confidence(0.5, 0.0, &features(true)) - 0.8).abs() < 0.02,
            "{calibrator:?}"
        );
        assert!(
            (calibrator.confidence(0.5, 0.0, &features(false)) - 0.2).abs() < 0.02,
            "{calibrator:?}"
        );
    }
}
