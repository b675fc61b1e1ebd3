//! Money of one group in several currencies: one rule for every answer about campaigns.
//!
//! Spend is told in one currency: the account's where the group has money in it, else the one in which it has most.
//! Rows that name no currency count to it. Money in other currencies is told beside it and never added, and what is
//! divided by (impressions, clicks) leaves out what belongs to that other money.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::model::{Currency, Micros};

/// Money that is not in the currency of the answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct OtherSpend {
    /// Its currency.
    pub currency: String,
    /// How much.
    pub spend_micros: Micros,
}

/// The currency of an answer about rows of these currencies and this money.
pub(super) fn main_currency<'a>(
    rows: impl IntoIterator<Item = (Option<&'a str>, Option<i64>)>,
    accounts: Option<Currency>,
) -> Option<String> {
    let mut money: BTreeMap<&str, i64> = BTreeMap::new();
    for (currency, spend) in rows {
        if let Some(currency) = currency {
            let sum = money.entry(currency).or_default();
            *sum = sum.saturating_add(spend.unwrap_or(0));
        }
    }
    if let Some(own) = accounts
        && money.contains_key(own.code())
    {
        return Some(own.code().to_owned());
    }
    // Of equal sums, the first by alphabet.
    let most = money.into_iter().rev().max_by_key(|(_, sum)| *sum);
    most.map(|(currency, _)| currency.to_owned()).or_else(|| accounts.map(|own| own.code().to_owned()))
}

/// Whether a row of that currency counts to the answer's money.
pub(super) fn counts(row: Option<&str>, main: Option<&str>) -> bool {
    row.is_none() || row == main
}
