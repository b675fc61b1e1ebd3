//! Files of one day by config: what cannot meet the live rows comes into a file of its own, and the live ones are not
//! even read.

use super::*;
use crate::model::BatchId;

impl Store {
    /// The live files by id, with their rows.
    fn files(&self) -> Vec<(i64, u64)> {
        let snapshot = self.importer.lake.snapshot(&At::Latest).unwrap();
        let mut files: Vec<_> = snapshot.files().iter().map(|file| (file.file_id, file.rows)).collect();
        files.sort_unstable();
        files
    }

    /// From now on, whoever reads a live file fails.
    fn damage_all(&self) {
        for file in self.importer.lake.snapshot(&At::Latest).unwrap().files() {
            std::fs::write(file.local_path().unwrap(), "not what was written").unwrap();
        }
    }
}

#[test]
fn another_config_comes_beside_without_a_look_at_the_live_rows() {
    let store = Store::new();
    store.import(&store.file("a.csv", "2026-11-18,7,c1,1x1,10,5,1.5\n2026-11-18,9,c2,1x1,10,5,1.5\n"));
    let before = store.files();
    store.damage_all();
    for mode in [Mode::Merge, Mode::Skip] {
        let batch = store.files().len();
        // Between 7 and 9, but neither.
        let text = format!("2026-11-18,8{batch},c1,1x1,20,5,1\n2026-11-18,8{batch},c2,1x1,20,5,1\n");
        let answer = store.import_as(&store.file("b.csv", &text), mode);
        assert_eq!((answer.rows_imported, answer.rows_replaced), (2, 0));
    }
    assert_eq!(store.files()[..1], before, "the live file stays");
    assert_eq!(store.files().len(), 3);
    let record = store.importer.record(BatchId(2), None, 0).unwrap().unwrap();
    let day = &record.changes[0];
    assert_eq!((day.files_before, day.rows_before, day.files_after, day.rows_after), (0, 0, 1, 2));
}

#[test]
fn a_restated_config_replaces_its_own_file_and_leaves_the_others() {
    let store = Store::new();
    for billing in [7, 8, 9] {
        let text = format!("2026-11-18,{billing},c1,1x1,10,5,1.5\n2026-11-18,{billing},c2,1x1,10,5,1.5\n");
        store.import(&store.file("a.csv", &text));
    }
    let [seven, _, nine] = store.files()[..] else { panic!("{:?}", store.files()) };
    let answer = store.import(&store.file("b.csv", "2026-11-18,8,c1,1x1,11,5,1.5\n2026-11-18,8,c2,1x1,10,5,1.5\n"));
    assert_eq!((answer.rows_replaced, answer.rows_duplicate), (1, 1));
    let restated = (nine.0 + 1, 2);
    assert_eq!(store.files(), [seven, nine, restated]);

    // Two configs at once meet two files, which become one.
    let answer = store.import(&store.file("c.csv", "2026-11-18,9,c10,1x1,1,1,1\n2026-11-18,7,c11,1x1,1,1,1\n"));
    assert_eq!(answer.rows_imported, 2);
    assert_eq!(store.files(), [restated, (restated.0 + 1, 6)]);
    let billings: Vec<_> = store.rows().into_iter().map(|row| (row.0.unwrap(), row.1)).collect();
    let expected =
        [("7", "c1"), ("7", "c11"), ("7", "c2"), ("8", "c1"), ("8", "c2"), ("9", "c1"), ("9", "c10"), ("9", "c2")];
    assert!(billings.iter().map(|(billing, creative)| (billing.as_str(), creative.as_str())).eq(expected));

    store.importer.undo(answer.batch_id.unwrap(), None).unwrap();
    assert_eq!(store.files().iter().map(|file| file.1).collect::<Vec<_>>(), [2, 2, 2]);
    store.damage_all();
    let nothing_known = store.importer.import(
        &store.file("d.csv", "2026-11-18,8,c1,1x1,12,5,1.5\n"),
        &ImportOptions::default(),
        &NoProgress,
    );
    assert!(nothing_known.is_err(), "the file that can meet is read: {nothing_known:?}");
}

#[test]
fn rows_without_a_config_meet_each_other() {
    let store = Store::new();
    let raw = |name: &str, rows: &str| store.raw(name, &format!("#Day,Creative ID,Hour,Bids in auction,Bids\n{rows}"));
    store.import(&raw("a.csv", "2026-11-18,c1,,10,5\n2026-11-18,c2,,10,5\n"));
    let answer = store.import(&raw("b.csv", "2026-11-18,c1,,11,5\n"));
    assert_eq!(answer.rows_replaced, 1, "null equals null");
    assert_eq!(store.files().len(), 1);
    let answer = store.import(&raw("c.csv", "2026-11-18,c1,3,11,5\n"));
    assert_eq!((answer.rows_imported, store.files().len()), (1, 2), "an hour is not null");
    let answer = store.import(&raw("d.csv", "2026-11-18,c1,3,12,5\n"));
    assert_eq!((answer.rows_replaced, store.files().len()), (1, 2));
}

#[test]
fn another_grain_is_refused_also_where_keys_cannot_meet() {
    let store = Store::new();
    store.import(&store.file("a.csv", "2026-11-18,7,c1,1x1,10,5,1.5\n"));
    let other = store.raw("b.csv", "#Day,Billing ID,Creative ID,Reached queries\n2026-11-18,8,c1,10\n");
    let answer = store.import(&other);
    assert_eq!(answer.error.unwrap().code, "other_grain");
    assert_eq!(store.files().len(), 1);
}
