//! BLEU (Papineni et al., 2002) with sacreBLEU's defaults: tokeniser 13a, orders
//! 1 to 4, case as it is, exponential smoothing (Chen and Cherry, 2014, method 3).

use super::words::{Lexicon, is_space};
use rustc_hash::FxHashMap;
use std::ops::AddAssign;

/// What sacreBLEU calls this metric; the version is the one compared with.
pub(crate) const SIGNATURE: &str = "nrefs:1|case:mixed|eff:no|tok:13a|smooth:exp|version:2.6.0";

/// Stands for the logarithm of a precision of zero.
const LOG_ZERO: f64 = -9_999_999_999.0;

/// Counts of one or more sentences, by order where there are four.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Bleu {
    restored: u64,
    original: u64,
    matches: [u64; 4],
    totals: [u64; 4],
}

impl Bleu {
    pub(crate) fn of(original: &str, restored: &str) -> Self {
        let mut lexicon = Lexicon::default();
        let original = lexicon.stretches(&tokenize_13a(original));
        let restored = lexicon.stretches(&tokenize_13a(restored));
        let mut bleu = Self {
            restored: restored.len() as u64,
            original: original.len() as u64,
            ..Self::default()
        };
        for order in 1..=4 {
            let mut left = FxHashMap::<&[u32], u32>::default();
            original.windows(order).for_each(|gram| *left.entry(gram).or_default() += 1);
            for gram in restored.windows(order) {
                bleu.totals[order - 1] += 1;
                if let Some(left) = left.get_mut(gram).filter(|left| **left > 0) {
                    *left -= 1;
                    bleu.matches[order - 1] += 1;
                }
            }
        }
        bleu
    }

    /// From 0 to 100.
    pub(crate) fn score(&self) -> f64 {
        if self.matches.iter().all(|&matches| matches == 0) {
            return 0.0;
        }
        let ratio = self.original as f64 / self.restored as f64;
        let brevity = if ratio > 1.0 { (1.0 - ratio).exp() } else { 1.0 };
        let mut smoothing = 1.0;
        let mut logarithms = 0.0;
        for (&matches, &total) in self.matches.iter().zip(&self.totals) {
            let (matches, total) = (matches as f64, total as f64);
            logarithms += if total == 0.0 {
                LOG_ZERO
            } else if matches == 0.0 {
                smoothing *= 2.0;
                (100.0 / (smoothing * total)).ln()
            } else {
                (100.0 * matches / total).ln()
            };
        }
        brevity * (logarithms / 4.0).exp()
    }
}

impl AddAssign<&Bleu> for Bleu {
    fn add_assign(&mut self, other: &Bleu) {
        self.restored += other.restored;
        self.original += other.original;
        for order in 0..4 {
            self.matches[order] += other.matches[order];
            self.totals[order] += other.totals[order];
        }
    }
}

/// The tokens of mteval-v13a, a space or more between them: entities resolved,
/// ASCII marks set apart, full stop and comma too unless digits are on both
/// sides, and a hyphen after a digit.
fn tokenize_13a(line: &str) -> String {
    let mut line = line.trim_end_matches(is_space).replace("<skipped>", "");
    line = line.replace("-\n", "").replace('\n', " ");
    for (entity, mark) in [("&quot;", "\""), ("&amp;", "&"), ("&lt;", "<"), ("&gt;", ">")] {
        if line.contains('&') {
            line = line.replace(entity, mark);
        }
    }
    let mut spaced = String::with_capacity(2 * line.len() + 2);
    spaced.push(' ');
    for c in line.chars() {
        match c {
            '!'..='&' | '('..='+' | '/' | ':'..='@' | '['..='`' | '{'..='~' => {
                spaced.extend([' ', c, ' ']);
            }
            _ => spaced.push(c),
        }
    }
    spaced.push(' ');
    let stops = |c: char| matches!(c, '.' | ',');
    let digit = |c: char| c.is_ascii_digit();
    let line = rewrite_pairs(&spaced, |a, b| (!digit(a) && stops(b)).then_some([a, ' ', b, ' ']));
    let line = rewrite_pairs(&line, |a, b| (stops(a) && !digit(b)).then_some([' ', a, ' ', b]));
    rewrite_pairs(&line, |a, b| (digit(a) && b == '-').then_some([a, ' ', b, ' ']))
}

/// Rewrites pairs of neighbouring characters from left to right; a rewritten
/// character is not looked at again.
fn rewrite_pairs(line: &str, rewrite: impl Fn(char, char) -> Option<[char; 4]>) -> String {
    let mut out = String::with_capacity(2 * line.len());
    let mut chars = line.chars().peekable();
    while let Some(c) = chars.next() {
        match chars.peek().and_then(|&next| rewrite(c, next)) {
            Some(pair) => {
                out.extend(pair);
                chars.next();
            }
            None => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_by_table() {
        let table = [
            ("", ""),
            ("a,b 1,000 1,a a,1 ,", "a , b 1,000 1 , a a , 1 ,"),
            ("It's 5-3, 5.", "It's 5 - 3 , 5 ."),
            ("...", ". . ."),
            ("x-y &amp;lt; &quot;q&quot;", "x-y < \" q \""),
            ("(a)[b]{c}~`^_@$", "( a ) [ b ] { c } ~ ` ^ _ @ $"),
            ("a-\nb\nc<skipped>", "ab c"),
        ];
        for (line, expected) in table {
            let tokens = tokenize_13a(line);
            let tokens: Vec<_> = tokens.split(is_space).filter(|token| !token.is_empty()).collect();
            assert_eq!(tokens.join(" "), expected, "{line:?}");
        }
    }

    #[test]
    fn score_by_hand() {
        // Matches 4 of 5, 2 of 4, 0 of 3 and 0 of 2; the orders without a match
        // count as a half and a quarter of one.
        let bleu = Bleu::of("a b c d e f", "a b x d e");
        assert_eq!((bleu.matches, bleu.totals), ([4, 2, 0, 0], [5, 4, 3, 2]));
        let precisions: f64 = 4.0 / 5.0 * (2.0 / 4.0) * (0.5 / 3.0) * (0.25 / 2.0);
        let expected = 100.0 * (1.0f64 - 6.0 / 5.0).exp() * precisions.powf(0.25);
        assert!((bleu.score() - expected).abs() < 1e-12);
        // No fourth order at all.
        assert_eq!(Bleu::of("a b c", "a b c").score(), 0.0);
    }
}
