//! The fast readers say what the plain one says, of any bytes.

use std::fs;
use std::path::Path;
use std::sync::LazyLock;

use csv::{QuoteStyle, Terminator};
use proptest::prelude::*;

use super::round_trip::{Style, came_back_otherwise};
use super::*;
use crate::report::blocks::BLOCK_BYTES;
use crate::report::cells::money::MONEY_CAP;

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

/// About a record or two, so that much lies across the ends of blocks; and as the program has it.
const LENGTHS: [usize; 2] = [70, BLOCK_BYTES];

fn agree(text: &[u8], lengths: &[usize]) -> Result<(), TestCaseError> {
    match difference(text, lengths) {
        None => Ok(()),
        Some(difference) => Err(TestCaseError::fail(difference)),
    }
}

/// The samples of every kind.
static SAMPLES: LazyLock<Vec<Vec<u8>>> = LazyLock::new(|| {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("data/samples");
    let mut paths: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "csv"));
    paths.sort();
    paths.iter().map(|path| fs::read(path).unwrap()).collect()
});

/// Records with all that is odd in them.
fn record() -> impl Strategy<Value = String> {
    (
        "2026-11-19|1/2/26|13/2/26|2/13/26|Total|\"2026-11-19\"|x?",
        "[0-9]{1,3}|\"7\"| 7",
        "[a-c]{0,2}|[a-z]{30}|a\"b|\"a\"\"\"",
        "\"[a,\n]{0,4}\"|[a-z é]{0,5}|\"x|x\"|\r|\"\"\"x\"",
        "n?|\"n|n\"n|\"n,\"",
        "[0-9]{0,13}|\"1,234\"|-1|1.5|—",
        "[0-9]{1,3}\\.[0-9]{6}|US\\$[0-9]{1,9}\\.[0-9]{2}|\"\\$1,234.5\"|x?",
        "\n|\r\n|,extra\n|\n\n|\r|\r\r\n",
    )
        .prop_map(|(day, billing, creative, name, note, reached, spend, end)| {
            format!("{day},{billing},{creative},{name},{note},{reached},{spend}{end}")
        })
}

/// Records whose quotes are where they belong, so that the fast readers stay on their way through many blocks.
fn well_quoted_record() -> impl Strategy<Value = String> {
    (
        "2026-11-1[0-9]|1/2/26|\"2/13/26\"|2/14/26",
        "[0-9]{1,3}|\"7\"",
        "[a-c]{1,2}|[a-z]{30}|\"a\"\"\"|\"[a-z,]{28}\"",
        "\"[a,\n\r]{0,9}\"|[a-z é]{0,40}|\"\"\"x\r\n\"\"\"",
        "n?|\"n,\n\"",
        "[0-9]{0,13}|\"1,234\"|\"12,345,678,901\"|-1|—",
        "[0-9]{1,9}\\.[0-9]{6}|US\\$[0-9]{1,9}\\.[0-9]{2}|\"\\$1,234.5\"|x",
        "\n|\r\n|\n\n|\r\n\r\n",
    )
        .prop_map(|(day, billing, creative, name, note, reached, spend, end)| {
            format!("{day},{billing},{creative},{name},{note},{reached},{spend}{end}")
        })
}

#[derive(Clone, Debug)]
enum Edit {
    Put(u8),
    Insert(u8),
    Remove(usize),
    /// Takes so many bytes from another place.
    Copy(prop::sample::Index, usize),
}

fn edits() -> impl Strategy<Value = Vec<(prop::sample::Index, Edit)>> {
    let byte = || prop_oneof![prop::sample::select(&b"\"\",,\n\r;\t-./$ 09\0\xc2\xa0\xff"[..]), any::<u8>()];
    let edit = prop_oneof![
        byte().prop_map(Edit::Put),
        byte().prop_map(Edit::Insert),
        (1..40_usize).prop_map(Edit::Remove),
        (any::<prop::sample::Index>(), 1..200_usize).prop_map(|(from, bytes)| Edit::Copy(from, bytes)),
    ];
    prop::collection::vec((any::<prop::sample::Index>(), edit), 1..8)
}

/// Edits behind the header, or anywhere.
fn edited(mut text: Vec<u8>, from: usize, edits: &[(prop::sample::Index, Edit)]) -> Vec<u8> {
    for (at, edit) in edits {
        if text.len() <= from {
            break;
        }
        let at = from + at.index(text.len() - from);
        match edit {
            Edit::Put(byte) => text[at] = *byte,
            Edit::Insert(byte) => text.insert(at, *byte),
            Edit::Remove(bytes) => drop(text.drain(at..(at + bytes).min(text.len()))),
            Edit::Copy(source, bytes) => {
                let source = source.index(text.len());
                let copied = text[source..(source + bytes).min(text.len())].to_vec();
                text.splice(at..at, copied);
            }
        }
    }
    text
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn of_odd_records(records in prop::collection::vec(record(), 0..12), last in "|2026-11-19,7,c1,p,x,1,1|\"") {
        agree(format!("{HEADER}{}{last}", records.concat()).as_bytes(), &LENGTHS)?;
    }

    #[test]
    fn of_every_kind_in_any_order_of_columns(
        (header, rows) in (0..KINDS.len()).prop_flat_map(|kind| {
            let columns: Vec<&str> = KINDS[kind].split(',').chain(["Extra"]).collect();
            let cell = "2026-11-1[0-9]|[0-9]{1,9}|[0-9]|1[0-9]\\.[0-9]{2}|[a-c]{0,2}|\"[a,]{0,3}\"|x\"|-1|2[0-9]";
            let day = "2026-11-1[0-9]|11/1[0-9]/26|2999-01-01|Total|";
            let rows = prop::collection::vec((day, prop::collection::vec(cell, columns.len())), 0..8);
            // Some columns are missing; what the kind requires must stay for anything to be compared.
            let lost = prop::collection::vec(prop::bool::weighted(0.1), columns.len());
            let kept = (Just(columns).prop_shuffle(), lost).prop_map(|(columns, lost)| {
                columns.into_iter().zip(lost).filter(|(_, lost)| !lost).map(|(column, _)| column).collect::<Vec<_>>()
            });
            (kept, rows)
        })
    ) {
        let mut text = format!("{}\n", header.join(","));
        for (day, cells) in &rows {
            let is_day = |name: &&str| ["Day", "date"].contains(name);
            let cells = header.iter().zip(cells).map(|(name, cell)| if is_day(name) { day } else { cell });
            text.push_str(&format!("{}\n", cells.map(String::as_str).collect::<Vec<_>>().join(",")));
        }
        agree(text.as_bytes(), &LENGTHS)?;
    }

    #[test]
    fn of_any_bytes_after_a_header(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        agree(&[HEADER.as_bytes(), &bytes].concat(), &LENGTHS)?;
    }

    #[test]
    fn of_real_reports_with_random_edits(
        which in any::<prop::sample::Index>(), spare_header in prop::bool::weighted(0.8), edits in edits(), length in 1..600_usize
    ) {
        let text = &SAMPLES[which.index(SAMPLES.len())];
        let from = if spare_header { text.iter().position(|byte| *byte == b'\n').unwrap() + 1 } else { 0 };
        agree(&edited(text.clone(), from, &edits), &[length, BLOCK_BYTES])?;
    }

    #[test]
    fn what_a_csv_writer_wrote_reads_back_the_same(
        rows in prop::collection::vec(("[^\0]{0,8}", "[^\0]{0,16}|[,\"\r\n é]{0,6}", (0..=MONEY_CAP.0).prop_map(Micros)), 1..20),
        delimiter in prop::sample::select(&b",;\t"[..]),
        terminator in prop::sample::select(vec![Terminator::Any(b'\n'), Terminator::CRLF, Terminator::Any(b'\r')]),
        quotes in prop::sample::select(vec![QuoteStyle::Necessary, QuoteStyle::Always]),
    ) {
        prop_assert_eq!(came_back_otherwise(Style { delimiter, terminator, quotes }, &rows), None);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn of_many_blocks(
        records in prop::collection::vec(well_quoted_record(), 50..200), odd in record(), at in any::<prop::sample::Index>(),
        is_odd in prop::bool::weighted(0.3), length in 16..4_000_usize
    ) {
        let mut records = records;
        if is_odd {
            records.insert(at.index(records.len()), odd);
        }
        agree(format!("{HEADER}{}", records.concat()).as_bytes(), &[length])?;
    }
}

/// A record with a quoted line end, doubled quotes and CRLF.
const SPECIAL: &str = "11/13/26,\"7\",\"c\"\"1\",\"two\r\nlines, \"\"q\"\"\",n,\"1,234\",US$1.50\r\n";

/// A report in which the special record starts `before` bytes behind the header.
fn report_with_special_at(before: usize, note: &str) -> String {
    let filler = format!("11/13/26,7,c1,a publisher,{note},10,0.500000\n");
    let mut text = HEADER.to_owned();
    let whole = before / filler.len();
    text.push_str(&filler.repeat(whole));
    // Blank lines fill up to the byte.
    text.push_str(&"\n".repeat(before - whole * filler.len()));
    text.push_str(SPECIAL);
    text.push_str("13/11/26,7,c1,a publisher,,x,0.500000\n");
    text.push_str(&filler.repeat(20));
    text
}

#[test]
fn wherever_a_block_ends_in_a_record() {
    const LENGTH: usize = 512;
    for before in LENGTH - SPECIAL.len() - 2..LENGTH + 2 {
        let text = report_with_special_at(before, "");
        assert_eq!(difference(text.as_bytes(), &[LENGTH, LENGTH / 2, LENGTH / 4]), None, "{before} bytes before");
        let said = in_blocks_of(LENGTH, text.as_bytes()).unwrap().unwrap();
        assert!(said.rows.iter().any(|row| row[2] == "Some(\"two\\r\\nlines, \\\"q\\\"\")"), "{before} bytes before");
    }
}

#[test]
fn wherever_a_block_of_the_programs_own_length_ends_in_a_record() {
    for into in [0, 1, SPECIAL.find("\r\nlines").unwrap() + 1, SPECIAL.find("\"\"q").unwrap() + 1, SPECIAL.len() - 1] {
        let text = report_with_special_at(BLOCK_BYTES - into, &"n".repeat(5_000));
        assert_eq!(difference(text.as_bytes(), &[BLOCK_BYTES]), None, "{into} bytes into the record");
    }
}

#[test]
fn of_very_many_distinct_texts_and_wide_numbers() {
    // Beyond 2^16 texts and 2^16 numbers that do not fit a word, in a column each, over many blocks.
    let mut text = HEADER.to_owned();
    for i in 0..66_000_u64 {
        let wide = (1_u64 << 31) + i * 1_000_003 % 9_000_000_000_000;
        text.push_str(&format!(
            "2026-11-19,7,c{i},a publisher of quite some name {i},,{wide},{}.{:06}\n",
            i * 7_919,
            i
        ));
    }
    assert_eq!(difference(text.as_bytes(), &[100_000]), None);
}
