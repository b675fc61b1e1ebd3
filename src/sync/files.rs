//! Answers in a directory: which files are read, and what their pages make together.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use super::answers::{self, AnswerError, Page};
use super::pages::{Creatives, List, Listing, OfBidder, Pages};
use super::{Kind, SyncError};

/// More than any page of the API; a bound on memory.
const FILE_LIMIT_BYTES: u64 = 1 << 30;

/// Reads the answers of these kinds in `dir`, and gives the names of the files.
pub(super) fn read(dir: &Path, kinds: &[Kind]) -> Result<(Listing, Vec<String>), SyncError> {
    let unreadable = |source| SyncError::Read { path: dir.to_owned(), source };
    let mut names = BTreeSet::new();
    for entry in fs::read_dir(dir).map_err(unreadable)? {
        // A name that is not text is none of ours.
        if let Ok(name) = entry.map_err(unreadable)?.file_name().into_string() {
            names.insert(name);
        }
    }
    let mut reading = Reading { dir, kinds, names, files: Vec::new(), notes: Vec::new() };
    let configs = reading.list(Kind::Pretargeting, answers::configs)?;
    let endpoints = reading.list(Kind::Endpoints, answers::endpoints)?;
    let seats = reading.list(Kind::Seats, answers::seats)?;
    let creatives = reading.pages(Kind::Creatives, answers::creatives)?;
    let creatives = creatives.map(|pages| Creatives::of(pages, &mut reading.notes));
    if reading.files.is_empty() {
        let expected = kinds.iter().map(|kind| kind.list_name()).collect();
        return Err(SyncError::NoFiles { dir: dir.to_owned(), expected, below: answers_below(dir, kinds) });
    }
    Ok((Listing { seats, configs, endpoints, creatives, notes: reading.notes }, reading.files))
}

/// The first directory in `dir`, by name, that holds answers: whoever named its parent meant it.
fn answers_below(dir: &Path, kinds: &[Kind]) -> Option<PathBuf> {
    let mut directories: Vec<PathBuf> = fs::read_dir(dir).ok()?.flatten().map(|entry| entry.path()).collect();
    directories.sort();
    let is_answer = |name: &str| name.ends_with(".json") && kinds.iter().any(|kind| name.starts_with(kind.list_name()));
    directories.into_iter().find(|directory| {
        let mut entries = fs::read_dir(directory).into_iter().flatten().flatten();
        entries.any(|entry| entry.file_name().to_str().is_some_and(is_answer))
    })
}

struct Reading<'a> {
    dir: &'a Path,
    kinds: &'a [Kind],
    names: BTreeSet<String>,
    files: Vec<String>,
    notes: Vec<String>,
}

impl Reading<'_> {
    /// The pages of a kind, by file name; none where nobody asks for it, or no file is there.
    fn pages<T>(
        &mut self,
        kind: Kind,
        parse: impl Fn(&[u8]) -> Result<Page<T>, AnswerError>,
    ) -> Result<Option<Pages<T>>, SyncError> {
        if !self.kinds.contains(&kind) {
            return Ok(None);
        }
        let list = kind.list_name();
        let belongs = |name: &&String| name.starts_with(list) && name.ends_with(".json");
        let names: Vec<String> = self.names.iter().filter(belongs).cloned().collect();
        if names.is_empty() {
            self.notes.push(format!("no {list}*.json: these stay as they are"));
            return Ok(None);
        }
        let mut pages = Vec::new();
        for name in names {
            let path = self.dir.join(&name);
            let page = parse(&bytes(&path)?).map_err(|source| SyncError::Answer { path, source })?;
            self.files.push(name.clone());
            pages.push((name, page));
        }
        Ok(Some(pages))
    }

    fn list<T: OfBidder>(
        &mut self,
        kind: Kind,
        parse: impl Fn(&[u8]) -> Result<Page<T>, AnswerError>,
    ) -> Result<Option<List<T>>, SyncError> {
        let pages = self.pages(kind, parse)?;
        Ok(pages.map(|pages| List::of(pages, &mut self.notes)))
    }
}

fn bytes(path: &PathBuf) -> Result<Vec<u8>, SyncError> {
    let unreadable = |source| SyncError::Read { path: path.clone(), source };
    let bytes = fs::metadata(path).map_err(unreadable)?.len();
    if bytes > FILE_LIMIT_BYTES {
        return Err(SyncError::TooLarge { path: path.clone(), bytes, limit: FILE_LIMIT_BYTES });
    }
    fs::read(path).map_err(unreadable)
}
