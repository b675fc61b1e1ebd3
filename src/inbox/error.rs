//! Why an inbox cannot be watched at all: its setting is wrong.

use std::path::PathBuf;

use crate::objects::AddressError;

/// The setting of an inbox cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum InboxError {
    /// The directory belongs to the store.
    #[error(
        "inbox.path: {path} is part of the store, whose own files would be taken for reports; name another directory"
    )]
    PartOfStore {
        /// The directory.
        path: PathBuf,
    },
    /// The directory cannot be made.
    #[error("inbox.path: cannot make {path}: {source}")]
    Make {
        /// The directory.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The address cannot be used.
    #[error("inbox.url: {0}")]
    Address(#[from] AddressError),
}
