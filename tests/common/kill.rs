//! Runs that are killed at random moments and gone on with.

use parquet::data_type::{ByteArray, ByteArrayType, Int64Type};
use parquet::file::properties::WriterProperties;
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::parser::parse_message_type;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// A generator of moments.
pub struct Draws(pub u64);

impl Draws {
    pub fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        (self.0 >> 33) % limit.max(1)
    }
}

/// What happened to one input.
#[derive(Debug, Default)]
pub struct Outcome {
    pub kills: usize,
    /// Runs that went on from a checkpoint, and outputs that were finished.
    pub resumed: usize,
    pub finished: usize,
}

/// Kills `unspin decode INPUT --output OUT --resume` at random moments, `wanted` times,
/// beginning anew whenever an output is whole; each has to be that of one undisturbed run.
pub fn kill(
    binary: &Path,
    model: Option<&Path>,
    input: &Path,
    wanted: usize,
    draws: &mut Draws,
) -> Outcome {
    let name = input.file_name().unwrap().to_str().unwrap();
    let at = |prefix: &str, end: &str| input.with_file_name(format!("{prefix}-{name}{end}"));
    let command = |output: &Path| {
        let mut command = Command::new(binary);
        command.arg("decode").arg(input).arg("--output").arg(output).arg("--resume");
        command.args(model.map(|model| format!("--model={}", model.display())));
        command.stderr(Stdio::null());
        command
    };
    let calm = at("calm", "");
    let since = Instant::now();
    let status = command(&calm).status().unwrap();
    let time = since.elapsed().as_micros() as u64;
    assert!(matches!(status.code(), Some(0 | 1)), "{status}");
    let rejected = |output: &Path| fs::read(format!("{}.rejected.jsonl", output.display())).ok();
    let output = at("killed", "");
    let checkpoint = at("killed", ".checkpoint");
    let mut outcome = Outcome::default();
    while outcome.kills < wanted {
        outcome.resumed += usize::from(checkpoint.exists());
        let mut child = command(&output).spawn().unwrap();
        std::thread::sleep(Duration::from_micros(draws.below(time)));
        // Without this, `kill` would not be told from an end of its own.
        let ended = child.try_wait().unwrap();
        child.kill().unwrap();
        let status = ended.unwrap_or_else(|| child.wait().unwrap());
        match status.code() {
            None => outcome.kills += 1,
            Some(code) => {
                assert_eq!(code, status_of(&calm), "{name}");
                check(&output, &calm);
                assert_eq!(rejected(&output), rejected(&calm), "{name}");
                outcome.finished += 1;
                remove(&output);
            }
        }
    }
    // The last one is gone on with to its end.
    let status = command(&output).status().unwrap();
    assert_eq!(status.code(), Some(status_of(&calm)));
    check(&output, &calm);
    assert_eq!(rejected(&output), rejected(&calm), "{name}");
    outcome.finished += 1;
    for left in [".part", ".checkpoint", ".checkpoint.new", ".assembled"] {
        assert!(!at("killed", left).exists(), "{name}{left} is left");
    }
    remove(&output);
    remove(&calm);
    outcome
}

fn status_of(output: &Path) -> i32 {
    i32::from(Path::new(&format!("{}.rejected.jsonl", output.display())).exists())
}

fn check(output: &Path, calm: &Path) {
    let same = fs::read(output).unwrap() == fs::read(calm).unwrap();
    assert!(same, "{} is not as without a kill", output.display());
}

fn remove(output: &Path) {
    fs::remove_file(output).unwrap();
    let _ = fs::remove_file(format!("{}.rejected.jsonl", output.display()));
}

/// Writes inputs of the formats, about `bytes` long, with records that cannot be read.
pub fn inputs(folder: &Path, lines: &[String], bytes: usize) -> Vec<PathBuf> {
    let mut texts = Vec::new();
    let mut length = 0;
    for number in 0.. {
        let line = &lines[number % lines.len()];
        if length >= bytes {
            break;
        }
        length += line.len() + 1;
        texts.push(if number % 97 == 5 { format!("{line} {number}") } else { line.clone() });
    }
    let at = |name: &str| folder.join(name);
    let mut text = Vec::new();
    let mut jsonl = Vec::new();
    let mut csv = b"id,text\n".to_vec();
    let mut html = b"<html><body><article>\n".to_vec();
    for (number, line) in texts.iter().enumerate() {
        text.extend_from_slice(line.as_bytes());
        if number % 501 == 7 {
            text.extend_from_slice(b"\xff");
            jsonl.extend_from_slice(b"{\"text\": 7}\n");
            csv.extend_from_slice(b"x,\"qqzv \xff\"\n");
        }
        text.push(b'\n');
        let object = serde_json::json!({"id": number, "text": line, "more": [1, {"a": "b"}]});
        jsonl.extend_from_slice(object.to_string().as_bytes());
        jsonl.push(b'\n');
        let field = line.replace('"', "\"\"");
        csv.extend_from_slice(format!("{number},\"{field}\"\n").as_bytes());
        let escaped = line.replace('&', "&amp;").replace('<', "&lt;");
        html.extend_from_slice(format!("<p>{escaped}</p>\n").as_bytes());
    }
    html.extend_from_slice(b"</article></body></html>\n");
    fs::write(at("a.txt"), text).unwrap();
    fs::write(at("a.jsonl"), &jsonl).unwrap();
    fs::write(at("b.jsonl.zst"), zstd::encode_all(&jsonl[..], 0).unwrap()).unwrap();
    // One that comes in parts, between two others.
    let long = serde_json::json!({"text": texts.join(" ").repeat(2)}).to_string();
    let long = ["{\"text\":\"\"}", &long, "{\"text\":\"\"}\n"].join("\n");
    fs::write(at("long.jsonl"), long).unwrap();
    fs::write(at("a.csv"), csv).unwrap();
    fs::write(at("a.html"), html).unwrap();
    parquet(&at("a.parquet"), &texts);
    ["a.txt", "a.jsonl", "b.jsonl.zst", "long.jsonl", "a.csv", "a.html", "a.parquet"].map(at).into()
}

pub fn parquet(path: &Path, texts: &[String]) {
    let schema = "message m { required int64 id; required binary text (STRING); }";
    let schema = Arc::new(parse_message_type(schema).unwrap());
    let properties = Arc::new(WriterProperties::builder().build());
    let file = File::create(path).unwrap();
    let mut writer = SerializedFileWriter::new(file, schema, properties).unwrap();
    for texts in texts.chunks(texts.len() / 3 + 1) {
        let mut group = writer.next_row_group().unwrap();
        let mut column = group.next_column().unwrap().unwrap();
        let ids: Vec<i64> = (0..texts.len() as i64).collect();
        column.typed::<Int64Type>().write_batch(&ids, None, None).unwrap();
        column.close().unwrap();
        let mut column = group.next_column().unwrap().unwrap();
        let values: Vec<ByteArray> =
            texts.iter().map(|text| ByteArray::from(text.as_str())).collect();
        column.typed::<ByteArrayType>().write_batch(&values, None, None).unwrap();
        column.close().unwrap();
        group.close().unwrap();
    }
    writer.close().unwrap();
}
