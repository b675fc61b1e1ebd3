//! A directory as the place of an inbox.
//!
//! Invariant: only plain files are taken, and only from the directory itself and from directories in it; a link is
//! neither read nor followed.

use std::ffi::OsStr;
use std::fs::{self, DirBuilder, Metadata};
use std::io::{self, ErrorKind};
use std::os::unix::fs::{DirBuilderExt, MetadataExt};
use std::path::{Path, PathBuf};

use super::InboxError;
use super::names;
use super::place::{Arrival, Fetched, Place, PlaceError, Seen, Shelf, Version};
use crate::config::DataDir;
use crate::lake::rename_no_replace;

/// A directory that is watched.
pub(super) struct Directory {
    path: PathBuf,
    store: DataDir,
}

impl Directory {
    /// The directory of that name: one below the store's is made; another must be there before files are taken from it,
    /// because it may be a disk that is not mounted yet.
    pub fn open(name: &str, store: &DataDir) -> Result<Self, InboxError> {
        let path = store.root().join(name);
        if Path::new(name).is_relative() {
            let made = DirBuilder::new().recursive(true).mode(0o700).create(&path);
            made.map_err(|source| InboxError::Make { path: path.clone(), source })?;
        }
        let directory = Self { path, store: store.clone() };
        if directory.is_part_of_store(&fs::canonicalize(&directory.path).unwrap_or(directory.path.clone())) {
            return Err(InboxError::PartOfStore { path: directory.path });
        }
        Ok(directory)
    }

    /// Where files of the store would be taken for reports, or a report for a file of the store.
    fn is_part_of_store(&self, path: &Path) -> bool {
        let real = |path: PathBuf| fs::canonicalize(&path).unwrap_or(path);
        let own = [self.store.lake(), self.store.tmp(), self.store.keys(), self.store.run()];
        real(self.store.root().to_owned()).starts_with(path) || own.map(real).iter().any(|own| path.starts_with(own))
    }

    fn root(&self) -> Result<PathBuf, PlaceError> {
        let root = fs::canonicalize(&self.path).map_err(|error| match error.kind() {
            ErrorKind::NotFound => PlaceError::Trouble(format!(
                "the inbox {} is not there: make the directory, or mount its disk",
                self.path.display()
            )),
            _ => PlaceError::io("look into", &self.path)(error),
        })?;
        match self.is_part_of_store(&root) {
            true => Err(PlaceError::Trouble(format!("the inbox {} leads into the store itself", self.path.display()))),
            false => Ok(root),
        }
    }
}

impl Place for Directory {
    fn shown(&self) -> String {
        self.path.display().to_string()
    }

    fn lists_whole_files(&self) -> bool {
        false
    }

    fn look(&self) -> Result<Seen, PlaceError> {
        let root = self.root()?;
        let mut seen = Seen::default();
        for (name, metadata) in entries(&root).map_err(PlaceError::io("look into", &root))? {
            if metadata.is_file() {
                seen.arrivals.extend(arrival(PathBuf::from(name), &metadata));
            } else if metadata.is_dir() && names::is_folder(&name.to_string_lossy()) {
                look_into(&root, Path::new(&name), &mut seen);
            }
        }
        Ok(seen)
    }

    fn fetch(&self, arrival: &Arrival) -> Result<Fetched, PlaceError> {
        Ok(Fetched { path: self.root()?.join(&arrival.path), is_temporary: false })
    }

    fn put_away(&self, arrival: &Arrival, shelf: Shelf, note: &str) -> Result<String, PlaceError> {
        let root = self.root()?;
        let from = root.join(&arrival.path);
        let to = shelf_of(&root, arrival, shelf)?;
        let is_same = |metadata: Metadata| metadata.is_file() && version(&metadata) == arrival.version;
        for name in names::for_moved(&arrival.name(), arrival.version.modified) {
            let (file, beside) = (to.join(&name), to.join(shelf.note(&name)));
            if exists(&file)? {
                continue;
            }
            if !fs::symlink_metadata(&from).is_ok_and(is_same) {
                return Err(PlaceError::Changed);
            }
            // The note first: a moved file is never without one. What an earlier try left is written over.
            write_note(&beside, note)?;
            match rename_no_replace(&from, &file) {
                Ok(()) => return Ok(file.strip_prefix(&root).unwrap_or(&file).display().to_string()),
                Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
                Err(error) => {
                    // Without its file the note says nothing.
                    let _ = fs::remove_file(&beside);
                    return Err(PlaceError::io("move to", &file)(error));
                }
            }
        }
        // The names do not end.
        Err(PlaceError::Trouble(format!("{} has no room for {}", to.display(), arrival.shown())))
    }
}

/// Name and metadata of what stands in a directory; of a link its own.
fn entries(directory: &Path) -> io::Result<Vec<(std::ffi::OsString, Metadata)>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(directory)? {
        let entry = entry?;
        match entry.metadata() {
            Ok(metadata) => found.push((entry.file_name(), metadata)),
            // Gone since.
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            Err(error) => return Err(error),
        }
    }
    Ok(found)
}

fn look_into(root: &Path, folder: &Path, seen: &mut Seen) {
    let found = match entries(&root.join(folder)) {
        Ok(found) => found,
        Err(error) => return seen.complaints.push(format!("cannot look into {}: {error}", folder.display())),
    };
    for (name, metadata) in found {
        if metadata.is_file() {
            seen.arrivals.extend(arrival(folder.join(name), &metadata));
        } else if metadata.is_dir() && names::is_folder(&name.to_string_lossy()) {
            let deep = folder.join(name);
            seen.complaints.push(format!("{} lies too deep: nothing is taken from it", deep.display()));
        }
    }
}

fn arrival(path: PathBuf, metadata: &Metadata) -> Option<Arrival> {
    let name = path.file_name().map(OsStr::to_string_lossy).unwrap_or_default();
    names::has_arrived(&name).then(|| Arrival { version: version(metadata), path })
}

fn version(metadata: &Metadata) -> Version {
    let modified = metadata.modified().unwrap_or(std::time::UNIX_EPOCH).into();
    Version { size: metadata.len(), modified, tag: format!("inode {}", metadata.ino()) }
}

/// The directory that the file goes to, made where it is missing; a link there would lead out of the inbox.
fn shelf_of(root: &Path, arrival: &Arrival, shelf: Shelf) -> Result<PathBuf, PlaceError> {
    let mut directory = root.join(shelf.directory());
    make(&directory)?;
    if let Some(folder) = arrival.path.parent().filter(|folder| *folder != Path::new("")) {
        directory.push(folder);
        make(&directory)?;
    }
    Ok(directory)
}

fn make(directory: &Path) -> Result<(), PlaceError> {
    match fs::create_dir(directory) {
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {
            let found = fs::symlink_metadata(directory).map_err(PlaceError::io("look at", directory))?;
            match found.is_dir() {
                true => Ok(()),
                false => Err(PlaceError::Trouble(format!("{} is no directory: remove it", directory.display()))),
            }
        }
        made => made.map_err(PlaceError::io("make", directory)),
    }
}

fn exists(path: &Path) -> Result<bool, PlaceError> {
    match fs::symlink_metadata(path) {
        Ok(_) => Ok(true),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(false),
        Err(error) => Err(PlaceError::io("look at", path)(error)),
    }
}

/// Under a hidden name first, so that nobody reads half a note.
fn write_note(path: &Path, note: &str) -> Result<(), PlaceError> {
    let hidden = path.with_file_name(format!(".{}", path.file_name().unwrap_or_default().to_string_lossy()));
    fs::write(&hidden, note).map_err(PlaceError::io("write", &hidden))?;
    fs::rename(&hidden, path).map_err(PlaceError::io("write", path))
}
