//! One day's reports: a file for each kind that is asked for, written beside its place and renamed into it.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::day::Mould;
use super::kinds::Kind;
use super::performance::Performance;
use super::random::Random;
use super::stories::Stories;
use super::traffic::Traffic;
use super::{GenerateError, GenerateOptions, at, bidder, bids, funnel, quality};
use crate::model::Day;

const TELL_EACH: u64 = 8_192;

/// What was written of a day.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Written {
    pub rows: u64,
    pub bytes: u64,
}

/// The name of a day's report.
pub(super) fn path(options: &GenerateOptions, kind: Kind, day: Day) -> PathBuf {
    options.dir.join(format!("{}-{day}.csv", kind.name()))
}

/// Writes the reports of a day; tells `progress` how many rows of performance were drawn since it was last told.
pub(super) fn write_day(
    mould: &Mould,
    day: Day,
    options: &GenerateOptions,
    progress: &dyn Fn(u64),
) -> Result<Written, GenerateError> {
    if options.kinds.is_performance_alone() {
        // As it is drawn, without a day in memory.
        return write(&path(options, Kind::Performance, day), |out| {
            let mut report = Performance::new(mould, out, day);
            let mut untold = 0;
            mould.rows(day, options.rows_per_day, options.seed, None, |key, metrics| {
                untold += 1;
                if untold == TELL_EACH {
                    progress(std::mem::take(&mut untold));
                }
                report.row(key, metrics)
            })?;
            progress(untold);
            report.finish()
        });
    }
    let traffic = Traffic::of(mould, day, options, &Stories::until(options.end));
    // Each kind has chance of its own, whichever others are written.
    let random = |kind: Kind| Random::new(options.seed, (kind as u64) << 32 | u64::from(day.epoch_days() as u32));
    let cells = || funnel::cells(mould, &traffic, random(Kind::FunnelGeo));
    let mut all = Written::default();
    for kind in options.kinds.iter() {
        let written = write(&path(options, kind, day), |out| match kind {
            Kind::Performance => {
                let mut report = Performance::new(mould, out, day);
                traffic.rows().try_for_each(|(key, metrics)| report.row(*key, metrics))?;
                report.finish()
            }
            Kind::Bids => bids::write_bids(mould, &traffic, out, day),
            Kind::FunnelGeo => funnel::write_geo(mould, &cells(), out, day),
            Kind::FunnelPublisher => funnel::write_publisher(mould, &cells(), out, day),
            Kind::Quality => quality::write(mould, &traffic, out, day, random(kind)),
            Kind::BidFiltering => bids::write_filtering(mould, &traffic, out, day, random(kind)),
            Kind::Bidder => bidder::write(mould, &traffic, out, day, random(kind)),
        })?;
        all.rows += written.rows;
        all.bytes += written.bytes;
    }
    progress(options.rows_per_day);
    Ok(all)
}

/// Writes beside the report and renames, so that an interrupted run leaves no half report.
fn write(path: &Path, report: impl FnOnce(&mut dyn Write) -> io::Result<u64>) -> Result<Written, GenerateError> {
    let unfinished = path.with_extension("csv.unfinished");
    let mut file = at(&unfinished, File::create(&unfinished))?;
    let rows = at(&unfinished, report(&mut file))?;
    let bytes = at(&unfinished, file.metadata())?.len();
    at(path, fs::rename(&unfinished, path))?;
    Ok(Written { rows, bytes })
}
