//! Creatives in no campaign, what could be made of them, and making it.

use axum::Json;
use axum::extract::rejection::{JsonRejection, QueryRejection};
use axum::extract::{Query, State};
use chrono::Utc;
use serde::Deserialize;
use serde_json::{Value, json};

use super::Of;
use super::shown::with_facts;
use crate::campaigns::clustering::{self, Clustering};
use crate::campaigns::suggest::{self, SuggestError, Suggestions, Wish};
use crate::entities::EntityError;
use crate::entities::campaigns::members;
use crate::server::error::ApiError;
use crate::server::state::{App, blocking};

/// Which creatives.
#[derive(Debug, Deserialize)]
pub(super) struct Unclustered {
    /// Account by name or number; the first one where absent.
    account: Option<String>,
    /// Only those of this seat.
    buyer_id: Option<String>,
}

/// `GET /campaigns/unclustered`: creatives at Google that are in no campaign.
pub(super) async fn unclustered(
    State(app): State<App>,
    asked: Result<Query<Unclustered>, QueryRejection>,
) -> Result<Json<Value>, ApiError> {
    let Query(Unclustered { account, buyer_id }) = asked?;
    let account = app.account(account).await?;
    let read = move || app.store.db.read(|tx| members::unclustered(tx, account, buyer_id.as_deref()));
    let ids = blocking(read).await??;
    Ok(Json(json!({"creative_ids": ids, "count": ids.len()})))
}

/// What to suggest.
#[derive(Debug, Deserialize)]
pub(super) struct Asked {
    #[serde(default = "yes")]
    by_url: bool,
    #[serde(default)]
    by_country: bool,
    buyer_id: Option<String>,
}

fn yes() -> bool {
    true
}

/// `POST /campaigns/auto-cluster`: suggestions; nothing is stored.
pub(super) async fn suggest(
    State(app): State<App>,
    of: Result<Query<Of>, QueryRejection>,
    body: Result<Json<Asked>, JsonRejection>,
) -> Result<Json<Suggestions>, ApiError> {
    let (Query(of), Json(Asked { by_url, by_country, buyer_id })) = (of?, body?);
    let account = of.account(&app).await?;
    let min_creatives = app.store.config.campaigns.min_creatives as usize;
    let wish = Wish { by_url, by_country, buyer_id, min_creatives };
    blocking(move || with_facts(&app, account, |facts| Ok(suggest::suggest(&app.store.db, facts, &wish)?)).map(Json))
        .await?
}

impl From<SuggestError> for ApiError {
    fn from(error: SuggestError) -> Self {
        match error {
            SuggestError::Entity(error) => error.into(),
            SuggestError::Db(error) => Self::internal(&error),
            SuggestError::Facts(error) => error.into(),
        }
    }
}

/// What to cluster. `use_ai` is taken and means nothing: the rule is always the same.
#[derive(Debug, Deserialize)]
pub(super) struct Clustered {
    seat_id: Option<i64>,
    min_cluster_size: Option<u32>,
}

/// `POST /ai-campaigns/auto-cluster`: campaigns of creatives that lead to the same place.
pub(super) async fn cluster(
    State(app): State<App>,
    of: Result<Query<Of>, QueryRejection>,
    body: Result<Json<Clustered>, JsonRejection>,
) -> Result<Json<Value>, ApiError> {
    let (Query(of), Json(Clustered { seat_id, min_cluster_size })) = (of?, body?);
    if min_cluster_size == Some(0) {
        return Err(ApiError::unprocessable("min_cluster_size: write a whole number from 1 on"));
    }
    let account = of.account(&app).await?;
    let asked = Clustering {
        min_creatives: min_cluster_size.unwrap_or(app.store.config.campaigns.min_creatives) as usize,
        buyer_id: seat_id.map(|seat| seat.to_string()),
        dry_run: false,
    };
    blocking(move || {
        let (done, sizes) = app.store.db.write(|tx| {
            let done = clustering::cluster(tx, account, &asked, Utc::now())?;
            Ok::<_, EntityError>((done, members::by_campaign(tx, account)?))
        })?;
        let campaigns = done.campaigns.iter().filter_map(|campaign| {
            let id = campaign.campaign_id?;
            Some(json!({"id": id, "name": campaign.name, "count": sizes.get(&id).map_or(0, Vec::len)}))
        });
        Ok(Json(json!({
            "campaigns_created": done.campaigns_created,
            "creatives_categorized": done.creatives_placed,
            "campaigns": campaigns.collect::<Vec<_>>(),
        })))
    })
    .await?
}
