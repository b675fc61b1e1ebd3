//! Are the live files what the catalog says? By length at every start, by hash when asked.

use std::fs::{self, File};
use std::io::{self, Read};

use super::hashes::Hasher;
use super::{At, Damage, Lake, LakeError, LiveFile, Snapshot};

impl Lake {
    /// Live files of the newest snapshot that are missing or have another length. Costs one `stat` a file.
    pub fn check_lengths(&self) -> Result<Vec<Damage>, LakeError> {
        let snapshot = self.snapshot(&At::Latest)?;
        Ok(snapshot.files().iter().filter_map(|file| length(file).err()).collect())
    }

    /// Files of a snapshot whose length or BLAKE3 differs from the catalog's. Reads every byte.
    pub fn check_hashes(&self, snapshot: &Snapshot) -> Vec<Damage> {
        snapshot.files().iter().filter_map(|file| whole(file).err()).collect()
    }
}

/// That the file has the length and the BLAKE3 that the catalog says.
pub(super) fn whole(file: &LiveFile) -> Result<(), Damage> {
    length(file).and_then(|()| hash(file))
}

fn length(file: &LiveFile) -> Result<(), Damage> {
    match fs::metadata(&file.path) {
        Ok(found) if found.len() == file.bytes => Ok(()),
        Ok(found) => Err(file.damage(format!("it has {} bytes, the catalog says {}", found.len(), file.bytes))),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Err(file.damage("it is missing".into())),
        Err(error) => Err(file.damage(format!("it cannot be read: {error}"))),
    }
}

const READ_BYTES: usize = 1024 * 1024;

fn hash(file: &LiveFile) -> Result<(), Damage> {
    let read = || -> io::Result<_> {
        let (mut reader, mut hasher) = (File::open(&file.path)?, Hasher::default());
        let mut buffer = vec![0; READ_BYTES];
        loop {
            match reader.read(&mut buffer)? {
                0 => return Ok(hasher.finish().1),
                bytes => hasher.update(&buffer[..bytes]),
            }
        }
    };
    match read() {
        Ok(found) if found == file.hashes => Ok(()),
        Ok(_) => Err(file.damage("its bytes are not those that were written".into())),
        Err(error) => Err(file.damage(format!("it cannot be read: {error}"))),
    }
}
