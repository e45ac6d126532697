//! unspin restores the original wording of machine-spun English.

#![deny(missing_docs)]

mod error;
mod model;
mod spin;
pub mod text;

pub use error::{Error, Result};
