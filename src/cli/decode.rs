//! `unspin decode`: a filter from spun text to restored text.

use super::{ModelArgs, Outcome};
use crate::corpus::{Line, Lines};
use crate::decode::{DecodeConfig, Decoder, Restored};
use crate::error::{Error, Result};
use std::io::{self, BufReader, BufWriter, Write};
use std::path::PathBuf;

/// Lines, and bytes of them, that are decoded together.
const BATCH_LINES: usize = 1024;
const BATCH_BYTES: usize = 1 << 20;

/// Restore spun text
///
/// Reads files, or standard input, and writes each line restored. Spacing, markup,
/// names and whatever is not restored stay as they are, to the byte. Lines that
/// are not text pass through unchanged and are named on standard error.
#[derive(clap::Args)]
#[command(after_help = "Examples:
  unspin decode article.txt > restored.txt
  unspin decode --min-confidence 0.8 < article.txt
  unspin decode --format jsonl --nbest 5 article.txt | head -1")]
pub(super) struct Args {
    /// Files to restore [default: standard input]
    files: Vec<PathBuf>,
    #[command(flatten)]
    model: ModelArgs,
    /// Restorations of each line to give, best first (with --format jsonl)
    #[arg(long, value_name = "K", default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..=1000))]
    nbest: u16,
    /// Leave a word alone where its restoration is less likely than this
    #[arg(long, value_name = "P", default_value_t = 0.0, value_parser = probability)]
    min_confidence: f64,
    /// text: a line out for a line in; jsonl: an object a line, with the evidence
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

#[derive(Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    Text,
    Jsonl,
}

pub(super) fn probability(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(value) if (0.0..=1.0).contains(&value) => Ok(value),
        _ => Err("expected a number from 0 to 1".into()),
    }
}

pub(super) fn run(args: Args) -> Result<Outcome> {
    if args.nbest > 1 && args.format == Format::Text {
        return Err(Error::usage("--nbest needs --format jsonl: text has a line for a line"));
    }
    let model = args.model.open()?;
    let config = DecodeConfig {
        nbest: args.nbest.into(),
        min_confidence: args.min_confidence,
        ..DecodeConfig::default()
    };
    let decoder = Decoder::with_config(&model, config)?;
    let mut output = Output {
        decoder,
        format: args.format,
        out: BufWriter::with_capacity(1 << 16, io::stdout().lock()),
        outcome: Outcome::Done,
    };
    if args.files.is_empty() {
        let input = BufReader::with_capacity(1 << 16, io::stdin());
        output.file(Lines::new("standard input", input))?;
    }
    for path in &args.files {
        match Lines::open(path) {
            Ok(lines) => output.file(lines)?,
            Err(error) => output.complain(&error),
        }
    }
    output.out.flush().map_err(stdout_failed)?;
    Ok(output.outcome)
}

struct Output<'m> {
    decoder: Decoder<'m>,
    format: Format,
    out: BufWriter<io::StdoutLock<'static>>,
    outcome: Outcome,
}

/// Lines that wait to be decoded together, in order.
#[derive(Default)]
struct Batch {
    texts: Vec<String>,
    ends: Vec<&'static str>,
    bytes: usize,
}

impl Output<'_> {
    fn file(&mut self, mut lines: Lines<'_>) -> Result<()> {
        let mut batch = Batch::default();
        while let Some((line, end)) = lines.next()? {
            match line {
                Line::Text(text) => {
                    batch.bytes += text.len();
                    batch.texts.push(text.to_string());
                    batch.ends.push(end);
                }
                Line::Unreadable(bytes, error) => {
                    self.flush(&mut batch)?;
                    self.complain(&error);
                    self.pass(bytes, end)?;
                }
            }
            if batch.texts.len() >= BATCH_LINES || batch.bytes >= BATCH_BYTES {
                self.flush(&mut batch)?;
            }
        }
        self.flush(&mut batch)
    }

    fn flush(&mut self, batch: &mut Batch) -> Result<()> {
        for (restored, end) in self.decoder.decode_document(&batch.texts).iter().zip(&batch.ends) {
            match self.format {
                Format::Text => self.write(restored.best().as_bytes(), end.as_bytes())?,
                Format::Jsonl => self.object(restored)?,
            }
        }
        *batch = Batch::default();
        Ok(())
    }

    /// Gives back a line that could not be read.
    fn pass(&mut self, bytes: &[u8], end: &str) -> Result<()> {
        match self.format {
            Format::Text => self.write(bytes, end.as_bytes()),
            Format::Jsonl => self.object(&Restored::untouched(&String::from_utf8_lossy(bytes))),
        }
    }

    fn object(&mut self, restored: &Restored) -> Result<()> {
        let json = serde_json::to_string(restored).map_err(Error::config)?;
        self.write(json.as_bytes(), b"\n")
    }

    fn write(&mut self, line: &[u8], end: &[u8]) -> Result<()> {
        self.out.write_all(line).and_then(|()| self.out.write_all(end)).map_err(stdout_failed)
    }

    fn complain(&mut self, error: &Error) {
        eprintln!("unspin: {error}");
        self.outcome = Outcome::Partial;
    }
}

fn stdout_failed(source: io::Error) -> Error {
    Error::io("standard output", source)
}
