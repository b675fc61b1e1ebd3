//! Rows that Google lists: one struct per kind, and how a fresh list meets the stored rows.
//!
//! Invariant: a list writes only Google's columns; the user's own columns of the same row stay.

use chrono::{DateTime, Utc};
use rusqlite::{OptionalExtension, Row, ToSql, Transaction, named_params, params};
use serde::{Deserialize, Serialize};

use super::columns::Time;
use super::{EntityError, TextList};
use crate::model::AccountId;

impl std::ops::AddAssign for Counts {
    fn add_assign(&mut self, more: Self) {
        self.added += more.added;
        self.changed += more.changed;
        self.unchanged += more.unchanged;
        self.vanished += more.vanished;
    }
}

/// What a list changed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// Not stored before.
    pub added: u64,
    /// Stored with other values, or vanished before.
    pub changed: u64,
    /// Stored as it is.
    pub unchanged: u64,
    /// Stored, and no longer in the list.
    pub vanished: u64,
}

/// What it means that a stored row is not in the list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Absent<'a> {
    /// Nothing: the list is a part.
    Stays,
    /// It is gone at Google: the list is complete.
    Vanished,
    /// It is gone at Google if it belongs to one of these buyers: of the others the list says nothing.
    VanishedOf(&'a [String]),
}

/// A row as Google lists it.
pub(super) trait Listed: Sized {
    fn key(&self) -> &str;
    /// All that Google said, as JSON with sorted keys: two answers are the same when this is.
    fn raw_data(&self) -> &str;
    fn from_row(row: &Row<'_>) -> rusqlite::Result<Self>;
    /// Named parameters, one per column.
    fn columns(&self) -> Vec<(&'static str, &dyn ToSql)>;
}

/// Declares a struct whose fields are the columns that Google fills.
macro_rules! listed {
    (
        $(#[$meta:meta])*
        pub struct $name:ident keyed by $key:ident {
            $($(#[$doc:meta])* $field:ident: $type:ty,)*
        }
    ) => {
        $(#[$meta])*
        #[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
        pub struct $name {
            $($(#[$doc])* pub $field: $type,)*
        }

        impl $crate::entities::listed::Listed for $name {
            fn key(&self) -> &str {
                &self.$key
            }

            fn raw_data(&self) -> &str {
                &self.raw_data
            }

            fn from_row(row: &rusqlite::Row<'_>) -> rusqlite::Result<Self> {
                Ok(Self { $($field: row.get(stringify!($field))?,)* })
            }

            fn columns(&self) -> Vec<(&'static str, &dyn rusqlite::ToSql)> {
                vec![$((concat!(":", stringify!($field)), &self.$field as &dyn rusqlite::ToSql),)*]
            }
        }
    };
}
pub(super) use listed;

/// The statements of a kind. `vanish` may use :account_id, :now, :listed and :buyers (JSON arrays of ids).
pub(super) struct Statements {
    /// raw_data and whether it had vanished, of the row of an account (?1) and key (?2).
    pub stored: &'static str,
    pub upsert: &'static str,
    pub vanish: &'static str,
}

/// Brings the stored rows of the account to what Google lists.
pub(super) fn bring_up<T: Listed>(
    tx: &Transaction<'_>,
    account: AccountId,
    statements: &Statements,
    listed: &[T],
    absent: Absent<'_>,
    now: DateTime<Utc>,
) -> Result<Counts, EntityError> {
    let mut counts = Counts::default();
    let mut stored = tx.prepare_cached(statements.stored)?;
    for item in listed {
        let same = |row: &Row<'_>| Ok(!row.get::<_, bool>(1)? && row.get_ref(0)?.as_str()? == item.raw_data());
        match stored.query_row(params![account.0, item.key()], same).optional()? {
            None => counts.added += 1,
            Some(true) => counts.unchanged += 1,
            Some(false) => counts.changed += 1,
        }
        // Also where nothing changed: synced_at moves, and a newer program may read more out of the same answer.
        upsert(tx, account, statements.upsert, item, now)?;
    }
    counts.vanished = vanish(tx, account, statements.vanish, listed, absent, now)?;
    Ok(counts)
}

pub(super) fn upsert<T: Listed>(
    tx: &Transaction<'_>,
    account: AccountId,
    sql: &str,
    item: &T,
    now: DateTime<Utc>,
) -> Result<(), EntityError> {
    let now = Time(now);
    let mut values = item.columns();
    values.push((":account_id", &account.0));
    values.push((":now", &now));
    tx.prepare_cached(sql)?.execute(values.as_slice())?;
    Ok(())
}

fn vanish<T: Listed>(
    tx: &Transaction<'_>,
    account: AccountId,
    sql: &str,
    listed: &[T],
    absent: Absent<'_>,
    now: DateTime<Utc>,
) -> Result<u64, EntityError> {
    let buyers = match absent {
        Absent::Stays => return Ok(0),
        Absent::Vanished => None,
        Absent::VanishedOf(buyers) => Some(TextList(buyers.to_vec())),
    };
    let listed: TextList = listed.iter().map(|item| item.key().to_owned()).collect();
    let given = named_params! { ":account_id": account.0, ":now": Time(now), ":listed": listed, ":buyers": buyers };
    let mut statement = tx.prepare_cached(sql)?;
    // A kind uses the parameters that it needs.
    for (name, value) in given {
        if let Some(index) = statement.parameter_index(name)? {
            statement.raw_bind_parameter(index, value)?;
        }
    }
    Ok(statement.raw_execute()? as u64)
}
