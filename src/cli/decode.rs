//! `unspin decode`: spun text in, restored text out, in the format it came in.

use super::progress::Terminal;
use super::sureness::SurenessArgs;
use super::{ModelArgs, Outcome};
use crate::batch::signals::Signals;
use crate::batch::{
    Batch, Command, Decoding, Direct, Ended, Start, pairs, run as decode, same_file,
};
use crate::decode::{DecodeConfig, Decoder};
use crate::error::{Error, Result};
use crate::formats::{self, Format, Place, Settings, Source};
use crate::progress::{Progress, Silent, say};
use std::fs::{self, OpenOptions};
use std::io::{self, BufRead, BufReader};
use std::path::{Path, PathBuf};

/// Restore spun text
///
/// Reads files, or standard input, and gives them back restored, in the format they
/// came in. Spacing, markup, names, other fields and whatever is not restored stay as
/// they are. The format is told from the name of the file, without .gz, .xz or .zst:
/// .txt, .jsonl, .csv, .tsv, .parquet, .html, .md; anything else is text.
///
/// A file of text, a page or a record of a table is a document: how heavily it is spun
/// is told from all of it.
#[derive(clap::Args)]
#[command(after_help = "Examples:
  unspin decode article.txt > restored.txt
  unspin decode --min-confidence 0.8 < article.txt
  unspin decode --evidence --nbest 5 article.txt | head -1
  unspin decode --every-word article.txt | jq '.words[] | select(.probability < 0.5)'
  unspin decode page.html --output restored.html
  unspin decode posts.jsonl.gz --field body --output restored.jsonl.gz --resume
  unspin decode site/ 'more/**/*.md' --output restored/")]
pub(super) struct Args {
    /// Files, folders or globs to restore [default: standard input]
    #[arg(value_name = "FILE")]
    files: Vec<PathBuf>,
    #[command(flatten)]
    model: ModelArgs,
    /// Write here: a file, or a folder that gets the same tree [default: standard output]
    #[arg(long, short, value_name = "FILE|DIR")]
    output: Option<PathBuf>,
    /// Go on where an earlier run of the same command was stopped
    #[arg(long, requires = "output")]
    resume: bool,
    /// Format of input and output [default: by the name of the file]; for text that is no
    /// JSON, jsonl means --evidence
    #[arg(long, value_enum)]
    format: Option<Format>,
    /// Field or column with the text; a JSON pointer (/a/b) or path (a.b) leads inside
    #[arg(long, value_name = "NAME", default_value = "text")]
    field: String,
    /// Make each line of text a document of its own
    #[arg(long)]
    each_line: bool,
    /// Longest record of a table or page to restore; it is held in memory
    #[arg(long, value_name = "MIB", default_value_t = formats::LARGEST_MIB, value_parser = clap::value_parser!(u16).range(1..=1024))]
    largest: u16,
    /// Write the evidence: a JSON object for each line, paragraph or field
    #[arg(long)]
    evidence: bool,
    /// Tell in the evidence how likely the author wrote each word, those left alone, too
    #[arg(long)]
    every_word: bool,
    /// Restorations of each line to give, best first
    #[arg(long, value_name = "K", default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..=1000))]
    nbest: u16,
    #[command(flatten)]
    sureness: SurenessArgs,
}

pub(super) fn run(args: Args) -> Result<Outcome> {
    let model = args.model.open()?;
    let lines = args.wants_lines_of_evidence()?;
    let evidence = args.evidence || args.every_word || lines;
    let config = DecodeConfig {
        nbest: args.nbest.into(),
        min_confidence: args.sureness.least(&model)?,
        least_risk: args.sureness.least_risk,
        alternatives: evidence,
        words: args.every_word,
        ..DecodeConfig::default()
    };
    let decoder = Decoder::with_config(&model, config.clone())?;
    let identity = super::identity(args.model.model.as_deref())?;
    let format = args.format.filter(|_| !lines);
    let args = Args { evidence, format, ..args };
    if args.nbest > 1 && !args.evidence {
        return Err(Error::usage("--nbest needs --evidence: text holds one restoration"));
    }
    let decoding =
        Decoding { decoder: &decoder, nbest: args.nbest.into(), evidence: args.evidence };
    let job = Job { args: &args, decoding, config, identity };
    match &args.output {
        None => job.to_stdout(),
        Some(output) if job.is_tree(output) => job.to_folder(output),
        Some(output) => {
            let signals = Signals::listen()?;
            let input = args.files.first().map(PathBuf::as_path);
            let outcome = job.to_file(input, output, &signals);
            outcome.inspect_err(|_| hint(output))
        }
    }
}

/// Says what remains of a run that failed, if anything does.
fn hint(output: &Path) {
    if Batch::is_under_way(output) {
        say!("unspin: what is done is kept: the same command with --resume goes on");
    }
}

impl Args {
    /// True if JSON Lines are asked for and text is given.
    fn wants_lines_of_evidence(&self) -> Result<bool> {
        if self.format != Some(Format::Jsonl) {
            return Ok(false);
        }
        let mut text = self.files.is_empty() && !begins_as_json(&mut io::stdin().lock())?;
        for path in self.files.iter().filter(|path| Format::of(path) != Some(Format::Jsonl)) {
            // What cannot be opened is told of when its turn comes.
            if let Ok(file) = fs::File::open(path) {
                text |= !begins_as_json(&mut BufReader::new(file)).unwrap_or(true);
            }
        }
        Ok(text)
    }
}

/// True for bytes that begin with a brace; what is read stays in the buffer.
fn begins_as_json(input: &mut impl BufRead) -> Result<bool> {
    let start = input.fill_buf().map_err(|source| Error::io("standard input", source))?;
    Ok(start.trim_ascii_start().first().is_none_or(|&first| first == b'{'))
}

struct Job<'a, 'm> {
    args: &'a Args,
    decoding: Decoding<'a, 'm>,
    config: DecodeConfig,
    identity: String,
}

impl Job<'_, '_> {
    fn settings(&self, path: Option<&Path>) -> Result<Settings> {
        let named = path.and_then(Format::of);
        let format = self.args.format.or(named).unwrap_or(Format::Text);
        if format == Format::Parquet && self.args.evidence {
            return Err(Error::usage("--evidence gives JSON lines, which Parquet does not hold"));
        }
        let (field, each_line) = (self.args.field.clone(), self.args.each_line);
        let largest = usize::from(self.args.largest) << 20;
        Ok(Settings { format, field, each_line, largest })
    }

    /// True if the output is a folder: it is one, is called one, or has to hold several.
    fn is_tree(&self, output: &Path) -> bool {
        let called = output.to_string_lossy().ends_with(std::path::MAIN_SEPARATOR);
        let single = match &self.args.files[..] {
            [] => true,
            [file] => {
                file.is_file() || !file.exists() && !file.to_string_lossy().contains(['*', '?'])
            }
            _ => false,
        };
        output.is_dir() || called || !single
    }

    fn to_stdout(&self) -> Result<Outcome> {
        let mut sink = Direct::new(io::stdout().lock(), "standard output");
        let mut outcome = Outcome::Done;
        if self.args.files.is_empty() {
            let mut source = formats::standard_input(&self.settings(None)?)?;
            outcome = self.decode(&mut *source, &mut sink, &Signals::none(), &Silent)?;
        }
        for path in &self.args.files {
            let settings = self.settings(Some(path))?;
            if settings.format == Format::Parquet {
                return Err(Error::usage("Parquet needs a file to be written to: --output FILE"));
            }
            let source = formats::open(path, &settings, Place::default());
            let done = match source {
                Ok(mut source) => {
                    self.decode(&mut *source, &mut sink, &Signals::none(), &Silent)?
                }
                Err(error) => complain(&error),
            };
            outcome = outcome.or(done);
        }
        Ok(outcome)
    }

    fn to_folder(&self, output: &Path) -> Result<Outcome> {
        let signals = Signals::listen()?;
        if self.args.files.is_empty() {
            let message = format!("{} is a folder: name the files to restore", output.display());
            return Err(Error::usage(message));
        }
        let mut outcome = Outcome::Done;
        let mut heard = |error: Error| outcome = complain(&error);
        let all = self.args.format.is_some();
        let pairs = pairs(&self.args.files, output, all, &mut heard)?;
        for pair in pairs {
            if let Some(folder) = pair.output.parent() {
                fs::create_dir_all(folder).map_err(|source| Error::io(folder, source))?;
            }
            match self.to_file(Some(&pair.input), &pair.output, &signals) {
                Ok(stopped @ Outcome::Stopped(_)) => return Ok(stopped),
                Ok(done) => outcome = outcome.or(done),
                Err(error) if error.is_usage() => return Err(error),
                // One file that cannot be read does not keep the others waiting.
                Err(error) => {
                    hint(&pair.output);
                    outcome = complain(&error);
                }
            }
        }
        Ok(outcome)
    }

    fn to_file(&self, input: Option<&Path>, output: &Path, signals: &Signals) -> Result<Outcome> {
        let settings = self.settings(input.or(Some(output)))?;
        let special = fs::metadata(output).is_ok_and(|metadata| !metadata.is_file());
        if let (Some(input), Some(named)) = (input, Format::of(output))
            && named != settings.format
            && !self.args.evidence
        {
            let message = format!(
                "{} is not of the format of {}: formats are kept, not converted",
                output.display(),
                input.display()
            );
            return Err(Error::usage(message));
        }
        if input.is_some_and(|input| same_file(input, output)) {
            let message =
                format!("{} would be written over: name another output", output.display());
            return Err(Error::usage(message));
        }
        if input.is_none() && self.args.resume {
            return Err(Error::usage("standard input cannot be resumed: name a file"));
        }
        if special {
            let file = OpenOptions::new().write(true).open(output);
            let file = file.map_err(|source| Error::io(output, source))?;
            let mut sink = Direct::new(file, output);
            if settings.format == Format::Parquet || self.args.resume {
                let message =
                    format!("{} is no file: --resume and Parquet need one", output.display());
                return Err(Error::usage(message));
            }
            let mut source = source(input, &settings, Place::default())?;
            return self.decode(&mut *source, &mut sink, signals, &Silent);
        }
        let command = Command {
            version: env!("CARGO_PKG_VERSION").into(),
            model: self.identity.clone(),
            decode: self.config.clone(),
            settings: settings.clone(),
            evidence: self.args.evidence,
        };
        let mut batch = match Batch::start(input, output, &command, self.args.resume)? {
            Start::Go(batch) => batch,
            Start::Finished { refusals } => {
                say!("unspin: {} was finished before", output.display());
                return Ok(if refusals == 0 { Outcome::Done } else { Outcome::Partial });
            }
        };
        let mut source = source(input, &settings, batch.place())?;
        let progress = Terminal::measured(settings.format != Format::Parquet);
        progress.stage(&output.display().to_string(), source.length());
        progress.advance(source.taken());
        let outcome = self.decode(&mut *source, &mut *batch, signals, &progress)?;
        if let Outcome::Stopped(_) = outcome {
            batch.pause()?;
            let place = output.display();
            say!(
                "unspin: stopped by a signal; {place} is kept as far as it is: the same command with --resume goes on"
            );
            return Ok(outcome);
        }
        progress.finish();
        let refusals = batch.refusals();
        if refusals == 0 {
            return Ok(Outcome::Done);
        }
        say!("unspin: {refusals} records could not be read: see {}", batch.rejected().display());
        Ok(Outcome::Partial)
    }

    fn decode(
        &self,
        source: &mut dyn Source,
        sink: &mut dyn crate::batch::Sink,
        signals: &Signals,
        progress: &dyn Progress,
    ) -> Result<Outcome> {
        Ok(match decode(&self.decoding, source, sink, signals, progress)? {
            Ended::Whole { refusals: 0 } => Outcome::Done,
            Ended::Whole { .. } => Outcome::Partial,
            Ended::Stopped(signal) => Outcome::Stopped(signal),
        })
    }
}

fn source(input: Option<&Path>, settings: &Settings, place: Place) -> Result<Box<dyn Source>> {
    match input {
        Some(path) => formats::open(path, settings, place),
        None => formats::standard_input(settings),
    }
}

fn complain(error: &Error) -> Outcome {
    say!("unspin: {error}");
    Outcome::Partial
}
