//! What lies below an address of an object store as the place of an inbox.
//!
//! A store has no rename: a report is moved by writing its note, copying the object and deleting the first one. The note
//! names the version of the object that it is of, so that after a death between any two of these steps the next try
//! finds what the first one did, and ends it.

mod spool;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use futures::StreamExt;
use object_store::buffered::BufWriter;
use object_store::path::Path;
use object_store::{GetOptions, ObjectMeta, ObjectStore, ObjectStoreExt, PutPayload};
use tokio::io::AsyncWriteExt;

use super::names;
use super::place::{Arrival, Fetched, Place, PlaceError, Seen, Shelf, Version};
use crate::objects::{Address, ObjectsError};

/// A store that does not answer for this long is in trouble.
pub(super) const ANSWER_PATIENCE: Duration = Duration::from_secs(60);

/// Stores copy larger objects only in pieces.
const COPY_LIMIT_BYTES: u64 = 4 << 30;

/// An address that is watched. Its calls wait for the store, on a thread that may block.
pub(super) struct Objects {
    address: Address,
    tmp: PathBuf,
    limit_bytes: u64,
    /// Larger objects are copied through this machine.
    pub(super) copy_limit_bytes: u64,
}

impl Objects {
    /// The objects below the address; they are brought into `tmp` to be imported, up to that size.
    pub fn new(address: Address, tmp: PathBuf, limit_bytes: u64) -> Self {
        Self { address, tmp, limit_bytes, copy_limit_bytes: COPY_LIMIT_BYTES }
    }

    fn store(&self) -> &Arc<dyn ObjectStore> {
        &self.address.store
    }

    fn key(&self, path: &str) -> Result<Path, PlaceError> {
        Ok(self.address.key(path)?)
    }

    /// Waits for an answer of the store; a missing object is `None`.
    fn ask<T>(
        &self,
        what: &str,
        answer: impl Future<Output = object_store::Result<T>>,
    ) -> Result<Option<T>, PlaceError> {
        match self.address.ask(what, answer) {
            Ok(answer) => Ok(Some(answer)),
            Err(ObjectsError::Missing(_)) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    fn list(&self, prefix: &Path, seen: &mut Seen) -> Result<Vec<Path>, PlaceError> {
        let what = format!("list what is below {prefix}/");
        let Some(listed) = self.ask(&what, self.store().list_with_delimiter(Some(prefix)))? else {
            return Ok(Vec::new());
        };
        for object in listed.objects {
            let path = PathBuf::from(self.address.below(&object.location));
            if object.location.filename().is_some_and(names::has_arrived) {
                seen.arrivals.push(Arrival { path, version: version(&object) });
            }
        }
        Ok(listed.common_prefixes)
    }

    fn is_same(&self, key: &Path, arrival: &Arrival) -> Result<bool, PlaceError> {
        let found = self.ask(&format!("look at {key}"), self.store().head(key))?;
        Ok(found.is_some_and(|found| version(&found) == arrival.version))
    }

    /// Copies the object; a large one as a stream through this machine.
    fn copy(&self, arrival: &Arrival, from: &Path, to: &Path) -> Result<(), PlaceError> {
        let what = format!("copy {from} to {to}");
        if arrival.version.size <= self.copy_limit_bytes {
            return self.ask(&what, self.store().copy(from, to))?.ok_or(PlaceError::Changed);
        }
        let copied = async {
            let mut pieces = self.store().get(from).await?.into_stream();
            let mut writer = BufWriter::new(Arc::clone(self.store()), to.clone());
            while let Some(piece) = pieces.next().await {
                writer.put(piece?).await?;
            }
            let written = writer.shutdown().await;
            written.map_err(|error| object_store::Error::Generic { store: "copy", source: error.into() })
        };
        let copied = async { copied.await.map_err(|error| self.address.trouble(&what, &error)) };
        Ok(self.address.wait(&what, copied)?)
    }
}

impl Place for Objects {
    fn shown(&self) -> String {
        self.address.shown.clone()
    }

    fn lists_whole_files(&self) -> bool {
        self.address.lists_whole_objects
    }

    fn look(&self) -> Result<Seen, PlaceError> {
        let mut seen = Seen::default();
        for folder in self.list(&self.address.prefix, &mut seen)? {
            if !folder.filename().is_some_and(names::is_folder) {
                continue;
            }
            for deep in self.list(&folder, &mut seen)? {
                seen.complaints.push(format!("{} lies too deep: nothing is taken from it", self.address.below(&deep)));
            }
        }
        Ok(seen)
    }

    fn fetch(&self, arrival: &Arrival) -> Result<Fetched, PlaceError> {
        let key = self.key(&arrival.shown())?;
        if arrival.version.size > self.limit_bytes {
            let limit_mib = self.limit_bytes >> 20;
            let message = format!(
                "error: {}: the object is larger than the setting inbox.max_object_mib allows ({limit_mib} MiB)\n\
                 help: raise the setting, or pack or split the report, then put it into the inbox again\n",
                arrival.shown()
            );
            return Err(PlaceError::Refused(message));
        }
        let options = GetOptions { if_match: tag(arrival), ..GetOptions::default() };
        let what = format!("read {key}");
        let object = self.ask(&what, self.store().get_opts(&key, options))?.ok_or(PlaceError::Changed)?;
        let fetched = spool::spool(&self.tmp, object.into_stream(), ANSWER_PATIENCE);
        let fetched = async {
            fetched.await.map_err(|error| match error {
                spool::SpoolError::Store(error) => self.address.trouble(&what, &error).into(),
                spool::SpoolError::Silent => self.address.silent(&what, ANSWER_PATIENCE).into(),
                spool::SpoolError::Disk(error) => PlaceError::io("write into", &self.tmp)(error),
            })
        };
        let (fetched, bytes) = self.address.wait(&what, fetched)?;
        if bytes == arrival.version.size { Ok(fetched) } else { Err(PlaceError::Changed) }
    }

    fn put_away(&self, arrival: &Arrival, shelf: Shelf, note: &str) -> Result<String, PlaceError> {
        let from = self.key(&arrival.shown())?;
        let folder = arrival.folder().map(|folder| format!("{folder}/")).unwrap_or_default();
        let mark = format!("object: {}", arrival.version);
        for name in names::for_moved(&arrival.name(), arrival.version.modified) {
            let path = format!("{}/{folder}{name}", shelf.directory());
            let (to, beside) =
                (self.key(&path)?, self.key(&format!("{}/{folder}{}", shelf.directory(), shelf.note(&name)))?);
            let noted = match self.ask(&format!("read {beside}"), self.store().get(&beside))? {
                Some(found) => self.ask(&format!("read {beside}"), found.bytes())?,
                None => None,
            };
            let is_ours = noted.as_ref().is_some_and(|noted| noted.ends_with(format!("{mark}\n").as_bytes()));
            let is_taken = noted.is_some() || self.ask(&format!("look at {to}"), self.store().head(&to))?.is_some();
            if is_taken && !is_ours {
                continue;
            }
            if !self.is_same(&from, arrival)? {
                return Err(PlaceError::Changed);
            }
            if !is_ours {
                let note = PutPayload::from(format!("{note}{mark}\n"));
                self.ask(&format!("write {beside}"), self.store().put(&beside, note))?;
            }
            self.copy(arrival, &from, &to)?;
            // A new report under the old name stays, to be imported in its turn.
            if !self.is_same(&from, arrival)? {
                return Err(PlaceError::Changed);
            }
            self.ask(&format!("delete {from}"), self.store().delete(&from))?;
            return Ok(path);
        }
        // The names do not end.
        Err(PlaceError::Trouble(format!("{} has no room for {from}", shelf.directory())))
    }
}

fn version(object: &ObjectMeta) -> Version {
    let tag = object.e_tag.clone().unwrap_or_default();
    Version { size: object.size, modified: object.last_modified, tag }
}

fn tag(arrival: &Arrival) -> Option<String> {
    Some(arrival.version.tag.clone()).filter(|tag| !tag.is_empty())
}

impl From<ObjectsError> for PlaceError {
    fn from(error: ObjectsError) -> Self {
        match error {
            ObjectsError::Changed(_) => Self::Changed,
            error => Self::Trouble(error.to_string()),
        }
    }
}
