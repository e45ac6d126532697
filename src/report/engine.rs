//! Which family of engines writes what stands in the text.

use super::article::Article;
use crate::channel::FAMILIES;
use crate::model::Model;
use crate::text::token::words;

/// What a change says is not independent of what another says: the share of its
/// log-likelihood that is believed, as in the decoder.
const TEMPER: f64 = 0.3;
/// Fewer changes tell nothing.
const LEAST: usize = 5;

/// The number of the likeliest family and its probability.
pub(super) fn likely(model: &Model, articles: &[&Article]) -> Option<(usize, f64)> {
    let mut sums = [0.0; FAMILIES];
    let mut seen = 0;
    let lines = articles.iter().flat_map(|article| &article.lines);
    for edit in lines.flat_map(|line| &line.restored.edits) {
        let Some(logs) = logs(model, &edit.spun, &edit.original) else {
            continue;
        };
        seen += 1;
        for (sum, log) in sums.iter_mut().zip(logs) {
            *sum += edit.probability * f64::from(log);
        }
    }
    let (family, most) = sums.iter().copied().enumerate().max_by(|a, b| a.1.total_cmp(&b.1))?;
    let all: f64 = sums.iter().map(|sum| (TEMPER * (sum - most)).exp()).sum();
    (seen >= LEAST).then_some((family, 1.0 / all))
}

/// How likely the change is in texts of each family.
fn logs(model: &Model, spun: &str, original: &str) -> Option<[f32; FAMILIES]> {
    let ids = |text: &str| {
        let ids = words(text).into_iter().map(|word| model.vocabulary.id(&word));
        ids.collect::<Option<Vec<u32>>>()
    };
    let node = model.channel.find(&ids(spun)?)?;
    let original = ids(original)?;
    let same = |&candidate: &usize| model.channel.original(candidate).eq(original.iter().copied());
    let candidate = model.channel.candidates(node).find(same)?;
    Some(model.channel.restore_by_family(candidate))
}
