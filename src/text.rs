//! Text as the models see it: lossless tokens, sentences, case, vocabulary.

pub(crate) mod case;
pub(crate) mod distance;
pub(crate) mod doubles;
pub(crate) mod furniture;
pub(crate) mod inflect;
pub(crate) mod name;
pub(crate) mod sentence;
pub(crate) mod token;
pub(crate) mod vocabulary;

pub(crate) use sentence::{sentences, stretches};
pub use token::{Token, normalize, tokenize};
pub use vocabulary::{BEGIN, END, UNKNOWN, Vocabulary};
