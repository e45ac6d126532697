//! The three discounts of modified Kneser-Ney smoothing.

/// What is taken off counts of 1, 2, and 3 or more.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Discount(pub(crate) [f64; 3]);

/// The discounts where counts of counts do not yield any, as lmplz has them.
pub(crate) const FALLBACK: Discount = Discount([0.5, 1.0, 1.5]);

/// Why an order's discounts are the fallback.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct BadDiscount {
    /// The n-grams' length.
    pub(crate) order: usize,
    /// The count, 1 to 3, whose discount could not be computed.
    pub(crate) count: usize,
    /// How many n-grams have (adjusted) counts of 1, 2, 3 and 4.
    pub(crate) counts_of_counts: [u64; 4],
}

impl std::fmt::Display for BadDiscount {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { order, count, counts_of_counts } = self;
        write!(
            f,
            "{order}-grams: no discount for count {count}, as {counts_of_counts:?} of them have \
             counts of 1 to 4; the text is too small or has no repetitions, fixed ones serve"
        )
    }
}

impl Discount {
    /// Equation 26 of Chen & Goodman (1998), given how many n-grams have counts of
    /// 1 to 4; `Err` names the count whose discount is undefined or out of range.
    pub(crate) fn estimate(n: [u64; 4]) -> Result<Self, usize> {
        let [n1, n2, ..] = n.map(|n| n as f64);
        let y = n1 / (n1 + 2.0 * n2);
        let mut discounts = [0.0; 3];
        for (i, discount) in discounts.iter_mut().enumerate() {
            let count = (i + 1) as f64;
            *discount = count - (count + 1.0) * y * n[i + 1] as f64 / n[i] as f64;
            if n[i] == 0 || !(0.0..=count).contains(discount) {
                return Err(i + 1);
            }
        }
        Ok(Self(discounts))
    }

    /// The discount of `count`.
    #[inline]
    pub(super) fn of(&self, count: u32) -> f64 {
        match count {
            0 => 0.0,
            _ => self.0[count.min(3) as usize - 1],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn by_hand() {
        // y = 8 / (8 + 2 * 4) = 1/2
        let Discount([one, two, three]) = Discount::estimate([8, 4, 2, 1]).unwrap();
        assert_eq!(one, 1.0 - 2.0 * 0.5 * 4.0 / 8.0);
        assert_eq!(two, 2.0 - 3.0 * 0.5 * 2.0 / 4.0);
        assert_eq!(three, 3.0 - 4.0 * 0.5 * 1.0 / 2.0);
        assert_eq!([one, two, three], [0.5, 1.25, 2.0]);
    }

    #[test]
    fn undefined_or_out_of_range() {
        assert_eq!(Discount::estimate([0, 4, 2, 1]), Err(1));
        assert_eq!(Discount::estimate([8, 0, 2, 1]), Err(2));
        assert_eq!(Discount::estimate([8, 4, 0, 1]), Err(3));
        assert_eq!(Discount::estimate([8, 1, 9, 1]), Err(2));
        assert!(Discount::estimate([8, 4, 2, 0]).is_ok());
    }
}
