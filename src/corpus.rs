//! Files of text and of pairs, plain or compressed, read a line at a time.

pub(crate) mod interner;
pub(crate) mod lines;
pub(crate) mod packing;
pub(crate) mod pairs;
mod sentences;

pub(crate) use interner::{Cut, Interner, Numbered};
pub(crate) use lines::{Line, Lines};
pub(crate) use pairs::{Pair, PairRows, Row, Skipped};
pub(crate) use sentences::Sentences;
