//! The model file: the only module that knows bytes.

pub(crate) mod container;
pub(crate) mod section;
