//! Checks of files by what the place says of them.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};

use super::catalog;
use crate::lake::place::Placed;
use crate::lake::{Damage, Lake, LakeError, LiveFile, Steps, check};

/// Files that are missing or have another length.
pub(super) fn lengths(lake: &Lake, files: &[Arc<LiveFile>]) -> Vec<Damage> {
    let names: Vec<&str> = files.iter().map(|file| file.relative.as_str()).collect();
    let lengths = lake.shared.place.lengths(&names);
    files.iter().zip(lengths).filter_map(|(file, found)| check::length(file, found).err()).collect()
}

/// Files of the kept snapshots that are not what was written, by their bytes.
pub(in crate::lake) fn damaged(lake: &Lake, steps: &dyn Steps) -> Vec<(Arc<LiveFile>, Damage)> {
    let kept = catalog::kept(lake);
    steps.stage("bytes", kept.iter().map(|file| file.bytes).sum());
    let damage = |file: Arc<LiveFile>| {
        let outcome = check::whole(&file);
        steps.done(file.bytes);
        outcome.err().map(|damage| (file, damage))
    };
    kept.into_iter().filter_map(damage).collect()
}

/// Data files that no row of the catalog names and that did not change for the grace.
pub(in crate::lake) fn orphans(lake: &Lake, now: DateTime<Utc>, grace: Duration) -> Result<Vec<Placed>, LakeError> {
    let limit = now - chrono::Duration::from_std(grace).unwrap_or_default();
    // The files are listed before the catalog is asked: one that is committed in between has its row by then.
    let mut files = lake.shared.place.files("")?;
    let known = catalog::lines(&lake.shared.db, include_str!("../../../sql/lake/verify/known_paths.sql"))?;
    let known: HashSet<String> = known.into_iter().collect();
    files.retain(|file| file.name.ends_with(".parquet") && file.changed <= limit && !known.contains(&file.name));
    files.sort_unstable_by(|a, b| a.name.cmp(&b.name));
    Ok(files)
}
