//! What is changed in a block. A long article has very many changes, so they are kept close.

use super::record::{Block, Piece, STAND_IN};
use std::fmt;
use std::ops::Range;

/// Changes of a block, from left to right.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Changes {
    places: Vec<Place>,
    /// What is written in their places, one after the other.
    originals: String,
}

#[derive(Clone, Debug, PartialEq)]
struct Place {
    /// Where in the text of the block it stands.
    text: Range<usize>,
    /// Where the next one's original begins.
    end: usize,
}

/// A part of a piece that is written anew.
#[derive(Clone, Debug)]
pub(super) enum Part<'c> {
    /// Text of the block that stays.
    Stays(Range<usize>),
    /// What is written instead of spun words.
    Original(&'c str),
}

impl Changes {
    /// Adds a change behind the others, unless it would take all the text from some element of
    /// the markup, or reaches over what is no text.
    pub(crate) fn push(&mut self, block: &Block, text: Range<usize>, original: &str) {
        if !empties(block, &text) {
            self.originals.push_str(original);
            self.places.push(Place { text, end: self.originals.len() });
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.places.is_empty()
    }

    /// The parts of a piece, from left to right; nothing if it stays as it is.
    pub(super) fn parts(&self, piece: &Piece) -> Option<impl Iterator<Item = Part<'_>> + Clone> {
        let Range { start, end } = piece.text;
        let first = self.places.partition_point(|place| place.text.end <= start);
        let last = self.places.partition_point(|place| place.text.start < end);
        let mut at = start;
        let part = move |number: usize| {
            let place = &self.places[number];
            let stays = Part::Stays(at..place.text.start.max(at));
            at = place.text.end.min(end);
            let from = number.checked_sub(1).map_or(0, |before| self.places[before].end);
            // Words that reach over several pieces stand where they begin.
            let begins = place.text.start >= start;
            let original = if begins { &self.originals[from..place.end] } else { "" };
            [stays, Part::Original(original)]
        };
        let rest =
            self.places[..last].last().map_or(start, |place| place.text.end.clamp(start, end));
        let rest = Part::Stays(rest..end);
        (first < last).then(|| (first..last).flat_map(part).chain([rest]))
    }
}

/// Parts of the text of a block, as they are to be read.
pub(super) struct Rewritten<'b, I>(pub(super) &'b Block, pub(super) I);

impl<'c, I: Iterator<Item = Part<'c>> + Clone> fmt::Display for Rewritten<'_, I> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(block, parts) = self;
        parts.clone().try_for_each(|part| match part {
            Part::Stays(text) => f.write_str(&block.text[text]),
            Part::Original(original) => f.write_str(original),
        })
    }
}

fn empties(block: &Block, change: &Range<usize>) -> bool {
    if block.text[change.clone()].contains(STAND_IN) {
        return true;
    }
    let touched = |piece: &&Piece| piece.text.start < change.end && change.start < piece.text.end;
    let mut nodes = block.pieces.iter().filter(touched).map(|piece| piece.node);
    let Some(owner) = nodes.next() else {
        return true;
    };
    nodes.filter(|&node| node != owner).any(|node| {
        let pieces = || block.pieces.iter().filter(|piece| piece.node == node);
        let had = pieces().any(|piece| !block.text[piece.text.clone()].trim().is_empty());
        let keeps = pieces().any(|piece| {
            let (start, end) = (piece.text.start, piece.text.end);
            let before = &block.text[start..change.start.clamp(start, end)];
            let after = &block.text[change.end.clamp(start, end)..end];
            !before.trim().is_empty() || !after.trim().is_empty()
        });
        had && !keeps
    })
}
