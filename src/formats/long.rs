//! A long record comes in parts, so that hardly more than its bytes are held.

use super::record::{Block, Escape, Record};
use crate::corpus::lines::cut;
use crate::decode::TOGETHER;
use std::ops::Range;

/// A longer record, or line of text, comes in parts of about so many bytes, each a document.
/// What a fuzzer makes is short.
pub(super) const PART: usize = if cfg!(fuzzing) { 64 } else { TOGETHER };

/// Records that are one in the file.
pub(super) type Parts = Box<dyn Iterator<Item = Record> + Send>;

/// Gives the next of `parts` and forgets them behind the last.
pub(super) fn next(parts: &mut Option<Parts>) -> Option<Record> {
    let part = parts.as_mut()?.next();
    if part.as_ref().is_none_or(|part| !part.goes_on) {
        *parts = None;
    }
    part
}

/// A record whose text is found part by part: `read` is given its bytes and where in them a
/// part begins, and gives the blocks of that part and where it ends, which is behind that.
pub(super) fn parts<R: AsRef<[u8]> + Send + 'static>(
    raw: R,
    escape: Escape,
    mut read: impl FnMut(&R, usize) -> (Vec<Block>, usize) + Send + 'static,
) -> Parts {
    let mut start = 0;
    Box::new(std::iter::from_fn(move || {
        let bytes = raw.as_ref();
        if start == bytes.len() {
            return None;
        }
        let (mut blocks, end) = read(&raw, start);
        for Range { start: from, end: to } in
            blocks.iter_mut().flat_map(|block| &mut block.pieces).map(|piece| &mut piece.raw)
        {
            (*from, *to) = (*from - start, *to - start);
        }
        let (goes_on, part) = (end < bytes.len(), bytes[start..end].to_vec());
        start = end;
        Some(Record { raw: part, blocks, escape, goes_on, ..Record::default() })
    }))
}

/// A record that stays as it is; what there is to say of it is said with the first part. It
/// may itself be a part of one that is too long.
pub(super) fn untouched(whole: Record) -> Parts {
    let Record { raw, refused, refusals, goes_on, .. } = whole;
    let mut refusals = Some(refusals);
    let parts = parts(raw, Escape::Plain, |raw, start| (vec![], raw.len().min(start + PART)));
    Box::new(parts.map(move |part| {
        let refusals = refusals.take().unwrap_or_default();
        Record { refused, refusals, goes_on: part.goes_on || goes_on, ..part }
    }))
}

/// A record with one stretch of valid text, which stands at `text`: `read` is given its start,
/// and gives as much of it as makes a part, and where that ends.
pub(super) fn stretch(
    raw: Vec<u8>,
    text: Range<usize>,
    escape: Escape,
    read: impl Fn(&str) -> (String, usize) + Send + 'static,
) -> Parts {
    parts(raw, escape, move |raw, start| {
        let near = raw.len().min(start + PART);
        if near < text.start || start > text.start && start >= text.end {
            return (vec![], near);
        }
        let start = text.start.max(start);
        // A little more than a part, so that it shows whether there is more.
        let inside = |byte: &&u8| matches!(byte, 0x80..0xc0);
        let far = text.end.min(start + PART + 1);
        let far = far + raw[far..text.end].iter().take_while(inside).count();
        let (read, length) = read(str::from_utf8(&raw[start..far]).expect("it was read as text"));
        let end = start + length;
        let goes_on = end < text.end;
        let block = Block { lines: true, goes_on, ..Block::whole(read, start..end, false) };
        (vec![block], if goes_on { end } else { raw.len().min(end + PART) })
    })
}

/// As much of `text` as makes a part: to the end of a sentence, if it does not end before.
pub(super) fn part(text: &str) -> &str {
    match text.as_bytes().get(..PART) {
        Some(long) => &text[..cut(long)],
        None => text,
    }
}
