//! Recommendations as a list, and all of one.

use std::io::Write;
use std::process::ExitCode;

use chrono::Utc;

use super::words::no_data;
use super::{Shown, Window};
use crate::advice::{self, Analyst, Standing};
use crate::cli::entity::{self, numbers, table, words};
use crate::cli::failure::{Failure, OrFail};
use crate::cli::numbers::{count, money};
use crate::cli::session::Session;
use crate::entities::recommendations::{AdviceKind, AdviceSeverity, Recommendation};
use crate::jobs::resolve;
use crate::model::Micros;

/// Which recommendations.
pub(super) struct Filter {
    pub min_severity: AdviceSeverity,
    pub kind: Option<AdviceKind>,
    pub all: bool,
}

impl Filter {
    fn fits(&self, one: &Recommendation) -> bool {
        (self.all || one.is_listed())
            && one.advice.severity >= self.min_severity
            && self.kind.is_none_or(|kind| one.advice.kind == kind)
    }
}

/// Advice as it stands now, whatever is kept.
fn standing(session: &Session, window: Window, shown: &Shown) -> Result<Standing, Failure> {
    let store = entity::reader(session)?;
    let account = resolve(&store.db, shown.account.account.as_deref()).or_fail()?;
    let (engine, limits) = (store.engine().or_fail()?, store.owner_limits());
    let (db, thresholds) = (&store.db, &store.config.thresholds);
    let analyst = Analyst { db, engine: &engine, account, thresholds, limits: &limits, now: Utc::now() };
    analyst.look(window.days()).or_fail()
}

pub(super) fn list(session: &Session, filter: &Filter, window: Window, shown: &Shown) -> Result<ExitCode, Failure> {
    let standing = standing(session, window, shown)?;
    if standing.totals.days == 0 {
        let newest = standing.totals.newest_day.map(|day| day.to_string());
        session.say(no_data(newest.as_deref()).trim_start());
    }
    let found: Vec<advice::Shown> =
        standing.recommendations.into_iter().filter(|one| filter.fits(one)).map(advice::Shown::from).collect();
    let columns = [
        words("id", |one: &advice::Shown| Some(one.id.clone())),
        words("severity", |one| Some(one.severity.to_string())),
        words("what to do", |one| Some(one.title.clone())),
        numbers("wasted/day", |one| Some(count(one.impact.wasted_queries_daily.unsigned_abs()))),
        numbers("share %", |one| Some(format!("{:.1}", one.impact.percent_of_total_waste))),
        numbers("spend", |one| Some(spend(one))),
        words("confidence", |one| Some(one.confidence.to_string())),
        words("status", |one| Some(status(one))),
    ];
    entity::list(&found, shown.json, &columns, "no recommendations")
}

fn spend(one: &advice::Shown) -> String {
    // It was divided from whole micros, which a float of this size holds.
    money(Micros((one.impact.wasted_spend_usd * 1e6).round() as i64))
}

fn status(one: &advice::Shown) -> String {
    if one.expires_at.is_some() { format!("{}, ended", one.status) } else { one.status.to_string() }
}

pub(super) fn show(session: &Session, id: &str, window: Window, shown: &Shown) -> Result<ExitCode, Failure> {
    let standing = standing(session, window, shown)?;
    let found = standing.recommendations.into_iter().find(|one| one.advice.recommendation_id == id);
    let Some(one) = found.map(advice::Shown::from) else {
        return Err(Failure::new(format_args!("there is no recommendation '{id}' of these days"))
            .help("`catscan advice list --all` shows the ids; give --days and --until as you gave them there"));
    };
    let mut out = std::io::stdout().lock();
    if shown.json {
        serde_json::to_writer(&mut out, &one).map_err(std::io::Error::from)?;
        writeln!(out)?;
    } else {
        writeln!(out, "{}", told(&one))?;
    }
    Ok(ExitCode::SUCCESS)
}

fn told(one: &advice::Shown) -> String {
    let impact = &one.impact;
    let mut parts = vec![
        format!(
            "{} ({}, {} severity, {} confidence, {})",
            one.title,
            one.kind,
            one.severity,
            one.confidence,
            status(one)
        ),
        one.description.clone(),
        format!(
            "{} wasted queries a day ({:.3} a second), {:.1} % of all waste; spend {}, {:.2} in 30 such days",
            count(impact.wasted_queries_daily.unsigned_abs()),
            impact.wasted_qps,
            impact.percent_of_total_waste,
            spend(one),
            impact.potential_savings_monthly,
        ),
    ];
    parts.push(table(
        &one.evidence,
        &[
            words("figure", |figure| Some(figure.metric_name.clone())),
            numbers("value", |figure| Some(format!("{:.2}", figure.metric_value))),
            words("", |figure| Some(figure.comparison.to_string())),
            numbers("threshold", |figure| Some(format!("{}", figure.threshold))),
            numbers("sample", |figure| Some(count(figure.sample_size.unsigned_abs()))),
            numbers("days", |figure| Some(figure.time_period_days.to_string())),
            words("trend", |figure| figure.trend.clone()),
        ],
    ));
    if !one.configs.is_empty() {
        parts.push(table(
            &one.configs,
            &[
                words("config", |share| Some(share.billing_id.clone())),
                numbers("wasted queries", |share| Some(count(share.wasted_queries.max(0).unsigned_abs()))),
            ],
        ));
    }
    for action in &one.actions {
        let field = action.pretargeting_field.as_deref().map_or(String::new(), |field| format!(" ({field})"));
        parts.push(format!("to do: {} {} {}{field}", action.action_type, action.target_type, action.target_name));
    }
    if !one.affected_creatives.is_empty() {
        parts.push(format!("creatives: {}", one.affected_creatives.join(", ")));
    }
    if !one.affected_campaigns.is_empty() {
        parts.push(format!("campaigns: {}", one.affected_campaigns.join(", ")));
    }
    if let (Some(by), Some(at)) = (&one.status_changed_by, one.status_changed_at) {
        let notes = one.notes.as_deref().map_or(String::new(), |notes| format!(": {notes}"));
        parts.push(format!("{} by {by} at {}{notes}", one.status, entity::minute(at)));
    }
    parts.join("\n\n")
}
