//! Hard knocks: what is empty, damaged, too long or too deep ends with a message that
//! helps and the right exit code, and what can be read is read.

mod common;

use common::{MODEL, unspin};
use std::fs;
use std::path::Path;

/// A file that comes, and what is to become of it.
struct Knock {
    name: &'static str,
    bytes: Vec<u8>,
    code: i32,
    /// What standard error says, and the list of what was refused, where there is one.
    says: &'static str,
    output: Output,
}

enum Output {
    /// The bytes of the input.
    Same,
    /// These bytes.
    Bytes(&'static [u8]),
    /// No file at all.
    None,
}
use Output::{Bytes, None, Same};

fn deep(levels: usize) -> Vec<u8> {
    let (open, close) = ("[".repeat(levels), "]".repeat(levels));
    format!("{{\"text\":\"qqzv\",\"a\":{open}{close}}}\n{{\"text\":\"qqzv\"}}\n").into_bytes()
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), Default::default());
    std::io::Write::write_all(&mut packer, bytes).unwrap();
    packer.finish().unwrap()
}

fn knocks() -> Vec<Knock> {
    let zstd = |bytes: &[u8]| zstd::encode_all(bytes, 0).unwrap();
    let table: Vec<(&'static str, Vec<u8>, i32, &'static str, Output)> = vec![
        // Nothing at all.
        ("empty.txt", vec![], 0, "", Same),
        ("empty.jsonl", vec![], 0, "", Same),
        ("empty.csv", vec![], 0, "", Same),
        ("empty.tsv", vec![], 0, "", Same),
        ("empty.html", vec![], 0, "", Same),
        ("empty.md", vec![], 0, "", Same),
        ("empty.txt.gz", gzip(b""), 0, "", Same),
        ("empty.txt.zst", zstd(b""), 0, "", Same),
        ("empty.parquet", vec![], 1, "empty.parquet: ", None),
        ("nothing.txt.gz", vec![], 1, "nothing.txt.gz: ", None),
        // A head and nothing more.
        ("head.csv", b"id,text\n".to_vec(), 0, "", Same),
        ("head.tsv", b"id\ttext".to_vec(), 0, "", Same),
        // Not UTF-8.
        ("bad.txt", b"a\n\xff\nb\n".to_vec(), 1, "not valid UTF-8 at byte 1", Same),
        (
            "bad.jsonl",
            b"{\"text\":\"\xff\"}\n{\"text\":\"qqzv\"}\n".to_vec(),
            1,
            "not valid UTF-8 at byte 10",
            Bytes(b"{\"text\":\"qqzv\"}\n"),
        ),
        (
            "bad.csv",
            b"text\n\xff\nqqzv\n".to_vec(),
            1,
            "the text is not valid UTF-8 at byte 1",
            Bytes(b"text\nqqzv\n"),
        ),
        (
            "bad.tsv",
            b"id\ttext\n1\tqq\xff\n2\tqqzv\n".to_vec(),
            1,
            "the text is not valid UTF-8 at byte 3",
            Bytes(b"id\ttext\n2\tqqzv\n"),
        ),
        // Only the text has to be.
        ("other.csv", b"text,x\nqqzv,\xff\n".to_vec(), 0, "", Same),
        ("bad.html", b"<p>\xff</p>".to_vec(), 1, "not valid UTF-8 at byte 4", Same),
        ("bad.md", b"# \xff\n".to_vec(), 1, "not valid UTF-8 at byte 3", Same),
        ("bad.txt.gz", b"not packed at all".to_vec(), 1, "bad.txt.gz: ", None),
        ("cut.txt.gz", gzip(b"qqzv zzqx\n")[..12].to_vec(), 1, "cut.txt.gz: ", None),
        ("cut.txt.zst", zstd(b"qqzv zzqx\n")[..9].to_vec(), 1, "cut.txt.zst: ", None),
        // Nested too deep, and as deep as may be.
        (
            "deep.jsonl",
            deep(10_000),
            1,
            "nested deeper than 128: flatten it",
            Bytes(b"{\"text\":\"qqzv\"}\n"),
        ),
        ("deep_enough.jsonl", deep(100), 0, "", Same),
        ("deep.html", "<div>".repeat(5000).into_bytes(), 1, "deeper", Same),
        // No article, and no page.
        ("none.html", b"<html><body><img src=x></body></html>".to_vec(), 0, "", Same),
        ("script.html", b"<script>var qqzv = '<p>';</script>".to_vec(), 0, "", Same),
        ("text.html", b"qqzv & zzqx < 3".to_vec(), 0, "", Same),
        // Not what the name says.
        ("text.parquet", b"PAR1 qqzv PAR1".to_vec(), 1, "text.parquet: ", None),
        ("page.jsonl", b"<p>qqzv</p>\n".to_vec(), 1, "plain text needs --format text", Bytes(b"")),
        ("column.csv", b"id,body\n1,qqzv\n".to_vec(), 1, "name one of \"id\", \"body\"", None),
    ];
    let knock = |(name, bytes, code, says, output)| Knock { name, bytes, code, says, output };
    table.into_iter().map(knock).collect()
}

#[test]
fn each_ends_as_it_should() {
    let folder = tempfile::tempdir().unwrap();
    for Knock { name, bytes, code, says, output } in knocks() {
        let (input, restored) = (folder.path().join(name), folder.path().join("out").join(name));
        fs::create_dir_all(restored.parent().unwrap()).unwrap();
        fs::write(&input, &bytes).unwrap();
        let mut command = unspin();
        command.args(["decode", "--model"]).arg(&*MODEL);
        let ended = command.arg(&input).arg("--output").arg(&restored).output().unwrap();
        let mut said = String::from_utf8(ended.stderr).unwrap();
        let refused = restored.with_file_name(format!("{name}.rejected.jsonl"));
        said.push_str(&fs::read_to_string(refused).unwrap_or_default());
        assert_eq!(ended.status.code(), Some(code), "{name}: {said}");
        // A message in a list is a string of JSON.
        assert!(said.replace("\\\"", "\"").contains(says), "{name}: {said}");
        assert!(!said.contains("panicked"), "{name}: {said}");
        match output {
            Same => assert!(unpacked(&restored) == unpacked(&input), "{name}"),
            Bytes(expected) => assert_eq!(unpacked(&restored), expected, "{name}"),
            None => assert!(!restored.exists(), "{name}"),
        }
    }
}

/// What a file holds, unpacked.
fn unpacked(path: &Path) -> Vec<u8> {
    let bytes = fs::read(path).unwrap();
    match path.extension().and_then(|end| end.to_str()) {
        Some("gz") => {
            let mut plain = Vec::new();
            let mut reader = flate2::read::MultiGzDecoder::new(&bytes[..]);
            std::io::Read::read_to_end(&mut reader, &mut plain).unwrap();
            plain
        }
        Some("zst") => zstd::decode_all(&bytes[..]).unwrap(),
        _ => bytes,
    }
}

#[test]
fn outputs_that_cannot_be_are_named() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    fs::write(at("a.txt"), "qqzv\n").unwrap();
    fs::create_dir(at("folder")).unwrap();
    let table: &[(&[&str], &str, i32, &str)] = &[
        (&["decode"], "a.txt/out.txt", 1, "Not a directory"),
        (&["decode"], "no/such/out.txt", 1, "No such file"),
        (&["decode"], "a.txt", 2, "would be written over"),
        (&["report"], "a.txt", 2, "would be written over"),
        (&["report"], "no/such/report.html", 1, "No such file"),
        (&["report"], "folder", 1, "folder"),
    ];
    for (verb, output, code, says) in table {
        let mut command = unspin();
        command.args(*verb).arg("--model").arg(&*MODEL).arg(at("a.txt"));
        let ended = command.arg("--output").arg(at(output)).output().unwrap();
        let said = String::from_utf8(ended.stderr).unwrap();
        assert_eq!(ended.status.code(), Some(*code), "{verb:?} {output}: {said}");
        assert!(said.contains(says), "{verb:?} {output}: {said}");
    }
    assert_eq!(fs::read_to_string(at("a.txt")).unwrap(), "qqzv\n");
}
