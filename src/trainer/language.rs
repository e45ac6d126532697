//! The language stage: count, smooth, mix, prune, pack.

use super::recipe::{Recipe, TextSource, file_name};
use super::text::{Part, batches, number_sentences};
use crate::corpus::Sentences;
use crate::error::Result;
use crate::lm::count::Counter;
use crate::lm::estimate::{EstimateConfig, estimate};
use crate::lm::mix;
use crate::lm::model::BackoffModel;
use crate::lm::packed::{LanguageModel, Layout};
use crate::lm::prune::Entropy;
use crate::progress::{Progress, Silent};
use crate::text::Vocabulary;
use rustc_hash::FxHashMap;
use std::path::Path;

/// Held-out sentences of one file that weigh the mixture.
const MOST_HELD_OUT: usize = 2000;

/// Learns the language model: one of all text like the text to be restored and one of the
/// rest, mixed by what each says of held-out text of the first, pruned and packed. Keeps the
/// sentences of the text for models to come.
///
/// Text is counted together as far as it goes, since a model a file, mixed and pruned, has a
/// fifth more perplexity at the same size.
pub(super) fn train(
    recipe: &Recipe,
    folder: &Path,
    vocabulary: &Vocabulary,
    progress: &dyn Progress,
) -> Result<(LanguageModel, Sentences)> {
    let index = &vocabulary.index();
    let mut sentences = Sentences::default();
    let (like, other): (Vec<_>, Vec<_>) = recipe.text.iter().partition(|source| source.steers);
    let reading = Reading { recipe, folder, vocabulary, index, progress };
    let mut models: Vec<BackoffModel> = Vec::new();
    for sources in [&like, &other].into_iter().filter(|sources| !sources.is_empty()) {
        models.push(reading.model(sources, &mut sentences)?);
    }
    progress.stage("mix and prune the language model", None);
    let mut model = match models.len() {
        1 => models.remove(0),
        _ => {
            let reading = Reading { progress: &Silent, ..reading };
            mixed(&models, &reading.held_out(&like)?, progress)?
        }
    };
    if let Some(size) = recipe.language.ngrams {
        model = model.prune_entropy(Entropy::Size(size));
    }
    progress.note(&format!("n-grams by length: {:?}", model.sizes()));
    Ok((model.pack(Layout::Compact), sentences))
}

/// How files of text are read.
struct Reading<'r> {
    recipe: &'r Recipe,
    folder: &'r Path,
    vocabulary: &'r Vocabulary,
    index: &'r FxHashMap<String, u32>,
    progress: &'r dyn Progress,
}

impl Reading<'_> {
    /// The model of files, counted together.
    fn model(&self, sources: &[&TextSource], sentences: &mut Sentences) -> Result<BackoffModel> {
        let Self { recipe, progress, .. } = self;
        let config = &recipe.language;
        let mut counter = Counter::new(config.order, self.vocabulary.len())?;
        for source in sources {
            progress.stage(&format!("language model of {}", file_name(&source.path)), None);
            self.each(source, Part::Train, &mut |read| {
                for sentence in read {
                    counter.add(&sentence);
                    sentences.push(&sentence);
                }
            })?;
        }
        let prune = config.prune.clone();
        let config = EstimateConfig { prune, ..Default::default() };
        let estimate = estimate(&counter.finish()?, &config)?;
        for warning in &estimate.warnings {
            let names: Vec<_> = sources.iter().map(|source| file_name(&source.path)).collect();
            progress.note(&format!("{}: {warning}", names.join(", ")));
        }
        Ok(estimate.model)
    }

    /// Held-out sentences of files.
    fn held_out(&self, sources: &[&TextSource]) -> Result<Vec<Vec<u32>>> {
        let mut held_out = Vec::new();
        for source in sources {
            let most = held_out.len() + MOST_HELD_OUT;
            self.each(source, Part::Tune, &mut |sentences| held_out.extend(sentences))?;
            held_out.truncate(most);
        }
        Ok(held_out)
    }

    /// Gives the sentences of one part of a file to `take`.
    fn each(
        &self,
        source: &TextSource,
        part: Part,
        take: &mut dyn FnMut(Vec<Vec<u32>>),
    ) -> Result<()> {
        let strict = self.recipe.strict;
        batches(source, self.folder, part, strict, self.progress, &mut |lines| {
            take(number_sentences(&lines, self.index));
            Ok(())
        })?;
        Ok(())
    }
}

/// The models in one, evenly where nothing is held out.
fn mixed(
    models: &[BackoffModel],
    held_out: &[Vec<u32>],
    progress: &dyn Progress,
) -> Result<BackoffModel> {
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
