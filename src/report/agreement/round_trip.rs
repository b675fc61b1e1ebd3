//! Whether what a CSV writer wrote reads back the same, however it writes.

use csv::{QuoteStyle, Terminator, WriterBuilder};

use super::in_blocks_of;
use crate::model::Micros;
use crate::report::cells::money::MONEY_CAP;
use crate::report::cells::{is_none, trimmed};

const HEADER: [&str; 7] =
    ["#Day", "Billing ID", "Creative ID", "Publisher name", "Note", "Reached queries", "Spend (buyer currency)"];

/// How a writer writes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Style {
    pub delimiter: u8,
    pub terminator: Terminator,
    pub quotes: QuoteStyle,
}

/// A creative, a publisher's name, and an amount.
pub(super) type Row = (String, String, Micros);

/// Cells out of any bytes: the first says how they are written, then names of two parts and the amount of their bytes.
/// What does not come back.
pub(crate) fn round_trip(bytes: &[u8]) -> Option<String> {
    let (style, cells) = bytes.split_first()?;
    let style = Style {
        delimiter: [b',', b';', b'\t'][usize::from(style % 3)],
        terminator: [Terminator::Any(b'\n'), Terminator::CRLF, Terminator::Any(b'\r')][usize::from(style / 3 % 3)],
        quotes: [QuoteStyle::Necessary, QuoteStyle::Always][usize::from(style / 9 % 2)],
    };
    let text = String::from_utf8_lossy(cells).replace('\0', "0");
    let row = |cells: &str| {
        let (creative, name) = cells.split_once('\u{1f}').unwrap_or((cells, ""));
        let amount = cells.bytes().fold(0_i64, |sum, byte| (sum * 257 + i64::from(byte)) % MONEY_CAP.0);
        (creative.to_owned(), name.to_owned(), Micros(amount))
    };
    came_back_otherwise(style, &text.split('\u{1e}').map(row).collect::<Vec<_>>())
}

/// What does not come back of these rows.
pub(super) fn came_back_otherwise(style: Style, rows: &[Row]) -> Option<String> {
    let mut csv = WriterBuilder::new()
        .delimiter(style.delimiter)
        .terminator(style.terminator)
        .quote_style(style.quotes)
        .from_writer(Vec::new());
    let stored = |text: &str| {
        let text = trimmed(text);
        format!("{:?}", (!is_none(text)).then_some(text))
    };
    let mut expected = Vec::new();
    csv.write_record(HEADER).ok()?;
    for (creative, name, amount) in rows {
        // A row without a creative would be a fault.
        let creative = format!("c{creative}");
        csv.write_record(["2026-11-19", "7", &creative, name, "", "1", &amount.to_string()]).ok()?;
        expected.push([stored(&creative), stored(name), format!("{:?}", Some(amount.0))]);
    }
    let said = match in_blocks_of(1 << 19, &csv.into_inner().ok()?) {
        Ok(Ok(said)) => said,
        Ok(Err(refused)) => return Some(format!("{style:?}: {refused}")),
        Err(refusal) => return Some(format!("{style:?}: {refusal}")),
    };
    if let Some(fault) = said.faults.first() {
        return Some(format!("{style:?}: {fault:?}"));
    }
    let read: Vec<_> = said.rows.iter().map(|row| [row[1].clone(), row[2].clone(), row[5].clone()]).collect();
    (read != expected).then(|| format!("{style:?}: {read:?} is not {expected:?}"))
}
