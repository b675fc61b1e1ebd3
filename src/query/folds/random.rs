//! Random stores: few ids, so that they meet and collide between accounts; nulls everywhere they may stand; money in two
//! currencies and in none; creatives and billing ids that no entity names.

use std::collections::BTreeSet;

use proptest::collection::vec;
use proptest::prelude::*;

use super::super::fixture::world::{Cell, Record, World, record};
use crate::model::facts::{self, Column, FactTable, Role};

/// The newest of the days.
const DAY: i64 = 20_411;
const BILLING: &[&str] = &["11", "12", "13", "14"];
const CREATIVES: &[&str] = &["c1", "c2", "c3", "c4", "c5"];
const SIZES: &[&str] = &[
    "300x250",
    "300x251",
    "304x255",
    "306x250",
    "320x480",
    "1x1",
    "Interstitial",
    "Video/Overlay",
    "Rewarded",
    "Native",
    "Dynamic",
    "Unmatched",
    "Audio",
    "x",
    "99999999999999999999x2",
];
const FORMATS: &[&str] = &["HTML", "VIDEO", "NATIVE"];
const APPROVALS: &[&str] = &["APPROVED", "DISAPPROVED", "PENDING_REVIEW"];

/// Numbers of which cells are made; smaller is simpler, and 0 is null where that may be.
type Choices = Vec<u16>;

pub(super) fn world() -> impl Strategy<Value = World> {
    let widest = facts::tables().iter().map(|table| table.columns.len()).max().unwrap();
    let rows = move |most: usize, width: usize| vec(vec(any::<u16>(), width), 0..most);
    let fact_rows = vec(rows(60, widest), facts::tables().len());
    (fact_rows, rows(20, 8), rows(12, 8), rows(12, 8), rows(10, 8), rows(12, 8)).prop_map(
        |(fact_rows, creatives, configs, imports, campaigns, members)| {
            let mut world = World::default();
            for (table, rows) in facts::tables().iter().zip(fact_rows) {
                world.add(&table.name, rows.iter().map(|choices| fact(table, choices)));
            }
            world.add("creatives", distinct(&creatives, creative, &["account_id", "creative_id"]));
            world.add("pretargeting_configs", distinct(&configs, config, &["account_id", "billing_id"]));
            world.add("import_history", distinct(&imports, import, &["account_id", "batch_id"]));
            let campaigns = distinct(&campaigns, campaign, &["campaign_id"]);
            let members = distinct(&members, |choices| member(choices, &campaigns), &["account_id", "creative_id"]);
            world.add("campaign_creatives", members.into_iter().filter(|row| row["campaign_id"] != Cell::Null));
            world.add("campaigns", campaigns);
            world
        },
    )
}

fn one_of(choice: u16, of: &[&str]) -> Cell {
    Cell::text(of[usize::from(choice) % of.len()])
}

fn maybe(choice: u16, of: &[&str]) -> Cell {
    choice.checked_rem(of.len() as u16 + 1).and_then(|at| at.checked_sub(1)).map_or(Cell::Null, |at| one_of(at, of))
}

fn account(choice: u16) -> Cell {
    Cell::Int(1 + i64::from(choice % 3))
}

fn count(choice: u16) -> Cell {
    match choice % 8 {
        0 | 1 => Cell::Null,
        2 => Cell::Int(0),
        3 => Cell::Int(i64::from(choice) * 1_000_003),
        _ => Cell::Int(i64::from(choice) % 5_000),
    }
}

fn fact(table: &FactTable, choices: &Choices) -> Record {
    let kinds: &[&str] = match table.name.as_str() {
        "rtb_daily" => &["performance", "bids", "bidder"],
        "rtb_funnel" => &["funnel_geo", "funnel_publisher"],
        "rtb_bid_filtering" => &["bid_filtering"],
        _ => &["quality"],
    };
    let cell = |column: &Column, choice: u16| match (column.name.as_str(), column.role) {
        ("account_id", _) => account(choice),
        ("report", _) => one_of(choice, kinds),
        ("metric_date", _) => Cell::Int(DAY - i64::from(choice % 3)),
        ("import_batch_id", _) => Cell::Int(1 + i64::from(choice % 4)),
        ("hour", _) => Some(i64::from(choice % 4)).filter(|hour| *hour > 0).into(),
        ("billing_id", _) => maybe(choice, BILLING),
        ("creative_id", _) if !column.nullable => one_of(choice, CREATIVES),
        ("creative_id", _) => maybe(choice, CREATIVES),
        ("creative_size", _) => maybe(choice, SIZES),
        ("creative_format", _) => maybe(choice, &["DISPLAY", "VIDEO", "NATIVE"]),
        ("country", _) => maybe(choice, &["US", "IN", "Atlantis"]),
        ("platform", _) => maybe(choice, &["PHONE", "TABLET"]),
        ("environment", _) => maybe(choice, &["APP", "WEB"]),
        ("currency", _) => maybe(choice, &["USD", "USD", "EUR"]),
        ("filtering_reason", _) => maybe(choice, &["App excluded by publisher", "Excluded sensitive category"]),
        (_, Role::Metric) => count(choice),
        // Ids and names share words, so that a name without id meets an id.
        _ => maybe(choice, &["a", "b", "Nova, Inc."]),
    };
    table.columns.iter().zip(choices).map(|(column, choice)| (column.name.clone(), cell(column, *choice))).collect()
}

fn distinct(rows: &[Choices], of: impl Fn(&Choices) -> Record, key: &[&str]) -> Vec<Record> {
    let mut seen = BTreeSet::new();
    let rows = rows.iter().map(of);
    rows.filter(|row| seen.insert(key.iter().map(|column| format!("{:?}", row[*column])).collect::<Vec<_>>())).collect()
}

fn creative(choices: &Choices) -> Record {
    record([
        ("account_id", account(choices[0])),
        ("creative_id", one_of(choices[1], CREATIVES)),
        ("format", maybe(choices[2], FORMATS)),
        ("canonical_size", maybe(choices[3], &["300x250", "300x251", "320x480", "336x280", "1x1"])),
        // Accounts 1 and 2 were synced; of the third, imports met some creatives only.
        ("approval_status", if choices[0] % 3 == 2 { Cell::Null } else { maybe(choices[4] / 2, APPROVALS) }),
        ("vanished_at", if choices[5] % 4 == 3 { Cell::Int(DAY * 86_400_000_000) } else { Cell::Null }),
    ])
}

fn config(choices: &Choices) -> Record {
    let billing = one_of(choices[1], &BILLING[..3]);
    record([
        ("account_id", account(choices[0])),
        ("config_id", Cell::Text(format!("config-{}", billing.as_text().unwrap()))),
        ("billing_id", billing),
        ("display_name", maybe(choices[2], &["India", "Asia"])),
        ("user_name", maybe(choices[3], &["Mine"])),
        ("state", one_of(choices[4], &["ACTIVE", "SUSPENDED"])),
        ("included_sizes", maybe(choices[5], &[r#"["300x250"]"#])),
        ("included_geos", maybe(choices[6], &[r#"["2356"]"#])),
    ])
}

fn import(choices: &Choices) -> Record {
    record([
        ("account_id", account(choices[0])),
        ("batch_id", Cell::Int(1 + i64::from(choices[1] % 4))),
        ("report", one_of(choices[2], &["performance", "bidder", "quality"])),
        ("status", one_of(choices[3], &["complete", "undone", "failed"])),
        ("imported_at", Cell::Int(DAY * 86_400_000_000 + i64::from(choices[4]))),
    ])
}

fn campaign(choices: &Choices) -> Record {
    record([
        ("account_id", account(choices[0])),
        ("campaign_id", Cell::Int(i64::from(choices[1] % 6))),
        ("name", one_of(choices[2], &["Spring", "Autumn"])),
        ("status", one_of(choices[3], &["active", "paused"])),
    ])
}

/// A creative in a campaign of its account, where that has one.
fn member(choices: &Choices, campaigns: &[Record]) -> Record {
    let account = account(choices[0]);
    let own: Vec<&Record> = campaigns.iter().filter(|campaign| campaign["account_id"] == account).collect();
    let campaign =
        own.get(usize::from(choices[2]) % own.len().max(1)).map_or(Cell::Null, |it| it["campaign_id"].clone());
    record([("account_id", account), ("creative_id", one_of(choices[1], CREATIVES)), ("campaign_id", campaign)])
}
