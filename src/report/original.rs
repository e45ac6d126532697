//! The true original beside its restoration: which words agree.

use super::article::Article;
use crate::text::{Token, normalize, tokenize};
use similar::{Algorithm, DiffOp, capture_diff_slices};
use std::ops::Range;

/// A text as words, and where they stand in it.
struct Words {
    forms: Vec<String>,
    tokens: Vec<Token>,
}

impl Words {
    fn of(text: &str) -> Self {
        let tokens = tokenize(text);
        let form = |token: &Token| {
            let mut form = String::new();
            normalize(token.of(text), &mut form);
            form
        };
        Self { forms: tokens.iter().map(form).collect(), tokens }
    }
}

/// The original of an article, cut to stand beside its lines.
pub(crate) struct Agreement {
    /// For each line of the article, stretches of the original and whether the
    /// restoration has them.
    pub(super) rows: Vec<Vec<(String, bool)>>,
    /// For each line and edit, whether it gives the original's words.
    pub(super) right: Vec<Vec<bool>>,
    /// Shares of the original's words that the spun and the restored text have.
    pub(super) spun: f64,
    pub(super) restored: f64,
}

impl Agreement {
    pub(crate) fn new(article: &Article, original: &str) -> Self {
        let best: Vec<String> = article.lines.iter().map(super::article::Line::best).collect();
        let spun: Vec<&str> =
            article.lines.iter().map(|line| line.restored.text.as_str()).collect();
        let theirs = Words::of(original);
        let ours: Vec<Words> = best.iter().map(|line| Words::of(line)).collect();
        let all: Vec<&String> = ours.iter().flat_map(|words| &words.forms).collect();
        let pairs = common(&all, &theirs.forms);
        let spun: Vec<String> = spun.iter().flat_map(|line| Words::of(line).forms).collect();
        let spun_agrees = common(&spun.iter().collect::<Vec<_>>(), &theirs.forms).len();
        let share = |agree: usize| agree as f64 / theirs.forms.len().max(1) as f64;
        let mut found = vec![false; all.len()];
        let mut of_original = vec![None; theirs.forms.len()];
        for &(ours, original) in &pairs {
            found[ours] = true;
            of_original[original] = Some(ours);
        }
        let ends: Vec<usize> = ours
            .iter()
            .scan(0, |end, words| {
                *end += words.forms.len();
                Some(*end)
            })
            .collect();
        let rows = rows(original, &theirs.tokens, &of_original, &ends);
        let right = right(article, &ours, &ends, &found);
        Self { rows, right, spun: share(spun_agrees), restored: share(pairs.len()) }
    }
}

/// Pairs of places of words that both have, in order.
fn common(a: &[&String], b: &[String]) -> Vec<(usize, usize)> {
    let b: Vec<&String> = b.iter().collect();
    let same = |operation| match operation {
        DiffOp::Equal { old_index, new_index, len } => Some((old_index, new_index, len)),
        _ => None,
    };
    let blocks = capture_diff_slices(Algorithm::Patience, a, &b).into_iter().filter_map(same);
    blocks.flat_map(|(a, b, len)| (0..len).map(move |k| (a + k, b + k))).collect()
}

/// Cuts the original where the lines of the article end.
fn rows(
    original: &str,
    tokens: &[Token],
    of_original: &[Option<usize>],
    ends: &[usize],
) -> Vec<Vec<(String, bool)>> {
    let mut rows = vec![Vec::<(String, bool)>::new(); ends.len()];
    if ends.is_empty() {
        return rows;
    }
    let (mut row, mut at) = (0, 0);
    for (number, token) in tokens.iter().enumerate() {
        if let Some(ours) = of_original[number] {
            row = ends.partition_point(|&end| end <= ours).min(ends.len() - 1);
        } else if original[at..token.start].contains('\n') {
            // A line that nothing agrees with stands with what follows it.
            let next = of_original[number..].iter().flatten().next();
            row = next
                .map_or(row, |&ours| ends.partition_point(|&end| end <= ours))
                .min(ends.len() - 1);
        }
        let agrees = of_original[number].is_some();
        let (gap, word) = (&original[at..token.start], token.of(original));
        let runs = &mut rows[row];
        match runs.last_mut() {
            Some((text, same)) if *same == agrees => text.extend([gap, word]),
            // The gap before or after what differs is not marked.
            Some((text, true)) => {
                text.push_str(gap);
                runs.push((word.to_string(), false));
            }
            Some(_) => runs.push((format!("{gap}{word}"), true)),
            None => runs.push((word.to_string(), agrees)),
        }
        at = token.end;
    }
    rows
}

fn right(article: &Article, ours: &[Words], ends: &[usize], found: &[bool]) -> Vec<Vec<bool>> {
    let line = |(number, line): (usize, &super::article::Line)| {
        let words = &ours[number];
        let first = ends[number] - words.forms.len();
        let mut moved = 0isize;
        let edit = |edit: &crate::decode::Edit| {
            let start = edit.start.saturating_add_signed(moved);
            let place: Range<usize> = start..start + edit.original.len();
            moved += edit.original.len() as isize - (edit.end - edit.start) as isize;
            let inside =
                |&(_, token): &(usize, &Token)| place.start < token.end && token.start < place.end;
            words.tokens.iter().enumerate().filter(inside).all(|(at, _)| found[first + at])
        };
        line.restored.edits.iter().map(edit).collect()
    };
    article.lines.iter().enumerate().map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decode::{Edit, Restored};
    use crate::report::article::Line;

    #[test]
    fn the_original_is_cut_where_the_lines_end() {
        let line = |text: &str, edits: &[(usize, usize, &str)]| {
            let mut restored = Restored::untouched(text);
            restored.edits.extend(edits.iter().map(|&(start, end, original)| Edit {
                start,
                end,
                spun: text[start..end].into(),
                original: original.into(),
                probability: 1.0,
                alternatives: Vec::new(),
            }));
            Line { restored, sentences: Vec::new(), apart: false }
        };
        let lines = vec![
            line("The corporate is in opposition to it.", &[(4, 13, "company"), (17, 33, "for")]),
            line("Buyers left.", &[(0, 6, "Clients")]),
        ];
        let article = Article { title: String::new(), lines, refusals: Vec::new() };
        let agreement = Agreement::new(&article, "The company is against it.\n\nCustomers left.\n");
        let row =
            |row: &[(&str, bool)]| row.iter().map(|&(t, a)| (t.to_string(), a)).collect::<Vec<_>>();
        let expected = [
            row(&[("The company is ", true), ("against", false), (" it.", true)]),
            row(&[("Customers", false), (" left.", true)]),
        ];
        assert_eq!(agreement.rows, expected);
        assert_eq!(agreement.right, [vec![true, false], vec![false]]);
        // Nine words: "company" is restored, "against" and "Customers" are not.
        assert_eq!((agreement.spun, agreement.restored), (6.0 / 9.0, 7.0 / 9.0));
    }
}
