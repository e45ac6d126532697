//! Beam search: from the lattice to a graph of hypotheses.
//!
//! Hypotheses that have read the same tokens and agree in the language model's
//! state have the same future, so they are one node; every way to reach it stays
//! as an edge, for the k best and for the posteriors.

use super::DecodeConfig;
use crate::lattice::features::Feature;
use crate::lattice::{Kind, Lattice};
use crate::lm::{Context, State};
use crate::model::Model;
use crate::text::vocabulary::END;
use rustc_hash::FxHasher;
use std::hash::{Hash, Hasher};

/// No edge, no choice.
pub(crate) const NONE: u32 = u32::MAX;

/// All hypotheses that have read `position` tokens and share a state.
pub(crate) struct Node {
    pub(crate) position: u16,
    state: State,
    /// Score of the best way here, and its last edge.
    pub(crate) best: f32,
    pub(crate) best_edge: u32,
    /// First edge that leads here; the others follow by [`Edge::next`].
    pub(crate) first_edge: u32,
    /// How much all ways here weigh, the best of them weighing 1, and all from here to the end.
    pub(crate) alpha: f64,
    pub(crate) beta: f64,
    /// The next node in the same bucket.
    next: u32,
}

/// A step from one node to another by a choice of the lattice.
pub(crate) struct Edge {
    pub(crate) from: u32,
    pub(crate) to: u32,
    /// The choice, [`NONE`] for the end of the sentence.
    pub(crate) choice: u32,
    /// The next edge into the same node.
    pub(crate) next: u32,
    /// log p of the choice's words, by the language model.
    pub(crate) lm: f32,
    /// What the step adds to a score.
    pub(crate) score: f32,
    /// How much the best way through this step to its end weighs beside the best way there.
    pub(crate) weight: f64,
}

/// Nodes of a sentence are looked up in so many buckets, a power of two.
const BUCKETS: usize = 1024;

/// The graph of hypotheses of one sentence; nodes and edges come in an order in
/// which every edge leads forward.
#[derive(Default)]
pub(crate) struct Graph {
    pub(crate) nodes: Vec<Node>,
    pub(crate) edges: Vec<Edge>,
    /// Nodes by position, the surviving ones first and in order of score.
    at: Vec<Vec<u32>>,
    /// The last node of each bucket.
    buckets: Vec<u32>,
    /// Log sum of the scores of all ways through the graph.
    pub(crate) total: f64,
}

impl Graph {
    /// Searches the lattice; afterwards the last node is the end of the sentence.
    pub(crate) fn search(&mut self, model: &Model, lattice: &Lattice, config: &DecodeConfig) {
        self.nodes.clear();
        self.edges.clear();
        self.buckets.clear();
        self.buckets.resize(BUCKETS, NONE);
        self.at.iter_mut().for_each(Vec::clear);
        self.at.resize_with(self.at.len().max(lattice.len() + 1), Vec::new);
        let start = self.node(0, model.lm.begin());
        self.nodes[start as usize].best = 0.0;
        // The way that changes nothing is never dropped.
        let mut untouched = start;
        for position in 0..lattice.len() {
            let mut live = std::mem::take(&mut self.at[position]);
            self.prune(&mut live, untouched, config);
            let mut next_untouched = untouched;
            for &from in &live {
                let context = model.lm.context(self.nodes[from as usize].state);
                for choice in lattice.starting_at(position) {
                    let to = self.step(model, lattice, (from, &context), choice);
                    if from == untouched && lattice.choice(choice).kind == Kind::Keep {
                        next_untouched = to;
                    }
                }
            }
            untouched = next_untouched;
            self.at[position] = live;
        }
        let mut live = std::mem::take(&mut self.at[lattice.len()]);
        self.prune(&mut live, untouched, config);
        let end = self.node(u16::MAX, model.lm.empty());
        for &from in &live {
            let context = model.lm.context(self.nodes[from as usize].state);
            let (lm, _) = model.lm.score(&context, END);
            let score = model.weights.of(Feature::Lm) * lm;
            self.edge(from, end, NONE, lm, score);
        }
        self.at[lattice.len()] = live;
    }

    /// The node at the end of the sentence.
    pub(crate) fn end(&self) -> u32 {
        self.nodes.len() as u32 - 1
    }

    /// The edges that lead to a node.
    pub(crate) fn edges_to(&self, node: u32) -> impl Iterator<Item = u32> + '_ {
        let first = self.nodes[node as usize].first_edge;
        let next = |&edge: &u32| Some(self.edges[edge as usize].next).filter(|&next| next != NONE);
        std::iter::successors(Some(first).filter(|&first| first != NONE), next)
    }

    fn step(
        &mut self,
        model: &Model,
        lattice: &Lattice,
        (from, context): (u32, &Context),
        number: u32,
    ) -> u32 {
        let choice = lattice.choice(number);
        let (mut lm, mut state) = (0.0, context.state());
        for (at, &word) in lattice.words(choice).iter().enumerate() {
            let (log, next) = match at {
                0 => model.lm.score(context, word),
                _ => model.lm.score(&model.lm.context(state), word),
            };
            (lm, state) = (lm + log, next);
        }
        let to = self.node(choice.end, state);
        let score = choice.score + model.weights.of(Feature::Lm) * lm;
        self.edge(from, to, number, lm, score);
        to
    }

    fn node(&mut self, position: u16, state: State) -> u32 {
        let mut hasher = FxHasher::default();
        position.hash(&mut hasher);
        state.hash(&mut hasher);
        let bucket = hasher.finish() as usize % BUCKETS;
        let mut found = self.buckets[bucket];
        while found != NONE {
            let node = &self.nodes[found as usize];
            if node.position == position && node.state == state {
                return found;
            }
            found = node.next;
        }
        let number = self.nodes.len() as u32;
        let next = std::mem::replace(&mut self.buckets[bucket], number);
        let (best, best_edge, first_edge) = (f32::NEG_INFINITY, NONE, NONE);
        let (alpha, beta) = (0.0, 0.0);
        let node = Node { position, state, best, best_edge, first_edge, alpha, beta, next };
        self.nodes.push(node);
        if let Some(at) = self.at.get_mut(position as usize) {
            at.push(number);
        }
        number
    }

    fn edge(&mut self, from: u32, to: u32, choice: u32, lm: f32, score: f32) {
        let number = self.edges.len() as u32;
        let best = self.nodes[from as usize].best + score;
        let node = &mut self.nodes[to as usize];
        if best > node.best {
            (node.best, node.best_edge) = (best, number);
        }
        let next = std::mem::replace(&mut node.first_edge, number);
        self.edges.push(Edge { from, to, choice, next, lm, score, weight: 0.0 });
    }

    /// Keeps the best nodes of a position, and the one that has changed nothing.
    fn prune(&self, live: &mut Vec<u32>, untouched: u32, config: &DecodeConfig) {
        let score = |node: u32| self.nodes[node as usize].best;
        live.sort_unstable_by(|&a, &b| score(b).total_cmp(&score(a)).then(a.cmp(&b)));
        let Some(&best) = live.first() else { return };
        let least = score(best) - config.beam_width;
        let mut kept = 0;
        live.retain(|&node| {
            kept += 1;
            (kept <= config.beam && score(node) >= least) || node == untouched
        });
    }
}
