//! The list of creatives.

use std::collections::BTreeMap;
use std::process::ExitCode;

use serde::Serialize;

use super::ListArgs;
use crate::cli::entity::{self, minute, numbers, words};
use crate::cli::failure::{Failure, OrFail};
use crate::cli::numbers::{count, money};
use crate::cli::session::Session;
use crate::creatives::traffic::Traffic;
use crate::creatives::{Shown, Wish};
use crate::entities::creatives::{CreativeFilter, CreativeLine};
use crate::entities::thumbnails::ThumbnailRecord;
use crate::model::Micros;

/// A creative as `--json` prints it.
#[derive(Serialize)]
struct Item {
    #[serde(flatten)]
    line: CreativeLine,
    #[serde(flatten)]
    traffic: Traffic,
    currency: Option<String>,
    thumbnail: Option<ThumbnailRecord>,
    has_thumbnail: bool,
}

impl From<Shown> for Item {
    fn from(shown: Shown) -> Self {
        let Shown { line, traffic, currency, thumbnail, has_thumbnail, .. } = shown;
        Self { line, traffic, currency, thumbnail, has_thumbnail }
    }
}

/// Prints the list as a table for people, or one object per creative.
pub(super) fn run(session: &Session, args: ListArgs) -> Result<ExitCode, Failure> {
    let (creatives, account) = super::open(session, &args.account)?;
    let filter = CreativeFilter {
        creative_id: None,
        buyer_id: args.seat,
        format: args.format.map(|format| format.to_uppercase()),
        approval_status: args.status.map(|status| status.to_uppercase()),
        campaign: args.campaign,
    };
    let wish = Wish {
        filter,
        days: super::days(args.period),
        active_only: args.active,
        sort: args.sort.into(),
        limit: args.limit,
        offset: args.offset,
    };
    let listing = creatives.list(account, &wish).or_fail()?;
    let items: Vec<Item> = listing.creatives.into_iter().map(Item::from).collect();
    let columns = [
        words("creative", |item: &Item| Some(item.line.creative_id.clone())),
        words("format", |item| Some(item.line.format.clone())),
        words("size", |item| size(item.line.width, item.line.height)),
        words("status", |item| match item.line.vanished_at {
            Some(_) => Some("VANISHED".to_owned()),
            None => item.line.approval_status.clone(),
        }),
        words("campaign", |item| item.line.campaign_name.clone()),
        words("country", |item| item.traffic.countries.first().map(|country| country.country.clone())),
        numbers("impressions", |item| Some(count(item.traffic.impressions.unsigned_abs()))),
        numbers("clicks", |item| Some(count(item.traffic.clicks.unsigned_abs()))),
        numbers("spend", |item| Some(spend(item.traffic.spend_micros, item.currency.as_deref()))),
        words("updated (UTC)", |item| item.line.updated_at.map(minute)),
    ];
    let none = "no creatives; `catscan sync creatives` reads them from Google";
    let code = entity::list(&items, args.json, &columns, none)?;
    if !args.json {
        if items.len() < listing.total {
            session.say(format_args!(
                "{} of {}; --limit and --offset show others",
                items.len(),
                count(listing.total as u64)
            ));
        }
        say_others(session, items.iter().map(|item| &item.traffic.other_spend_micros));
    }
    Ok(code)
}

/// Money that stands beside the sums is not passed over in silence.
pub(super) fn say_others<'a>(session: &Session, others: impl Iterator<Item = &'a BTreeMap<String, i64>>) {
    let mut sums: BTreeMap<&str, i64> = BTreeMap::new();
    for (currency, spend) in others.flatten() {
        let sum = sums.entry(currency).or_default();
        *sum = sum.saturating_add(*spend);
    }
    if !sums.is_empty() {
        let sums: Vec<String> = sums.into_iter().map(|(currency, sum)| spend(sum, Some(currency))).collect();
        session.say(format_args!("spend in other currencies, in none of these sums: {}", sums.join(", ")));
    }
}

pub(super) fn spend(micros: i64, currency: Option<&str>) -> String {
    let amount = money(Micros(micros));
    currency.map_or_else(|| amount.clone(), |currency| format!("{amount} {currency}"))
}

pub(super) fn size(width: Option<i64>, height: Option<i64>) -> Option<String> {
    width.zip(height).map(|(width, height)| format!("{width}x{height}"))
}
