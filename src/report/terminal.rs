//! Changes marked in a terminal, or with marks of their own where there is no colour.

use crate::decode::Restored;

const SPUN: &str = "\x1b[9;31m";
const ORIGINAL: &str = "\x1b[1;32m";
const RESET: &str = "\x1b[0m";

/// A line with its changes: `[-spun-]{+original+}`, or in colour.
pub(crate) fn marked(restored: &Restored, colour: bool) -> String {
    let (mut out, mut at) = (String::new(), 0);
    for edit in &restored.edits {
        put(&restored.text[at..edit.start], &mut out);
        let (spun, middle, original, end) = match colour {
            true => (SPUN, format!("{RESET}{ORIGINAL}"), "", RESET),
            false => ("[-", "-]".into(), "{+", "+}"),
        };
        out.push_str(spun);
        put(&edit.spun, &mut out);
        out.extend([&middle, original]);
        put(&edit.original, &mut out);
        out.push_str(end);
        at = edit.end;
    }
    put(&restored.text[at..], &mut out);
    out
}

/// Text from a stranger must not steer the terminal.
fn put(text: &str, out: &mut String) {
    out.extend(text.chars().map(|c| if c.is_control() && c != '\t' { '\u{fffd}' } else { c }));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decode::Edit;

    #[test]
    fn changes_are_marked() {
        let mut restored = Restored::untouched("in\x1b[2J the corporate.");
        let edit = |start: usize, end: usize, original: &str| Edit {
            start,
            end,
            spun: restored.text[start..end].into(),
            original: original.into(),
            probability: 1.0,
            alternatives: Vec::new(),
        };
        restored.edits = vec![edit(11, 20, "company")];
        assert_eq!(marked(&restored, false), "in\u{fffd}[2J the [-corporate-]{+company+}.");
        assert_eq!(
            marked(&restored, true),
            "in\u{fffd}[2J the \x1b[9;31mcorporate\x1b[0m\x1b[1;32mcompany\x1b[0m."
        );
    }
}
