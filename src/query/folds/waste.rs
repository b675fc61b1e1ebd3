//! What was reached, won and wasted, by each key.

use super::super::fixture::world::{Cell, Record, World, record};
use super::Fold;
use super::group::{self, first_name, minus, money, number, of, pct, price, ratio, sum, text};

pub(super) const FOLDS: &[(&str, Fold)] = &[
    ("v_performance", performance),
    ("v_waste_by_size", |world| plain(world, "creative_size")),
    ("v_waste_by_country", |world| plain(world, "country")),
    ("v_waste_by_creative", |world| plain(world, "creative_id")),
    ("v_waste_by_platform", |world| plain(world, "platform")),
    ("v_waste_by_environment", |world| plain(world, "environment")),
    ("v_waste_by_hour", |world| plain(world, "hour")),
    ("v_waste_by_day", |world| plain(world, "metric_date")),
    ("v_waste_by_publisher", |world| named(world, "publisher_id", "publisher_name")),
    ("v_waste_by_app", |world| named(world, "app_id", "app_name")),
];

const COLUMNS: &[&str] = &[
    "account_id",
    "metric_date",
    "hour",
    "billing_id",
    "creative_id",
    "creative_size",
    "creative_format",
    "country",
    "platform",
    "placement",
    "environment",
    "publisher_id",
    "publisher_name",
    "app_id",
    "app_name",
    "currency",
    "reached_queries",
    "impressions",
    "clicks",
    "spend_micros",
    "video_starts",
    "video_completions",
    "vast_errors",
    "import_batch_id",
];

/// Performance rows; of an account without a live import of them, its own export.
pub(super) fn performance(world: &World) -> Vec<Record> {
    let told = |account: &Cell| {
        world.rows("import_history").iter().any(|import| {
            import["account_id"] == *account
                && import["report"] == "performance".into()
                && import["status"] == "complete".into()
        })
    };
    let rows = world.rows("rtb_daily").iter().filter(|row| match row["report"].as_text().unwrap() {
        "performance" => true,
        "bidder" => !told(&row["account_id"]),
        _ => false,
    });
    rows.map(|row| COLUMNS.iter().map(|column| ((*column).to_owned(), of(row, column))).collect()).collect()
}

fn plain(world: &World, key: &str) -> Vec<Record> {
    let rows = performance(world);
    let groups = group::by(&rows, |row| vec![row["account_id"].clone(), of(row, key)]);
    let sums = groups.iter().map(|group| (group.key[0].clone(), metrics(&group.rows), group.key[1].clone()));
    let rows = sums.map(|(account, mut row, value)| {
        row.insert("account_id".to_owned(), account);
        row.insert(key.to_owned(), value);
        row
    });
    with_shares(rows.collect())
}

fn named(world: &World, id: &str, name: &str) -> Vec<Record> {
    let rows = performance(world);
    let rows = by_name(&rows, id, name).into_iter().map(|group| {
        let mut row = metrics(&group.rows);
        row.insert("account_id".to_owned(), group.key[0].clone());
        row.insert(id.to_owned(), group.key[1].clone());
        row.insert(name.to_owned(), first_name(&group.rows, name));
        row
    });
    with_shares(rows.collect())
}

/// A key is the id, or the name where the id is null.
pub(super) fn by_name<'a>(rows: impl IntoIterator<Item = &'a Record>, id: &str, name: &str) -> Vec<group::Group<'a>> {
    group::by(rows, |row| {
        let unnamed = of(row, id) == Cell::Null;
        vec![of(row, "account_id"), of(row, id), if unnamed { of(row, name) } else { Cell::Null }]
    })
}

/// Sums and rates of some rows.
pub(super) fn metrics(rows: &[&Record]) -> Record {
    let total = |column| sum(rows, column);
    let (reached, impressions, clicks) = (total("reached_queries"), total("impressions"), total("clicks"));
    let (spent, currency) = money(rows, &["spend_micros"]);
    let wasted = minus(reached, impressions);
    record([
        ("reached_queries", reached.into()),
        ("impressions", impressions.into()),
        ("wasted_queries", wasted.into()),
        ("clicks", clicks.into()),
        ("spend_micros", spent[0].into()),
        ("currency", text(currency)),
        ("video_starts", total("video_starts").into()),
        ("video_completions", total("video_completions").into()),
        ("win_rate_pct", pct(impressions, reached)),
        ("waste_rate_pct", pct(wasted, reached)),
        ("ctr_pct", pct(clicks, impressions)),
        ("cpm", thousand(price(spent[0], impressions))),
    ])
}

pub(super) fn thousand(price: Cell) -> Cell {
    if let Cell::Float(one) = price { Cell::Float(one * 1_000.0) } else { price }
}

/// Each row's part of all waste of its account.
fn with_shares(mut rows: Vec<Record>) -> Vec<Record> {
    let shares: Vec<Cell> = rows
        .iter()
        .map(|row| {
            let own: Vec<&Record> = rows.iter().filter(|other| other["account_id"] == row["account_id"]).collect();
            let share = ratio(row["wasted_queries"].as_int(), sum(&own, "wasted_queries"));
            number(share.map(|share| share * 100.0))
        })
        .collect();
    for (row, share) in rows.iter_mut().zip(shares) {
        row.insert("share_of_waste_pct".to_owned(), share);
    }
    rows
}
