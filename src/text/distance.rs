//! How far two texts are from each other.

/// Levenshtein's distance in words.
pub(crate) fn distance(a: &[u32], b: &[u32]) -> u64 {
    let head = a.iter().zip(b).take_while(|(x, y)| x == y).count();
    let (a, b) = (&a[head..], &b[head..]);
    let tail = a.iter().rev().zip(b.iter().rev()).take_while(|(x, y)| x == y).count();
    let (a, b) = (&a[..a.len() - tail], &b[..b.len() - tail]);
    let mut row: Vec<u64> = (0..=b.len() as u64).collect();
    for (i, x) in a.iter().enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], i as u64 + 1);
        for (j, y) in b.iter().enumerate() {
            let cost = (diagonal + u64::from(x != y)).min(row[j] + 1).min(row[j + 1] + 1);
            diagonal = std::mem::replace(&mut row[j + 1], cost);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn slow_distance(a: &[u32], b: &[u32]) -> u64 {
        match (a, b) {
            ([], rest) | (rest, []) => rest.len() as u64,
            ([x, a_rest @ ..], [y, b_rest @ ..]) => {
                let change = slow_distance(a_rest, b_rest) + u64::from(x != y);
                change.min(slow_distance(a_rest, b) + 1).min(slow_distance(a, b_rest) + 1)
            }
        }
    }

    proptest! {
        #[test]
        fn distance_equals_the_slow_twin(a in prop::collection::vec(0u32..3, 0..7),
                                         b in prop::collection::vec(0u32..3, 0..7)) {
            prop_assert_eq!(distance(&a, &b), slow_distance(&a, &b));
        }
    }
}
