//! What is stored, which sizes creatives have, and what this machine offers.

use std::path::Path;
use std::process::Command;

use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::routing::get;
use axum::{Json, Router};
use serde_json::{Value, json};

use super::owner::Owner;
use crate::creatives::thumbnails::Ffmpeg;
use crate::entities::EntityError;
use crate::entities::campaigns::{self, CampaignFilter};
use crate::entities::creatives;
use crate::server::error::ApiError;
use crate::server::state::{App, blocking};

/// `/sizes`, `/stats` and `/system/status`
pub(in crate::server) fn routes() -> Router<App> {
    Router::new().route("/sizes", get(sizes)).route("/stats", get(stats)).route("/system/status", get(status))
}

async fn sizes(State(app): State<App>, of: Result<Query<Owner>, QueryRejection>) -> Result<Json<Value>, ApiError> {
    let account = of?.0.account(&app).await?;
    let sizes = blocking(move || app.store.db.read(|tx| creatives::sizes(tx, account))).await??;
    Ok(Json(json!({ "sizes": sizes })))
}

async fn stats(State(app): State<App>, of: Result<Query<Owner>, QueryRejection>) -> Result<Json<Value>, ApiError> {
    let account = of?.0.account(&app).await?;
    let database = app.store.dir.database();
    let (formats, campaigns) = blocking(move || {
        app.store.db.read(|tx| {
            let campaigns = campaigns::list(tx, account, &CampaignFilter::default())?;
            Ok::<_, EntityError>((creatives::by_format(tx, account)?, campaigns))
        })
    })
    .await??;
    let clusters = campaigns.iter().filter(|campaign| campaign.is_ai_generated).count();
    Ok(Json(json!({
        "creative_count": formats.values().sum::<i64>(),
        "campaign_count": campaigns.len(),
        "cluster_count": clusters,
        "formats": formats,
        // Where the store is on this machine is nobody's business; its name is enough.
        "db_path": database.file_name().map(|name| name.to_string_lossy()).unwrap_or_default(),
    })))
}

async fn status(State(app): State<App>, of: Result<Query<Owner>, QueryRejection>) -> Result<Json<Value>, ApiError> {
    let account = of?.0.account(&app).await?;
    let status = blocking(move || {
        let dir = &app.store.dir;
        let formats = app.store.db.read(|tx| creatives::by_format(tx, account))?;
        let thumbnails = super::creatives::creatives(&app).shelf.names(account)?;
        let database_bytes = bytes_of(&dir.database())? + bytes_of(&dir.database().with_extension("db-wal"))?;
        let ffmpeg = app.store.ffmpeg();
        let node = node_version();
        Ok::<_, ApiError>(json!({
            // The dashboard shows it where the reference names its runtime.
            "python_version": format!("none: catscan {} is one program", env!("CARGO_PKG_VERSION")),
            "node_available": node.is_some(),
            "node_version": node,
            "ffmpeg_available": ffmpeg.is_some(),
            "ffmpeg_version": ffmpeg.as_ref().and_then(Ffmpeg::version),
            "database_size_mb": (database_bytes as f64 / f64::from(1 << 20) * 100.0).round() / 100.0,
            "thumbnails_count": thumbnails.len(),
            "disk_space_gb": (dir.free_bytes().map_err(|error| ApiError::internal(&error))? as f64 / 1e9 * 10.0).round() / 10.0,
            "creatives_count": formats.values().sum::<i64>(),
            "videos_count": formats.get("VIDEO").copied().unwrap_or(0),
        }))
    });
    Ok(Json(status.await??))
}

/// None at all where there is no such file.
fn bytes_of(path: &Path) -> Result<u64, ApiError> {
    match std::fs::metadata(path) {
        Ok(metadata) => Ok(metadata.len()),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(0),
        Err(error) => Err(ApiError::internal(&error)),
    }
}

/// Nothing here needs it; the dashboard's developers look for it on this page.
fn node_version() -> Option<String> {
    let told = Command::new("node").arg("--version").stdin(std::process::Stdio::null()).output().ok()?;
    let version = String::from_utf8(told.stdout).ok()?.trim().to_owned();
    Some(version).filter(|version| told.status.success() && !version.is_empty())
}
