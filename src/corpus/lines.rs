//! Lines of a file that may be compressed and need not be valid text.

use super::packing::Unpacked;
use crate::error::{Error, Result};
use std::io::{BufRead, Read};
use std::path::{Path, PathBuf};

/// A longer line is refused: nothing that people wrote is so long.
pub(crate) const LONGEST_LINE: usize = 64 << 20;

/// Reads lines and counts them.
pub(crate) struct Lines<'r> {
    path: PathBuf,
    reader: Box<dyn BufRead + Send + 'r>,
    number: u64,
    offset: u64,
    /// A longer line is refused, or cut.
    longest: usize,
    cuts: bool,
    /// Bytes of the line read last that came before, if its rest is still ahead.
    torn: u64,
    bytes: Vec<u8>,
    /// What was read behind a cut.
    ahead: Vec<u8>,
}

/// A line without its end.
pub(crate) enum Line<'l> {
    /// Valid text.
    Text(&'l str),
    /// Bytes that are not, and why.
    Unreadable(&'l [u8], Error),
}

impl Lines<'static> {
    /// Opens a file; `.gz`, `.xz` and `.zst` are unpacked on the way.
    pub(crate) fn open(path: &Path) -> Result<Self> {
        Ok(Self::new(path, Unpacked::open(path, 0)?.reader))
    }
}

impl<'r> Lines<'r> {
    /// Reads lines from `reader`; `path` is what messages call it.
    pub(crate) fn new(path: impl Into<PathBuf>, reader: impl BufRead + Send + 'r) -> Self {
        let (path, reader) = (path.into(), Box::new(reader));
        let (bytes, ahead) = Default::default();
        let (longest, cuts) = (LONGEST_LINE, false);
        Self { path, reader, number: 0, offset: 0, longest, cuts, torn: 0, bytes, ahead }
    }

    /// Refuses lines of more than so many bytes.
    pub(crate) fn none_longer_than(mut self, most: usize) -> Self {
        self.longest = most;
        self
    }

    /// Gives a line of more than so many bytes in parts, each as a line without an end but the
    /// last, cut behind a sentence if it has one, or else behind a word.
    pub(crate) fn in_parts_of(mut self, most: usize) -> Self {
        (self.longest, self.cuts) = (most, true);
        self
    }

    /// Says that the first line is not that of the file: so many lines and bytes
    /// stand before it.
    pub(crate) fn after(mut self, lines: u64, bytes: u64) -> Self {
        (self.number, self.offset) = (lines, bytes);
        self
    }

    /// What messages call the file.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// The number of the line read last, from 1.
    pub(crate) fn number(&self) -> u64 {
        self.number
    }

    /// Bytes that have been given, the whole of the last line or part among them.
    pub(crate) fn offset(&self) -> u64 {
        self.offset
    }

    /// Whether more of the line read last is ahead.
    pub(crate) fn goes_on(&self) -> bool {
        self.torn > 0
    }

    /// Lines that have been given to their ends.
    pub(crate) fn whole(&self) -> u64 {
        self.number - u64::from(self.goes_on())
    }

    /// Moves the line read last, with its end, behind what `out` has. Once for each line.
    pub(crate) fn hand_over(&mut self, out: &mut Vec<u8>) {
        match out.is_empty() {
            true => std::mem::swap(out, &mut self.bytes),
            false => out.append(&mut self.bytes),
        }
    }

    /// The next line with its end as it stands (`\n`, `\r\n` or nothing), or
    /// nothing at the end of the file.
    pub(crate) fn next(&mut self) -> Result<Option<(Line<'_>, &'static str)>> {
        let is_long = self.fill()?;
        if self.bytes.is_empty() {
            return Ok(None);
        }
        let goes_on = is_long && !self.bytes.ends_with(b"\n");
        if goes_on && self.cuts {
            self.ahead = self.bytes.split_off(cut(&self.bytes));
        }
        let length = self.bytes.len() as u64;
        let before = std::mem::take(&mut self.torn);
        self.torn = if goes_on { before + length } else { 0 };
        self.number += u64::from(before == 0);
        self.offset += length;
        let end = match self.bytes.as_slice() {
            [.., b'\r', b'\n'] => "\r\n",
            [.., b'\n'] => "\n",
            _ => "",
        };
        let line = &self.bytes[..self.bytes.len() - end.len()];
        let refuse = |message: &str| Error::data(&self.path, self.number, message);
        let line = if !self.cuts && before > 0 {
            Line::Unreadable(line, refuse("the rest of a line that is too long"))
        } else if !self.cuts && is_long {
            let most = self.longest >> 20;
            Line::Unreadable(line, refuse(&format!("longer than {most} MiB, left as it is")))
        } else if line.contains(&0) {
            Line::Unreadable(line, refuse("has a NUL byte: is it text?"))
        } else {
            match std::str::from_utf8(line) {
                Ok(text) => Line::Text(text),
                Err(error) => {
                    let at = before + error.valid_up_to() as u64 + 1;
                    let message = format!("not valid UTF-8 at byte {at}: convert it to UTF-8");
                    Line::Unreadable(line, refuse(&message))
                }
            }
        };
        Ok(Some((line, end)))
    }

    /// Reads to the end of the line, or a byte more than is read at once: says whether it is
    /// that long.
    fn fill(&mut self) -> Result<bool> {
        self.bytes.clear();
        self.bytes.append(&mut self.ahead);
        let limit = (self.longest + 1).saturating_sub(self.bytes.len());
        let read = (&mut self.reader).take(limit as u64).read_until(b'\n', &mut self.bytes);
        read.map_err(|source| Error::io(&self.path, source))?;
        Ok(self.bytes.len() > self.longest)
    }
}

/// Where a line that goes on is cut: behind a sentence, a word, or at least a character.
pub(crate) fn cut(bytes: &[u8]) -> usize {
    let sentence = |pair: &[u8]| matches!(pair, [b'.' | b'!' | b'?', b' ']);
    let ended = bytes.windows(2).rposition(sentence).map(|at| at + 2);
    let spaced = || bytes.iter().rposition(|&byte| byte == b' ').map(|at| at + 1);
    let character = || bytes.iter().rposition(|byte| !matches!(byte, 0x80..0xc0)).unwrap_or(0);
    let cut = ended.or_else(spaced).unwrap_or_else(character);
    // What is no text has no characters either.
    if cut == 0 { bytes.len() } else { cut }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_line_that_is_too_long_is_refused_part_by_part() {
        let long = std::io::repeat(b'a').take(LONGEST_LINE as u64 + 5);
        let reader = std::io::BufReader::new(long.chain(&b"\nshort\n"[..]));
        let mut lines = Lines::new("x", reader);
        let mut seen = Vec::new();
        while let Some((line, end)) = lines.next().unwrap() {
            seen.push(match line {
                Line::Text(text) => format!("{text}{end:?}"),
                Line::Unreadable(bytes, error) => format!("{} {error}", bytes.len()),
            });
        }
        let part = LONGEST_LINE + 1;
        let expected = [
            format!("{part} x:1: longer than 64 MiB, left as it is"),
            "4 x:1: the rest of a line that is too long".into(),
            "short\"\\n\"".into(),
        ];
        assert_eq!(seen, expected);
    }

    #[test]
    fn a_long_line_is_cut_behind_sentences_words_and_characters() {
        let cases: [(&str, &[&str]); 7] = [
            ("short\n", &["1 short\n"]),
            ("It is. It was so\nEnd", &["1 It is. ", "1 It was so\n", "2 End"]),
            ("one two three four\r\n", &["1 one two ", "1 three four\r\n"]),
            ("twelve bytes\nthirteen byte\n", &["1 twelve bytes\n", "2 thirteen ", "2 byte\n"]),
            ("ééééééé", &["1 éééééé", "1 é"]),
            ("abcdefghijklmno\n", &["1 abcdefghijkl", "1 mno\n"]),
            ("twelve bytes. ", &["1 twelve ", "1 bytes. "]),
        ];
        for (text, expected) in cases {
            let mut lines = Lines::new("x", text.as_bytes()).in_parts_of(12);
            let mut seen = Vec::new();
            while let Some((line, end)) = lines.next().unwrap() {
                let Line::Text(part) = line else { panic!("{text:?} is text") };
                let part = format!("{part}{end}");
                seen.push(format!("{} {part}", lines.number()));
            }
            assert_eq!(seen, expected);
            assert_eq!(lines.offset(), text.len() as u64);
        }
    }

    #[test]
    fn reading_goes_on_behind_any_part() {
        let text = "One two. Three four five six seven.\nEight nïne ten. Eleven\n\nEnd.";
        let read = |lines: u64, bytes: u64| {
            let rest = &text.as_bytes()[bytes as usize..];
            let mut lines = Lines::new("x", rest).after(lines, bytes).in_parts_of(10);
            let mut seen = Vec::new();
            while let Some((line, end)) = lines.next().unwrap() {
                let Line::Text(part) = line else { panic!("it is text") };
                let part = format!("{part}{end}");
                seen.push((lines.number(), part, lines.whole(), lines.offset()));
            }
            seen
        };
        let all = read(0, 0);
        let joined: String = all.iter().map(|(_, part, ..)| part.as_str()).collect();
        assert_eq!(joined, text);
        assert!(all.len() > 8, "{all:?}");
        for (at, &(_, _, lines, bytes)) in all.iter().enumerate() {
            assert_eq!(read(lines, bytes), all[at + 1..]);
        }
    }

    proptest! {
        #[test]
        fn parts_make_the_line(text in "[a b.\\né]{0,60}", most in 4usize..20) {
            let mut lines = Lines::new("x", text.as_bytes()).in_parts_of(most);
            let mut joined = String::new();
            while let Some((line, end)) = lines.next().unwrap() {
                let Line::Text(part) = line else { panic!("{text:?} is text") };
                prop_assert!(part.len() <= most + 1);
                joined.extend([part, end]);
            }
            prop_assert_eq!(&joined, &text);
        }
    }

    #[test]
    fn a_fault_in_a_part_is_told_by_its_place_in_the_line() {
        let mut lines = Lines::new("x", &b"one two three f\xffur five"[..]).in_parts_of(10);
        let mut seen = Vec::new();
        while let Some((line, _)) = lines.next().unwrap() {
            seen.push(match line {
                Line::Text(text) => text.to_string(),
                Line::Unreadable(_, error) => error.to_string(),
            });
        }
        let fault = "x:1: not valid UTF-8 at byte 16: convert it to UTF-8";
        assert_eq!(seen, ["one two ", fault, "five"]);
    }

    #[test]
    fn lines_with_their_ends() {
        let mut lines = Lines::new("x", &b"one\r\ntwo\n\nth\xffree\nfo\0ur"[..]);
        let mut seen = Vec::new();
        while let Some((line, end)) = lines.next().unwrap() {
            seen.push(match line {
                Line::Text(text) => format!("{text}|{end:?}"),
                Line::Unreadable(bytes, error) => format!("{}!{error}", bytes.len()),
            });
        }
        let expected = [
            "one|\"\\r\\n\"",
            "two|\"\\n\"",
            "|\"\\n\"",
            "6!x:4: not valid UTF-8 at byte 3: convert it to UTF-8",
            "5!x:5: has a NUL byte: is it text?",
        ];
        assert_eq!(seen, expected);
    }
}
