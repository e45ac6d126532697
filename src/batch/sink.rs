//! Where the output goes: straight to a stream, or into a file that survives.

use super::beside;
use super::checkpoint::{Checkpoint, Command, Stamp};
use super::lock::Lock;
use crate::corpus::packing::Packing;
use crate::error::{Error, Result};
use crate::formats::{Format, Place, Refusal, parquet};
use crate::progress::say;
use std::fs::{self, File, OpenOptions};
use std::io::{BufWriter, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// Checkpoints are at least so far apart.
const INTERVAL: Duration = Duration::from_millis(200);

/// What a run writes at once.
pub(crate) struct Portion<'r> {
    /// The records as they are written.
    pub(crate) bytes: Vec<u8>,
    pub(crate) refusals: &'r [Refusal],
    /// How many records end in them.
    pub(crate) records: u64,
    /// Where the next one begins; nothing in the middle of one.
    pub(crate) place: Option<Place>,
}

/// Takes the output of a run, some records at a time.
pub(crate) trait Sink {
    /// True if records that cannot be read are left out, since they are listed.
    fn lists_refusals(&self) -> bool;
    /// Takes what comes next.
    fn put(&mut self, portion: Portion<'_>) -> Result<()>;
    /// All records are there.
    fn finish(&mut self) -> Result<()>;
}

/// A stream that is written as it comes: standard output, a device, a pipe.
pub(crate) struct Direct<W: Write> {
    out: BufWriter<W>,
    packing: Packing,
    name: PathBuf,
    empty: bool,
}

impl<W: Write> Direct<W> {
    pub(crate) fn new(out: W, name: impl Into<PathBuf>) -> Self {
        let name = name.into();
        let packing = Packing::of(&name).0;
        Self { out: BufWriter::with_capacity(1 << 16, out), packing, name, empty: true }
    }
}

impl<W: Write> Sink for Direct<W> {
    fn lists_refusals(&self) -> bool {
        false
    }

    fn put(&mut self, portion: Portion<'_>) -> Result<()> {
        for refusal in portion.refusals {
            say!("unspin: {}: {}", refusal.place, refusal.reason);
        }
        let packed = self.packing.pack(portion.bytes);
        let written = packed.and_then(|bytes| {
            self.empty &= bytes.is_empty();
            self.out.write_all(&bytes)
        });
        written.map_err(|source| Error::io(&self.name, source))
    }

    fn finish(&mut self) -> Result<()> {
        let rest = if self.empty { self.packing.nothing() } else { Ok(Vec::new()) };
        let written = rest.and_then(|rest| self.out.write_all(&rest));
        let written = written.and_then(|()| self.out.flush());
        written.map_err(|source| Error::io(&self.name, source))
    }
}

/// An output file in the making.
pub(crate) struct Batch {
    output: PathBuf,
    packing: Packing,
    part: File,
    rejected: File,
    /// All that is written, and as much of it as ends with a record.
    now: Checkpoint,
    checkpoint: Checkpoint,
    saved: Instant,
    _lock: Lock,
}

/// What there is to do for an output.
pub(crate) enum Start {
    /// Records from `Batch::place` on.
    Go(Box<Batch>),
    /// Nothing: it was finished before. So many records were refused then.
    Finished { refusals: u64 },
}

impl Batch {
    /// Begins `output`, or goes on with it.
    ///
    /// Without an `input`, a stream is read that nobody can go on with.
    pub(crate) fn start(
        input: Option<&Path>,
        output: &Path,
        command: &Command,
        resume: bool,
    ) -> Result<Start> {
        let parquet = command.settings.format == Format::Parquet;
        let stamp = input.map(Stamp::of).transpose()?;
        let lock = Lock::take(output)?;
        let (stamp, found) = match stamp {
            Some(stamp) => (stamp, Checkpoint::read(output)?),
            None => (Stamp::default(), None),
        };
        let checkpoint_path = Checkpoint::path(output);
        let part_path = beside(output, ".part");
        let checkpoint = match found {
            Some(_) if !resume => {
                let path = checkpoint_path.display();
                let message = format!(
                    "{path} is of a run that did not end: add --resume to go on with it, or remove the file to start again"
                );
                return Err(Error::usage(message));
            }
            Some(found) if found.command != *command => {
                let path = checkpoint_path.display();
                let message = format!(
                    "{path} is of another command, model or version: give the same again, or remove the file to start again"
                );
                return Err(Error::usage(message));
            }
            Some(found) if found.input != stamp => {
                let path = checkpoint_path.display();
                let message = format!(
                    "{} has changed since the run began: remove {path} to start again",
                    found.input.path.display()
                );
                return Err(Error::usage(message));
            }
            Some(found) => Some(found),
            // A part without a checkpoint is of a run that had hardly begun.
            None if resume && output.exists() && !part_path.exists() => {
                let refusals = u64::from(rejected_path(output).exists());
                return Ok(Start::Finished { refusals });
            }
            None => None,
        };
        if let Some(checkpoint) = &checkpoint
            && checkpoint.whole
        {
            let refusals = checkpoint.refusals;
            if part_path.exists() {
                finish(output, checkpoint, parquet)?;
            } else {
                Checkpoint::remove(output)?;
            }
            return Ok(Start::Finished { refusals });
        }
        let checkpoint = checkpoint.unwrap_or_else(|| Checkpoint::new(command.clone(), stamp));
        let part = reopen(&part_path, checkpoint.output)?;
        let rejected = reopen(&rejected_path(output), checkpoint.rejected)?;
        let packing = if parquet { Packing::Plain } else { Packing::of(output).0 };
        let output = output.to_path_buf();
        let (now, saved) = (checkpoint.clone(), Instant::now());
        let batch = Self { output, packing, part, rejected, now, checkpoint, saved, _lock: lock };
        Ok(Start::Go(Box::new(batch)))
    }

    /// True if a run for `output` has begun and can be gone on with.
    pub(crate) fn is_under_way(output: &Path) -> bool {
        Checkpoint::path(output).exists()
    }

    /// Where in the input to go on.
    pub(crate) fn place(&self) -> Place {
        self.checkpoint.place
    }

    /// Records that were refused so far, in earlier runs too.
    pub(crate) fn refusals(&self) -> u64 {
        self.checkpoint.refusals
    }

    /// The list of what was refused.
    pub(crate) fn rejected(&self) -> PathBuf {
        rejected_path(&self.output)
    }

    fn save(&mut self) -> Result<()> {
        let failed = |source| Error::io(&self.output, source);
        // The checkpoint must never say more than the files hold, after a power cut too.
        self.part.sync_data().map_err(failed)?;
        self.rejected.sync_data().map_err(failed)?;
        self.checkpoint.write(&self.output)?;
        self.saved = Instant::now();
        Ok(())
    }

    /// Keeps what is done, for the run that goes on.
    pub(crate) fn pause(&mut self) -> Result<()> {
        self.save()
    }
}

impl Sink for Batch {
    fn lists_refusals(&self) -> bool {
        true
    }

    fn put(&mut self, portion: Portion<'_>) -> Result<()> {
        let Portion { bytes, refusals, records, place } = portion;
        let failed = |source| Error::io(&self.output, source);
        let packed = self.packing.pack(bytes).map_err(failed)?;
        self.part.write_all(&packed).map_err(failed)?;
        let mut list = Vec::new();
        for refusal in refusals {
            serde_json::to_writer(&mut list, refusal).map_err(Error::config)?;
            list.push(b'\n');
        }
        self.rejected.write_all(&list).map_err(failed)?;
        let now = &mut self.now;
        now.output += packed.len() as u64;
        now.rejected += list.len() as u64;
        now.records += records;
        now.refusals += refusals.len() as u64;
        let Some(place) = place else { return Ok(()) };
        now.place = place;
        self.checkpoint.clone_from(now);
        if self.saved.elapsed() >= INTERVAL { self.save() } else { Ok(()) }
    }

    fn finish(&mut self) -> Result<()> {
        self.checkpoint.clone_from(&self.now);
        if self.checkpoint.output == 0 {
            let failed = |source| Error::io(&self.output, source);
            let stream = self.packing.nothing().map_err(failed)?;
            self.part.write_all(&stream).map_err(failed)?;
            self.checkpoint.output = stream.len() as u64;
        }
        self.checkpoint.whole = true;
        self.save()?;
        finish(
            &self.output,
            &self.checkpoint,
            self.checkpoint.command.settings.format == Format::Parquet,
        )
    }
}

/// Gives a whole output its name. May be cut short anywhere and done again.
fn finish(output: &Path, checkpoint: &Checkpoint, parquet: bool) -> Result<()> {
    let part = beside(output, ".part");
    if parquet {
        let assembled = beside(output, ".assembled");
        let file = File::create(&assembled).map_err(|source| Error::io(&assembled, source))?;
        parquet::assemble(
            &checkpoint.input.path,
            &checkpoint.command.settings.field,
            &part,
            file,
            output,
        )?;
        fs::rename(&assembled, output).map_err(|source| Error::io(output, source))?;
        fs::remove_file(&part).map_err(|source| Error::io(&part, source))?;
    } else {
        fs::rename(&part, output).map_err(|source| Error::io(output, source))?;
    }
    if checkpoint.rejected == 0 {
        let rejected = rejected_path(output);
        match fs::remove_file(&rejected) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                return Err(Error::io(&rejected, error));
            }
            _ => {}
        }
    }
    Checkpoint::remove(output)
}

fn rejected_path(output: &Path) -> PathBuf {
    beside(output, ".rejected.jsonl")
}

/// Opens a file that grows, cut to the bytes that are sure.
fn reopen(path: &Path, length: u64) -> Result<File> {
    let failed = |source| Error::io(path, source);
    let mut file =
        OpenOptions::new().write(true).create(true).truncate(false).open(path).map_err(failed)?;
    let there = file.metadata().map_err(failed)?.len();
    if there < length {
        let message = format!(
            "has {there} bytes, and the checkpoint says {length}: remove the checkpoint to start again"
        );
        return Err(failed(std::io::Error::other(message)));
    }
    file.set_len(length).map_err(failed)?;
    file.seek(SeekFrom::End(0)).map_err(failed)?;
    Ok(file)
}
