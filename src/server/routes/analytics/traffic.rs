//! Traffic to try the pages with: made up, or counted by size in a file. Both become an import like any other, which undo takes
//! back, and only in an account that has no reports of its own: made-up rows beside real ones would be false figures for ever.

use std::fmt::Write;

use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{FromRequest, Multipart, Query, Request, State};
use chrono::Utc;
use serde::Deserialize;
use serde_json::{Value, json};

use super::asked::{Asking, within};
use crate::ingest::{ImportAnswer, Status};
use crate::model::{AccountId, Day};
use crate::query::Days;
use crate::server::error::ApiError;
use crate::server::routes::performance::import_made;
use crate::server::state::App;

/// What made-up rows have in the place of a config and of a creative.
const NOBODY: &str = "test-traffic";
/// Countries, with their part of the traffic in percent.
const COUNTRIES: [(&str, i64); 3] = [("India", 60), ("United States", 30), ("Brazil", 10)];
/// Sizes that accounts mostly have creatives for, and sizes that they have none for, with their part in percent.
const USUAL: [(&str, i64); 3] = [("300x250", 60), ("320x50", 30), ("728x90", 10)];
const UNUSUAL: [(&str, i64); 3] = [("320x53", 60), ("555x555", 30), ("1200x47", 10)];

const HEADER: &str =
    "Day,Billing ID,Creative ID,Creative size,Creative format,Country,Reached queries,Impressions,Clicks\n";

/// How much traffic.
#[derive(Debug, Deserialize)]
pub(super) struct Wanted {
    account: Option<String>,
    days: Option<i64>,
    /// The seat whose traffic it is meant to be.
    buyer_id: Option<String>,
    base_daily_requests: Option<i64>,
    /// The part of the queries in sizes that nobody has creatives for.
    waste_bias: Option<f64>,
}

/// `POST /analytics/generate-mock-traffic`: the same rows for the same wishes.
pub(super) async fn make(
    State(app): State<App>,
    wanted: Result<Query<Wanted>, QueryRejection>,
) -> Result<Json<Value>, ApiError> {
    let Query(wanted) = wanted?;
    let days = within("days", wanted.days, 7, 1, 30)?;
    let daily = within("base_daily_requests", wanted.base_daily_requests, 100_000, 1_000, 1_000_000)?;
    let bias = wanted.waste_bias.unwrap_or(0.3);
    if !(0.0..=1.0).contains(&bias) {
        return Err(ApiError::unprocessable("waste_bias: write a number from 0 to 1"));
    }
    let account = app.account(wanted.account).await?;
    let window = Days::before(Utc::now().date_naive().into(), u16::try_from(days).unwrap_or(1));
    let text = made_up(window, daily, bias, wanted.buyer_id.as_deref().filter(|buyer| !buyer.is_empty()));
    imported(&app, account, "test-traffic.csv", text, "").await
}

/// A performance report: each day as the next, by size and country.
fn made_up(days: Days, daily: i64, bias: f64, buyer: Option<&str>) -> String {
    // Of made-up counts, the nearest whole number will do.
    let wasted = (daily as f64 * bias).round() as i64;
    let of_seat = buyer.map_or_else(|| NOBODY.to_owned(), |buyer| format!("{NOBODY}-{buyer}"));
    let mut text = HEADER.to_owned();
    for back in (0..days.count()).rev() {
        let day = days.last.plus_days(-back);
        for (sizes, queries, is_won) in [(USUAL, daily - wasted, true), (UNUSUAL, wasted, false)] {
            for (size, part) in sizes {
                for (country, share) in COUNTRIES {
                    let reached = queries * part * share / 10_000;
                    let impressions = if is_won { reached / 2 } else { 0 };
                    let clicks = impressions / 100;
                    // Writing to a String cannot fail.
                    let _ = writeln!(
                        text,
                        "{day},{of_seat},{NOBODY},{size},Display,{country},{reached},{impressions},{clicks}"
                    );
                }
            }
        }
    }
    text
}

/// `POST /analytics/import-traffic`: queries by day and size, as the multipart field `file`: a CSV with the columns canonical_size,
/// raw_size, request_count, date and perhaps buyer_id. Rows of one day, seat and size are added up.
pub(super) async fn import(State(app): State<App>, asked: Asking, request: Request) -> Result<Json<Value>, ApiError> {
    let account = asked?.0.account(&app).await?;
    let text = received(&app, request).await?;
    let (report, skipped) = counted(&text)?;
    let left_out = if skipped == 0 { String::new() } else { format!("; {skipped} rows could not be read") };
    imported(&app, account, "traffic.csv", report, &left_out).await
}

/// The text of the field `file`.
async fn received(app: &App, request: Request) -> Result<String, ApiError> {
    let wrong = |detail: String| ApiError::bad_request("invalid_body", detail);
    let form = Multipart::from_request(request, app).await;
    let mut form = form.map_err(|error| wrong(format!("the form cannot be read: {}", error.body_text())))?;
    while let Some(field) = form.next_field().await? {
        if field.name() == Some("file") {
            if !field.file_name().is_some_and(|name| name.to_ascii_lowercase().ends_with(".csv")) {
                return Err(ApiError::bad_request("not_csv", "name a file that ends in .csv"));
            }
            return Ok(field.text().await?);
        }
    }
    Err(ApiError::bad_request("no_file", "the form has no field named 'file'"))
}

/// A performance report of what the file counts, and how many of its rows cannot be read.
fn counted(text: &str) -> Result<(String, usize), ApiError> {
    let mut rows = csv::ReaderBuilder::new().flexible(true).from_reader(text.as_bytes());
    let header =
        rows.headers().map_err(|error| ApiError::bad_request("not_csv", format!("this is no CSV: {error}")))?;
    let place = |name: &str| header.iter().position(|column| column.trim().eq_ignore_ascii_case(name));
    let places = (place("canonical_size"), place("request_count"), place("date"));
    let (Some(size), Some(count), Some(date)) = places else {
        let detail = "the file needs the columns canonical_size, raw_size, request_count and date";
        return Err(ApiError::bad_request("missing_columns", detail));
    };
    let (raw, buyer) = (place("raw_size"), place("buyer_id"));
    let mut sums = std::collections::BTreeMap::<(Day, String, String), i64>::new();
    let mut skipped = 0;
    for row in rows.records() {
        let read = row.ok().and_then(|row| {
            let cell = |at: Option<usize>| at.and_then(|at| row.get(at)).map(str::trim).filter(|cell| !cell.is_empty());
            let size = cell(Some(size)).or(cell(raw))?;
            // A comma or a line's end would be another column in the report.
            let plain = |cell: &str| !cell.contains([',', '"', '\n', '\r']);
            let buyer = cell(buyer).unwrap_or_default();
            let count: i64 =
                cell(Some(count))?.parse().ok().filter(|count| (0..=10_000_000_000_000).contains(count))?;
            (plain(size) && plain(buyer))
                .then_some(((cell(Some(date))?.parse().ok()?, buyer.to_owned(), size.to_owned()), count))
        });
        match read {
            Some((key, count)) => *sums.entry(key).or_default() += count,
            None => skipped += 1,
        }
    }
    if sums.is_empty() {
        let detail =
            "no row of the file can be read: write sizes like 300x250, whole numbers, and dates like 2026-11-20";
        return Err(ApiError::bad_request("no_rows", detail));
    }
    let mut report = HEADER.to_owned();
    for ((day, buyer, size), count) in sums {
        let config = if buyer.is_empty() { NOBODY.to_owned() } else { format!("{NOBODY}-{buyer}") };
        // Writing to a String cannot fail.
        let _ = writeln!(report, "{day},{config},{NOBODY},{size},,,{count},0,0");
    }
    Ok((report, skipped))
}

/// Imports it where the account has no reports of its own.
async fn imported(
    app: &App,
    account: AccountId,
    name: &str,
    text: String,
    left_out: &str,
) -> Result<Json<Value>, ApiError> {
    let answer = import_made(app, account, name, text, move |app| refuse_beside_reports(app, account)).await?;
    if let (Status::Refused, Some(error)) = (answer.status, &answer.error) {
        return Err(ApiError::bad_request("refused", error.message.clone()));
    }
    let rows = answer.rows_imported;
    let message = format!(
        "Imported {rows} rows of test traffic as import {}{left_out}; undo it before you import reports of your own",
        number(&answer)
    );
    Ok(Json(json!({"status": "completed", "records_imported": rows, "message": message})))
}

fn number(answer: &ImportAnswer) -> String {
    answer.batch_id.map(|batch| batch.to_string()).unwrap_or_default()
}

fn refuse_beside_reports(app: &App, account: AccountId) -> Result<(), ApiError> {
    let kinds = app.store.importer.freshness(account).map_err(|error| ApiError::internal(&error))?;
    let Some(kind) = kinds.first() else { return Ok(()) };
    let detail = format!(
        "this account has reports ({}, the newest of {}), and test traffic beside them would be false figures: add an account for it \
         with `catscan account add test` and name it with ?account=test, or undo those imports",
        kind.report, kind.newest_day
    );
    Err(ApiError::bad_request("has_reports", detail))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn made_up_traffic_is_as_much_as_was_wished_and_wastes_that_part() {
        let last: Day = "2026-11-19".parse().unwrap();
        let text = made_up(Days::ending(last, 2), 100_000, 0.25, None);
        let sum = |is_wasted: bool| -> i64 {
            let rows = text.lines().skip(1).map(|row| row.split(',').collect::<Vec<_>>());
            let rows = rows.filter(|row| UNUSUAL.iter().any(|(size, _)| *size == row[3]) == is_wasted);
            rows.map(|row| row[6].parse::<i64>().unwrap()).sum()
        };
        assert_eq!((sum(false), sum(true)), (150_000, 50_000));
    }

    #[test]
    fn counts_of_one_day_and_size_are_added_up() {
        let text = "canonical_size,raw_size,request_count,date,buyer_id\n300x250,300x250,5,2026-11-19,7\n,320x50,4,2026-11-19,\n\
                    300x250,300x251,6,2026-11-19,7\nx,y,many,2026-11-19,\n";
        let (report, skipped) = counted(text).unwrap();
        assert_eq!(skipped, 1);
        let rows: Vec<&str> = report.lines().skip(1).collect();
        assert_eq!(
            rows,
            [
                "2026-11-19,test-traffic,test-traffic,320x50,,,4,0,0",
                "2026-11-19,test-traffic-7,test-traffic,300x250,,,11,0,0",
            ]
        );
        assert!(counted("size,count\n1,2\n").is_err());
    }
}
