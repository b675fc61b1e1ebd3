//! Making, changing and archiving campaigns.

use std::collections::BTreeSet;

use axum::Json;
use axum::extract::rejection::{JsonRejection, QueryRejection};
use axum::extract::{Path, Query, State};
use chrono::Utc;
use serde::{Deserialize, Deserializer};
use serde_json::{Value, json};

use super::shown::{Shown, Wanted, shown_one};
use super::{AUTHOR, Of, number};
use crate::entities::EntityError;
use crate::entities::campaigns::{self, CampaignFields, CampaignStatus, Clearable, members};
use crate::model::{Day, Micros};
use crate::server::error::ApiError;
use crate::server::state::{App, blocking};

/// What is said of a campaign; what is absent stays, and null says that it is not known any more.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Said {
    name: Option<String>,
    status: Option<CampaignStatus>,
    #[serde(default, deserialize_with = "said")]
    description: Option<Option<String>>,
    #[serde(default, deserialize_with = "said")]
    owner: Option<Option<String>>,
    /// Decimal text.
    #[serde(default, deserialize_with = "said")]
    budget: Option<Option<String>>,
    #[serde(default, deserialize_with = "said")]
    start_date: Option<Option<Day>>,
    #[serde(default, deserialize_with = "said")]
    end_date: Option<Option<Day>>,
    #[serde(default, deserialize_with = "said")]
    platform: Option<Option<String>>,
    #[serde(default, deserialize_with = "said")]
    external_id: Option<Option<String>>,
}

/// Tells null from absent.
fn said<'de, D: Deserializer<'de>, T: Deserialize<'de>>(value: D) -> Result<Option<Option<T>>, D::Error> {
    Option::deserialize(value).map(Some)
}

impl Said {
    fn fields(self) -> Result<CampaignFields, ApiError> {
        let mut clear = BTreeSet::new();
        let budget: Option<Micros> = match kept(self.budget, Clearable::Budget, &mut clear) {
            Some(text) => {
                let amount = text.parse();
                Some(amount.map_err(|error| ApiError::unprocessable(format!("budget: {error}")))?)
            }
            None => None,
        };
        Ok(CampaignFields {
            name: self.name,
            status: self.status,
            description: kept(self.description, Clearable::Description, &mut clear),
            owner: kept(self.owner, Clearable::Owner, &mut clear),
            budget_micros: budget,
            start_date: kept(self.start_date, Clearable::StartDate, &mut clear),
            end_date: kept(self.end_date, Clearable::EndDate, &mut clear),
            platform: kept(self.platform, Clearable::Platform, &mut clear),
            external_id: kept(self.external_id, Clearable::ExternalId, &mut clear),
            clear,
        })
    }
}

fn kept<T>(value: Option<Option<T>>, field: Clearable, clear: &mut BTreeSet<Clearable>) -> Option<T> {
    if matches!(value, Some(None)) {
        clear.insert(field);
    }
    value.flatten()
}

/// A new campaign.
#[derive(Debug, Deserialize)]
pub(super) struct Created {
    #[serde(flatten)]
    said: Said,
    #[serde(default)]
    creative_ids: Vec<String>,
}

/// `POST /campaigns`: its creatives leave the campaign that they are in.
pub(super) async fn create(
    State(app): State<App>,
    of: Result<Query<Of>, QueryRejection>,
    body: Result<Json<Created>, JsonRejection>,
) -> Result<Json<Shown>, ApiError> {
    let (Query(of), Json(Created { said, creative_ids })) = (of?, body?);
    if said.name.is_none() {
        return Err(ApiError::unprocessable("'name' is missing"));
    }
    let (account, fields) = (of.account(&app).await?, said.fields()?);
    blocking(move || {
        let now = Utc::now();
        let made = app.store.db.write(|tx| {
            let id = campaigns::create(tx, account, &fields, now)?.campaign_id;
            members::assign(tx, account, id, &creative_ids, now)?;
            campaigns::get(tx, account, id)
        })?;
        shown_one(&app, account, made, Wanted::a_week()).map(Json)
    })
    .await?
}

/// What changes of a campaign and of its creatives.
#[derive(Debug, Deserialize)]
pub(super) struct Patched {
    #[serde(flatten)]
    said: Said,
    #[serde(default)]
    add_creative_ids: Vec<String>,
    #[serde(default)]
    remove_creative_ids: Vec<String>,
}

/// `PATCH /campaigns/{id}`: all of it or nothing. A creative to remove that is not in it any more is no fault.
pub(super) async fn patch(
    State(app): State<App>,
    Path(id): Path<String>,
    of: Result<Query<Of>, QueryRejection>,
    body: Result<Json<Patched>, JsonRejection>,
) -> Result<Json<Shown>, ApiError> {
    let (Query(of), Json(patched), id) = (of?, body?, number(&id)?);
    let Patched { said, add_creative_ids, remove_creative_ids } = patched;
    let (account, fields) = (of.account(&app).await?, said.fields()?);
    blocking(move || {
        let now = Utc::now();
        let changed = app.store.db.write(|tx| {
            campaigns::live(tx, account, id)?;
            for creative in &remove_creative_ids {
                if members::campaign_of(tx, account, creative)? == Some(id) {
                    members::remove(tx, account, creative, AUTHOR, now)?;
                }
            }
            if !add_creative_ids.is_empty() {
                members::assign(tx, account, id, &add_creative_ids, now)?;
            }
            campaigns::set(tx, account, id, &fields, now)
        })?;
        shown_one(&app, account, changed, Wanted::a_week()).map(Json)
    })
    .await?
}

/// `PUT /campaigns/{id}`: what is absent stays. The status brings an archived campaign back.
pub(super) async fn put(
    State(app): State<App>,
    Path(id): Path<String>,
    of: Result<Query<Of>, QueryRejection>,
    body: Result<Json<Said>, JsonRejection>,
) -> Result<Json<Value>, ApiError> {
    let (Query(of), Json(said), id) = (of?, body?, number(&id)?);
    let (account, fields) = (of.account(&app).await?, said.fields()?);
    blocking(move || {
        app.store.db.write(|tx| campaigns::set(tx, account, id, &fields, Utc::now()))?;
        Ok(Json(json!({"status": "updated"})))
    })
    .await?
}

/// `DELETE /campaigns/{id}`: it is archived, and its creatives are in no campaign.
pub(super) async fn archive(
    State(app): State<App>,
    Path(id): Path<String>,
    of: Result<Query<Of>, QueryRejection>,
) -> Result<Json<Value>, ApiError> {
    let (Query(of), id) = (of?, number(&id)?);
    let account = of.account(&app).await?;
    blocking(move || {
        app.store.db.write(|tx| campaigns::archive(tx, account, id, Utc::now()))?;
        Ok::<_, EntityError>(Json(json!({"status": "deleted"})))
    })
    .await?
    .map_err(ApiError::from)
}
