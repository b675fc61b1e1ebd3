//! An object on its way into `tmp`: piece by piece, so that memory does not grow with it.

use std::io;
use std::path::Path;
use std::time::Duration;

use futures::{Stream, StreamExt};
use tokio::fs::OpenOptions;
use tokio::io::AsyncWriteExt;
use uuid::Uuid;

use crate::inbox::place::Fetched;
use crate::jobs::UPLOAD_PREFIX;

/// The object did not come whole.
pub(super) enum SpoolError {
    Store(object_store::Error),
    Silent,
    Disk(io::Error),
}

/// Writes the pieces into a new file in `tmp`; gives it with its length. Each piece must come within `patience`.
pub(super) async fn spool(
    tmp: &Path,
    mut pieces: impl Stream<Item = object_store::Result<bytes::Bytes>> + Unpin,
    patience: Duration,
) -> Result<(Fetched, u64), SpoolError> {
    let path = tmp.join(format!("{UPLOAD_PREFIX}{}", Uuid::now_v7()));
    let file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path).await;
    let mut file = file.map_err(SpoolError::Disk)?;
    let fetched = Fetched { path, is_temporary: true };
    let mut bytes = 0;
    while let Some(piece) = tokio::time::timeout(patience, pieces.next()).await.map_err(|_| SpoolError::Silent)? {
        let piece = piece.map_err(SpoolError::Store)?;
        file.write_all(&piece).await.map_err(SpoolError::Disk)?;
        bytes += piece.len() as u64;
    }
    file.flush().await.map_err(SpoolError::Disk)?;
    Ok((fetched, bytes))
}
