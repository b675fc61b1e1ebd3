//! What is new in the reports.

use std::process::ExitCode;

use super::list::{say_others, size, spend};
use crate::cli::entity::{self, minute, numbers, words};
use crate::cli::failure::Failure;
use crate::cli::numbers::count;
use crate::cli::session::Session;
use crate::creatives::{NewCreative, NewCreatives};

/// Prints a table for people, or one object per creative.
pub(super) fn run(session: &Session, new: &NewCreatives, json: bool) -> Result<ExitCode, Failure> {
    let columns = [
        words("creative", |one: &NewCreative| Some(one.creative_id.clone())),
        words("format", |one| one.format.clone()),
        words("size", |one| size(one.width, one.height)),
        words("status", |one| one.approval_status.clone()),
        words("first seen (UTC)", |one| Some(minute(one.first_seen_at))),
        numbers("import", |one| Some(one.first_import_batch_id.to_string())),
        numbers("impressions", |one| Some(count(one.impressions.unsigned_abs()))),
        numbers("spend", |one| Some(spend(one.spend_micros, None))),
    ];
    let none = format!("no report imported from {} to {} named a creative for the first time", new.first, new.last);
    let code = entity::list(&new.creatives, json, &columns, &none)?;
    if !json && !new.creatives.is_empty() {
        if let Some(currency) = &new.currency {
            session.say(format_args!("spend in {currency}, since each was first named"));
        }
        say_others(session, new.creatives.iter().map(|one| &one.other_spend_micros));
    }
    Ok(code)
}
