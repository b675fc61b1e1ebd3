//! Runs the fuzz targets over random edits of the corpora, for as long as `CATSCAN_FUZZ_SECONDS` says (else a second
//! each), from the seed `CATSCAN_FUZZ_SEED`, which is printed. What breaks a target is printed in its shortest form found.

use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::time::{Duration, Instant, SystemTime};

use proptest::prelude::Rng;
use proptest::test_runner::{RngAlgorithm, TestRng};

/// Inputs stay below this, so that many are tried.
const LONGEST_BYTES: usize = 16 << 10;
/// No input may take longer, also in a build without optimisation on a busy machine.
const PATIENCE: Duration = Duration::from_secs(20);

/// What means something to a reader of reports.
const OF_REPORTS: &[&str] = &[
    "\"",
    "\"\"",
    "\",\"",
    ",",
    ";",
    "\t",
    "\n",
    "\r",
    "\r\n",
    "\n\n",
    "\0",
    "\u{feff}",
    "\u{a0}",
    "—",
    "N/A",
    "Total",
    "é",
    "#Day",
    "Billing ID",
    "Creative ID",
    "Publisher ID",
    "Publisher name",
    "Country",
    "Hour",
    "Bid requests",
    "Impressions",
    "Bids in auction",
    "Bid filtering reason",
    "IVT credited impressions",
    "Active view viewable",
    "Spend (buyer currency)",
    "creative_id,date,impressions,clicks,spend\n",
    "2026-02-25",
    "2/25/26",
    "25/2/26",
    "2999-01-01",
    "US$",
    "€",
    "1,234",
    "-1",
    "1.5",
    "0.0000005",
    "10000000000001",
    "4294967295",
    "2147483648",
    "\"1,234\"",
    "<html>",
    "\u{1e}",
    "\u{1f}",
];

/// What means something to a reader of SQL.
const OF_SQL: &[&str] = &[
    "SELECT ",
    "FROM ",
    "WHERE ",
    "WITH x AS (",
    "(",
    ")",
    "((((((((",
    ",",
    ";",
    "'",
    "\"",
    "--",
    "/*",
    "*/",
    "$1",
    "?",
    "*",
    "UNION ALL SELECT ",
    "RECURSIVE ",
    "INTO ",
    "COPY ",
    "CREATE EXTERNAL TABLE ",
    "INSERT INTO ",
    "SET ",
    "DROP ",
    "EXPLAIN ",
    "ANALYZE ",
    "SHOW TABLES",
    "DESCRIBE ",
    "VALUES (1)",
    "JOIN ",
    "LATERAL ",
    "OVER (",
    "CASE WHEN ",
    "END ",
    "generate_series(1, 9)",
    "read_csv('x')",
    "repeat('x', 9)",
    "rtb_daily",
    "v_config_performance",
    "import_history",
    "'/etc/hosts'",
    "NOT NOT NOT ",
    "BETWEEN 1 AND 2 ",
    "IN (1, 2)",
    "- - - ",
    "::text",
    "[1]",
    "{",
    "FOR UPDATE",
];

struct Chance(TestRng);

impl Chance {
    fn below(&mut self, limit: usize) -> usize {
        (self.0.next_u64() % limit.max(1) as u64) as usize
    }

    fn range(&mut self, length: usize, longest: usize) -> std::ops::Range<usize> {
        let start = self.below(length + 1);
        start..(start + self.below(longest)).min(length)
    }

    fn pick<'a, T: ?Sized>(&mut self, of: &'a [impl AsRef<T>]) -> &'a T {
        of[self.below(of.len())].as_ref()
    }

    /// A few random edits of one of the corpus.
    fn edited(&mut self, corpus: &[Vec<u8>], words: &[&str]) -> Vec<u8> {
        let mut text = self.pick::<[u8]>(corpus).to_vec();
        for _ in 0..=self.below(8) {
            let at = self.below(text.len() + 1);
            match self.below(8) {
                0 if at < text.len() => text[at] = self.0.next_u32() as u8,
                1 | 2 => drop(text.splice(at..at, self.pick::<str>(words).bytes())),
                3 => {
                    let end = (at + self.pick::<str>(words).len()).min(text.len());
                    text.splice(at..end, self.pick::<str>(words).bytes());
                }
                4 => drop(text.drain(self.range(text.len(), 60))),
                5 => {
                    let copied = text[self.range(text.len(), 300)].to_vec();
                    text.splice(at..at, copied);
                }
                6 => {
                    let other = self.pick::<[u8]>(corpus);
                    let copied = other[self.range(other.len(), 300)].to_vec();
                    text.splice(at..at, copied);
                }
                _ if self.below(6) == 0 => text.truncate(at),
                _ => {}
            }
        }
        text.truncate(LONGEST_BYTES);
        text
    }
}

/// Every file below the folders, as far as it is not too long.
fn corpus(folders: &[&str]) -> Vec<Vec<u8>> {
    let mut waiting: Vec<_> = folders.iter().map(|folder| Path::new(env!("CARGO_MANIFEST_DIR")).join(folder)).collect();
    let mut found = vec![Vec::new()];
    while let Some(path) = waiting.pop() {
        if path.is_dir() {
            let mut entries: Vec<_> = fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path()).collect();
            entries.sort();
            waiting.extend(entries);
        } else {
            found.extend(Some(fs::read(path).unwrap()).filter(|bytes| bytes.len() <= LONGEST_BYTES));
        }
    }
    found
}

/// The questions of the scripts and of `sql/`, one each.
fn questions() -> Vec<Vec<u8>> {
    let texts = corpus(&["tests/slt", "sql"]).into_iter().map(|bytes| String::from_utf8(bytes).unwrap());
    let parts = |text: String| text.split("\n\n").map(|part| part.as_bytes().to_vec()).collect::<Vec<_>>();
    texts.flat_map(parts).collect()
}

fn breaks(target: fn(&[u8]), input: &[u8]) -> bool {
    catch_unwind(AssertUnwindSafe(|| target(input))).is_err()
}

/// Leaves out what is not needed to break the target.
fn shortest(target: fn(&[u8]), mut input: Vec<u8>) -> Vec<u8> {
    let mut bytes = input.len() / 2;
    while bytes > 0 {
        let mut at = 0;
        while at < input.len() {
            let mut shorter = input.clone();
            shorter.drain(at..(at + bytes).min(input.len()));
            if breaks(target, &shorter) { input = shorter } else { at += bytes }
        }
        bytes /= 2;
    }
    input
}

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok().map(|text| text.parse().unwrap_or_else(|_| panic!("{name} is a whole number")))
}

fn drive(name: &str, target: fn(&[u8]), corpus: &[Vec<u8>], words: &[&str]) {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap().as_nanos() as u64;
    let seed = number("CATSCAN_FUZZ_SEED").unwrap_or(now);
    let time = Duration::from_secs(number("CATSCAN_FUZZ_SECONDS").unwrap_or(1));
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&seed.to_le_bytes());
    let mut chance = Chance(TestRng::from_seed(RngAlgorithm::ChaCha, &bytes));
    let (started, mut inputs) = (Instant::now(), 0_u64);
    let fails = |inputs: u64, input: &[u8], how: &str| {
        panic!("{name}: {how} with input {inputs} of CATSCAN_FUZZ_SEED={seed}: b\"{}\"", input.escape_ascii())
    };
    for input in corpus {
        target(input);
    }
    while started.elapsed() < time {
        let input = chance.edited(corpus, words);
        let before = Instant::now();
        if breaks(target, &input) {
            fails(inputs, &shortest(target, input), "broken");
        } else if before.elapsed() > PATIENCE {
            fails(inputs, &input, "too slow");
        }
        inputs += 1;
    }
    println!("{name}: {inputs} inputs in {:?}, CATSCAN_FUZZ_SEED={seed}", started.elapsed());
}

const REPORTS: [&str; 3] = ["data/samples", "data/malformed", "data/csv-spectrum"];

#[test]
fn report() {
    drive("report", super::report, &corpus(&REPORTS), OF_REPORTS);
}

#[test]
fn header() {
    let first_lines = |text: &Vec<u8>| text[..text.len().min(700)].to_vec();
    drive("header", super::header, &corpus(&REPORTS).iter().map(first_lines).collect::<Vec<_>>(), OF_REPORTS);
}

#[test]
fn csv_round_trip() {
    drive("csv_round_trip", super::csv_round_trip, &corpus(&REPORTS), OF_REPORTS);
}

#[test]
fn sql_guard() {
    drive("sql_guard", super::sql_guard, &questions(), OF_SQL);
}
