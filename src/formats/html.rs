//! Pages: the main article is found as a reading view finds it, and its text is
//! restored where it stands.
//!
//! One pass numbers the elements of the page and notes whose text stands where; the
//! article is then what the reading view keeps of the numbered page.

mod outline;

use self::outline::{Kind, NUMBER, Outline, Stretch, outline};
use super::long::{self, PART, Parts};
use super::record::{Block, Escape, STAND_IN};
use crate::text::furniture::is_furniture;
use dom_smoothie::Readability;
use lol_html::{HtmlRewriter, Settings, element};
use rustc_hash::FxHashSet;
use std::cell::RefCell;
use std::rc::Rc;

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
            let same = done + rest.take_while(|next| next.block == first.block).count();
            if !fits(&stretches[same - 1], end) {
                break;
            }
            let mut block = Block::default();
            for stretch in &stretches[done..same] {
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
