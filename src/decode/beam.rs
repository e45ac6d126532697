//! Beam search: from the lattice to a graph of hypotheses.
//!
//! Hypotheses that have read the same tokens and agree in the language model's
//! state have the same future, so they are one node; every way to reach it stays
//! as an edge, for the k best and for the posteriors.

use super::DecodeConfig;
use crate::lattice::features::Feature;
use crate::lattice::{Kind, Lattice};
use crate::lm::State;
use crate::model::Model;
use crate::text::vocabulary::END;
use rustc_hash::FxHashMap;

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
    /// Log sum of the scores of all ways here, and from here to the end.
    pub(crate) alpha: f64,
    pub(crate) beta: f64,
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
}

/// The graph of hypotheses of one sentence; nodes and edges come in an order in
/// which every edge leads forward.
#[derive(Default)]
pub(crate) struct Graph {
    pub(crate) nodes: Vec<Node>,
    pub(crate) edges: Vec<Edge>,
    /// Nodes by position, the surviving ones first and in order of score.
    at: Vec<Vec<u32>>,
    numbers: FxHashMap<(u16, State), u32>,
}

impl Graph {
    /// Searches the lattice; afterwards the last node is the end of the sentence.
    pub(crate) fn search(&mut self, model: &Model, lattice: &Lattice, config: &DecodeConfig) {
        self.nodes.clear();
        self.edges.clear();
        self.numbers.clear();
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
                for choice in lattice.starting_at(position) {
                    let to = self.step(model, lattice, from, choice);
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
            let (lm, _) = model.lm.score(&self.nodes[from as usize].state, END);
            let score = model.weights.of(Feature::Lm) * lm;
            self.edge(Edge { from, to: end, choice: NONE, next: NONE, lm, score });
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

    fn step(&mut self, model: &Model, lattice: &Lattice, from: u32, number: u32) -> u32 {
        let choice = lattice.choice(number);
        let mut state = self.nodes[from as usize].state;
        let mut lm = 0.0;
        for &word in lattice.words(choice) {
            let (log, next) = model.lm.score(&state, word);
            lm += log;
            state = next;
        }
        let to = self.node(choice.end, state);
        let score = choice.score + model.weights.of(Feature::Lm) * lm;
        self.edge(Edge { from, to, choice: number, next: NONE, lm, score });
        to
    }

    fn node(&mut self, position: u16, state: State) -> u32 {
        let next = self.nodes.len() as u32;
        let number = *self.numbers.entry((position, state)).or_insert(next);
        if number == next {
            let (best, alpha) = (f32::NEG_INFINITY, f64::NEG_INFINITY);
            let (best_edge, first_edge) = (NONE, NONE);
            self.nodes.push(Node {
                position,
                state,
                best,
                best_edge,
                first_edge,
                alpha,
                beta: alpha,
            });
            if let Some(at) = self.at.get_mut(position as usize) {
                at.push(number);
            }
        }
        number
    }

    fn edge(&mut self, mut edge: Edge) {
        let number = self.edges.len() as u32;
        let score = self.nodes[edge.from as usize].best + edge.score;
        let to = &mut self.nodes[edge.to as usize];
        if score > to.best {
            to.best = score;
            to.best_edge = number;
        }
        edge.next = to.first_edge;
        to.first_edge = number;
        self.edges.push(edge);
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
