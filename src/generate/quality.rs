//! The quality report: how many impressions were visible, and how many were invalid.
//!
//! The header is that of production, with the publisher and the columns of invalid traffic: what is said of publishers
//! needs them, and one day of quality reports has one grain.

use std::io::{self, Write};

use super::day::Mould;
use super::day::dimension::{BILLING, CREATIVE, PUBLISHER, SIZE};
use super::random::Random;
use super::stories::INVALID_PUBLISHER;
use super::table::Table;
use super::text;
use super::traffic::Traffic;
use crate::model::Day;

const HEADER: &str = "#Day,Billing ID,Creative ID,Creative size,Creative format,Publisher ID,Publisher name,\
    Reached queries,Impressions,Spend (buyer currency),Active view viewable,Active view measurable,\
    Pre-filtered impressions,IVT credited impressions";

const MEASURABLE: f64 = 0.94;
const VIEWABLE: f64 = 0.66;
const INVALID: f64 = 0.012;
/// Of the publisher with invalid traffic.
const HARDLY_VIEWABLE: f64 = 0.31;
const OFTEN_INVALID: f64 = 0.14;

/// Writes the report.
pub(super) fn write(
    mould: &Mould,
    traffic: &Traffic,
    out: &mut dyn Write,
    day: Day,
    mut random: Random,
) -> io::Result<u64> {
    let date = text::date(mould.shape, day);
    let mut table = Table::new(out, HEADER);
    for ([billing, creative, size, publisher], sums) in traffic.by([BILLING, CREATIVE, SIZE, PUBLISHER]) {
        let (viewable, invalid) =
            if publisher == INVALID_PUBLISHER { (HARDLY_VIEWABLE, OFTEN_INVALID) } else { (VIEWABLE, INVALID) };
        let measurable = random.round(sums.impressions as f64 * MEASURABLE).min(sums.impressions);
        let viewable = random.round(measurable as f64 * viewable).min(measurable);
        let invalid = random.round(sums.impressions as f64 * invalid).min(sums.impressions);
        let creative = &mould.world.creatives[creative];
        table.plain(&date);
        table.plain(&mould.world.billing_ids[billing]);
        table.plain(&creative.id);
        table.plain(&mould.world.sizes[size]);
        table.plain(creative.format.report_name());
        table.cells(&mould.publisher_text[publisher]);
        table.count(sums.reached);
        table.count(sums.impressions);
        table.money(mould.shape, sums.spend_micros);
        for count in [viewable, measurable, sums.impressions + invalid, invalid] {
            table.count(count);
        }
        table.end_row()?;
    }
    table.finish()
}
