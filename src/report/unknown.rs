//! What to say about a header that fits no kind: what was found, what was understood, what each kind lacks, and how to
//! set up the report that it most probably is.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use super::{Header, Refusal, ReportKind};

/// Headers named of a file that may have thousands.
const NAMED: usize = 24;

/// The refusal of a report of no known kind.
pub(super) fn refusal(header: &Header) -> Refusal {
    let found = header.names();
    let found: Vec<&str> = found.iter().map(String::as_str).collect();
    let mapped: Vec<&str> = header.mapped().map(|(name, _)| name).collect();
    let near = header.near_misses();
    let ignored: Vec<String> = header
        .ignored()
        .map(|name| match near.iter().find(|(found, _)| *found == name) {
            Some((_, meant)) => format!("{} (is {meant} meant?)", clip(name)),
            None => clip(name),
        })
        .collect();
    // Nearest first: the kind with the most columns in common, then the one that lacks least.
    let mut kinds: Vec<(&ReportKind, Vec<String>)> =
        header.rules.kinds().iter().map(|kind| (kind, kind.lacks(header))).collect();
    kinds.sort_by_key(|(kind, lacks)| {
        let shared: BTreeSet<&String> = kind.columns().filter(|column| header.has(column)).collect();
        (Reverse(shared.len()), lacks.len())
    });
    let lacks =
        kinds.iter().map(|(kind, lacks)| format!("\n  {} ({}) lacks {}", kind.name, kind.title, lacks.join(", ")));
    let message = format!(
        "this is no report that Cat-Scan knows\n  found: {}\n  read: {}\n  ignored: {}{}",
        list(&found),
        list(&mapped),
        list(&ignored),
        lacks.collect::<String>()
    );
    Refusal {
        columns_found: header.names(),
        kinds_lack: Some(Box::new(kinds.iter().map(|(kind, lacks)| (kind.name.clone(), lacks.clone())).collect())),
        fix: Some(match kinds.first() {
            Some((kind, _)) if !mapped.is_empty() => format!("{} docs/reports.md has the other kinds.", kind.fix),
            _ => "Export one of these reports as CSV, with its header; docs/reports.md says how to set up each.".into(),
        }),
        ..Refusal::new("unknown_report", message)
    }
}

fn list<T: AsRef<str>>(names: &[T]) -> String {
    if names.is_empty() {
        return "nothing".to_owned();
    }
    let mut shown: Vec<String> = names.iter().take(NAMED).map(|name| clip(name.as_ref())).collect();
    if names.len() > NAMED {
        shown.push(format!("and {} more", names.len() - NAMED));
    }
    shown.join(", ")
}

/// A name on one line, of at most 60 characters.
fn clip(name: &str) -> String {
    let name = name.replace(char::is_control, " ");
    match name.as_str() {
        "" => "(no name)".to_owned(),
        name if name.chars().count() > 60 => name.chars().take(59).chain(['…']).collect(),
        name => name.to_owned(),
    }
}
