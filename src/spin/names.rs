//! Which tokens of a sentence are written as names.

use super::habits;
use crate::text::case::Case;

/// Marks the tokens of a sentence that stand as names, capitalised where a common
/// word would not be; none in a heading or in shouted text.
///
/// The first word counts only where it is one of content and the next one is a
/// name as well; `I` never does.
pub(super) fn names(tokens: &[&str]) -> Vec<bool> {
    let lettered = |token: &&&str| token.starts_with(char::is_alphabetic);
    let capital = |token: &str| Case::of(token) != Case::Lower && !is_i(token);
    let words = tokens.iter().filter(lettered).count();
    let capitals = tokens.iter().filter(lettered).filter(|token| capital(token)).count();
    if words > 2 && capitals * 10 > words * 6 {
        return vec![false; tokens.len()];
    }
    let mut names: Vec<bool> = tokens.iter().map(|token| capital(token)).collect();
    let mut opens = true;
    for i in 0..tokens.len() {
        if names[i] && opens {
            let grammar = habits::is_function_word(&tokens[i].to_lowercase());
            names[i] = !grammar && names.get(i + 1).copied().unwrap_or(false);
        }
        // What follows a quotation mark or a colon may be capitalised as a sentence is.
        opens = matches!(tokens[i], "\"" | "“" | "‘" | ":" | "•" | "(" | "-" | "–" | "—")
            || (opens && !lettered(&&tokens[i]));
    }
    names
}

/// True for the first person singular, whose capital says nothing.
pub(super) fn is_i(token: &str) -> bool {
    token == "I" || token.starts_with("I'") || token.starts_with("I’")
}

/// True for a sentence in capitals throughout.
pub(super) fn shouted(surfaces: &[&str]) -> bool {
    !surfaces.iter().any(|word| word.contains(char::is_lowercase))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_by_table() {
        let table = [
            ("a letter seen by The New York Times said", ". . . . The New York Times ."),
            ("Best Buy sells more here and there", "Best Buy . . . . ."),
            ("Apple sells more", ". . ."),
            ("he said , “ Never ”", ". . . . . ."),
            ("But I think US firms lose", ". . . US . ."),
            ("Twitter Takes on Microsoft Over Data", ". . . . . ."),
            ("WE SELL IT ALL", ". . . ."),
            ("so I'm home", ". . ."),
        ];
        for (text, expected) in table {
            let tokens: Vec<&str> = text.split(' ').collect();
            let marks = names(&tokens);
            let shown: Vec<&str> = tokens
                .iter()
                .zip(marks)
                .map(|(token, name)| if name { token } else { "." })
                .collect();
            assert_eq!(shown.join(" "), expected);
        }
    }
}
