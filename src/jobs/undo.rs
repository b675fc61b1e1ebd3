//! Undoing an import.

use serde::{Deserialize, Serialize};

use super::{Event, Listener, Store, refuse, resolve};
use crate::ingest::UndoError;
use crate::model::{AccountId, BatchId};

/// Which import, and of which account it must be.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct UndoRequest {
    /// The import.
    pub batch: BatchId,
    /// Account by name or number; `None` is any.
    pub account: Option<String>,
}

pub(super) fn run(request: &UndoRequest, store: &Store, tell: Listener<'_>) -> bool {
    let account = request.account.as_deref().map(|named| resolve(&store.db, Some(named))).transpose();
    let account: Option<AccountId> = match account {
        Ok(account) => account,
        Err(error) => return refuse(tell, error, None),
    };
    match store.importer.undo(request.batch, account) {
        Ok(answer) => {
            tell(Event::Undone { answer });
            true
        }
        Err(error @ (UndoError::NotNewest { .. } | UndoError::TooOld { .. })) => {
            refuse(tell, error, Some("or import the right file again: its rows replace those of the same key"))
        }
        Err(error) => refuse(tell, error, None),
    }
}
