//! Day by day: what is missing, what is odd, how new it is.

use super::*;
use crate::ingest::DayState::{self, Anomalous, Imported, Missing};

impl Store {
    fn import_rows(&self, day: &str, rows: usize) -> ImportAnswer {
        self.import(&self.of_rows(day, rows))
    }

    fn of_rows(&self, day: &str, rows: usize) -> Source {
        let text: String = (0..rows).map(|at| format!("{day},7,c{at},300x250,1,1,0\n")).collect();
        self.file(&format!("{day}.csv"), &text)
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

#[test]
fn an_import_warns_of_each_day_with_an_odd_number_of_rows() {
    let store = Store::new();
    for day in ["15", "16", "17"] {
        assert_eq!(store.import_rows(&format!("2026-11-{day}"), 20).anomalies, [], "no mean yet");
    }
    let tried = ImportOptions { dry_run: true, ..ImportOptions::default() };
    let tried = store.importer.import(&store.of_rows("2026-11-18", 6), &tried, &NoProgress).unwrap();
    let answer = store.import_rows("2026-11-18", 6);
    let message = "2026-11-18 has 30 % of the usual rows (6; mean of 3 days 20): is the report complete?";
    let messages = |answer: &ImportAnswer| answer.anomalies.iter().map(|odd| odd.message.clone()).collect::<Vec<_>>();
    assert_eq!((messages(&tried), messages(&answer)), (vec![message.to_owned()], vec![message.to_owned()]));
    assert_eq!((answer.status, answer.warnings["upload_anomaly"]), (Status::Imported, 1));
    assert_eq!(store.count("SELECT warnings ->> 'upload_anomaly' FROM import_history WHERE batch_id = 4"), 1);
    // The rest of the day comes: what counts is the day as it is then.
    assert_eq!(store.import_rows("2026-11-18", 19).anomalies, []);
    let doubled = store.import_rows("2026-11-19", 50);
    assert_eq!(
        messages(&doubled),
        ["2026-11-19 has 253 % of the usual rows (50; mean of 4 days 20): is every row in it once?"]
    );
}

#[test]
fn the_thresholds_of_an_anomaly_are_settings() {
    let mut store = Store::new();
    store.importer.limits.anomaly = AnomalyRule { low_percent: 90.0, imported_days: 1, ..AnomalyRule::default() };
    store.import_rows("2026-11-17", 10);
    assert_eq!(store.import_rows("2026-11-18", 8).anomalies.len(), 1);
    assert_eq!(store.states("2026-11-18", "2026-11-18"), [("2026-11-18".to_owned(), Some(Anomalous), Some(80))]);
}

#[test]
fn freshness_is_the_newest_day_of_each_kind() {
    let store = Store::new();
    assert_eq!(store.importer.freshness(AccountId::FIRST).unwrap(), []);
    store.import_rows("2026-11-18", 3);
    store.import_rows("2026-11-16", 2);
    let quality = "Day,Publisher ID,Impressions,IVT credited impressions\n2026-11-19,p1,5,1\n";
    store.import(&store.raw("q.csv", quality));
    let fresh = store.importer.freshness(AccountId::FIRST).unwrap();
    // Today is the 20th: a report of the 19th is as new as one can be.
    let shown: Vec<_> =
        fresh.iter().map(|kind| (kind.report.as_str(), kind.newest_day.to_string(), kind.days_behind)).collect();
    assert_eq!(shown, [("performance", "2026-11-18".to_owned(), 1), ("quality", "2026-11-19".to_owned(), 0)]);
    assert_eq!((fresh[0].newest_row_count, fresh[0].day_count), (3, 2));
    assert_eq!(fresh[0].imported_at.as_deref(), Some("2026-11-20T12:00:00.000Z"));
    assert_eq!(store.importer.freshness(AccountId(2)).unwrap(), []);
}
