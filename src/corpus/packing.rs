//! Packed files: unpacked as they are read, packed as they are written.

use crate::error::{Error, Result};
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

const BUFFER: usize = 1 << 16;
/// Frames that need a larger window are refused: 128 MiB, as the tool itself does.
const ZSTD_WINDOW_LOG: u32 = 27;

/// How a file is packed, by the end of its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Packing {
    Plain,
    Gzip,
    Xz,
    Zstd,
}

impl Packing {
    /// The packing of `path`, and the path without its ending.
    pub(crate) fn of(path: &Path) -> (Self, PathBuf) {
        let packing = match path.extension().and_then(|end| end.to_str()) {
            Some("gz") => Self::Gzip,
            Some("xz") => Self::Xz,
            Some("zst") => Self::Zstd,
            _ => return (Self::Plain, path.to_path_buf()),
        };
        (packing, path.with_extension(""))
    }

    /// A stream of its own that holds `bytes`; streams after each other are one.
    pub(crate) fn pack(self, bytes: Vec<u8>) -> io::Result<Vec<u8>> {
        if bytes.is_empty() { Ok(bytes) } else { self.stream(bytes) }
    }

    /// A stream that holds nothing, without which a packed file is damaged.
    pub(crate) fn nothing(self) -> io::Result<Vec<u8>> {
        self.stream(Vec::new())
    }

    fn stream(self, bytes: Vec<u8>) -> io::Result<Vec<u8>> {
        match self {
            Self::Plain => Ok(bytes),
            Self::Gzip => {
                let mut packer = flate2::write::GzEncoder::new(Vec::new(), Default::default());
                packer.write_all(&bytes)?;
                packer.finish()
            }
            Self::Xz => {
                let options = lzma_rust2::XzOptions::with_preset(6);
                let mut packer = lzma_rust2::XzWriter::new(Vec::new(), options)?;
                packer.write_all(&bytes)?;
                packer.finish()
            }
            Self::Zstd => zstd::encode_all(&bytes[..], 0),
        }
    }

    /// The bytes of the streams that `packed` holds.
    pub(crate) fn unpack(
        self,
        packed: impl BufRead + Send + 'static,
    ) -> io::Result<Box<dyn Read + Send>> {
        Ok(match self {
            Self::Plain => Box::new(packed),
            Self::Gzip => Box::new(flate2::bufread::MultiGzDecoder::new(packed)),
            Self::Xz => Box::new(lzma_rust2::XzReader::new(packed, true)),
            Self::Zstd => {
                let mut reader = zstd::Decoder::with_buffer(packed)?;
                reader.window_log_max(ZSTD_WINDOW_LOG)?;
                Box::new(reader)
            }
        })
    }
}

/// An open file, unpacked on the way.
pub(crate) struct Unpacked {
    pub(crate) reader: Box<dyn BufRead + Send>,
    /// Bytes of the file itself that have been read so far.
    pub(crate) taken: Arc<AtomicU64>,
}

impl Unpacked {
    /// Opens `path`; `offset` bytes of what is unpacked are passed over.
    pub(crate) fn open(path: &Path, offset: u64) -> Result<Self> {
        let failed = |source| Error::io(path, source);
        let mut file = File::open(path).map_err(failed)?;
        if file.metadata().map_err(failed)?.is_dir() {
            return Err(failed(io::Error::new(io::ErrorKind::IsADirectory, "is a folder")));
        }
        let taken = Arc::new(AtomicU64::new(0));
        let packing = Packing::of(path).0;
        let mut left = offset;
        if packing == Packing::Plain && left > 0 {
            file.seek(SeekFrom::Start(left)).map_err(failed)?;
            taken.store(left, Ordering::Relaxed);
            left = 0;
        }
        let counted = Counted { file, taken: Arc::clone(&taken) };
        let file = BufReader::with_capacity(BUFFER, counted);
        let reader = packing.unpack(file).map_err(failed)?;
        let mut reader = BufReader::with_capacity(BUFFER, reader);
        let passed = io::copy(&mut (&mut reader).take(left), &mut io::sink()).map_err(failed)?;
        if passed < left {
            let message = format!("has {passed} bytes, not the {left} of the last run");
            return Err(failed(io::Error::new(io::ErrorKind::UnexpectedEof, message)));
        }
        Ok(Self { reader: Box::new(reader), taken })
    }
}

/// Counts the bytes that are read from a file.
struct Counted {
    file: File,
    taken: Arc<AtomicU64>,
}

impl Read for Counted {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.file.read(buffer)?;
        self.taken.fetch_add(read as u64, Ordering::Relaxed);
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn streams_after_each_other_are_one() {
        let folder = tempfile::tempdir().unwrap();
        for (name, plain) in
            [("a.gz", "a"), ("b.txt.xz", "b.txt"), ("c.zst", "c"), ("d.txt", "d.txt")]
        {
            let path = folder.path().join(name);
            let (packing, without) = Packing::of(&path);
            assert_eq!(without, folder.path().join(plain));
            let parts = ["one ", "", "two "].map(|part| packing.pack(part.into()).unwrap());
            assert!(parts[1].is_empty());
            std::fs::write(&path, parts.concat()).unwrap();
            for offset in 0..=8 {
                let mut text = String::new();
                let mut unpacked = Unpacked::open(&path, offset).unwrap();
                unpacked.reader.read_to_string(&mut text).unwrap();
                assert_eq!(text, "one two "[offset as usize..], "{name} from {offset}");
                let length = std::fs::metadata(&path).unwrap().len();
                assert_eq!(unpacked.taken.load(Ordering::Relaxed), length);
            }
            std::fs::write(&path, packing.nothing().unwrap()).unwrap();
            let mut empty = Vec::new();
            Unpacked::open(&path, 0).unwrap().reader.read_to_end(&mut empty).unwrap();
            assert!(empty.is_empty(), "{name}");
            std::fs::write(&path, parts.concat()).unwrap();
            let beyond = Unpacked::open(&path, 9).map(|_| ());
            assert!(
                packing == Packing::Plain || beyond.unwrap_err().to_string().contains("8 bytes")
            );
        }
    }
}
