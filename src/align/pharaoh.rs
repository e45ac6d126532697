//! Links as text: `0-0 1-2`, a pair of sentences a line, the form that Pharaoh read.

use super::symmetrize::Link;
use std::fmt::Write;

/// The line of `links`, with its end.
pub(crate) fn line(links: &[Link]) -> String {
    let mut line = String::with_capacity(6 * links.len() + 1);
    for (original, spun) in links {
        let blank = if line.is_empty() { "" } else { " " };
        // Writing to a string does not fail.
        let _ = write!(line, "{blank}{original}-{spun}");
    }
    line.push('\n');
    line
}

/// The links of a line, sorted and each once; says what is wrong with it.
pub(crate) fn parse(line: &str) -> Result<Vec<Link>, String> {
    let link = |text: &str| {
        let (original, spun) = text.split_once('-')?;
        Some((original.parse().ok()?, spun.parse().ok()?))
    };
    let link = |text| {
        link(text).ok_or_else(|| format!("{text:?} is no link: expected original-spun, as in 0-1"))
    };
    let mut links = line.split_ascii_whitespace().map(link).collect::<Result<Vec<Link>, _>>()?;
    links.sort_unstable();
    links.dedup();
    Ok(links)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_and_back() {
        let table: &[(&str, &[Link])] = &[
            ("\n", &[]),
            ("0-0\n", &[(0, 0)]),
            ("0-12 7-1 65535-3\n", &[(0, 12), (7, 1), (65535, 3)]),
        ];
        for (text, links) in table {
            assert_eq!(line(links), *text);
            assert_eq!(parse(text).as_deref(), Ok(*links));
        }
        assert_eq!(parse(" 3-1\t0-0  3-1 "), Ok(vec![(0, 0), (3, 1)]));
        for bad in ["0", "0-", "-1", "0-65536", "a-1", "0-1-2", "0?1"] {
            assert!(parse(bad).unwrap_err().contains(bad), "{bad}");
        }
    }
}
