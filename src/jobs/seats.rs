//! Changing what users say of seats and configs, and seats for creatives whose buyer has none.

use chrono::Utc;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{Event, Listener, Store, refuse, resolve};
use crate::entities::{EntityError, accounts, configs, seats};

/// A change of seats or of names. `account` is a name or a number; none is the first one.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(tag = "change", rename_all = "snake_case")]
pub enum SeatRequest {
    /// Another name for a seat; none goes back to Google's.
    RenameSeat {
        /// Which seat.
        buyer_id: String,
        /// Its name.
        name: Option<String>,
        /// Whose it is.
        account: Option<String>,
    },
    /// Another name for a pretargeting config; none goes back to Google's.
    RenameConfig {
        /// Billing id or config id.
        config: String,
        /// Its name.
        name: Option<String>,
        /// Who does it.
        by: Option<String>,
        /// Whose it is.
        account: Option<String>,
    },
    /// A seat for each buyer that owns creatives and has none.
    Populate {
        /// Of whom.
        account: Option<String>,
    },
}

/// Adds a seat for each buyer of any account that owns creatives and has none; a server does so at its start.
pub fn populate_seats(store: &Store) -> Result<u64, EntityError> {
    store.db.write(|tx| {
        let mut added = 0;
        for account in accounts::list(tx)? {
            added += seats::populate(tx, account.account_id, Utc::now())?;
        }
        Ok(added)
    })
}

pub(super) fn run(request: &SeatRequest, store: &Store, tell: Listener<'_>) -> bool {
    match done(request, store) {
        Ok(answer) => {
            tell(Event::Answered { answer });
            true
        }
        Err(error) => refuse(tell, error, None),
    }
}

fn done(request: &SeatRequest, store: &Store) -> Result<Value, EntityError> {
    let (SeatRequest::RenameSeat { account, .. }
    | SeatRequest::RenameConfig { account, .. }
    | SeatRequest::Populate { account }) = request;
    let account = resolve(&store.db, account.as_deref())?;
    let now = Utc::now();
    store.db.write(|tx| {
        Ok(match request {
            SeatRequest::RenameSeat { buyer_id, name, .. } => {
                seats::set_user_name(tx, account, buyer_id, name.as_deref())?;
                json!({ "buyer_id": buyer_id, "display_name": seats::get(tx, account, buyer_id)?.shown_name() })
            }
            SeatRequest::RenameConfig { config, name, by, .. } => {
                configs::set_user_name(tx, account, config, name.as_deref(), by.as_deref(), now)?;
                let config = configs::get(tx, account, config)?;
                let (config_id, billing_id) = (&config.google.config_id, &config.google.billing_id);
                json!({ "config_id": config_id, "billing_id": billing_id, "name": config.shown_name() })
            }
            SeatRequest::Populate { .. } => json!({ "seats_created": seats::populate(tx, account, now)? }),
        })
    })
}
