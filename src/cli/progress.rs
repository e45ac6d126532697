//! Progress on standard error: stage, rate, time left.

use crate::progress::{Progress, say};
use indicatif::{ProgressBar, ProgressStyle};
use std::io::IsTerminal;
use std::sync::Mutex;
use std::time::Instant;

/// Ticks in a second of what Linux counts processor time by.
const TICKS: f64 = 100.0;

/// Draws a bar on a terminal, writes a line a stage elsewhere: its time, that of all
/// processors together, and the most memory the program has held so far, where the
/// system tells these.
pub(super) struct Terminal {
    stage: Mutex<Option<Stage>>,
    drawn: bool,
    /// Whether units are bytes.
    bytes: bool,
}

struct Stage {
    name: String,
    bar: ProgressBar,
    since: Instant,
    /// Processor time before it.
    spent: Option<f64>,
}

impl Terminal {
    pub(super) fn new() -> Self {
        Self::measured(false)
    }

    /// Progress in bytes, or in units of another kind.
    pub(super) fn measured(bytes: bool) -> Self {
        Self { stage: Mutex::new(None), drawn: std::io::stderr().is_terminal(), bytes }
    }

    /// Ends the stage that is under way.
    pub(super) fn finish(&self) {
        let stage = self.stage.lock().map(|mut stage| stage.take()).unwrap_or_default();
        if let Some(Stage { name, bar, since, spent }) = stage {
            let (units, seconds) = (bar.position(), since.elapsed().as_secs_f64());
            bar.finish_and_clear();
            let rate = units as f64 / seconds.max(1e-9);
            let mut cost = String::new();
            if let Some((after, before)) = processor_seconds().zip(spent) {
                cost = format!(" ({:.1} s of processors", after - before);
                if let Some(peak) = peak_mebibytes() {
                    cost.push_str(&format!(", {peak} MiB at most"));
                }
                cost.push(')');
            }
            match units {
                0 => say!("{name}: {seconds:.1} s{cost}"),
                _ if self.bytes => {
                    say!("{name}: {units} bytes in {seconds:.1} s{cost}, {rate:.0} a second")
                }
                _ => say!("{name}: {units} in {seconds:.1} s{cost}, {rate:.0} a second"),
            }
        }
    }

    fn with(&self, act: impl FnOnce(&Stage)) {
        if let Ok(stage) = self.stage.lock()
            && let Some(stage) = &*stage
        {
            act(stage);
        }
    }
}

impl Progress for Terminal {
    fn stage(&self, name: &str, total: Option<u64>) {
        self.finish();
        let template = match (total, self.bytes) {
            (Some(_), false) => "{msg} {wide_bar} {pos}/{len} {per_sec} {eta} left",
            (None, false) => "{msg} {spinner} {pos} {per_sec}",
            (Some(_), true) => "{msg} {wide_bar} {bytes}/{total_bytes} {bytes_per_sec} {eta} left",
            (None, true) => "{msg} {spinner} {bytes} {bytes_per_sec}",
        };
        let bar = if self.drawn { ProgressBar::no_length() } else { ProgressBar::hidden() };
        if let Some(total) = total {
            bar.set_length(total);
        }
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style);
        }
        bar.set_message(name.to_string());
        let spent = processor_seconds();
        let stage = Stage { name: name.to_string(), bar, since: Instant::now(), spent };
        if let Ok(mut slot) = self.stage.lock() {
            *slot = Some(stage);
        }
    }

    fn advance(&self, units: u64) {
        self.with(|stage| stage.bar.inc(units));
    }

    fn note(&self, text: &str) {
        self.with(|stage| stage.bar.suspend(|| say!("  {text}")));
    }

    fn warn(&self, text: &str) {
        let warn = || say!("unspin: {text}");
        match self.stage.lock().ok().as_ref().and_then(|stage| stage.as_ref()) {
            Some(stage) => stage.bar.suspend(warn),
            None => warn(),
        }
    }
}

/// Time that the threads of this process have had of all processors so far, to the
/// nanosecond, where /proc tells it; that of threads which ended is not in it.
pub(super) fn thread_seconds() -> Option<f64> {
    let mut nanoseconds = 0;
    for thread in std::fs::read_dir("/proc/self/task").ok()? {
        let told = std::fs::read_to_string(thread.ok()?.path().join("schedstat")).ok()?;
        nanoseconds += told.split_ascii_whitespace().next()?.parse::<u64>().ok()?;
    }
    Some(nanoseconds as f64 / 1e9)
}

/// Time that this process has had of all processors, where /proc tells it.
fn processor_seconds() -> Option<f64> {
    let stat = std::fs::read_to_string("/proc/self/stat").ok()?;
    let mut fields = stat.rsplit(')').next()?.split_ascii_whitespace().skip(11);
    let mut ticks = || fields.next()?.parse::<f64>().ok();
    Some((ticks()? + ticks()?) / TICKS)
}

/// The most memory that this process has held, where /proc tells it.
fn peak_mebibytes() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    Some(line.split_ascii_whitespace().next()?.parse::<u64>().ok()? / 1024)
}
