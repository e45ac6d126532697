//! A file as memory: the one module that asks the compiler for trust.

#![allow(unsafe_code)]

use crate::error::{Error, Result};
use bytes::Bytes;
use std::fs::File;
use std::path::Path;

/// Maps a file into memory.
pub(crate) fn map(path: &Path) -> Result<Bytes> {
    let failed = |source| Error::io(path, source);
    let file = File::open(path).map_err(failed)?;
    if file.metadata().map_err(failed)?.len() == 0 {
        return Ok(Bytes::new());
    }
    mapped(&file).map_err(failed)
}

#[cfg(not(miri))]
fn mapped(file: &File) -> std::io::Result<Bytes> {
    // SAFETY: the map is read-only. A model file is replaced by renaming, never
    // written in place; who cuts it short by other means while it is mapped ends
    // the process with SIGBUS, as with every mapped file.
    let map = unsafe { memmap2::Mmap::map(file) }?;
    Ok(Bytes::from_owner(map))
}

/// Miri maps no files: it follows the same bytes behind the same owner from here on.
#[cfg(miri)]
fn mapped(mut file: &File) -> std::io::Result<Bytes> {
    let mut bytes = Vec::new();
    std::io::Read::read_to_end(&mut file, &mut bytes)?;
    Ok(Bytes::from_owner(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn bytes_outlive_their_file_and_are_shared_between_threads() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        let bytes: Vec<u8> = (0..5000u32).map(|number| (number * 7) as u8).collect();
        fs::write(&path, &bytes).unwrap();
        let whole = map(&path).unwrap();
        let part = whole.slice(1000..4000);
        assert!(whole == bytes);
        drop(whole);
        // A model is replaced by renaming; who has the old one keeps it.
        fs::write(folder.path().join("new"), "other").unwrap();
        fs::rename(folder.path().join("new"), &path).unwrap();
        let sums = std::thread::scope(|scope| {
            let sum = |part: Bytes| part.iter().map(|&byte| u64::from(byte)).sum::<u64>();
            let threads = [part.clone(), part.clone()].map(|part| scope.spawn(move || sum(part)));
            threads.map(|thread| thread.join().unwrap())
        });
        assert_eq!(sums[0], sums[1]);
        assert!(part == bytes[1000..4000]);
        assert!(map(&path).unwrap() == "other");
    }

    #[test]
    fn nothing_and_nowhere() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        fs::write(&path, "").unwrap();
        assert!(map(&path).unwrap().is_empty());
        let missing = map(&folder.path().join("missing")).unwrap_err().to_string();
        assert!(missing.contains("missing: No such file"), "{missing}");
    }
}
