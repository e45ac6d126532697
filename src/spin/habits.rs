//! What every engine does without a lexicon: contractions, numbers, fillers.

/// A full form and its contraction; how readily the contraction is undone this way.
pub(super) const CONTRACTIONS: &[(&str, &str, u8)] = &[
    ("are not", "aren't", 1),
    ("can not", "can't", 1),
    ("cannot", "can't", 3),
    ("could not", "couldn't", 1),
    ("did not", "didn't", 1),
    ("do not", "don't", 1),
    ("does not", "doesn't", 1),
    ("had not", "hadn't", 1),
    ("has not", "hasn't", 1),
    ("have not", "haven't", 1),
    ("he has", "he's", 1),
    ("he is", "he's", 4),
    ("he will", "he'll", 1),
    ("he would", "he'd", 1),
    ("here is", "here's", 1),
    ("i am", "i'm", 1),
    ("i had", "i'd", 1),
    ("i have", "i've", 1),
    ("i will", "i'll", 1),
    ("i would", "i'd", 3),
    ("is not", "isn't", 1),
    ("it has", "it's", 1),
    ("it is", "it's", 6),
    ("it will", "it'll", 1),
    ("let us", "let's", 1),
    ("must not", "mustn't", 1),
    ("she has", "she's", 1),
    ("she is", "she's", 4),
    ("she will", "she'll", 1),
    ("should not", "shouldn't", 1),
    ("that is", "that's", 1),
    ("there is", "there's", 1),
    ("they are", "they're", 1),
    ("they have", "they've", 1),
    ("they will", "they'll", 1),
    ("was not", "wasn't", 1),
    ("we are", "we're", 1),
    ("we have", "we've", 1),
    ("we will", "we'll", 1),
    ("were not", "weren't", 1),
    ("what is", "what's", 1),
    ("who is", "who's", 1),
    ("will not", "won't", 1),
    ("would not", "wouldn't", 1),
    ("you are", "you're", 1),
    ("you have", "you've", 1),
    ("you will", "you'll", 1),
];

/// Numbers from 1 on, as words.
pub(super) const NUMBERS: &[&str] = &[
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
    "twenty",
];

/// Fillers that engines put before words of content.
pub(super) const FILLERS: &[&str] =
    &["the", "actually", "additionally", "all", "also", "of the", "really", "to be", "very"];

/// Words that carry grammar, in byte order.
const FUNCTION_WORDS: &[&str] = &[
    "a",
    "about",
    "after",
    "all",
    "also",
    "although",
    "am",
    "an",
    "and",
    "any",
    "are",
    "aren't",
    "as",
    "at",
    "be",
    "because",
    "been",
    "before",
    "being",
    "between",
    "both",
    "but",
    "by",
    "can",
    "can't",
    "cannot",
    "could",
    "couldn't",
    "did",
    "didn't",
    "do",
    "does",
    "doesn't",
    "doing",
    "don't",
    "during",
    "each",
    "either",
    "else",
    "every",
    "few",
    "for",
    "from",
    "had",
    "has",
    "hasn't",
    "have",
    "haven't",
    "having",
    "he",
    "he's",
    "her",
    "here",
    "hers",
    "him",
    "his",
    "how",
    "i",
    "i'm",
    "i've",
    "if",
    "in",
    "into",
    "is",
    "isn't",
    "it",
    "it's",
    "its",
    "itself",
    "just",
    "many",
    "may",
    "me",
    "might",
    "more",
    "most",
    "much",
    "must",
    "my",
    "neither",
    "no",
    "nor",
    "not",
    "of",
    "off",
    "on",
    "one",
    "only",
    "or",
    "other",
    "our",
    "out",
    "over",
    "own",
    "per",
    "same",
    "shall",
    "she",
    "should",
    "shouldn't",
    "since",
    "so",
    "some",
    "such",
    "than",
    "that",
    "that's",
    "the",
    "their",
    "them",
    "then",
    "there",
    "there's",
    "these",
    "they",
    "they're",
    "this",
    "those",
    "though",
    "through",
    "to",
    "too",
    "under",
    "until",
    "up",
    "upon",
    "us",
    "very",
    "was",
    "wasn't",
    "we",
    "we're",
    "we've",
    "were",
    "what",
    "when",
    "where",
    "which",
    "while",
    "who",
    "whom",
    "whose",
    "why",
    "will",
    "with",
    "within",
    "without",
    "won't",
    "would",
    "wouldn't",
    "you",
    "you're",
    "your",
];

/// True for a word in normal form that carries grammar rather than content.
pub(super) fn is_function_word(word: &str) -> bool {
    FUNCTION_WORDS.binary_search(&word).is_ok()
}

/// True if `a` rather than `an` stands before a word in normal form.
pub(super) fn takes_a(word: &str) -> bool {
    const SILENT_H: &[&str] = &["heir", "honest", "honor", "honour", "hour"];
    const LIKE_YOU: &[&str] = &["eu", "ewe", "once", "one", "ubiq", "uni", "us", "ut"];
    const NOT_LIKE_YOU: &[&str] = &["unid", "unim", "unin", "ush", "utm", "utt"];
    let starts = |list: &[&str]| list.iter().any(|start| word.starts_with(start));
    if starts(LIKE_YOU) && !starts(NOT_LIKE_YOU) {
        return true;
    }
    !starts(SILENT_H) && !word.starts_with(['a', 'e', 'i', 'o', 'u', '8'])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_are_sorted() {
        assert!(FUNCTION_WORDS.is_sorted());
        assert!(CONTRACTIONS.is_sorted_by(|a, b| a.0 < b.0));
    }

    #[test]
    fn articles_by_table() {
        for word in ["unique", "user", "european", "book", "house", "one", "utility"] {
            assert!(takes_a(word), "{word}");
        }
        for word in ["apple", "hour", "unimportant", "honest", "umbrella", "unusual"] {
            assert!(!takes_a(word), "{word}");
        }
    }
}
