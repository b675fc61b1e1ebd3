//! Google as one account asks it: with its own service account, and with its calls counted.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime as FileTime;

use chrono::Utc;
use rusqlite::Transaction;

use super::Store;
use crate::config::GoogleSettings;
use crate::db::Db;
use crate::entities::EntityError;
use crate::entities::service_accounts::{self, ServiceAccount};
use crate::google::{Call, Client, ClientOptions, Google, GoogleError, ServiceKey, SystemTime};
use crate::model::AccountId;
use crate::sync;

/// The clients of this process, by account and service account: tokens and limits are kept in them.
pub(super) type Clients = Arc<Mutex<HashMap<(AccountId, String), Known>>>;

/// A client, and the key file as it was when it was made.
pub(super) struct Known {
    client: Arc<Client>,
    path: PathBuf,
    changed: Option<FileTime>,
}

/// Google for one account. What its calls took is written down when it is dropped, and whenever [`AccountGoogle::note`]
/// is called.
pub struct AccountGoogle {
    client: Arc<Client>,
    db: Db,
    account: AccountId,
    /// The id of the service account that asks.
    pub service_account_id: String,
}

impl AccountGoogle {
    /// Writes down what calls took so far. Where the database refuses, the work goes on and the log says so.
    pub fn note(&self) {
        let usage = self.client.take_usage();
        if usage.routes.is_empty() && usage.limits.is_none() {
            return;
        }
        if let Err(error) = self.db.write(|tx| sync::usage::add(tx, self.account, &usage, Utc::now())) {
            tracing::warn!("calls to Google were not counted: {error}");
        }
    }
}

impl Google for AccountGoogle {
    fn send(&self, call: &Call) -> Result<Vec<u8>, GoogleError> {
        self.client.send(call)
    }
}

impl Drop for AccountGoogle {
    fn drop(&mut self) {
        self.note();
    }
}

impl Store {
    /// Google as the account's active service account asks it. It blocks, and so do its calls.
    pub fn google(&self, account: AccountId) -> Result<Arc<dyn Google>, GoogleError> {
        Ok(Arc::new(self.google_as(account, None)?))
    }

    /// The same with the service account of that id, which must be active.
    pub fn google_as(&self, account: AccountId, named: Option<&str>) -> Result<AccountGoogle, GoogleError> {
        let trouble = |error: EntityError| GoogleError::NoCredentials(error.to_string());
        let found = self.db.read(|tx| credentials(tx, account, named)).map_err(trouble)?;
        let ServiceAccount { service_account_id, credentials_path, .. } = found.ok_or_else(|| {
            GoogleError::NoCredentials(match named {
                Some(named) => format!("this account has no active service account '{named}'"),
                None => "this account has no active service account: add one with `catscan service-account add \
                         KEY.json`, or on the page Setup"
                    .to_owned(),
            })
        })?;
        let client = self.client(account, &service_account_id, credentials_path.into())?;
        let used = self.db.write(|tx| service_accounts::used(tx, account, &service_account_id, Utc::now()));
        used.map_err(trouble)?;
        Ok(AccountGoogle { client, db: self.db.clone(), account, service_account_id })
    }

    fn client(&self, account: AccountId, service_account: &str, path: PathBuf) -> Result<Arc<Client>, GoogleError> {
        let path = if path.is_relative() { self.dir.root().join(path) } else { path };
        let changed = std::fs::metadata(&path).and_then(|file| file.modified()).ok();
        let mut clients = self.clients.lock().unwrap_or_else(PoisonError::into_inner);
        let key = (account, service_account.to_owned());
        if let Some(known) = clients.get(&key)
            && known.path == path
            && known.changed == changed
        {
            return Ok(Arc::clone(&known.client));
        }
        let client = Arc::new(Client::new(ServiceKey::read(&path)?, self.google_options())?);
        clients.insert(key, Known { client: Arc::clone(&client), path, changed });
        Ok(client)
    }

    fn google_options(&self) -> ClientOptions {
        let settings: &GoogleSettings = &self.config.google;
        let now = Utc::now();
        ClientOptions {
            base_url: settings.base_url.clone(),
            try_timeout: settings.try_timeout(),
            patience: settings.patience(),
            tries: settings.tries.max(1),
            first_wait: settings.first_wait(),
            longest_wait: settings.longest_wait(),
            calls_per_second: settings.calls_per_second,
            longest_limit_wait: settings.patience(),
            seed: now.timestamp_subsec_nanos().into(),
            time: Arc::new(SystemTime::until(Arc::clone(&self.stopping))),
        }
    }
}

/// The service account that asks: the one of that id, else the account's first; only an active one.
fn credentials(
    tx: &Transaction<'_>,
    account: AccountId,
    named: Option<&str>,
) -> Result<Option<ServiceAccount>, EntityError> {
    match named {
        None => service_accounts::first_active(tx, account),
        Some(id) => match service_accounts::get(tx, account, id) {
            Err(EntityError::Unknown { .. }) => Ok(None),
            found => found.map(|found| Some(found).filter(|found| found.is_active)),
        },
    }
}
