//! Markdown: paragraphs, headings, list items and cells; not code, links' targets,
//! raw HTML or front matter.

use super::record::{Block, Record, STAND_IN};
use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};

/// A file of Markdown as one record.
pub(super) fn record(raw: &str) -> Result<Record, String> {
    let options = Options::ENABLE_TABLES
        | Options::ENABLE_FOOTNOTES
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_TASKLISTS
        | Options::ENABLE_YAML_STYLE_METADATA_BLOCKS
        | Options::ENABLE_PLUSES_DELIMITED_METADATA_BLOCKS
        | Options::ENABLE_MATH;
    let mut blocks = Vec::new();
    let mut block = Block::default();
    let mut node = 0;
    // Whether the text inside each element that is open is to be left alone.
    let mut open: Vec<bool> = Vec::new();
    for (event, range) in Parser::new_ext(raw, options).into_offset_iter() {
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
    Ok(Record { raw: raw.into(), blocks, ..Record::default() })
}

fn flush(block: &mut Block, blocks: &mut Vec<Block>) {
    let block = std::mem::take(block);
    if !block.text.trim().is_empty() {
        blocks.push(block);
    }
}

/// Text inside is no prose: code, metadata, HTML, and the address of an autolink.
fn closed(tag: &Tag<'_>) -> bool {
    use pulldown_cmark::LinkType::{Autolink, Email};
    matches!(
        tag,
        Tag::Link { link_type: Autolink | Email, .. }
            | Tag::CodeBlock(_)
            | Tag::HtmlBlock
            | Tag::MetadataBlock(_)
    )
}

fn inline(tag: &TagEnd) -> bool {
    matches!(
        tag,
        TagEnd::Emphasis | TagEnd::Strong | TagEnd::Strikethrough | TagEnd::Link | TagEnd::Image
    )
}
