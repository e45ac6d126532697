//! Spans that are never restored: addresses, handles, tags and code.

use crate::text::Token;
use crate::text::furniture::is_furniture;

/// Marks the tokens that belong to a run without spaces which is no prose.
pub(crate) fn protected(text: &str, tokens: &[Token]) -> Vec<bool> {
    if is_furniture(text) {
        return vec![true; tokens.len()];
    }
    let mut marks = vec![false; tokens.len()];
    let mut start = 0;
    let mut in_tag = false;
    let mut in_code = false;
    while start < tokens.len() {
        let mut end = start + 1;
        while end < tokens.len() && tokens[end].start == tokens[end - 1].end {
            end += 1;
        }
        let run = &text[tokens[start].start..tokens[end - 1].end];
        let no_prose = is_address(run);
        for (mark, token) in marks[start..end].iter_mut().zip(&tokens[start..end]) {
            match token.of(text) {
                "<" => in_tag = true,
                "`" => in_code = !in_code,
                _ => {}
            }
            *mark = no_prose || in_tag || in_code || token.end - token.start > 64;
            if token.of(text) == ">" {
                in_tag = false;
            }
        }
        start = end;
    }
    // An opening mark that nothing closes is a sign of its own, not a tag.
    if in_tag || in_code {
        let open = if in_tag { "<" } else { "`" };
        let from = tokens.iter().rposition(|token| token.of(text) == open).unwrap_or(0);
        marks[from..].fill(false);
    }
    marks
}

/// True for `https://…`, `www.…`, `a@b`, `@handle`, `#tag`, `path/to/file.txt`,
/// `example.com`.
fn is_address(run: &str) -> bool {
    let run = run.trim_matches(|c: char| !c.is_alphanumeric() && !matches!(c, '@' | '#' | '/'));
    let marked = run.contains("://") || run.starts_with("www.") || run.contains('@');
    let tagged = run.starts_with('#') || (run.starts_with('/') && run.len() > 1);
    let path = run.contains('_') || (run.contains('/') && run.contains('.'));
    marked || tagged || path || is_domain(run)
}

/// True for `name.tld`, the last part two to four letters in lower case, no
/// other part a lone letter (`p.c`, `e.g`).
fn is_domain(run: &str) -> bool {
    let run = run.strip_suffix("'s").unwrap_or(run);
    let mut parts = run.rsplit('.');
    let last = parts.next().unwrap_or_default();
    let is_top = (2..=4).contains(&last.len()) && last.chars().all(|c| c.is_ascii_lowercase());
    let mut names = parts.peekable();
    is_top
        && names.peek().is_some()
        && names.all(|name| {
            name.len() > 1 && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
        })
        && run.len() - last.len() > 2
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::tokenize;

    #[test]
    fn protects_by_table() {
        let table = [
            ("See https://a.example/data?x=1 now", "https : / / a.example / data ? x = 1"),
            ("Mail help@data.example, please", "help @ data.example ,"),
            ("by @users and #data.", "@ users # data ."),
            ("on example.com and p.c of e.g data", "example.com"),
            ("a <b class=\"x\">bold</b> one", "< b class = \" x \" > < / b >"),
            ("if 3 < 4 then", ""),
            ("run `make data` first", "` make data"),
            ("the snake_case name", "snake_case"),
            ("Rate this post", "Rate this post"),
        ];
        for (text, expected) in table {
            let tokens = tokenize(text);
            let marks = protected(text, &tokens);
            let kept = tokens.iter().zip(&marks).filter(|(_, mark)| **mark);
            let kept: Vec<&str> = kept.map(|(token, _)| token.of(text)).collect();
            assert_eq!(kept.join(" "), expected, "{text}");
        }
    }
}
