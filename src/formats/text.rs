//! Plain text: the lines of a file are one document.

use super::long::PART;
use super::record::Block;
use super::{Input, Place, Record, Refusal, Source, Taken};
use crate::corpus::{Line, Lines};
use crate::decode::TOGETHER;
use crate::error::Result;

/// A longer file is several documents, so that memory is bounded, as one of so many bytes is.
const MOST_LINES: usize = 2048;

/// Documents of a file of text.
pub(super) struct Documents {
    lines: Lines<'static>,
    taken: Taken,
    each_line: bool,
    /// A line that could not be read, and where the line before it ends.
    waiting: Option<(Record, Place)>,
}

impl Documents {
    pub(super) fn new(input: Input<'_>, each_line: bool) -> Self {
        let Input { path, reader, taken, place } = input;
        let lines = Lines::new(path, reader).after(place.number, place.offset).in_parts_of(PART);
        Self { lines, taken, each_line, waiting: None }
    }

    fn read(&self) -> Place {
        Place { offset: self.lines.offset(), number: self.lines.whole() }
    }
}

impl Source for Documents {
    fn next(&mut self) -> Result<Option<Record>> {
        if let Some((record, _)) = self.waiting.take() {
            return Ok(Some(record));
        }
        let mut record = Record::default();
        let most = if self.each_line { 1 } else { MOST_LINES };
        while record.blocks.len() < most && record.raw.len() < TOGETHER {
            let before = self.read();
            let Some((line, end)) = self.lines.next()? else {
                break;
            };
            match line {
                Line::Text(text) => {
                    let block = Block::exact(text, record.raw.len());
                    let goes_on = self.lines.goes_on();
                    record.blocks.push(Block { goes_on, ..block });
                    self.lines.hand_over(&mut record.raw);
                }
                Line::Unreadable(bytes, error) => {
                    let (place, reason) = error.parts();
                    let raw = [bytes, end.as_bytes()].concat();
                    let at = before.offset..before.offset + raw.len() as u64;
                    let refusals = vec![Refusal::new(place, at, reason, bytes)];
                    let unreadable = Record { raw, refusals, ..Record::default() };
                    if record.blocks.is_empty() {
                        return Ok(Some(unreadable));
                    }
                    self.waiting = Some((unreadable, before));
                    break;
                }
            }
        }
        Ok((!record.blocks.is_empty()).then_some(record))
    }

    fn place(&self) -> Place {
        self.waiting.as_ref().map_or_else(|| self.read(), |&(_, place)| place)
    }

    fn taken(&self) -> u64 {
        self.taken.bytes()
    }

    fn length(&self) -> Option<u64> {
        self.taken.length
    }
}
