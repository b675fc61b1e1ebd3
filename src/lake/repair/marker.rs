//! The marker of a lake that lost it: without it nothing opens the lake, because nobody knows whose it is.

use std::path::Path;
use std::sync::Arc;

use crate::db::Db;
use crate::lake::catalog::load;
use crate::lake::disk::LocalDisk;
use crate::lake::open::{MARKER, stored_id};
use crate::lake::place::{Directory, Objects, Place};
use crate::lake::registry::Registry;
use crate::lake::{At, Lake, LakeError, check};
use crate::objects::Address;

impl Lake {
    /// Whether the directory lacks its marker and is this database's all the same: it has live files of its catalog. With
    /// `apply` the marker is put back. A directory without any of them stays as it is, and so does one of another store.
    pub fn mark_again(db: &Db, root: &Path, tmp: &Path, apply: bool) -> Result<bool, LakeError> {
        let place: Arc<dyn Place> = Arc::new(Directory::at(Arc::new(LocalDisk), root, Some(tmp))?);
        mark(db, &place, apply)
    }

    /// The same for a lake in an object store.
    pub fn mark_objects_again(db: &Db, address: Address, tmp: &Path, apply: bool) -> Result<bool, LakeError> {
        let place: Arc<dyn Place> = Arc::new(Objects::at(address, Arc::new(LocalDisk), Some(tmp)));
        mark(db, &place, apply)
    }
}

fn mark(db: &Db, place: &Arc<dyn Place>, apply: bool) -> Result<bool, LakeError> {
    if place.read(MARKER)?.is_some() {
        return Ok(false);
    }
    let (store_id, files) = db.read(|tx| {
        let newest = load::find(tx, &At::Latest)?;
        let snapshot = load::files(tx, newest, None, place, &Registry::default())?;
        Ok::<_, LakeError>((stored_id(tx)?.ok_or(LakeError::NotInitialised)?, snapshot.files().to_vec()))
    })?;
    let names: Vec<&str> = files.iter().map(|file| file.relative.as_str()).collect();
    let lengths = place.lengths(&names);
    let is_ours = files.iter().zip(lengths).any(|(file, found)| check::length(file, found).is_ok());
    if is_ours && apply {
        place.put_new(MARKER, format!("{store_id}\n").as_bytes())?;
    }
    Ok(is_ours)
}
