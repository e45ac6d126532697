//! `unspin lm score`: how likely a model finds a text.

use super::files::Stored;
use super::text::{Sentences, Text};
use crate::cli::progress::{Terminal, thread_seconds};
use crate::cli::{Outcome, use_threads};
use crate::error::{Error, Result};
use crate::lm::file::LanguageFile;
use crate::lm::model::BackoffModel;
use crate::lm::packed::BATCH;
use crate::lm::{LanguageModel, State};
use crate::progress::Progress;
use crate::text::vocabulary::{BEGIN, END, UNKNOWN};
use rayon::prelude::*;
use std::io::{BufWriter, Write};
use std::path::PathBuf;
use std::time::{Duration, Instant};

/// Lines that one task scores.
const CHUNK: usize = 512;

/// Score text: perplexity with and without unknown words
///
/// A sentence's end counts as a word. With --lines each line of text gives a line
/// `log10 TAB words TAB unknown words`.
#[derive(clap::Args)]
#[command(after_help = "Example:
  unspin lm score news.lm --text held-out.txt")]
pub(super) struct Args {
    /// Packed model, whole unspin model, or ARPA file
    model: PathBuf,
    /// Text to score
    #[arg(long, value_name = "FILE", num_args = 1.., required = true)]
    text: Vec<PathBuf>,
    /// Take words as they stand between spaces, and a line as a sentence
    #[arg(long)]
    pretokenized: bool,
    /// Print each line's score, too, before those of the text
    #[arg(long)]
    lines: bool,
    /// Threads to work on [default: as many as the machine has]
    #[arg(long, value_name = "N", default_value_t = 0, hide_default_value = true)]
    threads: usize,
}

/// What a text scores.
#[derive(Clone, Copy, Default)]
struct Total {
    log: f64,
    words: u64,
    unknown: u64,
    /// The unknown words' share of `log`.
    unknown_log: f64,
}

impl Total {
    fn add(&mut self, word: u32, log: f32) {
        self.log += f64::from(log);
        self.words += 1;
        if word == UNKNOWN {
            self.unknown += 1;
            self.unknown_log += f64::from(log);
        }
    }

    fn join(self, other: Self) -> Self {
        Self {
            log: self.log + other.log,
            words: self.words + other.words,
            unknown: self.unknown + other.unknown,
            unknown_log: self.unknown_log + other.unknown_log,
        }
    }
}

pub(super) fn run(args: Args) -> Result<Outcome> {
    use_threads(args.threads)?;
    let progress = Terminal::new();
    progress.stage("open the model", None);
    let model = Stored::open(&args.model)?;
    let (Stored::Arpa(vocabulary, _) | Stored::Packed(LanguageFile { vocabulary, .. })) = &model;
    progress.stage("score, lines", None);
    let index = vocabulary.index();
    let text = Text { files: &args.text, pretokenized: args.pretokenized };
    let mut out = BufWriter::new(std::io::stdout().lock());
    let mut total = Total::default();
    let mut asking = Duration::ZERO;
    let mut spent = Some(0.0);
    let failed = |source| Error::io("standard output", source);
    text.numbered(&index, &progress, true, &mut |lines| {
        let (since, before) = (Instant::now(), thread_seconds());
        let chunks = lines.par_chunks(CHUNK).map(|lines| match &model {
            Stored::Arpa(_, model) => lines.iter().map(|line| exact(model, line)).collect(),
            Stored::Packed(file) => packed(&file.lm, lines),
        });
        let totals: Vec<Total> = chunks.collect::<Vec<_>>().concat();
        asking += since.elapsed();
        spent = spent.zip(thread_seconds().zip(before)).map(|(all, (now, then))| all + now - then);
        for line in totals {
            total = total.join(line);
            if args.lines {
                let log = line.log / std::f64::consts::LN_10;
                writeln!(out, "{log:.6}\t{}\t{}", line.words, line.unknown).map_err(failed)?;
            }
        }
        Ok(())
    })?;
    let seconds = asking.as_secs_f64();
    let rate = |seconds: f64| total.words as f64 / seconds.max(1e-9);
    let by_clock = rate(seconds);
    progress.note(&format!("{} queries in {seconds:.3} s, {by_clock:.0} a second", total.words));
    if let Some(spent) = spent {
        progress.note(&format!("in {spent:.3} s of processors, {:.0} a second", rate(spent)));
    }
    progress.finish();
    let perplexity = |log: f64, words: u64| (-log / words.max(1) as f64).exp();
    let known = total.words - total.unknown;
    let mut put = || {
        writeln!(out, "words\t{}", total.words)?;
        writeln!(out, "unknown\t{}", total.unknown)?;
        writeln!(out, "log10\t{:.6}", total.log / std::f64::consts::LN_10)?;
        writeln!(out, "perplexity\t{:.4}", perplexity(total.log, total.words))?;
        let without = perplexity(total.log - total.unknown_log, known);
        writeln!(out, "perplexity without unknown\t{without:.4}")?;
        out.flush()
    };
    put().map_err(failed)?;
    Ok(Outcome::Done)
}

/// A line of a batch, and where its scoring has come.
struct Lane<'l> {
    line: usize,
    rest: &'l [Vec<u32>],
    /// Words of the first of `rest` that are scored.
    at: usize,
    state: State,
}

impl Lane<'_> {
    /// The next word to score.
    fn word(&self) -> u32 {
        self.rest[0].get(self.at).copied().unwrap_or(END)
    }

    /// Goes on after it; false at the line's end.
    fn advance(&mut self, state: State, begin: State) -> bool {
        self.state = state;
        self.at += 1;
        if self.at > self.rest[0].len() {
            (self.rest, self.at, self.state) = (&self.rest[1..], 0, begin);
        }
        !self.rest.is_empty()
    }
}

/// Scores several lines at a time, a word of each in turn.
fn packed(model: &LanguageModel, lines: &[Sentences]) -> Vec<Total> {
    let mut totals = vec![Total::default(); lines.len()];
    let begin = model.begin();
    let all = lines.iter().enumerate().filter(|line| !line.1.is_empty());
    let mut waiting = all.map(|(line, rest)| Lane { line, rest, at: 0, state: begin });
    let mut lanes: Vec<Lane> = waiting.by_ref().take(BATCH).collect();
    while let Ok(batch) = <&[Lane; BATCH]>::try_from(&lanes[..]) {
        let scores = model.score_batch(batch.each_ref().map(|lane| (lane.state, lane.word())));
        for (place, (log, state)) in scores.into_iter().enumerate().rev() {
            let lane = &mut lanes[place];
            totals[lane.line].add(lane.word(), log);
            if !lane.advance(state, begin) {
                match waiting.next() {
                    Some(lane) => lanes[place] = lane,
                    None => drop(lanes.swap_remove(place)),
                }
            }
        }
    }
    for mut lane in lanes {
        loop {
            let (log, state) = model.score(&model.context(lane.state), lane.word());
            totals[lane.line].add(lane.word(), log);
            if !lane.advance(state, begin) {
                break;
            }
        }
    }
    totals
}

fn exact(model: &BackoffModel, line: &Sentences) -> Total {
    let mut total = Total::default();
    for sentence in line {
        let marked = [&[BEGIN], &sentence[..], &[END]].concat();
        for at in 1..marked.len() {
            let from = at.saturating_sub(model.order());
            total.add(marked[at], model.score(&marked[from..at], marked[at]));
        }
    }
    total
}
