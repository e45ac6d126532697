//! The substitution model of spinning.

pub(crate) mod extract;
