//! Which traffic a proposed config would take: the cells of the window by format, size and country. Pure.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;

use super::ProposedConfig;

/// What was reached of one format, size and country, in one currency.
#[derive(Clone, Debug, Default, Deserialize)]
pub(super) struct Cell {
    pub creative_format: Option<String>,
    pub creative_size: Option<String>,
    pub country: Option<String>,
    pub currency: Option<String>,
    pub reached_queries: Option<i64>,
    pub impressions: Option<i64>,
    pub spend_micros: Option<i64>,
}

/// A size or label that approved creatives of a format can serve; the size is null for a creative without one.
#[derive(Debug, Deserialize)]
pub(super) struct ServableRow {
    format: String,
    creative_size: Option<String>,
    is_label: bool,
}

/// What the approved creatives can serve.
#[derive(Debug, Default)]
pub(super) struct Servable {
    by_format: BTreeMap<String, BTreeSet<String>>,
    /// Labels of which it is known what serves them.
    labels: BTreeSet<String>,
}

impl Servable {
    /// Of rows that name every label under the format that can serve it, under an empty one where none does.
    pub fn of(rows: Vec<ServableRow>) -> Self {
        let mut servable = Self::default();
        for row in rows {
            if row.is_label {
                servable.labels.extend(row.creative_size.clone());
            }
            if !row.format.is_empty() {
                servable.by_format.entry(row.format).or_default().extend(row.creative_size);
            }
        }
        servable
    }

    /// Whether there is an approved creative of that format.
    pub fn has(&self, format: &str) -> bool {
        self.by_format.contains_key(format)
    }

    pub fn serves(&self, format: &str, size: &str) -> bool {
        self.by_format.get(format).is_some_and(|sizes| sizes.contains(size))
    }
}

/// Whether the config would let that traffic through.
///
/// A list of sizes says something about width and height of display traffic only. Labels come where a format of the config
/// can serve them, and where nobody knows what serves them (Dynamic, Unmatched, Audio, no size).
pub(super) fn is_taken(cell: &Cell, config: &ProposedConfig, servable: &Servable) -> bool {
    let formats = config.formats.iter().filter_map(|google| ours(google));
    let mut formats = formats.filter(|ours| cell.creative_format.as_deref().is_none_or(|format| format == *ours));
    is_in_place(cell, config) && formats.any(|format| is_of_size(cell, config, servable, format))
}

fn is_in_place(cell: &Cell, config: &ProposedConfig) -> bool {
    match &cell.country {
        // A query from nowhere is in no list.
        None => config.included_geos.is_empty(),
        Some(country) => {
            (config.included_geos.is_empty() || config.included_geos.contains(country))
                && !config.excluded_geos.contains(country)
        }
    }
}

fn is_of_size(cell: &Cell, config: &ProposedConfig, servable: &Servable, format: &str) -> bool {
    let Some(size) = &cell.creative_size else { return true };
    let is_wxh = size.split_once('x').is_some_and(|(width, height)| {
        let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        is_number(width) && is_number(height)
    });
    if is_wxh {
        return format != "DISPLAY" || config.sizes.is_empty() || config.sizes.contains(size);
    }
    servable.serves(format, size) || !servable.labels.contains(size)
}

/// The reports' word for a format of Google's.
fn ours(google: &str) -> Option<&'static str> {
    super::FORMATS.into_iter().find(|(_, theirs, _)| *theirs == google).map(|(ours, ..)| ours)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::advice::proposal::Takes;

    fn servable() -> Servable {
        let row = |format: &str, size: Option<&str>, is_label| ServableRow {
            format: format.to_owned(),
            creative_size: size.map(str::to_owned),
            is_label,
        };
        Servable::of(vec![
            row("DISPLAY", Some("300x250"), false),
            row("DISPLAY", Some("Interstitial"), true),
            row("", Some("Native"), true),
            row("", Some("Video/Overlay"), true),
        ])
    }

    fn config(formats: &[&str], sizes: &[&str], included: &[&str], excluded: &[&str]) -> ProposedConfig {
        let texts = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect();
        ProposedConfig {
            name: String::new(),
            description: String::new(),
            priority: 1,
            formats: texts(formats),
            sizes: texts(sizes),
            included_geos: texts(included),
            excluded_geos: texts(excluded),
            takes: Takes::default(),
        }
    }

    fn cell(format: Option<&str>, size: Option<&str>, country: Option<&str>) -> Cell {
        let text = |text: Option<&str>| text.map(str::to_owned);
        Cell { creative_format: text(format), creative_size: text(size), country: text(country), ..Cell::default() }
    }

    #[test]
    fn a_config_takes_what_all_of_its_lists_let_through() {
        let display = config(&["HTML"], &["300x250"], &["IN"], &["US"]);
        let everything = config(&["HTML", "VAST"], &["300x250"], &[], &["US", "IN"]);
        for (format, size, country, by_display, by_everything) in [
            (Some("DISPLAY"), Some("300x250"), Some("IN"), true, false),
            (Some("DISPLAY"), Some("300x250"), Some("ID"), false, true),
            (Some("DISPLAY"), Some("300x250"), Some("US"), false, false),
            (Some("DISPLAY"), Some("300x250"), None, false, true),
            (Some("DISPLAY"), Some("320x50"), Some("IN"), false, false),
            (Some("VIDEO"), Some("320x50"), Some("ID"), false, true),
            (Some("NATIVE"), Some("Native"), Some("ID"), false, false),
            (Some("DISPLAY"), Some("Interstitial"), Some("IN"), true, false),
            (Some("VIDEO"), Some("Video/Overlay"), Some("ID"), false, false),
            (None, Some("Dynamic"), Some("IN"), true, false),
            (None, None, Some("ID"), false, true),
        ] {
            let cell = cell(format, size, country);
            let taken = (is_taken(&cell, &display, &servable()), is_taken(&cell, &everything, &servable()));
            assert_eq!(taken, (by_display, by_everything), "{cell:?}");
        }
    }
}
