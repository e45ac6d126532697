//! Lines that sites put among the paragraphs of an article, and no author wrote.

/// In lower case, without what ends them.
const LINES: &[&str] = &[
    "advertisement",
    "click to share",
    "comments",
    "continue reading",
    "cancel reply",
    "leave a comment",
    "leave a reply",
    "like this",
    "loading...",
    "no comments",
    "post a comment",
    "posted in",
    "rate this post",
    "read more",
    "related articles",
    "related posts",
    "reply",
    "share",
    "share this",
    "share this article",
    "share this post",
    "sign up for our newsletter",
    "skip to content",
    "sponsored",
    "subscribe",
    "subscribe to our newsletter",
    "table of contents",
    "tags",
    "tweet",
    "you may also like",
];

/// No such line is longer, in bytes.
const LONGEST: usize = 40;

/// True for a whole line like `Rate this post` or `Leave a Comment`.
pub(crate) fn is_furniture(line: &str) -> bool {
    let line = line.trim().trim_end_matches([':', '.', '!']);
    line.len() <= LONGEST && LINES.iter().any(|known| line.eq_ignore_ascii_case(known))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn furniture_by_table() {
        let table = [
            ("Rate this post", true),
            ("  LEAVE A COMMENT ", true),
            ("Share this:", true),
            ("Rate this post kindly", false),
            ("", false),
        ];
        for (line, expected) in table {
            assert_eq!(is_furniture(line), expected, "{line}");
        }
        assert!(LINES.iter().all(|line| line.len() <= LONGEST));
    }
}
