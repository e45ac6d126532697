//! What a long job tells of itself while it runs.

/// Hears of the stages of training. All methods do nothing by default.
pub trait Progress: Sync {
    /// A stage begins; `total` units of work are ahead, if that is known.
    fn stage(&self, _name: &str, _total: Option<u64>) {}
    /// So many more units are done.
    fn advance(&self, _units: u64) {}
    /// A figure or fact worth a line.
    fn note(&self, _text: &str) {}
    /// Something was passed over or is not as it should be.
    fn warn(&self, _text: &str) {}
}

/// Says nothing.
pub struct Silent;

impl Progress for Silent {}

/// Says a line on standard error. That nobody listens any more is no failure.
macro_rules! say {
    ($($words:tt)*) => {{
        use std::io::Write as _;
        let _ = writeln!(std::io::stderr(), $($words)*);
    }};
}
pub(crate) use say;
