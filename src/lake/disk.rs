//! What the lake asks of the disk to change it. Everything that comes, goes or gets a name below its directory and in tmp
//! goes through a [`Disk`], so that a test can fail any operation, or lose what was not brought to disk.
//!
//! Reading goes past it: what is read is checked against hashes of the catalog, whatever the disk gave.

#[cfg(test)]
pub(crate) mod fake;

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::Path;

use rustix::fs::{CWD, RenameFlags, renameat_with};

/// Where the lake's files are.
pub(crate) trait Disk: Send + Sync {
    /// A new empty file for writing; never one that is there.
    fn create_new(&self, path: &Path) -> io::Result<Box<dyn DiskFile>>;
    /// A new directory in one that is there.
    fn create_directory(&self, path: &Path) -> io::Result<()>;
    /// Gives a file another name, never that of another file.
    fn rename_no_replace(&self, from: &Path, to: &Path) -> io::Result<()>;
    /// Gives a file a second name, never that of another file.
    fn link(&self, from: &Path, to: &Path) -> io::Result<()>;
    /// Takes a name away.
    fn remove(&self, path: &Path) -> io::Result<()>;
    /// Brings the names of a directory to disk: on return they survive a power cut.
    fn sync_directory(&self, path: &Path) -> io::Result<()>;
}

/// A file that is being written.
pub(crate) trait DiskFile: Write + Send {
    /// Brings its bytes to disk. What failed once is never tried again: nobody knows what the disk holds then.
    fn sync(&self) -> io::Result<()>;
}

/// The machine's own file system.
pub(crate) struct LocalDisk;

/// Renames a file, where no other has that name already.
pub fn rename_no_replace(from: &Path, to: &Path) -> io::Result<()> {
    match renameat_with(CWD, from, CWD, to, RenameFlags::NOREPLACE) {
        Ok(()) => Ok(()),
        // Some file systems cannot refuse to replace in a rename, but every link refuses.
        Err(rustix::io::Errno::INVAL | rustix::io::Errno::NOSYS) => {
            fs::hard_link(from, to)?;
            fs::remove_file(from)
        }
        Err(error) => Err(error.into()),
    }
}

impl Disk for LocalDisk {
    fn create_new(&self, path: &Path) -> io::Result<Box<dyn DiskFile>> {
        Ok(File::create_new(path)?.into())
    }

    fn create_directory(&self, path: &Path) -> io::Result<()> {
        fs::create_dir(path)
    }

    fn rename_no_replace(&self, from: &Path, to: &Path) -> io::Result<()> {
        rename_no_replace(from, to)
    }

    fn link(&self, from: &Path, to: &Path) -> io::Result<()> {
        fs::hard_link(from, to)
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        fs::remove_file(path)
    }

    fn sync_directory(&self, path: &Path) -> io::Result<()> {
        File::open(path)?.sync_all()
    }
}

impl DiskFile for File {
    fn sync(&self) -> io::Result<()> {
        self.sync_all()
    }
}

impl From<File> for Box<dyn DiskFile> {
    fn from(file: File) -> Self {
        Box::new(file)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_never_takes_the_place_of_another() {
        let directory = tempfile::tempdir().unwrap();
        let [from, to] = ["from", "to"].map(|name| directory.path().join(name));
        fs::write(&from, "new").unwrap();
        fs::write(&to, "old").unwrap();
        for give in [LocalDisk::rename_no_replace, LocalDisk::link] {
            assert_eq!(give(&LocalDisk, &from, &to).unwrap_err().kind(), io::ErrorKind::AlreadyExists);
        }
        assert_eq!(LocalDisk.create_new(&to).err().unwrap().kind(), io::ErrorKind::AlreadyExists);
        assert_eq!((fs::read(&from).unwrap(), fs::read(&to).unwrap()), (b"new".to_vec(), b"old".to_vec()));
    }
}
