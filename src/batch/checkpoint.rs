//! How far a run has come, in a file that is always whole.

use super::beside;
use crate::decode::DecodeConfig;
use crate::error::{Error, Result};
use crate::formats::{Place, Settings};
use serde::{Deserialize, Serialize};
use std::fs;
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

/// What a run was asked for: another command does not go on with it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Command {
    /// The version that runs, and the model's identity.
    pub(crate) version: String,
    pub(crate) model: String,
    pub(crate) decode: DecodeConfig,
    pub(crate) settings: Settings,
    pub(crate) evidence: bool,
}

/// The input as it was when the run began.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Stamp {
    pub(super) path: PathBuf,
    length: u64,
    /// Nanoseconds since 1970.
    modified: u128,
}

impl Stamp {
    pub(super) fn of(path: &Path) -> Result<Self> {
        let failed = |source| Error::io(path, source);
        let metadata = fs::metadata(path).map_err(failed)?;
        let modified = metadata.modified().map_err(failed)?;
        let modified = modified.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_nanos());
        Ok(Self { path: path.to_path_buf(), length: metadata.len(), modified })
    }
}

/// The state of a run between two records.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Checkpoint {
    pub(super) command: Command,
    pub(super) input: Stamp,
    /// Where in the input the next record begins.
    pub(super) place: Place,
    /// Bytes of the output, and of the list of refusals, that belong to what is done.
    pub(super) output: u64,
    pub(super) rejected: u64,
    pub(super) records: u64,
    pub(super) refusals: u64,
    /// True if nothing is left to do but to give the output its name.
    pub(super) whole: bool,
}

/// Checkpoints are small; a longer file is none.
const LARGEST: u64 = 1 << 20;

impl Checkpoint {
    pub(super) fn new(command: Command, input: Stamp) -> Self {
        let (place, whole) = (Place::default(), false);
        Self { command, input, place, output: 0, rejected: 0, records: 0, refusals: 0, whole }
    }

    pub(super) fn path(output: &Path) -> PathBuf {
        beside(output, ".checkpoint")
    }

    /// Reads the checkpoint of `output`, if there is one.
    pub(super) fn read(output: &Path) -> Result<Option<Self>> {
        let path = Self::path(output);
        let length = match fs::metadata(&path) {
            Ok(metadata) => metadata.len(),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(Error::io(&path, error)),
        };
        let broken = |what: &dyn std::fmt::Display| {
            Error::data(&path, 1, format!("is no checkpoint ({what}): remove it to start again"))
        };
        if length > LARGEST {
            return Err(broken(&"too long"));
        }
        let bytes = fs::read(&path).map_err(|source| Error::io(&path, source))?;
        serde_json::from_slice(&bytes).map(Some).map_err(|error| broken(&error))
    }

    /// Replaces the checkpoint of `output` by this one, in one step.
    pub(super) fn write(&self, output: &Path) -> Result<()> {
        let (path, new) = (Self::path(output), beside(output, ".checkpoint.new"));
        let bytes = serde_json::to_vec(self).map_err(Error::config)?;
        fs::write(&new, bytes).map_err(|source| Error::io(&new, source))?;
        fs::rename(&new, &path).map_err(|source| Error::io(&path, source))
    }

    pub(super) fn remove(output: &Path) -> Result<()> {
        let path = Self::path(output);
        fs::remove_file(&path).map_err(|source| Error::io(&path, source))
    }
}
