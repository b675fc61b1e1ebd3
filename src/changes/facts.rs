//! The traffic of one config, from performance reports only.

use serde::Deserialize;

use super::ChangeError;
use crate::analytics::{self, Ask};
use crate::entities::changes::snapshots::Sums;
use crate::model::{AccountId, Day};
use crate::query::{AccountScope, Days, Engine};

#[derive(Deserialize)]
struct Traffic {
    reached: i64,
    impressions: i64,
    clicks: i64,
    spend_micros: i64,
    currency: Option<String>,
    days: i64,
}

#[derive(Deserialize)]
struct ReportDays {
    days: i64,
}

/// What is asked of the facts.
pub(super) struct Facts<'a> {
    pub engine: &'a Engine,
    pub account: AccountId,
}

impl Facts<'_> {
    /// The sums of a billing id over the days, or over all; a config without one has no traffic.
    pub(super) fn traffic(&self, billing_id: Option<&str>, days: Option<Days>) -> Result<Sums, ChangeError> {
        let Some(billing_id) = billing_id else { return Ok(Sums::default()) };
        let params = vec![("billing_id".to_owned(), billing_id.to_owned())];
        let ask = Ask { params, days, ..Ask::new(AccountScope::one(self.account)) };
        let read = analytics::read_blocking::<Traffic>(self.engine, "config_traffic", ask)?;
        let lake_snapshot = Some(read.snapshot);
        let row = read.rows.into_iter().next();
        Ok(row.map_or_else(Sums::default, |row| Sums {
            reached: row.reached,
            impressions: row.impressions,
            clicks: row.clicks,
            spend_micros: row.spend_micros,
            currency: row.currency,
            days: row.days,
            lake_snapshot,
        }))
    }

    /// Of how many days of the window there are reports, and the newest day of all reports.
    pub(super) fn report_days(&self, days: Days) -> Result<(i64, Option<Day>), ChangeError> {
        let ask = Ask::new(AccountScope::one(self.account)).over(days);
        let read = analytics::read_blocking::<ReportDays>(self.engine, "report_days", ask)?;
        Ok((read.rows.first().map_or(0, |row| row.days), read.newest_day))
    }
}
