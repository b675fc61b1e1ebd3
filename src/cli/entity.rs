//! What commands about entities share: lists as tables or JSON, changes whose answer is told in words or JSON, and who
//! makes them.

use std::io::Write;
use std::process::ExitCode;
use std::sync::{Mutex, PoisonError};

use comfy_table::{CellAlignment, Table, presets};
use serde::Serialize;
use serde_json::Value;

use super::failure::{Failure, OrFail};
use super::session::Session;
use super::work;
use crate::jobs::{Event, Job, Store};

/// A column of a table: its name, whether it holds numbers, and what stands in it.
pub(super) struct Column<T> {
    pub name: &'static str,
    pub is_number: bool,
    pub cell: fn(&T) -> Option<String>,
}

/// A column of words.
pub(super) const fn words<T>(name: &'static str, cell: fn(&T) -> Option<String>) -> Column<T> {
    Column { name, is_number: false, cell }
}

/// A column of numbers.
pub(super) const fn numbers<T>(name: &'static str, cell: fn(&T) -> Option<String>) -> Column<T> {
    Column { name, is_number: true, cell }
}

/// Prints the items: one JSON object a line, or a table in which a value that is not known is `–`; `none` where there are
/// no items.
pub(super) fn list<T: Serialize>(
    items: &[T],
    json: bool,
    columns: &[Column<T>],
    none: &str,
) -> Result<ExitCode, Failure> {
    let mut out = std::io::stdout().lock();
    if json {
        for item in items {
            serde_json::to_writer(&mut out, item).map_err(std::io::Error::from)?;
            writeln!(out)?;
        }
    } else if items.is_empty() {
        writeln!(out, "{none}")?;
    } else {
        writeln!(out, "{}", table(items, columns))?;
    }
    Ok(ExitCode::SUCCESS)
}

/// The items as a table for people.
pub(super) fn table<T>(items: &[T], columns: &[Column<T>]) -> String {
    let mut table = Table::new();
    table.load_preset(presets::NOTHING).set_header(columns.iter().map(|column| column.name));
    for (place, column) in columns.iter().enumerate() {
        if let Some(place) = column.is_number.then(|| table.column_mut(place)).flatten() {
            place.set_cell_alignment(CellAlignment::Right);
        }
    }
    for item in items {
        table.add_row(columns.iter().map(|column| (column.cell)(item).unwrap_or_else(|| "–".to_owned())));
    }
    table.trim_fmt()
}

/// The store of the session, open for reading.
pub(super) fn reader(session: &Session) -> Result<Store, Failure> {
    session.require_store()?;
    Store::open_reader(session.dir.clone(), session.config.clone()).or_fail()
}

/// Has the change made, here or by the server that holds the store, and prints the answer: as JSON, or in words.
pub(super) fn change(
    session: &Session,
    command: &str,
    job: &Job,
    json: bool,
    words: impl Fn(&Value) -> String + Sync,
) -> Result<ExitCode, Failure> {
    let written = Mutex::new(Ok(()));
    let show = |event: Event| match event {
        Event::Answered { answer } => {
            let text = if json { answer.to_string() } else { words(&answer) };
            *written.lock().unwrap_or_else(PoisonError::into_inner) = writeln!(std::io::stdout(), "{text}");
        }
        other => work::tell_plainly(other),
    };
    let ok = work::perform(session, command, job, &show)?;
    written.into_inner().unwrap_or_else(PoisonError::into_inner)?;
    Ok(ExitCode::from(u8::from(!ok)))
}

/// Who makes a change: the name given, else the user of the operating system, by name or, without one, by number.
pub(super) fn author(by: Option<String>) -> Option<String> {
    let said = |name: &str| std::env::var(name).ok().filter(|user| !user.trim().is_empty());
    let number = || format!("user {}", rustix::process::getuid().as_raw());
    by.or_else(|| said("USER")).or_else(|| said("LOGNAME")).or_else(|| Some(number()))
}

/// A moment as tables show it: to the minute, UTC.
pub(super) fn minute(time: chrono::DateTime<chrono::Utc>) -> String {
    time.format("%Y-%m-%d %H:%M").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_aligns_numbers_and_shows_what_is_not_known() {
        let columns = [
            words("name", |item: &(&str, Option<u32>)| Some(item.0.to_owned())),
            numbers("qps", |item| item.1.map(|n| n.to_string())),
        ];
        let text = table(&[("a", Some(1000)), ("b", None)], &columns);
        let lines: Vec<&str> = text.lines().map(str::trim).collect();
        assert_eq!(lines, ["name   qps", "a     1000", "b        –"]);
    }

    #[test]
    fn the_author_is_who_was_named() {
        assert_eq!(author(Some("dana".to_owned())).as_deref(), Some("dana"));
    }
}
