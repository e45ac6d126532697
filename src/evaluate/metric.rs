//! The metrics of a report, each with its name and the way it is written.

use super::figures::Figures;

/// One metric.
pub(crate) struct Metric {
    /// Its key in JSON.
    pub(crate) key: &'static str,
    /// Its name in tables.
    pub(crate) name: &'static str,
    /// How its figures are written.
    pub(crate) style: Style,
    pub(crate) of: fn(&Figures) -> Option<f64>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Style {
    /// A share of 1, with four decimals.
    Share,
    /// A share of 1 that may be negative.
    Signed,
    /// Out of 100, with two decimals, as sacreBLEU prints it.
    Percent,
}

impl Style {
    pub(crate) fn write(self, value: f64) -> String {
        match self {
            Style::Share => format!("{value:.4}"),
            Style::Signed => format!("{value:+.4}"),
            Style::Percent => format!("{value:.2}"),
        }
    }

    /// A difference of two such figures.
    pub(crate) fn signed(self, value: f64) -> String {
        match self {
            Style::Share | Style::Signed => format!("{value:+.4}"),
            Style::Percent => format!("{value:+.2}"),
        }
    }
}

macro_rules! metrics {
    ($($key:ident $name:literal $style:ident,)*) => {
        /// The metrics in the order of the tables.
        pub(crate) const METRICS: &[Metric] = &[$(Metric {
            key: stringify!($key),
            name: $name,
            style: Style::$style,
            of: |figures| figures.$key,
        }),*];
    };
}

metrics! {
    err "ERR" Signed,
    fixed "fixed" Share,
    fixed_at_k "fixed@k" Share,
    candidate_recall "candidate recall" Share,
    chosen "chosen if there" Share,
    broken "broken" Share,
    false_alarm "false alarm" Share,
    precision "precision" Share,
    recall "recall" Share,
    f05 "F0.5" Share,
    exact "exact" Share,
    mrr "MRR" Share,
    bleu "BLEU" Percent,
    chrf "chrF2" Percent,
    ter "TER" Percent,
    ece "ECE" Share,
    ece_chance "ECE by chance alone" Share,
    ece_words "ECE of all words" Share,
    ece_words_chance "the same by chance" Share,
}
