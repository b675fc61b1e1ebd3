//! What is not a report's fault: it stays where it is, is tried again with longer and longer waits, and says so.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use super::*;
use crate::inbox::place::{Arrival, Fetched, PlaceError, Seen, Shelf};

/// A directory that cannot be moved from, that many times.
struct Stuck {
    directory: Directory,
    left: Arc<AtomicU32>,
    fails_at: &'static str,
}

impl Stuck {
    fn fail(&self, at: &str) -> Result<(), PlaceError> {
        let fails = at == self.fails_at
            && self.left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1)).is_ok();
        if fails { Err(PlaceError::Trouble(format!("{at} is stuck"))) } else { Ok(()) }
    }
}

impl Place for Stuck {
    fn shown(&self) -> String {
        self.directory.shown()
    }

    fn lists_whole_files(&self) -> bool {
        true
    }

    fn look(&self) -> Result<Seen, PlaceError> {
        self.fail("look").and_then(|()| self.directory.look())
    }

    fn fetch(&self, arrival: &Arrival) -> Result<Fetched, PlaceError> {
        self.fail("fetch").and_then(|()| self.directory.fetch(arrival))
    }

    fn put_away(&self, arrival: &Arrival, shelf: Shelf, note: &str) -> Result<String, PlaceError> {
        self.fail("put_away").and_then(|()| self.directory.put_away(arrival, shelf, note))
    }
}

#[test]
fn whatever_is_stuck_is_tried_again_after_longer_and_longer_waits() {
    for fails_at in ["look", "fetch", "put_away"] {
        let mut case = Case::new();
        let left = Arc::new(AtomicU32::new(3));
        let directory = Directory::open("inbox", &case.store.dir).unwrap();
        let mut inbox = case.inbox(Box::new(Stuck { directory, left: Arc::clone(&left), fails_at }));
        case.put("mail.csv", &report(1, 10));
        let mut tried = Vec::new();
        for _ in 0..80 {
            case.look(&mut inbox);
            tried.push(left.load(Ordering::SeqCst));
        }
        // At once, after 10 s, 20 s and 40 s.
        let waits = [3, 2, 1, 0].map(|count| tried.iter().filter(|left| **left == count).count());
        assert_eq!(waits[..3], [0, 10, 20], "{fails_at}: {tried:?}");
        assert_eq!(case.files(), ["done/mail.csv", "done/mail.csv.answer.txt"], "{fails_at}");
        assert_eq!((case.imports(), case.number("SELECT count(*) FROM events WHERE kind = 'inbox_waiting'")), (1, 3));
        let answer = case.text("done/mail.csv.answer.txt");
        assert_eq!(answer.contains("Duplicate"), fails_at == "put_away", "{fails_at}: {answer}");
    }
}

#[test]
fn a_store_that_fails_holds_the_files_up_in_their_order() {
    let mut case = Case::new();
    let mut inbox = case.directory();
    let tmp = case.store.dir.tmp();
    fs::rename(&tmp, tmp.with_file_name("tmp-away")).unwrap();
    for (name, reached) in [("a.csv", 10), ("b.csv", 20), ("c.csv", 30), ("d.csv", 40)] {
        case.put(name, &report(1, reached));
    }
    case.look_twice(&mut inbox);
    assert_eq!((case.files().len(), case.imports()), (4, 0), "nothing is moved");
    assert!(case.number("SELECT count(*) FROM events WHERE kind = 'inbox_waiting'") >= 1);
    fs::rename(tmp.with_file_name("tmp-away"), &tmp).unwrap();
    case.look_after(&mut inbox, 5);
    assert_eq!(case.imports(), 0, "not before the wait is over");
    case.look_after(&mut inbox, 30);
    case.look_after(&mut inbox, 30);
    assert_eq!((case.files().len(), case.imports()), (8, 4));
}

#[test]
fn a_disk_that_is_not_there_yet_is_waited_for() {
    let mut case = Case::new();
    let disk = beside(&case.root, "disk");
    let mut inbox = case.inbox(Box::new(Directory::open(disk.to_str().unwrap(), &case.store.dir).unwrap()));
    case.look(&mut inbox);
    assert!(!disk.exists(), "only the store's own inbox is made");
    assert_eq!(case.number("SELECT count(*) FROM events WHERE detail LIKE '%is not there%'"), 1);
    fs::create_dir(&disk).unwrap();
    fs::write(disk.join("mail.csv"), report(1, 10)).unwrap();
    case.look_after(&mut inbox, 11);
    case.look(&mut inbox);
    assert_eq!(case.imports(), 1);
    assert!(disk.join("done/mail.csv").exists());
}

#[test]
fn what_lies_too_deep_is_complained_of_once() {
    let mut case = Case::new();
    let mut inbox = case.directory();
    case.put("acme/2026/mail.csv", &report(1, 10));
    case.look_twice(&mut inbox);
    case.look_twice(&mut inbox);
    let complaints = "SELECT count(*) FROM events WHERE kind = 'inbox_complaint' AND detail LIKE '%acme/2026%'";
    assert_eq!((case.imports(), case.number(complaints)), (0, 1));
}

#[test]
fn without_the_turn_nothing_is_imported() {
    let mut case = Case::new();
    let mut inbox = case.directory();
    case.put("mail.csv", &report(1, 10));
    case.look(&mut inbox);
    inbox.round(case.now, || None::<()>);
    assert_eq!((case.imports(), case.files()), (0, vec!["mail.csv".to_owned()]));
}
