//! Removing backups: unfinished ones, the oldest ones, and the data files that no backup needs any more.
//!
//! A manifest goes first, and for good, before anything that it names: so what has a manifest is whole at any moment.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::time::Duration;

use chrono::{DateTime, Utc};

use super::depot::{BACKUPS, FILES, MANIFEST, name_in};
use super::manifest::is_below_lake;
use super::{BackupError, BackupName, Depot};
use crate::kill;

/// What was removed.
#[derive(Debug, Default)]
pub(super) struct Pruned {
    /// Backups.
    pub backups: Vec<BackupName>,
    /// Data files.
    pub files: u64,
    /// Their bytes.
    pub bytes: u64,
    /// What could not be done.
    pub notes: Vec<String>,
}

/// Removes what is left of backups that never were whole, or that were half removed.
pub(super) fn unfinished(depot: &Depot) -> Result<(), BackupError> {
    for (backup, files) in depot.backups()? {
        if !files.contains(&name_in(backup, MANIFEST)) {
            remove_rest(depot, backup, &files)?;
        }
    }
    // Of a backup whose files are gone the directory may have come back with a power cut; one that is not empty stays.
    let left = depot.place.local(BACKUPS).and_then(|backups| fs::read_dir(backups).ok());
    for directory in left.into_iter().flatten().flatten() {
        if directory.file_name().to_str().is_some_and(|name| name.parse::<BackupName>().is_ok()) {
            let _ = fs::remove_dir(directory.path());
        }
    }
    Ok(())
}

/// Removes all backups but the newest `keep` (0 keeps all), then the data files that none of these names and that did not
/// change for `grace`.
pub(super) fn prune(depot: &Depot, keep: u32, grace: Duration, now: DateTime<Utc>) -> Result<Pruned, BackupError> {
    let mut pruned = Pruned::default();
    let mut whole = depot.whole()?;
    let excess = if keep == 0 { 0 } else { whole.len().saturating_sub(keep as usize) };
    let kept = whole.split_off(excess);
    let backups = depot.backups()?;
    for backup in whole {
        let manifest = name_in(backup, MANIFEST);
        depot.place.remove(&manifest)?;
        depot.place.keep(&[&manifest])?;
        kill::point("prune_manifest");
        remove_rest(depot, backup, backups.get(&backup).map_or(&[], Vec::as_slice))?;
        kill::point("prune_backup");
        pruned.backups.push(backup);
    }
    let mut needed = BTreeSet::new();
    for backup in kept {
        match depot.manifest(backup) {
            Ok(manifest) => {
                needed.extend(manifest.into_iter().flat_map(|manifest| manifest.files).map(|file| file.path))
            }
            Err(error @ (BackupError::Manifest { .. } | BackupError::Newer { .. })) => {
                pruned.notes.push(format!("no data file was removed, because nobody knows which are needed: {error}"));
                return Ok(pruned);
            }
            Err(error) => return Err(error),
        }
    }
    let limit = now - grace;
    for file in depot.pool()? {
        let path = file.name.strip_prefix(FILES).unwrap_or_default().trim_start_matches('/');
        // What a backup never writes is not removed either.
        if needed.contains(path) || file.changed > limit || !is_below_lake(path) {
            continue;
        }
        if depot.place.remove(&file.name)? {
            pruned.files += 1;
            pruned.bytes += file.bytes;
            kill::point("prune_file");
            remove_empty(depot, &file.name);
        }
    }
    Ok(pruned)
}

/// The files of a backup that has no manifest, or none any more.
fn remove_rest(depot: &Depot, backup: BackupName, files: &[String]) -> Result<(), BackupError> {
    for file in files.iter().filter(|file| **file != name_in(backup, MANIFEST)) {
        depot.place.remove(file)?;
    }
    remove_empty(depot, &name_in(backup, MANIFEST));
    Ok(())
}

/// Removes the directories above a file that went, where they are empty. Only for tidiness: one that stays does no harm.
fn remove_empty(depot: &Depot, name: &str) {
    let mut below = Path::new(name);
    let is_top = |path: &Path| [FILES, BACKUPS, ""].iter().any(|top| path == Path::new(top));
    while let Some(above) = below.parent().filter(|above| !is_top(above)) {
        let removed = above.to_str().and_then(|above| depot.place.local(above)).map(fs::remove_dir);
        if !matches!(removed, Some(Ok(()))) {
            return;
        }
        below = above;
    }
}
