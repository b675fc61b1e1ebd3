//! What a crash leaves: all that was synced, and of the rest anything. A name that came or went since its directory was
//! synced may be there or not; of the bytes written since their file was synced any part may be, or zeros in their place.
//! So it is with the pages of a database.

use std::fs;
use std::path::Path;

use proptest::prelude::Rng;
use proptest::test_runner::{RngAlgorithm, TestRng};
use tempfile::TempDir;

use super::{Directory, Named, Shared, State, database};

/// The machine's directory after the crash.
pub(super) fn of(shared: &Shared, state: &State, seed: u64) -> TempDir {
    let left = tempfile::tempdir().unwrap();
    let mut chance = Chance::new(seed);
    for entry in fs::read_dir(&shared.machine).unwrap() {
        let entry = entry.unwrap();
        // The index of the log is made anew.
        let is_index = entry.path().extension().is_some_and(|extension| extension == "db-shm");
        if entry.file_type().unwrap().is_file() && !is_index {
            let none = Vec::new();
            let unsynced = state.databases.get(&shared.machine.join(entry.file_name())).unwrap_or(&none);
            let bytes = database::left(fs::read(entry.path()).unwrap(), unsynced, &mut chance);
            fs::write(left.path().join(entry.file_name()), bytes).unwrap();
        }
    }
    let mut image = Image { shared, state, to: left.path(), chance };
    image.leave(Path::new(""), &state.directories[Path::new("")]);
    left
}

struct Image<'a> {
    shared: &'a Shared,
    state: &'a State,
    to: &'a Path,
    chance: Chance,
}

impl Image<'_> {
    fn leave(&mut self, path: &Path, directory: &Directory) {
        fs::create_dir_all(self.to.join(path)).unwrap();
        let mut survivors = directory.synced.clone();
        for (name, named) in &directory.names {
            if directory.synced.get(name) != Some(named) && self.chance.is_so() {
                survivors.insert(name.clone(), *named);
            }
        }
        survivors.retain(|name, _| directory.names.contains_key(name) || self.chance.is_so());
        for (name, named) in survivors {
            let below = path.join(name);
            match named {
                Named::Directory => self.leave(&below, &self.state.directories[&below]),
                Named::File(id) => fs::write(self.to.join(below), self.bytes_of(id)).unwrap(),
            }
        }
    }

    fn bytes_of(&mut self, id: usize) -> Vec<u8> {
        let mut bytes = fs::read(self.shared.bytes_of(id)).unwrap();
        let synced = self.state.files[id].synced;
        bytes.truncate(synced + self.chance.below(bytes.len() - synced + 1));
        if self.chance.is_so() {
            bytes[synced..].fill(0);
        }
        bytes
    }
}

/// Decides, always the same for the same seed.
pub(super) struct Chance(TestRng);

impl Chance {
    pub(super) fn new(seed: u64) -> Self {
        let mut bytes = [0; 32];
        bytes[..8].copy_from_slice(&seed.to_le_bytes());
        Self(TestRng::from_seed(RngAlgorithm::ChaCha, &bytes))
    }

    pub(super) fn is_so(&mut self) -> bool {
        self.below(2) == 0
    }

    pub(super) fn below(&mut self, limit: usize) -> usize {
        (self.0.next_u64() % limit as u64) as usize
    }
}
