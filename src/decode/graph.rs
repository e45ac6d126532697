//! The graph of hypotheses that a search leaves.

use crate::lattice::Lattice;
use crate::lattice::features::Feature;
use crate::model::Model;

/// No edge, no choice.
pub(crate) const NONE: u32 = u32::MAX;

/// All hypotheses that have read `position` tokens and share a state.
#[derive(Clone)]
pub(crate) struct Node {
    pub(crate) position: u16,
    /// Score of the best way here, and its last edge.
    pub(crate) best: f32,
    pub(crate) best_edge: u32,
    /// First edge that leads here; the others follow by [`Edge::next`].
    pub(crate) first_edge: u32,
    /// How much all ways here weigh, the best of them weighing 1, and all from here to the end.
    pub(crate) alpha: f64,
    pub(crate) beta: f64,
}

/// A step from one node to another by a choice of the lattice.
#[derive(Clone)]
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

/// The graph of hypotheses of one sentence; nodes and edges come in an order in
/// which every edge leads forward.
#[derive(Clone, Default)]
pub(crate) struct Graph {
    pub(crate) nodes: Vec<Node>,
    pub(crate) edges: Vec<Edge>,
    /// Log sum of the scores of all ways through the graph.
    pub(crate) total: f64,
}

impl Graph {
    pub(crate) fn clear(&mut self) {
        self.nodes.clear();
        self.edges.clear();
    }

    /// Adds a node that no edge leads to yet.
    pub(crate) fn add_node(&mut self, position: u16) -> u32 {
        let (best, best_edge, first_edge) = (f32::NEG_INFINITY, NONE, NONE);
        self.nodes.push(Node { position, best, best_edge, first_edge, alpha: 0.0, beta: 0.0 });
        self.nodes.len() as u32 - 1
    }

    pub(crate) fn add_edge(&mut self, from: u32, to: u32, choice: u32, lm: f32, score: f32) {
        let number = self.edges.len() as u32;
        let best = self.nodes[from as usize].best + score;
        let node = &mut self.nodes[to as usize];
        if best > node.best {
            (node.best, node.best_edge) = (best, number);
        }
        let next = std::mem::replace(&mut node.first_edge, number);
        self.edges.push(Edge { from, to, choice, next, lm, score, weight: 0.0 });
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

    /// The graph without the ways that lead nowhere, once it has its posteriors.
    pub(crate) fn living(&self) -> Self {
        let ends = [0, self.end()];
        let lives = |node: u32| self.nodes[node as usize].beta > 0.0 || ends.contains(&node);
        let edges = || self.edges.iter().filter(|edge| lives(edge.from) && lives(edge.to));
        let nodes = || (0..=self.end()).filter(|&node| lives(node));
        let mut living = Self {
            nodes: Vec::with_capacity(nodes().count()),
            edges: Vec::with_capacity(edges().count()),
            total: self.total,
        };
        let mut numbers = vec![NONE; self.nodes.len()];
        for node in nodes() {
            numbers[node as usize] = living.add_node(self.nodes[node as usize].position);
        }
        living.nodes[0].best = self.nodes[0].best;
        for edge in edges() {
            let [from, to] = [edge.from, edge.to].map(|node| numbers[node as usize]);
            living.add_edge(from, to, edge.choice, edge.lm, edge.score);
        }
        living
    }

    /// Scores the steps anew, after the lattice's choices were: what the language model says of
    /// them stays as it is.
    pub(crate) fn rescore(&mut self, model: &Model, lattice: &Lattice) {
        for edge in &mut self.edges {
            edge.score = model.weights.of(Feature::Lm) * edge.lm;
            if edge.choice != NONE {
                edge.score += lattice.choice(edge.choice).score;
            }
        }
        self.find_best();
    }

    /// Finds the best ways by the scores that steps have now.
    pub(crate) fn find_best(&mut self) {
        for node in &mut self.nodes[1..] {
            (node.best, node.best_edge) = (f32::NEG_INFINITY, NONE);
        }
        for (number, edge) in self.edges.iter().enumerate() {
            let score = self.nodes[edge.from as usize].best + edge.score;
            let to = &mut self.nodes[edge.to as usize];
            if score > to.best {
                (to.best, to.best_edge) = (score, number as u32);
            }
        }
    }
}
