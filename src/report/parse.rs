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

fn parse_in_blocks<S: RowSink + ?Sized>(
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

fn parse_blocks_together<S: RowSink + Send>(
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
    let read = &read;
    let readers: Vec<std::io::Result<Reader>> = std::thread::scope(|scope| {
        let threads: Vec<_> = sinks.iter_mut().map(|sink| scope.spawn(move || read(sink))).collect();
        let joined = threads.into_iter().map(|thread| thread.join());
        joined.map(|read| read.unwrap_or_else(|panic| std::panic::resume_unwind(panic))).collect()
    });
    let mut readers = readers.into_iter().collect::<std::io::Result<Vec<_>>>()?.into_iter();
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
    use super::*;
    use crate::model::Micros;
    use proptest::prelude::*;
    use std::collections::BTreeMap;

    #[derive(Default)]
    struct Rows(Vec<(u32, Vec<u32>)>);

    impl RowSink for Rows {
        fn push(&mut self, date: u32, row: &[u32]) -> std::io::Result<()> {
            self.0.push((date, row.to_vec()));
            Ok(())
        }
    }

    const HEADER: &str = "#Day,Billing ID,Creative ID,Publisher name,Note,Reached queries,Spend (buyer currency)\n";

    /// A header of each kind.
    const KINDS: [&str; 7] = [
        "Day,Country,Creative ID,Bid filtering reason,Bids,Bid filtering opportunity cost (buyer currency)",
        "Day,Publisher ID,Publisher name,Impressions,Pre-filtered impressions,IVT credited impressions,Spend",
        "Day,Hour,Country,Publisher ID,Bid requests,Inventory matches,Impressions,Clicks",
        "Day,Country,Hour,Bid requests,Successful responses,Impressions,Clicks",
        "Day,Billing ID,Creative ID,Hour,Impressions,Clicks,Spend (buyer currency),Spend (bidder currency)",
        "Day,Creative ID,Buyer account ID,Bids,Auctions won,Impressions,Spend (buyer currency)",
        "creative_id,date,hour,impressions,clicks,spend,revenue,placement",
    ];

    fn terms() -> Terms {
        let today = "2026-11-20".parse().unwrap();
        Terms { today, date_order: None, account_date_order: None, account_currency: None }
    }

    /// What a report says, in words that do not depend on the order in which texts were first seen.
    type Said = (Vec<Vec<String>>, u64, u64, Vec<(u64, &'static str)>, BTreeMap<&'static str, u64>, Option<Micros>);

    fn said(parsed: Result<Parsed, ParseError>, rows: &Rows) -> Result<Said, String> {
        let parsed = parsed.map_err(|error| error.to_string())?;
        let cell = |word: usize, value: u32| match &parsed.dictionaries[word] {
            Some(dictionary) => format!("{:?}", dictionary.text(value)),
            None => format!("{:?}", parsed.words.value(value)),
        };
        let row = |(date, row): &(u32, Vec<u32>)| {
            let mut cells: Vec<_> = row.iter().enumerate().map(|(word, value)| cell(word, *value)).collect();
            cells.push(format!("{:?}", parsed.days[*date as usize]));
            cells
        };
        let faults = parsed.faults.kept.iter().map(|fault| (fault.line, fault.reason.code())).collect();
        let rows = rows.0.iter().map(row).collect();
        Ok((rows, parsed.rows_read, parsed.rows_skipped, faults, parsed.warnings, parsed.spend))
    }

    /// Blocks of about a record or two, so that much lies across their ends.
    const SMALL: usize = 70;

    fn by_blocks(text: &[u8]) -> Result<Said, String> {
        in_blocks_of(BLOCK_BYTES, text)
    }

    fn in_blocks_of(bytes: usize, text: &[u8]) -> Result<Said, String> {
        let header = Header::read(text, true).unwrap();
        let mut rows = Rows::default();
        let parsed =
            parse_in_blocks(bytes, text, &header, ReportKind::recognise(&header).unwrap(), &terms(), &mut rows);
        said(parsed, &rows)
    }

    /// By three readers, and by one where they find it odd.
    fn together(text: &[u8]) -> Result<Said, String> {
        let header = Header::read(text, true).unwrap();
        let kind = ReportKind::recognise(&header).unwrap();
        let mut sinks = [const { Numbered(Vec::new()) }; 3];
        let parsed = parse_blocks_together(SMALL, text, &header, kind, &terms(), &mut sinks);
        let parsed = parsed.map_err(|error| error.to_string())?;
        let Some((parsed, renamings)) = parsed else { return by_blocks(text) };
        let mut all: Vec<(u64, u32, Vec<u32>)> = Vec::new();
        for (sink, renaming) in sinks.into_iter().zip(&renamings) {
            for (block, rows) in sink.0 {
                for (date, mut row) in rows {
                    renaming.apply(&mut row, &parsed.layout);
                    all.push((block, renaming.date(date), row));
                }
            }
        }
        all.sort_by_key(|(block, ..)| *block);
        said(Ok(parsed), &Rows(all.into_iter().map(|(_, date, row)| (date, row)).collect()))
    }

    /// Rows by block.
    struct Numbered(Vec<(u64, Vec<(u32, Vec<u32>)>)>);

    impl RowSink for Numbered {
        fn block(&mut self, number: u64) {
            self.0.push((number, Vec::new()));
        }

        fn push(&mut self, date: u32, row: &[u32]) -> std::io::Result<()> {
            self.0.last_mut().unwrap().1.push((date, row.to_vec()));
            Ok(())
        }
    }

    fn by_records(text: &[u8]) -> Result<Said, String> {
        let header = Header::read(text, true).unwrap();
        let mut rows = Rows::default();
        let mut reader = Reader::new(&header, ReportKind::recognise(&header).unwrap(), &terms());
        let read = records::read(&mut reader, &text[header.bytes..], header.delimiter, &mut rows);
        said(read.and_then(|()| reader.finish(&terms())), &rows)
    }

    fn all_readers_agree(text: &[u8]) -> Result<(), TestCaseError> {
        let expected = by_records(text);
        prop_assert_eq!(&by_blocks(text), &expected);
        prop_assert_eq!(&in_blocks_of(SMALL, text), &expected);
        prop_assert_eq!(&together(text), &expected);
        Ok(())
    }

    fn report(records: &str) -> String {
        format!("{HEADER}{records}")
    }

    #[test]
    fn a_row_is_read_with_its_money_exact() {
        let (rows, read, skipped, faults, ..) =
            by_blocks(report("11/19/26,7,c1,\"A, \"\"B\"\"\",x,12,US$0.054694\nTotal,,,,,12,0.05\n").as_bytes())
                .unwrap();
        let texts = ["Some(\"7\")", "Some(\"c1\")", "Some(\"A, \\\"B\\\"\")", "Some(\"USD\")"];
        assert_eq!(rows[0][..4], texts);
        assert_eq!(rows[0][4..], ["Some(12)", "Some(54694)", "None", "Some(Day(20776))"]);
        assert_eq!((read, skipped, faults), (2, 1, vec![]));
    }

    #[test]
    fn faults_name_the_physical_line() {
        let text = report(
            "2026-11-19,7,c1,\"two\nlines\",x,1,1\n2026-11-19,7,,p,x,1,1\n\n2026-11-19,7,c\n32/32/26,7,c,p,x,1,1\n",
        );
        let (_, read, _, faults, ..) = by_blocks(text.as_bytes()).unwrap();
        assert_eq!(faults, [(4, "no_creative_id"), (6, "field_count"), (7, "bad_date")]);
        assert_eq!(read, 4);
    }

    #[test]
    fn dates_that_do_not_fit_the_files_order_are_faults_with_their_line() {
        let text = report("11/13/25,7,c1,p,x,1,1\n11/14/25,7,c2,p,x,1,1\n13/11/25,7,c3,p,x,1,5\n");
        let (rows, _, _, faults, _, spend) = by_blocks(text.as_bytes()).unwrap();
        assert_eq!(
            (rows.len(), faults),
            (3, vec![(4, "bad_date")]),
            "the sink's rows of a None day are for the caller to drop"
        );
        assert_eq!(spend, Some(Micros(2_000_000)));
    }

    #[test]
    fn two_currencies_refuse_the_file() {
        let text = report("2026-11-19,7,c1,p,x,1,€1.00\n2026-11-19,7,c1,p,x,1,£1.00\n");
        assert!(by_blocks(text.as_bytes()).unwrap_err().contains("EUR and in GBP"));
    }

    #[test]
    fn an_open_quote_ends_in_bounded_memory() {
        let text = report(&format!("2026-11-19,7,c1,\"{}", "x,\n".repeat(2 << 20)));
        assert!(by_blocks(text.as_bytes()).unwrap_err().contains("quote is probably not closed"));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(512))]

        #[test]
        fn blocks_and_records_read_the_same(
            records in prop::collection::vec(
                ("2026-11-19|1/2/26|13/2/26|2/13/26|Total|\"2026-11-19\"|x?", "[0-9]{1,3}|\"7\"| 7", "[a-c]{0,2}|[a-z]{30}|a\"b|\"a\"\"\"",
                 "\"[a,\n]{0,4}\"|[a-z é]{0,5}|\"x|x\"|\r|\"\"\"x\"", "n?|\"n|n\"n|\"n,\"", "[0-9]{0,10}|\"1,234\"|-1|1.5|—", "[0-9]{1,3}\\.[0-9]{6}|US\\$[0-9]\\.[0-9]{2}|\"\\$1,234.5\"|x?",
                 "\n|\r\n|,extra\n|\n\n|\r|\r\r\n"), 0..12),
            last in "|2026-11-19,7,c1,p,x,1,1|\""
        ) {
            let mut text = report("");
            for (day, billing, creative, name, note, reached, spend, end) in &records {
                text.push_str(&format!("{day},{billing},{creative},{name},{note},{reached},{spend}{end}"));
            }
            text.push_str(&last);
            all_readers_agree(text.as_bytes())?;
        }

        #[test]
        fn every_kind_is_read_the_same_in_any_order_of_columns(
            (header, rows) in (0..KINDS.len()).prop_flat_map(|kind| {
                let columns: Vec<&str> = KINDS[kind].split(',').chain(["Extra"]).collect();
                let cell = "2026-11-1[0-9]|[0-9]{1,9}|[0-9]|1[0-9]\\.[0-9]{2}|[a-c]{0,2}|\"[a,]{0,3}\"|x\"|-1|2[0-9]";
                let day = "2026-11-1[0-9]|11/1[0-9]/26|2999-01-01|Total|";
                let rows = prop::collection::vec((day, prop::collection::vec(cell, columns.len())), 0..8);
                (Just(columns).prop_shuffle(), rows)
            })
        ) {
            let mut text = format!("{}\n", header.join(","));
            for (day, cells) in &rows {
                let is_day = |name: &&str| ["Day", "date"].contains(name);
                let cells = header.iter().zip(cells).map(|(name, cell)| if is_day(name) { day } else { cell });
                text.push_str(&format!("{}\n", cells.map(String::as_str).collect::<Vec<_>>().join(",")));
            }
            all_readers_agree(text.as_bytes())?;
        }

        #[test]
        fn what_a_csv_writer_wrote_reads_back_the_same(
            cells in prop::collection::vec(("[^\0]{0,8}", "[^\0]{0,16}|[,\"\r\n é]{0,6}", 0..=crate::report::cells::money::MONEY_CAP.0), 1..20)
        ) {
            let mut csv = csv::Writer::from_writer(HEADER.as_bytes().to_vec());
            let stored = |text: &str| {
                let text = crate::report::cells::trimmed(text);
                (!crate::report::cells::is_none(text)).then(|| text.to_owned())
            };
            let mut expected = Vec::new();
            for (creative, name, micros) in &cells {
                let creative = format!("c{creative}");
                csv.write_record(["2026-11-19", "7", &creative, name, "", "1", &Micros(*micros).to_string()]).unwrap();
                expected.push([format!("{:?}", stored(&creative)), format!("{:?}", stored(name)), format!("{:?}", Some(*micros))]);
            }
            let (rows, _, _, faults, ..) = by_blocks(&csv.into_inner().unwrap()).unwrap();
            prop_assert_eq!(faults, vec![]);
            let read: Vec<_> = rows.iter().map(|row| [row[1].clone(), row[2].clone(), row[5].clone()]).collect();
            prop_assert_eq!(read, expected);
        }

        #[test]
        fn any_bytes_after_the_header_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
            let text = [HEADER.as_bytes(), &bytes].concat();
            all_readers_agree(&text)?;
        }
    }
}
