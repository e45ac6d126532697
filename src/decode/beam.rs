//! Beam search: from the lattice to a graph of hypotheses.
//!
//! Hypotheses that have read the same tokens and agree in the language model's
//! state have the same future, so they are one node; every way to reach it stays
//! as an edge, for the k best and for the posteriors.

use super::DecodeConfig;
use super::graph::{Graph, NONE};
use crate::lattice::features::Feature;
use crate::lattice::{Kind, Lattice};
use crate::lm::{Context, State};
use crate::model::Model;
use crate::text::vocabulary::END;
use rustc_hash::FxHasher;
use std::hash::{Hash, Hasher};

/// Nodes of a sentence are looked up in so many buckets, a power of two.
const BUCKETS: usize = 1024;

/// What a search knows of the graph's nodes.
#[derive(Default)]
pub(crate) struct Beam {
    /// The state of each node, and the next node in the same bucket.
    states: Vec<(State, u32)>,
    /// Nodes by position, the surviving ones first and in order of score.
    at: Vec<Vec<u32>>,
    /// The last node of each bucket.
    buckets: Vec<u32>,
}

impl Beam {
    /// Searches the lattice; afterwards the last node of the graph is the end of the sentence.
    pub(crate) fn search(
        &mut self,
        model: &Model,
        lattice: &Lattice,
        config: &DecodeConfig,
        graph: &mut Graph,
    ) {
        graph.clear();
        self.states.clear();
        self.buckets.clear();
        self.buckets.resize(BUCKETS, NONE);
        self.at.iter_mut().for_each(Vec::clear);
        self.at.resize_with(self.at.len().max(lattice.len() + 1), Vec::new);
        let start = self.node(graph, 0, model.lm.begin());
        graph.nodes[start as usize].best = 0.0;
        // The way that changes nothing is never dropped.
        let mut untouched = start;
        for position in 0..lattice.len() {
            let mut live = std::mem::take(&mut self.at[position]);
            prune(graph, &mut live, untouched, config);
            let mut next_untouched = untouched;
            for &from in &live {
                let context = model.lm.context(self.states[from as usize].0);
                for choice in lattice.starting_at(position) {
                    let to = self.step(model, lattice, graph, (from, &context), choice);
                    if from == untouched && lattice.choice(choice).kind == Kind::Keep {
                        next_untouched = to;
                    }
                }
            }
            untouched = next_untouched;
            self.at[position] = live;
        }
        let mut live = std::mem::take(&mut self.at[lattice.len()]);
        prune(graph, &mut live, untouched, config);
        let end = self.node(graph, u16::MAX, model.lm.empty());
        for &from in &live {
            let (lm, _) = model.lm.score(&model.lm.context(self.states[from as usize].0), END);
            graph.add_edge(from, end, NONE, lm, model.weights.of(Feature::Lm) * lm);
        }
        self.at[lattice.len()] = live;
    }

    fn step(
        &mut self,
        model: &Model,
        lattice: &Lattice,
        graph: &mut Graph,
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
        let to = self.node(graph, choice.end, state);
        let score = choice.score + model.weights.of(Feature::Lm) * lm;
        graph.add_edge(from, to, number, lm, score);
        to
    }

    fn node(&mut self, graph: &mut Graph, position: u16, state: State) -> u32 {
        let mut hasher = FxHasher::default();
        position.hash(&mut hasher);
        state.hash(&mut hasher);
        let bucket = hasher.finish() as usize % BUCKETS;
        let mut found = self.buckets[bucket];
        while found != NONE {
            let (other, next) = &self.states[found as usize];
            if graph.nodes[found as usize].position == position && *other == state {
                return found;
            }
            found = *next;
        }
        let number = graph.add_node(position);
        let next = std::mem::replace(&mut self.buckets[bucket], number);
        self.states.push((state, next));
        if let Some(at) = self.at.get_mut(position as usize) {
            at.push(number);
        }
        number
    }
}

/// Keeps the best nodes of a position, and the one that has changed nothing.
fn prune(graph: &Graph, live: &mut Vec<u32>, untouched: u32, config: &DecodeConfig) {
    let score = |node: u32| graph.nodes[node as usize].best;
    live.sort_unstable_by(|&a, &b| score(b).total_cmp(&score(a)).then(a.cmp(&b)));
    let Some(&best) = live.first() else { return };
    let least = score(best) - config.beam_width;
    let mut kept = 0;
    live.retain(|&node| {
        kept += 1;
        (kept <= config.beam && score(node) >= least) || node == untouched
    });
}
