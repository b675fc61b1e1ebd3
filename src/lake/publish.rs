//! From tmp into the lake: a file gets its final name, never over another, and its directories are brought to disk.
//! It is still invisible: only a commit makes it part of a snapshot, and what is never committed is swept.

use uuid::Uuid;

use super::place::Place;
use super::write::{FileFacts, StagedFile};
use super::{LakeError, Scope};
use crate::model::in_threads;

/// A file in its final place that no snapshot holds yet.
#[derive(Debug)]
pub struct PublishedFile {
    pub(super) scope: Scope,
    pub(super) facts: FileFacts,
    /// Path below the lake's directory.
    pub(super) relative: String,
}

impl PublishedFile {
    /// The partition that it belongs to.
    pub fn scope(&self) -> &Scope {
        &self.scope
    }

    /// Rows in the file.
    pub fn rows(&self) -> u64 {
        self.facts.rows
    }

    /// Size of the file in bytes.
    pub fn bytes(&self) -> u64 {
        self.facts.bytes
    }

    pub(super) fn path_below_table(&self) -> &str {
        self.relative.strip_prefix(&self.scope.table.name).map_or(&self.relative, |path| path.trim_start_matches('/'))
    }
}

/// Moves the files to their partitions; on return their names survive a power cut.
pub(super) fn publish(place: &dyn Place, staged: Vec<StagedFile>) -> Result<Vec<PublishedFile>, LakeError> {
    let mut published = Vec::with_capacity(staged.len());
    let mut waiting = staged.into_iter();
    while waiting.len() > 0 {
        let sent = in_threads(waiting.by_ref().take(place.at_once().max(1)), |file| publish_one(place, file));
        for file in sent {
            published.push(file?);
        }
    }
    keep(place, &published)?;
    Ok(published)
}

fn publish_one(place: &dyn Place, file: StagedFile) -> Result<PublishedFile, LakeError> {
    let relative = name(&file.scope)?;
    place.publish(file.temporary.path(), &relative)?;
    let StagedFile { scope, facts, temporary } = file;
    temporary.taken();
    Ok(PublishedFile { scope, facts, relative })
}

/// A name that no file has, in the partition's folder.
pub(super) fn name(scope: &Scope) -> Result<String, LakeError> {
    // The time in the name only keeps names in order; what makes it unique is its randomness.
    Ok(format!("{}/{}/{}.parquet", scope.table.name, scope.directory()?, Uuid::now_v7()))
}

pub(super) fn keep(place: &dyn Place, files: &[PublishedFile]) -> Result<(), LakeError> {
    let names: Vec<&str> = files.iter().map(|file| file.relative.as_str()).collect();
    place.keep(&names)
}
