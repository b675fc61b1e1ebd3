//! Where sorts and groups write what does not fit the memory.
//!
//! The directory is made with the first spill, so that a question in a data directory without write permission works
//! as long as it fits. What a killed process left there is removed with the next first spill, once it is a day old.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use datafusion::error::{DataFusionError, Result};
use datafusion::execution::disk_manager::{DiskManager, DiskManagerBuilder, DiskManagerMode};
use datafusion::execution::spill_file::{SpillFile, TempFileFactory};

/// How the engine names its directories below the given one.
const PREFIX: &str = "datafusion-";
/// Longer than any question may take.
const ORPHANED: Duration = Duration::from_secs(24 * 3600);

/// Makes spill files, at most so many bytes of them at once.
pub(super) struct Spill {
    directory: PathBuf,
    bytes: u64,
    files: Mutex<Option<Arc<DiskManager>>>,
}

impl Spill {
    /// A builder for the engine, which asks this for each file.
    pub(super) fn disk_manager(directory: &Path, bytes: u64) -> DiskManagerBuilder {
        let spill = Self { directory: directory.to_owned(), bytes, files: Mutex::default() };
        DiskManagerBuilder::default().with_mode(DiskManagerMode::Custom(Arc::new(spill)))
    }

    fn files(&self) -> Result<Arc<DiskManager>> {
        let mut files = self.files.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(files) = &*files {
            return Ok(Arc::clone(files));
        }
        fs::create_dir_all(&self.directory)?;
        let mode = DiskManagerMode::Directories(vec![self.directory.clone()]);
        let builder = DiskManagerBuilder::default().with_mode(mode).with_max_temp_directory_size(self.bytes);
        let made = Arc::new(builder.build()?);
        // The directory just made tells the time by the same clock as those it is compared with.
        if let Some(now) = made.temp_dir_paths().first().and_then(|path| modified(path)) {
            remove_orphans(&self.directory, now)?;
        }
        *files = Some(Arc::clone(&made));
        Ok(made)
    }
}

impl TempFileFactory for Spill {
    fn create_temp_file(&self, description: &str) -> Result<Arc<dyn SpillFile>> {
        let no_room = |error: DataFusionError| {
            DataFusionError::ResourcesExhausted(format!("it does not fit and cannot spill ({error})"))
        };
        self.files().map_err(no_room)?.create_tmp_file(description)
    }
}

fn modified(path: &Path) -> Option<SystemTime> {
    fs::metadata(path).and_then(|metadata| metadata.modified()).ok()
}

fn remove_orphans(directory: &Path, now: SystemTime) -> std::io::Result<()> {
    for entry in fs::read_dir(directory)? {
        let entry = entry?;
        let is_ours = entry.file_name().to_str().is_some_and(|name| name.starts_with(PREFIX));
        let age = modified(&entry.path()).and_then(|time| now.duration_since(time).ok());
        if is_ours && age.is_some_and(|age| age > ORPHANED) {
            // Another process may remove it at the same time.
            drop(fs::remove_dir_all(entry.path()));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_directory_comes_with_the_first_spill_and_takes_old_ones_away() {
        let home = tempfile::tempdir().unwrap();
        let directory = home.path().join("spill");
        let spill = Spill { directory: directory.clone(), bytes: 1 << 20, files: Mutex::default() };
        assert!(!directory.exists());
        for (name, days) in [("datafusion-old", 2), ("datafusion-young", 0), ("other", 2)] {
            fs::create_dir_all(directory.join(name)).unwrap();
            let then = SystemTime::now() - Duration::from_secs(days * 24 * 3600 + 60);
            fs::File::open(directory.join(name)).unwrap().set_modified(then).unwrap();
        }
        let file = spill.create_temp_file("a test").unwrap();
        let left = |name: &str| directory.join(name).exists();
        assert_eq!((left("datafusion-old"), left("datafusion-young"), left("other")), (false, true, true));
        drop(file);
    }
}
