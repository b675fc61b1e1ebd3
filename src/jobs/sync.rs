//! Loading entities from JSON files.

use std::path::Path;

use chrono::Utc;

use super::{Event, Listener, Store, refuse, resolve};
use crate::sync;

pub(super) fn run(dir: &Path, account: Option<&str>, store: &Store, tell: Listener<'_>) -> bool {
    let account = match resolve(&store.db, account) {
        Ok(account) => account,
        Err(error) => return refuse(tell, error, Some("`catscan account list` shows the accounts")),
    };
    match sync::from_files(&store.db, account, dir, Utc::now()) {
        Ok(answer) => match serde_json::to_value(&answer) {
            Ok(answer) => {
                tell(Event::Synced { answer });
                true
            }
            Err(error) => refuse(tell, error, None),
        },
        Err(error) => refuse(tell, error, None),
    }
}
