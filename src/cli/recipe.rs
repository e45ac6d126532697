//! What `train` and `tune` have in common: a recipe, and the model that it makes.

use super::use_threads;
use crate::error::{Error, Result};
use crate::model::Model;
use crate::output;
use crate::progress::Progress;
use crate::trainer::{Recipe, Trainer};
use std::path::{Path, PathBuf};

#[derive(clap::Args)]
pub(super) struct RecipeArgs {
    /// A recipe (TOML); files named on the command line come on top
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Folder in which the recipe's relative paths begin [default: the recipe's own]
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// Model file to write
    #[arg(long, value_name = "FILE")]
    pub(super) output: PathBuf,
    /// Threads to work on [default: as many as the machine has]
    #[arg(long, value_name = "N", default_value_t = 0, hide_default_value = true)]
    threads: usize,
}

impl RecipeArgs {
    /// True if a recipe is named.
    pub(super) fn are_given(&self) -> bool {
        self.config.is_some()
    }

    /// A trainer that follows the recipe, or the default one, as `change` leaves it.
    pub(super) fn trainer<'p>(
        &self,
        progress: &'p dyn Progress,
        change: impl FnOnce(&mut Recipe),
    ) -> Result<Trainer<'p>> {
        output::check(&self.output)?;
        use_threads(self.threads)?;
        let mut recipe =
            self.config.as_ref().map_or_else(|| Ok(Recipe::default()), Recipe::open)?;
        change(&mut recipe);
        let own = self.config.as_deref().and_then(Path::parent).unwrap_or(Path::new(""));
        let folder = self.data.as_deref().unwrap_or(own);
        Ok(Trainer::new(recipe).folder(folder).lexicon_folder(own).progress(progress))
    }

    /// Writes the model.
    pub(super) fn save(&self, model: &Model, progress: &dyn Progress) -> Result<()> {
        progress.stage("write", None);
        model.save(&self.output)
    }
}

/// What the command line names is meant as it stands, not in the data folder.
pub(super) fn here(path: &PathBuf) -> Result<PathBuf> {
    std::path::absolute(path).map_err(|source| Error::io(path, source))
}
