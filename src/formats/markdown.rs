//! Markdown: paragraphs, headings, list items and cells; not code, links' targets,
//! raw HTML or front matter.

use super::long::{self, PART, Parts};
use super::record::{Block, Escape, STAND_IN};
use pulldown_cmark::{BrokenLink, CowStr, Event, LinkType, Options, Parser, Tag, TagEnd};

const OPTIONS: Options = Options::ENABLE_TABLES
    .union(Options::ENABLE_FOOTNOTES)
    .union(Options::ENABLE_STRIKETHROUGH)
    .union(Options::ENABLE_TASKLISTS)
    .union(Options::ENABLE_YAML_STYLE_METADATA_BLOCKS)
    .union(Options::ENABLE_PLUSES_DELIMITED_METADATA_BLOCKS)
    .union(Options::ENABLE_MATH);

/// A paragraph, list or table that is longer is parted.
const LONGEST: usize = 4 * PART;

/// A file of Markdown as one record.
pub(super) fn parts(raw: String) -> Result<Parts, (String, String)> {
    Ok(long::parts(raw, Escape::Plain, |raw, start| part(raw, start, PART)))
}

/// The blocks of a part of about `size` bytes and where it ends: where a paragraph, a list or
/// a table begins, so that it reads as in the whole file, or within one if that is very long.
fn part(raw: &str, start: usize, size: usize) -> (Vec<Block>, usize) {
    let rest = &raw[start..];
    let line = rest.as_bytes().get(size..).and_then(|rest| rest.iter().position(|&b| b == b'\n'));
    let window = line.map_or(rest, |line| &rest[..=size + line]);
    let Outline { mut blocks, outer, inner } = outline(window, window.len() == raw.len());
    // What begins last may go on behind the window.
    let length = match (window.len() == rest.len(), outer, inner) {
        (true, ..) => rest.len(),
        (_, 0, inner) if size < LONGEST || inner == 0 => return part(raw, start, 2 * size),
        (_, 0, inner) => inner,
        (_, outer, _) => outer,
    };
    for block in &mut blocks {
        block.pieces.retain(|piece| piece.raw.end <= length);
        block.text.truncate(block.pieces.last().map_or(0, |last| last.text.end));
        for piece in &mut block.pieces {
            piece.raw = start + piece.raw.start..start + piece.raw.end;
        }
    }
    blocks.retain(|block| !block.text.trim().is_empty());
    (blocks, start + length)
}

/// What stands in some Markdown.
struct Outline {
    blocks: Vec<Block>,
    /// The line where the last element begins that stands in no other, and the last line
    /// before which an element of prose can be parted if need be.
    outer: usize,
    inner: usize,
}

fn outline(raw: &str, is_whole: bool) -> Outline {
    // What a reference leads to may stand in another part.
    let somewhere = (CowStr::from(""), CowStr::from(""));
    let mut led = |_: BrokenLink<'_>| (!is_whole).then(|| somewhere.clone());
    let parser = Parser::new_with_broken_link_callback(raw, OPTIONS, Some(&mut led));
    let mut blocks = Vec::new();
    let mut block = Block::default();
    let (mut node, mut outer, mut inner) = (0, 0, 0);
    // Whether the text inside each element that is open is to be left alone.
    let mut open: Vec<bool> = Vec::new();
    for (event, range) in parser.into_offset_iter() {
        if !open.contains(&true) && !matches!(event, Event::End(_)) {
            // Where its line begins: an indent says what it is.
            inner = raw[..range.start].rfind(['\n', '\r']).map_or(0, |end| end + 1);
            outer = if open.is_empty() { inner } else { outer };
        }
        match event {
            Event::Text(text) if !open.contains(&true) => {
                let exact = raw[range.clone()] == *text;
                block.push(&text, range, exact, node);
            }
            Event::SoftBreak if !open.contains(&true) => {
                // What stands around a soft break (a mark of a quotation) is kept.
                block.push("\n", range.clone(), &raw[range] == "\n", node);
            }
            Event::Start(tag) => {
                node += 1;
                open.push(closed(&tag));
                if !inline(&tag.to_end()) {
                    flush(&mut block, &mut blocks);
                }
            }
            Event::End(tag) => {
                node += 1;
                open.pop();
                if !inline(&tag) {
                    flush(&mut block, &mut blocks);
                }
            }
            Event::HardBreak | Event::Rule => flush(&mut block, &mut blocks),
            _ => {
                // Code, raw HTML, a reference to a footnote: a mark that words stop at.
                node += 1;
                if !open.contains(&true) && !range.is_empty() {
                    block.push(STAND_IN, range, false, node);
                    node += 1;
                }
            }
        }
    }
    flush(&mut block, &mut blocks);
    Outline { blocks, outer, inner }
}

fn flush(block: &mut Block, blocks: &mut Vec<Block>) {
    let block = std::mem::take(block);
    if !block.text.trim().is_empty() {
        blocks.push(block);
    }
}

/// Text inside is no prose: code, metadata, HTML, and what is itself the address of a link or
/// the name of a reference.
fn closed(tag: &Tag<'_>) -> bool {
    use LinkType::{Inline, Reference, ReferenceUnknown};
    match tag {
        Tag::Link { link_type, .. } | Tag::Image { link_type, .. } => {
            !matches!(link_type, Inline | Reference | ReferenceUnknown)
        }
        Tag::CodeBlock(_) | Tag::HtmlBlock | Tag::MetadataBlock(_) => true,
        _ => false,
    }
}

fn inline(tag: &TagEnd) -> bool {
    matches!(
        tag,
        TagEnd::Emphasis | TagEnd::Strong | TagEnd::Strikethrough | TagEnd::Link | TagEnd::Image
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Each on lines of its own.
    const PARAGRAPHS: &[&str] = &[
        "one two\nthree",
        "- a\n- b\n\n  c",
        "1. a",
        "    code",
        "> quoted\nlazily",
        "# head",
        "head\n===",
        "```\ncode\n\n# code\n```",
        "<b>\nraw\n</b>",
        "| a |\n|---|\n| b |",
        "***",
        "  *a* [b](c) `d` [e][f]",
        "\ta",
        "a\r- b\r\r> c\r    d\r",
        "é",
        "",
    ];

    proptest! {
        #[test]
        fn parts_read_as_the_whole(
            paragraphs in prop::collection::vec(prop::sample::select(PARAGRAPHS), 0..12),
            size in 1usize..60,
        ) {
            let raw = format!("[f]: g\n\n{}", paragraphs.join("\n"));
            let whole = outline(&raw, true).blocks;
            let (mut found, mut start) = (Vec::new(), 0);
            while start < raw.len() {
                let (blocks, end) = part(&raw, start, size);
                prop_assert!(end > start);
                found.extend(blocks);
                start = end;
            }
            let shown = |blocks: &[Block]| -> Vec<_> {
                let places = |block: &Block| block.pieces.iter().map(|p| p.raw.clone()).collect();
                blocks.iter().map(|block| (block.text.clone(), places(block))).collect()
            };
            let (whole, found): (Vec<(String, Vec<_>)>, _) = (shown(&whole), shown(&found));
            prop_assert_eq!(whole, found, "{:?}", raw);
        }
    }
}
