//! What can be wrong with a wish about entities; each message says what to do.

use crate::db::DbError;

/// A wish that cannot be met; nothing was changed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EntityError {
    /// SQLite refused.
    #[error(transparent)]
    Db(#[from] DbError),
    /// No account of that name or number.
    #[error("there is no account '{asked}'; there are: {}", known.join(", "))]
    UnknownAccount {
        /// What was asked for.
        asked: String,
        /// The names that exist.
        known: Vec<String>,
    },
    /// The name of an account cannot be used.
    #[error("'{name}' cannot be the name of an account: {reason}")]
    AccountName {
        /// The name.
        name: String,
        /// Why not.
        reason: &'static str,
    },
    /// A Google id that cannot be one.
    #[error("'{bidder_id}' is no bidder id: write the digits that Google shows, for example 299038253")]
    BidderId {
        /// What was given.
        bidder_id: String,
    },
    /// Two accounts cannot share a name.
    #[error("there is an account '{name}' already: choose another name, or change that one with `catscan account set`")]
    NameTaken {
        /// The name.
        name: String,
    },
    /// Two accounts cannot share a bidder.
    #[error("bidder {bidder_id} is account '{name}' already")]
    BidderTaken {
        /// Google's id.
        bidder_id: String,
        /// The account that has it.
        name: String,
    },
    /// An account has each service account once.
    #[error(
        "{client_email} is there already (service account {service_account_id}): remove it first to give it another key"
    )]
    ServiceAccountTaken {
        /// Its e-mail address.
        client_email: String,
        /// Its id.
        service_account_id: String,
    },
    /// A question cannot be kept.
    #[error("the question '{name}' cannot be kept: {reason}")]
    SavedQuery {
        /// Its name.
        name: String,
        /// Why not.
        reason: &'static str,
    },
    /// A store has at least one account.
    #[error("'{name}' is the only account, and a store needs one: rename it, or start anew with `catscan reset`")]
    LastAccount {
        /// The account.
        name: String,
    },
    /// The account has imports, and nobody said that they may go.
    #[error("account '{name}' has {imports} imports, which would be removed with it: confirm that they may go")]
    HasImports {
        /// The account.
        name: String,
        /// How many imports are live.
        imports: i64,
    },
    /// No such row in this account.
    #[error("account {account_id} has no {kind} '{id}'")]
    Unknown {
        /// The account asked.
        account_id: crate::model::AccountId,
        /// What was looked for.
        kind: &'static str,
        /// Its id.
        id: String,
    },
    /// A field of a campaign cannot have that value.
    #[error("{field}: {reason}")]
    CampaignField {
        /// Its name.
        field: &'static str,
        /// What to write instead.
        reason: String,
    },
    /// Creatives that no sync and no import brought.
    #[error(
        "account {account_id} has no creative{} {}: load creatives with `catscan sync`, or leave {} out; nothing was changed",
        if ids.len() == 1 { "" } else { "s" }, named(ids), if ids.len() == 1 { "it" } else { "them" }
    )]
    UnknownCreatives {
        /// The account asked.
        account_id: crate::model::AccountId,
        /// Their ids.
        ids: Vec<String>,
    },
    /// Two configs of one answer claim the same billing id, so spend could not be told apart.
    #[error(
        "configs {first} and {second} both have billing id {billing_id}: correct the answer, a billing id belongs to one config"
    )]
    SharedBillingId {
        /// The billing id.
        billing_id: String,
        /// One config.
        first: String,
        /// The other.
        second: String,
    },
    /// A stored value that its column's type does not admit.
    #[error("{table}.{column} holds '{value}', which is no {expected}: correct the row")]
    Stored {
        /// The table.
        table: String,
        /// The column.
        column: String,
        /// The value as text.
        value: String,
        /// What it should be.
        expected: &'static str,
    },
}

/// The first of many ids, and how many more there are.
fn named(ids: &[String]) -> String {
    const SHOWN: usize = 20;
    let shown: Vec<String> = ids.iter().take(SHOWN).map(|id| format!("'{id}'")).collect();
    let rest = ids.len().saturating_sub(SHOWN);
    let more = if rest == 0 { String::new() } else { format!(" and {rest} more") };
    format!("{}{more}", shown.join(", "))
}

impl From<rusqlite::Error> for EntityError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Db(DbError::Sqlite(error))
    }
}
