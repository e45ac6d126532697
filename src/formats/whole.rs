//! Files that are one record: a page, an article.

use super::{Input, LARGEST_RECORD, Place, Record, Refusal, Source, Taken};
use crate::error::{Error, Result};
use std::io::{BufRead, Read};
use std::path::PathBuf;

/// Reads a file as one record.
pub(super) struct Whole {
    path: PathBuf,
    reader: Box<dyn BufRead + Send>,
    taken: Taken,
    place: Place,
    parse: fn(&str) -> Result<Record, String>,
}

impl Whole {
    pub(super) fn new(input: Input<'_>, parse: fn(&str) -> Result<Record, String>) -> Self {
        let Input { path, reader, taken, place } = input;
        Self { path: path.to_path_buf(), reader, taken, place, parse }
    }
}

impl Source for Whole {
    fn next(&mut self) -> Result<Option<Record>> {
        let path = &self.path;
        let failed = |source| Error::io(path, source);
        let mut raw = Vec::new();
        let limit = LARGEST_RECORD as u64;
        let start = self.place.offset;
        (&mut self.reader).take(limit).read_to_end(&mut raw).map_err(failed)?;
        if raw.is_empty() {
            return Ok(None);
        }
        self.place.offset += raw.len() as u64;
        self.place.number += 1;
        let parsed = if raw.len() as u64 == limit || self.place.number > 1 {
            Err("longer than 64 MiB, left as it is".to_string())
        } else {
            match std::str::from_utf8(&raw) {
                Ok(text) => (self.parse)(text),
                Err(error) => {
                    let at = error.valid_up_to() + 1;
                    Err(format!("not valid UTF-8 at byte {at}: convert it to UTF-8"))
                }
            }
        };
        let record = parsed.unwrap_or_else(|reason| {
            let at = start..self.place.offset;
            let refusal = Refusal::new(path.display().to_string(), at, reason, &raw);
            // A page that cannot be read is given back as it is: it is a file of its own.
            Record { raw, refusals: vec![refusal], ..Record::default() }
        });
        Ok(Some(record))
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
