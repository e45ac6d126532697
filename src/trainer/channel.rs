//! The channel stage: align, extract, count, score.

use super::pairs::WordPair;
use super::recipe::Recipe;
use crate::align::Aligner;
use crate::channel::counts::{PhraseCounts, Source};
use crate::channel::extract::{Limits, extract};
use crate::channel::{Channel, score};
use crate::error::Result;
use crate::progress::Progress;
use crate::spin::SpunSentence;
use crate::text::token::words;
use rustc_hash::FxHashMap;

type Numbered = (Vec<u32>, Vec<u32>);

/// Learns the channel from real pairs, lists and simulated pairs.
pub(super) fn train(
    recipe: &Recipe,
    index: &FxHashMap<String, u32>,
    pairs: &[WordPair],
    simulated: &[SpunSentence],
    progress: &dyn Progress,
) -> Result<Channel> {
    todo!()
}
