//! Pages: the main article is found as a reading view finds it, and its text is
//! restored where it stands.
//!
//! One pass numbers the elements of the page and notes whose text stands where; the
//! article is then what the reading view keeps of the numbered page.

use super::long::{self, PART, Parts};
use super::record::{Block, Escape, STAND_IN};
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
/// Longer attributes, scripts and styles hold what no reading view looks at.
const LONGEST_DATA: usize = 16 << 10;
/// Of a page that is longer without those, all prose is taken for the article: a reading view
/// needs many times as much memory.
const READABLE: usize = 2 << 20;

/// Elements that stand within a line.
const INLINE: &[&str] = &[
    "a", "abbr", "acronym", "b", "bdi", "bdo", "big", "cite", "data", "del", "dfn", "em", "font",
    "i", "ins", "label", "mark", "q", "s", "small", "span", "strike", "strong", "sub", "sup",
    "time", "tt", "u", "var", "wbr",
];
/// Elements that stand within a line and are no text.
const STANDING_IN: &[&str] = &["img", "code", "kbd", "samp", "svg", "math"];
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

/// What there is to know of an element.
#[derive(Clone, Copy)]
struct Kind {
    inline: bool,
    stands_in: bool,
    closed: bool,
    furniture: bool,
    prose: bool,
    /// Has no prose of an article, where no reading view finds one.
    outer: bool,
    headline: bool,
}

/// A stretch of text as it stands in the page, and the element around it.
///
/// In four bytes a number: a page may have very many.
struct Stretch {
    place: Range<u32>,
    element: u32,
    /// Text of different blocks is never read together.
    block: u32,
    node: u32,
    /// Stands for something inline that is no text.
    stand_in: bool,
}

/// What the pass over the page has seen so far.
#[derive(Default)]
struct Outline {
    kinds: Vec<Kind>,
    /// Elements that are open, from the outside in.
    open: Vec<usize>,
    parents: Vec<Option<usize>>,
    stretches: Vec<Stretch>,
    block: u32,
    node: u32,
}

/// A page as one record; if it cannot be read, why, and the page.
pub(super) fn parts(raw: String) -> Result<Parts, (String, String)> {
    let (outline, numbered) = match outline(&raw) {
        Ok(found) => found,
        Err(reason) => return Err((reason, raw)),
    };
    let article = article(&outline, numbered);
    let mut stretches = outline.stretches;
    stretches.retain(|stretch| article.contains(&(stretch.element as usize)));
    if stretches.iter().any(|stretch| stretch.place().len() > PART) {
        stretches = stretches.iter().flat_map(|stretch| stretch.parts(&raw)).collect();
    }
    let mut done = 0;
    Ok(long::parts(raw, Escape::Html, move |raw, start| {
        let (mut blocks, mut end) = (Vec::new(), start);
        // The first stretch is a part if need be, and so are as many of its block as fit.
        let fits = |next: &Stretch, end| end == start || next.place().end <= start + PART;
        let near = |next: &&Stretch| next.place().start <= start + PART;
        while let Some(first) = stretches.get(done).filter(near) {
            let rest = stretches[done..].iter();
            let same: Vec<_> = rest.take_while(|next| next.block == first.block).collect();
            if !same.last().is_some_and(|last| fits(last, end)) {
                break;
            }
            let mut block = Block::default();
            for stretch in same {
                if !fits(stretch, end) {
                    break;
                }
                push(&mut block, raw, stretch);
                (end, done) = (stretch.place().end, done + 1);
            }
            if !block.text.trim().is_empty() && !is_furniture(&block.text) {
                blocks.push(block);
            }
        }
        let rest = raw.len() - end;
        let more = match done == stretches.len() && rest <= PART {
            true => rest,
            false if end == start => PART.min(rest),
            false => 0,
        };
        (blocks, end + more)
    }))
}

/// Adds a stretch, its character references each a piece of its own.
fn push(block: &mut Block, raw: &str, stretch: &Stretch) {
    let (place, node) = (stretch.place(), stretch.node as usize);
    if stretch.stand_in {
        return block.push(STAND_IN, place, false, node);
    }
    let mut at = place.start;
    while let Some(found) = raw[at..place.end].find('&') {
        let start = at + found;
        let end = reference(&raw[start..place.end]).map_or(start + 1, |len| start + len);
        block.push(&raw[at..start], at..start, true, node);
        let text = html_escape::decode_html_entities(&raw[start..end]);
        block.push(&text, start..end, text == raw[start..end], node);
        at = end;
    }
    block.push(&raw[at..place.end], at..place.end, true, node);
}

/// The length of the character reference at the start of `text`, if one stands there.
fn reference(text: &str) -> Option<usize> {
    let end = text.bytes().take(40).position(|byte| byte == b';')?;
    let name = &text[1..end];
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '#';
    (!name.is_empty() && name.chars().all(plain)).then_some(end + 1)
}

/// The outline of a page, and the page with numbers for the reading view, if it is not too long.
fn outline(raw: &str) -> Result<(Outline, Option<String>), String> {
    let outline = Rc::new(RefCell::new(Outline::default()));
    let (seen, heard) = (Rc::clone(&outline), Rc::clone(&outline));
    let mut numbered = Vec::new();
    let settings = Settings::new()
        .with_strict(false)
        .append_element_content_handler(element!("*", move |element| {
            let place = element.source_location().bytes();
            let number = seen.borrow_mut().start(Kind::of(&element.tag_name()), place);
            let number = number.ok_or("more elements, or deeper ones, than a page may have")?;
            let attributes = element.attributes().iter();
            let long = attributes.filter(|attribute| attribute.value().len() > LONGEST_DATA);
            let names: Vec<String> = long.map(|attribute| attribute.name()).collect();
            names.iter().for_each(|name| element.remove_attribute(name));
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
            match text.text_type() {
                TextType::Data => heard.borrow_mut().text(text.source_location().bytes()),
                _ if text.as_str().len() > LONGEST_DATA => text.remove(),
                _ => {}
            }
            Ok(())
        }));
    let mut rewriter = HtmlRewriter::new(settings, |bytes: &[u8]| {
        if numbered.len() <= READABLE {
            numbered.extend_from_slice(bytes);
        }
    });
    let parsed = rewriter.write(raw.as_bytes()).and_then(|()| rewriter.end());
    parsed.map_err(|error| format!("cannot be read as a page: {error}"))?;
    let numbered = Some(numbered).filter(|numbered| numbered.len() <= READABLE);
    Ok((outline.take(), numbered.and_then(|numbered| String::from_utf8(numbered).ok())))
}

impl Kind {
    fn of(name: &str) -> Self {
        Self {
            inline: INLINE.contains(&name),
            stands_in: STANDING_IN.contains(&name),
            closed: CLOSED.contains(&name),
            furniture: FURNITURE.contains(&name),
            prose: PROSE.contains(&name),
            outer: matches!(name, "form" | "header"),
            headline: name == "h1",
        }
    }
}

impl Stretch {
    fn new(place: Range<usize>, element: usize, (block, node): (u32, u32), stand_in: bool) -> Self {
        // Neither pages nor their elements are too many for four bytes.
        let place = place.start as u32..place.end as u32;
        Self { place, element: element as u32, block, node, stand_in }
    }

    fn place(&self) -> Range<usize> {
        self.place.start as usize..self.place.end as usize
    }

    /// The stretch, in parts if it is long.
    fn parts(&self, raw: &str) -> impl Iterator<Item = Self> {
        let Self { element, block, node, stand_in, .. } = *self;
        let mut rest = self.place();
        std::iter::from_fn(move || {
            let start = rest.start;
            rest.start += long::part(&raw[rest.clone()]).len();
            let part = start..rest.start;
            let new = || Self::new(part.clone(), element as usize, (block, node), stand_in);
            (!part.is_empty()).then(new)
        })
    }
}

impl Outline {
    fn start(&mut self, kind: Kind, place: Range<usize>) -> Option<usize> {
        let number = self.kinds.len();
        if number >= MOST_ELEMENTS || self.open.len() >= DEEPEST {
            return None;
        }
        self.kinds.push(kind);
        self.parents.push(self.open.last().copied());
        self.open.push(number);
        self.node += 1;
        if kind.stands_in {
            self.stand_in(place);
        } else if !kind.inline {
            self.block += 1;
        }
        Some(number)
    }

    fn end(&mut self, number: usize) {
        let depth = self.open.partition_point(|&open| open < number);
        self.open.truncate(depth);
        self.node += 1;
        let Kind { inline, stands_in, .. } = self.kinds[number];
        if !inline && !stands_in {
            self.block += 1;
        }
    }

    fn stand_in(&mut self, place: Range<usize>) {
        let parent = self.open.iter().rev().nth(1).copied();
        if let Some(element) = parent {
            self.stretches.push(Stretch::new(place, element, (self.block, self.node), true));
            self.node += 1;
        }
    }

    fn text(&mut self, place: Range<usize>) {
        let Some(&element) = self.open.last() else {
            return;
        };
        if place.is_empty() || self.open.iter().any(|&open| self.kinds[open].closed) {
            return;
        }
        let new = Stretch::new(place, element, (self.block, self.node), false);
        match self.stretches.last_mut() {
            // A text may come in several chunks.
            Some(last) if last.node == new.node && last.place.end == new.place.start => {
                last.place.end = new.place.end;
            }
            _ => self.stretches.push(new),
        }
    }
}

/// The elements whose own text belongs to the article.
fn article(outline: &Outline, numbered: Option<String>) -> FxHashSet<usize> {
    let page = numbered.and_then(|page| Readability::new(page, None, None).ok());
    let kept = page.and_then(|mut page| page.parse().ok());
    let mut kept: FxHashSet<usize> =
        kept.map(|article| numbers(&article.content)).unwrap_or_default();
    let all = || 0..outline.kinds.len();
    let inside = |number: usize, is: fn(&Kind) -> bool| {
        let mut around = std::iter::successors(Some(number), |&at| outline.parents[at]);
        around.any(|at| is(&outline.kinds[at]))
    };
    if kept.is_empty() {
        kept.extend(all().filter(|&number| inside(number, |kind| kind.prose)));
        kept.retain(|&number| !inside(number, |kind| kind.outer));
    }
    kept.retain(|&number| !inside(number, |kind| kind.furniture));
    // The headline is not a part of the reading view's text; a page has one.
    let mut headlines = all().filter(|&number| outline.kinds[number].headline);
    if let (Some(headline), None) = (headlines.next(), headlines.next()) {
        kept.insert(headline);
        let within = |&number: &usize| outline.parents[number] == Some(headline);
        kept.extend(all().filter(within));
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
