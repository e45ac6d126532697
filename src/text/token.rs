//! Tokens with byte offsets: what stands between them is never touched.
//!
//! A token is `\w+(?:[’'.,$-]\w+)*|[^\w\s]` in the sense of Python's `re`
//! (`\w`: letters, numbers and the underscore), the definition that every
//! figure of this project counts words by.

use unicode_properties::{GeneralCategoryGroup, UnicodeGeneralCategory};

/// A token's place in its text, in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Token {
    /// Offset of the first byte.
    pub start: usize,
    /// Offset after the last byte.
    pub end: usize,
}

impl Token {
    /// The token's text as it stands.
    pub fn of<'t>(&self, text: &'t str) -> &'t str {
        &text[self.start..self.end]
    }
}

/// The tokens of `text`, left to right.
///
/// ```
/// let text = "OpenAI's $29 billion, so far.";
/// let words: Vec<_> = unspin::text::tokenize(text).iter().map(|t| t.of(text)).collect();
/// assert_eq!(words, ["OpenAI's", "$", "29", "billion", ",", "so", "far", "."]);
/// ```
pub fn tokenize(text: &str) -> Vec<Token> {
    let mut tokens = Vec::with_capacity(text.len() / 5 + 1);
    let mut rest = text.char_indices().peekable();
    while let Some((start, c)) = rest.next() {
        if is_space(c) {
            continue;
        }
        let mut end = start + c.len_utf8();
        if is_word(c) {
            while let Some(&(at, c)) = rest.peek() {
                let joins = is_joiner(c) && text[at + c.len_utf8()..].starts_with(is_word);
                if !is_word(c) && !joins {
                    break;
                }
                end = at + c.len_utf8();
                rest.next();
            }
        }
        tokens.push(Token { start, end });
    }
    tokens
}

/// Appends the form in which `token` is looked up: lower case, straight apostrophes.
pub fn normalize(token: &str, out: &mut String) {
    if token.is_ascii() {
        let from = out.len();
        out.push_str(token);
        out[from..].make_ascii_lowercase();
    } else {
        for c in token.to_lowercase().chars() {
            out.push(if c == '’' { '\'' } else { c });
        }
    }
}

/// The normal forms of the tokens of `text`, in order.
pub(crate) fn words(text: &str) -> Vec<String> {
    let form = |token: Token| {
        let mut form = String::with_capacity(token.end - token.start);
        normalize(token.of(text), &mut form);
        form
    };
    tokenize(text).into_iter().map(form).collect()
}

/// True for a character of a word: letters, numbers, the underscore.
pub(crate) fn is_word(c: char) -> bool {
    if c.is_ascii() {
        return c.is_ascii_alphanumeric() || c == '_';
    }
    use GeneralCategoryGroup::{Letter, Number};
    matches!(c.general_category_group(), Letter | Number)
}

fn is_space(c: char) -> bool {
    c.is_whitespace() || ('\x1c'..='\x1f').contains(&c)
}

fn is_joiner(c: char) -> bool {
    matches!(c, '’' | '\'' | '.' | ',' | '$' | '-')
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn tokens_by_table() {
        let table: &[(&str, &[&str])] = &[
            ("", &[]),
            (" \t\r\n", &[]),
            ("It's 4,000.50 p.c.", &["it's", "4,000.50", "p.c", "."]),
            ("Twitter’s “facts”", &["twitter's", "“", "facts", "”"]),
            ("state-of-the-art --", &["state-of-the-art", "-", "-"]),
            ("$44bn, US$5", &["$", "44bn", ",", "us$5"]),
            ("naïve œuvre x²", &["naïve", "œuvre", "x²"]),
            ("e\u{301}t", &["e", "\u{301}", "t"]),
            ("a\u{1f}b", &["a", "b"]),
            ("snake_case __init__", &["snake_case", "__init__"]),
        ];
        for (text, expected) in table {
            assert_eq!(&words(text), expected, "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn tokens_cover_all_but_space(text in "\\PC*|[a-z'., $-]{0,40}") {
            let mut end = 0;
            for token in tokenize(&text) {
                prop_assert!(text[end..token.start].chars().all(is_space));
                prop_assert!(token.start < token.end);
                end = token.end;
            }
            prop_assert!(text[end..].chars().all(is_space));
        }
    }
}
