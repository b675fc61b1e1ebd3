//! The fields of one record, as the block reader sees them (raw bytes with quotes, shortcuts for the common shapes) and as
//! the records reader sees them (unquoted). Both give the same values; a property test holds them equal.

use std::ops::Range;

use super::cells::{count, money};
use super::dictionary::NoId;
use super::tally::CurrencySeen;
use super::{Dictionary, FaultReason, NULL_WORD, quoting};
use crate::model::Currency;

/// Null, among numbers that are never negative.
pub(super) const NULL: i64 = -1;

/// What the money cells of a file's kept rows had in common so far.
#[derive(Debug, Default)]
pub(super) struct Seen {
    pub currency: CurrencySeen,
    /// Amounts that lost digits.
    pub rounded: u64,
    /// The symbols of the row's amounts; they count once the row is kept.
    row_symbols: Vec<&'static [Currency]>,
    row_rounded: u64,
    /// What stood before the digits of the last amount that was read the long way, and what it means.
    prefix: Vec<u8>,
    symbol: &'static [Currency],
}

impl Seen {
    /// Forgets the row that was not kept.
    #[inline]
    pub(super) fn begin_row(&mut self) {
        self.row_symbols.clear();
        self.row_rounded = 0;
    }

    /// Counts what the row showed.
    #[inline]
    pub(super) fn keep_row(&mut self) {
        for symbol in &self.row_symbols {
            self.currency.see(symbol);
        }
        self.rounded += self.row_rounded;
    }

    /// Counts what another reader of the file saw.
    pub(super) fn absorb(&mut self, other: &Self) {
        self.currency.absorb(&other.currency);
        self.rounded += other.rounded;
    }
}

/// One record's fields, read as the cells they are.
pub(super) trait Fields {
    /// Whether [`Fields::bytes`] are raw: quoted where the file quotes.
    const QUOTED: bool;
    /// Fields of the record.
    fn len(&self) -> usize;
    /// A field's bytes.
    fn bytes(&self, field: usize) -> &[u8];
    /// The id of the record's text of that number, where it was looked up.
    fn known(&self, number: usize) -> Option<u32>;
    /// The id of a text.
    fn text(&self, field: usize, dictionary: &mut Dictionary) -> Result<u32, NoId>;
    /// A count, [`NULL`] where the report did not say.
    fn count(&self, field: usize) -> Result<i64, NoId>;
    /// An amount in micros, [`NULL`] where the report did not say.
    fn money(&self, field: usize, seen: &mut Seen) -> Result<i64, NoId>;
    /// The word of an hour.
    fn hour(&self, field: usize) -> Result<u32, NoId>;
}

/// Raw fields: `record` holds where each ends.
#[derive(Clone, Copy)]
pub(super) struct Raw<'a> {
    pub block: &'a [u8],
    pub start: usize,
    pub record: &'a [u32],
    /// The ids of its texts by their number, where they were looked up.
    pub ids: &'a [u32],
}

impl Raw<'_> {
    #[inline]
    fn range(&self, field: usize) -> Range<usize> {
        let start = if field == 0 { self.start } else { self.record[field - 1] as usize + 1 };
        let mut end = self.record[field] as usize;
        if field + 1 == self.record.len() && end > start && self.block[end - 1] == b'\r' {
            end -= 1;
        }
        start..end
    }

    /// Whether the field's quotes are where RFC 4180 has them.
    pub(super) fn well_quoted(&self, field: usize) -> bool {
        quoting::unquote(&self.block[self.range(field)]).is_some()
    }

    fn unquoted<T>(&self, field: usize, read: impl FnOnce(&str) -> Result<T, NoId>) -> Result<T, NoId> {
        let cell = quoting::unquote(&self.block[self.range(field)]).ok_or(NoId::Astray)?;
        read(&String::from_utf8_lossy(&cell))
    }
}

impl Fields for Raw<'_> {
    const QUOTED: bool = true;

    fn len(&self) -> usize {
        self.record.len()
    }

    #[inline]
    fn bytes(&self, field: usize) -> &[u8] {
        &self.block[self.range(field)]
    }

    #[inline]
    fn known(&self, number: usize) -> Option<u32> {
        self.ids.get(number).copied().filter(|id| *id != Dictionary::NOT_FOUND)
    }

    #[inline]
    fn text(&self, field: usize, dictionary: &mut Dictionary) -> Result<u32, NoId> {
        let range = self.range(field);
        dictionary.id_of_raw(self.block, range.start, range.len())
    }

    #[inline]
    fn count(&self, field: usize) -> Result<i64, NoId> {
        let range = self.range(field);
        match digits(self.block, range.end, range.len()) {
            Some(value) => Ok(value),
            None => self.unquoted(field, count_of),
        }
    }

    #[inline]
    fn money(&self, field: usize, seen: &mut Seen) -> Result<i64, NoId> {
        let range = self.range(field);
        let quoted = range.len() >= 2 && self.block[range.start] == b'"' && self.block[range.end - 1] == b'"';
        let range = if quoted { range.start + 1..range.end - 1 } else { range };
        let prefix = seen.prefix.len();
        if (prefix == 0 || self.block[range.clone()].starts_with(&seen.prefix))
            && let Some(value) = six_decimals(self.block, range.start + prefix..range.end)
        {
            seen.row_symbols.push(seen.symbol);
            return Ok(value);
        }
        self.unquoted(field, |text| money_of(text, seen))
    }

    fn hour(&self, field: usize) -> Result<u32, NoId> {
        self.unquoted(field, hour_of)
    }
}

/// Unquoted fields.
pub(super) struct Unquoted<'a>(pub &'a csv::ByteRecord);

impl Unquoted<'_> {
    fn lossy<T>(&self, field: usize, read: impl FnOnce(&str) -> Result<T, NoId>) -> Result<T, NoId> {
        read(&String::from_utf8_lossy(self.bytes(field)))
    }
}

impl Fields for Unquoted<'_> {
    const QUOTED: bool = false;

    fn len(&self) -> usize {
        self.0.len()
    }

    fn bytes(&self, field: usize) -> &[u8] {
        self.0.get(field).unwrap_or_default()
    }

    fn known(&self, _: usize) -> Option<u32> {
        None
    }

    fn text(&self, field: usize, dictionary: &mut Dictionary) -> Result<u32, NoId> {
        dictionary.id_of_cell(self.bytes(field))
    }

    fn count(&self, field: usize) -> Result<i64, NoId> {
        self.lossy(field, count_of)
    }

    fn money(&self, field: usize, seen: &mut Seen) -> Result<i64, NoId> {
        self.lossy(field, |text| money_of(text, seen))
    }

    fn hour(&self, field: usize) -> Result<u32, NoId> {
        self.lossy(field, hour_of)
    }
}

fn count_of(text: &str) -> Result<i64, NoId> {
    count::parse(text).map(|value| value.unwrap_or(NULL)).map_err(NoId::Fault)
}

fn money_of(text: &str, seen: &mut Seen) -> Result<i64, NoId> {
    let Some(amount) = money::parse(text).map_err(NoId::Fault)? else {
        return Ok(NULL);
    };
    seen.row_symbols.push(amount.symbol);
    seen.row_rounded += u64::from(amount.rounded);
    let digits = text.find(|c: char| c.is_ascii_digit() || c == '.').unwrap_or(0);
    if text[digits..].bytes().all(|byte| byte.is_ascii_digit() || byte == b'.') {
        seen.prefix.clear();
        seen.prefix.extend_from_slice(&text.as_bytes()[..digits]);
        seen.symbol = amount.symbol;
    }
    Ok(amount.micros.0)
}

fn hour_of(text: &str) -> Result<u32, NoId> {
    match count::parse(text) {
        Ok(None) => Ok(NULL_WORD),
        Ok(Some(hour @ 0..=23)) => Ok(hour as u32),
        _ => Err(NoId::Fault(FaultReason::BadHour)),
    }
}

/// One to eight digits that end at `end`; None for anything else.
#[inline]
fn digits(block: &[u8], end: usize, len: usize) -> Option<i64> {
    if !(1..=8).contains(&len) {
        return None;
    }
    // A block starts with padding, so eight bytes stand before any end.
    let bytes = block[..end].last_chunk::<8>()?;
    let word = (u64::from_le_bytes(*bytes) ^ 0x3030_3030_3030_3030) & (u64::MAX << ((8 - len) * 8));
    if (word.wrapping_add(0x7676_7676_7676_7676) | word) & 0x8080_8080_8080_8080 != 0 {
        return None;
    }
    // Pairs, then fours, then all eight digits.
    let word = (word.wrapping_mul(2561) >> 8) & 0x00ff_00ff_00ff_00ff;
    let word = (word.wrapping_mul(6_553_601) >> 16) & 0x0000_ffff_0000_ffff;
    Some((word.wrapping_mul(42_949_672_960_001) >> 32) as i64)
}

/// `123.456789` in micros; None for anything else.
#[inline]
fn six_decimals(block: &[u8], range: Range<usize>) -> Option<i64> {
    let len = range.len();
    if !(8..=15).contains(&len) || block[range.end - 7] != b'.' {
        return None;
    }
    let whole = digits(block, range.end - 7, len - 7)?;
    let fraction = digits(block, range.end, 6)?;
    Some(whole * 1_000_000 + fraction)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn padded(cell: &str) -> (Vec<u8>, usize) {
        let mut block = vec![b'7'; 64];
        block.extend_from_slice(cell.as_bytes());
        let end = block.len();
        block.extend_from_slice(&[b'7'; 64]);
        (block, end)
    }

    proptest! {
        #[test]
        fn the_digit_shortcut_is_right_or_declines(cell in "[0-9]{0,9}|[0-9,.a: /\u{a0}-]{0,9}") {
            let (block, end) = padded(&cell);
            if let Some(value) = digits(&block, end, cell.len()) {
                prop_assert_eq!(count::parse(&cell), Ok(Some(value)));
            } else {
                prop_assert!(cell.parse::<u32>().is_err() || cell.len() > 8, "{}", cell);
            }
        }

        #[test]
        fn the_money_shortcut_is_right_or_declines(cell in "[0-9]{1,9}\\.[0-9]{5,7}|[0-9.$,]{0,16}") {
            let (block, end) = padded(&cell);
            if let Some(value) = six_decimals(&block, 64..end) {
                prop_assert_eq!(money::parse(&cell).unwrap().unwrap().micros.0, value);
            }
        }
    }
}
