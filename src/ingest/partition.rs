//! One day of a file and the live partition that it meets → one staged file.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

use arrow::array::StringArray;

use super::encode::{self, Encoder, ROW_GROUP_ROWS};
use super::error::Ended;
use super::file_rows::DayRows;
use super::meeting::can_meet;
use super::order::{self, SortColumns};
use super::resolve::{Outcomes, resolve};
use super::restate::restate;
use super::rows::Rows;
use super::timings::{Stage, Stopwatch};
use super::{ImportError, ImportOptions, Mode, live};
use crate::lake::{Lake, LiveFile, Scope, Snapshot, StagedFile};
use crate::model::{BatchId, Day};
use crate::report::{Parsed, Refusal, ReportKind, RowLayout};

/// What all days of a file have in common.
pub(super) struct Staging<'a> {
    pub lake: &'a Lake,
    /// Where rows may spill.
    pub tmp: &'a Path,
    pub snapshot: &'a Snapshot,
    pub kind: &'static ReportKind,
    pub options: &'a ImportOptions,
    pub batch: BatchId,
    /// That share the writing of a day.
    pub threads: usize,
}

impl Staging<'_> {
    fn scope(&self, day: Day) -> Scope {
        Scope { table: self.kind.table(), account: self.options.account, report: self.kind.name.clone(), day }
    }

    fn live(&self, day: Day) -> Vec<Arc<LiveFile>> {
        self.snapshot.files_of(&self.scope(day))
    }
}

/// The days of a file on their way into staged files.
pub(super) struct Partitions<'a> {
    staging: &'a Staging<'a>,
    parsed: &'a mut Parsed,
    watch: &'a mut Stopwatch,
    /// The words of the rows that come in.
    from: RowLayout,
    /// The texts of the dictionaries, while no live partition has added to them.
    texts: Option<Vec<Option<Arc<StringArray>>>>,
    staged: Vec<StagedFile>,
    ended: Vec<i64>,
    outcomes: Outcomes,
}

impl<'a> Partitions<'a> {
    /// Refuses the file where a day has another grain, or where it must not replace a day.
    pub(super) fn new(
        staging: &'a Staging<'a>,
        parsed: &'a mut Parsed,
        watch: &'a mut Stopwatch,
        days: impl Iterator<Item = Day>,
    ) -> Result<Self, Ended> {
        let from = parsed.layout.clone();
        let mut columns: BTreeSet<String> = from.columns().iter().map(|column| column.name.clone()).collect();
        for day in days {
            let files = staging.live(day);
            if staging.options.mode == Mode::Replace {
                refuse_to_erase(staging, parsed, day, &files)?;
                continue;
            }
            refuse_other_grain(staging, &from, day, &files)?;
            columns.extend(live::columns(&files).into_iter().map(str::to_owned));
        }
        parsed.widen(RowLayout::new(staging.kind.table(), columns));
        let (texts, staged, ended, outcomes) = Default::default();
        watch.lap(Stage::Live);
        Ok(Self { staging, parsed, watch, from, texts, staged, ended, outcomes })
    }

    /// Brings the rows of one day together with its live ones, and writes what lives on.
    pub(super) fn stage(&mut self, day: Day, rows: DayRows) -> Result<(), Ended> {
        let (mut rows, arrival) = rows.in_memory().map_err(ImportError::input(self.staging.tmp))?;
        if let (None, Some(word)) = (self.parsed.currency, self.from.position("currency")) {
            // The currency that the file's rows wait for is not known: they have none.
            rows.fill(word, 0);
        }
        let Staging { lake, options, kind, batch, threads, .. } = self.staging;
        let mut files = self.staging.live(day);
        let parsed = &mut *self.parsed;
        let mut all = rows.relaid(&self.from, &parsed.layout);
        let mut live = Rows::new(all.width());
        if options.mode != Mode::Replace {
            files.retain(|file| can_meet(file, &all, parsed));
            for file in &files {
                let Parsed { layout, dictionaries, words, .. } = &mut *parsed;
                live::read(file, layout, dictionaries, words, &mut live, *threads)?;
                self.texts = None;
            }
        }
        self.watch.lap(Stage::Live);
        let (layout, dictionaries, sort) = (&parsed.layout, &parsed.dictionaries, &kind.table().sort);
        let (order, outcomes) = if live.len() == 0 {
            let indexes = arrival.iter().cloned().flatten();
            let sorted = order::sorted(&all, indexes, &SortColumns::new(layout, dictionaries, sort));
            self.watch.lap(Stage::Sort);
            resolve(&all, layout, sorted)
        } else {
            let live_rows = live.len();
            let start = all.append(live);
            let (mut survivors, outcomes) = restate(&all, layout, &arrival, start..start + live_rows, options.mode);
            self.watch.lap(Stage::Resolve);
            // The rows of one file are in order as they stand.
            if outcomes.imported > 0 || files.len() > 1 {
                let indexes = survivors.iter().map(|index| *index as usize);
                survivors = order::sorted(&all, indexes, &SortColumns::new(layout, dictionaries, sort)).order;
            }
            self.watch.lap(Stage::Sort);
            (survivors, outcomes)
        };
        self.watch.lap(Stage::Resolve);
        self.outcomes += outcomes;
        if outcomes.nothing_new() {
            return Ok(());
        }
        let columns = encode::stored_columns(kind.table(), &parsed.layout);
        let names: Vec<_> = columns.iter().map(|(_, column)| *column).collect();
        let texts = self.texts.get_or_insert_with(|| encode::texts(&parsed.dictionaries)).clone();
        let encoder = Encoder::new(&all, &parsed.words, texts, columns, *batch);
        let grain = parsed.layout.grain();
        let file = lake.create_file(&self.staging.scope(day), &names, &grain, order.len() as u64)?;
        let mut file = file.with_threads(*threads);
        for chunk in order.chunks(ROW_GROUP_ROWS) {
            let batches = encoder.batches(chunk, *threads).map_err(ImportError::from)?;
            self.watch.lap(Stage::Gather);
            batches.iter().try_for_each(|batch| file.write(batch))?;
            self.watch.lap(Stage::Encode);
        }
        self.staged.push(file.finish()?);
        self.watch.lap(Stage::Sync);
        self.ended.extend(files.iter().map(|file| file.file_id));
        Ok(())
    }

    /// The new files, the ids of the files that they replace, and what became of the rows.
    pub(super) fn finish(self) -> (Vec<StagedFile>, Vec<i64>, Outcomes) {
        (self.staged, self.ended, self.outcomes)
    }
}

/// Rows of another grain would stand beside the live ones and count everything twice.
fn refuse_other_grain(
    staging: &Staging<'_>,
    layout: &RowLayout,
    day: Day,
    files: &[Arc<LiveFile>],
) -> Result<(), Ended> {
    let ours: BTreeSet<&str> = layout.grain().into_iter().collect();
    for file in files {
        let theirs: BTreeSet<&str> = file.grain.iter().map(String::as_str).collect();
        if theirs != ours {
            let list = |grain: &BTreeSet<&str>| grain.iter().copied().collect::<Vec<_>>().join(", ");
            let message = format!(
                "the {} of {day} is there by {}; this file is by {}: both would count everything twice. Import a file with \
                 the same columns, or take this one instead with --mode replace",
                staging.kind.title,
                list(&theirs),
                list(&ours)
            );
            return Err(Refusal::new("other_grain", message).into());
        }
    }
    Ok(())
}

/// One seat's file must not erase the others' rows of the day.
fn refuse_to_erase(staging: &Staging<'_>, parsed: &Parsed, day: Day, files: &[Arc<LiveFile>]) -> Result<(), Ended> {
    if staging.options.drop_missing {
        return Ok(());
    }
    for column in &staging.kind.table().parts_by {
        let dictionary = parsed.layout.position(column).and_then(|word| parsed.dictionaries[word].as_ref());
        let has = |text: &str| dictionary.is_some_and(|dictionary| dictionary.has(text));
        let live = live::distinct(files, staging.kind.table(), column)?;
        let missing: Vec<_> = live.iter().filter(|text| !has(text)).map(String::as_str).collect();
        if !missing.is_empty() {
            let message = format!(
                "{day} has rows of {column} {} that this file lacks, and mode replace would erase them; import with \
                 --mode merge, or add --drop-missing",
                missing.join(", ")
            );
            return Err(Refusal::new("would_erase", message).into());
        }
    }
    Ok(())
}
