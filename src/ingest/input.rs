//! What is imported: a file that can be read more than once, and the reader that hashes it on the way.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use super::Progress;
use crate::report::Refusal;

/// A file to import.
#[derive(Clone, Debug)]
pub struct Source {
    path: PathBuf,
    name: String,
}

impl Source {
    /// A file of the user's.
    pub fn file(path: impl Into<PathBuf>) -> Self {
        let path = path.into();
        Self { name: path.display().to_string(), path }
    }

    /// A file that was received into `path`, and how its sender calls it.
    pub fn received(path: impl Into<PathBuf>, name: impl Into<String>) -> Self {
        Self { path: path.into(), name: name.into() }
    }

    /// How people call it.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Where it is.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Opens it; what cannot be opened is refused, with what to do.
    pub(super) fn open(&self) -> Result<(File, u64), Refusal> {
        let refuse = |code, what: String| Refusal::new(code, what);
        let opened = File::open(&self.path).and_then(|file| Ok((file.metadata()?, file)));
        let (metadata, file) = opened.map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => refuse("no_such_file", "there is no such file: check the path".to_owned()),
            io::ErrorKind::PermissionDenied => {
                refuse("no_permission", "this user may not read the file: change its permissions".to_owned())
            }
            _ => refuse("unreadable", format!("the file cannot be opened: {error}")),
        })?;
        if metadata.is_dir() {
            return Err(refuse(
                "is_directory",
                "this is a directory: name the files in it, for example DIR/*.csv".to_owned(),
            ));
        }
        Ok((file, metadata.len()))
    }
}

/// Hashes and counts what is read through it.
pub(super) struct Hashed<'a, R> {
    input: R,
    hasher: blake3::Hasher,
    bytes: u64,
    progress: &'a dyn Progress,
}

impl<'a, R: Read> Hashed<'a, R> {
    pub(super) fn new(input: R, progress: &'a dyn Progress) -> Self {
        Self { input, hasher: blake3::Hasher::new(), bytes: 0, progress }
    }

    /// Reads what is left, and gives the hash (hex) and the length of everything.
    pub(super) fn finish(mut self) -> io::Result<(String, u64)> {
        let mut buffer = vec![0; 1 << 18];
        while self.read(&mut buffer)? > 0 {}
        Ok((self.hasher.finalize().to_hex().to_string(), self.bytes))
    }
}

impl<R: Read> Read for Hashed<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n = self.input.read(buffer)?;
        self.hasher.update(&buffer[..n]);
        self.bytes += n as u64;
        self.progress.read(n as u64);
        Ok(n)
    }
}
