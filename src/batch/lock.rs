//! One run at a time for an output.

use super::beside;
use crate::error::{Error, Result};
use same_file::Handle;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

/// Holds `OUT.lock`. The operating system lets go of it when the process ends, however
/// that ends, so that a file which a kill leaves behind keeps nobody out.
pub(super) struct Lock {
    path: PathBuf,
    _file: File,
}

impl Lock {
    /// Takes the lock of `output`, or says that another run has it.
    pub(super) fn take(output: &Path) -> Result<Self> {
        let path = beside(output, ".lock");
        let failed = |source| Error::io(&path, source);
        loop {
            let file = OpenOptions::new().write(true).create(true).truncate(false).open(&path);
            let file = file.map_err(failed)?;
            match file.try_lock() {
                Ok(()) => {}
                Err(TryLockError::WouldBlock) => {
                    return Err(Error::usage(format!(
                        "{} is being written by another run: wait for its end, or name another output",
                        output.display()
                    )));
                }
                // Where files cannot be locked, nobody is kept out.
                Err(TryLockError::Error(error)) if error.kind() == ErrorKind::Unsupported => {}
                Err(TryLockError::Error(error)) => return Err(failed(error)),
            }
            // The run that had it may have taken the file away since it was opened.
            let mine = Handle::from_file(file.try_clone().map_err(failed)?).map_err(failed)?;
            match Handle::from_path(&path) {
                Ok(there) if there == mine => return Ok(Self { path, _file: file }),
                Ok(_) => {}
                Err(error) if error.kind() == ErrorKind::NotFound => {}
                Err(error) => return Err(failed(error)),
            }
        }
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        // What stays is an empty file, which the next run takes.
        let _ = fs::remove_file(&self.path);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicUsize, Ordering};

    #[test]
    fn one_at_a_time() {
        let folder = tempfile::tempdir().unwrap();
        let output = folder.path().join("out");
        let first = Lock::take(&output).unwrap();
        let refused = Lock::take(&output).map(|_| ()).unwrap_err();
        assert!(refused.is_usage() && refused.to_string().contains("another run"), "{refused}");
        drop(first);
        assert!(!folder.path().join("out.lock").exists());
        // A kill leaves the file, and nobody has it.
        fs::write(folder.path().join("out.lock"), "").unwrap();
        drop(Lock::take(&output).unwrap());
        let nowhere = folder.path().join("no/such/out");
        assert!(Lock::take(&nowhere).map(|_| ()).unwrap_err().to_string().contains("No such file"));
    }

    #[test]
    fn never_two_at_once() {
        let folder = tempfile::tempdir().unwrap();
        let output = folder.path().join("out");
        let (inside, taken) = (AtomicUsize::new(0), AtomicUsize::new(0));
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    for _ in 0..500 {
                        let Ok(lock) = Lock::take(&output) else { continue };
                        assert_eq!(inside.fetch_add(1, Ordering::SeqCst), 0);
                        taken.fetch_add(1, Ordering::SeqCst);
                        inside.fetch_sub(1, Ordering::SeqCst);
                        drop(lock);
                    }
                });
            }
        });
        assert!(taken.into_inner() >= 4);
    }
}
