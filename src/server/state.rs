//! What every handler shares: the store, the query engine, and the turn to write.

use std::ops::Deref;
use std::sync::Arc;

use tokio::sync::{Mutex, watch};

use super::ServeError;
use super::error::ApiError;
use crate::config::RunningServer;
use crate::entities::{EntityError, accounts, service_accounts};
use crate::jobs::chunks::Chunks;
use crate::jobs::{Store, resolve, scope};
use crate::model::AccountId;
use crate::query::{AccountScope, Engine};

/// A handle on the shared state.
#[derive(Clone)]
pub(super) struct App(Arc<Shared>);

pub(super) struct Shared {
    pub(super) store: Store,
    pub(super) engine: Engine,
    pub(super) announcement: RunningServer,
    /// Reports that come as rows in several calls.
    pub(super) chunks: Chunks,
    /// Held while an upload is closed, until its job is listed.
    pub(super) closing: Mutex<()>,
    /// True once the server stops: answers without an end of their own end then.
    pub(super) stopping: watch::Sender<bool>,
}

impl App {
    pub(super) fn new(store: Store, announcement: RunningServer) -> Result<Self, ServeError> {
        let engine = store.engine()?;
        let (closing, stopping) = (Mutex::new(()), watch::channel(false).0);
        let chunks = Chunks::new(&store);
        Ok(Self(Arc::new(Shared { store, engine, announcement, chunks, closing, stopping })))
    }

    /// The account that a request names by name or number; the first one where it names none.
    pub(super) async fn account(&self, named: Option<String>) -> Result<AccountId, ApiError> {
        let app = self.clone();
        Ok(blocking(move || resolve(&app.store.db, named.as_deref())).await??)
    }

    /// The account that a service account belongs to.
    pub(super) async fn account_of_service_account(&self, id: String) -> Result<AccountId, ApiError> {
        let app = self.clone();
        blocking(move || {
            let found = app.store.db.read(|tx| {
                for account in accounts::list(tx)? {
                    match service_accounts::get(tx, account.account_id, &id) {
                        Err(EntityError::Unknown { .. }) => {}
                        found => return found.map(|_| Some(account.account_id)),
                    }
                }
                Ok(None)
            })?;
            found.ok_or_else(|| ApiError::not_found(format!("no account has a service account '{id}'")))
        })
        .await?
    }

    /// The accounts that a question may see: the one it names, `all`, or the first one.
    pub(super) async fn accounts(&self, named: Option<String>) -> Result<AccountScope, ApiError> {
        let app = self.clone();
        Ok(blocking(move || scope(&app.store.db, named.as_deref())).await??)
    }
}

impl Deref for App {
    type Target = Shared;

    fn deref(&self) -> &Shared {
        &self.0
    }
}

/// Runs what blocks on a thread that may; a panic there is our fault and not the end of the server.
pub(super) async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, ApiError> {
    let span = tracing::Span::current();
    let work = move || span.in_scope(work);
    tokio::task::spawn_blocking(work).await.map_err(|panic| ApiError::internal(&panic))
}
