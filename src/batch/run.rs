//! From a source to a sink, some records at a time.

use super::signals::Signals;
use super::sink::{Portion, Sink};
use crate::decode::{Decoder, Restored, TOGETHER};
use crate::error::{Error, Result};
use crate::formats::{Record, Source, decode, restore};
use crate::progress::Progress;
use serde::Serialize;

/// No more records are decoded together, however short they are.
const MOST_RECORDS: usize = 4096;

/// What is done with each record.
pub(crate) struct Decoding<'d, 'm> {
    pub(crate) decoder: &'d Decoder<'m>,
    pub(crate) nbest: usize,
    /// Whether the evidence is written and not the text.
    pub(crate) evidence: bool,
}

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ended {
    /// All records are written; so many could not be read.
    Whole { refusals: u64 },
    /// A signal came first.
    Stopped(u8),
}

/// Decodes all that `source` gives.
pub(crate) fn run(
    decoding: &Decoding<'_, '_>,
    source: &mut dyn Source,
    sink: &mut dyn Sink,
    signals: &Signals,
    progress: &dyn Progress,
) -> Result<Ended> {
    let (mut all, mut taken, mut has_begun) = (0, source.taken(), false);
    loop {
        if let Some(signal) = signals.heard() {
            return Ok(Ended::Stopped(signal));
        }
        let records = gather(source, has_begun)?;
        let Some(last) = records.last() else {
            sink.finish()?;
            return Ok(Ended::Whole { refusals: all });
        };
        has_begun = last.goes_on;
        // In the middle of a long record is no place to go on from.
        let place = (!has_begun).then(|| source.place());
        let bytes = decoding.bytes(&records, sink.lists_refusals())?;
        let refused: Vec<_> = records.iter().flat_map(|record| record.refusals.clone()).collect();
        all += refused.len() as u64;
        let whole = records.iter().filter(|record| !record.goes_on).count();
        let (refusals, records) = (&refused[..], whole as u64);
        sink.put(Portion { bytes, refusals, records, place })?;
        let now = source.taken();
        progress.advance(now.saturating_sub(taken));
        taken = now;
    }
}

/// The next records, or the next part alone of a long one that has begun.
fn gather(source: &mut dyn Source, has_begun: bool) -> Result<Vec<Record>> {
    let (mut records, mut bytes) = (Vec::new(), 0);
    let most = if has_begun { 1 } else { MOST_RECORDS };
    while bytes < TOGETHER && records.len() < most {
        let Some(record) = source.next()? else {
            break;
        };
        bytes += record.raw.len();
        let goes_on = record.goes_on;
        records.push(record);
        if goes_on {
            break;
        }
    }
    Ok(records)
}

impl Decoding<'_, '_> {
    fn bytes(&self, records: &[Record], listed: bool) -> Result<Vec<u8>> {
        let mut out = Vec::with_capacity(records.iter().map(|record| record.raw.len()).sum());
        let wanted = |record: &Record| !(record.refused && listed);
        if self.evidence {
            let restored = decode(self.decoder, self.nbest, records);
            for (record, restored) in records.iter().zip(restored).filter(|(r, _)| wanted(r)) {
                evidence(record, restored, &mut out)?;
            }
        } else {
            let changes = restore(self.decoder, records);
            for (record, changes) in records.iter().zip(changes).filter(|(r, _)| wanted(r)) {
                record.write(&changes, &mut out);
            }
        }
        Ok(out)
    }
}

/// An object a line for each stretch of text; what could not be read is one too, so
/// that a line of text stays a line.
fn evidence(record: &Record, mut restored: Vec<Restored>, out: &mut Vec<u8>) -> Result<()> {
    if record.blocks.is_empty() && !record.refusals.is_empty() {
        let raw = String::from_utf8_lossy(&record.raw);
        restored.push(Restored::untouched(raw.trim_end_matches(['\r', '\n'])));
    }
    let mut blocks = record.blocks.iter();
    for restored in restored {
        let goes_on = blocks.next().is_some_and(|block| block.goes_on);
        serde_json::to_writer(&mut *out, &Object { restored, goes_on }).map_err(Error::config)?;
        out.push(b'\n');
    }
    Ok(())
}

/// A stretch of text in the evidence.
#[derive(Serialize)]
struct Object {
    #[serde(flatten)]
    restored: Restored,
    /// The rest of a long text follows.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    goes_on: bool,
}
