//! SIGINT and SIGTERM end a batch between two records; a second one ends it at once.

use crate::error::{Error, Result};
use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::flag;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

/// Knows whether the run was asked to stop.
pub(crate) struct Signals(Arc<AtomicUsize>);

impl Signals {
    /// Hears of no signal.
    pub(crate) fn none() -> Self {
        Self(Arc::default())
    }

    /// Listens from now on.
    pub(crate) fn listen() -> Result<Self> {
        let (heard, again) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicBool::new(false)));
        for signal in [SIGINT, SIGTERM] {
            let failed = |source| Error::io("signal handler", source);
            // In this order the first signal only arms the second.
            flag::register_conditional_shutdown(signal, 128 + signal, Arc::clone(&again))
                .map_err(failed)?;
            flag::register(signal, Arc::clone(&again)).map_err(failed)?;
            flag::register_usize(signal, Arc::clone(&heard), signal as usize).map_err(failed)?;
        }
        Ok(Self(heard))
    }

    /// The signal that came, if one did.
    pub(crate) fn heard(&self) -> Option<u8> {
        match self.0.load(Ordering::Relaxed) {
            0 => None,
            signal => Some(signal as u8),
        }
    }
}
