//! `catscan endpoints`: where Google sends bid requests.

use std::process::ExitCode;

use clap::Args;

use super::AccountChoice;
use super::entity::{self, minute, numbers, words};
use super::failure::{Failure, OrFail};
use super::numbers::count;
use super::session::Globals;
use crate::entities::endpoints::{self, Endpoint};
use crate::jobs::resolve;
use crate::telemetry::Level;

/// List the endpoints that Google sends bid requests to, with their limits
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  catscan endpoints --json")]
pub struct EndpointsArgs {
    /// One JSON object per endpoint
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    account: AccountChoice,
}

pub fn run(globals: &Globals, args: EndpointsArgs) -> Result<ExitCode, Failure> {
    let session = globals.session(Level::Warnings)?;
    let store = entity::reader(&session)?;
    let account = resolve(&store.db, args.account.account.as_deref()).or_fail()?;
    let found = store.db.read(|tx| endpoints::list(tx, account)).or_fail()?;
    let columns = [
        words("endpoint", |one: &Endpoint| Some(one.google.endpoint_id.clone())),
        words("location", |one| Some(one.google.trading_location.clone())),
        words("url", |one| Some(one.google.url.clone())),
        numbers("qps", |one| {
            Some(one.google.maximum_qps.map_or("unlimited".to_owned(), |qps| count(qps.unsigned_abs())))
        }),
        words("protocol", |one| one.google.bid_protocol.clone()),
        words("synced (UTC)", |one| one.synced_at.map(minute)),
    ];
    entity::list(&found, args.json, &columns, "no endpoints; `catscan sync endpoints` reads them from Google")
}
