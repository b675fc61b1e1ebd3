//! Inboxes over a real store, looked into by hand, at times that the test says.

mod directory;
mod objects;
mod trouble;

use std::fs;
use std::path::{Path, PathBuf};

use chrono::{DateTime, TimeDelta, Utc};

use super::Inbox;
use super::directory::Directory;
use super::place::Place;
use crate::config::{Config, DataDir, WriterLock};
use crate::db::DbError;
use crate::entities::EntityError;
use crate::entities::accounts::{self, AccountFields};
use crate::ingest::ImportAnswer;
use crate::jobs::Store;

const HEADER: &str = "#Day,Billing ID,Creative ID,Creative size,Reached queries,Impressions,Spend (buyer currency)\n";

/// A store with a first account and `acme`, number 2, bidder 777.
struct Case {
    root: tempfile::TempDir,
    store: Store,
    now: DateTime<Utc>,
}

fn words(answer: &ImportAnswer) -> String {
    let reason = answer.error.as_ref().map_or("", |error| error.message.as_str());
    format!("{} {:?} {}\n", answer.file, answer.status, reason)
}

fn report(day: u32, reached: u32) -> String {
    format!("{HEADER}2026-02-{day:02},7,c1,300x250,{reached},1,0.5\n2026-02-{day:02},7,c2,300x250,{reached},1,0.5\n")
}

impl Case {
    fn new() -> Self {
        let root = tempfile::tempdir().unwrap();
        let dir = DataDir::at(&root.path().join("data")).unwrap();
        dir.create().unwrap();
        let lock = WriterLock::try_acquire(&dir, "serve").unwrap().unwrap();
        let store = Store::open_writer(dir, Config::default(), lock).unwrap();
        let fields = AccountFields {
            name: Some("acme".to_owned()),
            bidder_id: Some("777".to_owned()),
            ..AccountFields::default()
        };
        store.db.write::<_, EntityError>(|tx| accounts::add(tx, &fields, Utc::now())).unwrap();
        Self { root, store, now: Utc::now() + TimeDelta::hours(1) }
    }

    fn directory(&self) -> Inbox {
        self.inbox(Box::new(Directory::open("inbox", &self.store.dir).unwrap()))
    }

    fn inbox(&self, place: Box<dyn Place>) -> Inbox {
        Inbox::new(place, &self.store, 10, words)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.store.dir.root().join("inbox").join(name)
    }

    fn put(&self, name: &str, text: &str) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn look(&mut self, inbox: &mut Inbox) {
        self.look_after(inbox, 1);
    }

    fn look_after(&mut self, inbox: &mut Inbox, seconds: i64) {
        self.now += TimeDelta::seconds(seconds);
        inbox.round(self.now, || Some(()));
    }

    /// Two looks: what was there before the first one is complete at the second.
    fn look_twice(&mut self, inbox: &mut Inbox) {
        self.look(inbox);
        self.look(inbox);
    }

    fn number(&self, sql: &str) -> i64 {
        self.store.db.read(|tx| Ok::<_, DbError>(tx.query_row(sql, [], |row| row.get(0))?)).unwrap()
    }

    fn imports(&self) -> i64 {
        self.number("SELECT count(*) FROM import_history WHERE status = 'complete'")
    }

    /// Everything in the inbox, as sorted paths.
    fn files(&self) -> Vec<String> {
        let inbox = self.path("");
        let mut found = Vec::new();
        let mut waiting = vec![inbox.clone()];
        while let Some(directory) = waiting.pop() {
            for entry in fs::read_dir(directory).unwrap().map(Result::unwrap) {
                if entry.file_type().unwrap().is_dir() {
                    waiting.push(entry.path());
                } else {
                    found.push(entry.path().strip_prefix(&inbox).unwrap().display().to_string());
                }
            }
        }
        found.sort();
        found
    }

    fn text(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap()
    }
}

fn beside(root: &tempfile::TempDir, name: &str) -> PathBuf {
    Path::new(root.path()).join(name)
}
