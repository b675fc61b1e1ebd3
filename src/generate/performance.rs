//! The performance report of a day: the rows of its traffic as they are.

use std::io::{self, Write};

use super::day::{Key, Metrics, Mould};
use super::table::Table;
use super::{Shape, text};
use crate::model::Day;

const REAL_HEADER: &str = "#Day,Billing ID,Creative ID,Creative size,Creative format,Country,Platform,Environment,\
    Publisher ID,Publisher name,Mobile app ID,Mobile app name,Reached queries,Impressions,Clicks,\
    Spend (buyer currency),Video starts,Video completions";
const WIDE_HEADER: &str = "Day,Billing ID,Creative ID,Creative size,Creative format,Country,Platform,Environment,\
    Publisher ID,Publisher name,Mobile app ID,Mobile app name,Reached queries,Bids,Bids in auction,Impressions,Clicks,\
    Spend (buyer currency),Video starts,Video completions";

/// A performance report under construction.
pub(super) struct Performance<'a> {
    mould: &'a Mould,
    table: Table<'a>,
    date: String,
}

impl<'a> Performance<'a> {
    /// Writes the header.
    pub fn new(mould: &'a Mould, out: &'a mut dyn Write, day: Day) -> Self {
        let header = if mould.shape == Shape::Real { REAL_HEADER } else { WIDE_HEADER };
        Self { mould, table: Table::new(out, header), date: text::date(mould.shape, day) }
    }

    /// Writes one row.
    pub fn row(&mut self, key: Key, metrics: &Metrics) -> io::Result<()> {
        let [billing, creative, size, country, platform, publisher, app] = key;
        let (mould, table) = (self.mould, &mut self.table);
        let (world, shape) = (&mould.world, mould.shape);
        let creative = &world.creatives[creative];
        for plain in [
            self.date.as_str(),
            &world.billing_ids[billing],
            &creative.id,
            &world.sizes[size],
            creative.format.report_name(),
            world.countries[country].0,
            world.platforms[platform],
            if app == 0 { "Web" } else { "App" },
        ] {
            table.plain(plain);
        }
        table.cells(&mould.publisher_text[publisher]);
        table.cells(&mould.app_text[app]);
        table.count(metrics.reached);
        if shape == Shape::Wide {
            table.count(metrics.bids);
            table.count(metrics.bids_in_auction);
        }
        table.count(metrics.impressions);
        table.count(metrics.clicks);
        table.money(shape, metrics.spend_micros);
        table.count(metrics.video_starts);
        table.count(metrics.video_completions);
        table.end_row()
    }

    /// Writes what is still to be written.
    pub fn finish(self) -> io::Result<u64> {
        self.table.finish()
    }
}
