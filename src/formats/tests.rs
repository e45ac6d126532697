//! What every format promises, with a restorer that needs no model.

use super::*;
use crate::fuzzing::comes_back;
use proptest::prelude::*;
use std::path::PathBuf;

/// What the restorer of these tests knows.
const KNOWN: &[(&str, &str)] = &[
    ("in opposition to", "against"),
    ("because", "as a \"result\" <of>, \\ & that"),
    ("New York Instances", "New York Times"),
    ("don’t", "do not"),
];

fn changes(block: &Block) -> Changes {
    let mut found = Vec::new();
    for &(spun, original) in KNOWN {
        let places = block.text.match_indices(spun);
        found.extend(places.map(|(start, _)| (start, start + spun.len(), original)));
    }
    found.sort_unstable();
    let mut changes = Changes::default();
    found.into_iter().for_each(|(start, end, original)| changes.push(block, start..end, original));
    changes
}

struct File {
    _folder: tempfile::TempDir,
    path: PathBuf,
}

fn file(bytes: &[u8]) -> File {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("file");
    std::fs::write(&path, bytes).unwrap();
    File { _folder: folder, path }
}

fn settings(format: Format) -> Settings {
    Settings { format, field: "text".into(), each_line: false, largest: 8 << 20 }
}

/// The records of a file, and where each begins.
fn records(file: &File, settings: &Settings, place: Place) -> Result<Vec<(Place, Record)>> {
    let mut source = open(&file.path, settings, place)?;
    let mut records = Vec::new();
    loop {
        let place = source.place();
        match source.next()? {
            Some(record) => records.push((place, record)),
            None => return Ok(records),
        }
    }
}

/// The bytes of records as they were read.
fn bytes(records: &[(Place, Record)]) -> Vec<u8> {
    records.iter().flat_map(|(_, record)| record.raw.clone()).collect()
}

/// A file restored, and why parts of it were passed over.
fn restored(format: Format, bytes: &[u8]) -> Result<(String, Vec<String>)> {
    restored_as(&settings(format), bytes)
}

fn restored_as(settings: &Settings, bytes: &[u8]) -> Result<(String, Vec<String>)> {
    let (mut out, mut reasons) = (Vec::new(), Vec::new());
    for (_, record) in records(&file(bytes), settings, Place::default())? {
        let changes: Vec<Changes> = record.blocks.iter().map(changes).collect();
        record.write(&changes, &mut out);
        let reason = |refusal: &Refusal| refusal.reason.clone();
        reasons.extend(record.refusals.iter().map(reason));
    }
    Ok((String::from_utf8_lossy(&out).into_owned(), reasons))
}

#[test]
fn formats_by_name() {
    let table = [
        ("a.txt", Some(Format::Text)),
        ("a.b.JSONL.gz", Some(Format::Jsonl)),
        ("x/a.csv.zst", Some(Format::Csv)),
        ("a.tsv.xz", Some(Format::Tsv)),
        ("a.parquet", Some(Format::Parquet)),
        ("a.HTM", Some(Format::Html)),
        ("README.md", Some(Format::Markdown)),
        ("a.gz", None),
        ("txt", None),
        ("a.pdf", None),
    ];
    for (name, format) in table {
        assert_eq!(Format::of(Path::new(name)), format, "{name}");
    }
}

#[test]
fn a_long_line_of_text_comes_in_records() {
    let line = "It was in opposition to all. ".repeat(100_000);
    let text = format!("One.\n{line}\nEnd.");
    let file = file(text.as_bytes());
    let all = records(&file, &settings(Format::Text), Place::default()).unwrap();
    assert!(all.iter().all(|(_, record)| record.raw.len() <= 2 * long::PART));
    let numbers: Vec<u64> = all.iter().map(|(place, _)| place.number).collect();
    assert!(numbers.len() > 10 && numbers[1..].iter().all(|&number| number == 1), "{numbers:?}");
    let blocks = all.iter().flat_map(|(_, record)| &record.blocks);
    assert_eq!(blocks.filter(|block| !block.goes_on).count(), 3);
    let rest = records(&file, &settings(Format::Text), all[2].0).unwrap();
    assert_eq!(rest, all[2..]);
    let (restored, reasons) = restored(Format::Text, text.as_bytes()).unwrap();
    assert_eq!(restored, text.replace("in opposition to", "against"));
    assert!(reasons.is_empty());
}

/// A file of one long record in each format.
fn long_files(text: &str) -> [(Format, String); 11] {
    let other = "x".repeat(300_000);
    let paragraphs = text.replace(". ", ".</p>\n<p>");
    [
        (Format::Jsonl, format!("{{\"a\":1,\"text\":\"{text}\",\"b\":2}}\n")),
        (Format::Csv, format!("text,b\n\"{text}\",\"1\"\r\n")),
        (Format::Csv, format!("b,text\n1,\"{text}")),
        (Format::Tsv, format!("text\tb\n{text}\t2")),
        (Format::Jsonl, format!("{{\"a\":\"{other}\",\"text\":\"{text}\",\"b\":\"{other}\"}}\n")),
        (Format::Csv, format!("a,text,b\n{other},\"{text}\",\"{other}\"\n")),
        (Format::Html, format!("<body><h1>Head</h1><p>{text}</p></body>")),
        (Format::Html, format!("<body><article><p>{paragraphs}</p></article></body>")),
        (Format::Markdown, format!("# Head\n\n{}", text.replace(". ", ".\n\n"))),
        (Format::Markdown, format!("- {}", text.replace(". ", ".\n- "))),
        (Format::Markdown, text.replace(". ", ".\n")),
    ]
}

#[test]
fn a_long_record_comes_in_parts() {
    for (format, file_) in
        long_files(&"It was in opposition to all of it, they said. ".repeat(30_000))
    {
        let all = records(&file(file_.as_bytes()), &settings(format), Place::default()).unwrap();
        let parts: Vec<&Record> = all.iter().map(|(_, record)| record).collect();
        // The first record of a table is its header.
        let table = matches!(format, Format::Csv | Format::Tsv);
        let parts = &parts[usize::from(table)..];
        assert!(parts.len() > 2, "{format:?}");
        // A list, and a paragraph, is parted where it is very long.
        let most = if format == Format::Markdown { 4 } else { 2 } * long::PART + 200;
        assert!(parts.iter().all(|part| part.raw.len() <= most), "{format:?}");
        let (last, before) = parts.split_last().unwrap();
        assert!(!last.goes_on && before.iter().all(|part| part.goes_on), "{format:?}");
        let (output, reasons) = restored(format, file_.as_bytes()).unwrap();
        assert!(output == file_.replace("in opposition to", "against"), "{format:?}");
        assert!(reasons.is_empty(), "{reasons:?}");
    }
}

#[test]
fn parts_end_between_characters() {
    let escaped = "\\u00e9\\ud83d\\ude00\\\\\\\"\\n\u{1F600}".repeat(40_000);
    let quoted = "a\"\"\"\"\u{1F600}".repeat(100_000);
    let long = [
        (Format::Jsonl, format!("{{\"text\":\"{escaped}\"}}")),
        (Format::Csv, format!("text\n\"{quoted}\"")),
    ];
    for (format, file_) in long {
        let all = records(&file(file_.as_bytes()), &settings(format), Place::default()).unwrap();
        let texts: Vec<&str> = all
            .iter()
            .flat_map(|(_, record)| &record.blocks)
            .map(|block| &block.text[..])
            .collect();
        assert!(texts.len() > 1);
        let expected = match format {
            Format::Csv => quoted.replace("\"\"", "\""),
            _ => serde_json::from_str(&format!("\"{escaped}\"")).unwrap(),
        };
        assert!(texts.concat() == expected, "{format:?}");
        assert!(bytes(&all) == file_.as_bytes(), "{format:?}");
    }
}

#[test]
fn a_long_record_is_refused_as_one() {
    let text = "It was in opposition to all of it. ".repeat(40_000);
    let table = [
        (Format::Jsonl, format!("{{\"text\":\"{text}\\ud800\"}}\n"), "is no text"),
        (Format::Jsonl, format!("{{\"text\":\"{text}\"]\n"), "not JSON"),
        (Format::Csv, format!("b,text\n1,{text}\n"), "is not in quotes"),
        (Format::Csv, format!("b,text\n1,\"{text}\" x\n"), "is not in quotes"),
    ];
    for (format, input, expected) in table {
        let (output, reasons) = restored(format, input.as_bytes()).unwrap();
        assert!(reasons.len() == 1 && reasons[0].contains(expected), "{format:?} {reasons:?}");
        assert!(output == input, "{format:?}");
    }
    for (format, input) in long_files(&text) {
        let settings = Settings { largest: 1 << 20, ..settings(format) };
        let all = records(&file(input.as_bytes()), &settings, Place::default()).unwrap();
        assert!(all.iter().all(|(_, record)| record.blocks.is_empty()));
        let table = matches!(format, Format::Csv | Format::Tsv);
        let wholes = all.iter().filter(|(_, record)| !record.goes_on);
        assert_eq!(wholes.count(), 1 + usize::from(table), "{format:?}");
        let refusals: Vec<&Refusal> = all.iter().flat_map(|(_, record)| &record.refusals).collect();
        assert!(refusals[0].reason.contains("longer than 1 MiB"), "{format:?} {refusals:?}");
        assert!(refusals[0].reason.contains("--largest"), "{format:?} {refusals:?}");
        assert!(bytes(&all) == input.as_bytes(), "{format:?}");
    }
}

#[test]
fn a_record_that_is_too_long_is_passed_over_to_its_end() {
    let long = "because,\n".repeat(300_000);
    let table = [
        (Format::Csv, format!("text\n\"{long}\"\nin opposition to\n")),
        (Format::Tsv, format!("text\n{}\nin opposition to\n", long.replace('\n', " "))),
        (Format::Jsonl, format!("{long:?}\n{{\"text\":\"in opposition to\"}}\n")),
    ];
    for (format, input) in table {
        let settings = Settings { largest: 1 << 20, ..settings(format) };
        let (output, reasons) = restored_as(&settings, input.as_bytes()).unwrap();
        assert_eq!(reasons.len(), 3, "{format:?} {reasons:?}");
        assert!(output == input.replace("in opposition to", "against"), "{format:?}");
    }
}

#[test]
fn what_is_restored_by_format() {
    let table: &[(Format, &str, &str)] = &[
        (
            Format::Text,
            "in opposition to it\r\n\nbecause",
            "against it\r\n\nas a \"result\" <of>, \\ & that",
        ),
        (
            Format::Jsonl,
            "{\"n\": 1.00, \"text\" : \"\\u0069n opposition to\\n\\\"because\\\"\", \"text2\":\"because\"}\r\n",
            "{\"n\": 1.00, \"text\" : \"against\\n\\\"as a \\\"result\\\" <of>, \\\\ & that\\\"\", \"text2\":\"because\"}\r\n",
        ),
        (
            Format::Jsonl,
            "\u{feff}{\"text\":\"in opposition to\"}\n\n{\"text\":\"\"}",
            "\u{feff}{\"text\":\"against\"}\n\n{\"text\":\"\"}",
        ),
        (
            Format::Csv,
            "\u{feff}id,text\r\n1,in opposition to\r\n\r\n\"2\",\"a \"\"b\"\", in opposition\nto\"\r\n3,because",
            "\u{feff}id,text\r\n1,against\r\n\r\n\"2\",\"a \"\"b\"\", in opposition\nto\"\r\n3,\"as a \"\"result\"\" <of>, \\ & that\"",
        ),
        (
            Format::Csv,
            "text\nbecause\n\"\"\n",
            "text\n\"as a \"\"result\"\" <of>, \\ & that\"\n\"\"\n",
        ),
        (
            Format::Tsv,
            "a\ttext\n\"x\t\"because\" of\n",
            "a\ttext\n\"x\t\"as a \"result\" <of>, \\ & that\" of\n",
        ),
        (
            Format::Markdown,
            "---\nkey: because\n---\n# in opposition to\n\n- because *of*\n> in opposition\n> to `because` [x](because \"because\")\n\n    because\n\n<b>because</b> &amp; <https://because.org>\n\n| because |\n|---|\n| in *opposition* to |\n",
            "---\nkey: because\n---\n# against\n\n- as a \"result\" <of>, \\ & that *of*\n> in opposition\n> to `because` [x](because \"because\")\n\n    because\n\n<b>as a \"result\" <of>, \\ & that</b> &amp; <https://because.org>\n\n| as a \"result\" <of>, \\ & that |\n|---|\n| in *opposition* to |\n",
        ),
        (
            Format::Markdown,
            "[because] or [because][] but [because][x]\n\n[because]: y\n[x]: z\n",
            "[because] or [because][] but [as a \"result\" <of>, \\ & that][x]\n\n[because]: y\n[x]: z\n",
        ),
        (
            Format::Html,
            "<body><p>in <b>opposition to</b> &amp;in opposition to<br>don&#8217;t <em>in</em> opposition to<code>because</code></p><nav>because</nav><p>Leave a Comment</p><p title='because'>because<script>because</script></p></body>",
            "<body><p>in <b>opposition to</b> &amp;against<br>do not <em>in</em> opposition to<code>because</code></p><nav>because</nav><p>Leave a Comment</p><p title='because'>as a \"result\" &lt;of&gt;, \\ &amp; that<script>because</script></p></body>",
        ),
    ];
    for (format, input, expected) in table {
        let (output, reasons) = restored(*format, input.as_bytes()).unwrap();
        assert_eq!(output, *expected, "{format:?}");
        assert!(reasons.is_empty(), "{reasons:?}");
    }
}

#[test]
fn what_is_refused_by_format() {
    let deep = format!("{{\"text\":\"x\",\"a\":{}{}}}", "[".repeat(200), "]".repeat(200));
    let table: &[(Format, &[u8], &str)] = &[
        (Format::Text, b"a\nb\xff\nc\n", "not valid UTF-8 at byte 2"),
        (Format::Jsonl, b"{\"text\":\"\xff\"}\n", "not valid UTF-8"),
        (Format::Jsonl, b"plain\n", "not JSON"),
        (Format::Jsonl, b"{\"text\":1}\n", "is no text"),
        (Format::Jsonl, b"{\"text\":null}\n", "is no text"),
        (Format::Jsonl, b"{\"body\":\"x\"}\n", "no field \"text\""),
        (Format::Jsonl, b"[1]\n", "expected an object"),
        (Format::Jsonl, b"{\"text\":\"\\ud800\"}\n", "is no text"),
        (Format::Jsonl, deep.as_bytes(), "nested deeper than 128"),
        (Format::Csv, b"id,text\n1\n", "has 1 fields"),
        (Format::Csv, b"id,text\n1,\xff\n", "not valid UTF-8"),
        (Format::Html, b"<p>\xff</p>", "not valid UTF-8"),
        (Format::Markdown, b"\xff", "not valid UTF-8"),
    ];
    for (format, input, expected) in table {
        let (output, reasons) = restored(*format, input).unwrap();
        assert!(reasons.len() == 1 && reasons[0].contains(expected), "{format:?} {reasons:?}");
        assert_eq!(output, String::from_utf8_lossy(input), "{format:?}");
    }
    let message = restored(Format::Csv, b"id,body\n").unwrap_err().to_string();
    assert!(
        message.contains("no column \"text\"; name one of \"id\", \"body\" with --field"),
        "{message}"
    );
    assert!(restored(Format::Parquet, b"PAR1 no such thing").is_err());
}

#[test]
fn a_field_inside_a_field() {
    let file = file(br#"{"a":{"b/c":{"text":"x because"}}}"#);
    let settings = Settings { field: "/a/b~1c/text".into(), ..settings(Format::Jsonl) };
    let found = records(&file, &settings, Place::default()).unwrap();
    assert_eq!(found[0].1.blocks[0].text, "x because");
}

#[test]
fn a_page_is_read_as_its_readers_do() {
    let paragraph = "In keeping with the report, the company, which was in opposition to it, has lost its customers, and because of this nobody believes it at all.";
    let article = format!("<p>{paragraph}</p>\n").repeat(6);
    let page = format!(
        "<html><head><title>because</title></head><body><div class='sidebar'><a href='/'>because</a></div>\
         <div id='content'><h1>in opposition to</h1><div class='post'>{article}<p>Rate this post</p></div></div>\
         <div class='comments'><p>because</p></div><footer><p>because</p></footer></body></html>"
    );
    let data = "x".repeat(3 << 20);
    let with_data =
        page.replace("<body>", &format!("<body><script>{data}</script><img src={data}>"));
    for page in [&page, &with_data] {
        let (output, _) = restored(Format::Html, page.as_bytes()).unwrap();
        assert_eq!(output.matches("in opposition to").count(), 0);
        assert_eq!(output.matches("against").count(), 7);
        // Those outside of the article stay.
        assert_eq!(output.matches("because").count(), 4);
    }
    // No reading view reads so much: all paragraphs are taken, but for those of footers.
    let long = page.replace("<footer>", &format!("{}<footer>", article.repeat(4000)));
    let (output, _) = restored(Format::Html, long.as_bytes()).unwrap();
    assert_eq!(output.matches("in opposition to").count(), 0);
    assert_eq!(output.matches("because").count(), 3);
}

#[test]
fn pages_may_be_deep_or_long() {
    let deep = format!("{}because{}", "<div>".repeat(5000), "</div>".repeat(5000));
    let (output, reasons) = restored(Format::Html, deep.as_bytes()).unwrap();
    assert_eq!(output, deep);
    assert!(reasons[0].contains("deeper"), "{reasons:?}");
    let unclosed = "<p><b>because".repeat(400);
    let (output, _) = restored(Format::Html, unclosed.as_bytes()).unwrap();
    assert_eq!(output.matches("<p><b>").count(), 400);
}

const FORMATS: [Format; 6] =
    [Format::Text, Format::Jsonl, Format::Csv, Format::Tsv, Format::Html, Format::Markdown];

proptest! {
    #[test]
    fn nothing_restored_is_nothing_changed(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        for format in FORMATS {
            comes_back(format, &bytes);
        }
    }

    #[test]
    fn marked_up_text_stays(text in "(text|[<>&;\"'\\\\{}\\[\\]:,\t\r\n*_`#|>-]|because|<p>|</p>|<b>|&amp;|é){0,40}") {
        for format in FORMATS {
            comes_back(format, text.as_bytes());
            comes_back(format, format!("text,a\n{text}").as_bytes());
        }
    }

    #[test]
    fn records_are_found_again_from_any_place(
        lines in prop::collection::vec("(because|,|\"|\t|\\{\"text\":\"a\"\\}|\r|[a-z]){0,6}", 0..8)
    ) {
        let text = format!("text,b\n{}", lines.join("\n"));
        for format in FORMATS {
            let file = file(text.as_bytes());
            let settings = Settings { each_line: true, field: if format == Format::Tsv { "text,b".into() } else { "text".into() }, ..settings(format) };
            let all = records(&file, &settings, Place::default()).unwrap();
            for (number, (place, _)) in all.iter().enumerate() {
                // A table begins with its header, which is no place to go on from.
                let again = records(&file, &settings, *place).unwrap();
                let same = again.iter().map(|(_, record)| record).eq(all[number..].iter().map(|(_, record)| record));
                prop_assert!(same || *place == Place::default() || number == 0, "{:?} {} {:?}", format, number, text);
            }
        }
    }
}
