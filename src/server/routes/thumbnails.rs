//! Thumbnails of creatives: the pictures, how many there are, and making them.

use std::time::{Duration, Instant};

use axum::body::Bytes;
use axum::extract::rejection::{JsonRejection, QueryRejection};
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::{Value, json};

use super::creatives::{creatives, picture_address};
use crate::creatives::thumbnails::{Media, ThumbnailMade, Until, Wanted, image_type};
use crate::entities::thumbnails::{ThumbnailFault, ThumbnailOutcome};
use crate::server::error::ApiError;
use crate::server::state::{App, blocking};

/// `/thumbnails/…`
pub(in crate::server) fn routes() -> Router<App> {
    Router::new()
        .route("/thumbnails/status", get(status))
        .route("/thumbnails/generate", post(one))
        .route("/thumbnails/generate-batch", post(videos))
        .route("/thumbnails/extract-html", post(images))
        .route("/thumbnails/{file}", get(picture))
}

/// The dashboard's proxy gives up after 30 s, so a batch answers before with what is done.
const BATCH_WITHIN: Duration = Duration::from_secs(25);

/// Whose picture, and of when.
#[derive(Debug, Deserialize)]
struct Shown {
    /// Account by name or number; the first one where absent.
    account: Option<String>,
    /// When it was made: another picture has another address, so this one may be kept for good.
    v: Option<String>,
}

async fn picture(
    State(app): State<App>,
    Path(file): Path<String>,
    shown: Result<Query<Shown>, QueryRejection>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let Query(Shown { account, v }) = shown?;
    let account = app.account(account).await?;
    let missing = || ApiError::not_found("there is no such thumbnail");
    let id = file.strip_suffix(".jpg").ok_or_else(missing)?.to_owned();
    let bytes = blocking(move || creatives(&app).shelf.read(account, &id)).await??.ok_or_else(missing)?;
    let media_type = image_type(&bytes).ok_or_else(missing)?;
    let tag = format!("\"{}\"", &blake3::hash(&bytes).to_hex()[..32]);
    let caching = if v.is_some() { "private, max-age=31536000, immutable" } else { "private, no-cache" };
    let known = headers.get_all(header::IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok());
    let is_known = known.flat_map(|list| list.split(',')).any(|known| known.trim().trim_start_matches("W/") == tag);
    let tag = HeaderValue::from_str(&tag).map_err(|error| ApiError::internal(&error))?;
    let described = [
        (header::ETAG, tag),
        (header::CACHE_CONTROL, HeaderValue::from_static(caching)),
        (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    ];
    Ok(match is_known {
        true => (StatusCode::NOT_MODIFIED, described).into_response(),
        false => ([(header::CONTENT_TYPE, media_type)], described, bytes).into_response(),
    })
}

/// Of which account and seat.
#[derive(Debug, Deserialize)]
struct Of {
    /// Account by name or number; the first one where absent.
    account: Option<String>,
    /// Only videos of this seat.
    buyer_id: Option<String>,
}

async fn status(State(app): State<App>, of: Result<Query<Of>, QueryRejection>) -> Result<Json<Value>, ApiError> {
    let Query(Of { account, buyer_id }) = of?;
    let account = app.account(account).await?;
    let ffmpeg = app.store.ffmpeg().is_some();
    let buyer_id = buyer_id.filter(|buyer| !buyer.is_empty());
    let coverage = blocking(move || creatives(&app).coverage(account, buyer_id)).await??;
    let percent = match coverage.total {
        0 => 0.0,
        total => (coverage.made as f64 * 1000.0 / total as f64).round() / 10.0,
    };
    Ok(Json(json!({
        "total_videos": coverage.total,
        "with_thumbnails": coverage.made,
        "pending": coverage.total - coverage.made - coverage.failed,
        "failed": coverage.failed,
        "coverage_percent": percent,
        "ffmpeg_available": ffmpeg,
    })))
}

/// Whose thumbnails are made.
#[derive(Debug, Deserialize)]
struct Whose {
    /// Account by name or number; the first one where absent.
    account: Option<String>,
}

/// Which video.
#[derive(Debug, Deserialize)]
struct One {
    creative_id: String,
}

async fn one(
    State(app): State<App>,
    whose: Result<Query<Whose>, QueryRejection>,
    body: Result<Json<One>, JsonRejection>,
) -> Result<Json<Value>, ApiError> {
    let account = app.account(whose?.0.account).await?;
    let Json(One { creative_id }) = body?;
    let made = blocking(move || creatives(&app).make_thumbnail(account, &creative_id, &app.store.thumbnail_tools()));
    Ok(Json(told(&made.await??)))
}

/// Which videos.
#[derive(Debug, Deserialize)]
struct Videos {
    #[serde(default = "fifty")]
    limit: usize,
    #[serde(default)]
    force: bool,
    /// Only of this seat.
    seat_id: Option<String>,
}

fn fifty() -> usize {
    50
}

async fn videos(
    State(app): State<App>,
    whose: Result<Query<Whose>, QueryRejection>,
    body: Result<Json<Videos>, JsonRejection>,
) -> Result<Json<Value>, ApiError> {
    let Json(Videos { limit, force, seat_id }) = body?;
    if !(1..=500).contains(&limit) {
        return Err(ApiError::unprocessable("limit: write a number from 1 to 500"));
    }
    let buyer_id = seat_id.filter(|seat| !seat.is_empty());
    let made = made(app, whose?.0, Wanted { what: Media::Video, limit, force, buyer_id }).await?;
    let count = |outcome| made.iter().filter(|made| made.status == outcome).count();
    Ok(Json(json!({
        "status": "completed",
        "total_processed": made.len(),
        "success_count": count(ThumbnailOutcome::Success),
        "failed_count": count(ThumbnailOutcome::Failed),
        "skipped_count": count(ThumbnailOutcome::Skipped),
        "results": made.iter().map(told).collect::<Vec<_>>(),
    })))
}

/// Which markup.
#[derive(Debug, Deserialize)]
struct Images {
    #[serde(default = "hundred")]
    limit: usize,
    #[serde(default)]
    force_retry: bool,
}

fn hundred() -> usize {
    100
}

async fn images(
    State(app): State<App>,
    whose: Result<Query<Whose>, QueryRejection>,
    body: Bytes,
) -> Result<Json<Value>, ApiError> {
    // A body is not needed, and the dashboard says of an empty one that it is JSON.
    let body = if body.trim_ascii().is_empty() { &b"{}"[..] } else { &body };
    let Json(Images { limit, force_retry }) = Json::from_bytes(body)?;
    if !(1..=1000).contains(&limit) {
        return Err(ApiError::unprocessable("limit: write a number from 1 to 1000"));
    }
    let wanted = Wanted { what: Media::Html, limit, force: force_retry, buyer_id: None };
    let made = made(app, whose?.0, wanted).await?;
    let count = |outcome| made.iter().filter(|made| made.status == outcome).count();
    Ok(Json(json!({
        "status": "completed",
        "processed": made.len(),
        "success": count(ThumbnailOutcome::Success),
        "failed": count(ThumbnailOutcome::Failed),
        "no_image_found": count(ThumbnailOutcome::Skipped),
        "message": made.is_empty().then_some("no markup is left to look into; force_retry tries those that failed again"),
    })))
}

async fn made(app: App, whose: Whose, wanted: Wanted) -> Result<Vec<ThumbnailMade>, ApiError> {
    let account = app.account(whose.account).await?;
    blocking(move || {
        let deadline = Some(Instant::now() + BATCH_WITHIN);
        let until = Until { deadline, stopping: &app.store.stopping, done: &|_| () };
        creatives(&app).make_thumbnails(account, &wanted, &app.store.thumbnail_tools(), &until)
    })
    .await?
    .map_err(ApiError::from)
}

fn told(made: &ThumbnailMade) -> Value {
    let is_there = made.status == ThumbnailOutcome::Success;
    json!({
        "creative_id": made.creative_id,
        "status": made.status.code(),
        "error_reason": made.error_reason.map(ThumbnailFault::code),
        "thumbnail_url": is_there.then(|| picture_address(&made.creative_id, made.attempted_at)),
    })
}
