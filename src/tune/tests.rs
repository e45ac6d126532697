//! The gradient held against differences of the objective.

use super::*;
use crate::decode::tests::MODEL;

fn examples() -> Vec<Example> {
    let pairs = [
        ("But customers did not want it.", "However clients did not need it."),
        ("According to the report, costs fell.", "In keeping with the report, prices fell."),
        ("They said it was hard.", "They said it was hard."),
    ];
    let of = |(number, (original, spun)): (usize, &(&str, &str))| {
        example(
            &HeldOut { original, spun, document: 0, weight: 1.0 + number as f64, simulated: false },
            0,
        )
    };
    pairs.iter().enumerate().filter_map(of).collect()
}

fn total(model: &Model, config: &TuneConfig) -> Pass {
    let manner = Manner { rate: 0.5, ..Manner::default() };
    let workspaces = Workspaces::default();
    let of = |e: &Example| workspaces.with(|with| of_example(model, e, manner, config, with));
    examples().iter().map(of).fold(Pass::new(), |sum, pass| sum.add(&pass))
}

#[test]
fn the_gradient_is_the_slope_of_the_objective() {
    let config = TuneConfig { beam: 1000, ..TuneConfig::default() };
    let gradient = total(&MODEL, &config).gradient;
    let step = 0.01;
    for feature in 0..FEATURES {
        let at = |by: f32| {
            let mut model = MODEL.clone();
            model.weights.0[feature] += by;
            total(&model, &config).objective
        };
        let slope = (at(step) - at(-step)) / (2.0 * f64::from(step));
        let found = gradient[feature];
        let bound = 0.02 * (1.0 + slope.abs());
        assert!((found - slope).abs() < bound, "feature {feature}: {found} but slope {slope}");
    }
}

#[test]
fn weights_learn_to_mend() {
    let mut model = MODEL.clone();
    model.weights = Weights::default();
    let file = std::fs::read_to_string("training/sample/dev.tsv").expect("the sample corpus");
    let pairs = file.lines().map(|line| {
        let mut columns = line.split('\t');
        let mut next = || columns.next().unwrap_or_default();
        HeldOut { original: next(), spun: next(), document: 0, weight: 1.0, simulated: false }
    });
    let mut reductions = Vec::new();
    let examples = Examples::new(&MODEL, pairs);
    let config = TuneConfig::default();
    tune(&model, &examples, &config, &mut |_, reduction| reductions.push(reduction));
    assert!(reductions[reductions.len() - 1] > reductions[0], "{reductions:?}");
}
