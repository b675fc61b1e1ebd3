//! The files that may be read: every [`LiveFile`] in memory, by its path below the lake.
//!
//! The object store serves these and nothing else, so no query opens a file that no snapshot in use holds.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use super::LiveFile;

/// Live files by path; an entry lasts as long as some snapshot holds its file.
#[derive(Debug, Default)]
pub(super) struct Registry {
    by_path: Mutex<HashMap<String, Weak<LiveFile>>>,
}

const CLEAN_FROM_ENTRIES: usize = 1_024;

impl Registry {
    /// The one shared description of that file: the given one, or the one that is already in use.
    pub(super) fn intern(&self, file: LiveFile) -> Arc<LiveFile> {
        let mut by_path = self.by_path.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = by_path.get(&file.relative).and_then(Weak::upgrade)
            && known.file_id == file.file_id
        {
            return known;
        }
        // Amortised: only when the map would grow anyway.
        if by_path.len() >= CLEAN_FROM_ENTRIES && by_path.len() == by_path.capacity() {
            by_path.retain(|_, file| file.strong_count() > 0);
        }
        let file = Arc::new(file);
        by_path.insert(file.relative.clone(), Arc::downgrade(&file));
        file
    }

    /// The live file at that path.
    pub(super) fn get(&self, path: &str) -> Option<Arc<LiveFile>> {
        let by_path = self.by_path.lock().unwrap_or_else(PoisonError::into_inner);
        by_path.get(path).and_then(Weak::upgrade)
    }
}
