//! A day that is larger than the memory: its rows, cut by sort key into pieces that fit, each on disk until its turn.
//!
//! Rows of one natural key have one sort key, so they meet in the same piece; and the pieces one after the other are
//! the day in its order.

use std::io;
use std::path::Path;

use super::order::SortColumns;
use super::rows::Rows;
use super::spill::Spill;

/// The rows of a range of sort keys, each in the order in which they came.
pub(super) struct Piece {
    rows: Spill,
    live: Spill,
}

impl Piece {
    /// Brings the rows into memory: those of the report, and the live ones.
    pub(super) fn in_memory(self, width: usize) -> io::Result<(Rows, Rows)> {
        let read = |spill: Spill| -> io::Result<Rows> {
            let mut rows = Rows::new(width);
            spill.read(0..spill.len(), |words| rows.push_all(words))?;
            Ok(rows)
        };
        Ok((read(self.rows)?, read(self.live)?))
    }
}

/// Takes rows, many at once, one after the other.
pub(super) type Take<'a> = dyn FnMut(&[u32]) -> io::Result<()> + 'a;

/// Rows of a day that can be gone through more than once.
pub(super) struct Source<'a> {
    /// How many.
    pub rows: usize,
    /// Gives all rows, in the order in which they came.
    pub each: &'a dyn Fn(&mut Take<'_>) -> io::Result<()>,
}

/// Sort keys looked at for each piece: enough for pieces of about the same size.
const SAMPLES: usize = 1000;

/// Cuts a report's rows of `width` words, and the live rows that they meet, into pieces of about `piece_rows`.
pub(super) fn cut(
    sort: &SortColumns,
    (report, live): (&Source<'_>, &Source<'_>),
    (width, piece_rows): (usize, usize),
    dir: &Path,
) -> io::Result<Vec<Piece>> {
    let rows = report.rows + live.rows;
    let count = rows.div_ceil(piece_rows.max(1)).max(1);
    let every = (rows / (count * SAMPLES)).max(1);
    let mut samples: Vec<u128> = Vec::new();
    for source in [report, live] {
        let mut seen = 0;
        (source.each)(&mut |words| {
            for row in words.chunks_exact(width) {
                if seen % every == 0 {
                    samples.push(sort.key(row));
                }
                seen += 1;
            }
            Ok(())
        })?;
    }
    samples.sort_unstable();
    let mut borders: Vec<u128> = (1..count).map(|piece| samples[piece * samples.len() / count]).collect();
    borders.dedup();
    let piece = |_| Ok(Piece { rows: Spill::new(width, dir)?, live: Spill::new(width, dir)? });
    let mut pieces = (0..=borders.len()).map(piece).collect::<io::Result<Vec<_>>>()?;
    for (source, is_live) in [(report, false), (live, true)] {
        (source.each)(&mut |words| {
            words.chunks_exact(width).try_for_each(|row| {
                let key = sort.key(row);
                let piece = &mut pieces[borders.partition_point(|border| *border <= key)];
                if is_live { piece.live.push(row) } else { piece.rows.push(row) }
            })
        })?;
    }
    pieces.iter_mut().try_for_each(|piece| piece.rows.flush().and_then(|()| piece.live.flush()))?;
    Ok(pieces)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::facts;
    use crate::report::{Dictionary, RowLayout};
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn pieces_are_the_rows_in_ranges_of_their_keys(
            report in prop::collection::vec((0..40_u32, 0..9_u32), 1..400),
            live in prop::collection::vec((0..40_u32, 0..9_u32), 0..100),
            piece_rows in 1..200_usize,
        ) {
            let table = facts::table("rtb_daily").unwrap();
            let layout = RowLayout::new(table, ["billing_id", "creative_id"]);
            let mut dictionary = Dictionary::plain();
            (0..40).for_each(|n| { dictionary.id(&format!("{n:02}")); });
            let creatives = Dictionary::plain();
            let sort = SortColumns::new(&layout, &[Some(dictionary), Some(creatives), None], &["billing_id".to_owned()]);
            let words = |rows: &[(u32, u32)]| rows.iter().flat_map(|(key, n)| [*key, 0, *n]).collect::<Vec<_>>();
            let (report_words, live_words) = (words(&report), words(&live));
            let dir = tempfile::tempdir().unwrap();
            let report_source = Source { rows: report.len(), each: &|take| take(&report_words) };
            let live_source = Source { rows: live.len(), each: &|take| take(&live_words) };
            let pieces = cut(&sort, (&report_source, &live_source), (3, piece_rows), dir.path()).unwrap();
            let mut below = 0;
            let (mut report_read, mut live_read) = (Vec::new(), Vec::new());
            for piece in pieces {
                let (rows, live) = piece.in_memory(3).unwrap();
                let keys = || rows.iter().chain(live.iter()).map(|row| row[0]);
                prop_assert!(keys().all(|key| key >= below), "keys only grow from piece to piece");
                below = keys().max().map_or(below, |key| key + 1);
                report_read.extend(rows.iter().map(|row| (row[0], row[2])));
                live_read.extend(live.iter().map(|row| (row[0], row[2])));
            }
            let stable = |mut rows: Vec<(u32, u32)>| { rows.sort_by_key(|row| row.0); rows };
            prop_assert_eq!(stable(report_read), stable(report));
            prop_assert_eq!(stable(live_read), stable(live));
        }
    }
}
