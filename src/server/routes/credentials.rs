//! Service accounts: what Google is asked with. No answer holds a key or the place of one on this machine.

use axum::extract::rejection::{JsonRejection, QueryRejection};
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::routing::get;
use axum::{Json, Router};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::owner::OnlyOwner;
use crate::entities::service_accounts::{self, ServiceAccount};
use crate::entities::{EntityError, accounts};
use crate::jobs::{CredentialsError, add_service_account, remove_service_account};
use crate::server::error::ApiError;
use crate::server::state::{App, blocking};

/// `/config/…`
pub(in crate::server) fn routes() -> Router<App> {
    Router::new()
        .route("/config/service-accounts", get(list).post(upload))
        .route("/config/service-accounts/{id}", get(show).delete(remove))
        .route("/config/credentials", get(status).post(upload).delete(remove_all))
}

/// A service account in the keys that the dashboard reads.
#[derive(Debug, Serialize)]
struct Shown {
    id: String,
    client_email: String,
    project_id: String,
    display_name: Option<String>,
    is_active: bool,
    created_at: DateTime<Utc>,
    last_used: Option<DateTime<Utc>>,
}

impl From<ServiceAccount> for Shown {
    fn from(found: ServiceAccount) -> Self {
        Self {
            id: found.service_account_id,
            client_email: found.client_email,
            project_id: found.project_id.unwrap_or_default(),
            display_name: found.display_name,
            is_active: found.is_active,
            created_at: found.created_at,
            last_used: found.last_used,
        }
    }
}

/// Whose service accounts, and which.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Asked {
    /// Account by name or number; the first one where absent.
    account: Option<String>,
    /// Leave out those that Google is not asked with.
    #[serde(default)]
    active_only: bool,
}

async fn list(State(app): State<App>, asked: Result<Query<Asked>, QueryRejection>) -> Result<Json<Value>, ApiError> {
    let Query(Asked { account, active_only }) = asked?;
    let account = app.account(account).await?;
    let found = blocking(move || app.store.db.read(|tx| service_accounts::list(tx, account))).await??;
    let shown: Vec<Shown> =
        found.into_iter().filter(|found| found.is_active || !active_only).map(Shown::from).collect();
    Ok(Json(json!({ "count": shown.len(), "accounts": shown })))
}

async fn show(
    State(app): State<App>,
    Path(id): Path<String>,
    of: Result<Query<OnlyOwner>, QueryRejection>,
) -> Result<Json<Shown>, ApiError> {
    let account = of?.0.account(&app).await?;
    let found = blocking(move || app.store.db.read(|tx| service_accounts::get(tx, account, &id))).await??;
    Ok(Json(found.into()))
}

/// A key file as text.
#[derive(Deserialize)]
struct Upload {
    service_account_json: String,
    display_name: Option<String>,
}

async fn upload(
    State(app): State<App>,
    of: Result<Query<OnlyOwner>, QueryRejection>,
    body: Result<Json<Upload>, JsonRejection>,
) -> Result<Json<Value>, ApiError> {
    let account = of?.0.account(&app).await?;
    let Json(Upload { service_account_json, display_name }) = body?;
    let added = blocking(move || {
        add_service_account(&app.store, account, &service_account_json, display_name.as_deref()).map_err(refusal)
    });
    let added = added.await??;
    Ok(Json(json!({
        "success": true,
        "id": added.service_account_id,
        "client_email": added.client_email,
        "project_id": added.project_id,
        "message": format!("Google is asked as {} from now on", added.client_email),
    })))
}

async fn remove(
    State(app): State<App>,
    Path(id): Path<String>,
    of: Result<Query<OnlyOwner>, QueryRejection>,
) -> Result<Json<Value>, ApiError> {
    let account = of?.0.account(&app).await?;
    let removed = blocking(move || remove_service_account(&app.store, account, &id).map_err(refusal)).await??;
    Ok(Json(json!({
        "success": true,
        "message": format!("{} is removed with its key; seats that were read with it stay", removed.client_email),
    })))
}

/// The account that Google is asked with first; `account_id` is the bidder.
async fn status(State(app): State<App>, of: Result<Query<OnlyOwner>, QueryRejection>) -> Result<Json<Value>, ApiError> {
    let account = of?.0.account(&app).await?;
    let found = blocking(move || {
        app.store.db.read(|tx| {
            Ok::<_, EntityError>((service_accounts::first_active(tx, account)?, accounts::get(tx, account)?.bidder_id))
        })
    });
    let (found, bidder) = found.await??;
    Ok(Json(json!({
        "configured": found.is_some(),
        "client_email": found.as_ref().map(|found| &found.client_email),
        "project_id": found.as_ref().and_then(|found| found.project_id.as_ref()),
        "credentials_path": found.as_ref().map(|found| &found.credentials_path),
        "account_id": bidder.filter(|_| found.is_some()),
    })))
}

async fn remove_all(
    State(app): State<App>,
    of: Result<Query<OnlyOwner>, QueryRejection>,
) -> Result<Json<Value>, ApiError> {
    let account = of?.0.account(&app).await?;
    let removed = blocking(move || {
        let all = app.store.db.read(|tx| service_accounts::list(tx, account))?;
        for found in &all {
            remove_service_account(&app.store, account, &found.service_account_id).map_err(refusal)?;
        }
        Ok::<_, ApiError>(all.len())
    });
    let removed = removed.await??;
    let message = match removed {
        0 => "there was no service account".to_owned(),
        1 => "1 service account is removed with its key".to_owned(),
        removed => format!("{removed} service accounts are removed with their keys"),
    };
    Ok(Json(json!({ "success": true, "message": message })))
}

fn refusal(error: CredentialsError) -> ApiError {
    match error {
        CredentialsError::KeyFile(error) => ApiError::bad_request("invalid_key_file", error.to_string()),
        CredentialsError::Entity(error @ EntityError::ServiceAccountTaken { .. }) => {
            ApiError::new(StatusCode::CONFLICT, "service_account_taken", error.to_string())
        }
        CredentialsError::Entity(error) => error.into(),
        other => ApiError::internal(&other),
    }
}
