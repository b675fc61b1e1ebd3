//! The way through one report: header, blocks, and for what looks odd, records.
//!
//! A record is read whole or not at all: at the first quote astray the block reader stops before that record, and the
//! records reader takes over for the rest of the input. Several readers can share a report, each taking the next block;
//! what looks odd is then read anew by one.

use std::io::Read;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use super::blocks::{BLOCK_BYTES, Block, BlockError, Blocks};
use super::reader::Reader;
use super::{Header, ParseError, Parsed, Refusal, Renaming, ReportKind, RowSink, Terms, records};
use crate::model::in_threads;

/// Reads the report behind `header` from its first byte on.
pub fn parse<S: RowSink + ?Sized>(
    input: impl Read,
    header: &Header,
    kind: &ReportKind,
    terms: &Terms,
    sink: &mut S,
) -> Result<Parsed, ParseError> {
    parse_in_blocks(BLOCK_BYTES, input, header, kind, terms, sink)
}

/// The same in blocks of about that length.
pub(super) fn parse_in_blocks<S: RowSink + ?Sized>(
    block_bytes: usize,
    mut input: impl Read,
    header: &Header,
    kind: &ReportKind,
    terms: &Terms,
    sink: &mut S,
) -> Result<Parsed, ParseError> {
    skip(&mut input, header)?;
    let mut reader = Reader::new(header, kind, terms);
    let mut blocks = Blocks::new(input, block_bytes);
    let mut block = Block::default();
    let astray = loop {
        match blocks.next(&mut block) {
            Ok(false) => break None,
            Ok(true) => {
                block.mark(header.delimiter);
                if let Some(position) = reader.read_block(&block, sink)? {
                    break Some(position);
                }
            }
            Err(BlockError::Io(error)) => return Err(error.into()),
            Err(BlockError::TooLong) => return Err(Refusal::record_too_long(reader.line()).into()),
        }
    };
    if let Some(position) = astray {
        records::read(&mut reader, blocks.rest_from(&block, position), header.delimiter, sink)?;
    }
    reader.finish(terms)
}

/// The same by several readers at once, one for each sink, and what the words of each one's rows mean in the report.
/// None where the report looks odd: then the sinks are to be emptied, and one reader has to read it.
pub fn parse_together<S: RowSink + Send>(
    input: impl Read + Send,
    header: &Header,
    kind: &ReportKind,
    terms: &Terms,
    sinks: &mut [S],
) -> Result<Option<(Parsed, Vec<Renaming>)>, ParseError> {
    parse_blocks_together(BLOCK_BYTES, input, header, kind, terms, sinks)
}

/// The same in blocks of about that length.
pub(super) fn parse_blocks_together<S: RowSink + Send>(
    block_bytes: usize,
    mut input: impl Read + Send,
    header: &Header,
    kind: &ReportKind,
    terms: &Terms,
    sinks: &mut [S],
) -> Result<Option<(Parsed, Vec<Renaming>)>, ParseError> {
    skip(&mut input, header)?;
    let blocks = Mutex::new(Blocks::new(input, block_bytes));
    let odd = AtomicBool::new(false);
    let read = |sink: &mut S| -> std::io::Result<Reader> {
        let mut reader = Reader::new(header, kind, terms);
        let mut block = Block::default();
        while !odd.load(Ordering::Relaxed) {
            let next = blocks.lock().unwrap_or_else(PoisonError::into_inner).next(&mut block);
            match next {
                Ok(false) => break,
                Ok(true) => {
                    block.mark(header.delimiter);
                    if reader.read_block(&block, sink)?.is_some() {
                        odd.store(true, Ordering::Relaxed);
                    }
                }
                Err(BlockError::TooLong) => odd.store(true, Ordering::Relaxed),
                Err(BlockError::Io(error)) => {
                    // The others need not go on.
                    odd.store(true, Ordering::Relaxed);
                    return Err(error);
                }
            }
        }
        Ok(reader)
    };
    let mut readers = in_threads(sinks.iter_mut(), read).into_iter().collect::<std::io::Result<Vec<_>>>()?.into_iter();
    let Some(mut first) = readers.next().filter(|_| !odd.load(Ordering::Relaxed)) else { return Ok(None) };
    let renamings = std::iter::once(Renaming::default()).chain(readers.map(|other| first.absorb(other))).collect();
    match first.finish(terms) {
        Ok(parsed) => Ok(Some((parsed, renamings))),
        // One reader meets what is wrong in the order of the file, so that the refusal is always the same.
        Err(ParseError::Refused(_)) => Ok(None),
        Err(error) => Err(error),
    }
}

fn skip(input: &mut impl Read, header: &Header) -> std::io::Result<()> {
    let skipped = std::io::copy(&mut input.take(header.bytes as u64), &mut std::io::sink())?;
    debug_assert_eq!(skipped, header.bytes as u64);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::agreement::{Said, in_blocks_of};
    use super::*;
    use crate::model::Micros;

    const HEADER: &str = "#Day,Billing ID,Creative ID,Publisher name,Note,Reached queries,Spend (buyer currency)\n";

    fn read(records: &str) -> Result<Said, String> {
        in_blocks_of(BLOCK_BYTES, format!("{HEADER}{records}").as_bytes()).unwrap()
    }

    fn faults(said: &Said) -> Vec<(u64, &'static str)> {
        said.faults.iter().map(|fault| (fault.line, fault.reason.code())).collect()
    }

    #[test]
    fn a_row_is_read_with_its_money_exact() {
        let said = read("11/19/26,7,c1,\"A, \"\"B\"\"\",x,12,US$0.054694\nTotal,,,,,12,0.05\n").unwrap();
        let texts = ["Some(\"7\")", "Some(\"c1\")", "Some(\"A, \\\"B\\\"\")", "Some(\"USD\")"];
        assert_eq!(said.rows[0][..4], texts);
        assert_eq!(said.rows[0][4..], ["Some(12)", "Some(54694)", "None", "Some(Day(20776))"]);
        assert_eq!((said.rows_read, said.rows_skipped, faults(&said)), (2, 1, vec![]));
    }

    #[test]
    fn faults_name_the_physical_line() {
        let said = read(
            "2026-11-19,7,c1,\"two\nlines\",x,1,1\n2026-11-19,7,,p,x,1,1\n\n2026-11-19,7,c\n32/32/26,7,c,p,x,1,1\n",
        );
        let said = said.unwrap();
        assert_eq!(faults(&said), [(4, "no_creative_id"), (6, "field_count"), (7, "bad_date")]);
        assert_eq!(said.rows_read, 4);
    }

    #[test]
    fn dates_that_do_not_fit_the_files_order_are_faults_with_their_line() {
        let said = read("11/13/25,7,c1,p,x,1,1\n11/14/25,7,c2,p,x,1,1\n\"13/11/25\",7,c3,p,x,1,5\n").unwrap();
        assert_eq!(
            (said.rows.len(), faults(&said)),
            (3, vec![(4, "bad_date")]),
            "the sink's rows of a None day are for the caller to drop"
        );
        assert_eq!(said.faults[0].value.as_deref(), Some("13/11/25"), "without its quotes");
        assert_eq!(said.spend, Some(Micros(2_000_000)));
    }

    #[test]
    fn two_currencies_refuse_the_file() {
        let refused = read("2026-11-19,7,c1,p,x,1,€1.00\n2026-11-19,7,c1,p,x,1,£1.00\n").unwrap_err();
        assert!(refused.contains("EUR and in GBP"), "{refused}");
    }

    #[test]
    fn an_open_quote_ends_in_bounded_memory() {
        let refused = read(&format!("2026-11-19,7,c1,\"{}", "x,\n".repeat(2 << 20))).unwrap_err();
        assert!(refused.contains("quote is probably not closed"), "{refused}");
    }
}
