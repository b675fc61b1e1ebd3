//! What fraud and signals of waste are judged by: figures of apps, publishers outside apps, and creatives.

use super::super::fixture::world::{Cell, Record, World, record};
use super::Fold;
use super::group::{self, Group, float, money, number, of, pct, price, sum, text};
use super::waste::performance;

pub(super) const FOLDS: &[(&str, Fold)] =
    &[("v_target_days", target_days), ("v_fraud_figures", fraud_figures), ("v_creative_figures", creative_figures)];

const APP: &str = "app";
const PUBLISHER: &str = "publisher";
const CREATIVE: &str = "creative";

/// The targets that a row counts for: its creative, and its app or, outside apps, its publisher.
fn targets(row: &Record) -> Vec<(&'static str, Cell)> {
    let named =
        |id: &str, name: &str| Some(of(row, id)).filter(|id| *id != Cell::Null).unwrap_or_else(|| of(row, name));
    let supply = match (named("app_id", "app_name"), named("publisher_id", "publisher_name")) {
        (Cell::Null, Cell::Null) => None,
        (Cell::Null, publisher) => Some((PUBLISHER, publisher)),
        (app, _) => Some((APP, app)),
    };
    supply.into_iter().chain([(CREATIVE, of(row, "creative_id"))]).collect()
}

/// The rows of each target: a row per target with `target_type` and `target_id`.
fn by_target(world: &World) -> Vec<Record> {
    let with_target = |row: Record| {
        targets(&row).into_iter().map(move |(kind, id)| {
            let mut row = row.clone();
            row.insert("target_type".to_owned(), kind.into());
            row.insert("target_id".to_owned(), id);
            row
        })
    };
    performance(world).into_iter().flat_map(with_target).collect()
}

pub(super) fn key(row: &Record, columns: &[&str]) -> Vec<Cell> {
    columns.iter().map(|column| of(row, column)).collect()
}

/// The least and the greatest text of a column.
fn ends(rows: &[&Record], column: &str) -> (Cell, Cell) {
    let texts = || rows.iter().filter_map(|row| of(row, column).as_text().map(str::to_owned));
    (text(texts().min()), text(texts().max()))
}

/// The column that names a target of that kind; creatives have no name.
fn name_of(kind: &str) -> &'static str {
    match kind {
        APP => "app_name",
        PUBLISHER => "publisher_name",
        _ => "no_name",
    }
}

fn formats(kind: &str, rows: &[&Record]) -> (Cell, Cell) {
    if kind == CREATIVE { ends(rows, "creative_format") } else { (Cell::Null, Cell::Null) }
}

fn target_days(world: &World) -> Vec<Record> {
    let rows = by_target(world);
    let days = group::by(&rows, |row| key(row, &["account_id", "target_type", "target_id", "metric_date"]));
    let day = |day: &Group<'_>| {
        let kind = day.key[1].as_text().unwrap();
        let paid: Vec<&Record> = day.rows.iter().copied().filter(|row| of(row, "spend_micros") != Cell::Null).collect();
        let in_currency = paid.iter().filter(|row| of(row, "currency") != Cell::Null).count();
        let ((first_name, last_name), (first_format, last_format)) =
            (ends(&day.rows, name_of(kind)), formats(kind, &day.rows));
        let (first_currency, last_currency) = ends(&paid, "currency");
        let mut row = record([
            ("account_id", day.key[0].clone()),
            ("target_type", day.key[1].clone()),
            ("target_id", day.key[2].clone()),
            ("metric_date", day.key[3].clone()),
            ("first_name", first_name),
            ("last_name", last_name),
            ("first_format", first_format),
            ("last_format", last_format),
            ("first_currency", first_currency),
            ("last_currency", last_currency),
            ("with_currency", Cell::Int(in_currency as i64)),
            ("with_money", Cell::Int(paid.len() as i64)),
        ]);
        for column in METRICS {
            row.insert((*column).to_owned(), sum(&day.rows, column).into());
        }
        row
    };
    days.iter().map(day).collect()
}

const METRICS: &[&str] =
    &["reached_queries", "impressions", "clicks", "spend_micros", "video_starts", "video_completions", "vast_errors"];

/// Impressions and clicks of each day of some rows.
fn by_day(rows: &[&Record]) -> Vec<(Option<i64>, Option<i64>)> {
    let days = group::by(rows.iter().copied(), |row| key(row, &["metric_date"]));
    days.iter().map(|day| (sum(&day.rows, "impressions"), sum(&day.rows, "clicks"))).collect()
}

/// Days with impressions, and days with more clicks than impressions.
fn days(rows: &[&Record]) -> (i64, i64) {
    let days = by_day(rows);
    let shown = days.iter().filter(|(impressions, _)| impressions.is_some_and(|impressions| impressions > 0)).count();
    let clicked =
        days.iter().filter(|(impressions, clicks)| clicks.is_some_and(|clicks| clicks > impressions.unwrap_or(0)));
    (shown as i64, clicked.count() as i64)
}

/// Standard deviation of the days with impressions over their mean.
fn variation(rows: &[&Record]) -> Cell {
    let shown: Vec<f64> =
        by_day(rows).iter().filter_map(|(impressions, _)| impressions.filter(|n| *n > 0)).map(float).collect();
    let days = float(shown.len() as i64);
    let mean = shown.iter().sum::<f64>() / days;
    let deviation = (shown.iter().map(|n| (n - mean) * (n - mean)).sum::<f64>() / days).sqrt();
    if shown.is_empty() { Cell::Null } else { Cell::Float(deviation / mean) }
}

fn fraud_figures(world: &World) -> Vec<Record> {
    let rows = by_target(world);
    let targets = group::by(&rows, |row| key(row, &["account_id", "target_type", "target_id"]));
    let figures = |target: &Group<'_>| {
        let kind = target.key[1].as_text().unwrap();
        let total = |column| sum(&target.rows, column);
        let (spent, currency) = money(&target.rows, &["spend_micros"]);
        let (first_name, last_name) = ends(&target.rows, name_of(kind));
        let (first_format, last_format) = formats(kind, &target.rows);
        let (shown, clicked) = days(&target.rows);
        let failed = total("vast_errors").zip(total("video_starts")).map(|(errors, starts)| errors + starts);
        record([
            ("account_id", target.key[0].clone()),
            ("target_type", target.key[1].clone()),
            ("target_id", target.key[2].clone()),
            ("target_name", first_name.clone()),
            ("creative_format", if first_format == last_format { first_format } else { Cell::Null }),
            ("days", Cell::Int(shown)),
            ("click_days", Cell::Int(clicked)),
            ("impressions", total("impressions").into()),
            ("clicks", total("clicks").into()),
            ("spend_micros", spent[0].into()),
            ("currency", text(currency)),
            ("video_starts", total("video_starts").into()),
            ("video_completions", total("video_completions").into()),
            ("vast_errors", total("vast_errors").into()),
            ("ctr_pct", pct(total("clicks"), total("impressions"))),
            ("vcr_pct", pct(total("video_completions"), total("video_starts"))),
            ("vast_error_rate_pct", pct(total("vast_errors"), failed)),
            ("impressions_cv", variation(&target.rows)),
            (
                "has_several_names",
                match (kind, &first_name) {
                    (APP, Cell::Null) => Cell::Null,
                    (APP, _) => Cell::Bool(first_name != last_name),
                    _ => Cell::Bool(false),
                },
            ),
        ])
    };
    let mut figures: Vec<Record> = targets.iter().map(figures).collect();
    let app = |row: &Record| row["target_type"] == APP.into() && row["target_name"] != Cell::Null;
    let named = figures.clone();
    let twins = |row: &Record| {
        let same = |other: &&Record| {
            app(other) && other["account_id"] == row["account_id"] && other["target_name"] == row["target_name"]
        };
        named.iter().filter(same).count() > 1
    };
    for row in &mut figures {
        row.insert("has_shared_name".to_owned(), Cell::Bool(app(row) && twins(row)));
    }
    figures
}

fn creative_figures(world: &World) -> Vec<Record> {
    let rows = performance(world);
    let mut all = Vec::new();
    for account in group::by(&rows, |row| key(row, &["account_id"])) {
        let creatives = group::by(account.rows.iter().copied(), |row| key(row, &["creative_id"]));
        let added = |column: &'static str, where_known: &'static str| {
            let known = creatives.iter().filter(|creative| sum(&creative.rows, where_known).is_some());
            known.filter_map(|creative| sum(&creative.rows, column)).reduce(|a, b| a + b)
        };
        let (clicks, shown, paid_clicks) =
            (added("clicks", "clicks"), added("impressions", "clicks"), added("clicks", "spend_micros"));
        let spent = money(&account.rows, &["spend_micros"]).0[0];
        for creative in &creatives {
            let total = |column| sum(&creative.rows, column);
            let own = money(&creative.rows, &["spend_micros"]);
            let google = world.rows("creatives").iter().find(|google| {
                google["account_id"] == account.key[0]
                    && google["creative_id"] == creative.key[0]
                    && of(google, "vanished_at") == Cell::Null
            });
            let said = |column| google.map_or(Cell::Null, |google| of(google, column));
            let (first, last) = ends(&creative.rows, "creative_format");
            let format = match said("format") {
                Cell::Null if first == last => first,
                format => format,
            };
            let (days, click_days) = days(&creative.rows);
            let ratio = |part: Option<i64>, base, whole, of_whole| {
                let own = group::ratio(part, base)?;
                Some(own / group::ratio(whole, of_whole).filter(|average| *average != 0.0)?)
            };
            let mut row = record([
                ("account_id", account.key[0].clone()),
                ("creative_id", creative.key[0].clone()),
                ("approval_status", said("approval_status")),
                ("is_video", format.as_text().map_or(Cell::Null, |format| Cell::Bool(format == "VIDEO"))),
                ("days", Cell::Int(days)),
                ("click_days", Cell::Int(click_days)),
                ("currency", text(own.1)),
                ("ctr_pct", pct(total("clicks"), total("impressions"))),
                ("cpc", price(own.0[0], total("clicks"))),
                ("vcr_pct", pct(total("video_completions"), total("video_starts"))),
                ("average_ctr_pct", pct(clicks, shown)),
                ("average_cpc", price(spent, paid_clicks)),
                ("ctr_ratio", number(ratio(total("clicks"), total("impressions"), clicks, shown))),
                ("cpc_ratio", number(ratio(own.0[0], total("clicks"), spent, paid_clicks))),
            ]);
            for column in METRICS.iter().filter(|column| **column != "vast_errors") {
                row.insert((*column).to_owned(), total(column).into());
            }
            row.insert("spend_micros".to_owned(), own.0[0].into());
            all.push(row);
        }
    }
    all
}
