//! Progress on standard error: stage, rate, time left.

use crate::progress::Progress;
use indicatif::{ProgressBar, ProgressStyle};
use std::io::IsTerminal;
use std::sync::Mutex;
use std::time::Instant;

/// Draws a bar on a terminal, writes a line a stage elsewhere.
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
        if let Some(Stage { name, bar, since }) = stage {
            let (units, seconds) = (bar.position(), since.elapsed().as_secs_f64());
            bar.finish_and_clear();
            let rate = units as f64 / seconds.max(1e-9);
            match units {
                0 => eprintln!("{name}: {seconds:.1} s"),
                _ if self.bytes => {
                    eprintln!("{name}: {units} bytes in {seconds:.1} s, {rate:.0} a second")
                }
                _ => eprintln!("{name}: {units} in {seconds:.1} s, {rate:.0} a second"),
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
        let stage = Stage { name: name.to_string(), bar, since: Instant::now() };
        if let Ok(mut slot) = self.stage.lock() {
            *slot = Some(stage);
        }
    }

    fn advance(&self, units: u64) {
        self.with(|stage| stage.bar.inc(units));
    }

    fn note(&self, text: &str) {
        self.with(|stage| stage.bar.suspend(|| eprintln!("  {text}")));
    }

    fn warn(&self, text: &str) {
        let warn = || eprintln!("unspin: {text}");
        match self.stage.lock().ok().as_ref().and_then(|stage| stage.as_ref()) {
            Some(stage) => stage.bar.suspend(warn),
            None => warn(),
        }
    }
}
