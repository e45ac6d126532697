//! `train`: the trainer.

use crate::errors::raised;
use crate::model::Model;
use crate::parts::Asked;
use crate::progress::{Interruptible, Warnings};
use crate::work;
use pyo3::prelude::*;
use std::path::PathBuf;
use unspin::{Recipe, Trainer};

/// A model, and what was passed over.
#[pyfunction]
#[pyo3(name = "_train")]
#[pyo3(signature = (pairs, text, dev, recipe, data, base, threads, parts))]
#[allow(clippy::too_many_arguments)]
pub(crate) fn train(
    py: Python<'_>,
    pairs: Vec<PathBuf>,
    text: Vec<PathBuf>,
    dev: Vec<PathBuf>,
    recipe: Option<PathBuf>,
    data: Option<PathBuf>,
    base: Option<Py<Model>>,
    threads: Option<usize>,
    parts: Option<Py<PyAny>>,
) -> PyResult<(Model, Vec<String>)> {
    let warnings = Warnings::default();
    let base = base.map(|base| base.get().model.clone());
    let parts = parts.map(Asked::new);
    let model = work::run(py, threads, |going| {
        let progress = Interruptible::new(going, &warnings);
        let own = recipe.as_deref().and_then(std::path::Path::parent).unwrap_or("".as_ref());
        let folder = data.as_deref().unwrap_or(own);
        let recipe = recipe.as_ref().map_or_else(|| Ok(Recipe::default()), Recipe::open)?;
        let trainer = Trainer::new(recipe).folder(folder).lexicon_folder(own);
        let mut trainer = trainer.progress(&progress);
        if let Some(base) = base {
            trainer = trainer.base(base);
        }
        // What the call names is meant as it stands, not in the data folder.
        let here = |path: PathBuf| std::path::absolute(&path).unwrap_or(path);
        trainer = pairs.into_iter().fold(trainer, |trainer, path| trainer.pairs(here(path)));
        trainer = text.into_iter().fold(trainer, |trainer, path| trainer.text(here(path)));
        trainer = dev.into_iter().fold(trainer, |trainer, path| trainer.dev(here(path)));
        if let Some(parts) = &parts {
            trainer = trainer.parts(parts);
        }
        trainer.train()
    })?;
    if let Some(raised) = parts.as_ref().and_then(Asked::take_raised) {
        return Err(raised);
    }
    Ok((Model::made(model.map_err(raised)?), warnings.into_inner()))
}
