//! What `decode` promises of each format of files.

mod common;

use common::{MODEL, article, unspin};
use parquet::basic::Compression;
use parquet::data_type::{ByteArray, ByteArrayType, Int64Type};
use parquet::file::properties::WriterProperties;
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::file::writer::SerializedFileWriter;
use parquet::record::RowAccessor;
use parquet::schema::parser::parse_message_type;
use std::fs::{self, File};
use std::io::{Read, Write};
use std::path::Path;
use std::sync::Arc;

/// Restores `input` into `output` and gives the exit code and what was said.
fn decode(input: &Path, output: &Path, more: &[&str]) -> (i32, String) {
    let mut command = unspin();
    command.args(["decode", "--model"]).arg(&*MODEL).arg(input).arg("--output").arg(output);
    let result = command.args(more).output().unwrap();
    (result.status.code().unwrap(), String::from_utf8_lossy(&result.stderr).into_owned())
}

/// A line restored as text.
fn restored(text: &str) -> String {
    let mut command = unspin();
    let output =
        command.args(["decode", "--model"]).arg(&*MODEL).write_stdin(text).output().unwrap();
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn packed_files_are_restored_packed() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    let article = article();
    fs::write(at("a.txt"), &article).unwrap();
    let mut packer =
        flate2::write::GzEncoder::new(File::create(at("a.txt.gz")).unwrap(), Default::default());
    packer.write_all(article.as_bytes()).unwrap();
    packer.finish().unwrap();
    fs::write(at("a.txt.zst"), zstd::encode_all(article.as_bytes(), 0).unwrap()).unwrap();
    assert_eq!(decode(&at("a.txt"), &at("r.txt"), &[]).0, 0);
    let expected = fs::read(at("r.txt")).unwrap();
    assert_ne!(expected, article.as_bytes());
    for (input, output) in
        [("a.txt.gz", "r.txt.gz"), ("a.txt.zst", "r.txt.zst"), ("a.txt", "q.txt.gz")]
    {
        assert_eq!(decode(&at(input), &at(output), &[]).0, 0, "{output}");
        let packed = File::open(at(output)).unwrap();
        let mut text = Vec::new();
        match output.ends_with("gz") {
            true => flate2::read::MultiGzDecoder::new(packed).read_to_end(&mut text).unwrap(),
            false => zstd::Decoder::new(packed).unwrap().read_to_end(&mut text).unwrap(),
        };
        assert_eq!(text, expected, "{output}");
    }
    // From .gz to plain.
    assert_eq!(decode(&at("a.txt.gz"), &at("p.txt"), &[]).0, 0);
    assert_eq!(fs::read(at("p.txt")).unwrap(), expected);
}

#[test]
fn records_are_documents_and_their_other_fields_stay() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    let article = article();
    let json = serde_json::Value::from(article.as_str());
    let jsonl = |text: &serde_json::Value| format!("{{\"n\":1e2,\"body\":{text}, \"text\":[]}}\n");
    fs::write(at("a.jsonl"), jsonl(&json)).unwrap();
    assert_eq!(decode(&at("a.jsonl"), &at("r.jsonl"), &["--field", "body"]).0, 0);
    let expected = serde_json::Value::from(restored(&article));
    assert_eq!(fs::read_to_string(at("r.jsonl")).unwrap(), jsonl(&expected));
    let (code, errors) = decode(&at("a.jsonl"), &at("s.jsonl"), &[]);
    assert!(
        code == 1 && errors.contains("see") && errors.contains("s.jsonl.rejected.jsonl"),
        "{errors}"
    );
    assert_eq!(fs::read(at("s.jsonl")).unwrap(), b"");
    let rejected = fs::read_to_string(at("s.jsonl.rejected.jsonl")).unwrap();
    let rejected: serde_json::Value = serde_json::from_str(&rejected).unwrap();
    assert_eq!(rejected["offset"], 0);
    assert!(rejected["place"].as_str().unwrap().ends_with("a.jsonl:1"));
    assert!(rejected["reason"].as_str().unwrap().contains("is no text"), "{rejected}");
}

#[test]
fn a_long_text_is_told_of_in_parts_unless_it_is_too_long() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    let article = article();
    let text = article.repeat((1 << 20) / article.len() + 1);
    fs::write(at("a.jsonl"), serde_json::json!({"text": text}).to_string()).unwrap();
    assert_eq!(decode(&at("a.jsonl"), &at("e.jsonl"), &["--evidence"]).0, 0);
    let evidence = fs::read_to_string(at("e.jsonl")).unwrap();
    let objects: Vec<serde_json::Value> =
        evidence.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let told: String = objects.iter().filter_map(|object| object["text"].as_str()).collect();
    assert!(told == text && objects.len() > 8, "{}", objects.len());
    let (last, before) = objects.split_last().unwrap();
    assert!(before.iter().all(|object| object["goes_on"] == true) && last["goes_on"].is_null());
    let (code, _) = decode(&at("a.jsonl"), &at("r.jsonl"), &["--largest", "1"]);
    let rejected = fs::read_to_string(at("r.jsonl.rejected.jsonl")).unwrap();
    assert!(code == 1 && rejected.contains("longer than 1 MiB, left as it is: see --largest"));
}

/// An id, a text and names.
type Row<'r> = (i64, Option<String>, Vec<&'r str>);

/// Writes rows in groups.
fn write_parquet(path: &Path, groups: &[Vec<Row<'_>>]) {
    let schema = "message m { required int64 id; optional binary text (STRING); repeated binary names (STRING); }";
    let properties = WriterProperties::builder()
        .set_compression(Compression::ZSTD(Default::default()))
        .set_key_value_metadata(Some(vec![parquet::file::metadata::KeyValue::new(
            "k".into(),
            "v".to_string(),
        )]));
    let schema = Arc::new(parse_message_type(schema).unwrap());
    let mut writer = SerializedFileWriter::new(
        File::create(path).unwrap(),
        schema,
        Arc::new(properties.build()),
    )
    .unwrap();
    for rows in groups {
        let mut group = writer.next_row_group().unwrap();
        let mut column = group.next_column().unwrap().unwrap();
        let ids: Vec<i64> = rows.iter().map(|row| row.0).collect();
        column.typed::<Int64Type>().write_batch(&ids, None, None).unwrap();
        column.close().unwrap();
        let mut column = group.next_column().unwrap().unwrap();
        let texts: Vec<ByteArray> =
            rows.iter().filter_map(|row| row.1.as_deref().map(ByteArray::from)).collect();
        let levels: Vec<i16> = rows.iter().map(|row| i16::from(row.1.is_some())).collect();
        column.typed::<ByteArrayType>().write_batch(&texts, Some(&levels), None).unwrap();
        column.close().unwrap();
        let mut column = group.next_column().unwrap().unwrap();
        let (mut names, mut definition, mut repetition) = (Vec::new(), Vec::new(), Vec::new());
        for row in rows {
            definition.extend(row.2.iter().map(|_| 1i16));
            repetition.extend((0..row.2.len().max(1)).map(|at| i16::from(at > 0)));
            if row.2.is_empty() {
                definition.push(0);
            }
            names.extend(row.2.iter().map(|&name| ByteArray::from(name)));
        }
        column
            .typed::<ByteArrayType>()
            .write_batch(&names, Some(&definition), Some(&repetition))
            .unwrap();
        column.close().unwrap();
        group.close().unwrap();
    }
    writer.close().unwrap();
}

#[test]
fn parquet_keeps_what_is_no_text() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    let article = article();
    let text = |number: usize| article.lines().nth(number).map(str::to_string);
    let groups = [
        vec![
            (1, text(8), vec!["a", "in keeping with"]),
            (2, None, vec![]),
            (3, Some(article.clone()), vec!["b"]),
        ],
        vec![(4, text(10), vec![])],
        vec![(5, None, vec!["c"]), (6, Some(String::new()), vec![])],
    ];
    write_parquet(&at("a.parquet"), &groups);
    let (code, errors) = decode(&at("a.parquet"), &at("r.parquet"), &[]);
    assert_eq!(code, 0, "{errors}");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2);
    let old = SerializedFileReader::new(File::open(at("a.parquet")).unwrap()).unwrap();
    let new = SerializedFileReader::new(File::open(at("r.parquet")).unwrap()).unwrap();
    let (before, after) = (old.metadata(), new.metadata());
    assert_eq!(before.file_metadata().schema(), after.file_metadata().schema());
    assert_eq!(
        before.file_metadata().key_value_metadata(),
        after.file_metadata().key_value_metadata()
    );
    assert_eq!(after.num_row_groups(), 3);
    assert_eq!(
        after.row_group(0).column(1).compression(),
        before.row_group(0).column(1).compression()
    );
    let mut rows = new.get_row_iter(None).unwrap();
    for row in old.get_row_iter(None).unwrap() {
        let (old, new) = (row.unwrap(), rows.next().unwrap().unwrap());
        assert_eq!(old.get_long(0).unwrap(), new.get_long(0).unwrap());
        assert_eq!(old.get_list(2).unwrap(), new.get_list(2).unwrap());
        match old.get_string(1) {
            Ok(text) => assert_eq!(*new.get_string(1).unwrap(), restored(text)),
            Err(_) => assert!(new.get_string(1).is_err()),
        }
    }
    assert!(rows.next().is_none());
    // A repeated column has its values restored each.
    assert_eq!(decode(&at("a.parquet"), &at("n.parquet"), &["--field", "names"]).0, 0);
    let new = SerializedFileReader::new(File::open(at("n.parquet")).unwrap()).unwrap();
    let row = new.get_row_iter(None).unwrap().next().unwrap().unwrap();
    assert_eq!(row.get_list(2).unwrap().len(), 2);
    let (code, errors) = decode(&at("a.parquet"), &at("x.parquet"), &["--field", "id"]);
    assert!(code == 1 && errors.contains("column \"id\" is no text"), "{errors}");
    let (code, errors) = decode(&at("a.parquet"), &at("x.parquet"), &["--field", "body"]);
    assert!(
        code == 1 && errors.contains("name one of \"text\", \"names\" with --field"),
        "{errors}"
    );
}

#[test]
fn a_damaged_parquet_file_is_an_error_and_no_panic() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    fs::copy("fuzz/corpus/parquet/negative_offset", at("a.parquet")).unwrap();
    let (code, errors) = decode(&at("a.parquet"), &at("r.parquet"), &[]);
    assert!(code == 1 && errors.contains("a.parquet: is damaged"), "{errors}");
    assert!(errors.contains("write the file anew") && !errors.contains("panicked"), "{errors}");
    assert!(!at("r.parquet").exists());
}

#[test]
fn a_small_parquet_file_does_not_take_all_memory() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    let groups = [vec![(1, None, vec!["in keeping with"; (1 << 22) + 1])]];
    write_parquet(&at("a.parquet"), &groups);
    assert!(fs::metadata(at("a.parquet")).unwrap().len() < 10_000);
    let (code, errors) = decode(&at("a.parquet"), &at("r.parquet"), &["--field", "names"]);
    assert!(code == 1 && errors.contains("has more than 4194304 values"), "{errors}");
    // Who does not ask for the column does not mind.
    assert_eq!(decode(&at("a.parquet"), &at("r.parquet"), &[]).0, 0);
}

#[test]
fn a_folder_becomes_a_folder() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    fs::create_dir_all(at("in/deep")).unwrap();
    let article = article();
    fs::write(at("in/a.txt"), &article).unwrap();
    fs::write(at("in/deep/b.md"), &article).unwrap();
    fs::write(at("in/deep/picture.png"), b"\x89PNG").unwrap();
    fs::write(at("in/deep/bad.csv"), "id\n1\n").unwrap();
    let (code, errors) = decode(&at("in"), &at("out"), &[]);
    assert!(code == 1 && errors.contains("bad.csv:1: no column \"text\""), "{errors}");
    assert!(errors.contains("1 files of no known format are left out"), "{errors}");
    assert_eq!(fs::read_to_string(at("out/a.txt")).unwrap(), restored(&article));
    assert!(at("out/deep/b.md").exists());
    assert!(!at("out/deep/bad.csv").exists() && !at("out/deep/picture.png").exists());
    fs::remove_file(at("in/deep/bad.csv")).unwrap();
    fs::remove_file(at("out/deep/b.md")).unwrap();
    let (code, errors) = decode(&at("in/**/*.[tm]*"), &at("out"), &["--resume"]);
    assert!(code == 0 && errors.contains("a.txt was finished before"), "{errors}");
    assert!(at("out/deep/b.md").exists());
}

#[test]
fn commands_that_cannot_be() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    fs::write(at("a.jsonl"), "{}\n").unwrap();
    write_parquet(&at("a.parquet"), &[]);
    let table: &[(&str, &str, &[&str], &str)] = &[
        ("a.jsonl", "a.csv", &[], "formats are kept, not converted"),
        ("a.jsonl", "a.jsonl", &[], "would be written over"),
        ("a.parquet", "b.parquet", &["--evidence"], "--evidence gives JSON lines"),
        ("*.gif", "out/", &[], "no file is named like"),
    ];
    for (input, output, more, expected) in table {
        let (code, errors) = decode(&at(input), &at(output), more);
        assert!(code == 2 && errors.contains(expected), "{input} {output}: {errors}");
    }
    let output = unspin().args(["decode", "--resume"]).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
}
