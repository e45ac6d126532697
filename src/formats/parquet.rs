//! Parquet: one column of text; the others are copied as they are stored.
//!
//! A Parquet file cannot be written piecemeal and gone on with after a kill. Its
//! restored values are therefore gathered in a file of lines first, one for each value
//! that is not null: `=` for a value that stays, a string of JSON for one that does not.
//! When all are there, [`assemble`] writes the file in one go.

mod bounds;

use self::bounds::{MOST_VALUES, Pages};
use super::guard::held;
use super::record::{Block, Escape};
use super::{Place, Record, Refusal, Settings, Source, text_of};
use crate::error::{Error, Result};
use parquet::basic::{ConvertedType, LogicalType, Type};
use parquet::column::reader::ColumnReaderImpl;
use parquet::column::writer::ColumnCloseResult;
use parquet::data_type::{ByteArray, ByteArrayType};
use parquet::errors::ParquetError;
use parquet::file::properties::WriterProperties;
use parquet::file::reader::{FileReader, RowGroupReader, SerializedFileReader};
use parquet::file::writer::{SerializedColumnWriter, SerializedFileWriter};
use parquet::schema::types::SchemaDescriptor;
use std::fs::File;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// The library holds a value so many times, as it is read and written.
const COPIES: usize = 4;
/// The line of a value that stays as it is.
const SAME: &str = "=\n";
/// Rows that are copied together, where each has one value at most.
const BATCH: usize = 256;

/// The values of a column, a row a record.
pub(crate) struct Values {
    path: PathBuf,
    reader: SerializedFileReader<File>,
    column: usize,
    largest: usize,
    place: Place,
    group: Option<Column>,
}

impl Values {
    /// Opens the column `field` at a row of a row group.
    pub(super) fn open(path: &Path, settings: &Settings, place: Place) -> Result<Self> {
        unharmed(path, || Self::at(path, settings, place))
    }

    fn at(path: &Path, settings: &Settings, place: Place) -> Result<Self> {
        let reader = open(path)?;
        let column = find(path, reader.metadata().file_metadata().schema_descr(), &settings.field)?;
        let largest = settings.largest / COPIES;
        let mut values =
            Self { path: path.to_path_buf(), reader, column, largest, place, group: None };
        if place.offset > 0 {
            let mut group = values.column()?;
            group.skip(place.offset as usize).map_err(|error| failed(path, error))?;
            values.group = Some(group);
        }
        Ok(values)
    }

    fn column(&self) -> Result<Column> {
        let group = self.reader.get_row_group(self.place.number as usize);
        let group = group.map_err(|error| failed(&self.path, error))?;
        Column::open(&self.path, &*group, self.column)
    }

    fn row(&mut self) -> Result<Option<Record>> {
        while (self.place.number as usize) < self.reader.num_row_groups() {
            let mut group = match self.group.take() {
                Some(group) => group,
                None => self.column()?,
            };
            if group.read(1).map_err(|error| failed(&self.path, error))? == 0 {
                self.place = Place { offset: 0, number: self.place.number + 1 };
                continue;
            }
            self.place.offset += 1;
            let record = record(&self.path, self.place, &group.values, self.largest);
            self.group = Some(group);
            return Ok(Some(record));
        }
        Ok(None)
    }
}

impl Source for Values {
    fn next(&mut self) -> Result<Option<Record>> {
        let path = self.path.clone();
        unharmed(&path, || self.row())
    }

    fn place(&self) -> Place {
        self.place
    }

    fn taken(&self) -> u64 {
        let groups = 0..(self.place.number as usize).min(self.reader.num_row_groups());
        let rows = groups.map(|group| self.reader.metadata().row_group(group).num_rows());
        rows.sum::<i64>().max(0) as u64 + self.place.offset
    }

    fn length(&self) -> Option<u64> {
        u64::try_from(self.reader.metadata().file_metadata().num_rows()).ok()
    }
}

/// The values of a row.
fn record(path: &Path, place: Place, values: &[ByteArray], largest: usize) -> Record {
    let mut record = Record { escape: Escape::Json, ..Record::default() };
    for value in values {
        let bytes = value.data();
        let text = match bytes.len() > largest {
            true => Err(format!("longer than {} KiB: see --largest", largest >> 10)),
            false => text_of(bytes).map_err(|error| error.to_string()),
        };
        match text {
            Ok(text) => {
                record.raw.push(b'"');
                let start = record.raw.len();
                Escape::Json.put(text, &mut record.raw);
                let place = start..record.raw.len();
                let block = Block::whole(text.to_string(), place, false);
                record.blocks.push(Block { lines: true, ..block });
                record.raw.extend_from_slice(b"\"\n");
            }
            Err(reason) => {
                record.raw.extend_from_slice(SAME.as_bytes());
                let (group, row) = (place.number + 1, place.offset);
                let name = format!("{}: row group {group}, row {row}", path.display());
                let reason = format!("{reason}, left as it is");
                record.refusals.push(Refusal::new(name, row - 1..row, reason, bytes));
            }
        }
    }
    record.untouched = Some(SAME.repeat(values.len()).into_bytes());
    record
}

/// Writes `input` to `out` with the values that `lines` gives for its column.
pub(crate) fn assemble(
    input: &Path,
    field: &str,
    lines: &Path,
    out: File,
    name: &Path,
) -> Result<()> {
    unharmed(input, || write(input, field, lines, out, name))
}

fn write(input: &Path, field: &str, lines: &Path, out: File, name: &Path) -> Result<()> {
    let reader = open(input)?;
    let metadata = reader.metadata().file_metadata();
    let schema = metadata.schema_descr();
    let column = find(input, schema, field)?;
    let file = File::open(input).map_err(|source| Error::io(input, source))?;
    let gathered = File::open(lines).map_err(|source| Error::io(lines, source))?;
    let mut lines = Restored { path: lines, reader: BufReader::with_capacity(1 << 16, gathered) };
    let mut properties = WriterProperties::builder()
        .set_created_by(concat!("unspin ", env!("CARGO_PKG_VERSION")).to_string())
        .set_key_value_metadata(metadata.key_value_metadata().cloned());
    if reader.num_row_groups() > 0 {
        let compression = reader.metadata().row_group(0).column(column).compression();
        properties = properties.set_compression(compression);
    }
    let root = schema.root_schema_ptr();
    let write_failed = |error| failed(name, error);
    let out = std::io::BufWriter::with_capacity(1 << 16, out);
    let mut writer =
        SerializedFileWriter::new(out, root, Arc::new(properties.build())).map_err(write_failed)?;
    for number in 0..reader.num_row_groups() {
        let group = reader.get_row_group(number).map_err(|error| failed(input, error))?;
        let mut written = writer.next_row_group().map_err(write_failed)?;
        for at in 0..group.num_columns() {
            if at != column {
                let metadata = group.metadata().column(at).clone();
                let close = ColumnCloseResult {
                    bytes_written: metadata.compressed_size().max(0) as u64,
                    rows_written: group.metadata().num_rows().max(0) as u64,
                    metadata,
                    bloom_filter: None,
                    column_index: None,
                    offset_index: None,
                };
                written.append_column(&file, close).map_err(write_failed)?;
                continue;
            }
            let Some(mut column) = written.next_column().map_err(write_failed)? else {
                return Err(write_failed(ParquetError::General("a column too few".into())));
            };
            let mut old = Column::open(input, &*group, at)?;
            let rows = if old.levels.1 { 1 } else { BATCH };
            while old.read(rows).map_err(|error| failed(input, error))? > 0 {
                old.put(&mut lines, &mut column, name)?;
            }
            column.close().map_err(write_failed)?;
        }
        written.close().map_err(write_failed)?;
    }
    let mut out = writer.into_inner().map_err(write_failed)?;
    out.flush().map_err(|source| Error::io(name, source))?;
    out.get_ref().sync_all().map_err(|source| Error::io(name, source))
}

/// The file of restored values.
struct Restored<'p> {
    path: &'p Path,
    reader: BufReader<File>,
}

impl Restored<'_> {
    /// The next value, or nothing if it is that of the input.
    fn next(&mut self) -> Result<Option<ByteArray>> {
        let mut line = Vec::new();
        let read = self.reader.read_until(b'\n', &mut line);
        read.map_err(|source| Error::io(self.path, source))?;
        if line == SAME.as_bytes() {
            return Ok(None);
        }
        let text: String = serde_json::from_slice(&line).map_err(|error| {
            let message = format!("is no restored value ({error}): start again without --resume");
            Error::data(self.path, 0, message)
        })?;
        Ok(Some(text.into_bytes().into()))
    }
}

/// A column of one row group, and the rows of it that were read last.
struct Column {
    reader: ColumnReaderImpl<ByteArrayType>,
    /// How many values more its pages may give, where they hold lists.
    left: Arc<AtomicUsize>,
    values: Vec<ByteArray>,
    definition: Vec<i16>,
    repetition: Vec<i16>,
    /// Whether values may be missing, or several in a row.
    levels: (bool, bool),
}

impl Column {
    fn open(path: &Path, group: &dyn RowGroupReader, column: usize) -> Result<Self> {
        let descriptor = group.metadata().column(column).column_descr_ptr();
        let pages = group.get_column_page_reader(column).map_err(|error| failed(path, error))?;
        let levels = (descriptor.max_def_level() > 0, descriptor.max_rep_level() > 0);
        let left = Arc::new(AtomicUsize::new(usize::MAX));
        let pages = Pages { inner: pages, left: Arc::clone(&left), lists: levels.1 };
        let reader = ColumnReaderImpl::new(descriptor, Box::new(pages));
        let (values, definition, repetition) = (Vec::new(), Vec::new(), Vec::new());
        Ok(Self { reader, left, values, definition, repetition, levels })
    }

    /// Passes over so many rows.
    fn skip(&mut self, rows: usize) -> Result<usize, ParquetError> {
        self.left.store(usize::MAX, Ordering::Relaxed);
        self.reader.skip_records(rows)
    }

    /// Reads so many rows more, and says how many there were.
    fn read(&mut self, rows: usize) -> Result<usize, ParquetError> {
        self.values.clear();
        self.definition.clear();
        self.repetition.clear();
        self.left.store(MOST_VALUES, Ordering::Relaxed);
        let Self { reader, values, definition, repetition, .. } = self;
        let (rows, ..) = reader.read_records(rows, Some(definition), Some(repetition), values)?;
        Ok(rows)
    }

    /// Writes the rows that were read last, with their restored values.
    fn put(
        &mut self,
        lines: &mut Restored<'_>,
        out: &mut SerializedColumnWriter<'_>,
        name: &Path,
    ) -> Result<()> {
        for value in &mut self.values {
            if let Some(restored) = lines.next()? {
                *value = restored;
            }
        }
        let definition = self.levels.0.then_some(&self.definition[..]);
        let repetition = self.levels.1.then_some(&self.repetition[..]);
        let out = out.typed::<ByteArrayType>();
        let written = out.write_batch(&self.values, definition, repetition);
        written.map(|_| ()).map_err(|error| failed(name, error))
    }
}

fn open(path: &Path) -> Result<SerializedFileReader<File>> {
    let file = File::open(path).map_err(|source| Error::io(path, source))?;
    SerializedFileReader::new(file).map_err(|error| failed(path, error))
}

/// The column that is called `field`: by its whole path, or as the only one below it.
fn find(path: &Path, schema: &SchemaDescriptor, field: &str) -> Result<usize> {
    let columns = schema.columns();
    let is_text = |&at: &usize| {
        let kind = columns[at].physical_type();
        let (logical, converted) = (columns[at].logical_type_ref(), columns[at].converted_type());
        kind == Type::BYTE_ARRAY
            && (matches!(logical, Some(LogicalType::String))
                || (logical.is_none()
                    && matches!(converted, ConvertedType::UTF8 | ConvertedType::NONE)))
    };
    let all = || 0..columns.len();
    let exact = all().find(|&at| columns[at].path().string() == field);
    let below =
        || all().filter(|&at| columns[at].path().parts().first().is_some_and(|p| p == field));
    let found = exact.or_else(|| below().next().filter(|_| below().count() == 1));
    match found {
        Some(at) if is_text(&at) => Ok(at),
        Some(_) => Err(failed(
            path,
            ParquetError::General(format!(
                "column {field:?} is no text: name another with --field"
            )),
        )),
        None => {
            let names = all().filter(is_text).take(20);
            let names: Vec<String> =
                names.map(|at| format!("{:?}", columns[at].path().string())).collect();
            let names = names.join(", ");
            let message = format!("no column {field:?}; name one of {names} with --field");
            Err(failed(path, ParquetError::General(message)))
        }
    }
}

/// Runs what reads `path` by the library, whose panics on damaged files are errors.
fn unharmed<T>(path: &Path, call: impl FnOnce() -> Result<T>) -> Result<T> {
    held(call).unwrap_or_else(|panic| {
        let message = format!("is damaged ({panic}): write the file anew");
        Err(failed(path, ParquetError::General(message)))
    })
}

/// An error of the library, or what it went wrong on.
fn failed(path: &Path, error: ParquetError) -> Error {
    let source = match error {
        ParquetError::External(source) => match source.downcast::<std::io::Error>() {
            Ok(source) => *source,
            Err(source) => std::io::Error::other(source),
        },
        ParquetError::General(message) => std::io::Error::other(message),
        other => std::io::Error::other(other),
    };
    Error::io(path, source)
}
