//! How likely each step is: forward-backward over the graph of hypotheses.

use super::beam::{Edge, Graph, NONE};
use crate::lattice::{Kind, Lattice};
use std::collections::BTreeMap;
use std::ops::Range;

impl Graph {
    /// Fills `alpha` and `beta` of every node (Rabiner 1989).
    pub(crate) fn posteriors(&mut self) {
        for node in &mut self.nodes {
            (node.alpha, node.beta) = (f64::NEG_INFINITY, f64::NEG_INFINITY);
        }
        let end = self.end() as usize;
        self.nodes[0].alpha = 0.0;
        self.nodes[end].beta = 0.0;
        // Edges are made in order of the position that they start from, so that
        // a node's own sum is whole before an edge leaves it.
        for edge in &self.edges {
            let through = self.nodes[edge.from as usize].alpha + f64::from(edge.score);
            let to = &mut self.nodes[edge.to as usize];
            to.alpha = log_add(to.alpha, through);
        }
        for edge in self.edges.iter().rev() {
            let through = self.nodes[edge.to as usize].beta + f64::from(edge.score);
            let from = &mut self.nodes[edge.from as usize];
            from.beta = log_add(from.beta, through);
        }
    }

    /// Log sum of the scores of all ways through the graph.
    pub(crate) fn total(&self) -> f64 {
        self.nodes[0].beta
    }

    /// The probability that the best restoration goes by an edge.
    pub(crate) fn posterior(&self, edge: u32) -> f64 {
        let edge = &self.edges[edge as usize];
        let (from, to) = (&self.nodes[edge.from as usize], &self.nodes[edge.to as usize]);
        (from.alpha + f64::from(edge.score) + to.beta - self.total()).exp().min(1.0)
    }

    /// The probability of every choice of the lattice, by its number.
    pub(crate) fn choice_posteriors(&self, lattice: &Lattice) -> Vec<f64> {
        let choices = lattice.starting_at(lattice.len().saturating_sub(1)).end;
        let mut posteriors = vec![0.0; choices as usize];
        for (number, edge) in self.edges.iter().enumerate() {
            if edge.choice != NONE {
                posteriors[edge.choice as usize] += self.posterior(number as u32);
            }
        }
        posteriors
    }

    /// Takes away every change that is less likely than `least`, and finds the
    /// best ways anew. Probabilities stay what they were.
    pub(crate) fn abstain(&mut self, lattice: &Lattice, least: impl Fn(u32) -> f64) {
        let posteriors = self.choice_posteriors(lattice);
        let unsure = |choice: u32| {
            choice != NONE
                && lattice.choice(choice).kind != Kind::Keep
                && posteriors[choice as usize] < least(choice)
        };
        for edge in &mut self.edges {
            if unsure(edge.choice) {
                edge.score = f32::NEG_INFINITY;
            }
        }
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

/// What a run of tokens may have been: choices with the same words are one.
pub(crate) fn rivals(lattice: &Lattice, posteriors: &[f64], span: Range<usize>) -> Vec<(u32, f64)> {
    let mut rivals: Vec<(u32, f64)> = Vec::new();
    for number in lattice.starting_at(span.start) {
        let choice = lattice.choice(number);
        if choice.span() != span {
            continue;
        }
        let same = |&(other, _): &(u32, f64)| {
            let other = lattice.choice(other);
            other.kind == choice.kind && lattice.words(other) == lattice.words(choice)
        };
        match rivals.iter().position(same) {
            Some(at) => rivals[at].1 += posteriors[number as usize],
            None => rivals.push((number, posteriors[number as usize])),
        }
    }
    rivals.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
    rivals
}

/// `log(exp(a) + exp(b))`.
pub(crate) fn log_add(a: f64, b: f64) -> f64 {
    let (low, high) = if a < b { (a, b) } else { (b, a) };
    if low == f64::NEG_INFINITY { high } else { high + (low - high).exp().ln_1p() }
}

impl Graph {
    /// The probability that every token of `span` is left alone.
    pub(crate) fn kept(&self, lattice: &Lattice, span: Range<usize>) -> f64 {
        // Log sums of the ways that are still untouched, by node.
        let mut ways: BTreeMap<u32, f64> = BTreeMap::new();
        let starts = |edge: &Edge| usize::from(self.nodes[edge.from as usize].position);
        let first = self.edges.partition_point(|edge| starts(edge) < span.start);
        let mut kept = f64::NEG_INFINITY;
        for edge in self.edges[first..].iter().take_while(|edge| starts(edge) < span.end) {
            let is_keep = edge.choice != NONE && lattice.choice(edge.choice).kind == Kind::Keep;
            let before = match starts(edge) == span.start {
                true => Some(self.nodes[edge.from as usize].alpha),
                false => ways.get(&edge.from).copied(),
            };
            let Some(before) = before.filter(|_| is_keep) else { continue };
            let through = before + f64::from(edge.score);
            if usize::from(lattice.choice(edge.choice).end) == span.end {
                kept = log_add(kept, through + self.nodes[edge.to as usize].beta);
            } else {
                let way = ways.entry(edge.to).or_insert(f64::NEG_INFINITY);
                *way = log_add(*way, through);
            }
        }
        (kept - self.total()).exp().min(1.0)
    }
}
