//! What is new in the reports: creatives that an import of the last days was the first to name.

use std::collections::{BTreeMap, HashMap};

use chrono::{DateTime, NaiveTime, Utc};
use serde::{Deserialize, Serialize};

use super::traffic::own_spend;
use super::{Creatives, CreativesError};
use crate::analytics::{Ask, rows_blocking};
use crate::entities::creatives::{self, Creative};
use crate::entities::sightings;
use crate::model::{AccountId, BatchId, CreativeSize, Day, most_money};

/// Creatives that are new in the reports.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct NewCreatives {
    /// The first day of the imports.
    pub first: Day,
    /// The last one: today (UTC).
    pub last: Day,
    /// What spend is counted in.
    pub currency: Option<String>,
    /// Newest first.
    pub creatives: Vec<NewCreative>,
}

/// One of them, whether or not a sync brought it yet.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct NewCreative {
    /// The bidder's own id.
    pub creative_id: String,
    /// The API's resource name, once a sync brought it.
    pub name: Option<String>,
    /// HTML, VIDEO or NATIVE: as Google says, else as the reports say; none where neither does.
    pub format: Option<String>,
    /// For the open auction, once a sync brought it.
    pub approval_status: Option<String>,
    /// In pixels.
    pub width: Option<i64>,
    /// In pixels.
    pub height: Option<i64>,
    /// What that is called.
    pub size_name: Option<String>,
    /// Where a click leads, once a sync brought it.
    pub final_url: Option<String>,
    /// When an import first named it.
    pub first_seen_at: DateTime<Utc>,
    /// Which import.
    pub first_import_batch_id: i64,
    /// Since then, in the answer's currency.
    pub spend_micros: i64,
    /// Money in other currencies, by currency.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub other_spend_micros: BTreeMap<String, i64>,
    /// Since then.
    pub impressions: i64,
}

/// A row of the question `new_creatives`.
#[derive(Debug, Deserialize)]
struct Row {
    creative_id: String,
    creative_format: Option<String>,
    currency: Option<String>,
    impressions: Option<i64>,
    spend_micros: Option<i64>,
}

impl Creatives {
    /// Creatives that an import of these many days, of which `today` (UTC) is the last, was the first to name.
    pub fn new_in_reports(&self, account: AccountId, days: u16, today: Day) -> Result<NewCreatives, CreativesError> {
        let first = today.plus_days(1 - i32::from(days.max(1)));
        let from = first.date().and_time(NaiveTime::MIN).and_utc();
        let found = self.db.read(|tx| sightings::since(tx, account, from))?;
        let ids: Vec<String> = found.iter().map(|sighting| sighting.creative_id.clone()).collect();
        let known = self.db.read(|tx| creatives::of_ids(tx, account, &ids))?;
        let mut known: HashMap<String, Creative> =
            known.into_iter().map(|creative| (creative.google.creative_id.clone(), creative)).collect();
        let rows = match found.iter().map(|sighting| sighting.batch_id).min() {
            Some(batch) => self.traffic_since(account, batch)?,
            None => Vec::new(),
        };
        let spent = rows.iter().filter_map(|row| Some((row.currency.as_deref()?, row.spend_micros.unwrap_or(0))));
        let currency = self.currency(account)?.or_else(|| most_money(spent).map(str::to_owned));
        let mut creatives: Vec<NewCreative> = Vec::with_capacity(found.len());
        let mut places: HashMap<String, usize> = HashMap::new();
        for sighting in found {
            let mut new = known.remove(&sighting.creative_id).map(of_google).unwrap_or_default();
            new.first_seen_at = sighting.first_seen_at;
            new.first_import_batch_id = sighting.batch_id.0;
            places.insert(sighting.creative_id.clone(), creatives.len());
            creatives.push(NewCreative { creative_id: sighting.creative_id, ..new });
        }
        for row in rows {
            let Some(new) = places.get(&row.creative_id).and_then(|place| creatives.get_mut(*place)) else { continue };
            new.impressions = new.impressions.saturating_add(row.impressions.unwrap_or(0));
            let (spend, others) = (row.spend_micros.unwrap_or(0), &mut new.other_spend_micros);
            let spend = own_spend(currency.as_deref(), row.currency, spend, others);
            new.spend_micros = new.spend_micros.saturating_add(spend);
            if new.format.is_none() {
                new.format = row.creative_format.as_deref().and_then(format_of_reports).map(str::to_owned);
            }
        }
        Ok(NewCreatives { first, last: today, currency, creatives })
    }

    fn traffic_since(&self, account: AccountId, batch: BatchId) -> Result<Vec<Row>, CreativesError> {
        let params = vec![("batch".to_owned(), batch.to_string())];
        Ok(rows_blocking(&self.engine, "new_creatives", Ask { params, ..self.ask(account, None) })?)
    }
}

fn of_google(creative: Creative) -> NewCreative {
    let google = creative.google;
    NewCreative {
        name: google.name,
        format: Some(google.format),
        approval_status: google.approval_status,
        width: google.width,
        height: google.height,
        size_name: google.width.zip(google.height).map(|(width, height)| CreativeSize::of(width, height).to_string()),
        final_url: google.final_url,
        ..NewCreative::default()
    }
}

/// Creatives have other words for formats than reports.
fn format_of_reports(format: &str) -> Option<&'static str> {
    match format {
        "DISPLAY" => Some("HTML"),
        "VIDEO" => Some("VIDEO"),
        "NATIVE" => Some("NATIVE"),
        _ => None,
    }
}
