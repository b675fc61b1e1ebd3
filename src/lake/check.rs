//! Are the live files what the catalog says? By length at every start, by hash when asked.

use std::io;

use super::hashes::Hasher;
use super::{At, Damage, Lake, LakeError, LiveFile, Snapshot};

impl Lake {
    /// Live files of the newest snapshot that are missing or have another length. Costs one `stat` a file.
    pub fn check_lengths(&self) -> Result<Vec<Damage>, LakeError> {
        let snapshot = self.snapshot(&At::Latest)?;
        let names: Vec<&str> = snapshot.files().iter().map(|file| file.relative.as_str()).collect();
        let lengths = self.shared.place.lengths(&names);
        Ok(snapshot.files().iter().zip(lengths).filter_map(|(file, found)| length(file, found).err()).collect())
    }

    /// Files of a snapshot whose length or BLAKE3 differs from the catalog's. Reads every byte.
    pub fn check_hashes(&self, snapshot: &Snapshot) -> Vec<Damage> {
        snapshot.files().iter().filter_map(|file| whole(file).err()).collect()
    }

    /// That one file has the length and the BLAKE3 that the catalog says.
    pub fn check_hash(&self, file: &LiveFile) -> Result<(), Damage> {
        whole(file)
    }
}

/// What is worth a request where the place is far away.
const READ_BYTES: u64 = 4 * 1024 * 1024;

/// That the file has the length and the BLAKE3 that the catalog says.
pub(super) fn whole(file: &LiveFile) -> Result<(), Damage> {
    let opened = file.opened()?;
    let mut hasher = Hasher::default();
    for start in (0..file.bytes).step_by(READ_BYTES as usize) {
        let piece = opened.read_at(start..file.bytes.min(start + READ_BYTES));
        hasher.update(&piece.map_err(|error| damage(file, &error))?);
    }
    if hasher.finish().1 == file.hashes {
        Ok(())
    } else {
        Err(file.damage("its bytes are not those that were written".into()))
    }
}

/// That the length that was found is the one that the catalog says.
pub(super) fn length(file: &LiveFile, found: io::Result<u64>) -> Result<(), Damage> {
    match found {
        Ok(found) if found == file.bytes => Ok(()),
        Ok(found) => Err(file.damage(format!("it has {found} bytes, the catalog says {}", file.bytes))),
        Err(error) => Err(damage(file, &error)),
    }
}

/// A file that does not open, or does not give its bytes.
pub(super) fn damage(file: &LiveFile, error: &io::Error) -> Damage {
    match error.kind() {
        io::ErrorKind::NotFound => file.damage("it is missing".into()),
        io::ErrorKind::UnexpectedEof => file.damage("it is shorter than the catalog says".into()),
        _ => file.unread(error.to_string()),
    }
}
