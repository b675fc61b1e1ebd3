//! What is imported: a file that can be read more than once, and the reader that hashes its text on the way.
//!
//! The hash is that of the CSV text, as UTF-8 and unpacked: the same report as `.csv`, `.csv.gz`, `.zip` or UTF-16 is
//! one import.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::packed::{self, UnpackLimits};
use super::{Progress, RowNumbers, utf16};
use crate::report::{Fault, Refusal};

/// A file to import.
#[derive(Clone, Debug)]
pub struct Source {
    path: PathBuf,
    name: String,
    rows: Option<Arc<RowNumbers>>,
}

/// The CSV text of a source, unpacked and decoded while it is read. Its errors may carry a [`Refusal`].
pub(super) struct Text<'a> {
    pub reader: Box<dyn Read + Send + 'a>,
    /// How many bytes it will be, where that can be said before reading; a hint, not a promise.
    pub size: Option<u64>,
    /// What was done to the bytes to make them text.
    pub notes: Vec<String>,
}

impl Source {
    /// A file of the user's.
    pub fn file(path: impl Into<PathBuf>) -> Self {
        let path = path.into();
        Self { name: path.display().to_string(), path, rows: None }
    }

    /// A file that was received into `path`, and how its sender calls it.
    pub fn received(path: impl Into<PathBuf>, name: impl Into<String>) -> Self {
        Self { path: path.into(), name: name.into(), rows: None }
    }

    /// The same, made of the rows of a database: its faults name these rows in the place of lines.
    pub fn of_rows(self, rows: RowNumbers) -> Self {
        Self { rows: Some(Arc::new(rows)), ..self }
    }

    /// Whether it was made of the rows of a database.
    pub(super) fn is_of_rows(&self) -> bool {
        self.rows.is_some()
    }

    /// Gives the faults the rows of their lines, where it was made of rows; tells the first one.
    pub(super) fn place(&self, faults: &mut [Fault]) -> String {
        for fault in faults.iter_mut() {
            fault.line = self.rows.as_ref().map_or(fault.line, |rows| rows.of(fault.line).unsigned_abs());
        }
        let Some(Fault { line, column, reason, value }) = faults.first() else { return String::new() };
        let place = if self.is_of_rows() { "row" } else { "line" };
        let column = column.as_ref().map(|column| format!(", column {column}")).unwrap_or_default();
        let value = value.as_ref().map(|value| format!(", value '{value}'")).unwrap_or_default();
        format!("first: {place} {line}{column}{value}: {}", reason.code())
    }

    /// How people call it.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Where it is.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Opens its text; what cannot be opened is refused, with what to do. `progress` counts the bytes of the file.
    pub(super) fn open<'a>(&self, limits: UnpackLimits, progress: &'a dyn Progress) -> Result<Text<'a>, Refusal> {
        let packed = packed::open(self.open_file()?, limits, progress)?;
        let mut notes: Vec<String> = packed.note.into_iter().collect();
        let (reader, decoded) = utf16::decoded(packed.reader).map_err(|error| refusal_of(error, unreadable))?;
        if decoded {
            notes.push("the text is UTF-16 and was read as such".to_owned());
        }
        Ok(Text { reader, size: packed.size.filter(|_| !decoded), notes })
    }

    fn open_file(&self) -> Result<File, Refusal> {
        let opened = File::open(&self.path).and_then(|file| Ok((file.metadata()?, file)));
        let (metadata, file) = opened.map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => Refusal::new("no_such_file", "there is no such file: check the path"),
            io::ErrorKind::PermissionDenied => {
                Refusal::new("no_permission", "this user may not read the file: change its permissions")
            }
            _ => unreadable(&error),
        })?;
        if metadata.is_dir() {
            let what =
                "this is a directory without *.csv, *.csv.gz or *.zip files: name the one that holds the reports";
            return Err(Refusal::new("is_directory", what));
        }
        Ok(file)
    }
}

fn unreadable(error: &io::Error) -> Refusal {
    Refusal::new("unreadable", format!("the file cannot be read: {error}"))
}

/// The refusal that an error of reading carries, else what `other` makes of it.
pub(super) fn refusal_of<T: From<Refusal>>(error: io::Error, other: impl FnOnce(&io::Error) -> T) -> T {
    match error.downcast::<Refusal>() {
        Ok(refusal) => refusal.into(),
        Err(error) => other(&error),
    }
}

/// The last part of a name as typed: directories of this machine are nobody else's business.
pub(super) fn base_name(name: &str) -> &str {
    name.trim_end_matches('/').rsplit('/').next().unwrap_or(name)
}

/// Hashes and counts what is read through it.
pub(super) struct Hashed<R> {
    input: R,
    hasher: blake3::Hasher,
    bytes: u64,
}

impl<R: Read> Hashed<R> {
    pub(super) fn new(input: R) -> Self {
        Self { input, hasher: blake3::Hasher::new(), bytes: 0 }
    }

    /// Reads what is left, and gives the hash (hex) and the length of everything.
    pub(super) fn finish(mut self) -> io::Result<(String, u64)> {
        let mut buffer = vec![0; 1 << 18];
        while self.read(&mut buffer)? > 0 {}
        Ok((self.hasher.finalize().to_hex().to_string(), self.bytes))
    }
}

impl<R: Read> Read for Hashed<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n = self.input.read(buffer)?;
        self.hasher.update(&buffer[..n]);
        self.bytes += n as u64;
        Ok(n)
    }
}
