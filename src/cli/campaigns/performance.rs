//! What campaigns reached, won and cost.

use std::io::Write;
use std::process::ExitCode;

use chrono::Utc;
use clap::Args;
use serde::Serialize;

use super::list::ask;
use crate::analytics::AnalyticsError;
use crate::campaigns::performance::{CountryFigures, DayFigures, DeviceFigures, Facts, Figures, Spend};
use crate::cli::AccountChoice;
use crate::cli::entity::{self, Column, numbers, table, words};
use crate::cli::failure::{Failure, OrFail};
use crate::cli::numbers::{count, money};
use crate::cli::session::Session;
use crate::entities::campaigns::{self, Campaign, CampaignFilter};
use crate::jobs::resolve;
use crate::model::{CampaignId, Day};
use crate::query::Days;

#[derive(Debug, Args)]
pub(super) struct PerformanceArgs {
    /// One campaign, by number or name; all that are not archived where absent
    #[arg(value_name = "CAMPAIGN")]
    campaign: Option<String>,
    /// Figures over so many days that end yesterday (UTC)
    #[arg(long, value_name = "N", default_value_t = 30, value_parser = clap::value_parser!(u16).range(1..=3660))]
    days: u16,
    /// Figures over all days
    #[arg(long, conflicts_with = "days")]
    all: bool,
    /// One JSON object per campaign
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    account: AccountChoice,
}

/// A campaign with its figures.
#[derive(Serialize)]
struct Line {
    campaign_id: CampaignId,
    name: String,
    first_day: Option<Day>,
    last_day: Option<Day>,
    #[serde(flatten)]
    figures: Figures,
    top_country: Option<String>,
    top_device: Option<String>,
    spend: Spend,
}

/// One campaign with its parts.
#[derive(Serialize)]
struct Whole {
    #[serde(flatten)]
    line: Line,
    days: Vec<DayFigures>,
    countries: Vec<CountryFigures>,
    devices: Vec<DeviceFigures>,
}

pub(super) fn run(session: &Session, args: PerformanceArgs) -> Result<ExitCode, Failure> {
    let store = entity::reader(session)?;
    let account = resolve(&store.db, args.account.account.as_deref()).or_fail()?;
    let today: Day = Utc::now().date_naive().into();
    let days = (!args.all).then(|| Days::before(today, args.days));
    let Some(named) = args.campaign else {
        let all = store.db.read(|tx| campaigns::list(tx, account, &CampaignFilter::default())).or_fail()?;
        let lines = ask(&store, account, |facts| lines(facts, all, days, today))?;
        let none = "no campaigns; `catscan campaigns cluster` makes some, `catscan campaigns create` one";
        return entity::list(&lines, args.json, &columns(), none);
    };
    let campaign = store.db.read(|tx| campaigns::find(tx, account, &named));
    let campaign = campaign.or_help("`catscan campaigns list` shows the campaigns")?;
    let whole = ask(&store, account, |facts| whole(facts, campaign, days, today))?;
    let mut out = std::io::stdout().lock();
    if args.json {
        serde_json::to_writer(&mut out, &whole).map_err(std::io::Error::from)?;
        writeln!(out)?;
    } else {
        write!(out, "{}", told(&whole))?;
    }
    Ok(ExitCode::SUCCESS)
}

fn lines(
    facts: &Facts<'_>,
    campaigns: Vec<Campaign>,
    days: Option<Days>,
    today: Day,
) -> Result<Vec<Line>, AnalyticsError> {
    if campaigns.is_empty() {
        return Ok(Vec::new());
    }
    let (mut totals, mut spend) = (facts.totals(days, None)?, facts.spend(today)?);
    let (mut countries, mut devices) = (facts.countries(days, None)?, facts.devices(days, None)?);
    let line = |campaign: Campaign| {
        let id = campaign.campaign_id;
        let country = countries.remove(&id).and_then(|countries| countries.into_iter().next());
        let device = devices.remove(&id).and_then(|devices| devices.into_iter().next());
        Line {
            campaign_id: id,
            name: campaign.name,
            first_day: days.map(|days| days.first),
            last_day: days.map(|days| days.last),
            figures: totals.remove(&id).unwrap_or_default(),
            top_country: country.map(|country| country.country),
            top_device: device.map(|device| device.device),
            spend: spend.remove(&id).unwrap_or_default(),
        }
    };
    let mut lines: Vec<Line> = campaigns.into_iter().map(line).collect();
    lines.sort_by_key(|line| std::cmp::Reverse((line.figures.spend_micros, line.figures.impressions)));
    Ok(lines)
}

fn whole(facts: &Facts<'_>, campaign: Campaign, days: Option<Days>, today: Day) -> Result<Whole, AnalyticsError> {
    let id = campaign.campaign_id;
    let countries = facts.countries(days, Some(id))?.remove(&id).unwrap_or_default();
    let devices = facts.devices(days, Some(id))?.remove(&id).unwrap_or_default();
    let line = Line {
        campaign_id: id,
        name: campaign.name,
        first_day: days.map(|days| days.first),
        last_day: days.map(|days| days.last),
        figures: facts.totals(days, Some(id))?.remove(&id).unwrap_or_default(),
        top_country: countries.first().map(|country| country.country.clone()),
        top_device: devices.first().map(|device| device.device.clone()),
        spend: facts.spend(today)?.remove(&id).unwrap_or_default(),
    };
    Ok(Whole { line, days: facts.days(days, id)?, countries, devices })
}

/// What stands in the same columns of every table.
trait HasFigures {
    fn figures(&self) -> &Figures;
}

impl HasFigures for Line {
    fn figures(&self) -> &Figures {
        &self.figures
    }
}
impl HasFigures for DayFigures {
    fn figures(&self) -> &Figures {
        &self.figures
    }
}
impl HasFigures for CountryFigures {
    fn figures(&self) -> &Figures {
        &self.figures
    }
}
impl HasFigures for DeviceFigures {
    fn figures(&self) -> &Figures {
        &self.figures
    }
}

fn figures<T: HasFigures>() -> Vec<Column<T>> {
    fn whole(number: Option<i64>) -> Option<String> {
        number.map(|number| count(number.unsigned_abs()))
    }
    fn rate(number: Option<f64>, decimals: usize) -> Option<String> {
        number.map(|number| format!("{number:.decimals$}"))
    }
    vec![
        numbers("spend", |one: &T| one.figures().spend_micros.map(money)),
        words("currency", |one| one.figures().currency.clone()),
        numbers("reached", |one| whole(one.figures().reached_queries)),
        numbers("impressions", |one| whole(one.figures().impressions)),
        numbers("clicks", |one| whole(one.figures().clicks)),
        numbers("win %", |one| rate(one.figures().win_rate_pct, 1)),
        numbers("CTR %", |one| rate(one.figures().ctr_pct, 2)),
        numbers("CPM", |one| rate(one.figures().cpm, 3)),
        numbers("CPC", |one| rate(one.figures().cpc, 3)),
    ]
}

fn columns() -> Vec<Column<Line>> {
    let mut columns = vec![
        numbers("id", |one: &Line| Some(one.campaign_id.to_string())),
        words("name", |one| Some(one.name.clone())),
    ];
    columns.extend(figures());
    columns.extend([
        words("top country", |one: &Line| one.top_country.clone()),
        words("top device", |one| one.top_device.clone()),
        numbers("7 days", |one| Some(money(one.spend.spend_7d_micros))),
        numbers("30 days", |one| Some(money(one.spend.spend_30d_micros))),
        numbers("all", |one| Some(money(one.spend.spend_micros))),
    ]);
    columns
}

fn told(whole: &Whole) -> String {
    let window = match (whole.line.first_day, whole.line.last_day) {
        (Some(first), Some(last)) => format!("{first} to {last}"),
        _ => "all days".to_owned(),
    };
    let mut parts = vec![format!("campaign {} '{}', {window}", whole.line.campaign_id, whole.line.name)];
    parts.push(table(std::slice::from_ref(&whole.line), &columns()));
    parts.extend(part(&whole.days, words("day", |one: &DayFigures| Some(one.date.to_string()))));
    parts.extend(part(&whole.countries, words("country", |one: &CountryFigures| Some(one.country.clone()))));
    parts.extend(part(&whole.devices, words("device", |one: &DeviceFigures| Some(one.device.clone()))));
    for other in &whole.line.figures.other_spend {
        parts.push(format!("and {} {}, which is not added", money(other.spend_micros), other.currency));
    }
    parts.join("\n\n") + "\n"
}

fn part<T: HasFigures>(items: &[T], first: Column<T>) -> Option<String> {
    if items.is_empty() {
        return None;
    }
    let mut columns = vec![first];
    columns.extend(figures());
    Some(table(items, &columns))
}
