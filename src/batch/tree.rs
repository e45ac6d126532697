//! Which files a command means, and where their outputs go: folders and globs keep
//! their tree.

use crate::error::{Error, Result};
use crate::formats::Format;
use crate::progress::say;
use std::collections::BTreeMap;
use std::path::{Component, Path, PathBuf};
use walkdir::WalkDir;

/// A file and the place of its output.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Pair {
    pub(crate) input: PathBuf,
    pub(crate) output: PathBuf,
}

/// The files that `inputs` name, in order, with outputs under `folder`; files of no
/// known format are left out unless `all` are wanted. `complain` hears of what cannot be
/// read.
pub(crate) fn pairs(
    inputs: &[PathBuf],
    folder: &Path,
    all: bool,
    complain: &mut dyn FnMut(Error),
) -> Result<Vec<Pair>> {
    let mut found = BTreeMap::<PathBuf, PathBuf>::new();
    let mut order = Vec::new();
    let mut left_out = 0;
    let mut add = |input: PathBuf, name: PathBuf, named: bool| {
        if !named && !all && Format::of(&input).is_none() {
            left_out += 1;
            return Ok(());
        }
        let output = folder.join(name);
        if same_file(&input, &output) {
            let message = format!("{} would be written over: name another folder", input.display());
            return Err(Error::usage(message));
        }
        match found.insert(output.clone(), input.clone()) {
            Some(other) if other != input => Err(Error::usage(format!(
                "{} and {} would both become {}: decode them apart",
                other.display(),
                input.display(),
                output.display()
            ))),
            Some(_) => Ok(()),
            None => {
                order.push(Pair { input, output });
                Ok(())
            }
        }
    };
    for path in inputs {
        let (base, files) = match glob_base(path) {
            Some(base) => (base, globbed(path)?),
            None => (path.clone(), vec![path.clone()]),
        };
        for file in files {
            if !file.is_dir() {
                let named = file == *path;
                let name =
                    if named { file.file_name().map(PathBuf::from) } else { below(&file, &base) };
                let name =
                    name.ok_or_else(|| Error::usage(format!("{} has no name", file.display())))?;
                add(file, name, named)?;
                continue;
            }
            let walk = WalkDir::new(&file).follow_links(true).sort_by_file_name();
            let inside = |entry: &walkdir::DirEntry| !same_file(entry.path(), folder);
            for entry in walk.into_iter().filter_entry(inside) {
                match entry {
                    Ok(entry) if entry.file_type().is_file() => {
                        if let Some(name) = below(entry.path(), &base) {
                            add(entry.into_path(), name, false)?;
                        }
                    }
                    Ok(_) => {}
                    Err(error) => {
                        let place = error.path().unwrap_or(&file).to_path_buf();
                        complain(Error::io(place, error.into()));
                    }
                }
            }
        }
    }
    if left_out > 0 {
        say!("unspin: {left_out} files of no known format are left out; --format takes all");
    }
    Ok(order)
}

/// The path of `file` below `base`, without steps upwards.
fn below(file: &Path, base: &Path) -> Option<PathBuf> {
    let name = file.strip_prefix(base).ok()?;
    let plain = |part: Component<'_>| matches!(part, Component::Normal(_));
    (name.components().count() > 0 && name.components().all(plain)).then(|| name.to_path_buf())
}

/// The folder before the first wildcard of a pattern that is not itself a file.
fn glob_base(path: &Path) -> Option<PathBuf> {
    let wild = |part: &str| part.contains(['*', '?', '[']);
    if path.exists() || !wild(path.to_str()?) {
        return None;
    }
    let plain = path.components().take_while(|part| !wild(&part.as_os_str().to_string_lossy()));
    Some(plain.collect())
}

fn globbed(pattern: &Path) -> Result<Vec<PathBuf>> {
    let text = pattern.to_string_lossy();
    let paths = glob::glob(&text).map_err(|error| Error::usage(format!("{text}: {error}")))?;
    let mut files: Vec<PathBuf> =
        paths.map(|path| path.map_err(glob_failed)).collect::<Result<_>>()?;
    // A folder stands for its files, which `**` names too.
    files.retain(|path| !path.is_dir());
    files.sort();
    if files.is_empty() {
        return Err(Error::usage(format!("no file is named like {text}")));
    }
    Ok(files)
}

fn glob_failed(error: glob::GlobError) -> Error {
    let path = error.path().to_path_buf();
    Error::io(path, error.into())
}

/// True if both name the same file.
pub(crate) fn same_file(a: &Path, b: &Path) -> bool {
    match (a.canonicalize(), b.canonicalize()) {
        (Ok(a), Ok(b)) => a == b,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn trees_are_kept() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        for name in ["in/a.txt", "in/deep/b.html.gz", "in/deep/c.png", "in/out/old.txt", "x.md"] {
            std::fs::create_dir_all(at(name).parent().unwrap()).unwrap();
            std::fs::write(at(name), "x").unwrap();
        }
        let outputs = |inputs: &[&str], all: bool| {
            let inputs: Vec<PathBuf> = inputs.iter().map(|name| at(name)).collect();
            let pairs = pairs(&inputs, &at("in/out"), all, &mut |error| panic!("{error}"));
            pairs.map(|pairs| {
                let name =
                    |pair: Pair| pair.output.strip_prefix(at("in/out")).unwrap().to_path_buf();
                pairs.into_iter().map(|pair| name(pair).display().to_string()).collect::<Vec<_>>()
            })
        };
        assert_eq!(outputs(&["in"], false).unwrap(), ["a.txt", "deep/b.html.gz"]);
        assert_eq!(outputs(&["in"], true).unwrap(), ["a.txt", "deep/b.html.gz", "deep/c.png"]);
        assert_eq!(outputs(&["x.md", "in/*.txt"], false).unwrap(), ["x.md", "a.txt"]);
        assert_eq!(outputs(&["in/deep/*"], false).unwrap(), ["b.html.gz"]);
        assert_eq!(
            outputs(&["in/**/*.gz", "in/deep/c.png"], false).unwrap(),
            ["deep/b.html.gz", "c.png"]
        );
        assert!(outputs(&["in/*.pdf"], false).unwrap_err().to_string().contains("no file"));
        assert!(outputs(&["in/out"], false).unwrap().is_empty());
        assert!(outputs(&["in/out/old.txt"], false).unwrap_err().is_usage());
    }
}
