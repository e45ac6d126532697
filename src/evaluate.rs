//! How good a restoration is: one definition of each metric.
//!
//! Words are tokens of the lowered text with straight apostrophes, punctuation
//! counted. A [`Report`] holds every figure of a system beside those of leaving
//! the text as it is and of other systems.
//!
//! ```
//! use unspin::evaluate::{Report, Sentence, Settings};
//!
//! let sentence = Sentence {
//!     original: "The right people own it.".into(),
//!     spun: "The proper people personal it.".into(),
//!     hypotheses: vec!["The right people personal it.".into()],
//!     ..Sentence::default()
//! };
//! let report = Report::new(&[sentence], &[], &[], &Settings::default())?;
//! assert_eq!(report.figures.err, Some(0.5));
//! assert_eq!(report.figures.fixed, Some(0.5));
//! assert_eq!(report.figures.false_alarm, None);
//! # Ok::<(), unspin::Error>(())
//! ```

mod bleu;
mod bootstrap;
mod calibration;
mod causes;
mod chrf;
mod comparison;
mod detection;
mod diff;
mod edits;
mod figures;
#[cfg(test)]
mod golden;
mod input;
mod metric;
mod report;
mod restoration;
mod table;
mod ter;
mod words;

pub use bootstrap::Paired;
pub use calibration::CurvePoint;
pub use causes::{Cause, Causes, Count};
pub use comparison::{Comparison, Difference, DocumentComparison, FamilyComparison};
pub use detection::{Detection, DetectionPoint};
pub use figures::Figures;
pub use input::{Baseline, Clean, Edit, Sentence, Settings};
pub use report::{
    CalibrationBin, CalibrationReport, DetectionReport, DocumentReport, FamilyReport, Place,
    Report, Signatures,
};
