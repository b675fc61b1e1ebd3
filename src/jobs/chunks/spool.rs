//! What came of an upload so far, on disk: a directory for each, a file for each call.
//!
//! Below `tmp/chunks`: `<upload>/` is open for more; `<upload>.<uuid>/` is closed and waits for its import; `<upload>.last`
//! remembers what was imported last under that name; `refused/` holds what could not be read, with the reason beside it.
//! Names are hashes and numbers, never text of a sender. A file is there once it is whole and survives a power cut.

use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::rows::{Columns, RowTexts};
use crate::model::AccountId;

/// Whose upload it is and what it is called.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct About {
    /// The account of its rows.
    pub account: AccountId,
    /// The sender's name for it, or ours where he has none.
    pub upload: String,
    /// The file that it was cut from.
    pub filename: Option<String>,
    /// Rows of one key are parts of one; else each takes the place of the one before, whenever it was imported.
    pub parts: bool,
    /// The same call may come again, and counts once.
    pub once: bool,
}

/// The file of an upload that says what it is about.
const ABOUT: &str = "upload.json";
/// Where what cannot be read goes.
const REFUSED: &str = "refused";
/// The end of a name that remembers an import.
const LAST: &str = ".last";

/// The uploads below one directory.
#[derive(Debug)]
pub(super) struct Spool {
    root: PathBuf,
}

/// One call's rows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Chunk {
    pub path: PathBuf,
    pub number: u64,
    pub columns: Columns,
    pub rows: u64,
    /// Of them, those at fault.
    pub rejected: u64,
    pub hash: String,
}

impl Spool {
    pub fn new(tmp: &Path) -> Self {
        Self { root: tmp.join("chunks") }
    }

    /// Adds the rows of one call, of which so many are at fault, and brings them to disk. `most_bytes` is what the whole
    /// upload may hold.
    pub fn add(&self, name: &str, about: &About, rows: &RowTexts, rejected: u64, most_bytes: u64) -> io::Result<()> {
        let directory = self.root.join(name);
        if !directory.join(ABOUT).is_file() {
            fs::DirBuilder::new().recursive(true).mode(0o700).create(&directory)?;
            write_durably(&directory, ABOUT, &serde_json::to_vec(about)?)?;
            sync(&self.root)?;
        }
        let hash = blake3::hash(rows.text()).to_hex()[..32].to_owned();
        let chunks = chunks(&directory)?;
        if about.once && chunks.iter().any(|chunk| chunk.hash == hash) {
            // The sender is still at work.
            return File::open(&directory)?.set_modified(SystemTime::now());
        }
        let held = chunks.iter().map(|chunk| fs::metadata(&chunk.path).map_or(0, |file| file.len())).sum::<u64>();
        if held + rows.bytes() as u64 > most_bytes {
            return Err(ErrorKind::FileTooLarge.into());
        }
        let number = chunks.last().map_or(0, |chunk| chunk.number + 1);
        let file = format!("{number:08}-{:x}-{}-{rejected}-{hash}.csv", rows.columns().0, rows.rows());
        write_durably(&directory, &file, rows.text())
    }

    /// Closes an upload, so that what comes later is another; nothing where there is none. What it is about may be known
    /// better by then.
    pub fn close(&self, name: &str, better: impl FnOnce(&mut About)) -> io::Result<Option<PathBuf>> {
        let directory = self.root.join(name);
        if !directory.is_dir() {
            return Ok(None);
        }
        if let Ok(mut about) = about(&directory) {
            better(&mut about);
            write_durably(&directory, ABOUT, &serde_json::to_vec(&about)?)?;
        }
        let closed = self.root.join(format!("{name}.{}", Uuid::now_v7()));
        fs::rename(&directory, &closed)?;
        sync(&self.root)?;
        Ok(Some(closed))
    }

    /// Removes an upload of which nothing is to be kept.
    pub fn forget(&self, name: &str) -> io::Result<()> {
        fs::remove_dir_all(self.root.join(name))
    }

    /// The names of open uploads to which nothing was added for that long.
    pub fn quiet(&self, for_at_least: Duration) -> io::Result<Vec<String>> {
        let mut quiet = Vec::new();
        for (name, path) in self.directories()? {
            let changed = fs::metadata(&path).and_then(|directory| directory.modified());
            let age = changed.map(|changed| changed.elapsed().unwrap_or_default());
            if !name.contains('.') && name != REFUSED && age.is_ok_and(|age| age >= for_at_least) {
                quiet.push(name);
            }
        }
        Ok(quiet)
    }

    /// Closed uploads that were not imported to the end, in the order in which they were closed.
    pub fn closed(&self) -> io::Result<Vec<PathBuf>> {
        let mut closed: Vec<_> = self.directories()?.into_iter().filter(|(name, _)| name.contains('.')).collect();
        closed.sort_by_key(|(name, _)| name.split_once('.').map(|(_, uuid)| uuid.to_owned()));
        Ok(closed.into_iter().map(|(_, path)| path).collect())
    }

    fn directories(&self) -> io::Result<Vec<(String, PathBuf)>> {
        let mut found = Vec::new();
        for path in entries(&self.root)? {
            if let Some(name) = path.file_name().and_then(|name| name.to_str()).filter(|_| path.is_dir()) {
                found.push((name.to_owned(), path.clone()));
            }
        }
        Ok(found)
    }

    /// Moves a closed upload aside, with the reason.
    pub fn refuse(&self, closed: &Path, reason: &str) -> io::Result<PathBuf> {
        let refused = self.root.join(REFUSED);
        fs::DirBuilder::new().recursive(true).mode(0o700).create(&refused)?;
        let aside = refused.join(closed.file_name().unwrap_or_default());
        fs::write(closed.join("reason.txt"), format!("{reason}\n"))?;
        fs::rename(closed, &aside)?;
        sync(&refused)?;
        Ok(aside)
    }

    /// Removes the closed upload, and remembers its calls where they may come again.
    pub fn imported(&self, closed: &Path, hashes: &[String]) -> io::Result<()> {
        if about(closed)?.once {
            write_durably(&self.root, &(name_of(closed) + LAST), &serde_json::to_vec(hashes)?)?;
        }
        fs::remove_dir_all(closed)
    }

    /// The calls of the upload that was last imported under the same name, while they may still be repeated.
    pub fn last_imported(&self, closed: &Path, within: Duration) -> Option<Vec<String>> {
        let path = self.root.join(name_of(closed) + LAST);
        let age = fs::metadata(&path).ok()?.modified().ok()?.elapsed().unwrap_or_default();
        (age <= within).then(|| serde_json::from_slice(&fs::read(&path).ok()?).ok()).flatten()
    }

    /// Removes what is remembered for longer than anyone repeats a call.
    pub fn sweep(&self, older_than: Duration) -> io::Result<()> {
        for path in entries(&self.root)? {
            let is_memory = path.to_str().is_some_and(|path| path.ends_with(LAST));
            let age =
                fs::metadata(&path).and_then(|file| file.modified()).map(|time| time.elapsed().unwrap_or_default());
            if is_memory && age.is_ok_and(|age| age > older_than) {
                fs::remove_file(&path)?;
            }
        }
        Ok(())
    }
}

/// What a closed upload is about.
pub(super) fn about(directory: &Path) -> io::Result<About> {
    Ok(serde_json::from_slice(&fs::read(directory.join(ABOUT))?)?)
}

/// The calls of an upload, in their order.
pub(super) fn chunks(directory: &Path) -> io::Result<Vec<Chunk>> {
    let mut chunks: Vec<Chunk> = entries(directory)?.into_iter().filter_map(chunk).collect();
    chunks.sort_by_key(|chunk| chunk.number);
    Ok(chunks)
}

/// A call's file by its name; what is unfinished has another name.
fn chunk(path: PathBuf) -> Option<Chunk> {
    let name = path.file_name()?.to_str()?.strip_suffix(".csv")?;
    let mut parts = name.splitn(5, '-');
    let number = parts.next()?.parse().ok()?;
    let columns = Columns(u32::from_str_radix(parts.next()?, 16).ok()?);
    let rows = parts.next()?.parse().ok()?;
    let rejected = parts.next()?.parse().ok()?;
    let hash = parts.next()?.to_owned();
    Some(Chunk { path, number, columns, rows, rejected, hash })
}

/// The name under which a closed upload was open.
fn name_of(closed: &Path) -> String {
    let name = closed.file_name().unwrap_or_default().to_string_lossy();
    name.split('.').next().unwrap_or_default().to_owned()
}

fn entries(directory: &Path) -> io::Result<Vec<PathBuf>> {
    match fs::read_dir(directory) {
        Ok(entries) => entries.map(|entry| Ok(entry?.path())).collect(),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(Vec::new()),
        Err(error) => Err(error),
    }
}

fn write_durably(directory: &Path, name: &str, bytes: &[u8]) -> io::Result<()> {
    let part = directory.join(format!("{name}.part"));
    let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&part)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    fs::rename(&part, directory.join(name))?;
    sync(directory)
}

fn sync(directory: &Path) -> io::Result<()> {
    File::open(directory)?.sync_all()
}
