//! Bringing a file from one place into another: by a second name where both are on one disk, else by a copy whose every
//! byte is hashed on its way. No half of a file ever has a name in the place that it comes to.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use uuid::Uuid;

use super::manifest::Piece;
use crate::lake::{Disk, LakeError, Place};

/// How the names begin of files that are on their way.
pub(super) const ON_ITS_WAY: &str = "backup-";

const READ_BYTES: u64 = 1 << 20;

/// A file as it should be.
pub(super) struct Load<'a> {
    /// Where it is.
    pub place: &'a dyn Place,
    /// Its name there.
    pub name: &'a str,
    /// Its length.
    pub bytes: u64,
    /// Its BLAKE3, in hexadecimal digits.
    pub blake3: &'a str,
}

/// How a file came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Carried {
    /// It is the same file under a second name.
    Linked,
    /// It was copied and checked.
    Copied,
}

/// Why a file did not come.
#[derive(Debug)]
pub(super) enum Lost {
    /// It is not there.
    Missing,
    /// It is not what it should be.
    Damaged(String),
    /// It could not be read, so that nothing is known of its bytes.
    Unread(String),
    /// The place that it was to come to, or the way there, refused.
    Refused(LakeError),
}

impl From<LakeError> for Lost {
    fn from(error: LakeError) -> Self {
        Self::Refused(error)
    }
}

/// Brings files into one place.
pub(super) struct Carrier<'a> {
    /// The disk of what is on its way.
    pub disk: &'a Arc<dyn Disk>,
    /// Where that stands: on the file system of the place, where the place is on this machine.
    pub staging: &'a Path,
    /// Where files come to.
    pub to: &'a dyn Place,
    /// Told of bytes that came.
    pub came: &'a dyn Fn(u64),
}

impl Carrier<'_> {
    /// Brings the file under that name, never over another. Its name survives a power cut after [`Place::keep`].
    pub fn bring(&self, load: &Load<'_>, name: &str) -> Result<Carried, Lost> {
        let staged = Staged::new(self);
        let linked = load.place.local(load.name).filter(|from| self.disk.link(from, &staged.path).is_ok());
        let carried = match &linked {
            Some(from) => {
                let found = std::fs::metadata(from).map_err(LakeError::io("look at", from))?.len();
                fit(load, found)?;
                // A second name on the same disk is to cost nothing; what leaves this machine is read anyway.
                let leaves = self.to.local(name).is_none();
                if leaves {
                    check(load, &mut |_| Ok(()))?;
                }
                (self.came)(load.bytes);
                if leaves { Carried::Copied } else { Carried::Linked }
            }
            None => {
                self.copy(load, &staged.path)?;
                Carried::Copied
            }
        };
        self.to.publish(&staged.path, name)?;
        staged.left();
        Ok(carried)
    }

    /// Puts bytes that are here already, never over a file of that name.
    pub fn put(&self, bytes: &[u8], name: &str) -> Result<Piece, LakeError> {
        let staged = Staged::new(self);
        let mut file = self.disk.create_new(&staged.path).map_err(LakeError::io("create", &staged.path))?;
        let written = file.write_all(bytes).and_then(|()| file.sync());
        written.map_err(LakeError::io("write", &staged.path))?;
        self.to.publish(&staged.path, name)?;
        staged.left();
        Ok(Piece { bytes: bytes.len() as u64, blake3: blake3::hash(bytes).to_hex().to_string() })
    }

    /// Copies a file of this machine, whose hash is not known yet.
    pub fn put_file(&self, from: &Path, name: &str) -> Result<Piece, LakeError> {
        let staged = Staged::new(self);
        let mut file = self.disk.create_new(&staged.path).map_err(LakeError::io("create", &staged.path))?;
        let mut from = File::open(from).map_err(LakeError::io("open", from))?;
        let (mut hasher, mut bytes, mut buffer) = (blake3::Hasher::new(), 0, vec![0; READ_BYTES as usize]);
        loop {
            let read = from.read(&mut buffer).map_err(LakeError::io("copy", &staged.path))?;
            if read == 0 {
                break;
            }
            hasher.update(&buffer[..read]);
            file.write_all(&buffer[..read]).map_err(LakeError::io("write", &staged.path))?;
            bytes += read as u64;
            (self.came)(read as u64);
        }
        file.sync().map_err(LakeError::io("bring to disk", &staged.path))?;
        self.to.publish(&staged.path, name)?;
        staged.left();
        Ok(Piece { bytes, blake3: hasher.finalize().to_hex().to_string() })
    }

    fn copy(&self, load: &Load<'_>, to: &Path) -> Result<(), Lost> {
        let mut file = self.disk.create_new(to).map_err(LakeError::io("create", to))?;
        check(load, &mut |piece| {
            file.write_all(piece).map_err(LakeError::io("write", to))?;
            (self.came)(piece.len() as u64);
            Ok(())
        })?;
        Ok(file.sync().map_err(LakeError::io("bring to disk", to))?)
    }
}

/// Reads a file and gives its bytes on; an error where they are not what they should be.
pub(super) fn check(load: &Load<'_>, on: &mut dyn FnMut(&[u8]) -> Result<(), LakeError>) -> Result<(), Lost> {
    let unreadable = |error: io::Error| match error.kind() {
        io::ErrorKind::NotFound => Lost::Missing,
        _ => Lost::Unread(error.to_string()),
    };
    let opened = load.place.open(load.name).map_err(unreadable)?;
    fit(load, opened.bytes())?;
    let mut hasher = blake3::Hasher::new();
    for start in (0..load.bytes).step_by(READ_BYTES as usize) {
        let piece = opened.read_at(start..load.bytes.min(start + READ_BYTES)).map_err(unreadable)?;
        hasher.update(&piece);
        on(&piece)?;
    }
    match hasher.finalize().to_hex().as_str() == load.blake3 {
        true => Ok(()),
        false => Err(Lost::Damaged("its bytes are not those that were written".to_owned())),
    }
}

fn fit(load: &Load<'_>, found: u64) -> Result<(), Lost> {
    if found == load.bytes {
        return Ok(());
    }
    Err(Lost::Damaged(format!("it has {found} bytes and should have {}", load.bytes)))
}

/// A name for a file on its way, which is taken away unless the file has come.
struct Staged<'a> {
    disk: &'a Arc<dyn Disk>,
    path: PathBuf,
    has_left: bool,
}

impl<'a> Staged<'a> {
    fn new(carrier: &Carrier<'a>) -> Self {
        let path = carrier.staging.join(format!("{ON_ITS_WAY}{}", Uuid::now_v7()));
        Self { disk: carrier.disk, path, has_left: false }
    }

    fn left(mut self) {
        self.has_left = true;
    }
}

impl Drop for Staged<'_> {
    fn drop(&mut self) {
        if !self.has_left {
            // What cannot be removed now is removed by the next backup.
            let _ = self.disk.remove(&self.path);
        }
    }
}
