//! unspin restores the original wording of machine-spun English.

#![deny(missing_docs)]

pub(crate) mod channel;
pub(crate) mod corpus;
mod error;
mod lm;
mod model;
pub mod text;

pub use error::{Error, Result};
