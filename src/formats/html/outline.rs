//! What stands where in a page: its elements, and its text in them.

use crate::formats::long;
use lol_html::html_content::TextType;
use lol_html::{HtmlRewriter, Settings, doc_text, element, end_tag};
use std::cell::RefCell;
use std::ops::Range;
use std::rc::Rc;

/// The attribute that carries an element's number from one pass to the next.
pub(super) const NUMBER: &str = "data-unspin-element";
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
pub(super) struct Kind {
    inline: bool,
    stands_in: bool,
    closed: bool,
    pub(super) furniture: bool,
    pub(super) prose: bool,
    /// Has no prose of an article, where no reading view finds one.
    pub(super) outer: bool,
    pub(super) headline: bool,
}

/// A stretch of text as it stands in the page, and the element around it.
///
/// In four bytes a number: a page may have very many.
pub(super) struct Stretch {
    place: Range<u32>,
    pub(super) element: u32,
    /// Text of different blocks is never read together.
    pub(super) block: u32,
    pub(super) node: u32,
    /// Stands for something inline that is no text.
    pub(super) stand_in: bool,
}

/// What the pass over the page has seen so far.
#[derive(Default)]
pub(super) struct Outline {
    pub(super) kinds: Vec<Kind>,
    /// Elements that are open, from the outside in.
    open: Vec<usize>,
    pub(super) parents: Vec<Option<usize>>,
    pub(super) stretches: Vec<Stretch>,
    block: u32,
    node: u32,
}

/// The outline of a page, and the page with numbers for the reading view, if it is not too long.
pub(super) fn outline(raw: &str) -> Result<(Outline, Option<String>), String> {
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

    pub(super) fn place(&self) -> Range<usize> {
        self.place.start as usize..self.place.end as usize
    }

    /// The stretch, in parts if it is long.
    pub(super) fn parts(&self, raw: &str) -> impl Iterator<Item = Self> {
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
