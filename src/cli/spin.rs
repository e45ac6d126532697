//! `unspin spin`: clean text in, aligned pairs out.

use super::Outcome;
use crate::corpus::{Line, Lines};
use crate::error::{Error, Result};
use crate::progress::say;
use crate::spin::config::EngineConfig;
use crate::spin::profile::Profile;
use crate::spin::{Documents, Lexicon, SpinConfig, Spinner, SpunSentence};
use rayon::prelude::*;
use std::io::{self, BufWriter, Write};
use std::path::PathBuf;

/// Documents that are spun together.
const BATCH: usize = 256;
/// A document ends with the paragraph that takes it to so many sentences.
const SENTENCES: usize = 12;

/// Spin clean text as an engine would, to make training pairs
///
/// Writes `original<TAB>spun<TAB>document`, a sentence a line. A blank line ends a
/// document. The same seed gives the same pairs, at any number of threads.
#[derive(clap::Args)]
#[command(after_help = "Examples:
  unspin spin --lexicon training/lexicon text.txt > pairs.tsv
  unspin spin --lexicon training/lexicon --family spinbot --profile text.txt")]
pub(super) struct Args {
    /// Clean text, a paragraph a line [default: standard input]
    files: Vec<PathBuf>,
    /// Folder of the lexicon, a folder an engine family in it
    #[arg(long, value_name = "DIR")]
    lexicon: PathBuf,
    /// Spin as this engine family alone
    #[arg(long, value_name = "NAME")]
    family: Option<String>,
    /// Share of documents that are left as they are
    #[arg(long, value_name = "SHARE", default_value_t = 0.3, value_parser = super::sureness::probability)]
    innocent: f64,
    /// Share of the names that a document writes often which it once writes otherwise
    #[arg(long, value_name = "SHARE", default_value_t = 0.0, value_parser = super::sureness::probability)]
    misspelt: f64,
    /// Every draw follows from this number
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Print how the pairs look as a whole, instead of the pairs
    #[arg(long)]
    profile: bool,
}

pub(super) fn run(args: Args) -> Result<Outcome> {
    let lexicon = Lexicon::read(&args.lexicon)?;
    let Args { seed, innocent, misspelt, .. } = args;
    let mut config = SpinConfig { seed, innocent, misspelt, ..Default::default() };
    if let Some(only) = &args.family {
        for family in &lexicon.families {
            let weight = f64::from(u8::from(family.name == *only));
            let engine = EngineConfig { weight, ..EngineConfig::named(&family.name) };
            config.engines.insert(family.name.clone(), engine);
        }
    }
    let spinner = Spinner::new(&lexicon, config)?;
    let mut output = Output {
        out: BufWriter::new(io::stdout().lock()),
        profile: args.profile.then(Profile::default),
    };
    let mut outcome = Outcome::Done;
    let mut inputs = Vec::new();
    for path in &args.files {
        inputs.push(Lines::open(path)?);
    }
    if args.files.is_empty() {
        inputs.push(Lines::new("standard input", io::BufReader::new(io::stdin())));
    }
    let mut number = 0;
    for mut lines in inputs {
        let mut failed = None;
        let paragraphs = std::iter::from_fn(|| match lines.next() {
            Ok(Some((Line::Text(text), _))) => Some(text.to_string()),
            Ok(Some((Line::Unreadable(_, error), _))) => {
                say!("unspin: {error}");
                outcome = Outcome::Partial;
                Some(String::new())
            }
            Ok(None) => None,
            Err(error) => {
                failed = Some(error);
                None
            }
        });
        let mut documents = Documents::new(paragraphs, SENTENCES);
        loop {
            let batch: Vec<Vec<String>> = documents.by_ref().take(BATCH).collect();
            if batch.is_empty() {
                break;
            }
            let numbered: Vec<(u64, Vec<String>)> = (number..).zip(batch).collect();
            number += numbered.len() as u64;
            let spin = |(number, lines): &(u64, Vec<String>)| spinner.spin_document(*number, lines);
            let spun: Vec<Vec<SpunSentence>> = numbered.par_iter().map(spin).collect();
            spun.iter().flatten().try_for_each(|sentence| output.write(sentence))?;
        }
        failed.map_or(Ok(()), Err)?;
    }
    output.finish()?;
    Ok(outcome)
}

struct Output {
    out: BufWriter<io::StdoutLock<'static>>,
    profile: Option<Profile>,
}

impl Output {
    fn write(&mut self, sentence: &SpunSentence) -> Result<()> {
        let SpunSentence { original, spun, document, .. } = sentence;
        if let Some(profile) = &mut self.profile {
            profile.add(*document, original, spun);
            return Ok(());
        }
        let flat = |text: &str| text.replace('\t', " ");
        writeln!(self.out, "{}\t{}\td{document}", flat(original), flat(spun)).map_err(failed)
    }

    fn finish(mut self) -> Result<()> {
        if let Some(profile) = &self.profile {
            write!(self.out, "{profile}").map_err(failed)?;
        }
        self.out.flush().map_err(failed)
    }
}

fn failed(source: io::Error) -> Error {
    Error::io("standard output", source)
}
