//! Pages: the main article is found as a reading view finds it, and its text is
//! restored where it stands.
//!
//! One pass numbers the elements of the page and notes whose text stands where; the
//! article is then what the reading view keeps of the numbered page.

use super::record::{Block, Escape, Record, STAND_IN};
use crate::text::furniture::is_furniture;
use dom_smoothie::Readability;
use lol_html::html_content::TextType;
use lol_html::{HtmlRewriter, Settings, doc_text, element, end_tag};
use rustc_hash::FxHashSet;
use std::cell::RefCell;
use std::ops::Range;
use std::rc::Rc;

/// The attribute that carries an element's number from one pass to the next.
const NUMBER: &str = "data-unspin-element";
/// Pages with more elements, or deeper ones, are refused.
const MOST_ELEMENTS: usize = 200_000;
const DEEPEST: usize = 1000;

/// Elements that stand within a line.
const INLINE: &[&str] = &[
    "a", "abbr", "acronym", "b", "bdi", "bdo", "big", "cite", "data", "del", "dfn", "em", "font",
    "i", "ins", "label", "mark", "q", "s", "small", "span", "strike", "strong", "sub", "sup",
    "time", "tt", "u", "var", "wbr",
];
/// Elements whose text is no prose.
const CLOSED: &[&str] = &[
    "button", "code", "kbd", "math", "noscript", "option", "pre", "samp", "script", "select",
    "style", "svg", "template", "textarea", "title", "tt",
];
/// Elements around an article in which no article stands.
const FURNITURE: &[&str] = &["nav", "footer", "aside", "menu", "dialog"];
/// Elements of prose, where no reading view finds an article.
const PROSE: &[&str] =
    &["p", "h1", "h2", "h3", "h4", "h5", "h6", "li", "blockquote", "dd", "figcaption", "td"];
/// A stretch of text as it stands in the page, and the element around it.
struct Stretch {
    place: Range<usize>,
    element: usize,
    /// Text of different blocks is never read together.
    block: usize,
    node: usize,
    /// Stands for something inline that is no text.
    stand_in: bool,
}

/// What the pass over the page has seen so far.
#[derive(Default)]
struct Outline {
    names: Vec<String>,
    /// Elements that are open, from the outside in.
    open: Vec<usize>,
    parents: Vec<Option<usize>>,
    stretches: Vec<Stretch>,
    block: usize,
    node: usize,
}

/// A page as one record.
pub(super) fn record(raw: &str) -> Result<Record, String> {
    let (outline, numbered) = outline(raw)?;
    let article = article(&outline, numbered);
    let mut blocks = Vec::new();
    for stretches in outline.stretches.chunk_by(|a, b| a.block == b.block) {
        let mut block = Block::default();
        for stretch in stretches.iter().filter(|stretch| article.contains(&stretch.element)) {
            match stretch.stand_in {
                true => block.push(STAND_IN, stretch.place.clone(), false, stretch.node),
                false => push(&mut block, raw, stretch),
            }
        }
        if !block.text.trim().is_empty() && !is_furniture(&block.text) {
            blocks.push(block);
        }
    }
    Ok(Record { raw: raw.into(), blocks, escape: Escape::Html, ..Record::default() })
}

/// Adds a stretch, its character references each a piece of its own.
fn push(block: &mut Block, raw: &str, stretch: &Stretch) {
    let mut at = stretch.place.start;
    while let Some(found) = raw[at..stretch.place.end].find('&') {
        let start = at + found;
        let end = reference(&raw[start..stretch.place.end]).map_or(start + 1, |len| start + len);
        block.push(&raw[at..start], at..start, true, stretch.node);
        let text = html_escape::decode_html_entities(&raw[start..end]);
        block.push(&text, start..end, text == raw[start..end], stretch.node);
        at = end;
    }
    block.push(&raw[at..stretch.place.end], at..stretch.place.end, true, stretch.node);
}

/// The length of the character reference at the start of `text`, if one stands there.
fn reference(text: &str) -> Option<usize> {
    let end = text.bytes().take(40).position(|byte| byte == b';')?;
    let name = &text[1..end];
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '#';
    (!name.is_empty() && name.chars().all(plain)).then_some(end + 1)
}

fn outline(raw: &str) -> Result<(Outline, String), String> {
    let outline = Rc::new(RefCell::new(Outline::default()));
    let (seen, heard) = (Rc::clone(&outline), Rc::clone(&outline));
    let mut numbered = Vec::with_capacity(raw.len() * 2);
    let settings = Settings::new()
        .with_strict(false)
        .append_element_content_handler(element!("*", move |element| {
            let number =
                seen.borrow_mut().start(&element.tag_name(), element.source_location().bytes());
            let number = number.ok_or("more elements, or deeper ones, than a page may have")?;
            element.set_attribute(NUMBER, &number.to_string())?;
            if let Some(handlers) = element.end_tag_handlers() {
                let seen = Rc::clone(&seen);
                handlers.push(end_tag!(move |_| {
                    seen.borrow_mut().end(number);
                    Ok(())
                }));
            } else {
                seen.borrow_mut().end(number);
            }
            Ok(())
        }))
        .append_document_content_handler(doc_text!(move |text| {
            if text.text_type() == TextType::Data {
                heard.borrow_mut().text(text.source_location().bytes());
            }
            Ok(())
        }));
    let mut rewriter =
        HtmlRewriter::new(settings, |bytes: &[u8]| numbered.extend_from_slice(bytes));
    let parsed = rewriter.write(raw.as_bytes()).and_then(|()| rewriter.end());
    parsed.map_err(|error| format!("cannot be read as a page: {error}"))?;
    let outline = outline.take();
    Ok((outline, String::from_utf8_lossy(&numbered).into_owned()))
}

impl Outline {
    fn start(&mut self, name: &str, place: Range<usize>) -> Option<usize> {
        let number = self.names.len();
        if number >= MOST_ELEMENTS || self.open.len() >= DEEPEST {
            return None;
        }
        self.names.push(name.to_string());
        self.parents.push(self.open.last().copied());
        self.open.push(number);
        self.node += 1;
        if matches!(name, "img" | "code" | "kbd" | "samp" | "svg" | "math") {
            self.stand_in(place);
        } else if !INLINE.contains(&name) {
            self.block += 1;
        }
        Some(number)
    }

    fn end(&mut self, number: usize) {
        let depth = self.open.partition_point(|&open| open < number);
        self.open.truncate(depth);
        self.node += 1;
        let name = self.names[number].as_str();
        if !INLINE.contains(&name) && !matches!(name, "img" | "code" | "kbd" | "samp") {
            self.block += 1;
        }
    }

    fn stand_in(&mut self, place: Range<usize>) {
        let parent = self.open.iter().rev().nth(1).copied();
        if let Some(element) = parent {
            let (block, node) = (self.block, self.node);
            self.stretches.push(Stretch { place, element, block, node, stand_in: true });
            self.node += 1;
        }
    }

    fn text(&mut self, place: Range<usize>) {
        let Some(&element) = self.open.last() else {
            return;
        };
        if place.is_empty()
            || self.open.iter().any(|&open| CLOSED.contains(&self.names[open].as_str()))
        {
            return;
        }
        let (block, node) = (self.block, self.node);
        match self.stretches.last_mut() {
            // A text may come in several chunks.
            Some(last) if last.node == node && last.place.end == place.start => {
                last.place.end = place.end;
            }
            _ => self.stretches.push(Stretch { place, element, block, node, stand_in: false }),
        }
    }
}

/// The elements whose own text belongs to the article.
fn article(outline: &Outline, numbered: String) -> FxHashSet<usize> {
    let kept = Readability::new(numbered, None, None).ok().and_then(|mut page| page.parse().ok());
    let mut kept: FxHashSet<usize> =
        kept.map(|article| numbers(&article.content)).unwrap_or_default();
    let inside = |number: usize, names: &[&str]| {
        let mut around = std::iter::successors(Some(number), |&at| outline.parents[at]);
        around.any(|at| names.contains(&outline.names[at].as_str()))
    };
    if kept.is_empty() {
        let all = 0..outline.names.len();
        kept.extend(all.filter(|&number| inside(number, PROSE)));
        kept.retain(|&number| !inside(number, &["form", "header"]));
    }
    kept.retain(|&number| !inside(number, FURNITURE));
    // The headline is not a part of the reading view's text; a page has one.
    let mut headlines = (0..outline.names.len()).filter(|&number| outline.names[number] == "h1");
    if let (Some(headline), None) = (headlines.next(), headlines.next()) {
        kept.insert(headline);
        let within = |&number: &usize| outline.parents[number] == Some(headline);
        kept.extend((0..outline.names.len()).filter(within));
    }
    kept
}

/// The numbers that are left in the article.
fn numbers(content: &str) -> FxHashSet<usize> {
    let found = Rc::new(RefCell::new(FxHashSet::default()));
    let seen = Rc::clone(&found);
    let selector = format!("[{NUMBER}]");
    let settings = Settings::new().with_strict(false).append_element_content_handler(element!(
        selector,
        move |element| {
            let number = element.get_attribute(NUMBER);
            seen.borrow_mut().extend(number.and_then(|number| number.parse::<usize>().ok()));
            Ok(())
        }
    ));
    let mut rewriter = HtmlRewriter::new(settings, |_: &[u8]| ());
    // What cannot be read has no numbers, and the whole page is taken instead.
    let _ = rewriter.write(content.as_bytes()).and_then(|()| rewriter.end());
    found.take()
}
