//! The k best ways through the graph, exactly and without repeating a string.
//!
//! A search backwards from the end in which the score of the best way to a node,
//! which the beam search has left there, is what a way to the start still costs:
//! a perfect heuristic, so that ways come out in order of score (Soong & Huang
//! 1991).

use super::graph::{Graph, NONE};
use crate::lattice::{Kind, Lattice};
use std::cmp::Ordering;
use std::collections::{BinaryHeap, HashSet};

/// One way through the graph.
pub(crate) struct Path {
    pub(crate) score: f32,
    /// Choices from first to last.
    pub(crate) choices: Vec<u32>,
}

/// Ways that were looked at without yielding a new string before giving up, for
/// each one that is wanted.
const PATIENCE: usize = 64;

/// A way from some node to the end.
struct Partial {
    /// Score of the best whole way that ends in this one.
    score: f32,
    /// Score from the node to the end.
    behind: f32,
    node: u32,
    /// The edge after the node, and the partial way that it was put before.
    edge: u32,
    rest: u32,
    number: u32,
}

impl PartialEq for Partial {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}
impl Eq for Partial {}
impl PartialOrd for Partial {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}
impl Ord for Partial {
    fn cmp(&self, other: &Self) -> Ordering {
        self.score.total_cmp(&other.score).then(other.number.cmp(&self.number))
    }
}

impl Graph {
    /// The `k` best restorations, best first; fewer where there are fewer. Ways
    /// that write the same words count as one, the best of them.
    pub(crate) fn nbest(&self, lattice: &Lattice, k: usize) -> Vec<Path> {
        let mut heap = BinaryHeap::new();
        // Edge and rest of every partial way that was taken from the heap.
        let mut links: Vec<(u32, u32)> = Vec::new();
        let mut paths: Vec<Path> = Vec::new();
        let mut seen = HashSet::new();
        let mut made = 0;
        let end = self.end();
        let score = self.nodes[end as usize].best;
        heap.push(Partial { score, behind: 0.0, node: end, edge: NONE, rest: NONE, number: 0 });
        let mut finished = 0;
        while let Some(partial) = heap.pop() {
            let link = links.len() as u32;
            links.push((partial.edge, partial.rest));
            if partial.node == 0 {
                let choices = self.unroll(&links, link);
                finished += 1;
                if seen.insert(writing(lattice, &choices)) {
                    paths.push(Path { score: partial.score, choices });
                }
                if paths.len() == k || finished >= k * PATIENCE {
                    break;
                }
                continue;
            }
            for edge in self.edges_to(partial.node) {
                let step = &self.edges[edge as usize];
                let behind = partial.behind + step.score;
                let score = self.nodes[step.from as usize].best + behind;
                if score == f32::NEG_INFINITY {
                    continue;
                }
                made += 1;
                heap.push(Partial {
                    score,
                    behind,
                    node: step.from,
                    edge,
                    rest: link,
                    number: made,
                });
            }
        }
        paths
    }

    fn unroll(&self, links: &[(u32, u32)], mut link: u32) -> Vec<u32> {
        let mut choices = Vec::new();
        loop {
            let (edge, rest) = links[link as usize];
            if edge == NONE {
                return choices;
            }
            let choice = self.edges[edge as usize].choice;
            if choice != NONE {
                choices.push(choice);
            }
            link = rest;
        }
    }
}

/// What tells two restorations apart: the words, and which of them are the same and written
/// otherwise.
pub(super) fn writing(lattice: &Lattice, choices: &[u32]) -> Vec<(u32, bool)> {
    let of = |&number: &u32| {
        let choice = lattice.choice(number);
        let otherwise = matches!(choice.kind, Kind::Small | Kind::Attached);
        lattice.words(choice).iter().map(move |&word| (word, otherwise))
    };
    choices.iter().flat_map(of).collect()
}
