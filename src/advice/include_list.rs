//! The list of sizes that pretargeting would name: those of the account's approved creatives that Google can filter by, and
//! what naming them would exclude.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use rusqlite::Transaction;
use serde::{Deserialize, Serialize};

use super::{AdviceError, Analyst};
use crate::analytics;
use crate::entities::EntityError;
use crate::entities::changes::approved;
use crate::model::{AccountId, grouped};
use crate::query::Days;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Filterable {
    sizes: BTreeSet<String>,
}

static FILTERABLE: LazyLock<BTreeSet<String>> = LazyLock::new(|| {
    let read: Filterable = toml::from_str(include_str!("../../schema/advice/filterable_sizes.toml"))
        .expect("schema/advice/filterable_sizes.toml is part of the program and read by a unit test");
    read.sizes
});

/// The sizes of the account's approved creatives.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct OwnSizes {
    /// Those that Google can filter by.
    pub filterable: Vec<String>,
    /// The others.
    pub others: Vec<String>,
}

pub(super) fn own_sizes(tx: &Transaction<'_>, account: AccountId) -> Result<OwnSizes, EntityError> {
    let own = approved::sizes(tx, account)?.sizes;
    let (filterable, others) = own.into_iter().partition(|size| FILTERABLE.contains(size));
    Ok(OwnSizes { filterable, others })
}

/// One size that the list would exclude.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ExcludedSize {
    /// As the reports have it.
    pub size: String,
    /// What it reached in the window.
    pub reached_queries: i64,
    /// What it won.
    pub impressions: i64,
    /// What that cost; null where it is in several currencies.
    pub spend_micros: Option<i64>,
}

/// What comes no more, summed exactly over the facts of the window.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Outside {
    /// Queries that would not reach the auction.
    pub reached_queries: i64,
    /// Of all that do, in percent.
    pub reached_share_pct: f64,
    /// Impressions that would be lost.
    pub impressions: i64,
    /// The money that was paid for them, in the currency of the window.
    pub spend_micros: i64,
}

impl Outside {
    /// The same with its share of all that was reached.
    pub(super) fn of_all(self, reached: i64) -> Self {
        let share = if reached > 0 { 100.0 * self.reached_queries as f64 / reached as f64 } else { 0.0 };
        Self { reached_share_pct: share, ..self }
    }
}

/// The list, and what it would do.
#[derive(Clone, Debug, Serialize)]
pub struct IncludeList {
    /// `WxH`, those with most queries first.
    pub include_list: Vec<String>,
    /// How many.
    pub count: usize,
    /// What naming sizes means.
    pub warning: String,
    /// What to do, step by step.
    pub instructions: Vec<String>,
    /// Own sizes that Google cannot filter by: they would come no more.
    pub not_filterable: Vec<String>,
    /// Sizes with traffic that it would exclude, the most reached first. Labels without width and height are not
    /// among them: a list of sizes says nothing about these.
    pub excluded: Vec<ExcludedSize>,
    /// All of them together.
    pub outside: Outside,
    /// Days of the window that have data.
    pub days: i64,
}

#[derive(Deserialize)]
struct SizeRow {
    creative_size: Option<String>,
    reached_queries: Option<i64>,
    impressions: Option<i64>,
    spend_micros: Option<i64>,
    currency: Option<String>,
    width: Option<i64>,
}

/// The list of the account, and what it would have done in these days.
pub fn include_list(analyst: &Analyst<'_>, days: Days) -> Result<IncludeList, AdviceError> {
    let own = analyst.db.read(|tx| own_sizes(tx, analyst.account))?;
    let totals = analyst.totals(days)?;
    let facts = analyst.facts();
    let rows: Vec<SizeRow> = analytics::rows_blocking(facts.engine, "advice_size_traffic", facts.ask(days))?;
    let mut reached = 0;
    let mut outside = Outside::default();
    let (mut include_list, mut excluded) = (Vec::new(), Vec::new());
    for row in rows {
        let (queries, impressions) = (row.reached_queries.unwrap_or(0), row.impressions.unwrap_or(0));
        reached += queries;
        let (Some(size), Some(_)) = (row.creative_size, row.width) else { continue };
        if own.filterable.contains(&size) {
            include_list.push(size);
            continue;
        }
        outside.reached_queries += queries;
        outside.impressions += impressions;
        if row.currency.is_none() || row.currency == totals.currency {
            outside.spend_micros += row.spend_micros.unwrap_or(0);
        }
        let spend_micros = row.spend_micros;
        excluded.push(ExcludedSize { size, reached_queries: queries, impressions, spend_micros });
    }
    let without_traffic = own.filterable.into_iter().filter(|size| !include_list.contains(size));
    let without_traffic: Vec<String> = without_traffic.collect();
    include_list.extend(without_traffic);
    let outside = outside.of_all(reached);
    Ok(IncludeList {
        count: include_list.len(),
        warning: warning(&include_list, &excluded, &outside),
        instructions: instructions(&include_list),
        not_filterable: own.others,
        excluded,
        outside,
        days: totals.days,
        include_list,
    })
}

fn warning(list: &[String], excluded: &[ExcludedSize], outside: &Outside) -> String {
    if list.is_empty() {
        return "no approved creative has a size that Google can filter by: a list of sizes would exclude everything \
                that can be served"
            .to_owned();
    }
    let rule = "sizes of pretargeting are include-only: naming one excludes all others";
    match excluded.len() {
        0 => format!("{rule}; no other size had traffic in the window"),
        1 => format!("{rule}; here {}, with {} reached queries", excluded[0].size, count(outside.reached_queries)),
        others => format!("{rule}; here {others} sizes with {} reached queries", count(outside.reached_queries)),
    }
}

fn instructions(list: &[String]) -> Vec<String> {
    let Some(first) = list.first() else {
        return vec![
            "bring the creatives in with `catscan sync creatives`, or have creatives with a size approved".to_owned(),
        ];
    };
    vec![
        "choose a config whose format is HTML: video and native creatives have no size to filter by".to_owned(),
        format!("stage the sizes together: `catscan changes add CONFIG add-size {first} …`"),
        "look at what it would do: `catscan changes show CONFIG`".to_owned(),
        "apply it with `catscan changes apply CONFIG`, and compare before and after with `catscan changes compare`"
            .to_owned(),
    ]
}

fn count(queries: i64) -> String {
    grouped(queries.unsigned_abs())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sizes_that_google_filters_by_are_read_and_written_as_the_reports_write_them() {
        assert!(FILTERABLE.len() > 90);
        for size in FILTERABLE.iter() {
            let (width, height) = size.split_once('x').unwrap();
            assert!(width.parse::<u32>().unwrap() > 0 && height.parse::<u32>().unwrap() > 0, "{size}");
        }
        assert!(FILTERABLE.contains("300x250") && !FILTERABLE.contains("301x250"));
    }
}
