//! The rows of a whole report, put together from those of its readers: by day, in the order of the report, in one set
//! of words.

use std::io;
use std::ops::Range;
use std::rc::Rc;

use super::date_rows::{DateOfReader, DateRows};
use super::rows::Rows;
use super::spill::Spill;
use crate::report::{Renaming, RowLayout};

/// All rows of a report by date id.
pub(super) struct FileRows {
    layout: RowLayout,
    readers: Vec<(Vec<Option<DateOfReader>>, Rc<Renaming>)>,
}

/// The rows of one day of a report.
pub(super) struct DayRows {
    layout: RowLayout,
    parts: Vec<(DateOfReader, Rc<Renaming>)>,
}

/// Indexes of rows in the order in which they came.
pub(super) type Arrival = Vec<Range<usize>>;

impl FileRows {
    /// The rows that went into `sinks`, and what their words mean in the report.
    pub(super) fn new(layout: &RowLayout, sinks: Vec<DateRows>, renamings: Vec<Renaming>) -> Self {
        let dates = |sink: DateRows| sink.into_dates().into_iter().map(Some).collect();
        let readers = sinks.into_iter().map(dates).zip(renamings.into_iter().map(Rc::new)).collect();
        Self { layout: layout.clone(), readers }
    }

    /// Takes the rows of these dates out.
    pub(super) fn take(&mut self, dates: &[u32]) -> DayRows {
        let mut parts = Vec::new();
        for (of_reader, renaming) in &mut self.readers {
            for (date, rows) in of_reader.iter_mut().enumerate() {
                if dates.contains(&renaming.date(date as u32)) {
                    parts.extend(rows.take().map(|rows| (rows, Rc::clone(renaming))));
                }
            }
        }
        DayRows { layout: self.layout.clone(), parts }
    }
}

impl DayRows {
    /// How many.
    pub(super) fn len(&self) -> usize {
        self.parts.iter().map(|(part, _)| part.len()).sum()
    }

    /// Brings all rows into memory.
    pub(super) fn in_memory(self) -> io::Result<(Rows, Arrival)> {
        let mut all = Rows::new(self.layout.width());
        let mut arrival: Vec<(u64, Range<usize>)> = Vec::new();
        for (mut part, renaming) in self.parts {
            let blocks: Vec<_> = part.blocks().collect();
            let (spilled, mut base) = (part.spilled.as_ref().map_or(0, Spill::len), all.end());
            if let Some(spill) = part.spilled.take() {
                let mut rows = Rows::new(self.layout.width());
                spill.read(0..spilled, |words| rows.push_all(words))?;
                rows.change(|words| renaming.apply(words, &self.layout));
                base = all.append(rows);
            }
            part.rows.change(|words| renaming.apply(words, &self.layout));
            let behind = all.append(part.rows);
            for (block, rows) in blocks {
                let (on_disk, kept) = (rows.start..rows.end.min(spilled), rows.start.max(spilled)..rows.end);
                let moved = |rows: Range<usize>, by: usize| (block, rows.start + by..rows.end + by);
                arrival.extend((!on_disk.is_empty()).then(|| moved(on_disk, base)));
                let kept = kept.start.saturating_sub(spilled)..kept.end.saturating_sub(spilled);
                arrival.extend((!kept.is_empty()).then(|| moved(kept, behind)));
            }
        }
        arrival.sort_by_key(|(block, _)| *block);
        Ok((all, arrival.into_iter().map(|(_, rows)| rows).collect()))
    }

    /// Gives all rows to `take` in the order in which they came, many at once, one after the other.
    pub(super) fn each(&self, mut take: impl FnMut(&mut [u32]) -> io::Result<()>) -> io::Result<()> {
        let mut pieces: Vec<(u64, usize, Range<usize>)> = Vec::new();
        for (number, (part, _)) in self.parts.iter().enumerate() {
            pieces.extend(part.blocks().map(|(block, rows)| (block, number, rows)));
        }
        pieces.sort_by_key(|(block, ..)| *block);
        let mut words = Vec::new();
        for (_, number, rows) in pieces {
            let (part, renaming) = &self.parts[number];
            let spilled = part.spilled.as_ref().map_or(0, Spill::len);
            words.clear();
            if let Some(spill) = &part.spilled {
                spill.read(rows.start.min(spilled)..rows.end.min(spilled), |read| words.extend_from_slice(read))?;
            }
            for row in rows.start.max(spilled)..rows.end {
                words.extend_from_slice(part.rows.row(row - spilled));
            }
            renaming.apply(&mut words, &self.layout);
            take(&mut words)?;
        }
        Ok(())
    }
}
