//! How likely each step is: forward-backward over the graph of hypotheses.

use super::graph::{Edge, Graph, NONE};
use crate::lattice::{Kind, Lattice};
use std::collections::BTreeMap;
use std::ops::Range;

/// What is less likely is never made, so that nobody need be asked how likely it must be.
const HARDLY: f64 = 0.01;

impl Graph {
    /// Fills `alpha` and `beta` of every node and the weight of every edge (Rabiner 1989).
    ///
    /// Everything is told beside the best way to a node, so that no logarithms have to be
    /// added and no sum overflows.
    pub(crate) fn posteriors(&mut self) {
        for node in &mut self.nodes {
            (node.alpha, node.beta) = (0.0, 0.0);
        }
        let end = self.end() as usize;
        self.nodes[0].alpha = 1.0;
        self.nodes[end].beta = 1.0;
        // Edges are made in order of the position that they start from, so that
        // a node's own sum is whole before an edge leaves it.
        for edge in self.edges.iter_mut().rev() {
            let (from, to) = (edge.from as usize, edge.to as usize);
            let beta = self.nodes[to].beta;
            edge.weight = 0.0;
            // Most steps lead to what the beam has dropped.
            if beta > 0.0 {
                let behind = self.nodes[from].best + edge.score - self.nodes[to].best;
                edge.weight = f64::from(behind).exp();
                self.nodes[from].beta += beta * edge.weight;
            }
        }
        for edge in &self.edges {
            let alpha = self.nodes[edge.from as usize].alpha;
            self.nodes[edge.to as usize].alpha += alpha * edge.weight;
        }
        let end = &self.nodes[end];
        self.total = f64::from(end.best) + end.alpha.ln();
    }

    /// The probability that the best restoration goes by an edge.
    pub(crate) fn posterior(&self, edge: u32) -> f64 {
        let edge = &self.edges[edge as usize];
        let (from, to) = (&self.nodes[edge.from as usize], &self.nodes[edge.to as usize]);
        (from.alpha * edge.weight * to.beta / self.nodes[0].beta).min(1.0)
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

    /// The chances of every choice in another search, told generously: those of a step to
    /// what the beam has dropped go by how far that lay behind.
    pub(crate) fn chances(&self, lattice: &Lattice) -> Vec<f64> {
        let mut best = vec![f32::NEG_INFINITY; lattice.len() + 1];
        for node in &self.nodes[..self.end() as usize] {
            let best = &mut best[usize::from(node.position)];
            *best = best.max(node.best);
        }
        let mut chances = self.choice_posteriors(lattice);
        for edge in self.edges.iter().filter(|edge| edge.choice != NONE) {
            let (from, to) = (&self.nodes[edge.from as usize], &self.nodes[edge.to as usize]);
            if to.beta == 0.0 {
                let behind = from.best + edge.score - best[usize::from(to.position)];
                let chance = &mut chances[edge.choice as usize];
                *chance = chance.max(f64::from(behind).exp());
            }
        }
        chances
    }

    /// Takes away every change that is less likely than `least`, and finds the
    /// best ways anew. Probabilities stay what they were, those of what is taken away, too.
    pub(crate) fn abstain(&mut self, lattice: &Lattice, least: impl Fn(u32) -> f64) {
        let posteriors = self.choice_posteriors(lattice);
        let unsure = |(number, &posterior): (u32, &f64)| {
            let is_change = lattice.choice(number).kind != Kind::Keep;
            is_change && (posterior < HARDLY || posterior < least(number))
        };
        let unsure: Vec<bool> = (0..).zip(&posteriors).map(unsure).collect();
        for edge in &mut self.edges {
            if edge.choice != NONE && unsure[edge.choice as usize] {
                edge.score = f32::NEG_INFINITY;
            }
        }
        self.find_best();
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

impl Graph {
    /// The probability that every token of `span` is left alone.
    pub(crate) fn kept(&self, lattice: &Lattice, span: Range<usize>) -> f64 {
        // How much the ways weigh that are still untouched, by node.
        let mut ways: BTreeMap<u32, f64> = BTreeMap::new();
        let starts = |edge: &Edge| usize::from(self.nodes[edge.from as usize].position);
        let first = self.edges.partition_point(|edge| starts(edge) < span.start);
        let mut kept = 0.0;
        for edge in self.edges[first..].iter().take_while(|edge| starts(edge) < span.end) {
            let is_keep = edge.choice != NONE && lattice.choice(edge.choice).kind == Kind::Keep;
            let before = match starts(edge) == span.start {
                true => Some(self.nodes[edge.from as usize].alpha),
                false => ways.get(&edge.from).copied(),
            };
            let Some(before) = before.filter(|_| is_keep) else { continue };
            let through = before * edge.weight;
            if usize::from(lattice.choice(edge.choice).end) == span.end {
                kept += through * self.nodes[edge.to as usize].beta;
            } else {
                *ways.entry(edge.to).or_default() += through;
            }
        }
        (kept / self.nodes[0].beta).min(1.0)
    }
}
