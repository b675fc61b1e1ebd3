//! Fact rows of one day → reports, one per account and kind, with the columns that the day's rows say.
//!
//! All columns are written while rows stream by; at the end the headers of those that no row says are blanked, so that
//! they are no columns of the report and its grain is that of the report the rows once came from.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufWriter, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use rusqlite::types::ValueRef;

use super::cell::{Cell, cell, is_said};
use super::plan::Field;
use super::spend::Sums;
use crate::ingest::RowNumbers;
use crate::model::AccountId;

/// The column of a report's spend.
pub(super) const SPEND: &str = "spend";

/// A finished report.
pub(super) struct Report {
    pub account: AccountId,
    pub path: PathBuf,
    pub rows: u64,
    /// Where its lines come from.
    pub numbers: RowNumbers,
    /// What its rows spent.
    pub spend: Sums,
}

/// Reports in the making; those that are left are removed when it is dropped.
pub(super) struct Reports<'a> {
    place: &'a Path,
    fields: &'a [Field],
    /// The field whose rows without it stand apart.
    apart: Option<usize>,
    open: BTreeMap<(AccountId, bool), Draft>,
    line: Vec<u8>,
}

struct Draft {
    report: Report,
    file: BufWriter<File>,
    said: Vec<bool>,
    next_line: u64,
}

impl<'a> Reports<'a> {
    /// Reports with these columns, in files whose names begin with `place`.
    pub fn new(place: &'a Path, fields: &'a [Field], apart: Option<&str>) -> Self {
        let apart = apart.and_then(|apart| fields.iter().position(|field| field.column.header == apart));
        Self { place, fields, apart, open: BTreeMap::new(), line: Vec::new() }
    }

    /// Adds a row; `values` are those of the fields.
    pub fn write(&mut self, account: AccountId, rowid: i64, values: &[ValueRef<'_>]) -> io::Result<()> {
        let apart = self.apart.is_some_and(|at| !is_said(values[at], false));
        let draft = match self.open.entry((account, apart)) {
            std::collections::btree_map::Entry::Occupied(entry) => entry.into_mut(),
            std::collections::btree_map::Entry::Vacant(entry) => {
                let path = self.place.with_extension(format!("{account}-{}.csv", u8::from(apart)));
                entry.insert(Draft::new(path, account, self.fields)?)
            }
        };
        self.line.clear();
        for (at, (field, value)) in self.fields.iter().zip(values).enumerate() {
            draft.said[at] |= field.column.required || is_said(*value, field.zero_is_unsaid);
            if at > 0 {
                self.line.push(b',');
            }
            let Cell { micros, rounded } = cell(&mut self.line, *value, field.column.money);
            if field.column.header == SPEND {
                draft.report.spend.database += i128::from(micros.unwrap_or_default());
                draft.report.spend.rounded += u64::from(rounded);
            }
        }
        self.line.push(b'\n');
        draft.report.numbers.push(draft.next_line, rowid);
        draft.report.rows += 1;
        draft.next_line += lines(&self.line);
        draft.file.write_all(&self.line)
    }

    /// The next report, finished; its file is there until the next call.
    pub fn next(&mut self, done: Option<&Report>) -> io::Result<Option<Report>> {
        if let Some(done) = done {
            remove(&done.path);
        }
        let Some((_, draft)) = self.open.pop_first() else { return Ok(None) };
        draft.finish(self.fields).map(Some)
    }
}

impl Drop for Reports<'_> {
    fn drop(&mut self) {
        for draft in self.open.values() {
            remove(&draft.report.path);
        }
    }
}

impl Draft {
    fn new(path: PathBuf, account: AccountId, fields: &[Field]) -> io::Result<Self> {
        let mut file = BufWriter::with_capacity(1 << 18, File::create(&path)?);
        let said = vec![false; fields.len()];
        file.write_all(&header(fields, &vec![true; fields.len()]))?;
        let report = Report { account, path, rows: 0, numbers: RowNumbers::default(), spend: Sums::default() };
        Ok(Self { report, file, said, next_line: 2 })
    }

    fn finish(self, fields: &[Field]) -> io::Result<Report> {
        let mut file = self.file.into_inner().map_err(io::IntoInnerError::into_error)?;
        file.seek(SeekFrom::Start(0))?;
        file.write_all(&header(fields, &self.said))?;
        Ok(self.report)
    }
}

/// The first line; what is not said is blank, and the length is always the same.
fn header(fields: &[Field], said: &[bool]) -> Vec<u8> {
    let names = fields.iter().zip(said).map(|(field, said)| match said {
        true => field.column.header.clone(),
        false => " ".repeat(field.column.header.len()),
    });
    (names.collect::<Vec<_>>().join(",") + "\n").into_bytes()
}

/// Physical lines, as the reader of reports counts them.
fn lines(text: &[u8]) -> u64 {
    let feeds = text.iter().filter(|byte| **byte == b'\n').count();
    let lone = text.windows(2).filter(|pair| pair[0] == b'\r' && pair[1] != b'\n').count();
    (feeds + lone) as u64
}

fn remove(path: &Path) {
    if let Err(error) = std::fs::remove_file(path) {
        tracing::warn!("{}: {error}; the next start removes it", path.display());
    }
}
