//! How much an account asked Google, and what Google said of its limits.

use chrono::{DateTime, SecondsFormat, Utc};
use rusqlite::{OptionalExtension, Transaction, named_params, params};
use serde::Serialize;

use super::SyncError;
use crate::google::Usage;
use crate::model::AccountId;

/// The calls of a route on one day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RouteUsage {
    /// GET, POST or PATCH.
    pub method: String,
    /// The path with its ids left out.
    pub route: String,
    /// Calls, however often each was sent.
    pub calls: i64,
    /// Calls without a good answer.
    pub errors: i64,
    /// How often a call was sent again.
    pub retries: i64,
    /// Bytes of bodies that were sent.
    pub bytes_sent: i64,
    /// Bytes of bodies that came.
    pub bytes_received: i64,
    /// Milliseconds from the first try to the answer, of all calls together.
    pub elapsed_ms: i64,
}

/// What Google last said of its limits.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct KnownLimits {
    /// Calls that could still be made then.
    pub remaining: Option<i64>,
    /// When more can be made (RFC 3339, UTC).
    pub resets_at: Option<String>,
    /// When that was said.
    pub observed_at: String,
}

/// Adds what calls took to the account's day of `now`.
pub fn add(tx: &Transaction<'_>, account: AccountId, usage: &Usage, now: DateTime<Utc>) -> Result<(), SyncError> {
    let day = now.format("%Y-%m-%d").to_string();
    let mut statement = tx.prepare_cached(include_str!("../../sql/sync/usage_add.sql"))?;
    for ((method, route), used) in &usage.routes {
        statement.execute(named_params! {
            ":account_id": account.0,
            ":usage_date": day,
            ":method": method.to_string(),
            ":route": route,
            ":calls": used.calls as i64,
            ":errors": used.errors as i64,
            ":retries": used.retries as i64,
            ":bytes_sent": used.bytes_sent as i64,
            ":bytes_received": used.bytes_received as i64,
            ":elapsed_ms": used.elapsed.as_millis() as i64,
        })?;
    }
    if let Some(limits) = usage.limits {
        let text = |time: DateTime<Utc>| time.to_rfc3339_opts(SecondsFormat::Millis, true);
        tx.prepare_cached(include_str!("../../sql/sync/limits_set.sql"))?.execute(named_params! {
            ":account_id": account.0,
            ":remaining": limits.remaining,
            ":resets_at": limits.resets_at.map(text),
            ":observed_at": text(limits.observed_at),
        })?;
    }
    Ok(())
}

/// The account's calls on the day of `now`, by route.
pub fn of_day(tx: &Transaction<'_>, account: AccountId, now: DateTime<Utc>) -> Result<Vec<RouteUsage>, SyncError> {
    let mut statement = tx.prepare_cached(include_str!("../../sql/sync/usage_of_day.sql"))?;
    let rows = statement.query_map(params![account.0, now.format("%Y-%m-%d").to_string()], |row| {
        Ok(RouteUsage {
            method: row.get(0)?,
            route: row.get(1)?,
            calls: row.get(2)?,
            errors: row.get(3)?,
            retries: row.get(4)?,
            bytes_sent: row.get(5)?,
            bytes_received: row.get(6)?,
            elapsed_ms: row.get(7)?,
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// What Google last said to the account; none where it never said anything.
pub fn limits(tx: &Transaction<'_>, account: AccountId) -> Result<Option<KnownLimits>, SyncError> {
    let limits = "SELECT remaining, resets_at, observed_at FROM api_rate_limits WHERE account_id = ?1 AND api = 'realtimebidding'";
    let read = |row: &rusqlite::Row<'_>| {
        Ok(KnownLimits { remaining: row.get(0)?, resets_at: row.get(1)?, observed_at: row.get(2)? })
    };
    Ok(tx.query_row(limits, [account.0], read).optional()?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::db::Db;
    use crate::entities::accounts::{self, AccountFields};
    use crate::google::{Call, Limits, Used};

    #[test]
    fn calls_add_up_by_day_and_route_and_one_account_never_sees_anothers() {
        let place = tempfile::tempdir().unwrap();
        let db = Db::open(&place.path().join("catscan.db")).unwrap();
        let now: DateTime<Utc> = "2026-11-20T12:00:00Z".parse().unwrap();
        let second = db.write::<_, SyncError>(|tx| {
            let fields = AccountFields { name: Some("second".to_owned()), ..AccountFields::default() };
            Ok(accounts::add(tx, &fields, now)?.account_id)
        });
        let second = second.unwrap();
        let mut usage = Usage::default();
        usage.count(&Call::get("v1/buyers"), Used { calls: 2, retries: 1, bytes_received: 10, ..Used::default() });
        usage.limits = Some(Limits { remaining: Some(3), resets_at: Some(now), observed_at: now });
        for _ in 0..2 {
            db.write(|tx| add(tx, AccountId::FIRST, &usage, now)).unwrap();
        }
        db.write(|tx| add(tx, AccountId::FIRST, &usage, now + chrono::TimeDelta::days(1))).unwrap();
        let read =
            |account| db.read::<_, SyncError>(|tx| Ok((of_day(tx, account, now)?, limits(tx, account)?))).unwrap();
        let (routes, known) = read(AccountId::FIRST);
        assert_eq!(routes.len(), 1);
        assert_eq!((routes[0].calls, routes[0].retries, routes[0].bytes_received), (4, 2, 20));
        assert_eq!((routes[0].method.as_str(), routes[0].route.as_str()), ("GET", "v1/buyers"));
        assert_eq!(known.unwrap().remaining, Some(3));
        assert_eq!(read(second), (Vec::new(), None));
    }
}
