//! Long runs that survive: what has been written stays written, and after a kill the
//! same command goes on where the last one stopped.
//!
//! An output grows under the name `OUT.part`, and takes its own name when it is whole.
//! `OUT.lock` keeps a second run away from it. `OUT.checkpoint` says how far it is, at the end of
//! a record; whatever was written after that is cut off and made again, from the same records,
//! so that the bytes are those of an undisturbed run.

mod checkpoint;
mod lock;
mod run;
pub(crate) mod signals;
mod sink;
mod tree;

pub(crate) use checkpoint::Command;
pub(crate) use run::{Decoding, Ended, run};
pub(crate) use sink::{Batch, Direct, Sink, Start};
pub(crate) use tree::{pairs, same_file};

use std::path::{Path, PathBuf};

/// A file beside `path` with `end` behind its name.
fn beside(path: &Path, end: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(end);
    name.into()
}
