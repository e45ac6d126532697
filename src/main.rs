//! The `unspin` program.
fn main() {}
