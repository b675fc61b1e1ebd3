//! Whether what a header says of itself adds up.

use std::collections::BTreeSet;

use crate::model::Day;
use crate::report::{Header, ReportKind, ReportRules};

/// What does not hold of any bytes as the beginning of a report.
pub(crate) fn header_says(bytes: &[u8]) -> Option<String> {
    [true, false].into_iter().find_map(|whole| match Header::read(bytes, whole) {
        Ok(header) => wrong(&header),
        Err(refusal) => (refusal.message.len() < 20).then(|| format!("refused with '{}'", refusal.message)),
    })
}

fn wrong(header: &Header) -> Option<String> {
    let columns: Vec<&str> = header.mapped().map(|(_, column)| column).collect();
    let distinct: BTreeSet<&str> = columns.iter().copied().collect();
    if distinct.len() != columns.len() {
        return Some(format!("a column has two fields: {columns:?}"));
    }
    let ignored: Vec<&str> = header.ignored().collect();
    if columns.len() + ignored.len() != header.names().len() {
        return Some("a field is neither mapped nor ignored".to_owned());
    }
    if let Some((found, _)) = header.near_misses().into_iter().find(|(found, _)| !ignored.contains(found)) {
        return Some(format!("'{found}' is a near miss, but not ignored"));
    }
    match ReportKind::recognise(header) {
        Err(refusal) if refusal.message.len() < 20 => return Some(format!("refused with '{}'", refusal.message)),
        Err(_) => {}
        Ok(kind) => {
            if kind.poorer_without(header).any(|(column, _)| header.has(column)) {
                return Some("poorer without a column that is there".to_owned());
            }
        }
    }
    for kind in ReportRules::built_in().kinds() {
        let Ok(of_kind) = header.clone().of_kind(kind) else { continue };
        if let Some(column) = of_kind.columns().flatten().find(|column| kind.table().column(column).is_none()) {
            return Some(format!("{} has no column {column}", kind.name));
        }
    }
    let dated = header.has("metric_date");
    let of_day = header.clone().of_day(Day::from_epoch_days(20_000));
    (of_day.is_ok() == dated).then(|| "a report has days of its own, or is given one".to_owned())
}
