//! One day of a file and the live partition that it meets → one staged file.

use std::collections::BTreeSet;
use std::io;
use std::path::Path;
use std::sync::Arc;

use arrow::array::StringArray;

use super::encode::{self, Encoder, ROW_GROUP_ROWS};
use super::error::Ended;
use super::file_rows::{Arrival, DayRows};
use super::meeting::Apart;
use super::order::{self, SortColumns};
use super::resolve::{Outcomes, resolve};
use super::restate::restate;
use super::rows::{Relay, Rows};
use super::spill::Spill;
use super::timings::{Stage, Stopwatch};
use super::{ImportError, ImportOptions, Mode, live, pieces, sum};
use crate::lake::{Lake, LiveFile, PartitionWriter, Scope, Snapshot, StagedFile};
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
    /// Rows of a day beyond which it goes through the disk, in bytes.
    pub rows_bytes: usize,
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
        let is_replaced = self.staging.options.mode == Mode::Replace;
        let files = self.staging.live(day);
        let live_rows = if is_replaced { 0 } else { files.iter().map(|file| file.rows).sum() };
        let row_bytes = 4 * self.parsed.layout.width() as u64;
        let incoming = Incoming { rows, relay: self.relay() };
        if (incoming.rows.len() as u64 + live_rows) * row_bytes > self.staging.rows_bytes as u64 {
            self.stage_in_pieces(day, incoming, files)
        } else {
            self.stage_in_memory(day, incoming, files)
        }
    }

    fn stage_in_memory(&mut self, day: Day, rows: Incoming, mut files: Vec<Arc<LiveFile>>) -> Result<(), Ended> {
        let (rows, arrival) = rows.in_memory().map_err(ImportError::input(self.staging.tmp))?;
        let parsed = &mut *self.parsed;
        let mut live = Rows::new(parsed.layout.width());
        if self.staging.options.mode != Mode::Replace {
            files.retain(|file| {
                let mut apart = Apart::new(file, parsed);
                rows.iter().any(|row| apart.may_meet(row))
            });
            for file in &files {
                let Parsed { layout, dictionaries, words, .. } = &mut *parsed;
                live::read(file, layout, dictionaries, words, &mut live, self.staging.threads, |_| Ok(()))?;
                self.texts = None;
            }
        }
        self.watch.lap(Stage::Live);
        let sort = self.sort_columns();
        let met = self.meet(rows, arrival, live, files.len(), &sort)?;
        self.outcomes += met.outcomes;
        if met.outcomes.nothing_new() {
            return Ok(());
        }
        let mut file = self.create(day, met.order.len() as u64)?;
        self.write(&mut file, &met)?;
        self.finish_file(file, &files)
    }

    /// The same for a day that does not fit the memory.
    fn stage_in_pieces(&mut self, day: Day, rows: Incoming, mut files: Vec<Arc<LiveFile>>) -> Result<(), Ended> {
        let tmp = self.staging.tmp;
        let failed = |error| ImportError::input(tmp)(error);
        let width = self.parsed.layout.width();
        let mut live = Spill::new(width, tmp).map_err(failed)?;
        if self.staging.options.mode != Mode::Replace {
            let mut meets = Vec::with_capacity(files.len());
            for file in &files {
                let (mut apart, mut may_meet) = (Apart::new(file, self.parsed), false);
                let each = rows.each(&mut |words| {
                    may_meet = may_meet || words.chunks_exact(width).any(|row| apart.may_meet(row));
                    Ok(())
                });
                each.map_err(failed)?;
                meets.push(may_meet);
            }
            let mut meets = meets.into_iter();
            files.retain(|_| meets.next().unwrap_or(true));
            let parsed = &mut *self.parsed;
            let mut group = Rows::new(width);
            for file in &files {
                let Parsed { layout, dictionaries, words, .. } = &mut *parsed;
                live::read(file, layout, dictionaries, words, &mut group, self.staging.threads, |group| {
                    live.append(&std::mem::replace(group, Rows::new(width)))
                })?;
                self.texts = None;
            }
        }
        self.watch.lap(Stage::Live);
        let sort = self.sort_columns();
        let (incoming, expected) = (rows.rows.len(), (rows.rows.len() + live.len()) as u64);
        let report = pieces::Source { rows: incoming, each: &|take| rows.each(take) };
        let of_live = pieces::Source { rows: live.len(), each: &|take| live.read_through(take) };
        let piece_rows = self.staging.rows_bytes / PIECES_OF_MEMORY / (4 * width);
        let cut = pieces::cut(&sort, (&report, &of_live), (width, piece_rows), tmp).map_err(failed)?;
        drop((rows, live));
        self.watch.lap(Stage::Sort);
        let mut file = self.create(day, expected)?;
        let mut outcomes = Outcomes::default();
        for piece in cut {
            let (rows, live) = piece.in_memory(width).map_err(failed)?;
            let arrival = std::iter::once(0..rows.len()).collect();
            let met = self.meet(rows, arrival, live, files.len(), &sort)?;
            outcomes += met.outcomes;
            self.write(&mut file, &met)?;
        }
        self.outcomes += outcomes;
        if outcomes.nothing_new() {
            return Ok(());
        }
        self.finish_file(file, &files)
    }

    fn sort_columns(&self) -> SortColumns {
        SortColumns::new(&self.parsed.layout, &self.parsed.dictionaries, &self.staging.kind.table().sort)
    }

    fn relay(&self) -> Relay {
        // Where the currency that the file's rows wait for is not known, they have none.
        let no_currency = self.from.position("currency").filter(|_| self.parsed.currency.is_none());
        Relay::new(&self.from, &self.parsed.layout, no_currency)
    }

    /// Decides which rows live on. `files` is the number of files that the live rows, if any, come from.
    fn meet(
        &mut self,
        mut rows: Rows,
        mut arrival: Arrival,
        live: Rows,
        files: usize,
        sort: &SortColumns,
    ) -> Result<Met, Ended> {
        if self.staging.options.sum_equal_keys {
            let summed = sum::equal_keys(&rows, &arrival, &self.parsed.layout, &mut self.parsed.words)?;
            // Each further part takes the place of the row before by their sum.
            self.outcomes.replaced += (rows.len() - summed.len()) as u64;
            arrival = std::iter::once(0..summed.len()).collect();
            rows = summed;
        }
        let (layout, threads) = (&self.parsed.layout, self.staging.threads);
        if live.len() == 0 {
            let indexes: Vec<u32> = arrival.into_iter().flatten().map(|index| index as u32).collect();
            let sorted = order::sorted(&rows, &indexes, sort, threads);
            self.watch.lap(Stage::Sort);
            let (order, outcomes) = resolve(&rows, layout, sorted, threads);
            self.watch.lap(Stage::Resolve);
            return Ok(Met { rows, order, outcomes });
        }
        let live_rows = live.len();
        let start = rows.append(live);
        let live = start..start + live_rows;
        let (mut order, outcomes) = restate(&rows, layout, &arrival, live, (self.staging.options.mode, threads));
        self.watch.lap(Stage::Resolve);
        // The rows of one file are in order as they stand.
        if outcomes.imported > 0 || files > 1 {
            order = order::sorted(&rows, &order, sort, threads).order;
        }
        self.watch.lap(Stage::Sort);
        Ok(Met { rows, order, outcomes })
    }

    fn create(&self, day: Day, rows: u64) -> Result<PartitionWriter, Ended> {
        let Staging { lake, kind, threads, .. } = self.staging;
        let columns = encode::stored_columns(kind.table(), &self.parsed.layout);
        let names: Vec<_> = columns.iter().map(|(_, column)| *column).collect();
        let file = lake.create_file(&self.staging.scope(day), &names, &self.parsed.layout.grain(), rows)?;
        Ok(file.with_threads(*threads))
    }

    fn write(&mut self, file: &mut PartitionWriter, met: &Met) -> Result<(), Ended> {
        let Staging { kind, batch, threads, .. } = self.staging;
        let parsed = &*self.parsed;
        let columns = encode::stored_columns(kind.table(), &parsed.layout);
        let texts = self.texts.get_or_insert_with(|| encode::texts(&parsed.dictionaries)).clone();
        let encoder = Encoder::new(&met.rows, &parsed.words, texts, columns, *batch);
        for chunk in met.order.chunks(ROW_GROUP_ROWS) {
            let batches = encoder.batches(chunk, *threads).map_err(ImportError::from)?;
            self.watch.lap(Stage::Gather);
            batches.iter().try_for_each(|batch| file.write(batch))?;
            self.watch.lap(Stage::Encode);
        }
        Ok(())
    }

    fn finish_file(&mut self, file: PartitionWriter, replaced: &[Arc<LiveFile>]) -> Result<(), Ended> {
        self.staged.push(file.finish()?);
        self.ended.extend(replaced.iter().map(|file| file.file_id));
        self.watch.lap(Stage::Sync);
        Ok(())
    }

    /// The new files, the ids of the files that they replace, and what became of the rows.
    pub(super) fn finish(self) -> (Vec<StagedFile>, Vec<i64>, Outcomes) {
        (self.staged, self.ended, self.outcomes)
    }
}

/// A piece of a day takes so much of the memory for rows; the rest is for sorting and encoding it.
const PIECES_OF_MEMORY: usize = 2;

/// Rows and which of them live on, in the order of the table.
struct Met {
    rows: Rows,
    order: Vec<u32>,
    outcomes: Outcomes,
}

/// The rows of one day of the file, in the words of the partition.
struct Incoming {
    rows: DayRows,
    relay: Relay,
}

impl Incoming {
    fn in_memory(self) -> io::Result<(Rows, Arrival)> {
        let (rows, arrival) = self.rows.in_memory()?;
        Ok((rows.relaid(&self.relay), arrival))
    }

    /// Gives all rows to `take` in the order in which they came, many at once.
    fn each(&self, take: &mut pieces::Take<'_>) -> io::Result<()> {
        let mut relaid = Vec::new();
        self.rows.each(|words| {
            relaid.clear();
            self.relay.extend(words, &mut relaid);
            take(&relaid)
        })
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
