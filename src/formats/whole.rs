//! Files that are one record: a page, an article.

use super::long::{self, Parts};
use super::{Input, Place, Record, Refusal, Settings, Source, Taken};
use crate::error::{Error, Result};
use std::io::{BufRead, Read};
use std::path::PathBuf;

/// Finds the text in a file, or says why it cannot be read and gives it back.
pub(super) type Parse = fn(String) -> Result<Parts, (String, String)>;

/// Reads a file as one record.
pub(super) struct Whole {
    path: PathBuf,
    reader: Box<dyn BufRead + Send>,
    taken: Taken,
    place: Place,
    largest: usize,
    parse: Parse,
    parts: Option<Parts>,
}

impl Whole {
    pub(super) fn new(input: Input<'_>, settings: &Settings, parse: Parse) -> Self {
        let Input { path, reader, taken, place } = input;
        let (path, largest) = (path.to_path_buf(), settings.largest);
        Self { path, reader, taken, place, largest, parse, parts: None }
    }

    fn parse(&self, raw: Vec<u8>) -> Result<Parts, (String, Vec<u8>)> {
        if raw.len() > self.largest {
            let most = self.largest >> 20;
            return Err((format!("longer than {most} MiB, left as it is: see --largest"), raw));
        }
        let text = String::from_utf8(raw).map_err(|error| {
            let at = error.utf8_error().valid_up_to() + 1;
            let reason = format!("not valid UTF-8 at byte {at}: convert it to UTF-8");
            (reason, error.into_bytes())
        })?;
        (self.parse)(text).map_err(|(reason, text)| (reason, text.into_bytes()))
    }
}

impl Source for Whole {
    fn next(&mut self) -> Result<Option<Record>> {
        if let Some(part) = long::next(&mut self.parts) {
            return Ok(Some(part));
        }
        let failed = |source| Error::io(&self.path, source);
        let mut raw = Vec::new();
        let limit = self.largest as u64 + 1;
        (&mut self.reader).take(limit).read_to_end(&mut raw).map_err(failed)?;
        let Place { offset: start, number } = self.place;
        self.place.offset += raw.len() as u64;
        self.place.number += u64::from(!raw.is_empty());
        // A page that cannot be read is given back as it is: it is a file of its own.
        let goes_on = raw.len() > self.largest;
        let untouched =
            |refusals, raw| long::untouched(Record { raw, refusals, goes_on, ..Record::default() });
        self.parts = Some(match number {
            0 => self.parse(raw).unwrap_or_else(|(reason, raw)| {
                let (name, at) = (self.path.display().to_string(), start..self.place.offset);
                untouched(vec![Refusal::new(name, at, reason, &raw)], raw)
            }),
            // The rest of one that is too long.
            _ => untouched(vec![], raw),
        });
        Ok(long::next(&mut self.parts))
    }

    fn place(&self) -> Place {
        self.place
    }

    fn taken(&self) -> u64 {
        self.taken.bytes()
    }

    fn length(&self) -> Option<u64> {
        self.taken.length
    }
}
