//! A disk for tests, over a real directory: it knows what was brought to disk and what was not, fails the operation that
//! it is told to fail, and gives what a crash leaves ([`image`]). It is also under the databases of its machine.

mod database;
mod image;

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rustix::io::Errno;
use tempfile::TempDir;

use super::{Disk, DiskFile, LocalDisk};
use crate::db::fake::{Under, stand_under};

/// What goes wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Trouble {
    /// One operation fails with this error and does nothing.
    Fails(Errno),
    /// One write takes only a part of its bytes, and the next operation finds the disk full.
    ShortWrite,
    /// The machine dies before the operation: neither it nor any later one happens.
    Crash,
}

/// The disk; clones share it.
#[derive(Clone)]
pub(crate) struct FakeDisk {
    shared: Arc<Shared>,
}

struct Shared {
    /// Everything below is one machine's.
    machine: PathBuf,
    /// Each file's bytes under a second name, because a name that was taken away may come back with a crash.
    kept: TempDir,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// By path below the machine.
    directories: BTreeMap<PathBuf, Directory>,
    files: Vec<Bytes>,
    /// What was not brought to disk of each file of a database, in the order of its changes.
    databases: BTreeMap<PathBuf, Vec<database::Unsynced>>,
    armed: Option<Armed>,
    /// So far.
    operations: u64,
    /// Whether the armed trouble came.
    came: bool,
    /// How many came to a database.
    came_to_databases: u32,
    is_off: bool,
    /// What the crash left.
    left: Option<TempDir>,
}

#[derive(Clone, Copy)]
struct Armed {
    /// Operations until then.
    after: u64,
    trouble: Trouble,
    seed: u64,
}

/// The names in a directory, now and when it was synced last.
#[derive(Default)]
struct Directory {
    names: Names,
    synced: Names,
}

type Names = BTreeMap<OsString, Named>;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Named {
    File(usize),
    Directory,
}

/// How much of a file survives for sure.
#[derive(Default)]
struct Bytes {
    written: usize,
    synced: usize,
    /// A sync failed: what was not synced then never will be.
    is_given_up: bool,
}

/// How an operation ends that does not fail.
#[derive(PartialEq, Eq)]
enum Fate {
    Whole,
    Part,
}

impl FakeDisk {
    /// The disk of the machine in that directory; what is in these directories of it now is on the disk.
    pub(crate) fn of(machine: &Path, directories: &[&str]) -> Self {
        let (machine, kept) = (machine.canonicalize().unwrap(), tempfile::tempdir().unwrap());
        let disk = Self { shared: Arc::new(Shared { machine, kept, state: Mutex::default() }) };
        let mut top = Directory::default();
        for directory in directories {
            fs::create_dir_all(disk.shared.machine.join(directory)).unwrap();
            disk.shared.take_in(&mut disk.state(), Path::new(directory));
            top.names.insert(directory.into(), Named::Directory);
        }
        top.synced.clone_from(&top.names);
        disk.state().directories.insert(PathBuf::new(), top);
        let shared: Arc<dyn Under> = Arc::clone(&disk.shared) as _;
        stand_under(&disk.shared.machine, Arc::downgrade(&shared));
        disk
    }

    /// The trouble comes with the operation after so many others; `seed` decides what a crash leaves of what was not
    /// synced.
    pub(crate) fn arm(&self, after: u64, trouble: Trouble, seed: u64) {
        let mut state = self.state();
        state.armed = Some(Armed { after, trouble, seed });
        state.came = false;
    }

    /// Calls off the trouble that did not come yet; whether one came, and what the machine left if it died. A crash that
    /// did not come yet comes now.
    pub(crate) fn disarm(&self) -> (bool, Option<TempDir>) {
        let mut state = self.state();
        if let Some(Armed { trouble: Trouble::Crash, seed, .. }) = state.armed.take() {
            self.shared.die(&mut state, seed);
        }
        (state.came, state.left.take())
    }

    /// How many operations there were so far.
    pub(crate) fn operations(&self) -> u64 {
        self.state().operations
    }

    /// Whether the trouble that was armed last came.
    pub(crate) fn came(&self) -> bool {
        self.state().came
    }

    /// How many troubles came to a database so far; the others came to files.
    pub(crate) fn came_to_databases(&self) -> u32 {
        self.state().came_to_databases
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.shared.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Does an operation on names, unless it is the one that fails.
    fn change(
        &self,
        happens: impl FnOnce() -> io::Result<()>,
        note: impl FnOnce(&mut State, &Shared),
    ) -> io::Result<()> {
        let mut state = self.state();
        self.shared.fate(&mut state, false)?;
        happens()?;
        note(&mut state, &self.shared);
        Ok(())
    }
}

impl Shared {
    fn take_in(&self, state: &mut State, directory: &Path) {
        let mut names = Names::new();
        for entry in fs::read_dir(self.machine.join(directory)).unwrap() {
            let entry = entry.unwrap();
            let below = directory.join(entry.file_name());
            let named = if entry.file_type().unwrap().is_dir() {
                self.take_in(state, &below);
                Named::Directory
            } else {
                let bytes = entry.metadata().unwrap().len() as usize;
                self.new_file(state, &below, Bytes { written: bytes, synced: bytes, is_given_up: false })
            };
            names.insert(entry.file_name(), named);
        }
        state.directories.insert(directory.to_owned(), Directory { synced: names.clone(), names });
    }

    fn new_file(&self, state: &mut State, below: &Path, bytes: Bytes) -> Named {
        let id = state.files.len();
        state.files.push(bytes);
        fs::hard_link(self.machine.join(below), self.bytes_of(id)).unwrap();
        Named::File(id)
    }

    fn bytes_of(&self, id: usize) -> PathBuf {
        self.kept.path().join(id.to_string())
    }

    fn fate(&self, state: &mut State, writes: bool) -> io::Result<Fate> {
        if state.is_off {
            return Err(Errno::IO.into());
        }
        state.operations += 1;
        let Some(Armed { after, trouble, seed }) = state.armed else { return Ok(Fate::Whole) };
        if after > 0 {
            state.armed = Some(Armed { after: after - 1, trouble, seed });
            return Ok(Fate::Whole);
        }
        state.armed = None;
        state.came = true;
        match trouble {
            Trouble::Fails(error) => Err(error.into()),
            Trouble::ShortWrite if writes => {
                state.armed = Some(Armed { after: 0, trouble: Trouble::Fails(Errno::NOSPC), seed });
                Ok(Fate::Part)
            }
            Trouble::ShortWrite => Err(Errno::NOSPC.into()),
            Trouble::Crash => {
                self.die(state, seed);
                Err(Errno::IO.into())
            }
        }
    }

    fn die(&self, state: &mut State, seed: u64) {
        state.left = Some(image::of(self, state, seed));
        (state.is_off, state.came) = (true, true);
    }

    /// The directory of a path, and its name there.
    fn place<'a>(&self, state: &'a mut State, path: &Path) -> (&'a mut Directory, OsString) {
        let below = path.strip_prefix(&self.machine).unwrap();
        let directory = state.directories.get_mut(below.parent().unwrap()).unwrap();
        (directory, below.file_name().unwrap().to_owned())
    }

    fn name(&self, state: &mut State, path: &Path, named: Named) {
        let (directory, name) = self.place(state, path);
        directory.names.insert(name, named);
    }

    fn take_away(&self, state: &mut State, path: &Path) -> Option<Named> {
        let (directory, name) = self.place(state, path);
        directory.names.remove(&name)
    }
}

impl Disk for FakeDisk {
    fn create_new(&self, path: &Path) -> io::Result<Box<dyn DiskFile>> {
        let mut state = self.state();
        self.shared.fate(&mut state, false)?;
        let file = File::create_new(path)?;
        let below = path.strip_prefix(&self.shared.machine).unwrap();
        let named = self.shared.new_file(&mut state, below, Bytes::default());
        self.shared.name(&mut state, path, named);
        let Named::File(id) = named else { unreachable!("a new file is a file") };
        Ok(Box::new(FakeFile { disk: self.clone(), file, id }))
    }

    fn create_directory(&self, path: &Path) -> io::Result<()> {
        self.change(
            || fs::create_dir(path),
            |state, shared| {
                shared.name(state, path, Named::Directory);
                let below = path.strip_prefix(&shared.machine).unwrap();
                state.directories.insert(below.to_owned(), Directory::default());
            },
        )
    }

    fn rename_no_replace(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.change(
            || LocalDisk.rename_no_replace(from, to),
            |state, shared| {
                let named = shared.take_away(state, from).unwrap();
                shared.name(state, to, named);
            },
        )
    }

    fn link(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.change(
            || LocalDisk.link(from, to),
            |state, shared| {
                let (directory, name) = shared.place(state, from);
                let named = directory.names[&name];
                shared.name(state, to, named);
            },
        )
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        self.change(
            || LocalDisk.remove(path),
            |state, shared| {
                shared.take_away(state, path);
            },
        )
    }

    fn sync_directory(&self, path: &Path) -> io::Result<()> {
        self.change(
            || Ok(()),
            |state, shared| {
                let below = path.strip_prefix(&shared.machine).unwrap();
                let directory = state.directories.get_mut(below).unwrap();
                directory.synced = directory.names.clone();
            },
        )
    }
}

struct FakeFile {
    disk: FakeDisk,
    file: File,
    id: usize,
}

impl Write for FakeFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut state = self.disk.state();
        let fate = self.disk.shared.fate(&mut state, bytes.len() > 1)?;
        let bytes = if fate == Fate::Part { &bytes[..bytes.len() / 2] } else { bytes };
        self.file.write_all(bytes)?;
        state.files[self.id].written += bytes.len();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl DiskFile for FakeFile {
    fn sync(&self) -> io::Result<()> {
        let mut state = self.disk.state();
        let synced = self.disk.shared.fate(&mut state, false);
        let bytes = &mut state.files[self.id];
        match synced {
            Ok(_) if !bytes.is_given_up => bytes.synced = bytes.written,
            Ok(_) => {}
            Err(_) => bytes.is_given_up = true,
        }
        synced.map(drop)
    }
}
