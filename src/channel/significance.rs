//! Is a substitution more than chance?
//!
//! Johnson, Martin, Foster and Kuhn (2007), "Improving Translation Quality by
//! Discarding Most of the Phrasetable": Fisher's exact test on how often two phrases
//! stand for each other, given how often each stands at all.

/// -log of the probability that, of `all` places, `original` and `spun` ones fall
/// together in `both` or more by chance.
pub(crate) fn significance(both: f32, original: f32, spun: f32, all: f32) -> f32 {
    let [both, original, spun, all] = [both, original, spun, all].map(|n| f64::from(n.round()));
    let most = original.min(spun);
    let all = all.max(original + spun - both);
    let log = |k: f64| choose(original, k) + choose(all - original, spun - k) - choose(all, spun);
    let first = log(both);
    // Terms fall by at least this ratio, each by more than the one before.
    let (mut sum, mut term, mut k) = (1.0, 1.0, both);
    while k < most && term > 1e-9 * sum {
        term *= (original - k) * (spun - k) / ((k + 1.0) * (all - original - spun + k + 1.0));
        sum += term;
        k += 1.0;
    }
    -(first + f64::ln(sum)).min(0.0) as f32
}

/// Log of the number of ways to choose `k` of `n`.
fn choose(n: f64, k: f64) -> f64 {
    if k <= 0.0 || k >= n { 0.0 } else { factorial(n) - factorial(k) - factorial(n - k) }
}

/// Log of n!, by Stirling's series where it is exact enough.
fn factorial(n: f64) -> f64 {
    if n < 16.0 {
        return (2..=n as u32).map(|k| f64::from(k).ln()).sum();
    }
    let half = 0.5 * (std::f64::consts::TAU * n).ln();
    n * n.ln() - n + half + 1.0 / (12.0 * n) - 1.0 / (360.0 * n.powi(3))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn by_hand() {
        let close = |got: f32, expected: f64| {
            assert!((f64::from(got) + expected.ln()).abs() < 1e-4, "{got} {}", -expected.ln());
        };
        // Once, of two words that stand once: one place of all.
        close(significance(1.0, 1.0, 1.0, 1000.0), 1.0 / 1000.0);
        // Both of 2 among 5: 3 of 10 ways hold one side's 2 in the other's 3.
        close(significance(2.0, 2.0, 3.0, 5.0), 0.3);
        // At least one: all ways but the one that takes the other 2 of 4 twice.
        close(significance(1.0, 2.0, 2.0, 4.0), 5.0 / 6.0);
        close(significance(0.0, 5.0, 7.0, 40.0), 1.0);
        // More together than there are places is taken as all there are.
        assert!(significance(9.0, 9.0, 9.0, 1.0) >= 0.0);
        assert!(significance(3e5, 4e5, 5e5, 4e7) > 1e5);
    }
}
