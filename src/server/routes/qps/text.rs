//! The reports as text: a heading, aligned columns, and what to do.

use serde::Deserialize;

use crate::model;
use crate::server::error::ApiError;
use crate::server::routes::analytics::asked::Facts;
use crate::server::routes::analytics::configs::report_of;
use crate::server::routes::analytics::sizes::{Advice, Part, Sizes};

/// Win rate in percent below which the contract wants a config to be reviewed.
const REVIEW_BELOW: f64 = 60.0;
/// Rows of a table.
const SHOWN: usize = 20;
/// Signs of fraud in a table.
const SIGNS: i64 = 50;

/// Sizes of the traffic, those without an approved creative first.
pub(super) fn sizes(facts: &Facts) -> Result<String, ApiError> {
    let sizes = Sizes::of(facts, Part::default())?;
    let mut text = heading("SIZE COVERAGE", facts);
    if sizes.rows.is_empty() {
        return Ok(text + NO_PERFORMANCE);
    }
    text += &format!(
        "{} of {} sizes have an approved creative; of the queries whose size is known, {} % are in them.\n\
         Sizes without one reach {} queries a day, {:.2} per second.\n\n",
        sizes.covered_count(),
        sizes.rows.len(),
        sizes.coverage_rate_pct(),
        grouped(sizes.gap_daily()),
        sizes.gap_qps()
    );
    let shown = sizes.gaps().chain(sizes.covered()).take(SHOWN);
    let rows = shown.map(|row| {
        let advice = match row.advice {
            Some(Advice::Block) => "block",
            Some(Advice::Add) => "add a creative",
            Some(Advice::Low) => "watch",
            None => "covered",
        };
        vec![row.size.clone(), row.format.clone(), grouped(row.reached()), grouped(row.daily()), advice.to_owned()]
    });
    text +=
        &table(&[("size", Left), ("format", Left), ("reached", Right), ("a day", Right), ("", Left)], rows.collect());
    let named = |wanted: Advice| {
        let of_advice = sizes.gaps().filter(|row| row.advice == Some(wanted));
        of_advice.map(|row| row.size.as_str()).collect::<Vec<_>>().join(", ")
    };
    let mut todo = Vec::new();
    for (advice, what) in [
        (Advice::Block, "Leave out of pretargeting, whose sizes are include-only (naming one excludes all others)"),
        (Advice::Add, "Make a creative of"),
    ] {
        let sizes = named(advice);
        if !sizes.is_empty() {
            todo.push(format!("{what}: {sizes}"));
        }
    }
    Ok(text + &what_to_do(todo, "Nothing: every size with enough traffic has a creative."))
}

/// Configs, the most reached queries first.
pub(super) fn configs(facts: &Facts) -> Result<String, ApiError> {
    let report = report_of(facts)?;
    let mut text = heading("CONFIG PERFORMANCE", facts);
    if report.configs.iter().all(|config| config.reached == 0) {
        return Ok(text + NO_PERFORMANCE);
    }
    text += &format!("All configs together win {} % of what they reach.\n\n", report.overall_win_rate_pct);
    let is_weak = |reached: i64, rate: f64| reached > 0 && rate < REVIEW_BELOW;
    let rows = report.configs.iter().map(|config| {
        let word = match (config.reached, is_weak(config.reached, config.win_rate_pct)) {
            (0, _) => "no traffic",
            (_, true) => "review",
            (_, false) => "ok",
        };
        let rate = format!("{:.2}", config.win_rate_pct);
        let (reached, won) = (grouped(config.reached), grouped(config.impressions));
        vec![config.billing_id.clone(), config.name.clone(), reached, won, rate, word.to_owned()]
    });
    let heads = [
        ("billing id", Left),
        ("name", Left),
        ("reached", Right),
        ("impressions", Right),
        ("win %", Right),
        ("", Left),
    ];
    text += &table(&heads, rows.collect());
    let weak = report.configs.iter().filter(|config| is_weak(config.reached, config.win_rate_pct));
    let todo = weak.map(|config| {
        format!(
            "Review {} ({}): it wins {:.2} % of what it reaches",
            config.name, config.billing_id, config.win_rate_pct
        )
    });
    Ok(text + &what_to_do(todo.collect(), "Nothing: every config wins enough of what it reaches."))
}

/// A row of the question `dashboard_suspects`.
#[derive(Debug, Deserialize)]
struct Sign {
    app_id: String,
    app_name: String,
    signal: String,
    severity: String,
    impressions: Option<i64>,
    clicks: Option<i64>,
    ctr_pct: Option<f64>,
    click_days: Option<i64>,
}

/// Apps with signs of fraud. Nothing is blocked by them.
pub(super) fn suspects(facts: &Facts) -> Result<String, ApiError> {
    let signs: Vec<Sign> = facts.rows("dashboard_suspects", [("limit", SIGNS.to_string())])?;
    let mut text = heading("FRAUD SIGNALS", facts);
    if signs.is_empty() {
        return Ok(text + "No app shows a sign of fraud in the performance reports of these days.\n");
    }
    let rows = signs.iter().map(|sign| {
        let word = match sign.signal.as_str() {
            "app_ctr" => format!("CTR {:.2} %", sign.ctr_pct.unwrap_or(0.0)),
            _ => format!("clicks above impressions on {} days", sign.click_days.unwrap_or(0)),
        };
        let count = |count: Option<i64>| grouped(count.unwrap_or(0));
        vec![
            sign.severity.clone(),
            sign.app_id.clone(),
            sign.app_name.clone(),
            count(sign.impressions),
            count(sign.clicks),
            word,
        ]
    });
    let heads = [("", Left), ("app", Left), ("name", Left), ("impressions", Right), ("clicks", Right), ("sign", Left)];
    text += &table(&heads, rows.collect());
    let todo = vec!["Look at these apps before you block any: each sign has innocent causes, too.".to_owned()];
    Ok(text + &what_to_do(todo, ""))
}

const NO_PERFORMANCE: &str = "There is no performance report of these days: import one.\n";

fn heading(title: &str, facts: &Facts) -> String {
    let line = format!("{title}, {} days ({})", facts.count(), facts.window());
    format!("{line}\n{}\n\n", "=".repeat(line.chars().count()))
}

fn what_to_do(todo: Vec<String>, nothing: &str) -> String {
    let lines = if todo.is_empty() { vec![nothing.to_owned()] } else { todo };
    let lines: Vec<String> = lines.into_iter().map(|line| format!("- {line}\n")).collect();
    format!("\nWhat to do\n{}", lines.concat())
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Align {
    Left,
    Right,
}
use Align::{Left, Right};

/// Columns as wide as their widest cell, two spaces apart.
fn table(heads: &[(&str, Align)], rows: Vec<Vec<String>>) -> String {
    let wide = |text: &str| text.chars().count();
    let width = |at: usize| {
        let cells = rows.iter().filter_map(|row| row.get(at)).map(|cell| wide(cell));
        cells.chain([wide(heads[at].0)]).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..heads.len()).map(width).collect();
    let line = |cells: Vec<&str>| {
        let padded = cells.iter().zip(heads).zip(&widths).map(|((cell, (_, align)), width)| {
            let gap = " ".repeat(width.saturating_sub(wide(cell)));
            match align {
                Left => format!("{cell}{gap}"),
                Right => format!("{gap}{cell}"),
            }
        });
        padded.collect::<Vec<_>>().join("  ").trim_end().to_owned() + "\n"
    };
    let head = line(heads.iter().map(|(name, _)| *name).collect());
    let body: Vec<String> = rows.iter().map(|row| line(row.iter().map(String::as_str).collect())).collect();
    head + &body.concat()
}

/// A count, which is never below zero.
fn grouped(number: i64) -> String {
    model::grouped(number.unsigned_abs())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_aligned() {
        let rows = vec![vec!["a".to_owned(), "1,000".to_owned()], vec!["größer".to_owned(), "5".to_owned()]];
        assert_eq!(table(&[("size", Left), ("n", Right)], rows), "size        n\na       1,000\ngrößer      5\n");
    }
}
