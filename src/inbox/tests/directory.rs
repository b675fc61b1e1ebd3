//! A directory as an inbox: what is taken, when, for whom, and where it goes.

use std::fs;
use std::os::unix::fs::symlink;

use super::*;
use crate::inbox::InboxError;
use crate::inbox::place::{PlaceError, Shelf};

#[test]
fn a_report_is_imported_and_moved_to_done_with_its_answer() {
    let mut case = Case::new();
    let mut inbox = case.directory();
    case.put("mail.csv", &report(1, 10));
    case.look_twice(&mut inbox);
    assert_eq!(case.files(), ["done/mail.csv", "done/mail.csv.answer.txt"]);
    assert_eq!(case.text("done/mail.csv.answer.txt"), "mail.csv Imported \n");
    assert_eq!(case.text("done/mail.csv"), report(1, 10));
    assert_eq!(case.number("SELECT count(*) FROM events WHERE kind = 'inbox_done' AND subject = 'mail.csv'"), 1);
}

#[test]
fn a_known_report_is_moved_to_done_and_takes_nobodys_place() {
    let mut case = Case::new();
    let mut inbox = case.directory();
    for _ in 0..3 {
        case.put("mail.csv", &report(1, 10));
        case.look_twice(&mut inbox);
    }
    let files = case.files();
    assert_eq!((files.len(), case.imports()), (6, 1), "{files:?}");
    let answers = files.iter().filter(|name| name.ends_with(".answer.txt")).map(|name| case.text(name));
    let mut answers: Vec<_> = answers.collect();
    answers.sort();
    assert_eq!(answers, ["mail.csv Duplicate \n", "mail.csv Duplicate \n", "mail.csv Imported \n"]);
}

#[test]
fn what_is_no_report_is_moved_to_refused_with_the_reason() {
    let mut case = Case::new();
    let mut inbox = case.directory();
    case.put("notes.csv", "name,email\na,b\n");
    case.put("photo.jpg", "\u{0}\u{1}");
    case.put("mail.csv", &report(1, 10));
    case.look_twice(&mut inbox);
    let expected = [
        "done/mail.csv",
        "done/mail.csv.answer.txt",
        "refused/notes.csv",
        "refused/notes.csv.reason.txt",
        "refused/photo.jpg",
        "refused/photo.jpg.reason.txt",
    ];
    assert_eq!(case.files(), expected);
    assert!(case.text("refused/notes.csv.reason.txt").contains("email"), "the reason names what was found");
}

#[test]
fn a_file_that_grows_is_left_until_it_is_complete() {
    let mut case = Case::new();
    let mut inbox = case.directory();
    let whole = report(1, 10);
    for part in [100, 120, 150] {
        case.put("mail.csv", &whole[..part]);
        case.look(&mut inbox);
    }
    case.put("mail.csv", &whole);
    case.look(&mut inbox);
    assert_eq!((case.files(), case.imports()), (vec!["mail.csv".to_owned()], 0));
    case.look(&mut inbox);
    assert_eq!((case.imports(), case.number("SELECT rows_imported FROM import_history")), (1, 2));
}

#[test]
fn unfinished_and_hidden_files_wait_for_their_names() {
    let mut case = Case::new();
    let mut inbox = case.directory();
    for name in ["a.csv.part", ".b.csv", "c.tmp"] {
        case.put(name, &report(1, 10));
    }
    case.look_twice(&mut inbox);
    assert_eq!((case.files().len(), case.imports()), (3, 0));
    fs::rename(case.path("a.csv.part"), case.path("a.csv")).unwrap();
    case.look_twice(&mut inbox);
    assert_eq!(case.imports(), 1);
}

#[test]
fn a_file_that_changed_since_it_was_looked_at_is_not_moved() {
    let case = Case::new();
    let place = Directory::open("inbox", &case.store.dir).unwrap();
    case.put("mail.csv", &report(1, 10));
    let arrival = place.look().unwrap().arrivals.remove(0);
    case.put("mail.csv", &report(1, 1000));
    let moved = place.put_away(&arrival, Shelf::Done, "");
    assert!(matches!(moved, Err(PlaceError::Changed)), "{moved:?}");
    assert_eq!(case.text("mail.csv"), report(1, 1000));
}

#[test]
fn a_directory_names_the_account_by_number_name_or_bidder() {
    let mut case = Case::new();
    let mut inbox = case.directory();
    for (folder, day) in [("2", 1), ("acme", 2), ("777", 3), ("1", 4)] {
        case.put(&format!("{folder}/mail.csv"), &report(day, 10));
    }
    case.put("mail.csv", &report(5, 10));
    case.put("999/mail.csv", &report(6, 10));
    case.look_twice(&mut inbox);
    assert_eq!(case.number("SELECT count(*) FROM import_history WHERE account_id = 2"), 3);
    assert_eq!(case.number("SELECT count(*) FROM import_history WHERE account_id = 1"), 2);
    let files = case.files();
    assert!(files.contains(&"done/777/mail.csv".to_owned()), "{files:?}");
    let reason = case.text("refused/999/mail.csv.reason.txt");
    assert!(reason.contains("999") && reason.contains("acme") && reason.contains("catscan account add"), "{reason}");
}

#[test]
fn older_files_come_first_so_that_the_newest_report_wins() {
    let mut case = Case::new();
    let mut inbox = case.directory();
    let hour = std::time::Duration::from_secs(3600);
    for (name, reached, age) in [("a.csv", 30, 0), ("b.csv", 10, 2), ("c.csv", 20, 1)] {
        case.put(name, &report(1, reached));
        let modified = std::time::SystemTime::now() - hour * age;
        fs::File::options().write(true).open(case.path(name)).unwrap().set_modified(modified).unwrap();
    }
    case.look_twice(&mut inbox);
    let order = "SELECT group_concat(filename, ' ') FROM (SELECT filename FROM import_history ORDER BY batch_id)";
    let order: String = case.store.db.read(|tx| Ok::<_, DbError>(tx.query_row(order, [], |row| row.get(0))?)).unwrap();
    assert_eq!(order, "b.csv c.csv a.csv");
}

#[test]
fn links_are_neither_read_nor_followed() {
    let mut case = Case::new();
    let mut inbox = case.directory();
    let outside = beside(&case.root, "outside");
    fs::create_dir(&outside).unwrap();
    fs::write(outside.join("own.csv"), report(1, 10)).unwrap();
    symlink(outside.join("own.csv"), case.path("link.csv")).unwrap();
    symlink(&outside, case.path("acme")).unwrap();
    case.look_twice(&mut inbox);
    assert_eq!(case.imports(), 0);

    symlink(&outside, case.path("done")).unwrap();
    case.put("mail.csv", &report(2, 10));
    case.look_twice(&mut inbox);
    assert_eq!((case.imports(), case.text("mail.csv")), (1, report(2, 10)), "imported, and left where it is");
    assert_eq!(fs::read_dir(&outside).unwrap().count(), 1, "nothing outside is touched");
    fs::remove_file(case.path("done")).unwrap();
    case.look_after(&mut inbox, 11);
    assert_eq!(case.text("done/mail.csv.answer.txt"), "mail.csv Duplicate \n");
}

#[test]
fn the_store_itself_is_no_inbox() {
    let case = Case::new();
    let dir = &case.store.dir;
    let outside = beside(&case.root, "lnk");
    symlink(dir.root(), &outside).unwrap();
    for path in [".", "lake", "tmp/x", "..", dir.root().to_str().unwrap(), "/", outside.to_str().unwrap()] {
        let refused = Directory::open(path, dir).err();
        assert!(matches!(refused, Some(InboxError::PartOfStore { .. })), "{path}: {refused:?}");
    }
}
