//! JSON Lines: one field of each object is text, the rest stays to the byte.

use super::record::{Block, Escape};
use super::{Input, Place, Record, Refusal, Source, Taken};
use crate::corpus::{Line, Lines};
use crate::error::Result;
use serde::de::{Deserializer as _, MapAccess, Visitor};
use serde_json::value::RawValue;
use std::fmt;

/// Deeper nesting is refused, as most readers of JSON refuse it.
const DEEPEST: usize = 128;

/// Objects of a file of JSON Lines.
pub(super) struct Objects {
    lines: Lines<'static>,
    taken: Taken,
    /// The names that lead to the text, from the outside in.
    names: Vec<String>,
}

impl Objects {
    /// `field` is a name, or a JSON pointer (`/article/text`).
    pub(super) fn new(input: Input<'_>, field: &str) -> Self {
        let Input { path, reader, taken, place } = input;
        let lines = Lines::new(path, reader).after(place.number, place.offset);
        let name = |name: &str| name.replace("~1", "/").replace("~0", "~");
        let names = match field.strip_prefix('/') {
            Some(pointer) => pointer.split('/').map(name).collect(),
            None => vec![field.to_string()],
        };
        Self { lines, taken, names }
    }
}

impl Source for Objects {
    fn next(&mut self) -> Result<Option<Record>> {
        let offset = self.lines.offset();
        let Some((line, end)) = self.lines.next()? else {
            return Ok(None);
        };
        let mut record = Record { escape: Escape::Json, ..Record::default() };
        let refused = match line {
            Line::Text(text) => match block(text, &self.names) {
                Ok(block) => {
                    record.blocks.extend(block);
                    None
                }
                Err(reason) => Some(reason),
            },
            Line::Unreadable(_, error) => Some(error.parts().1),
        };
        self.lines.hand_over(&mut record.raw);
        if let Some(reason) = refused {
            let at = offset..self.lines.offset();
            let place = format!("{}:{}", self.lines.path().display(), self.lines.number());
            let bytes = &record.raw[..record.raw.len() - end.len()];
            record.refusals.push(Refusal::new(place, at, reason, bytes));
            record.refused = true;
        }
        Ok(Some(record))
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

/// The text of an object, or why there is none; a blank line has none and no fault.
fn block(line: &str, names: &[String]) -> Result<Option<Block>, String> {
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
    let text: String = serde_json::from_str(value.get())
        .map_err(|error| format!("field {:?} is no text: {}", names.join("/"), plain(&error)))?;
    // The value is a part of the line, so its place is the distance between them.
    let start = value.get().as_ptr() as usize - line.as_ptr() as usize;
    let mut block = Block::whole(text, start..start + value.get().len(), false);
    block.lines = true;
    Ok(Some(block))
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
