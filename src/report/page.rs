//! The page: one file, nothing from outside, nothing from the data but text.

use super::article::{Article, Line};
use super::engine;
use super::original::Agreement;
use super::summary::Summary;
use crate::decode::Edit;
use crate::model::Model;
use html_escape::{encode_double_quoted_attribute as attribute, encode_text as text};
use std::fmt::Write;
use xxhash_rust::xxh3::xxh3_64;

const STYLE: &str = include_str!("page.css");
const SCRIPT: &str = include_str!("page.js");
/// What the colours and underlines of [`change`] stand for.
const LEGEND: &str = " · likely to be right: <span class=\"change\">90 % and more</span> \
                      <span class=\"change likely\">60 %</span> \
                      <span class=\"change open\">30 %</span> <span class=\"change weak\">less</span>";
/// So many sentences become search queries.
const QUERIES: usize = 5;

/// What the page says of how it was made.
pub(crate) struct Provenance<'p> {
    /// The model's identity, and whether it is the one that is built in.
    pub(crate) model: &'p str,
    pub(crate) built_in: bool,
    /// Where the slider stands at first.
    pub(crate) min_confidence: f64,
}

/// A page about `articles`, each with its original where that is known.
pub(crate) fn page(
    model: &Model,
    articles: &[(Article, Option<Agreement>)],
    provenance: &Provenance<'_>,
) -> String {
    let body = body(model, articles, provenance);
    // Only this script runs, even if an article could ever smuggle one in: no article
    // knows the hash of the page that it is in.
    let nonce = format!("{:016x}", xxh3_64(body.as_bytes()));
    let title = match articles {
        [(article, _)] => format!("{} · unspin", article.title),
        _ => format!("{} articles · unspin", articles.len()),
    };
    format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; \
         style-src 'unsafe-inline'; script-src 'nonce-{nonce}'; base-uri 'none'; form-action 'none'\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"referrer\" content=\"no-referrer\">\n\
         <title>{}</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n{body}\
         <script nonce=\"{nonce}\">\n{SCRIPT}</script>\n</body>\n</html>\n",
        text(&title)
    )
}

fn body(
    model: &Model,
    articles: &[(Article, Option<Agreement>)],
    provenance: &Provenance<'_>,
) -> String {
    let mut out = String::new();
    controls(&mut out, provenance);
    if articles.len() > 1 {
        out.push_str("<nav class=\"index\" aria-label=\"Articles\"><ol>\n");
        for (number, (article, _)) in articles.iter().enumerate() {
            let summary = Summary::of(article);
            put(
                &mut out,
                format_args!(
                    "<li><a href=\"#article-{number}\">{}</a> <span>{}, {} of words changed</span></li>\n",
                    text(&article.title),
                    summary.verdict(),
                    percent(summary.changed)
                ),
            );
        }
        out.push_str("</ol></nav>\n");
    }
    out.push_str("<main>\n");
    for (number, (article, agreement)) in articles.iter().enumerate() {
        section(&mut out, model, number, article, agreement.as_ref(), provenance);
    }
    out.push_str("</main>\n<div id=\"card\" role=\"group\" aria-label=\"Readings of this place\" hidden></div>\n");
    out.push_str("<div id=\"said\" role=\"status\" aria-live=\"polite\"></div>\n");
    put(
        &mut out,
        format_args!(
            "<footer><p>Made by unspin {} with the model {}. A restoration is a guess with a \
             probability, not proof: look at the evidence before anybody is accused.</p></footer>\n",
            env!("CARGO_PKG_VERSION"),
            text(provenance.model)
        ),
    );
    out
}

fn put(out: &mut String, arguments: std::fmt::Arguments<'_>) {
    // Writing to a string does not fail.
    let _ = out.write_fmt(arguments);
}

fn percent(share: f64) -> String {
    match share {
        share if share > 0.0 && share < 0.01 => format!("{:.1} %", 100.0 * share),
        share if share < 1.0 && share > 0.99 => "over 99 %".into(),
        share => format!("{:.0} %", 100.0 * share),
    }
}

fn controls(out: &mut String, provenance: &Provenance<'_>) {
    let start = (100.0 * provenance.min_confidence).round();
    put(
        out,
        format_args!(
            "<header class=\"controls\">\n<label for=\"least\">Accept changes from <output id=\"least-shown\" for=\"least\">{start} %</output></label>\n\
         <input type=\"range\" id=\"least\" min=\"0\" max=\"100\" value=\"{start}\" step=\"1\">\n\
         <span id=\"accepted\"></span>\n<button type=\"button\" id=\"reset\">Undo choices</button>\n\
         <span class=\"keys\">Tab or ← → from change to change, Enter to take it or leave it, 1–9 for another reading</span>\n</header>\n"
        ),
    );
}

fn section(
    out: &mut String,
    model: &Model,
    number: usize,
    article: &Article,
    agreement: Option<&Agreement>,
    provenance: &Provenance<'_>,
) {
    let summary = Summary::of(article);
    put(
        out,
        format_args!(
            "<section class=\"article\" id=\"article-{number}\">\n<h1>{}</h1>\n",
            text(&article.title)
        ),
    );
    figures(out, model, article, &summary, agreement, provenance);
    for refusal in &article.refusals {
        put(
            out,
            format_args!(
                "<p class=\"refusal\">Not read: {}: {}</p>\n",
                text(&refusal.place),
                text(&refusal.reason)
            ),
        );
    }
    out.push_str("<p class=\"buttons\"><button type=\"button\" class=\"copy-text\">Copy the restored text</button> \
                  <button type=\"button\" class=\"copy-queries\">Copy search queries</button></p>\n");
    let columns = if agreement.is_some() { "three" } else { "two" };
    put(
        out,
        format_args!(
            "<div class=\"rows {columns}\" role=\"table\" aria-label=\"Spun and restored\">\n<div class=\"row head\" role=\"row\"><div role=\"columnheader\">Spun</div><div role=\"columnheader\">Restored{LEGEND}</div>"
        ),
    );
    if agreement.is_some() {
        out.push_str("<div role=\"columnheader\">Original</div>");
    }
    out.push_str("</div>\n");
    let queries = queries(article);
    for (at, line) in article.lines.iter().enumerate() {
        let apart = if line.apart { " data-apart" } else { "" };
        put(
            out,
            format_args!(
                "<div class=\"row\" role=\"row\"{apart}><div class=\"spun\" role=\"cell\" dir=\"auto\">"
            ),
        );
        spun(out, line);
        out.push_str("</div><div class=\"restored\" role=\"cell\" dir=\"auto\">");
        restored(out, line, at, &queries, agreement.map(|agreement| &agreement.right[at][..]));
        out.push_str("</div>");
        if let Some(agreement) = agreement {
            out.push_str("<div class=\"original\" role=\"cell\" dir=\"auto\">");
            for (words, agrees) in &agreement.rows[at] {
                match agrees {
                    true => out.push_str(&text(words)),
                    false => put(out, format_args!("<ins>{}</ins>", text(words))),
                }
            }
            out.push_str("</div>");
        }
        out.push_str("</div>\n");
    }
    out.push_str("</div>\n</section>\n");
}

fn figures(
    out: &mut String,
    model: &Model,
    article: &Article,
    summary: &Summary,
    agreement: Option<&Agreement>,
    provenance: &Provenance<'_>,
) {
    put(
        out,
        format_args!(
            "<dl class=\"summary\">\n<div><dt>Verdict</dt><dd>{}</dd></div>\n<div><dt>Words changed</dt><dd>{} <small>in {} change{} of {} words</small></dd></div>\n",
            summary.verdict(),
            percent(summary.changed),
            summary.changes,
            if summary.changes == 1 { "" } else { "s" },
            summary.words
        ),
    );
    if let Some((family, likely)) = engine::likely(model, &[article]) {
        let engines = match provenance.built_in {
            true => &model.engines.or_english(),
            false => &model.engines,
        };
        let (name, about) = match engines.get(family) {
            ("", _) => (format!("family {}", family + 1), "as the model numbers them"),
            (name, about) => (text(name).into_owned(), about),
        };
        let about = if about.is_empty() { String::new() } else { format!("; {}", text(about)) };
        // Whose engine it is, is never certain.
        let likely = percent(likely.min(0.999));
        put(
            out,
            format_args!(
                "<div><dt>Likely engine</dt><dd>{name} <small>{likely}{about}</small></dd></div>\n"
            ),
        );
    }
    if let Some(agreement) = agreement {
        let all: usize = agreement.right.iter().map(Vec::len).sum();
        let right = agreement.right.iter().flatten().filter(|&&right| right).count();
        put(
            out,
            format_args!(
                "<div><dt>Words of the original</dt><dd>{} restored <small>{} in the spun text; {right} of {all} changes give the original’s words</small></dd></div>\n",
                percent(agreement.restored),
                percent(agreement.spun)
            ),
        );
    }
    if !summary.telling.is_empty() {
        out.push_str("<div class=\"telling\"><dt>Most telling</dt><dd><ul>");
        for (spun, original, times) in &summary.telling {
            put(out, format_args!("<li><del>{}</del> <b>{}</b>", text(spun), text(original)));
            if *times > 1 {
                put(out, format_args!(" <small>× {times}</small>"));
            }
            out.push_str("</li>");
        }
        out.push_str("</ul></dd></div>\n");
    }
    out.push_str("</dl>\n");
}

/// The sentences that would find the original best: line, sentence, rank.
fn queries(article: &Article) -> Vec<(usize, usize)> {
    let mut all: Vec<(f64, usize, usize)> = Vec::new();
    for (at, line) in article.lines.iter().enumerate() {
        let sentences = line.sentences.iter().enumerate();
        all.extend(sentences.map(|(number, sentence)| (sentence.telling, at, number)));
    }
    all.retain(|&(telling, ..)| telling > 0.0);
    all.sort_by(|a, b| b.0.total_cmp(&a.0).then((a.1, a.2).cmp(&(b.1, b.2))));
    all.truncate(QUERIES);
    all.into_iter().map(|(_, line, sentence)| (line, sentence)).collect()
}

fn spun(out: &mut String, line: &Line) {
    let (spun, mut at) = (&line.restored.text, 0);
    for edit in &line.restored.edits {
        put(out, format_args!("{}<mark>{}</mark>", text(&spun[at..edit.start]), text(&edit.spun)));
        at = edit.end;
    }
    out.push_str(&text(&spun[at..]));
}

fn restored(
    out: &mut String,
    line: &Line,
    number: usize,
    queries: &[(usize, usize)],
    right: Option<&[bool]>,
) {
    let (spun, mut at) = (&line.restored.text, 0);
    let mut edits = line.restored.edits.iter().enumerate().peekable();
    for (sentence, place) in line.sentences.iter().map(|sentence| &sentence.place).enumerate() {
        out.push_str(&text(&spun[at..place.start]));
        at = place.start;
        match queries.iter().position(|&query| query == (number, sentence)) {
            Some(rank) => put(out, format_args!("<span data-query=\"{rank}\">")),
            None => out.push_str("<span>"),
        }
        while let Some((at_edit, edit)) = edits.next_if(|(_, edit)| edit.start < place.end) {
            out.push_str(&text(&spun[at..edit.start]));
            change(out, edit, right.map(|right| right[at_edit]));
            at = edit.end;
        }
        out.push_str(&text(&spun[at..place.end.max(at)]));
        at = place.end.max(at);
        out.push_str("</span>");
    }
    out.push_str(&text(&spun[at..]));
}

fn change(out: &mut String, edit: &Edit, right: Option<bool>) {
    let sure = match edit.probability {
        p if p >= 0.9 => "sure",
        p if p >= 0.6 => "likely",
        p if p >= 0.3 => "open",
        _ => "weak",
    };
    let mut readings = vec![(edit.original.as_str(), edit.probability)];
    readings
        .extend(edit.alternatives.iter().map(|other| (other.original.as_str(), other.probability)));
    let told: Vec<String> =
        readings.iter().map(|(words, likely)| format!("{words} {}", percent(*likely))).collect();
    let json = serde_json::to_string(&readings).unwrap_or_default();
    let agrees = match right {
        Some(true) => " data-agrees=\"yes\"",
        Some(false) => " data-agrees=\"no\"",
        None => "",
    };
    put(
        out,
        format_args!(
            "<button type=\"button\" class=\"change {sure}\" data-likely=\"{:.4}\" data-spun=\"{}\" data-readings=\"{}\" title=\"{}\"{agrees}>{}</button>",
            edit.probability,
            attribute(&edit.spun),
            attribute(&json),
            attribute(&told.join("\n")),
            text(&edit.original)
        ),
    );
}
