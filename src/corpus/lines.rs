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
    /// Whether the line read last was too long, so that its rest is still ahead.
    torn: bool,
    bytes: Vec<u8>,
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
        Self { path, reader, number: 0, offset: 0, torn: false, bytes: Vec::new() }
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

    /// Bytes that have been read, the whole of the last line among them.
    pub(crate) fn offset(&self) -> u64 {
        self.offset
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
        self.bytes.clear();
        let mut limited = (&mut self.reader).take(LONGEST_LINE as u64 + 1);
        let read = limited.read_until(b'\n', &mut self.bytes);
        let read = read.map_err(|source| Error::io(&self.path, source))?;
        if read == 0 {
            return Ok(None);
        }
        let rest = std::mem::replace(&mut self.torn, read > LONGEST_LINE);
        self.torn &= !self.bytes.ends_with(b"\n");
        self.number += u64::from(!rest);
        self.offset += read as u64;
        let end = match self.bytes.as_slice() {
            [.., b'\r', b'\n'] => "\r\n",
            [.., b'\n'] => "\n",
            _ => "",
        };
        let line = &self.bytes[..read - end.len()];
        let refuse = |message: &str| Error::data(&self.path, self.number, message);
        let line = if rest {
            Line::Unreadable(line, refuse("the rest of a line that is too long"))
        } else if read > LONGEST_LINE {
            Line::Unreadable(line, refuse("longer than 64 MiB, left as it is"))
        } else if line.contains(&0) {
            Line::Unreadable(line, refuse("has a NUL byte: is it text?"))
        } else {
            match std::str::from_utf8(line) {
                Ok(text) => Line::Text(text),
                Err(error) => {
                    let at = error.valid_up_to() + 1;
                    let message = format!("not valid UTF-8 at byte {at}: convert it to UTF-8");
                    Line::Unreadable(line, refuse(&message))
                }
            }
        };
        Ok(Some((line, end)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_that_is_too_long_comes_in_parts() {
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
