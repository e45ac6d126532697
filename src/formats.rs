//! File formats: records in, records out, and what is around them stays.
//!
//! A [`Source`] cuts a file into [`Record`]s; a record knows where in its bytes text
//! stands, and writes itself again with that text restored. A long one comes in parts.
//! How a file is packed, and what becomes of the output, is decided elsewhere.

mod changes;
mod field;
pub(crate) mod guard;
mod html;
mod jsonl;
mod long;
mod markdown;
pub(crate) mod parquet;
mod record;
mod table;
mod text;
mod whole;

use crate::corpus::packing::{Packing, Unpacked};
use crate::error::{Error, Result};
#[cfg(any(test, fuzzing))]
pub(crate) use changes::Changes;
pub use field::text_of;
#[cfg(any(test, fuzzing))]
pub(crate) use record::Block;
pub(crate) use record::{Record, Refusal, decode, restore};
use serde::{Deserialize, Serialize};
use std::io::BufRead;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// A record, field or page may have so many MiB, unless others are wanted: with the default
/// model and its work they are less than the model and 50 MiB.
pub(crate) const LARGEST_MIB: u16 = 8;

/// The formats, by the names that people give them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Format {
    /// Plain text, a line out for a line in
    Text,
    /// JSON Lines, an object a line
    Jsonl,
    /// Comma-separated values with a header
    Csv,
    /// Tab-separated values with a header
    Tsv,
    /// Apache Parquet
    Parquet,
    /// A page: its main article
    Html,
    /// Markdown without code, links and front matter
    Markdown,
}

impl Format {
    /// The format that the name of a file speaks for, whatever it is packed with.
    pub(crate) fn of(path: &Path) -> Option<Self> {
        let plain = Packing::of(path).1;
        let end = plain.extension()?.to_str()?.to_ascii_lowercase();
        Some(match end.as_str() {
            "txt" | "text" => Self::Text,
            "jsonl" | "ndjson" => Self::Jsonl,
            "csv" => Self::Csv,
            "tsv" | "tab" => Self::Tsv,
            "parquet" | "pq" => Self::Parquet,
            "html" | "htm" | "xhtml" => Self::Html,
            "md" | "markdown" | "mdown" => Self::Markdown,
            _ => return None,
        })
    }
}

/// How records are read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Settings {
    pub(crate) format: Format,
    /// The field or column with the text.
    pub(crate) field: String,
    /// Whether each line of text is a document of its own.
    pub(crate) each_line: bool,
    /// A record, field or page may have so many bytes, which are held while it is restored.
    pub(crate) largest: usize,
}

/// Where in the unpacked input a record begins.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Place {
    /// Bytes before it; rows of the row group in Parquet.
    pub(crate) offset: u64,
    /// Lines or records before it; row groups in Parquet.
    pub(crate) number: u64,
}

/// Cuts a file into records.
pub(crate) trait Source {
    /// The next record; nothing at the end.
    fn next(&mut self) -> Result<Option<Record>>;
    /// Where the next record begins.
    fn place(&self) -> Place;
    /// Progress through the file: bytes of it as it is packed, rows in Parquet.
    fn taken(&self) -> u64;
    /// How long the file is in that measure, if that is known.
    fn length(&self) -> Option<u64>;
}

/// Bytes of a file that were read, and how many it has.
#[derive(Clone, Default)]
pub(crate) struct Taken {
    bytes: Arc<AtomicU64>,
    length: Option<u64>,
}

impl Taken {
    fn bytes(&self) -> u64 {
        self.bytes.load(Ordering::Relaxed)
    }
}

/// An unpacked stream of bytes, its name in messages, and where it was opened.
pub(crate) struct Input<'p> {
    pub(crate) path: &'p Path,
    pub(crate) reader: Box<dyn BufRead + Send>,
    pub(crate) taken: Taken,
    pub(crate) place: Place,
}

/// Opens a file at a place that one of its sources gave.
pub(crate) fn open(path: &Path, settings: &Settings, place: Place) -> Result<Box<dyn Source>> {
    if settings.format == Format::Parquet {
        return Ok(Box::new(parquet::Values::open(path, settings, place)?));
    }
    // A table's header stands at its start, wherever its records are read from.
    let header = match settings.format {
        Format::Csv | Format::Tsv if place != Place::default() => {
            Some(table::Header::read(input(path, Place::default())?, settings)?.0)
        }
        _ => None,
    };
    stream(input(path, place)?, settings, header)
}

fn input(path: &Path, place: Place) -> Result<Input<'_>> {
    let Unpacked { reader, taken } = Unpacked::open(path, place.offset)?;
    let length = std::fs::metadata(path).ok().map(|metadata| metadata.len());
    Ok(Input { path, reader, taken: Taken { bytes: taken, length }, place })
}

/// Reads bytes in memory.
#[cfg(any(test, fuzzing))]
pub(crate) fn from_bytes(bytes: Vec<u8>, settings: &Settings) -> Result<Box<dyn Source>> {
    let (reader, path) = (Box::new(std::io::Cursor::new(bytes)), Path::new("memory"));
    stream(Input { path, reader, taken: Taken::default(), place: Place::default() }, settings, None)
}

/// Reads a stream that cannot be opened again.
pub(crate) fn standard_input(settings: &Settings) -> Result<Box<dyn Source>> {
    if settings.format == Format::Parquet {
        return Err(Error::usage("Parquet cannot be read from standard input: name a file"));
    }
    let reader = Box::new(std::io::BufReader::with_capacity(1 << 16, std::io::stdin()));
    let path = Path::new("standard input");
    stream(Input { path, reader, taken: Taken::default(), place: Place::default() }, settings, None)
}

fn stream(
    input: Input<'_>,
    settings: &Settings,
    header: Option<table::Header>,
) -> Result<Box<dyn Source>> {
    Ok(match settings.format {
        Format::Text => Box::new(text::Documents::new(input, settings.each_line)),
        Format::Jsonl => Box::new(jsonl::Objects::new(input, settings)),
        Format::Csv | Format::Tsv => match header {
            Some(header) => Box::new(table::Rows::new(input, settings, &header)),
            None => {
                let (header, input) = table::Header::read(input, settings)?;
                Box::new(table::Rows::first(input, settings, header))
            }
        },
        Format::Html => Box::new(whole::Whole::new(input, settings, html::parts)),
        Format::Markdown => Box::new(whole::Whole::new(input, settings, markdown::parts)),
        Format::Parquet => return Err(Error::usage("Parquet cannot be read as a stream")),
    })
}

#[cfg(test)]
pub(crate) mod tests;
