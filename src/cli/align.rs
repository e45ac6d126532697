//! `unspin align`: pairs in, word links out.

use super::progress::Terminal;
use super::{Outcome, use_threads};
use crate::align::{AlignConfig, Aligner, Here, Learned, SpooledPairs, Symmetrization, pharaoh};
use crate::corpus::{Cut, Interner, Numbered, Pair, PairRows, Row};
use crate::error::{Error, Result};
use crate::progress::Progress;
use serde::Deserialize;
use serde::de::IntoDeserializer;
use serde::de::value::Error as ValueError;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

/// Rows that are numbered together.
const BATCH: usize = 8192;

/// Say which word of an original became which word of its spun form
///
/// Reads lines of `original<TAB>spun` and prints, a line for each, links as
/// `original-spun`, numbers of words from 0. A line that cannot be read gives an empty
/// one, so that line n belongs to line n. The aligner learns from the pairs themselves;
/// the same pairs give the same links at any number of threads.
#[derive(clap::Args)]
#[command(after_help = "Examples:
  unspin align --pairs pairs.tsv --output pairs.links
  unspin align --pairs gold.tsv --pretokenized --symmetrize grow-diag-final-and
  unspin train --pairs pairs.tsv --alignments pairs.links --text news.txt --output my.unspin")]
pub(super) struct Args {
    /// Sentence pairs, which may be packed as .gz, .xz or .zst
    #[arg(long, value_name = "FILE", num_args = 1.., required = true)]
    pairs: Vec<PathBuf>,
    /// File to write [default: standard output]
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// How the links of both directions become one: intersect, union, grow-diag,
    /// grow-diag-final, grow-diag-final-and, or posterior, by the product of both
    #[arg(long, value_name = "HOW", default_value = "posterior", value_parser = symmetrization)]
    symmetrize: Symmetrization,
    /// With posterior: least geometric mean of a link's probabilities in both
    /// directions, from 0 to 1; a neighbour of a link needs about two thirds of it
    /// [default: 0.25]
    #[arg(long, value_name = "T", value_parser = super::sureness::probability)]
    posterior_threshold: Option<f64>,
    /// Take words as they stand between spaces
    #[arg(long)]
    pretokenized: bool,
    /// Threads to work on [default: as many as the machine has]
    #[arg(long, value_name = "N", default_value_t = 0, hide_default_value = true)]
    threads: usize,
}

fn symmetrization(name: &str) -> Result<Symmetrization, String> {
    Symmetrization::deserialize(name.into_deserializer())
        .map_err(|error: ValueError| error.to_string())
}

pub(super) fn run(args: Args) -> Result<Outcome> {
    use_threads(args.threads)?;
    let mut config = AlignConfig { symmetrization: args.symmetrize, ..AlignConfig::default() };
    if let Some(threshold) = args.posterior_threshold {
        if args.symmetrize != Symmetrization::Posterior {
            return Err(Error::usage("--posterior-threshold goes with --symmetrize posterior"));
        }
        let threshold = threshold as f32;
        config.grow *= threshold / config.link;
        config.link = threshold;
    }
    let progress = Terminal::new();
    let mut input = Input::new()?;
    let cut = if args.pretokenized { Cut::Spaces } else { Cut::Tokens };
    progress.stage("read pairs", None);
    for path in &args.pairs {
        input.read(path, cut, &progress)?;
    }
    progress.stage("learn to align", Some((config.hmm_passes * input.pairs.len()) as u64));
    let word = |number| input.words.word(number);
    let mut aligner = Aligner::new(&config, Learned::default())?;
    let advance = |pairs| progress.advance(pairs);
    aligner.learn(&Here(&input.pairs), input.words.len(), word, &advance)?;
    progress.stage("align", Some(input.pairs.len() as u64));
    match &args.output {
        Some(path) => {
            let file = std::fs::File::create(path).map_err(|error| Error::io(path, error))?;
            input.write(&aligner, &progress, path, BufWriter::new(file))?;
        }
        None => {
            let out = BufWriter::new(io::stdout());
            input.write(&aligner, &progress, Path::new("standard output"), out)?;
        }
    }
    progress.finish();
    Ok(input.outcome)
}

/// All pairs as numbers, out of memory, and which lines they stand in.
struct Input {
    words: Interner,
    pairs: SpooledPairs,
    /// Runs of lines without a pair: (number of pairs before, lines).
    gaps: Vec<(u64, u64)>,
    outcome: Outcome,
}

impl Input {
    fn new() -> Result<Self> {
        let (words, pairs) = (Interner::default(), SpooledPairs::new()?);
        Ok(Self { words, pairs, gaps: Vec::new(), outcome: Outcome::Done })
    }

    fn read(&mut self, path: &Path, cut: Cut, progress: &Terminal) -> Result<()> {
        let mut rows = PairRows::open(path, false)?;
        let (mut read, mut line) = (self.pairs.len() as u64, 0);
        let gaps = &mut self.gaps;
        let mut next = || -> Result<Option<Numbered>> {
            let mut batch = Vec::new();
            while batch.len() < 2 * BATCH
                && let Some((number, row)) = rows.next()?
            {
                if number > line + 1 {
                    gaps.push((read, number - line - 1));
                }
                (line, read) = (number, read + 1);
                let (Row::Sentence(Pair { original, spun, .. })
                | Row::Phrase { original, spun, .. }) = row;
                batch.extend([original, spun]);
            }
            let texts: Vec<&str> = batch.iter().map(String::as_str).collect();
            Ok((!texts.is_empty()).then(|| Numbered::of(&texts, cut)))
        };
        let mut batch = next()?;
        while let Some(numbered) = batch {
            // One thread reads on while another takes in what has been read; then all number.
            let take = || {
                let sentences = self.words.take(numbered);
                let pairs = sentences.as_chunks().0;
                progress.advance(pairs.len() as u64);
                pairs.iter().try_for_each(|[original, spun]| self.pairs.push(original, spun))
            };
            let (following, taken) = rayon::join(&mut next, take);
            taken?;
            batch = following?;
        }
        if rows.number() > line {
            self.gaps.push((read, rows.number() - line));
        }
        rows.skipped().tell(path, |message| progress.warn(message));
        if rows.skipped().rows > 0 {
            self.outcome = Outcome::Partial;
        }
        Ok(())
    }

    fn write(
        &self,
        aligner: &Aligner,
        progress: &Terminal,
        path: &Path,
        mut out: impl Write + Send,
    ) -> Result<()> {
        let failed = |error| Error::io(path, error);
        let (mut written, mut gaps) = (0, self.gaps.iter().peekable());
        aligner.each_links(
            &self.pairs,
            |_, _, links| pharaoh::line(links),
            |lines| {
                progress.advance(lines.len() as u64);
                for line in lines {
                    while let Some((_, empty)) = gaps.next_if(|(before, _)| *before == written) {
                        (0..*empty).try_for_each(|_| out.write_all(b"\n")).map_err(failed)?;
                    }
                    out.write_all(line.as_bytes()).map_err(failed)?;
                    written += 1;
                }
                Ok(())
            },
        )?;
        let rest: u64 = gaps.map(|(_, empty)| empty).sum();
        (0..rest).try_for_each(|_| out.write_all(b"\n")).map_err(failed)?;
        out.flush().map_err(failed)
    }
}
