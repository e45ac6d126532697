//! Files that appear whole or not at all.

use crate::error::{Error, Result};
use std::fs::{self, File};
use std::io;
use std::path::Path;

/// Writes a file by `put`, under another name until it is whole; a device or a pipe as it
/// goes.
pub(crate) fn write(path: &Path, put: impl FnOnce(&File) -> io::Result<()>) -> Result<()> {
    let failed = |source| Error::io(path, source);
    if fs::metadata(path).is_ok_and(|metadata| !metadata.is_file()) {
        let there = File::options().write(true).open(path).map_err(failed)?;
        return put(&there).map_err(failed);
    }
    check(path)?;
    let file = tempfile::NamedTempFile::new_in(folder(path)).map_err(failed)?;
    put(file.as_file()).map_err(failed)?;
    let file = file.persist(path).map_err(|error| failed(error.error))?;
    make_readable(&file).map_err(failed)
}

/// Says so if there is no folder for the file, before the work for it is done.
pub(crate) fn check(path: &Path) -> Result<()> {
    let folder = folder(path);
    let metadata = fs::metadata(folder).map_err(|source| Error::io(folder, source))?;
    if metadata.is_dir() {
        return Ok(());
    }
    Err(Error::io(folder, io::ErrorKind::NotADirectory.into()))
}

fn folder(path: &Path) -> &Path {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    folder.unwrap_or(Path::new("."))
}

/// A temporary file is private; an output is for everyone who may read its folder.
fn make_readable(file: &File) -> io::Result<()> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        file.set_permissions(fs::Permissions::from_mode(0o644))?;
    }
    #[cfg(not(unix))]
    let _ = file;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    #[test]
    fn whole_or_not_at_all() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        write(&at("a"), |mut file| file.write_all(b"old")).unwrap();
        let cut = write(&at("a"), |mut file| {
            file.write_all(b"new and")?;
            Err(io::ErrorKind::StorageFull.into())
        });
        assert!(cut.unwrap_err().to_string().contains("/a: "));
        assert_eq!(fs::read(at("a")).unwrap(), b"old");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
        for name in ["a/b", "no/such/b"] {
            let error = check(&at(name)).unwrap_err().to_string();
            let folder = at(name).parent().unwrap().display().to_string();
            assert!(error.starts_with(&format!("{folder}: ")), "{error}");
            assert_eq!(write(&at(name), |_| Ok(())).unwrap_err().to_string(), error);
        }
        check(Path::new("here")).unwrap();
    }
}
