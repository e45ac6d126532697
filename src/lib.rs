//! unspin restores the original wording of machine-spun English.

#![deny(missing_docs)]

mod error;
pub mod evaluate;
mod model;
pub mod text;

pub use error::{Error, Result};
