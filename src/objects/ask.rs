//! Waiting for an answer of a store, from a thread that may block.

use std::time::Duration;

use object_store::Error;

use super::{Address, connect};

/// A store did not do what was asked.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ObjectsError {
    /// There is no such object.
    #[error("cannot {0}: there is no such object")]
    Missing(String),
    /// There is an object of that key already.
    #[error("cannot {0}: there is an object of that name already")]
    Exists(String),
    /// The object is no longer the one that was meant.
    #[error("cannot {0}: it changed meanwhile")]
    Changed(String),
    /// The store refused or did not answer; what, why, and what to set.
    #[error("{0}")]
    Trouble(String),
}

impl Address {
    /// Waits for an answer. `what` completes "cannot …". Panics in async code, which must not block.
    pub fn ask<T>(&self, what: &str, answer: impl Future<Output = object_store::Result<T>>) -> Result<T, ObjectsError> {
        let runtime = connect::runtime().map_err(|error| self.trouble(what, &error))?;
        match runtime.block_on(async { tokio::time::timeout(self.patience, answer).await }) {
            Ok(answer) => answer.map_err(|error| self.trouble(what, &error)),
            Err(_) => Err(self.silent(what, self.patience)),
        }
    }

    /// Waits for something that ends by itself: its pieces are awaited one by one. Panics in async code.
    pub fn wait<T, E: From<ObjectsError>>(&self, what: &str, work: impl Future<Output = Result<T, E>>) -> Result<T, E> {
        connect::runtime().map_err(|error| self.trouble(what, &error))?.block_on(work)
    }

    /// What is wrong where the store refused.
    pub fn trouble(&self, what: &str, error: &Error) -> ObjectsError {
        match error {
            Error::NotFound { source, .. } if !is_bucket_missing(&source.to_string()) => {
                ObjectsError::Missing(what.to_owned())
            }
            Error::AlreadyExists { .. } => ObjectsError::Exists(what.to_owned()),
            Error::Precondition { .. } | Error::NotModified { .. } => ObjectsError::Changed(what.to_owned()),
            error => ObjectsError::Trouble(format!("cannot {what}: {}", self.reason(error))),
        }
    }

    /// What is wrong where the store did not answer.
    pub fn silent(&self, what: &str, patience: Duration) -> ObjectsError {
        let seconds = patience.as_secs_f32();
        ObjectsError::Trouble(format!("cannot {what}: no answer within {seconds} s{}", self.hint(false)))
    }
}

/// The bucket itself is not there, which no retry and no new object mends.
pub(super) fn is_bucket_missing(answer: &str) -> bool {
    answer.contains("NoSuchBucket") || answer.contains("ContainerNotFound") || answer.contains("bucket does not exist")
}
