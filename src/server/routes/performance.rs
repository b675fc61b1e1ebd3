//! Uploading a performance report.
//!
//! The bytes go to a file in `tmp` as they come, so memory does not grow with the report, and from there through the
//! same import as the command line's.

use std::path::{Path, PathBuf};

use axum::Json;
use axum::body::Bytes;
use axum::extract::rejection::QueryRejection;
use axum::extract::{FromRequest, Multipart, Query, Request, State};
use axum::http::header;
use futures::{Stream, StreamExt};
use serde::Deserialize;
use serde_json::Value;
use tokio::io::AsyncWriteExt;
use uuid::Uuid;

use super::import_answer;
use crate::ingest::{ImportAnswer, Mode};
use crate::jobs::{ImportFile, ImportRequest, Origin, QueuedImport, UPLOAD_PREFIX};
use crate::model::{AccountId, Currency, DateOrder, Day};
use crate::report::KindName;
use crate::server::error::ApiError;
use crate::server::state::{App, blocking};

/// How to take the report.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Options {
    /// Name of the report when the body is the report itself.
    filename: Option<String>,
    /// Account by name or number; the first one where absent.
    account: Option<String>,
    /// The rest as the options of `catscan import`.
    #[serde(default)]
    mode: Mode,
    date_format: Option<DateOrder>,
    #[serde(default)]
    drop_missing: bool,
    kind: Option<KindName>,
    day: Option<Day>,
    currency: Option<Currency>,
    #[serde(default)]
    again: bool,
    #[serde(default)]
    dry_run: bool,
    max_reject_pct: Option<f64>,
}

impl Options {
    fn request(&self, file: ImportFile) -> ImportRequest {
        ImportRequest {
            files: vec![file],
            account: self.account.clone(),
            mode: self.mode,
            date_order: self.date_format,
            drop_missing: self.drop_missing,
            kind: self.kind,
            day: self.day,
            currency: self.currency,
            again: self.again,
            dry_run: self.dry_run,
            max_reject_pct: self.max_reject_pct,
            origin: Origin::Upload,
            ..ImportRequest::default()
        }
    }

    fn check(&self) -> Result<(), ApiError> {
        match self.max_reject_pct {
            Some(percent) if !(0.0..=100.0).contains(&percent) => {
                Err(ApiError::bad_request("invalid_query", "max_reject_pct is a number from 0 to 100"))
            }
            _ => Ok(()),
        }
    }
}

/// `POST /api/performance/import-csv`: multipart with the field `file`, or the report itself as `text/csv`,
/// `application/gzip` or `application/zip` with `?filename=`. Answers 200 with `success` true or false; only a body that cannot be read at all is an error.
pub(crate) async fn import_csv(
    State(app): State<App>,
    options: Result<Query<Options>, QueryRejection>,
    request: Request,
) -> Result<Json<Value>, ApiError> {
    let Query(options) = options?;
    options.check()?;
    let account = app.account(options.account.clone()).await?;
    let spooled = receive(&app, &options, request).await?;
    let (request, store) = (options.request(spooled.file()), app.store.clone());
    let queued = blocking(move || QueuedImport::new(request, account, &store)).await?;
    let answer = imported(&app, spooled, |_| Ok(queued)).await?;
    Ok(Json(import_answer::of(&app, account, &answer).await?))
}

/// Imports a report that this program made, unless `may` says in its turn that it must not.
pub(super) async fn import_made(
    app: &App,
    account: AccountId,
    name: &str,
    text: String,
    may: impl FnOnce(&App) -> Result<(), ApiError> + Send + 'static,
) -> Result<ImportAnswer, ApiError> {
    let limit = app.store.config.server.upload_limit_mib;
    let pieces = futures::stream::iter([Ok(Bytes::from(text))]);
    let spooled = Spooled::write(&app.store.dir.tmp(), name.to_owned(), limit, pieces).await?;
    let request = ImportRequest { files: vec![spooled.file()], origin: Origin::Upload, ..ImportRequest::default() };
    imported(app, spooled, move |app| may(app).map(|()| QueuedImport::new(request, account, &app.store))).await
}

/// The task goes on when the client goes away, and keeps the file and the turn until it is done. `queued` is asked for in
/// its turn.
async fn imported(
    app: &App,
    spooled: Spooled,
    queued: impl FnOnce(&App) -> Result<QueuedImport, ApiError> + Send + 'static,
) -> Result<ImportAnswer, ApiError> {
    let working = app.clone();
    let task = tokio::spawn(async move {
        let _turn = working.store.writing.lock().await;
        let importing = working.clone();
        blocking(move || {
            let _spooled = spooled;
            Ok::<_, ApiError>(queued(&importing)?.run(&importing.store, &|_| {}).into_iter().next())
        })
        .await?
    });
    let answer = task.await.map_err(|error| ApiError::internal(&error))??;
    answer.ok_or_else(|| ApiError::internal(&"an import without an answer"))
}

/// Writes the report of the request into `tmp`.
async fn receive(app: &App, options: &Options, request: Request) -> Result<Spooled, ApiError> {
    let content_type = request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let kind = content_type.unwrap_or_default().split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let limit = app.store.config.server.upload_limit_mib;
    match kind.as_str() {
        "multipart/form-data" => {
            let mut form = Multipart::from_request(request, app).await.map_err(|error| {
                ApiError::bad_request("invalid_body", format!("the form cannot be read: {}", error.body_text()))
            })?;
            while let Some(field) = form.next_field().await? {
                if field.name() == Some("file") {
                    let name = report_name(field.file_name())?;
                    let pieces = field.map(|piece| piece.map_err(ApiError::from));
                    return Spooled::write(&app.store.dir.tmp(), name, limit, pieces).await;
                }
            }
            Err(ApiError::bad_request("no_file", "the form has no field named 'file'"))
        }
        "text/csv"
        | "application/csv"
        | "application/octet-stream"
        | "application/gzip"
        | "application/x-gzip"
        | "application/zip"
        | "application/x-zip-compressed" => {
            let name = report_name(options.filename.as_deref())?;
            let pieces = request.into_body().into_data_stream();
            let pieces = pieces.map(|piece| piece.map_err(|error| ApiError::broken_body(&error)));
            Spooled::write(&app.store.dir.tmp(), name, limit, pieces).await
        }
        _ => Err(ApiError::new(
            axum::http::StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "unsupported_media_type",
            "send multipart/form-data with a field 'file', or the report itself as text/csv with ?filename=NAME.csv",
        )),
    }
}

/// The last part of the name, which must end as a report's does; it is shown and recorded, and never part of a path.
fn report_name(given: Option<&str>) -> Result<String, ApiError> {
    let name = given.unwrap_or_default().rsplit(['/', '\\']).next().unwrap_or_default();
    let lower = name.to_ascii_lowercase();
    let is_report = [".csv", ".csv.gz", ".zip"].iter().any(|end| lower.len() > end.len() && lower.ends_with(end));
    if is_report && name.len() <= 255 {
        return Ok(name.to_owned());
    }
    Err(ApiError::bad_request("not_csv", "name a file that ends in .csv, .csv.gz or .zip, of at most 255 bytes"))
}

/// An upload in `tmp`, removed when dropped.
struct Spooled {
    path: PathBuf,
    name: String,
}

impl Spooled {
    fn file(&self) -> ImportFile {
        ImportFile { path: self.path.clone(), name: self.name.clone() }
    }

    async fn write(
        tmp: &Path,
        name: String,
        limit_mib: u32,
        mut pieces: impl Stream<Item = Result<Bytes, ApiError>> + Unpin,
    ) -> Result<Self, ApiError> {
        let spooled = Self { path: tmp.join(format!("{UPLOAD_PREFIX}{}", Uuid::now_v7())), name };
        let mut file = tokio::fs::OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(&spooled.path)
            .await
            .map_err(|error| ApiError::internal(&format_args!("{}: {error}", spooled.path.display())))?;
        let mut left = u64::from(limit_mib) * 1024 * 1024;
        while let Some(piece) = pieces.next().await {
            let piece = piece?;
            let too_large = || ApiError::too_large("server.upload_limit_mib");
            left = left.checked_sub(piece.len() as u64).ok_or_else(too_large)?;
            file.write_all(&piece).await.map_err(|error| ApiError::disk(&error))?;
        }
        file.flush().await.map_err(|error| ApiError::disk(&error))?;
        Ok(spooled)
    }
}

impl Drop for Spooled {
    fn drop(&mut self) {
        // What cannot be removed now is removed when the store is opened the next time.
        let _ = std::fs::remove_file(&self.path);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_last_part_of_a_name_is_kept_and_it_must_be_a_reports() {
        assert_eq!(report_name(Some("a.csv")).unwrap(), "a.csv");
        assert_eq!(report_name(Some("../../etc/Report.CSV")).unwrap(), "Report.CSV");
        assert_eq!(report_name(Some("C:\\reports\\a.csv")).unwrap(), "a.csv");
        assert_eq!(report_name(Some("mail/a.csv.gz")).unwrap(), "a.csv.gz");
        for refused in
            [None, Some("a.gz"), Some(".csv.gz"), Some(""), Some(".csv"), Some("a.xlsx"), Some("é.cs"), Some("a.csv/")]
        {
            assert!(report_name(refused).is_err(), "{refused:?}");
        }
    }
}
