//! Money of one group in several currencies: one rule for every answer about campaigns.
//!
//! Spend is told in one currency: the account's where the group has money in it, else the one in which it has most.
//! Rows that name no currency count to it. Money in other currencies is told beside it and never added, and what is
//! divided by (impressions, clicks) leaves out what belongs to that other money.

use serde::Serialize;

use crate::model::{Currency, Micros, most_money};

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
    let money: Vec<(&str, i64)> =
        rows.into_iter().filter_map(|(currency, spend)| Some((currency?, spend.unwrap_or(0)))).collect();
    let own = accounts.map(|own| own.code().to_owned());
    if own.as_deref().is_some_and(|own| money.iter().any(|(currency, _)| *currency == own)) {
        return own;
    }
    most_money(money).map(str::to_owned).or(own)
}

/// Whether a row of that currency counts to the answer's money.
pub(super) fn counts(row: Option<&str>, main: Option<&str>) -> bool {
    row.is_none() || row == main
}
