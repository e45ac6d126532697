//! JSON Lines: one field of each object is text, the rest stays to the byte.

use super::long::{self, Parts};
use super::record::Escape;
use super::{Input, Place, Record, Refusal, Settings, Source, Taken};
use crate::corpus::{Line, Lines};
use crate::error::Result;
use serde::de::{Deserializer as _, MapAccess, Visitor};
use serde_json::value::RawValue;
use std::fmt;
use std::ops::Range;

/// Deeper nesting is refused, as most readers of JSON refuse it.
const DEEPEST: usize = 128;

/// Objects of a file of JSON Lines.
pub(super) struct Objects {
    lines: Lines<'static>,
    taken: Taken,
    /// The names that lead to the text, from the outside in.
    names: Vec<String>,
    largest: usize,
    /// What is left of the object read last.
    parts: Option<Parts>,
}

impl Objects {
    /// The field is a name, or a JSON pointer (`/article/text`).
    pub(super) fn new(input: Input<'_>, settings: &Settings) -> Self {
        let Input { path, reader, taken, place } = input;
        let lines = Lines::new(path, reader).after(place.number, place.offset);
        let lines = lines.none_longer_than(settings.largest);
        let name = |name: &str| name.replace("~1", "/").replace("~0", "~");
        let field = &settings.field;
        let names = match field.strip_prefix('/') {
            Some(pointer) => pointer.split('/').map(name).collect(),
            None => vec![field.clone()],
        };
        Self { lines, taken, names, largest: settings.largest, parts: None }
    }
}

impl Source for Objects {
    fn next(&mut self) -> Result<Option<Record>> {
        if let Some(part) = long::next(&mut self.parts) {
            return Ok(Some(part));
        }
        let offset = self.lines.offset();
        let Some((line, end)) = self.lines.next()? else {
            return Ok(None);
        };
        let found = match line {
            Line::Text(text) => inside(text, &self.names),
            Line::Unreadable(bytes, error) if bytes.len() > self.largest => {
                Err(error.parts().1 + ": see --largest")
            }
            Line::Unreadable(_, error) => Err(error.parts().1),
        };
        let mut raw = Vec::new();
        self.lines.hand_over(&mut raw);
        self.parts = Some(match found {
            Ok(Some(inside)) => {
                let read = |inside: &str| unescaped(inside).expect("it was read before");
                long::stretch(raw, inside, Escape::Json, read)
            }
            Ok(None) => long::untouched(Record { raw, ..Record::default() }),
            Err(reason) => {
                let at = offset..self.lines.offset();
                let place = format!("{}:{}", self.lines.path().display(), self.lines.number());
                let bytes = &raw[..raw.len() - end.len()];
                let refusals = vec![Refusal::new(place, at, reason, bytes)];
                let goes_on = self.lines.goes_on();
                let refused = true;
                long::untouched(Record { raw, refusals, refused, goes_on, ..Record::default() })
            }
        });
        Ok(long::next(&mut self.parts))
    }

    fn place(&self) -> Place {
        Place { offset: self.lines.offset(), number: self.lines.number() }
    }

    fn taken(&self) -> u64 {
        self.taken.bytes()
    }

    fn length(&self) -> Option<u64> {
        self.taken.length
    }
}

/// Where the text of an object stands, without its quotes, or why there is none; a blank line
/// has none and no fault.
fn inside(line: &str, names: &[String]) -> Result<Option<Range<usize>>, String> {
    let json = line.trim_start_matches('\u{feff}');
    if json.trim().is_empty() {
        return Ok(None);
    }
    if json.bytes().filter(|byte| matches!(byte, b'{' | b'[')).count() > DEEPEST && too_deep(json) {
        return Err(format!("nested deeper than {DEEPEST}: flatten it"));
    }
    let mut value: &RawValue = serde_json::from_str(json)
        .map_err(|error| format!("not JSON: {error}; plain text needs --format text"))?;
    for name in names {
        let mut found = serde_json::Deserializer::from_str(value.get());
        let member = found.deserialize_any(Member(name));
        let member = member.map_err(|error| format!("no field {name:?}: {}", plain(&error)))?;
        value = member.ok_or_else(|| format!("no field {name:?}: name another with --field"))?;
    }
    readable(value.get())
        .map_err(|error| format!("field {:?} is no text: {}", names.join("/"), plain(&error)))?;
    // The value is a part of the line, so its place is the distance between them.
    let start = value.get().as_ptr() as usize - line.as_ptr() as usize;
    Ok(Some(start + 1..start + value.get().len() - 1))
}

/// Whether a value is a string that can be read to its end.
fn readable(value: &str) -> serde_json::Result<()> {
    let Some(mut rest) = value.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) else {
        return serde_json::from_str::<String>(value).map(drop);
    };
    while !rest.is_empty() {
        rest = &rest[unescaped(rest)?.1..];
    }
    Ok(())
}

/// The text of what stands in a string, as much as makes a part, and where that ends.
fn unescaped(inside: &str) -> serde_json::Result<(String, usize)> {
    let end = long::part(inside).len();
    let read = |end: usize| {
        let text = serde_json::from_str(&format!("\"{}\"", &inside[..end]))?;
        Ok((text, end))
    };
    // An escape, or the two of a pair, which take twelve bytes, may have been cut.
    let shortest = if end < inside.len() { end.saturating_sub(11).max(1) } else { end };
    let mut ends = (shortest..=end).rev().filter(|&end| inside.is_char_boundary(end));
    ends.find_map(|end| read(end).ok()).map_or_else(|| read(end), Ok)
}

/// An error's message without the line and column inside the value.
fn plain(error: &serde_json::Error) -> String {
    let message = error.to_string();
    message.split(" at line ").next().unwrap_or_default().to_string()
}

/// Counts brackets outside of strings; what is no JSON may be counted wrongly, and is
/// refused either way.
fn too_deep(json: &str) -> bool {
    let (mut depth, mut inside, mut escaped) = (0usize, false, false);
    json.bytes().any(|byte| {
        match (inside, byte) {
            (true, _) if escaped => escaped = false,
            (true, b'\\') => escaped = true,
            (_, b'"') => inside = !inside,
            (false, b'{' | b'[') => depth += 1,
            (false, b'}' | b']') => depth = depth.saturating_sub(1),
            _ => {}
        }
        depth > DEEPEST
    })
}

/// Finds one member of an object; of several with the same name the last.
struct Member<'n>(&'n str);

impl<'de> Visitor<'de> for Member<'_> {
    type Value = Option<&'de RawValue>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut found = None;
        while let Some(name) = map.next_key::<String>()? {
            let value: &RawValue = map.next_value()?;
            if name == self.0 {
                found = Some(value);
            }
        }
        Ok(found)
    }
}
