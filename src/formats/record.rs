//! A record: bytes of a file, and where in them the text stands that is restored.

use super::changes::{Changes, Part, Rewritten};
use crate::decode::{Decoder, Edit, Restored, join_lines};
use serde::Serializer as _;
use std::fmt::Display;
use std::io::{self, Write as _};
use std::ops::Range;

/// What is read at once and decoded as a document of its own.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Record {
    /// The bytes as they stand, or as they are written again.
    pub(crate) raw: Vec<u8>,
    /// Stretches of text in them, from left to right.
    pub(crate) blocks: Vec<Block>,
    /// How restored words are written into `raw`.
    pub(crate) escape: Escape,
    /// What could not be read.
    pub(crate) refusals: Vec<Refusal>,
    /// True if nothing of the record could be read, so that a batch leaves it out.
    pub(crate) refused: bool,
    /// The bytes to write if nothing is restored, where they are not `raw`.
    pub(crate) untouched: Option<Vec<u8>>,
    /// True if it is a part of a long one, and more of that comes next.
    pub(crate) goes_on: bool,
}

/// A stretch of text: a line, a paragraph, a field.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Block {
    pub(crate) text: String,
    /// Where the text stands in the record; markup may stand between the pieces.
    pub(crate) pieces: Vec<Piece>,
    /// True if the ends of lines in the text end sentences too.
    pub(crate) lines: bool,
    /// True if more of a long text comes in the next record.
    pub(crate) goes_on: bool,
}

/// A part of a block that stands in one place.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Piece {
    /// Its place in the bytes of the record.
    pub(crate) raw: Range<usize>,
    /// Its place in the text of the block.
    pub(crate) text: Range<usize>,
    /// True if its bytes are its text, so that parts of it can be replaced.
    pub(crate) exact: bool,
    /// Pieces without markup between them have the same number.
    pub(crate) node: usize,
}

/// Stands in the text of a block for what is no text: code, a picture.
pub(crate) const STAND_IN: &str = "\u{fffc}";

/// How text is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Escape {
    /// As it is.
    #[default]
    Plain,
    /// With character references for the marks of markup.
    Html,
    /// As it stands inside a string of JSON.
    Json,
    /// As it stands in the quotes of a field.
    Quoted,
    /// As a field between commas, in quotes if it needs them.
    Field,
}

/// Why a part of the input was passed over, and where it stands.
#[derive(Clone, Debug, Default, PartialEq, serde::Serialize)]
pub(crate) struct Refusal {
    /// The file, and the line or record in it, from 1.
    pub(crate) place: String,
    /// Where it begins in the unpacked file, in bytes; in Parquet, in rows.
    pub(crate) offset: u64,
    /// How long it is, in the same measure.
    pub(crate) length: u64,
    pub(crate) reason: String,
    /// What stands there, as far as it is text; the start of it if it is long.
    pub(crate) record: String,
}

/// The record of a refusal is cut to so many bytes.
const SHOWN: usize = 4096;

impl Refusal {
    pub(crate) fn new(place: String, at: Range<u64>, reason: String, bytes: &[u8]) -> Self {
        let record = String::from_utf8_lossy(&bytes[..bytes.len().min(SHOWN)]).into_owned();
        Self { place, offset: at.start, length: at.end - at.start, reason, record }
    }
}

impl Block {
    /// A block whose text stands in one place as it is.
    pub(crate) fn exact(text: &str, start: usize) -> Self {
        Self::whole(text.to_string(), start..start + text.len(), true)
    }

    /// A block whose text stands in one place.
    pub(crate) fn whole(text: String, raw: Range<usize>, exact: bool) -> Self {
        let piece = Piece { raw, text: 0..text.len(), exact, node: 0 };
        Self { text, pieces: vec![piece], ..Self::default() }
    }

    /// Adds text that stands at `raw`.
    pub(crate) fn push(&mut self, text: &str, raw: Range<usize>, exact: bool, node: usize) {
        if text.is_empty() {
            return;
        }
        let start = self.text.len();
        self.text.push_str(text);
        self.pieces.push(Piece { raw, text: start..self.text.len(), exact, node });
    }

    /// What is decoded as a line each, and where it starts.
    fn parts(&self) -> impl Iterator<Item = (usize, &str)> {
        let limit = if self.lines { usize::MAX } else { 1 };
        let mut end = 0;
        self.text.splitn(limit, '\n').map(move |line| {
            let start = end;
            end += line.len() + 1;
            (start, line)
        })
    }
}

/// Decodes records, each a document of its own; `k` restorations of each block.
pub(crate) fn decode(decoder: &Decoder<'_>, k: usize, records: &[Record]) -> Vec<Vec<Restored>> {
    let restored = decoder.decode_documents(&documents(records));
    let join = |(record, restored): (&Record, Vec<Restored>)| {
        let mut restored = restored.into_iter();
        let block = |block: &Block| {
            let lines: Vec<Restored> = restored.by_ref().take(block.parts().count()).collect();
            join_lines(lines, k)
        };
        record.blocks.iter().map(block).collect()
    };
    records.iter().zip(restored).map(join).collect()
}

/// Restores records, each a document of its own: what is changed in each block, and nothing
/// else, so that long records take little memory.
pub(crate) fn restore(decoder: &Decoder<'_>, records: &[Record]) -> Vec<Vec<Changes>> {
    let none = |record: &Record| vec![Changes::default(); record.blocks.len()];
    let mut changes: Vec<Vec<Changes>> = records.iter().map(none).collect();
    let mut places = records.iter().enumerate().flat_map(|(record, of)| {
        let blocks = of.blocks.iter().enumerate();
        blocks.flat_map(move |(block, of)| of.parts().map(move |(start, _)| (record, block, start)))
    });
    let mut place = (0, places.next());
    decoder.changes(&documents(records), |line, Edit { start, end, original, .. }| {
        if line > place.0 {
            place = (line, places.nth(line - place.0 - 1));
        }
        let (record, block, before) = place.1.expect("the place of a line");
        let text = before + start..before + end;
        changes[record][block].push(&records[record].blocks[block], text, &original);
    });
    changes
}

fn documents(records: &[Record]) -> Vec<Vec<&str>> {
    let lines = |block| Block::parts(block).map(|(_, line)| line);
    records.iter().map(|record| record.blocks.iter().flat_map(lines).collect()).collect()
}

impl Record {
    /// Writes the record with what is changed in each of its blocks.
    pub(crate) fn write(&self, changes: &[Changes], out: &mut Vec<u8>) {
        if changes.iter().all(Changes::is_empty) {
            out.extend_from_slice(self.untouched.as_ref().unwrap_or(&self.raw));
            return;
        }
        let mut written = 0;
        for (block, changes) in self.blocks.iter().zip(changes) {
            for piece in &block.pieces {
                let Some(parts) = changes.parts(piece) else { continue };
                out.extend_from_slice(&self.raw[written..piece.raw.start]);
                written = piece.raw.end;
                if !piece.exact {
                    self.escape.put(Rewritten(block, parts), out);
                    continue;
                }
                let place = |text: usize| piece.raw.start + (text - piece.text.start);
                parts.for_each(|part| match part {
                    Part::Stays(text) => {
                        out.extend_from_slice(&self.raw[place(text.start)..place(text.end)]);
                    }
                    Part::Original(original) => self.escape.put(original, out),
                });
            }
        }
        out.extend_from_slice(&self.raw[written..]);
    }
}

impl Escape {
    /// Appends `text` as it is written here.
    pub(crate) fn put(self, text: impl Display, out: &mut Vec<u8>) {
        match self {
            Self::Plain => write!(out, "{text}"),
            Self::Html => out.write_all(html_escape::encode_text(&text.to_string()).as_bytes()),
            Self::Json => {
                let start = out.len();
                let written = serde_json::Serializer::new(&mut *out).collect_str(&text);
                // The quotes stand around it already.
                out.pop();
                out.remove(start);
                written.map_err(io::Error::from)
            }
            Self::Quoted => out.write_all(text.to_string().replace('"', "\"\"").as_bytes()),
            Self::Field => {
                field(text.to_string().as_bytes(), out);
                Ok(())
            }
        }
        .expect("memory takes text");
    }
}

/// Writes one field of a table, in quotes if it needs them.
fn field(text: &[u8], out: &mut Vec<u8>) {
    let mut writer = csv_core::Writer::new();
    let mut buffer = [0; 1024];
    let mut rest = text;
    // An empty field needs no quotes unless it is alone, and then it is not written anew.
    while !rest.is_empty() {
        let (result, read, wrote) = writer.field(rest, &mut buffer);
        out.extend_from_slice(&buffer[..wrote]);
        rest = &rest[read..];
        debug_assert!(result == csv_core::WriteResult::OutputFull || rest.is_empty());
    }
    if !text.is_empty() {
        let (_, wrote) = writer.finish(&mut buffer);
        out.extend_from_slice(&buffer[..wrote]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decode::DecodeConfig;
    use crate::decode::tests::{MODEL, spun_lines};

    #[test]
    fn what_is_changed_is_what_the_evidence_tells() {
        let lines = spun_lines();
        let block = |text: String, lines| Block { lines, ..Block::exact(&text, 0) };
        let record = |blocks| Record { blocks, ..Record::default() };
        let records = [
            record(vec![block(lines.join("\n"), true), block(String::new(), true)]),
            record(vec![]),
            record(vec![block(lines.join("\n"), false), block(lines[0].clone(), true)]),
        ];
        let told = decode(&Decoder::new(&MODEL), 1, &records);
        let told = records.iter().zip(told).map(|(record, restored)| {
            let changes = |(block, restored): (&Block, Restored)| {
                let mut changes = Changes::default();
                for Edit { start, end, original, .. } in restored.edits {
                    changes.push(block, start..end, &original);
                }
                changes
            };
            record.blocks.iter().zip(restored).map(changes).collect()
        });
        let told: Vec<Vec<Changes>> = told.collect();
        let config = DecodeConfig { alternatives: false, ..DecodeConfig::default() };
        let plain = Decoder::with_config(&MODEL, config).unwrap();
        assert_eq!(restore(&plain, &records), told);
        assert!(told[2].iter().all(|changes| !changes.is_empty()));
    }
}
