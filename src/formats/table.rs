//! Tables of text: CSV as it is commonly quoted, and TSV, which has no quotes.
//!
//! Only the field with the text is written anew, and that in quotes if it had some.

mod cutter;

use self::cutter::{Cut, Cutter};
use super::long::{self, PART, Parts};
use super::record::Escape;
use super::{Format, Input, Place, Record, Refusal, Settings, Source};
use crate::error::{Error, Result};
use csv_core::{ReadFieldResult, Reader, ReaderBuilder};
use std::ops::Range;

/// How a table is read, and its column of text.
#[derive(Clone)]
pub(super) struct Header {
    format: Format,
    column: usize,
    /// The bytes of the header itself.
    raw: Vec<u8>,
}

impl Header {
    /// Reads the first record; what is left of the input begins after it.
    pub(super) fn read<'p>(input: Input<'p>, settings: &Settings) -> Result<(Self, Input<'p>)> {
        let path = input.path;
        let format = settings.format;
        let mut cutter = Cutter::new(input, settings, 0);
        let wanted = &settings.field;
        let cut = cutter.next()?;
        let raw = cutter.take_raw();
        let column = match cut {
            Cut::Record => values(&raw, format).position(|name| name == wanted.as_bytes()),
            // An empty file is a table without records.
            Cut::End => Some(0),
            Cut::TooLong => None,
        };
        let Some(column) = column else {
            let names = values(&raw, format).take(20);
            let names = names.map(|name| format!("{:?}", String::from_utf8_lossy(&name)));
            let names = names.collect::<Vec<_>>().join(", ");
            let message = format!("no column {wanted:?}; name one of {names} with --field");
            return Err(Error::data(path, 1, message));
        };
        Ok((Self { format, column, raw }, cutter.rest_of(path)))
    }
}

/// Records of a table.
pub(super) struct Rows {
    cutter: Cutter,
    format: Format,
    column: usize,
    /// What is left of the record read last.
    parts: Option<Parts>,
}

impl Rows {
    /// Records that come after others.
    pub(super) fn new(input: Input<'_>, settings: &Settings, header: &Header) -> Self {
        let Header { format, column, .. } = *header;
        Self { cutter: Cutter::new(input, settings, column), format, column, parts: None }
    }

    /// Records that come after the header, which is given back before them.
    pub(super) fn first(input: Input<'_>, settings: &Settings, header: Header) -> Self {
        let rows = Self::new(input, settings, &header);
        let header = Record { raw: header.raw, ..Record::default() };
        Self { parts: Some(long::untouched(header)), ..rows }
    }

    /// The parts of the record that was cut last, or why its text cannot be read.
    fn parts(&mut self) -> Result<Parts, String> {
        let Self { format, column, .. } = *self;
        let raw = self.cutter.raw();
        let place = self.cutter.text().ok_or_else(|| {
            let fields = self.cutter.fields();
            format!("has {fields} fields, and the text is field {}", column + 1)
        })?;
        std::str::from_utf8(&raw[place.clone()]).map_err(|error| {
            format!("the text is not valid UTF-8 at byte {}: convert it", error.valid_up_to() + 1)
        })?;
        let quoted = inside_quotes(&raw[place.clone()]);
        Ok(match quoted {
            _ if format == Format::Tsv => {
                let read = |text: &str| (long::part(text).to_string(), long::part(text).len());
                long::stretch(self.cutter.take_raw(), place, Escape::Plain, read)
            }
            Some(inside) => {
                let inside = place.start + inside.start..place.start + inside.end;
                long::stretch(self.cutter.take_raw(), inside, Escape::Quoted, unquoted)
            }
            None if place.len() > PART => {
                let most = PART >> 10;
                return Err(format!("a text of more than {most} KiB is not in quotes: quote it"));
            }
            // Quotes that are needed later stand around the whole field.
            None => {
                let value = move |field: &str| {
                    let value = values(field.as_bytes(), format).next().unwrap_or_default();
                    (String::from_utf8(value).expect("a part of valid text"), field.len())
                };
                long::stretch(self.cutter.take_raw(), place, Escape::Field, value)
            }
        })
    }
}

impl Source for Rows {
    fn next(&mut self) -> Result<Option<Record>> {
        if let Some(part) = long::next(&mut self.parts) {
            return Ok(Some(part));
        }
        let start = self.cutter.place();
        let found = match self.cutter.next()? {
            Cut::End if self.cutter.raw().is_empty() => return Ok(None),
            Cut::End => {
                let raw = self.cutter.take_raw();
                Ok(long::untouched(Record { raw, ..Record::default() }))
            }
            Cut::Record => self.parts(),
            Cut::TooLong => {
                let most = self.cutter.largest() >> 20;
                Err(format!("longer than {most} MiB: is a quote left open? or see --largest"))
            }
        };
        self.parts = Some(found.unwrap_or_else(|reason| {
            let raw = self.cutter.take_raw();
            let place = format!("{}:{}", self.cutter.path().display(), start.number + 1);
            let at = start.offset..self.cutter.place().offset;
            let refusals = vec![Refusal::new(place, at, reason, &raw)];
            let (refused, goes_on) = (true, self.cutter.is_torn());
            long::untouched(Record { raw, refusals, refused, goes_on, ..Record::default() })
        }));
        Ok(long::next(&mut self.parts))
    }

    fn place(&self) -> Place {
        self.cutter.place()
    }

    fn taken(&self) -> u64 {
        self.cutter.taken().bytes()
    }

    fn length(&self) -> Option<u64> {
        self.cutter.taken().length
    }
}

fn reader(format: Format) -> Reader {
    let delimiter = if format == Format::Tsv { b'\t' } else { b',' };
    ReaderBuilder::new().delimiter(delimiter).quoting(format == Format::Csv).build()
}

/// The values of the fields of a record.
fn values(raw: &[u8], format: Format) -> impl Iterator<Item = Vec<u8>> {
    let (mut reader, mut rest, mut whole) = (reader(format), raw, false);
    std::iter::from_fn(move || {
        let (mut value, mut buffer) = (Vec::new(), [0; 1024]);
        while !whole {
            let (result, read, wrote) = reader.read_field(rest, &mut buffer);
            rest = &rest[read..];
            value.extend_from_slice(&buffer[..wrote]);
            whole = match result {
                ReadFieldResult::InputEmpty | ReadFieldResult::OutputFull => continue,
                ReadFieldResult::Field { record_end } => record_end,
                ReadFieldResult::End => return None,
            };
            return Some(value);
        }
        None
    })
}

/// Where the text of a field stands that is in quotes, if it is so throughout.
fn inside_quotes(field: &[u8]) -> Option<Range<usize>> {
    if field.first() != Some(&b'"') {
        return None;
    }
    let mut at = 1;
    while let Some(found) = field[at..].iter().position(|&byte| byte == b'"') {
        at += found;
        match field.get(at + 1) {
            Some(b'"') => at += 2,
            Some(_) => return None,
            None => return Some(1..at),
        }
    }
    // The end of the file closes a quote too.
    Some(1..field.len())
}

/// The text of what stands in quotes, as much as makes a part, and where that ends.
fn unquoted(inside: &str) -> (String, usize) {
    let part = long::part(inside);
    // The two quotes that stand for one may have been cut.
    let quotes = part.len() - part.trim_end_matches('"').len();
    let end = if part.len() < inside.len() { part.len() - quotes % 2 } else { part.len() };
    (inside[..end].replace("\"\"", "\""), end)
}

#[cfg(test)]
mod tests {
    use super::super::{Changes, from_bytes};
    use super::*;
    use proptest::prelude::*;

    /// The fields as they are written, and the text that is found in one of them restored.
    fn restored(table: &str, field: &str, original: &str) -> (String, Vec<String>) {
        let (field, largest) = (field.to_string(), 1 << 20);
        let settings = Settings { format: Format::Csv, field, each_line: false, largest };
        let mut source = from_bytes(table.into(), &settings).unwrap();
        let (mut out, mut texts) = (Vec::new(), Vec::new());
        while let Some(record) = source.next().unwrap() {
            let change = |block: &super::super::Block| {
                texts.push(block.text.clone());
                let mut changes = Changes::default();
                changes.push(block, 0..block.text.len(), original);
                changes
            };
            let changes: Vec<Changes> = record.blocks.iter().map(change).collect();
            record.write(&changes, &mut out);
        }
        (String::from_utf8(out).unwrap(), texts)
    }

    fn fields(table: &str) -> Vec<String> {
        let value = |value: Vec<u8>| String::from_utf8(value).unwrap();
        let mut rows = Vec::new();
        let mut cutter = Cutter::new(
            super::super::Input {
                path: std::path::Path::new("x"),
                reader: Box::new(std::io::Cursor::new(table.as_bytes().to_vec())),
                taken: Default::default(),
                place: Place::default(),
            },
            &Settings {
                format: Format::Csv,
                field: String::new(),
                each_line: false,
                largest: 1 << 20,
            },
            0,
        );
        while cutter.next().unwrap() == Cut::Record {
            rows.extend(values(cutter.raw(), Format::Csv).map(value));
        }
        rows
    }

    proptest! {
        #[test]
        fn only_the_text_changes(
            rows in prop::collection::vec(["[ab \",\n]{0,6}", "[ab \",\n]{1,6}", "[ab \",]{0,6}"], 1..4),
            quoted: bool,
            column in 0usize..3,
            original in "[xy \",\n]{1,4}",
        ) {
            let written = |value: &String| match quoted || value.contains([',', '"', '\n']) {
                true => format!("\"{}\"", value.replace('"', "\"\"")),
                false => value.clone(),
            };
            let row = |row: &[String; 3]| row.each_ref().map(written).join(",");
            let table = format!("0,1,2\r\n{}\r\n", rows.iter().map(row).collect::<Vec<_>>().join("\r\n"));
            let (out, texts) = restored(&table, &column.to_string(), &original);
            let expected: Vec<&String> = rows.iter().map(|row| &row[column]).collect();
            prop_assert_eq!(texts.iter().collect::<Vec<_>>(), expected);
            let changed = |row: &[String; 3]| {
                let mut row = row.clone();
                if !row[column].is_empty() {
                    row[column] = original.clone();
                }
                row
            };
            let header = ["0", "1", "2"].map(String::from);
            let expected: Vec<String> = [header].into_iter().chain(rows.iter().map(changed)).flatten().collect();
            prop_assert_eq!(fields(&out), expected, "{:?}", out);
        }
    }
}
