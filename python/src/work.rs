//! Long calls: threads to work on, and a KeyboardInterrupt that ends them.

use crate::errors::ConfigError;
use pyo3::prelude::*;
use rayon::{ThreadPool, ThreadPoolBuilder};
use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::sync::{Arc, LazyLock, Mutex, PoisonError};
use std::time::Duration;

/// How often signals are looked for.
const GLANCE: Duration = Duration::from_millis(50);

/// Pools by process and number of threads: what a fork leaves of its parent's pools are
/// their handles, without the threads.
static POOLS: LazyLock<Mutex<Pools>> = LazyLock::new(Mutex::default);
type Pools = HashMap<(u32, usize), Arc<ThreadPool>>;

/// So many threads, or as many as the machine has.
fn pool(threads: Option<usize>) -> PyResult<Arc<ThreadPool>> {
    if threads == Some(0) {
        return Err(ConfigError::new_err("threads must be at least 1, or None for all"));
    }
    let key = (std::process::id(), threads.unwrap_or(0));
    let mut pools = POOLS.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(pool) = pools.get(&key) {
        return Ok(Arc::clone(pool));
    }
    let pool = ThreadPoolBuilder::new().num_threads(key.1).build();
    let pool = Arc::new(pool.map_err(|error| ConfigError::new_err(error.to_string()))?);
    pools.insert(key, Arc::clone(&pool));
    Ok(pool)
}

/// Tells work whether to go on.
pub(crate) struct Going(AtomicBool);

impl Going {
    pub(crate) fn on(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// Runs `work` on a pool while other threads of Python run. At a signal whose handler
/// raises, `work` is told to stop and the exception goes on its way.
pub(crate) fn run<R: Send>(
    py: Python<'_>,
    threads: Option<usize>,
    work: impl FnOnce(&Going) -> R + Send,
) -> PyResult<R> {
    let pool = pool(threads)?;
    let going = &Going(AtomicBool::new(true));
    let (done, mut doing) = channel();
    std::thread::scope(|scope| {
        let worker = scope.spawn(move || {
            let result = pool.install(|| work(going));
            // Nobody waits any longer after a signal.
            let _ = done.send(());
            result
        });
        let mut raised = Ok(());
        while raised.is_ok() {
            // The sender goes away where the work panics.
            let doing = &mut doing;
            match py.detach(move || doing.recv_timeout(GLANCE)) {
                Ok(()) | Err(RecvTimeoutError::Disconnected) => break,
                Err(RecvTimeoutError::Timeout) => raised = py.check_signals(),
            }
        }
        going.0.store(raised.is_ok(), Ordering::Relaxed);
        let result = py.detach(|| worker.join());
        raised?;
        result.map_err(|panic| pyo3::panic::PanicException::new_err(told(&*panic)))
    })
}

/// What a panic said.
fn told(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().copied();
    let text = text.or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    text.unwrap_or("the library panicked").to_string()
}
