//! How sure a restoration must be before a word is touched.

use crate::error::Result;
use crate::model::Model;

#[derive(clap::Args)]
pub(super) struct SurenessArgs {
    /// Leave a word alone where its restoration is less likely than this, or than 0.3
    #[arg(long, value_name = "P", default_value_t = 0.0, value_parser = probability)]
    min_confidence: f64,
    /// Leave so many words alone that this share of the restored ones is right, as held-out
    /// text says
    #[arg(long, value_name = "P", value_parser = probability, conflicts_with = "min_confidence")]
    precision: Option<f64>,
    /// Give the restoration of least expected word error instead of the likeliest
    #[arg(long)]
    pub(super) least_risk: bool,
}

impl SurenessArgs {
    /// The least confidence that is asked for.
    pub(super) fn least(&self, model: &Model) -> Result<f64> {
        match self.precision {
            Some(precision) => model.confidence_for(precision),
            None => Ok(self.min_confidence),
        }
    }
}

pub(super) fn probability(text: &str) -> std::result::Result<f64, String> {
    match text.parse::<f64>() {
        Ok(value) if (0.0..=1.0).contains(&value) => Ok(value),
        _ => Err("expected a number from 0 to 1".into()),
    }
}
