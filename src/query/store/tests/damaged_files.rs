//! A data file of any kind of report that is not what was written: the same answers, or an error that names the file.
//!
//! `CATSCAN_DAMAGE_OFFSETS` (40) bits are flipped in each file, at places that a seed (`CATSCAN_SEED`) spreads.

use std::fs;
use std::path::PathBuf;

use super::*;
use crate::model::facts::{FactTable, Role, ValueType};

/// From the environment, else the default.
pub(super) fn number(name: &str, default: u64) -> u64 {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(default)
}

/// Repeatable chance (splitmix64).
pub(super) struct Random(pub(super) u64);

impl Random {
    pub(super) fn below(&mut self, below: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % below
    }
}

/// Every stored column of a table in one answer, by partition.
pub(super) fn everything(table: &FactTable) -> String {
    let columns = table.columns.iter().filter(|column| column.role != Role::Partition).map(|column| {
        let name = &column.name;
        match column.value_type {
            ValueType::Int64 | ValueType::Int32 => format!("sum({name}), count({name})"),
            ValueType::Text | ValueType::Date => format!("min({name}), max({name}), count(DISTINCT {name})"),
        }
    });
    let columns: Vec<String> = columns.collect();
    format!(
        "SELECT account_id, report, metric_date, count(*), {} FROM {} GROUP BY 1, 2, 3 ORDER BY 1, 2, 3",
        columns.join(", "),
        table.name
    )
}

const SAMPLES: [&str; 8] = [
    "performance.csv",
    "bids.csv",
    "bidder.csv",
    "funnel_geo.csv",
    "funnel_publisher.csv",
    "bid_filtering.csv",
    "quality.csv",
    "quality-ivt.csv",
];

impl Directory {
    /// A store with every kind of report, and two files in a partition: the day's report of another config came later.
    pub(super) fn with_every_kind() -> Self {
        let store = Self::new();
        SAMPLES.iter().for_each(|name| store.import(name, AccountId::FIRST));
        let text = fs::read_to_string(sample("performance.csv")).unwrap();
        let other: Vec<String> = text
            .lines()
            .enumerate()
            .map(|(line, text)| {
                let mut cells: Vec<&str> = text.splitn(3, ',').collect();
                if line > 0 {
                    cells[1] = "999999999999";
                }
                cells.join(",")
            })
            .collect();
        let path = store.directory.path().join("other-config.csv");
        fs::write(&path, other.join("\n") + "\n").unwrap();
        let answer =
            store.importer.import(&Source::received(path, "other-config.csv"), &ImportOptions::default(), &NoProgress);
        let answer = answer.unwrap();
        assert!(answer.error.is_none(), "{:?}", answer.error);
        store
    }

    fn path(&self, file: &crate::lake::LiveFile) -> PathBuf {
        self.lake.directory().unwrap().join(&file.relative)
    }
}

/// What became of a question over a damaged file.
#[derive(Debug, Default)]
struct Outcomes {
    named: u64,
    same: u64,
}

struct Damaged<'a> {
    store: &'a Directory,
    sql: String,
    truth: String,
    named: Vec<String>,
    outcomes: Outcomes,
}

impl Damaged<'_> {
    #[track_caller]
    fn ask(&mut self, damage: &str) {
        match self.store.ask(Question::new(&self.sql, AccountScope::All)) {
            Ok(answer) => {
                assert_eq!(answer, self.truth, "{damage}: another answer");
                self.outcomes.same += 1;
            }
            Err(error) => {
                let error = error.to_string();
                assert!(self.named.iter().any(|name| error.contains(name)), "{damage}: {error}");
                self.outcomes.named += 1;
            }
        }
    }
}

#[test]
fn one_flipped_bit_a_cut_or_zeroed_or_exchanged_file_is_named_or_makes_no_difference() {
    let (offsets, seed) = (number("CATSCAN_DAMAGE_OFFSETS", 40), number("CATSCAN_SEED", 1));
    let mut random = Random(seed);
    let store = Directory::with_every_kind();
    let snapshot = store.lake.snapshot(&At::Latest).unwrap();
    // A file of one row is answered from the bounds in the catalog, unread.
    let mut largest: BTreeMap<&str, &Arc<crate::lake::LiveFile>> = BTreeMap::new();
    for file in snapshot.files() {
        let known = largest.entry(&file.scope.report).or_insert(file);
        if file.rows > known.rows {
            *known = file;
        }
    }
    assert_eq!(largest.len(), 7, "{:?}", largest.keys());
    for file in largest.into_values() {
        let (path, sql) = (store.path(file), everything(file.scope.table));
        let truth = store.ask(Question::new(&sql, AccountScope::All)).unwrap();
        let good = fs::read(&path).unwrap();
        let named = vec![file.relative.clone()];
        let mut asked = Damaged { store: &store, sql, truth, named, outcomes: Outcomes::default() };

        // Magic, the first page's header, and the tail: index, footer, its length, magic.
        let length = good.len() as u64;
        let tail = length - file.tail_bytes;
        let mut places: BTreeSet<u64> = [0, 3, 4, 5, 8, tail - 1, tail, tail + 1].into_iter().collect();
        places.extend((1..=12).map(|back| length - back));
        while (places.len() as u64) < offsets.max(20).min(length) {
            places.insert(random.below(length));
        }
        for place in &places {
            let mut bad = good.clone();
            let bit = 1 << random.below(8);
            bad[*place as usize] ^= bit;
            fs::write(&path, &bad).unwrap();
            asked.ask(&format!("seed {seed}: bit {bit} of byte {place} of {}", file.relative));
        }
        for length in [0, 1, 4, 8, good.len() / 3, good.len() / 2, good.len() - 8, good.len() - 1] {
            fs::write(&path, &good[..length]).unwrap();
            asked.ask(&format!("{} cut to {length} bytes", file.relative));
        }
        for page in 0..good.len().div_ceil(4096) {
            let mut bad = good.clone();
            let end = good.len().min((page + 1) * 4096);
            bad[page * 4096..end].fill(0);
            fs::write(&path, &bad).unwrap();
            asked.ask(&format!("page {page} of {} zeroed", file.relative));
        }
        // A sound file of another day, also of the same length.
        let others = snapshot.files().iter().filter(|other| other.file_id != file.file_id);
        for other in others.filter(|other| other.scope.report == file.scope.report) {
            let mut bytes = fs::read(store.path(other)).unwrap();
            fs::write(&path, &bytes).unwrap();
            asked.ask(&format!("{} in the place of {}", other.relative, file.relative));
            bytes.resize(good.len(), 0);
            fs::write(&path, &bytes).unwrap();
            asked.ask(&format!("{} in the place and length of {}", other.relative, file.relative));
        }
        fs::write(&path, &good).unwrap();
        asked.ask("as it was");
        eprintln!("{}: {} bits, seed {seed}: {:?}", file.scope.report, places.len(), asked.outcomes);
        assert!(asked.outcomes.named > places.len() as u64 / 2, "the question reads the file");
    }
}

#[test]
fn two_files_of_one_partition_that_changed_places_are_named() {
    let store = Directory::with_every_kind();
    let snapshot = store.lake.snapshot(&At::Latest).unwrap();
    let pair = snapshot.files().iter().find_map(|file| {
        let other = snapshot.files().iter().find(|other| other.scope == file.scope && other.file_id > file.file_id)?;
        Some([file, other])
    });
    let [one, other] = pair.expect("a partition of two files");
    let swap = store.directory.path().join("aside");
    let sql = everything(one.scope.table);
    let named = vec![one.relative.clone(), other.relative.clone()];
    let truth = store.ask(Question::new(&sql, AccountScope::All)).unwrap();
    fs::rename(store.path(one), &swap).unwrap();
    fs::rename(store.path(other), store.path(one)).unwrap();
    fs::rename(&swap, store.path(other)).unwrap();
    let mut asked = Damaged { store: &store, sql, truth, named, outcomes: Outcomes::default() };
    asked.ask("swapped");
    assert_eq!(asked.outcomes.named, 1);
}
