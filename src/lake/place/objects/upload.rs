//! Making an object that was not there, and finding out whether it was made where the answer was lost.
//!
//! A request without an answer may have taken effect, and so may one that the store answered with an error after its work.
//! The next try then meets an object of that name. It is ours where it has our bytes, which are read back and hashed; it
//! is another's where it has not, and stays as it is.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::time::{Duration, Instant};

use bytes::Bytes;
use futures::StreamExt;
use object_store::path::Path as Key;
use object_store::{Error, ObjectStoreExt, PutMode, PutOptions, PutPayload, Result, WriteMultipart};

use crate::objects::{Address, ObjectsError};

/// What is sent with one request; more goes in parts of this size. A slow line must carry all that is on its way within
/// the time of a request.
pub(super) const PART_BYTES: u64 = 8 << 20;

/// Parts that are on their way at a time.
const PARTS_AT_ONCE: usize = 3;

/// How often an object is tried to be made where it is not known whether it was; each try has retries of its own.
const TRIES: u32 = 3;

const FIRST_WAIT: Duration = Duration::from_millis(200);

/// The bytes of an object to be.
pub(super) enum Source {
    Small(Bytes),
    File(File, u64),
}

impl Source {
    pub(super) fn bytes(bytes: Bytes) -> Self {
        Self::Small(bytes)
    }

    pub(super) fn file(path: &Path) -> io::Result<Self> {
        let file = File::open(path)?;
        let bytes = file.metadata()?.len();
        Ok(Self::File(file, bytes))
    }

    fn length(&self) -> u64 {
        match self {
            Self::Small(bytes) => bytes.len() as u64,
            Self::File(_, bytes) => *bytes,
        }
    }

    fn piece(&self, start: u64, end: u64) -> io::Result<Bytes> {
        match self {
            // Both lie in it, so they fit.
            Self::Small(bytes) => Ok(bytes.slice(start as usize..end as usize)),
            Self::File(file, _) => {
                let mut bytes = vec![0; (end - start) as usize];
                file.read_exact_at(&mut bytes, start)?;
                Ok(bytes.into())
            }
        }
    }

    fn hash(&self) -> io::Result<blake3::Hash> {
        let mut hasher = blake3::Hasher::new();
        for start in (0..self.length()).step_by(PART_BYTES as usize) {
            hasher.update(&self.piece(start, self.length().min(start + PART_BYTES))?);
        }
        Ok(hasher.finalize())
    }
}

/// Makes the object; false where there is another of that name. What cannot be sent with one request goes in parts of
/// `part_bytes`. `what` completes "cannot …".
pub(super) fn create(
    address: &Address,
    key: &Key,
    source: &Source,
    part_bytes: u64,
    what: &str,
) -> std::result::Result<bool, ObjectsError> {
    let began = Instant::now();
    let mut wait = FIRST_WAIT.min(address.patience / 10);
    for tried in 1.. {
        let made = async {
            match source.length() <= part_bytes {
                true => whole(address, key, source).await,
                false => in_parts(address, key, source, part_bytes).await,
            }
        };
        let unsure = match address.wait(what, async { Ok::<_, ObjectsError>(made.await) })? {
            Ok(()) => return Ok(true),
            Err(error @ Error::AlreadyExists { .. }) => match is_ours(address, key, source, what) {
                // Refused because of another request for that name, which then failed: perhaps an earlier try of ours.
                Err(ObjectsError::Missing(_)) => error,
                ours => return ours,
            },
            Err(error) if may_have_taken_effect(address, &error) => error,
            Err(error) => return Err(address.trouble(what, &error)),
        };
        if tried >= TRIES || began.elapsed() + wait > address.patience {
            return Err(address.trouble(what, &unsure));
        }
        tracing::warn!("{what}: {}; it is tried again", address.reason(&unsure));
        std::thread::sleep(wait);
        wait *= 2;
    }
    Ok(false)
}

/// With one request, on the condition that there is no object of that name.
async fn whole(address: &Address, key: &Key, source: &Source) -> Result<()> {
    let payload = PutPayload::from(source.piece(0, source.length()).map_err(local)?);
    let create = PutOptions::from(PutMode::Create);
    match timely(address, address.store.put_opts(key, payload.clone(), create)).await {
        // A store that was set to be one without conditions.
        Err(Error::NotImplemented { .. } | Error::NotSupported { .. }) => {
            expect_none(address, key).await?;
            timely(address, address.store.put(key, payload)).await.map(drop)
        }
        put => put.map(drop),
    }
}

/// Where the write itself takes no condition, the name is looked at before; between look and write it is the name's
/// randomness that keeps another from having it.
async fn expect_none(address: &Address, key: &Key) -> Result<()> {
    match timely(address, address.store.head(key)).await {
        Err(Error::NotFound { .. }) => Ok(()),
        Err(error) => Err(error),
        Ok(_) => Err(Error::AlreadyExists { path: key.to_string(), source: "it was there before".into() }),
    }
}

/// In parts, whose end takes no condition in every store.
async fn in_parts(address: &Address, key: &Key, source: &Source, part_bytes: u64) -> Result<()> {
    expect_none(address, key).await?;
    let upload = timely(address, address.store.put_multipart(key)).await?;
    let mut parts = WriteMultipart::new_with_chunk_size(upload, part_bytes as usize);
    let mut start = 0;
    while start < source.length() {
        let end = source.length().min(start + part_bytes);
        let ready = timely(address, parts.wait_for_capacity(PARTS_AT_ONCE)).await;
        match ready.and_then(|()| source.piece(start, end).map_err(local)) {
            Ok(piece) => parts.put(piece),
            Err(error) => {
                // What cannot be given up is for the bucket's own rule about unfinished uploads.
                let _ = timely(address, parts.abort()).await;
                return Err(error);
            }
        }
        start = end;
    }
    if let Err(error) = timely(address, parts.wait_for_capacity(1)).await {
        let _ = timely(address, parts.abort()).await;
        return Err(error);
    }
    timely(address, parts.finish()).await.map(drop)
}

/// An answer within the address's patience.
async fn timely<T>(address: &Address, answer: impl Future<Output = Result<T>>) -> Result<T> {
    match tokio::time::timeout(address.patience, answer).await {
        Ok(answer) => answer,
        Err(_) => {
            let seconds = address.patience.as_secs_f32();
            Err(Error::Generic { store: "objects", source: format!("no answer within {seconds} s").into() })
        }
    }
}

/// Refusals are clear; whatever else went wrong may have done so after the object was made.
fn may_have_taken_effect(address: &Address, error: &Error) -> bool {
    let is_generic = matches!(error, Error::Generic { .. } | Error::JoinError { .. } | Error::NotFound { .. });
    is_generic && !address.is_bucket_missing(error)
}

/// Whether the object that is there has the bytes of `source`.
fn is_ours(address: &Address, key: &Key, source: &Source, what: &str) -> std::result::Result<bool, ObjectsError> {
    let theirs =
        address.wait(what, async { hash(address, key).await.map_err(|error| address.trouble(what, &error)) })?;
    let ours = source.hash().map_err(|error| ObjectsError::Trouble(format!("cannot {what}: {error}")))?;
    Ok(theirs == (source.length(), ours))
}

/// Whether two objects have the same bytes.
pub(super) fn are_equal(
    address: &Address,
    one: &Key,
    other: &Key,
    what: &str,
) -> std::result::Result<bool, ObjectsError> {
    let hashes = async { Ok((hash(address, one).await?, hash(address, other).await?)) };
    let (one, other) =
        address.wait(what, async { hashes.await.map_err(|error: Error| address.trouble(what, &error)) })?;
    Ok(one == other)
}

/// Length and hash of an object, read piece by piece.
async fn hash(address: &Address, key: &Key) -> Result<(u64, blake3::Hash)> {
    let mut pieces = timely(address, address.store.get(key)).await?.into_stream();
    let (mut bytes, mut hasher) = (0, blake3::Hasher::new());
    while let Some(piece) = timely(address, async { pieces.next().await.transpose() }).await? {
        bytes += piece.len() as u64;
        hasher.update(&piece);
    }
    Ok((bytes, hasher.finalize()))
}

fn local(error: io::Error) -> Error {
    Error::Generic { store: "local", source: error.into() }
}
