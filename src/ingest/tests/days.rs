//! The day × kind grid: what is missing and what is odd.

use super::*;
use crate::ingest::DayState::{self, Anomalous, Imported, Missing};

impl Store {
    fn import_rows(&self, day: &str, rows: usize) {
        let text: String = (0..rows).map(|at| format!("{day},7,c{at},300x250,1,1,0\n")).collect();
        self.import(&self.file(&format!("{day}.csv"), &text));
    }

    fn states(&self, first: &str, last: &str) -> Vec<(String, Option<DayState>, Option<i64>)> {
        let cells = self.importer.grid(AccountId::FIRST, first.parse().unwrap(), last.parse().unwrap()).unwrap();
        cells.into_iter().map(|cell| (cell.metric_date, cell.state, cell.percent_of_mean)).collect()
    }
}

#[test]
fn a_day_is_imported_missing_or_anomalous_by_the_days_before_it() {
    let store = Store::new();
    // The third day is odd, but two days are no mean yet; 10 and 11 are half and double, which is allowed.
    for (day, rows) in [("05", 10), ("06", 10), ("07", 40), ("09", 20), ("10", 10), ("11", 36), ("12", 8), ("13", 60)] {
        store.import_rows(&format!("2026-11-{day}"), rows);
    }
    let shown: Vec<_> = store.states("2026-11-04", "2026-11-14");
    let expected = [
        ("14", Some(Missing), None),
        // The seven days before the 13th: 10, 40, 20, 10, 36, 8 on six of them.
        ("13", Some(Anomalous), Some(290)),
        ("12", Some(Anomalous), Some(38)),
        ("11", Some(Imported), Some(200)),
        ("10", Some(Imported), Some(50)),
        ("09", Some(Imported), Some(100)),
        ("08", Some(Missing), None),
        ("07", Some(Imported), None),
        ("06", Some(Imported), None),
        ("05", Some(Imported), None),
        ("04", None, None),
    ];
    assert_eq!(shown, expected.map(|(day, state, percent)| (format!("2026-11-{day}"), state, percent)));
}

#[test]
fn the_grid_is_of_one_account_and_empty_without_imports() {
    let store = Store::new();
    assert_eq!(store.states("2026-11-01", "2026-11-14"), []);
    store.import_rows("2026-11-05", 1);
    let other =
        store.importer.grid(AccountId(2), "2026-11-01".parse().unwrap(), "2026-11-14".parse().unwrap()).unwrap();
    assert_eq!(other, []);
}
