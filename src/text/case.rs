//! The case of a restored word follows the word that it replaces.

/// How a spun word is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Case {
    /// `word`, `iPhone` and whatever has no case.
    Lower,
    /// `Word`, and a single capital.
    Title,
    /// `WORD`, two letters or more.
    Upper,
}

impl Case {
    /// The case of `word` as it stands.
    pub(crate) fn of(word: &str) -> Self {
        let mut letters = word.chars().filter(|c| c.is_alphabetic());
        let Some(first) = letters.next() else {
            return Case::Lower;
        };
        if !first.is_uppercase() {
            return Case::Lower;
        }
        let (upper, lower) = letters.fold((0, 0), |(upper, lower), c| {
            (upper + u32::from(c.is_uppercase()), lower + u32::from(c.is_lowercase()))
        });
        if upper > 0 && lower == 0 { Case::Upper } else { Case::Title }
    }

    /// Appends `word`, which is in lower case, written in this case.
    pub(crate) fn apply(self, word: &str, out: &mut String) {
        match self {
            Case::Lower => out.push_str(word),
            Case::Upper => out.extend(word.chars().flat_map(char::to_uppercase)),
            Case::Title => {
                let mut chars = word.chars();
                if let Some(first) = chars.next() {
                    out.extend(first.to_uppercase());
                    out.push_str(chars.as_str());
                }
            }
        }
    }
}

/// Words that stay small inside a title or a name.
const SMALL: &[&str] = &[
    "a", "an", "and", "as", "at", "by", "for", "from", "in", "of", "on", "or", "the", "to", "with",
];

/// Writes the words of a restoration in the case of the spun words it stands for.
///
/// The first word takes the case of the first spun word. The others are
/// capitalised only where every spun word of content was, as in a name.
pub(crate) fn recase(spun: &[&str], words: &[&str], out: &mut String) {
    let cases: Vec<Case> = spun.iter().map(|word| Case::of(word)).collect();
    let first = cases.first().copied().unwrap_or(Case::Lower);
    let is_small = |word: &str| SMALL.binary_search(&word.to_lowercase().as_str()).is_ok();
    let named = spun.len() > 1
        && first != Case::Lower
        && spun.iter().zip(&cases).all(|(word, case)| *case != Case::Lower || is_small(word));
    let shouted = cases.iter().all(|case| *case == Case::Upper);
    for (i, word) in words.iter().enumerate() {
        if i > 0 {
            out.push(' ');
        }
        let case = match (i, shouted, named) {
            (_, true, _) => Case::Upper,
            (0, _, _) if first == Case::Upper => Case::Title,
            (0, _, _) => first,
            (_, _, true) if !is_small(word) => Case::Title,
            _ if *word == "i" || word.starts_with("i'") => Case::Title,
            _ => Case::Lower,
        };
        case.apply(word, out);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn recases_by_table() {
        let table: &[(&[&str], &[&str], &str)] = &[
            (&["Instances"], &["times"], "Times"),
            (&["Finest", "Purchase"], &["best", "buy"], "Best Buy"),
            (&["In", "keeping", "with"], &["according", "to"], "According to"),
            (&["GADGET"], &["device"], "DEVICE"),
            (&["Home", "of", "Lords"], &["house", "of", "lords"], "House of Lords"),
            (&["A"], &["one"], "One"),
            (&["at", "this", "time"], &["today"], "today"),
            (&["however"], &["but", "i"], "but I"),
        ];
        for (spun, words, expected) in table {
            let mut out = String::new();
            recase(spun, words, &mut out);
            assert_eq!(&out, expected, "{spun:?}");
        }
        assert!(SMALL.is_sorted());
    }
}
