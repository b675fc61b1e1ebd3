//! Undoing imports: rows come back exactly, in the reverse order of the imports, and older snapshots stay.

use super::*;
use crate::ingest::UndoError;
use crate::model::BatchId;

impl Store {
    fn undo(&self, batch: i64) -> Result<UndoAnswer, UndoError> {
        self.importer.undo(BatchId(batch), None)
    }

    fn status(&self, batch: i64) -> String {
        let find = "SELECT status FROM import_history WHERE batch_id = ?1";
        self.db.read(|tx| Ok::<_, crate::db::DbError>(tx.query_row(find, [batch], |row| row.get(0))?)).unwrap()
    }
}

const FIRST: &str =
    "2026-11-18,7,c1,300x250,10,5,1.5\n2026-11-18,7,c2,300x250,20,5,0.25\n2026-11-19,8,c1,300x250,1,1,0.1\n";
const RESTATED: &str = "2026-11-18,7,c2,300x250,21,5,0.25\n2026-11-18,9,c9,300x250,1,1,0\n";

#[test]
fn undo_restores_exactly_the_rows_that_the_batch_replaced() {
    let store = Store::new();
    store.import(&store.file("a.csv", FIRST));
    let before = store.rows();
    let second = store.import(&store.file("b.csv", RESTATED));
    let between = store.rows();
    assert_ne!(before, between);
    let snapshot = store.importer.lake.snapshot(&At::Latest).unwrap().id;

    let undone = store.undo(2).unwrap();
    assert_eq!(store.rows(), before);
    assert_eq!(undone.file, "b.csv");
    assert_eq!(undone.days.len(), 1, "only the day that it changed: {:?}", undone.days);
    assert_eq!((undone.days[0].rows_before, undone.days[0].rows_after), (3, 2));
    assert_eq!(store.status(second.batch_id.unwrap().0), "undone");
    assert_eq!(store.count("SELECT count(*) FROM events WHERE kind = 'import_undone' AND subject = '2'"), 1);
    let older = store.importer.lake.snapshot(&At::Snapshot(snapshot)).unwrap();
    assert_eq!(older.files().iter().map(|file| file.rows).sum::<u64>(), 4, "the older snapshot stays");
    assert_eq!(store.importer.lake.check_hashes(&older), []);
}

#[test]
fn an_undone_import_leaves_no_row_where_there_was_none_and_its_bytes_are_free() {
    let store = Store::new();
    let source = store.file("a.csv", FIRST);
    store.import(&source);
    let rows = store.rows();
    store.undo(1).unwrap();
    assert!(store.rows().is_empty());
    let again = store.import(&source);
    assert_eq!((again.status, again.batch_id, again.rows_imported), (Status::Imported, Some(BatchId(2)), 3));
    let but_batch = |rows: Vec<Row>| rows.into_iter().map(|row| (row.0, row.1, row.2, row.3)).collect::<Vec<_>>();
    assert_eq!(but_batch(store.rows()), but_batch(rows));
}

#[test]
fn several_imports_are_undone_from_the_newest_on() {
    let store = Store::new();
    let mut states = vec![store.rows()];
    for reached in 1..=3 {
        let text = format!("2026-11-18,7,c1,300x250,{reached},5,1.5\n2026-11-18,7,only{reached},1x1,1,1,0\n");
        store.import(&store.file("a.csv", &text));
        states.push(store.rows());
    }
    let refused = store.undo(1).unwrap_err();
    assert_eq!(refused.code(), "not_newest");
    assert!(refused.to_string().contains("undo batch 3, batch 2 first"), "{refused}");
    assert_eq!(store.rows(), states[3], "a refusal changes nothing");
    for batch in (1..=3).rev() {
        store.undo(batch).unwrap();
        assert_eq!(store.rows(), states[batch as usize - 1], "after undoing batch {batch}");
    }
}

#[test]
fn imports_of_other_days_do_not_stand_in_the_way() {
    let store = Store::new();
    store.import(&store.file("a.csv", "2026-11-17,7,c1,300x250,10,5,1.5\n"));
    store.import(&store.file("b.csv", "2026-11-18,7,c1,300x250,10,5,1.5\n"));
    store.undo(1).unwrap();
    assert_eq!(store.rows(), [row("7", "c1", 10, 1_500_000, 2)]);
}

#[test]
fn an_import_that_found_nothing_new_is_undone_without_a_trace_but_stands_before_what_it_relied_on() {
    let store = Store::new();
    store.import(&store.file("a.csv", FIRST));
    let before = store.rows();
    let same_rows = store.import(&store.file("b.csv", "2026-11-18,7,c1,300x250,10,5,1.50\n"));
    assert_eq!((same_rows.status, same_rows.rows_duplicate), (Status::Imported, 1));
    let refused = store.undo(1).unwrap_err();
    assert!(refused.to_string().contains("undo batch 2 first"), "its rows would vanish: {refused}");
    assert_eq!(store.undo(2).unwrap().days, []);
    assert_eq!(store.rows(), before);
    store.undo(1).unwrap();
    assert!(store.rows().is_empty());
}

#[test]
fn what_is_not_live_cannot_be_undone_and_says_why() {
    let store = Store::new();
    store.import(&store.file("a.csv", FIRST));
    store.undo(1).unwrap();
    store.import(&store.file("bad.csv", "2026-11-18,7,c1,300x250,x,5,1.5\n"));
    for (batch, code, says) in [(1, "not_live", "undone already"), (2, "not_live", "failed"), (9, "unknown_batch", "9")]
    {
        let refused = store.undo(batch).unwrap_err();
        assert_eq!(refused.code(), code);
        assert!(refused.to_string().contains(says), "{refused}");
    }
    store.import(&store.file("c.csv", FIRST));
    let of_another = store.importer.undo(BatchId(3), Some(AccountId(2))).unwrap_err();
    assert_eq!(of_another.code(), "unknown_batch");
}

#[test]
fn a_damaged_file_is_not_brought_back() {
    let store = Store::new();
    store.import(&store.file("a.csv", FIRST));
    let old = store.importer.lake.snapshot(&At::Latest).unwrap();
    store.import(&store.file("b.csv", RESTATED));
    let day = old.files().iter().find(|file| file.scope.day.to_string() == "2026-11-18").unwrap();
    let mut bytes = std::fs::read(day.local_path().unwrap()).unwrap();
    bytes[100] ^= 1;
    std::fs::write(day.local_path().unwrap(), bytes).unwrap();
    let after = store.rows();
    let refused = store.undo(2).unwrap_err().to_string();
    assert!(refused.contains(&day.relative) && refused.contains("damaged"), "{refused}");
    assert_eq!(store.rows(), after);
}

#[test]
fn the_record_of_an_import_says_what_it_replaced_and_what_was_at_fault() {
    let store = Store::new();
    store.import(&store.file("a.csv", FIRST));
    let rows: String = (0..30).map(|at| format!("2026-11-18,7,c1{at},300x250,1,1,0\n")).collect();
    store.import(&store.file("b.csv", &format!("{rows}2026-11-18,7,c2,300x250,many,5,0.25\n")));
    let record = store.importer.record(BatchId(2), None, 100).unwrap().unwrap();
    assert_eq!((record.rows_read, record.rows_imported, record.rows_rejected), (31, 30, 1));
    assert_eq!((record.faults[0].line, record.faults[0].value.as_deref()), (32, Some("many")));
    let day = &record.changes[0];
    assert_eq!((day.files_before, day.rows_before, day.files_after, day.rows_after), (1, 2, 1, 32));
    assert_eq!(record.columns_mapped["Billing ID"], "billing_id");
    assert_eq!(record.undone_at, None);
    store.undo(2).unwrap();
    let record = store.importer.record(BatchId(2), Some(AccountId::FIRST), 0).unwrap().unwrap();
    assert_eq!((record.status.as_str(), record.faults.len()), ("undone", 0));
    assert_eq!(record.undone_at.as_deref(), Some("2026-11-20T12:00:00.000Z"));
    assert!(store.importer.record(BatchId(2), Some(AccountId(2)), 0).unwrap().is_none());
}
