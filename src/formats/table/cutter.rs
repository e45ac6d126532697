//! Cuts a stream into records of a table, each of a bounded size.

use super::super::{Input, Place, Settings, Taken};
use super::reader;
use crate::error::{Error, Result};
use csv_core::{ReadFieldResult, Reader};
use std::io::BufRead;
use std::ops::Range;
use std::path::{Path, PathBuf};

#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Cut {
    Record,
    TooLong,
    End,
}

/// Cuts records, and finds the field of one column in each.
pub(super) struct Cutter {
    path: PathBuf,
    reader: Box<dyn BufRead + Send>,
    taken: Taken,
    place: Place,
    core: Reader,
    column: usize,
    /// A longer record is cut anywhere.
    largest: usize,
    /// The bytes of the record, how many fields it has, and where the field stands in it.
    raw: Vec<u8>,
    fields: usize,
    text: Option<Range<usize>>,
    /// Whether the rest of a record that is too long is still ahead.
    torn: bool,
}

impl Cutter {
    pub(super) fn new(input: Input<'_>, settings: &Settings, column: usize) -> Self {
        let Input { path, reader: input, taken, place } = input;
        Self {
            path: path.to_path_buf(),
            reader: input,
            taken,
            place,
            core: reader(settings.format),
            column,
            largest: settings.largest,
            raw: Vec::new(),
            fields: 0,
            text: None,
            torn: false,
        }
    }

    /// What is left of the input.
    pub(super) fn rest_of(self, path: &Path) -> Input<'_> {
        Input { path, reader: self.reader, taken: self.taken, place: self.place }
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    pub(super) fn largest(&self) -> usize {
        self.largest
    }

    pub(super) fn taken(&self) -> &Taken {
        &self.taken
    }

    /// Where the next record begins.
    pub(super) fn place(&self) -> Place {
        self.place
    }

    /// The bytes of the record that was cut last.
    pub(super) fn raw(&self) -> &[u8] {
        &self.raw
    }

    pub(super) fn take_raw(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.raw)
    }

    /// Whether more of it is ahead, since it is too long.
    pub(super) fn is_torn(&self) -> bool {
        self.torn
    }

    /// How many fields it has.
    pub(super) fn fields(&self) -> usize {
        self.fields
    }

    /// Where in it the field of the column stands, with its quotes.
    pub(super) fn text(&self) -> Option<Range<usize>> {
        self.text.clone()
    }

    pub(super) fn next(&mut self) -> Result<Cut> {
        self.raw.clear();
        (self.fields, self.text) = (0, None);
        let cut = self.cut().map_err(|source| Error::io(&self.path, source))?;
        self.place.offset += self.raw.len() as u64;
        self.place.number += self.raw.iter().filter(|&&byte| byte == b'\n').count() as u64;
        Ok(cut)
    }

    fn cut(&mut self) -> std::io::Result<Cut> {
        // Only the places of fields are wanted here, not their values.
        let mut values = [0; 1024];
        let mut start = 0;
        loop {
            let input = self.reader.fill_buf()?;
            let is_end = input.is_empty();
            let (result, read, _) = self.core.read_field(input, &mut values);
            self.raw.extend_from_slice(&input[..read]);
            self.reader.consume(read);
            match result {
                ReadFieldResult::InputEmpty | ReadFieldResult::OutputFull => {}
                ReadFieldResult::End => {
                    self.torn &= !self.raw.is_empty();
                    return Ok(self.whole(Cut::End));
                }
                ReadFieldResult::Field { record_end } => {
                    if self.fields == self.column {
                        // What ends the field, unless it is the end of the file, was read too.
                        self.text = Some(self.field(start, self.raw.len() - usize::from(!is_end)));
                    }
                    self.fields += 1;
                    start = self.raw.len();
                    if record_end {
                        // The two bytes of an end of line belong together.
                        if self.raw.ends_with(b"\r") && self.reader.fill_buf()?.starts_with(b"\n") {
                            self.raw.push(b'\n');
                            self.reader.consume(1);
                        }
                        return Ok(self.whole(Cut::Record));
                    }
                }
            }
            if self.raw.len() > self.largest {
                self.torn = true;
                return Ok(Cut::TooLong);
            }
        }
    }

    /// What ends here, if it is not the rest of a record that is too long.
    fn whole(&mut self, cut: Cut) -> Cut {
        if std::mem::take(&mut self.torn) { Cut::TooLong } else { cut }
    }

    /// A field without the blank lines that stand before the record.
    fn field(&self, start: usize, end: usize) -> Range<usize> {
        let blank = |byte: &&u8| matches!(byte, b'\r' | b'\n');
        let blanks = self.raw[..end].iter().take_while(blank).count();
        start.max(blanks)..end
    }
}
