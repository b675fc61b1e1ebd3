//! Pretargeting configs, campaigns, and the facts with their imports.

use super::super::fixture::world::{Cell, Record, World, record};
use super::Fold;
use super::funnel::of_kind;
use super::group::{self, Group, float, of, pct, price, sum};
use super::waste::{metrics, performance};

pub(super) const FOLDS: &[(&str, Fold)] =
    &[("v_config_performance", configs), ("v_campaign_performance", campaigns), ("v_rtb_daily", rtb_daily)];

fn rtb_daily(world: &World) -> Vec<Record> {
    let rows = world.rows("rtb_daily").iter().map(|row| {
        let import = world
            .rows("import_history")
            .iter()
            .find(|import| import["account_id"] == row["account_id"] && import["batch_id"] == row["import_batch_id"]);
        let mut row = row.clone();
        row.insert("created_at".to_owned(), import.map_or(Cell::Null, |import| import["imported_at"].clone()));
        row
    });
    rows.collect()
}

/// A row for each config and currency, for a config without traffic, and for a billing id without config.
fn configs(world: &World) -> Vec<Record> {
    let traffic = group::by(of_kind(world, "rtb_daily", "performance"), |row| {
        vec![of(row, "account_id"), of(row, "billing_id"), of(row, "currency")]
    });
    let is_of = |config: &Record, group: &Group<'_>| {
        config["account_id"] == group.key[0] && config["billing_id"] == group.key[1]
    };
    let configs = world.rows("pretargeting_configs");
    let mut rows = Vec::new();
    for group in &traffic {
        let config = configs.iter().find(|config| is_of(config, group));
        rows.push(config_row(&group.key[0], &group.key[1], config, Some(group)));
    }
    for config in configs.iter().filter(|config| !traffic.iter().any(|group| is_of(config, group))) {
        rows.push(config_row(&config["account_id"], &config["billing_id"], Some(config), None));
    }
    rows
}

fn config_row(account: &Cell, billing: &Cell, config: Option<&Record>, traffic: Option<&Group<'_>>) -> Record {
    let told = |column: &str| config.map_or(Cell::Null, |config| config[column].clone());
    let total = |column: &str| traffic.map_or(Some(0), |group| sum(&group.rows, column));
    let (reached, impressions) = (total("reached_queries"), total("impressions"));
    let rate = |part: Option<i64>| match (pct(part, reached), reached) {
        (_, Some(0)) => Cell::Float(0.0),
        (Cell::Float(rate), _) => Cell::Float((rate * 10.0).round() / 10.0),
        (null, _) => null,
    };
    record([
        ("account_id", account.clone()),
        ("config_id", told("config_id")),
        ("currency", traffic.map_or(Cell::Null, |group| group.key[2].clone())),
        ("billing_id", billing.clone()),
        ("display_name", if config.is_some() { told("display_name") } else { "unattributed".into() }),
        ("user_name", told("user_name")),
        ("state", told("state")),
        ("included_sizes", told("included_sizes")),
        ("included_geos", told("included_geos")),
        ("total_reached", reached.into()),
        ("total_impressions", impressions.into()),
        ("total_clicks", total("clicks").into()),
        ("total_spend_usd", total("spend_micros").map_or(Cell::Null, |micros| Cell::Float(float(micros) / 1e6))),
        ("win_rate_pct", rate(impressions)),
        ("waste_rate_pct", rate(group::minus(reached, impressions))),
    ])
}

/// A row for each campaign, and one for what is in none.
fn campaigns(world: &World) -> Vec<Record> {
    let rows = performance(world);
    let campaign_of = |row: &Record| {
        let member = world
            .rows("campaign_creatives")
            .iter()
            .find(|member| member["account_id"] == row["account_id"] && member["creative_id"] == row["creative_id"]);
        member.map_or(Cell::Null, |member| member["campaign_id"].clone())
    };
    let traffic = group::by(&rows, |row| vec![of(row, "account_id"), campaign_of(row)]);
    let mut answer = Vec::new();
    for group in traffic.iter().filter(|group| group.key[1] == Cell::Null) {
        answer.push(campaign_row(&group.key[0], None, &group.rows));
    }
    for campaign in world.rows("campaigns") {
        let of_it =
            |group: &&Group<'_>| group.key[0] == campaign["account_id"] && group.key[1] == campaign["campaign_id"];
        let rows = traffic.iter().find(of_it).map_or(&[][..], |group| &group.rows);
        answer.push(campaign_row(&campaign["account_id"], Some(campaign), rows));
    }
    answer
}

fn campaign_row(account: &Cell, campaign: Option<&Record>, rows: &[&Record]) -> Record {
    let mut row = metrics(rows);
    let told = |column: &str| campaign.map_or(Cell::Null, |campaign| campaign[column].clone());
    let creatives = group::by(rows.iter().copied(), |row| vec![of(row, "creative_id")]).len();
    row.extend(record([
        ("account_id", account.clone()),
        ("campaign_id", told("campaign_id")),
        ("name", told("name")),
        ("status", told("status")),
        ("creatives", Cell::Int(i64::try_from(creatives).unwrap())),
        ("cpc", price(row["spend_micros"].as_int(), sum(rows, "clicks"))),
        ("vcr_pct", pct(sum(rows, "video_completions"), sum(rows, "video_starts"))),
    ]));
    row
}
