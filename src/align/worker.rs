//! One pair at a time: anchors, gaps, and the posteriors of both directions.

use super::AlignConfig;
use super::anchor::{Gap, Matcher, gaps};
use super::hmm::{Hmm, JumpSums, Transitions};
use super::lexicon::{ChunkCounts, Entry, Lexicon};
use super::links::decode;
use super::model1::{self, TENSION};
use super::symmetrize::Link;
use ndarray::{ArrayView2, ArrayViewMut2};

/// A gap with more words on a side is cut along its diagonal.
pub(crate) const LONGEST_GAP: usize = 128;

/// What a pass over the pairs knows. Of two directions, spun words choose originals in
/// the first and originals choose spun words in the second.
pub(crate) struct Model {
    pub(crate) config: AlignConfig,
    pub(crate) lexicon: Lexicon,
    /// None: Model 1 is at work.
    pub(crate) transitions: Option<[Transitions; 2]>,
}

/// Aligns pairs, one after the other; cheap to make, cheaper to keep.
pub struct AlignWorker<'m> {
    model: &'m Model,
    matcher: Matcher,
    hmm: Hmm,
    anchors: Vec<Link>,
    gaps: Vec<Gap>,
    original: Vec<Entry>,
    spun: Vec<Entry>,
    /// Matrices of the gap under work, by direction, row after row.
    emission: [Vec<f32>; 2],
    posterior: [Vec<f32>; 2],
}

impl<'m> AlignWorker<'m> {
    pub(crate) fn new(model: &'m Model) -> Self {
        Self {
            model,
            matcher: Matcher::default(),
            hmm: Hmm::default(),
            anchors: Vec::new(),
            gaps: Vec::new(),
            original: Vec::new(),
            spun: Vec::new(),
            emission: Default::default(),
            posterior: Default::default(),
        }
    }

    /// Sets `links` to those of a pair, as (original, spun) word indices, sorted. Words
    /// past the first 65,535 of a side have none.
    pub fn align(&mut self, original: &[u32], spun: &[u32], links: &mut Vec<(u16, u16)>) {
        self.cut(original, spun);
        links.clone_from(&self.anchors);
        let config = &self.model.config;
        let gaps = std::mem::take(&mut self.gaps);
        for gap in &gaps {
            let from = links.len();
            if let Some([forward, backward]) = self.posteriors(original, spun, gap, None) {
                decode(config, forward, backward, links);
            }
            for (i, j) in &mut links[from..] {
                *i += gap.original.start as u16;
                *j += gap.spun.start as u16;
            }
        }
        self.gaps = gaps;
        links.sort_unstable();
    }

    /// Adds the expected counts of a pair.
    pub(crate) fn count(
        &mut self,
        (original, spun): (&[u32], &[u32]),
        counts: &mut ChunkCounts,
        jumps: &mut [JumpSums; 2],
    ) {
        self.cut(original, spun);
        let gaps = std::mem::take(&mut self.gaps);
        let prune = self.model.config.prune;
        for gap in &gaps {
            let posteriors = self.posteriors(original, spun, gap, Some(jumps));
            let Some([forward, backward]) = posteriors else { continue };
            for ((j, i), probability) in forward.indexed_iter() {
                let agreed = probability * backward[[i, j]];
                if agreed >= prune {
                    counts.add(original[gap.original.start + i], spun[gap.spun.start + j], agreed);
                }
            }
        }
        self.gaps = gaps;
    }

    /// Calls `word` with every word that stands in a gap.
    pub(crate) fn words_in_gaps(&mut self, original: &[u32], spun: &[u32], word: impl FnMut(u32)) {
        self.cut(original, spun);
        let words = self
            .gaps
            .iter()
            .flat_map(|gap| original[gap.original.clone()].iter().chain(&spun[gap.spun.clone()]));
        words.copied().for_each(word);
    }

    /// Sets the anchors of a pair and the gaps between them.
    fn cut(&mut self, original: &[u32], spun: &[u32]) {
        self.matcher.common(original, spun, &mut self.anchors);
        let copies = 2.0 * self.anchors.len() as f32;
        if copies < self.model.config.anchor_share * (original.len() + spun.len()) as f32 {
            self.anchors.clear();
        }
        gaps(original.len(), spun.len(), &self.anchors, &mut self.gaps);
        let long = |gap: &Gap| gap.original.len().max(gap.spun.len()) > LONGEST_GAP;
        if self.gaps.iter().any(long) {
            self.gaps = self.gaps.iter().flat_map(|gap| gap.pieces(LONGEST_GAP)).collect();
        }
    }

    /// The posteriors of a gap's links: spun x original where spun words choose,
    /// original x spun where originals do. None if a side is empty.
    fn posteriors(
        &mut self,
        original: &[u32],
        spun: &[u32],
        gap: &Gap,
        mut jumps: Option<&mut [JumpSums; 2]>,
    ) -> Option<[ArrayView2<'_, f32>; 2]> {
        let (o, s) = (gap.original.len(), gap.spun.len());
        if o == 0 || s == 0 {
            return None;
        }
        let Model { config, lexicon, transitions } = self.model;
        self.original.clear();
        self.spun.clear();
        let (original, spun) = (&original[gap.original.clone()], &spun[gap.spun.clone()]);
        self.original.extend(original.iter().map(|&word| lexicon.entry(word)));
        self.spun.extend(spun.iter().map(|&word| lexicon.entry(word)));
        let shapes = [(s, o), (o, s)];
        for matrix in self.emission.iter_mut().chain(&mut self.posterior) {
            matrix.resize(o * s, 0.0);
        }
        for (i, original) in self.original.iter().enumerate() {
            for (j, spun) in self.spun.iter().enumerate() {
                let [forward, backward] = lexicon.ratios(original, spun);
                self.emission[0][j * o + i] = forward;
                self.emission[1][i * s + j] = backward;
            }
        }
        for (direction, (words, states)) in shapes.into_iter().enumerate() {
            let shape = (words, states);
            let emission = ArrayView2::from_shape(shape, &self.emission[direction][..]).ok()?;
            let posterior = &mut self.posterior[direction][..];
            let posterior = ArrayViewMut2::from_shape(shape, posterior).ok()?;
            let empty = if self.anchors.is_empty() {
                config.empty
            } else {
                let spare = words.saturating_sub(states) as f32 / words as f32;
                config.gap_empty + (1.0 - config.gap_empty) * config.spare_empty * spare
            };
            let Some(transitions) = transitions else {
                model1::posteriors(emission, empty, TENSION, posterior);
                continue;
            };
            let transition = transitions[direction].of(states);
            let jumps = jumps.as_deref_mut().map(|jumps| &mut jumps[direction]);
            self.hmm.posteriors(emission, transition, empty, posterior, jumps);
        }
        let [forward, backward] = &self.posterior;
        Some([
            ArrayView2::from_shape(shapes[0], &forward[..]).ok()?,
            ArrayView2::from_shape(shapes[1], &backward[..]).ok()?,
        ])
    }
}
