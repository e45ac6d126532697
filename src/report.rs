//! Evidence for people: spun and restored side by side, in a page or a terminal.

mod article;
mod engine;
mod original;
mod page;
mod summary;
pub(crate) mod terminal;

pub(crate) use article::Reader;
pub(crate) use original::Agreement;
pub(crate) use page::{Provenance, page};
