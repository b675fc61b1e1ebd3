//! The pretargeting that the facts call for: a config for each format with approved creatives, and one for everything else.
//!
//! A format's config takes its own sizes (those that Google can filter by, the most reached first) in countries that click
//! well; the one for everything else takes what can be served in countries that nobody knows enough of. Countries that the
//! rule of countries excludes are in none. What that saves and loses is added up over the cells of the window ([`traffic`]).

mod traffic;

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::facts::Totals;
use super::include_list::{Outside, own_sizes};
use super::{AdviceError, Analyst};
use crate::analytics;
use crate::model::grouped;
use crate::query::Days;
use traffic::{Cell, Servable};

/// A config that is proposed.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ProposedConfig {
    /// What to call it.
    pub name: String,
    /// What it is for.
    pub description: String,
    /// 1 is the first to make.
    pub priority: usize,
    /// HTML, VAST, NATIVE.
    pub formats: Vec<String>,
    /// `WxH`, the most reached first; none restricts nothing.
    pub sizes: Vec<String>,
    /// Countries by their letters, the most reached first; none restricts nothing.
    pub included_geos: Vec<String>,
    /// Countries that it leaves out.
    pub excluded_geos: Vec<String>,
    /// What it would have taken.
    pub takes: Takes,
}

/// What a config would have taken in the window.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Takes {
    /// Reached queries.
    pub reached_queries: i64,
    /// Impressions.
    pub impressions: i64,
    /// Money, in the currency of the window.
    pub spend_micros: i64,
}

/// The configs, and what they would save and lose.
#[derive(Clone, Debug, Serialize)]
pub struct Proposal {
    /// Configs that Google allows, or fewer where somebody asked for fewer.
    pub config_limit: usize,
    /// In a sentence.
    pub summary: String,
    /// Countries to exclude among those that are judged, in percent of these.
    pub total_waste_reduction_pct: f64,
    /// The most important first.
    pub configs: Vec<ProposedConfig>,
    /// What no config would take: queries saved, and what is lost with them.
    pub outside: Outside,
    /// Queries per second that are saved, on the days that have data.
    pub saved_qps: f64,
    /// What there was in the window.
    pub totals: Totals,
}

/// A country with enough impressions to be judged.
#[derive(Clone, Debug, Deserialize)]
pub struct JudgedCountry {
    /// Its letters, or as the report had it.
    pub country: String,
    /// exclude, monitor, expand or ok.
    pub verdict: String,
    /// Impressions in the window.
    pub impressions: i64,
    /// Money, where it is of one currency.
    pub spend_micros: Option<i64>,
    /// Clicks for each hundred impressions.
    pub ctr_pct: Option<f64>,
    /// That over the average's.
    pub ctr_ratio: Option<f64>,
    /// Whether it clicks well enough for a config of its own.
    pub is_good: bool,
}

/// The countries that the rule of countries judges in these days.
pub fn judged_countries(analyst: &Analyst<'_>, days: Days) -> Result<Vec<JudgedCountry>, AdviceError> {
    let facts = analyst.facts();
    Ok(analytics::rows_blocking(facts.engine, "advice_countries", facts.ask(days))?)
}

/// Good, bad and judged countries.
#[derive(Default)]
struct Countries {
    good: BTreeSet<String>,
    excluded: BTreeSet<String>,
}

const FORMATS: [(&str, &str, &str); 3] =
    [("DISPLAY", "HTML", "Display"), ("VIDEO", "VAST", "Video"), ("NATIVE", "NATIVE", "Native")];

/// What the facts of these days call for, in at most `most` configs.
pub fn propose(analyst: &Analyst<'_>, days: Days, most: usize) -> Result<Proposal, AdviceError> {
    let facts = analyst.facts();
    let totals = analyst.totals(days)?;
    let cells: Vec<Cell> = analytics::rows_blocking(facts.engine, "advice_traffic", facts.ask(days))?;
    let servable = Servable::of(analytics::rows_blocking(facts.engine, "advice_servable", facts.ask(days))?);
    let own = analyst.db.read(|tx| own_sizes(tx, analyst.account))?.filterable;
    let countries = countries(judged_countries(analyst, days)?);
    let limit = most.min(usize::try_from(analyst.thresholds.proposal_configs).unwrap_or(most));
    let sizes = usize::try_from(analyst.thresholds.proposal_sizes).unwrap_or_default();
    let mut configs = configs(&cells, &servable, &own, &countries, sizes);
    configs.truncate(limit);
    for config in &mut configs {
        config.takes = takes(cells.iter().filter(|cell| traffic::is_taken(cell, config, &servable)), &totals);
    }
    let is_outside = |cell: &&Cell| !configs.iter().any(|config| traffic::is_taken(cell, config, &servable));
    let lost = takes(cells.iter().filter(is_outside), &totals);
    let outside = Outside {
        reached_queries: lost.reached_queries,
        impressions: lost.impressions,
        spend_micros: lost.spend_micros,
        ..Outside::default()
    };
    let outside = outside.of_all(totals.reached_queries.unwrap_or(0));
    let judged = countries.good.len() + countries.excluded.len();
    let reduction = if judged == 0 { 0.0 } else { 100.0 * countries.excluded.len() as f64 / judged as f64 };
    Ok(Proposal {
        config_limit: limit,
        summary: summary(&configs, &outside, &totals),
        total_waste_reduction_pct: reduction,
        saved_qps: outside.reached_queries as f64 / (86_400.0 * totals.days.max(1) as f64),
        configs,
        outside,
        totals,
    })
}

fn countries(rows: Vec<JudgedCountry>) -> Countries {
    let mut found = Countries::default();
    for row in rows {
        if row.verdict == "exclude" {
            found.excluded.insert(row.country);
        } else if row.is_good {
            found.good.insert(row.country);
        }
    }
    found
}

fn configs(
    cells: &[Cell],
    servable: &Servable,
    own: &[String],
    countries: &Countries,
    sizes: usize,
) -> Vec<ProposedConfig> {
    let excluded: Vec<String> = countries.excluded.iter().cloned().collect();
    let with_creatives = FORMATS.into_iter().filter(|(format, ..)| servable.has(format));
    let reached = |format: &str| -> i64 {
        let of = cells.iter().filter(|cell| cell.creative_format.as_deref() == Some(format));
        of.filter_map(|cell| cell.reached_queries).sum()
    };
    let mut formats: Vec<_> = with_creatives.collect();
    formats.sort_by_key(|(format, ..)| std::cmp::Reverse(reached(format)));
    if formats.is_empty() {
        return Vec::new();
    }
    let good = most_reached(cells, |cell| cell.country.clone().filter(|country| countries.good.contains(country)));
    let own = |format: &str| -> Vec<String> {
        let is_own = |size: &String| own.contains(size) && servable.serves(format, size);
        let mut named = most_reached(cells, |cell| cell.creative_size.clone().filter(|size| is_own(size)));
        let unseen: Vec<String> = own.iter().filter(|size| is_own(size) && !named.contains(size)).cloned().collect();
        named.extend(unseen);
        named.truncate(sizes);
        named
    };
    let display = if servable.has("DISPLAY") { own("DISPLAY") } else { Vec::new() };
    let mut configs: Vec<ProposedConfig> = Vec::new();
    for (format, google, name) in &formats {
        let sizes = if *format == "DISPLAY" { display.clone() } else { Vec::new() };
        let within = match good.len() {
            0 => "in every country".to_owned(),
            1 => format!("in {}, which clicks well", good[0]),
            many => format!("in the {many} countries that click well"),
        };
        configs.push(ProposedConfig {
            name: (*name).to_owned(),
            description: format!("{name} creatives {within}"),
            priority: configs.len() + 1,
            formats: vec![(*google).to_owned()],
            sizes,
            included_geos: good.clone(),
            excluded_geos: excluded.clone(),
            takes: Takes::default(),
        });
    }
    configs.push(ProposedConfig {
        name: "Everything else".to_owned(),
        description: "what can be served in countries that too little is known of; give it a low maximum of queries"
            .to_owned(),
        priority: configs.len() + 1,
        formats: formats.iter().map(|(_, google, _)| (*google).to_owned()).collect(),
        sizes: display,
        included_geos: Vec::new(),
        // What the others take need not come twice.
        excluded_geos: excluded.into_iter().chain(good).collect(),
        takes: Takes::default(),
    });
    configs
}

/// The keys of cells, those with most reached queries first.
fn most_reached(cells: &[Cell], key: impl Fn(&Cell) -> Option<String>) -> Vec<String> {
    let mut sums: BTreeMap<String, i64> = BTreeMap::new();
    for cell in cells {
        if let Some(key) = key(cell) {
            *sums.entry(key).or_default() += cell.reached_queries.unwrap_or(0);
        }
    }
    let mut keys: Vec<(String, i64)> = sums.into_iter().collect();
    keys.sort_by(|(a, most_a), (b, most_b)| most_b.cmp(most_a).then_with(|| a.cmp(b)));
    keys.into_iter().map(|(key, _)| key).collect()
}

fn takes<'a>(cells: impl Iterator<Item = &'a Cell>, totals: &Totals) -> Takes {
    cells.fold(Takes::default(), |sum, cell| {
        let counts = cell.currency.is_none() || cell.currency == totals.currency;
        Takes {
            reached_queries: sum.reached_queries + cell.reached_queries.unwrap_or(0),
            impressions: sum.impressions + cell.impressions.unwrap_or(0),
            spend_micros: sum.spend_micros + cell.spend_micros.filter(|_| counts).unwrap_or(0),
        }
    })
}

fn summary(configs: &[ProposedConfig], outside: &Outside, totals: &Totals) -> String {
    if configs.is_empty() {
        return "no approved creative is known, so no config can be proposed: `catscan sync creatives` brings them"
            .to_owned();
    }
    if totals.days == 0 {
        return format!(
            "{} configs by the approved creatives alone: no reports of these days are there",
            configs.len()
        );
    }
    format!(
        "{} configs would save {} of {} reached queries ({:.1} %), and lose {} impressions with them",
        configs.len(),
        grouped(outside.reached_queries.unsigned_abs()),
        grouped(totals.reached_queries.unwrap_or(0).unsigned_abs()),
        outside.reached_share_pct,
        grouped(outside.impressions.unsigned_abs()),
    )
}
