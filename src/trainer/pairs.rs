//! Held-out pairs and lists to spin with, as text.

use super::recipe::{PairSource, file_name};
use crate::corpus::{PairRows, Row};
use crate::error::{Error, Result};
use crate::model::SourceRecord;
use crate::progress::Progress;
use std::path::Path;
use xxhash_rust::xxh3::Xxh3;

/// Reads the rows that a source names.
pub(crate) fn read(
    source: &PairSource,
    folder: &Path,
    kind: &str,
    strict: bool,
    progress: &dyn Progress,
) -> Result<(Vec<Row>, SourceRecord)> {
    let path = folder.join(&source.path);
    let mut file = PairRows::open(&path, strict)?;
    let mut rows = Vec::new();
    while let Some((_, row)) = file.next()? {
        rows.push(row);
    }
    file.skipped().tell(&path, |message| progress.warn(message));
    if let Some((first, last)) = source.rows {
        if first == 0 || first > last || first > rows.len() {
            let message = format!("rows {first} to {last} of {} rows", rows.len());
            return Err(Error::config(format!("{}: {message}", path.display())));
        }
        rows.truncate(last);
        rows.drain(..first - 1);
    }
    let mut hash = Xxh3::new();
    let mut is_list = false;
    for row in &rows {
        let (original, spun) = match row {
            Row::Sentence(pair) => (&pair.original, &pair.spun),
            Row::Phrase { original, spun, .. } => {
                is_list = true;
                (original, spun)
            }
        };
        hash.update(original.as_bytes());
        hash.update(b"\t");
        hash.update(spun.as_bytes());
        hash.update(b"\n");
    }
    let name = file_name(&source.path);
    let kind = if is_list { "list" } else { kind }.to_string();
    let rows_used = rows.len() as u64;
    Ok((rows, SourceRecord { name, kind, rows: rows_used, checksum: hash.digest() }))
}
