//! What can be said of a campaign, checked and stored.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use rusqlite::{ToSql, Transaction};
use serde::{Deserialize, Serialize};

use super::{Campaign, CampaignStatus};
use crate::entities::EntityError;
use crate::entities::columns::Time;
use crate::model::{AccountId, CampaignId, Day, Micros};

/// What is said of a campaign; `None` is "not said".
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct CampaignFields {
    /// See [`Campaign::name`].
    pub name: Option<String>,
    /// See [`Campaign::description`].
    pub description: Option<String>,
    /// See [`Campaign::status`].
    pub status: Option<CampaignStatus>,
    /// See [`Campaign::owner`].
    pub owner: Option<String>,
    /// See [`Campaign::budget_micros`].
    pub budget_micros: Option<Micros>,
    /// See [`Campaign::start_date`].
    pub start_date: Option<Day>,
    /// See [`Campaign::end_date`].
    pub end_date: Option<Day>,
    /// See [`Campaign::platform`].
    pub platform: Option<String>,
    /// See [`Campaign::external_id`].
    pub external_id: Option<String>,
    /// What is not known any more, before the rest is set.
    pub clear: BTreeSet<Clearable>,
}

/// A field that may be unknown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "each is the column of that name")]
pub enum Clearable {
    Description,
    Owner,
    Budget,
    StartDate,
    EndDate,
    Platform,
    ExternalId,
}

impl Clearable {
    /// Its column.
    pub const fn column(self) -> &'static str {
        match self {
            Self::Description => "description",
            Self::Owner => "owner",
            Self::Budget => "budget_micros",
            Self::StartDate => "start_date",
            Self::EndDate => "end_date",
            Self::Platform => "platform",
            Self::ExternalId => "external_id",
        }
    }
}

impl CampaignFields {
    /// Refuses what the campaign, as it was before, cannot be.
    pub(super) fn check(&self, before: Option<&Campaign>) -> Result<(), EntityError> {
        within("name", self.name.as_deref(), 500)?;
        within("owner", self.owner.as_deref(), 200)?;
        within("platform", self.platform.as_deref(), 100)?;
        within("external_id", self.external_id.as_deref(), 200)?;
        if self.budget_micros.is_some_and(|budget| budget.0 < 0) {
            return Err(refused("budget", "write an amount from 0 on"));
        }
        let day = |said: Option<Day>, cleared: Clearable, was: fn(&Campaign) -> Option<Day>| {
            said.or_else(|| before.filter(|_| !self.clear.contains(&cleared)).and_then(was))
        };
        let start = day(self.start_date, Clearable::StartDate, |campaign| campaign.start_date);
        let end = day(self.end_date, Clearable::EndDate, |campaign| campaign.end_date);
        match (start, end) {
            (Some(start), Some(end)) if end < start => {
                Err(refused("end_date", format!("{end} is before the first day, {start}: choose a later day")))
            }
            _ => Ok(()),
        }
    }

    /// The name without blanks around it.
    pub(super) fn name_to_store(&self) -> Option<&str> {
        self.name.as_deref().map(str::trim)
    }

    /// Writes what is said; `updated_at` moves even where nothing is.
    pub(super) fn store(
        &self,
        tx: &Transaction<'_>,
        account: AccountId,
        id: CampaignId,
        now: DateTime<Utc>,
    ) -> Result<(), EntityError> {
        let trimmed = |text: &Option<String>| text.as_deref().map(|text| text.trim().to_owned());
        let day = |day: Option<Day>| day.map(|day| day.to_string());
        let mut columns: Vec<(&'static str, Box<dyn ToSql>)> = vec![("updated_at", Box::new(Time(now)))];
        let mut said = |column, value: Option<Box<dyn ToSql>>| columns.extend(value.map(|value| (column, value)));
        for field in &self.clear {
            said(field.column(), Some(Box::new(rusqlite::types::Null)));
        }
        let text = |text: &Option<String>| trimmed(text).map(|text| Box::new(text) as Box<dyn ToSql>);
        said("name", text(&self.name));
        said("description", self.description.as_deref().map(|text| Box::new(worded(text)) as _));
        said("status", self.status.map(|status| Box::new(status.code()) as _));
        said("owner", text(&self.owner));
        said("budget_micros", self.budget_micros.map(|budget| Box::new(budget.0) as _));
        said("start_date", day(self.start_date).map(|day| Box::new(day) as _));
        said("end_date", day(self.end_date).map(|day| Box::new(day) as _));
        said("platform", text(&self.platform));
        said("external_id", text(&self.external_id));
        for (column, value) in columns {
            let update = format!("UPDATE campaigns SET {column} = ?3 WHERE account_id = ?1 AND campaign_id = ?2");
            tx.prepare_cached(&update)?.execute(rusqlite::params![account.0, id.0, value])?;
        }
        Ok(())
    }
}

/// A description without words is none.
fn worded(text: &str) -> Option<String> {
    Some(text.trim().to_owned()).filter(|text| !text.is_empty())
}

/// A text that is said must be one, of at most so many letters.
fn within(field: &'static str, text: Option<&str>, most: usize) -> Result<(), EntityError> {
    let Some(text) = text.map(str::trim) else { return Ok(()) };
    if text.is_empty() || text.chars().count() > most || text.chars().any(char::is_control) {
        return Err(refused(field, format!("write 1 to {most} letters")));
    }
    Ok(())
}

fn refused(field: &'static str, reason: impl Into<String>) -> EntityError {
    EntityError::CampaignField { field, reason: reason.into() }
}
