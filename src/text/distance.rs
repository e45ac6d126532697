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

/// From this length on, two letters may differ.
const LONG: usize = 5;

/// In how many letters a word differs from a name that it may be a slip for; nothing if
/// it is another word: one letter, or two of a long word with the same first one. A word and
/// the same with an ending are two words (*America*, *American*).
pub(crate) fn letters_apart(word: &str, name: &str) -> Option<u64> {
    if word.len().abs_diff(name.len()) > 2 {
        return None;
    }
    let (mut word_rest, mut name_rest) = (word.chars(), name.chars());
    if word_rest.next() != name_rest.next() {
        return (word_rest.as_str() == name_rest.as_str()).then_some(1);
    }
    if word.starts_with(name) || name.starts_with(word) {
        return None;
    }
    let [word, name] = [word, name].map(|word| word.chars().map(u32::from).collect::<Vec<_>>());
    let most = if word.len().max(name.len()) >= LONG { 2 } else { 1 };
    Some(distance(&word, &name)).filter(|letters| *letters <= most)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn letters_by_table() {
        let table = [
            ("Masks", "Musk", Some(2)),
            ("Jaccarino", "Yaccarino", Some(1)),
            ("Teslo", "Tesla", Some(1)),
            ("Mark", "Musk", None),
            ("American", "America", None),
            ("Twitter", "Musk", None),
            ("Bask", "Musk", None),
        ];
        for (word, name, expected) in table {
            assert_eq!(letters_apart(word, name), expected, "{word} {name}");
        }
    }

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
