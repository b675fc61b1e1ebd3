//! A catscan.db that is not what was written: an error, a finding of the verification, or the very same facts.
//!
//! `CATSCAN_DAMAGE_OFFSETS` (24) bits are flipped in each copy, at places that a seed (`CATSCAN_SEED`) spreads.

use std::collections::BTreeMap;
use std::fs;
use std::time::Duration;

use super::damaged_files::{Random, everything, number};
use super::*;
use crate::lake::Verification;

const PAGE: usize = 4096;

/// A store at rest: its database file as bytes, its lake, and what it answers.
struct AtRest {
    store: Directory,
    /// The note of how far the database came.
    note: Vec<u8>,
    database: Vec<u8>,
    log: Vec<u8>,
    facts: String,
    texts: String,
}

/// What a store that was opened says.
struct Said {
    facts: Result<String, String>,
    texts: String,
    verified: Verification,
}

fn read(at: &Path, lake: &Path) -> Result<Said, String> {
    let db = Db::open_read_only(&at.join("catscan.db")).map_err(|error| error.to_string())?;
    let lake = Lake::open_read_only(db.clone(), lake).map_err(|error| error.to_string())?;
    let engine = Engine::new(
        Arc::new(Store::new(db.clone(), lake.clone(), Default::default())),
        Capacity::new(1, at.join("spill")),
    );
    let engine = engine.map_err(|error| error.to_string())?;
    let asked = facts::tables().iter().map(|table| {
        show_for(&engine, Question::new(everything(table), AccountScope::All)).map_err(|error| error.to_string())
    });
    let facts = asked.collect::<Result<Vec<_>, _>>().map(|tables| tables.join("\n"));
    // Files that the catalog lost are orphans to it once they are old.
    let later = Utc::now() + chrono::Duration::hours(2);
    let verified = lake.verify(true, later, Duration::from_secs(3600), &());
    Ok(Said { facts, texts: texts(&db), verified })
}

/// The rows of every table that is not the lake's, as text; empty where they cannot be read.
fn texts(db: &Db) -> String {
    let dump = db.read(|tx| {
        let mut tables = tx.prepare("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name")?;
        let names = tables.query_map([], |row| row.get::<_, String>(0))?.collect::<Result<Vec<_>, _>>()?;
        let mut text = String::new();
        for name in names.iter().filter(|name| !name.starts_with("ducklake") && !name.starts_with("lake")) {
            let mut rows = tx.prepare(&format!("SELECT * FROM {name}"))?;
            let width = rows.column_count();
            let mut rows = rows.query([])?;
            while let Some(row) = rows.next()? {
                for column in 0..width {
                    text.push_str(&format!("{:?};", row.get_ref(column)?));
                }
            }
        }
        Ok::<_, DbError>(text)
    });
    dump.unwrap_or_default()
}

impl AtRest {
    fn new(with_log: bool) -> Self {
        let store = Directory::with_every_kind();
        store.sync();
        store.import("performance-restated.csv", AccountId::FIRST);
        let at = store.directory.path();
        let log = fs::read(at.join("catscan.db-wal")).unwrap();
        let database = if with_log {
            fs::read(at.join("catscan.db")).unwrap()
        } else {
            // A backup has all that is in the log.
            store.db.backup_to(&at.join("copy.db")).unwrap();
            fs::read(at.join("copy.db")).unwrap()
        };
        let note = fs::read(at.join("catscan.db-noted")).unwrap();
        let mut rest = Self { store, note, database, log: Vec::new(), facts: String::new(), texts: String::new() };
        if with_log {
            rest.log = log;
        }
        let said = rest.said(&rest.database, &rest.log).unwrap();
        assert_eq!(said.verified.findings, 0, "{:#?}", said.verified);
        Self { facts: said.facts.unwrap(), texts: said.texts, ..rest }
    }

    fn said(&self, database: &[u8], log: &[u8]) -> Result<Said, String> {
        let directory = tempfile::tempdir().unwrap();
        fs::write(directory.path().join("catscan.db"), database).unwrap();
        fs::write(directory.path().join("catscan.db-noted"), &self.note).unwrap();
        if !log.is_empty() {
            fs::write(directory.path().join("catscan.db-wal"), log).unwrap();
        }
        read(directory.path(), &self.store.lake.directory().unwrap())
    }

    /// Names what became of it; another answer without a word is a failure.
    #[track_caller]
    fn outcome(&self, database: &[u8], log: &[u8], damage: &str) -> &'static str {
        let said = match self.said(database, log) {
            Ok(said) => said,
            Err(error) => {
                assert!(names_database(&error), "{damage}: {error}");
                return "refused at open";
            }
        };
        let finds = said.verified.findings > 0;
        match said.facts {
            Err(error) => {
                assert!(names_database(&error), "{damage}: {error}");
                "refused at a question"
            }
            Ok(facts) if facts != self.facts => {
                panic!("{damage}: other facts without an error")
            }
            Ok(_) if finds => "same facts, verify finds it",
            Ok(_) if said.texts != self.texts => "same facts, another text of an entity, unnoticed",
            Ok(_) => "same in everything",
        }
    }
}

fn names_database(error: &str) -> bool {
    ["database", "catalog", "catscan.db", "lake of this", "data directory"].iter().any(|name| error.contains(name))
}

fn tell(what: &str, outcomes: &BTreeMap<&str, u64>) {
    eprintln!("{what}: {outcomes:#?}");
}

#[test]
fn a_flipped_bit_a_cut_or_a_zeroed_page_of_the_database_never_makes_another_fact() {
    let (offsets, seed) = (number("CATSCAN_DAMAGE_OFFSETS", 24), number("CATSCAN_SEED", 1));
    let rest = AtRest::new(false);
    let mut random = Random(seed);
    let pages = rest.database.len() / PAGE;
    let mut outcomes = BTreeMap::new();
    for round in 0..offsets {
        // A third in the file's header and in pages' headers and cell pointers, where one bit means most.
        let place = match round % 6 {
            0 => random.below(100) as usize,
            1 => random.below(pages as u64) as usize * PAGE + random.below(24) as usize,
            _ => random.below(rest.database.len() as u64) as usize,
        };
        let bit = 1 << random.below(8);
        let mut bad = rest.database.clone();
        bad[place] ^= bit;
        let damage = format!("seed {seed}: bit {bit} of byte {place}");
        *outcomes.entry(rest.outcome(&bad, &[], &damage)).or_insert(0) += 1;
    }
    tell(&format!("{offsets} flipped bits in {pages} pages, seed {seed}"), &outcomes);

    let mut outcomes = BTreeMap::new();
    for length in [0, 50, 100, PAGE, PAGE + 7, PAGE * 2, PAGE * pages / 2, PAGE * (pages - 1), PAGE * pages - 1] {
        *outcomes.entry(rest.outcome(&rest.database[..length], &[], &format!("cut to {length}"))).or_insert(0) += 1;
    }
    tell("cut", &outcomes);

    let mut outcomes = BTreeMap::new();
    let step = (pages as u64 / offsets).max(1) as usize;
    for page in (0..pages).step_by(step) {
        let mut bad = rest.database.clone();
        bad[page * PAGE..(page + 1) * PAGE].fill(0);
        *outcomes.entry(rest.outcome(&bad, &[], &format!("page {page} zeroed"))).or_insert(0) += 1;
    }
    tell("zeroed pages", &outcomes);
}

#[test]
fn a_damaged_log_is_refused_or_found_or_makes_no_difference() {
    let (offsets, seed) = (number("CATSCAN_DAMAGE_OFFSETS", 24), number("CATSCAN_SEED", 1));
    let rest = AtRest::new(true);
    assert!(rest.log.len() > 100_000, "the log has the changes");
    let mut random = Random(seed);
    let mut outcomes = BTreeMap::new();
    for round in 0..offsets {
        let place = if round % 5 == 0 { random.below(56) } else { random.below(rest.log.len() as u64) } as usize;
        let bit = 1 << random.below(8);
        let mut bad = rest.log.clone();
        bad[place] ^= bit;
        let damage = format!("seed {seed}: bit {bit} of byte {place} of the log");
        *outcomes.entry(rest.outcome(&rest.database, &bad, &damage)).or_insert(0) += 1;
    }
    for part in 0..10 {
        let length = rest.log.len() * part / 10;
        *outcomes
            .entry(rest.outcome(&rest.database, &rest.log[..length], &format!("log cut to {length}")))
            .or_insert(0) += 1;
    }
    tell(&format!("{offsets} flipped bits and 10 cuts of the log, seed {seed}"), &outcomes);
}
