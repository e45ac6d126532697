//! unspin restores the original wording of machine-spun English.

#![deny(missing_docs)]

pub mod align;
mod channel;
mod error;
mod model;
pub mod text;

pub use error::{Error, Result};
