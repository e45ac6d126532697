//! Many lines at once: their sentences in parallel, results in order.

use super::line::{self, SentenceResult};
use super::{Decoder, Restored, Worker};
use crate::text::{Token, sentences, tokenize};
use rayon::prelude::*;
use std::ops::Range;

impl Decoder<'_> {
    /// Restores lines on rayon's threads, a sentence at a time; results come in
    /// the order of the lines and do not depend on the number of threads.
    pub fn decode_batch<L: AsRef<str> + Sync>(&self, lines: &[L]) -> Vec<Restored> {
        let split = |line: &L| {
            let tokens = tokenize(line.as_ref());
            let ranges = sentences(line.as_ref(), &tokens);
            (tokens, ranges)
        };
        let plans: Vec<(Vec<Token>, Vec<Range<usize>>)> = lines.par_iter().map(split).collect();
        let plan = |(number, (_, ranges)): (usize, &(_, Vec<Range<usize>>))| {
            ranges.iter().map(move |range| (number, range.clone())).collect::<Vec<_>>()
        };
        let tasks: Vec<(usize, Range<usize>)> = plans.iter().enumerate().flat_map(plan).collect();
        let decode = |worker: &mut Worker<'_>, (number, range): &(usize, Range<usize>)| {
            worker.sentence(lines[*number].as_ref(), &plans[*number].0[range.clone()])
        };
        let results: Vec<SentenceResult> =
            tasks.par_iter().map_init(|| self.worker(), decode).collect();
        let mut results = results.into_iter();
        let assemble = |(line, (_, ranges)): (&L, &(_, Vec<Range<usize>>))| {
            let sentences = results.by_ref().take(ranges.len()).collect();
            line::assemble(line.as_ref(), sentences, self.config.nbest)
        };
        lines.iter().zip(&plans).map(assemble).collect()
    }
}
