//! Tables of text: CSV as it is commonly quoted, and TSV, which has no quotes.
//!
//! A record in which nothing is restored is written as it was read, to the byte.

use super::record::{Block, Escape, field};
use super::{Format, Input, LARGEST_RECORD, Place, Record, Refusal, Settings, Source, Taken};
use crate::error::{Error, Result};
use csv_core::{ReadRecordResult, Reader, ReaderBuilder};
use std::io::BufRead;
use std::ops::Range;
use std::path::PathBuf;

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
        let mut cutter = Cutter::new(input, format);
        let wanted = &settings.field;
        let cut = cutter.next()?;
        let names: Vec<String> =
            cutter.fields().map(|name| String::from_utf8_lossy(name).into_owned()).collect();
        let column = match cut {
            Cut::Record => names.iter().position(|name| name == wanted),
            // An empty file is a table without records.
            Cut::End => Some(0),
            Cut::TooLong => None,
        };
        let Some(column) = column else {
            let names = names.iter().take(20).map(|name| format!("{name:?}"));
            let names = names.collect::<Vec<_>>().join(", ");
            let message = format!("no column {wanted:?}; name one of {names} with --field");
            return Err(Error::data(path, 1, message));
        };
        let header = Self { format, column, raw: std::mem::take(&mut cutter.raw) };
        let Cutter { reader, taken, place, .. } = cutter;
        Ok((header, Input { path, reader, taken, place }))
    }
}

/// Records of a table.
pub(super) struct Rows {
    cutter: Cutter,
    header: Header,
    first: bool,
}

impl Rows {
    /// Records that come after others.
    pub(super) fn new(input: Input<'_>, header: Header) -> Self {
        Self { cutter: Cutter::new(input, header.format), header, first: false }
    }

    /// Records that come after the header, which is given back before them.
    pub(super) fn first(input: Input<'_>, header: Header) -> Self {
        Self { first: true, ..Self::new(input, header) }
    }

    fn record(&mut self) -> Result<Record, String> {
        let Header { format, column, .. } = self.header;
        let (delimiter, quoted) = (delimiter(format), format == Format::Csv);
        let text = self.cutter.fields().nth(column).ok_or_else(|| {
            let fields = self.cutter.fields().count();
            format!("has {fields} fields, and the text is field {}", column + 1)
        })?;
        let text = std::str::from_utf8(text).map_err(|error| {
            format!("the text is not valid UTF-8 at byte {}: convert it", error.valid_up_to() + 1)
        })?;
        let old = &self.cutter.raw;
        let ends = |byte: &&u8| matches!(byte, b'\r' | b'\n');
        let before = old.iter().take_while(ends).count();
        let after = old.iter().rev().take_while(ends).count().min(old.len() - before);
        let mut raw = old[..before].to_vec();
        let mut place = 0..0;
        for (number, value) in self.cutter.fields().enumerate() {
            if number > 0 {
                raw.push(delimiter);
            }
            let start = raw.len();
            match quoted {
                true => field(value, delimiter, &mut raw),
                false => raw.extend_from_slice(value),
            }
            if number == column {
                place = start..raw.len();
            }
        }
        raw.extend_from_slice(&old[old.len() - after..]);
        let escape = if quoted { Escape::Field(delimiter) } else { Escape::Plain };
        let block = Block { lines: true, ..Block::whole(text.to_string(), place, false) };
        Ok(Record { raw, blocks: vec![block], escape, ..Record::default() })
    }
}

impl Source for Rows {
    fn next(&mut self) -> Result<Option<Record>> {
        if std::mem::take(&mut self.first) {
            return Ok(Some(Record { raw: self.header.raw.clone(), ..Record::default() }));
        }
        let start = self.cutter.place;
        let found = match self.cutter.next()? {
            Cut::End if self.cutter.raw.is_empty() => return Ok(None),
            Cut::End => Ok(Record::default()),
            Cut::Record => self.record(),
            Cut::TooLong => Err("longer than 64 MiB: is a quote left open?".to_string()),
        };
        let raw = std::mem::take(&mut self.cutter.raw);
        Ok(Some(match found {
            Ok(record) if record.blocks.is_empty() => Record { raw, ..record },
            Ok(record) => Record { untouched: Some(raw), ..record },
            Err(reason) => {
                let place = format!("{}:{}", self.cutter.path.display(), start.number + 1);
                let at = start.offset..self.cutter.place.offset;
                let refusals = vec![Refusal::new(place, at, reason, &raw)];
                Record { raw, refusals, refused: true, ..Record::default() }
            }
        }))
    }

    fn place(&self) -> Place {
        self.cutter.place
    }

    fn taken(&self) -> u64 {
        self.cutter.taken.bytes()
    }

    fn length(&self) -> Option<u64> {
        self.cutter.taken.length
    }
}

fn delimiter(format: Format) -> u8 {
    if format == Format::Tsv { b'\t' } else { b',' }
}

#[derive(PartialEq)]
enum Cut {
    Record,
    TooLong,
    End,
}

/// Cuts a stream into records, each of a bounded size.
struct Cutter {
    path: PathBuf,
    reader: Box<dyn BufRead + Send>,
    taken: Taken,
    place: Place,
    core: Reader,
    /// The bytes of the record, its fields' values after each other, and their ends.
    raw: Vec<u8>,
    values: Vec<u8>,
    ends: Vec<usize>,
    count: usize,
    /// Whether the rest of a record that is too long is still ahead.
    torn: bool,
}

impl Cutter {
    fn new(input: Input<'_>, format: Format) -> Self {
        let Input { path, reader, taken, place } = input;
        let core = ReaderBuilder::new()
            .delimiter(delimiter(format))
            .quoting(format == Format::Csv)
            .build();
        Self {
            path: path.to_path_buf(),
            reader,
            taken,
            place,
            core,
            raw: Vec::new(),
            values: vec![0; 1024],
            ends: vec![0; 64],
            count: 0,
            torn: false,
        }
    }

    fn fields(&self) -> impl Iterator<Item = &[u8]> {
        let starts = std::iter::once(0).chain(self.ends.iter().copied());
        let places = starts.zip(&self.ends[..self.count]);
        places.map(|(start, &end)| &self.values[Range { start, end }])
    }

    fn next(&mut self) -> Result<Cut> {
        self.raw.clear();
        self.count = 0;
        let cut = if self.torn { self.rest() } else { self.cut() };
        let cut = cut.map_err(|source| Error::io(&self.path, source))?;
        self.place.offset += self.raw.len() as u64;
        self.place.number += self.raw.iter().filter(|&&byte| byte == b'\n').count() as u64;
        Ok(cut)
    }

    fn cut(&mut self) -> std::io::Result<Cut> {
        let mut filled = 0;
        loop {
            let input = self.reader.fill_buf()?;
            let (result, read, wrote, ended) = self.core.read_record(
                input,
                &mut self.values[filled..],
                &mut self.ends[self.count..],
            );
            self.raw.extend_from_slice(&input[..read]);
            self.reader.consume(read);
            filled += wrote;
            self.count += ended;
            match result {
                ReadRecordResult::InputEmpty => {}
                // Both grow with the bytes of the record, which are bounded.
                ReadRecordResult::OutputFull => self.values.resize(2 * self.values.len(), 0),
                ReadRecordResult::OutputEndsFull => self.ends.resize(2 * self.ends.len(), 0),
                ReadRecordResult::End => return Ok(Cut::End),
                ReadRecordResult::Record => {
                    // The two bytes of an end of line belong together.
                    if self.raw.ends_with(b"\r") && self.reader.fill_buf()?.starts_with(b"\n") {
                        self.raw.push(b'\n');
                        self.reader.consume(1);
                    }
                    return Ok(Cut::Record);
                }
            }
            if self.raw.len() > LARGEST_RECORD {
                self.core.reset();
                self.torn = true;
                return Ok(Cut::TooLong);
            }
        }
    }

    /// Passes over what is left of the line in which a record became too long.
    fn rest(&mut self) -> std::io::Result<Cut> {
        while self.raw.len() <= LARGEST_RECORD {
            let input = self.reader.fill_buf()?;
            let end = input.iter().position(|&byte| byte == b'\n');
            let read = end.map_or(input.len(), |end| end + 1);
            self.raw.extend_from_slice(&input[..read]);
            self.reader.consume(read);
            if end.is_some() || read == 0 {
                self.torn = false;
                break;
            }
        }
        Ok(if self.raw.is_empty() { Cut::End } else { Cut::TooLong })
    }
}
