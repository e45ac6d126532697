//! How good a restoration is: one definition of each metric.
//! Words are tokens of the lowered text with straight apostrophes, punctuation

mod bleu;
mod bootstrap;
mod calibration;
mod chrf;
mod diff;
mod edits;
mod restoration;
mod ter;
mod words;
