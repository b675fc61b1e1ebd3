//! Adding and removing service accounts: a row, and a key file that only the owner of the data directory can read.
//!
//! The file stands before the row that names it, and goes after it; a file that no row names is what a death in between
//! left, and is removed with the next change.

use std::fs;
use std::io::{ErrorKind, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use chrono::Utc;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{Event, Listener, Store, refuse, resolve};
use crate::db::DbError;
use crate::entities::EntityError;
use crate::entities::service_accounts::{self, NewServiceAccount, ServiceAccount};
use crate::google::{KeyFileError, ServiceKey};
use crate::kill;
use crate::model::AccountId;

/// A change of the service accounts. `account` is a name or a number; none is the first one.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(tag = "change", rename_all = "snake_case")]
pub enum CredentialsRequest {
    /// A new service account.
    Add {
        /// Its key file.
        path: PathBuf,
        /// What people call it; the project where absent.
        display_name: Option<String>,
        /// Whose it is.
        account: Option<String>,
    },
    /// One less, with its key file.
    Remove {
        /// Its id or e-mail address.
        named: String,
        /// Whose it is.
        account: Option<String>,
    },
}

/// The change cannot be made; nothing was changed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CredentialsError {
    /// The text is no key file.
    #[error(transparent)]
    KeyFile(#[from] KeyFileError),
    /// The wish cannot be met.
    #[error(transparent)]
    Entity(#[from] EntityError),
    /// A file cannot be read or written.
    #[error("{path}: {source}")]
    File {
        /// Which.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
}

impl From<DbError> for CredentialsError {
    fn from(error: DbError) -> Self {
        Self::Entity(error.into())
    }
}

/// Held during a change, so that none takes the key that another one has just written for a leftover.
static CHANGING: Mutex<()> = Mutex::new(());

/// More than any key file.
const LARGEST_BYTES: u64 = 64 * 1024;

pub(super) fn run(request: &CredentialsRequest, store: &Store, tell: Listener<'_>) -> bool {
    let done = match request {
        CredentialsRequest::Add { path, display_name, account } => added(store, path, display_name.as_deref(), account),
        CredentialsRequest::Remove { named, account } => removed(store, named, account),
    };
    let answer = done.map(|answer| serde_json::to_value(&answer));
    match answer {
        Ok(Ok(answer)) => {
            tell(Event::Answered { answer });
            true
        }
        Ok(Err(error)) => refuse(tell, error, None),
        Err(error @ CredentialsError::KeyFile(_)) => {
            let help = "make a key for the service account in Google's console (IAM, Service accounts, Keys, JSON)";
            refuse(tell, error, Some(help))
        }
        Err(error) => refuse(tell, error, None),
    }
}

fn added(
    store: &Store,
    path: &Path,
    display_name: Option<&str>,
    account: &Option<String>,
) -> Result<ServiceAccount, CredentialsError> {
    let unreadable = |source| CredentialsError::File { path: path.to_owned(), source };
    if fs::metadata(path).map_err(unreadable)?.len() > LARGEST_BYTES {
        return Err(unreadable(ErrorKind::FileTooLarge.into()));
    }
    let text = fs::read_to_string(path).map_err(unreadable)?;
    add_service_account(store, resolve(&store.db, account.as_deref())?, &text, display_name)
}

fn removed(store: &Store, named: &str, account: &Option<String>) -> Result<ServiceAccount, CredentialsError> {
    let account = resolve(&store.db, account.as_deref())?;
    let all = store.db.read(|tx| service_accounts::list(tx, account))?;
    let meant = all.iter().find(|known| known.service_account_id == named || known.client_email == named);
    remove_service_account(store, account, meant.map_or(named, |known| &known.service_account_id))
}

/// Adds the service account of a key file, given as its text.
pub fn add_service_account(
    store: &Store,
    account: AccountId,
    text: &str,
    display_name: Option<&str>,
) -> Result<ServiceAccount, CredentialsError> {
    let key = ServiceKey::parse(text)?;
    let project_id = key.project_id().unwrap_or_default().to_owned();
    let service_account_id = Uuid::now_v7().to_string();
    let credentials_path = format!("keys/{service_account_id}.json");
    let display_name = display_name.map(str::trim).filter(|name| !name.is_empty()).unwrap_or(&project_id);
    let new = NewServiceAccount {
        service_account_id,
        client_email: key.client_email().to_owned(),
        project_id: project_id.clone(),
        display_name: display_name.to_owned(),
        credentials_path,
    };
    let path = store.dir.root().join(&new.credentials_path);
    let _changing = CHANGING.lock().unwrap_or_else(PoisonError::into_inner);
    write_key(&path, text).map_err(|source| CredentialsError::File { path: path.clone(), source })?;
    kill::point("key-file-written");
    let added = store.db.write(|tx| service_accounts::add(tx, account, &new, Utc::now()));
    forget_keys(store);
    Ok(added?)
}

/// Removes a service account with its key file.
pub fn remove_service_account(store: &Store, account: AccountId, id: &str) -> Result<ServiceAccount, CredentialsError> {
    let _changing = CHANGING.lock().unwrap_or_else(PoisonError::into_inner);
    let removed = store.db.write(|tx| service_accounts::remove(tx, account, id))?;
    kill::point("service-account-removed");
    forget_keys(store);
    Ok(removed)
}

fn write_key(path: &Path, text: &str) -> std::io::Result<()> {
    let mut file = fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    let directory = path.parent().unwrap_or(path);
    fs::File::open(directory)?.sync_all()
}

/// Removes key files of ours that no row names; what else is in the directory stays.
fn forget_keys(store: &Store) {
    let named = store.db.read(|tx| {
        let mut files = tx.prepare_cached(include_str!("../../sql/entities/service_account_files.sql"))?;
        let named = files.query_map([], |row| row.get::<_, String>(0))?.collect::<Result<Vec<_>, _>>()?;
        Ok::<_, DbError>(named)
    });
    let (Ok(named), Ok(entries)) = (named, fs::read_dir(store.dir.keys())) else { return };
    for entry in entries.flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        let is_ours = name.strip_suffix(".json").is_some_and(|stem| Uuid::try_parse(stem).is_ok());
        let is_leftover = is_ours && !named.contains(&format!("keys/{name}"));
        if is_leftover && let Err(error) = fs::remove_file(entry.path()) {
            tracing::warn!("a key that is of no use any more stays in {}: {error}", entry.path().display());
        }
    }
}
