//! What lies below an address of an object store as the place of a lake.
//!
//! An object is there as a whole or not at all, and what the store acknowledged survives; so nothing needs to be brought
//! to disk. What a store cannot do is say whether a request took effect whose answer was lost: [`upload`] finds out. No
//! object is ever written over: every write says "only where there is none".

#[cfg(test)]
mod tests;
mod upload;

use std::collections::HashMap;
use std::fmt;
use std::io;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use bytes::Bytes;
use futures::StreamExt;
use object_store::path::Path as Key;
use object_store::prefix::PrefixStore;
use object_store::{Error, ObjectStore, ObjectStoreExt};
use uuid::Uuid;

use self::upload::Source;
use super::{Place, Placed, PlacedFile};
use crate::lake::write::Temporary;
use crate::lake::{Disk, LakeError, read_only, sweep};
use crate::model::in_threads;
use crate::objects::{Address, ObjectsError};

/// So many objects are asked for one by one; for more, the store lists what it has.
const ASKED_ONE_BY_ONE: usize = 16;

/// Requests that wait for the store at the same time.
const AT_ONCE: usize = 8;

/// Bytes that are read for nothing sooner than another request is made: about what comes while one waits. Whole blocks.
const GAP_BYTES: u64 = 1 << 20;

/// An address whose store answers, and the disk of what is on its way there.
pub(in crate::lake) struct Objects {
    address: Address,
    disk: Arc<dyn Disk>,
    /// None where nothing is written.
    tmp: Option<PathBuf>,
    data_path: String,
    /// Larger files are sent in parts of this size.
    part_bytes: u64,
}

impl Objects {
    /// The place below the address. Nothing is asked of the store yet.
    pub(in crate::lake) fn at(address: Address, disk: Arc<dyn Disk>, tmp: Option<&Path>) -> Self {
        let url = address.shown.split('?').next().unwrap_or_default();
        // DuckDB knows a directory by its path alone.
        let path = url.strip_prefix("file://").unwrap_or(url);
        let data_path = format!("{}/", path.trim_end_matches('/'));
        Self { address, disk, tmp: tmp.map(Path::to_owned), data_path, part_bytes: upload::PART_BYTES }
    }

    fn key(&self, name: &str) -> Result<Key, LakeError> {
        Ok(self.address.key(name)?)
    }

    /// What is done to an object, for messages.
    fn what(&self, verb: &str, name: &str) -> String {
        format!("{verb} {}{name}", self.data_path)
    }

    fn ask<T>(
        &self,
        verb: &str,
        name: &str,
        answer: impl Future<Output = object_store::Result<T>>,
    ) -> Result<T, ObjectsError> {
        self.address.ask(&self.what(verb, name), answer)
    }

    /// All objects below a folder; each page of the list must come in time.
    fn list(&self, folder: &str) -> Result<Vec<Placed>, LakeError> {
        let what = self.what("list", folder);
        let prefix = if folder.is_empty() { self.address.prefix.clone() } else { self.key(folder)? };
        let listed = async {
            let mut found = Vec::new();
            let mut objects = self.address.store.list(Some(&prefix));
            loop {
                let next = tokio::time::timeout(self.address.patience, objects.next()).await;
                match next.map_err(|_| self.address.silent(&what, self.address.patience))? {
                    None => return Ok::<_, ObjectsError>(found),
                    Some(Err(error)) => return Err(self.address.trouble(&what, &error)),
                    Some(Ok(object)) => found.push(Placed {
                        name: self.address.below(&object.location),
                        bytes: object.size,
                        changed: object.last_modified,
                    }),
                }
            }
        };
        Ok(self.address.wait(&what, listed)?)
    }

    fn length(&self, name: &str) -> io::Result<u64> {
        let key = self.address.key(name).map_err(io_error)?;
        Ok(self.ask("look at", name, self.address.store.head(&key)).map_err(io_error)?.size)
    }

    /// Brings an object to `tmp` and sends it again, for stores that copy nothing or not on a condition.
    fn copy_by_hand(&self, from: &str, to: &str) -> Result<(), LakeError> {
        let tmp = self.tmp.as_ref().ok_or_else(read_only)?;
        let path = tmp.join(format!("{}{}", Uuid::now_v7(), sweep::TEMPORARY_SUFFIX));
        let mut file = self.disk.create_new(&path).map_err(LakeError::io("create", &path))?;
        let temporary = Temporary::at(&self.disk, path);
        let opened = self.open(from).map_err(LakeError::io("read", Path::new(from)))?;
        for start in (0..opened.bytes()).step_by(upload::PART_BYTES as usize) {
            let end = opened.bytes().min(start + upload::PART_BYTES);
            let piece = opened.read_at(start..end).map_err(LakeError::io("read", Path::new(from)))?;
            file.write_all(&piece).map_err(LakeError::io("write", temporary.path()))?;
        }
        self.send(temporary.path(), to)
    }

    /// An object with the bytes of a file of this machine, whether this or an earlier try of ours made it.
    fn send(&self, file: &Path, name: &str) -> Result<(), LakeError> {
        let source = Source::file(file).map_err(LakeError::io("read", file))?;
        let key = self.key(name)?;
        let what = self.what("write", name);
        if upload::create(&self.address, &key, &source, self.part_bytes, &what)? {
            return Ok(());
        }
        Err(ObjectsError::Exists(what).into())
    }
}

impl fmt::Debug for Objects {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Objects").field(&self.data_path).finish()
    }
}

impl Place for Objects {
    fn shown(&self) -> String {
        self.address.shown.clone()
    }

    fn data_path(&self) -> &str {
        &self.data_path
    }

    fn store(&self) -> Arc<dyn ObjectStore> {
        Arc::new(PrefixStore::new(Arc::clone(&self.address.store), self.address.prefix.clone()))
    }

    fn at_once(&self) -> usize {
        AT_ONCE
    }

    fn gap_bytes(&self) -> u64 {
        GAP_BYTES
    }

    fn reason(&self, error: &Error) -> String {
        self.address.reason(error)
    }

    fn local(&self, _: &str) -> Option<PathBuf> {
        None
    }

    fn publish(&self, staged: &Path, name: &str) -> Result<(), LakeError> {
        self.send(staged, name)?;
        // The object is what counts; what cannot be removed now is swept.
        let _ = self.disk.remove(staged);
        Ok(())
    }

    fn publish_again(&self, from: &str, to: &str) -> Result<(), LakeError> {
        let (from_key, to_key) = (self.key(from)?, self.key(to)?);
        let what = self.what("copy", &format!("{from} to {to}"));
        // Some stores take the condition of a copy and do not keep it.
        match self.ask("look at", to, self.address.store.head(&to_key)) {
            Err(ObjectsError::Missing(_)) => {}
            Err(error) => return Err(error.into()),
            Ok(_) => return Err(ObjectsError::Exists(what).into()),
        }
        let copied = async {
            match self.address.store.copy_if_not_exists(&from_key, &to_key).await {
                Err(Error::NotSupported { .. } | Error::NotImplemented { .. }) => Ok(false),
                copied => copied.map(|()| true),
            }
        };
        match self.address.ask(&what, copied) {
            Ok(true) => Ok(()),
            Ok(false) => self.copy_by_hand(from, to),
            // An earlier try may have made it, whose answer was lost.
            Err(error) => match upload::are_equal(&self.address, &from_key, &to_key, &what) {
                Ok(true) => Ok(()),
                _ => Err(error.into()),
            },
        }
    }

    /// What a store acknowledged, it keeps.
    fn keep(&self, _: &[&str]) -> Result<(), LakeError> {
        Ok(())
    }

    fn open(&self, name: &str) -> io::Result<Arc<dyn PlacedFile>> {
        let key = self.address.key(name).map_err(io_error)?;
        let bytes = self.length(name)?;
        let what = self.what("read", name);
        Ok(Arc::new(OpenObject { address: self.address.clone(), key, bytes, what }))
    }

    fn lengths(&self, names: &[&str]) -> Vec<io::Result<u64>> {
        if names.len() <= ASKED_ONE_BY_ONE {
            let lengths = |names: &[&str]| in_threads(names, |name| self.length(name));
            return names.chunks(AT_ONCE).flat_map(lengths).collect();
        }
        let folder = shared_folder(names);
        let listed = match self.list(folder) {
            Ok(listed) => listed,
            Err(error) => return names.iter().map(|_| Err(io::Error::other(error.to_string()))).collect(),
        };
        let lengths: HashMap<&str, u64> = listed.iter().map(|file| (file.name.as_str(), file.bytes)).collect();
        let found = |name: &&str| lengths.get(name).copied().ok_or_else(|| io::Error::from(io::ErrorKind::NotFound));
        names.iter().map(found).collect()
    }

    fn files(&self, folder: &str) -> Result<Vec<Placed>, LakeError> {
        let is_ours = |file: &Placed| !file.name.split('/').any(|part| part.starts_with(['_', '.']));
        Ok(self.list(folder)?.into_iter().filter(is_ours).collect())
    }

    /// A store does not say whether there was one: it is gone, and that is true.
    fn remove(&self, name: &str) -> Result<bool, LakeError> {
        let key = self.key(name)?;
        match self.ask("remove", name, self.address.store.delete(&key)) {
            Ok(()) => Ok(true),
            Err(ObjectsError::Missing(_)) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }

    fn put_new(&self, name: &str, bytes: &[u8]) -> Result<bool, LakeError> {
        let key = self.key(name)?;
        let source = Source::bytes(Bytes::copy_from_slice(bytes));
        Ok(upload::create(&self.address, &key, &source, u64::MAX, &self.what("write", name))?)
    }

    fn read(&self, name: &str) -> Result<Option<Bytes>, LakeError> {
        let key = self.key(name)?;
        let read = async { self.address.store.get(&key).await?.bytes().await };
        match self.ask("read", name, read) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(ObjectsError::Missing(_)) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    fn names(&self, folder: &str) -> Result<Vec<String>, LakeError> {
        let key = self.key(folder)?;
        let listed = self.ask("list", folder, self.address.store.list_with_delimiter(Some(&key)))?;
        let name = |object: &object_store::ObjectMeta| object.location.filename().map(str::to_owned);
        let mut names: Vec<String> = listed.objects.iter().filter_map(name).collect();
        names.sort_unstable();
        Ok(names)
    }
}

/// An object that is open for reading.
struct OpenObject {
    address: Address,
    key: Key,
    bytes: u64,
    what: String,
}

impl PlacedFile for OpenObject {
    fn bytes(&self) -> u64 {
        self.bytes
    }

    fn read_at(&self, range: Range<u64>) -> io::Result<Bytes> {
        if range.is_empty() {
            return Ok(Bytes::new());
        }
        let read = self.address.ask(&self.what, self.address.store.get_range(&self.key, range.clone()));
        let bytes = read.map_err(io_error)?;
        if bytes.len() as u64 == range.end - range.start { Ok(bytes) } else { Err(io::ErrorKind::UnexpectedEof.into()) }
    }
}

/// The deepest folder that all these files are below; empty where they share none.
fn shared_folder<'a>(names: &[&'a str]) -> &'a str {
    let folder = |name: &'a str| name.rsplit_once('/').map_or("", |(folder, _)| folder);
    let mut shared = names.first().map_or("", |name| folder(name));
    for name in names {
        while !shared.is_empty() && !name.strip_prefix(shared).is_some_and(|rest| rest.starts_with('/')) {
            shared = folder(shared);
        }
    }
    shared
}

fn io_error(error: ObjectsError) -> io::Error {
    match error {
        ObjectsError::Missing(what) => io::Error::new(io::ErrorKind::NotFound, what),
        error => io::Error::other(error),
    }
}
