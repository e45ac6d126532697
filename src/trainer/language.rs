//! The language stage: count, smooth, mix, prune, pack.

use super::recipe::{Recipe, TextSource};
use super::text::{Part, batches, number_sentences};
use crate::corpus::Sentences;
use crate::error::Result;
use crate::lm::count::Counter;
use crate::lm::estimate::{EstimateConfig, estimate};
use crate::lm::mix;
use crate::lm::model::BackoffModel;
use crate::lm::packed::{LanguageModel, Layout};
use crate::lm::prune::Entropy;
use crate::progress::Progress;
use crate::text::Vocabulary;
use rustc_hash::FxHashMap;
use std::path::Path;

/// Held-out sentences of one file that weigh the mixture.
const MOST_HELD_OUT: usize = 2000;

/// Learns the language model: a model a file, mixed by what each says of held-out
/// text of all of them (breadth beats volume), pruned and packed. Keeps the sentences
/// of the text for models to come.
pub(super) fn train(
    recipe: &Recipe,
    folder: &Path,
    vocabulary: &Vocabulary,
    progress: &dyn Progress,
) -> Result<(LanguageModel, Sentences)> {
    let index = &vocabulary.index();
    let mut sentences = Sentences::default();
    let mut models: Vec<BackoffModel> = Vec::new();
    let mut held_out: Vec<Vec<u32>> = Vec::new();
    for source in &recipe.text {
        let model = of_file(recipe, source, folder, vocabulary, index, &mut sentences, progress)?;
        models.push(model);
        if !source.steers {
            continue;
        }
        let mut kept = 0;
        batches(
            source,
            folder,
            Part::Tune,
            recipe.strict,
            &crate::progress::Silent,
            &mut |lines| {
                let mut sentences = number_sentences(&lines, index);
                sentences.truncate(MOST_HELD_OUT - kept);
                kept += sentences.len();
                held_out.extend(sentences);
                Ok(())
            },
        )?;
    }
    progress.stage("mix and prune the language model", None);
    let mut model = mixed(models, &held_out, progress)?;
    if let Some(size) = recipe.language.ngrams {
        model = model.prune_entropy(Entropy::Size(size));
    }
    progress.note(&format!("n-grams by length: {:?}", model.sizes()));
    Ok((model.pack(Layout::Compact), sentences))
}

fn of_file(
    recipe: &Recipe,
    source: &TextSource,
    folder: &Path,
    vocabulary: &Vocabulary,
    index: &FxHashMap<String, u32>,
    sentences: &mut Sentences,
    progress: &dyn Progress,
) -> Result<BackoffModel> {
    let config = &recipe.language;
    let name = source.path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    progress.stage(&format!("language model of {name}"), None);
    let mut counter = Counter::new(config.order, vocabulary.len())?;
    batches(source, folder, Part::Train, recipe.strict, progress, &mut |lines| {
        for sentence in number_sentences(&lines, index) {
            counter.add(&sentence);
            sentences.push(&sentence);
        }
        Ok(())
    })?;
    let prune = config.prune.clone();
    let estimate = estimate(&counter.finish()?, &EstimateConfig { prune, ..Default::default() })?;
    for warning in &estimate.warnings {
        progress.note(&format!("{name}: {warning}"));
    }
    Ok(estimate.model)
}

/// One model is itself; several are mixed evenly where nothing is held out.
fn mixed(
    mut models: Vec<BackoffModel>,
    held_out: &[Vec<u32>],
    progress: &dyn Progress,
) -> Result<BackoffModel> {
    if models.len() == 1
        && let Some(model) = models.pop()
    {
        return Ok(model);
    }
    let models: Vec<&BackoffModel> = models.iter().collect();
    let weights = if held_out.is_empty() {
        vec![1.0 / models.len() as f64; models.len()]
    } else {
        let (weights, perplexity) = mix::weights(&models, held_out)?;
        progress
            .note(&format!("mixture weights {weights:.3?}, held-out perplexity {perplexity:.1}"));
        weights
    };
    mix::mix(&models, &weights)
}
