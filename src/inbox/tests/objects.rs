//! An object store as an inbox: the same as a directory, and nothing lost at a death between any two of its calls.

use std::fmt;
use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use async_trait::async_trait;
use bytes::Bytes;
use futures::StreamExt;
use futures::stream::BoxStream;
use object_store::memory::InMemory;
use object_store::path::Path as Key;
use object_store::{
    CopyOptions, Error, GetOptions, GetResult, ListResult, MultipartUpload, ObjectMeta, ObjectStore, ObjectStoreExt,
    PutMultipartOptions, PutOptions, PutPayload, PutResult, Result,
};
use tokio::runtime::Runtime;

use super::*;
use crate::inbox::objects::{ANSWER_PATIENCE, Objects};
use crate::objects::Address;

/// A store in memory that dies at its n-th call.
#[derive(Debug)]
struct Mortal {
    store: InMemory,
    calls_left: AtomicI64,
}

impl fmt::Display for Mortal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Mortal")
    }
}

impl Mortal {
    fn call(&self) -> Result<()> {
        if self.calls_left.fetch_sub(1, Ordering::SeqCst) > 0 {
            return Ok(());
        }
        Err(Error::Generic { store: "mortal", source: "the store is dead".into() })
    }
}

#[async_trait]
impl ObjectStore for Mortal {
    async fn put_opts(&self, to: &Key, payload: PutPayload, options: PutOptions) -> Result<PutResult> {
        self.call()?;
        self.store.put_opts(to, payload, options).await
    }

    async fn put_multipart_opts(&self, to: &Key, options: PutMultipartOptions) -> Result<Box<dyn MultipartUpload>> {
        self.call()?;
        self.store.put_multipart_opts(to, options).await
    }

    async fn get_opts(&self, key: &Key, options: GetOptions) -> Result<GetResult> {
        self.call()?;
        self.store.get_opts(key, options).await
    }

    async fn get_ranges(&self, key: &Key, ranges: &[Range<u64>]) -> Result<Vec<Bytes>> {
        self.store.get_ranges(key, ranges).await
    }

    fn delete_stream(&self, keys: BoxStream<'static, Result<Key>>) -> BoxStream<'static, Result<Key>> {
        match self.call() {
            Ok(()) => self.store.delete_stream(keys),
            Err(error) => futures::stream::once(async { Err(error) }).boxed(),
        }
    }

    fn list(&self, prefix: Option<&Key>) -> BoxStream<'static, Result<ObjectMeta>> {
        self.store.list(prefix)
    }

    async fn list_with_delimiter(&self, prefix: Option<&Key>) -> Result<ListResult> {
        self.call()?;
        self.store.list_with_delimiter(prefix).await
    }

    async fn copy_opts(&self, from: &Key, to: &Key, options: CopyOptions) -> Result<()> {
        self.call()?;
        self.store.copy_opts(from, to, options).await
    }
}

/// A case whose inbox is `memory`, below `mail`.
struct Bucket {
    case: Case,
    store: Arc<Mortal>,
    runtime: Runtime,
}

impl Bucket {
    fn new() -> Self {
        let store = Arc::new(Mortal { store: InMemory::new(), calls_left: AtomicI64::new(i64::MAX) });
        Self { case: Case::new(), store, runtime: Runtime::new().unwrap() }
    }

    fn objects(&self) -> Objects {
        let mut address = Address::open("s3://bucket/mail", [], ANSWER_PATIENCE).unwrap();
        address.store = self.store.clone();
        Objects::new(address, self.case.store.dir.tmp(), 1 << 20)
    }

    fn inbox(&self) -> Inbox {
        self.case.inbox(Box::new(self.objects()))
    }

    fn put(&self, key: &str, text: &str) {
        let payload = PutPayload::from(text.to_owned());
        self.runtime.block_on(self.store.store.put(&Key::from(key), payload)).unwrap();
    }

    fn text(&self, key: &str) -> String {
        let found = async { self.store.store.get(&Key::from(key)).await.unwrap().bytes().await.unwrap() };
        String::from_utf8(self.runtime.block_on(found).to_vec()).unwrap()
    }

    fn keys(&self) -> Vec<String> {
        let listed = self.store.store.list(None).map(|object| object.unwrap().location.to_string());
        let mut keys = self.runtime.block_on(listed.collect::<Vec<_>>());
        keys.sort();
        keys
    }

    fn look(&mut self, inbox: &mut Inbox, seconds: i64) {
        self.case.look_after(inbox, seconds);
    }

    #[track_caller]
    fn assert_nothing_is_left_in_tmp(&self) {
        let left = fs::read_dir(self.case.store.dir.tmp()).unwrap().map(|entry| entry.unwrap().path());
        let left: Vec<_> = left.filter(|path| path.is_file()).collect();
        assert!(left.is_empty(), "{left:?}");
    }
}

#[test]
fn objects_are_imported_and_moved_below_done_and_refused() {
    let mut bucket = Bucket::new();
    let mut inbox = bucket.inbox();
    bucket.put("mail/day.csv", &report(1, 10));
    bucket.put("mail/acme/day.csv", &report(2, 10));
    bucket.put("mail/notes.csv", "name,email\na,b\n");
    bucket.put("mail/half.csv.part", &report(3, 10));
    bucket.put("other/day.csv", &report(4, 10));
    bucket.look(&mut inbox, 1);
    let expected = [
        "mail/done/acme/day.csv",
        "mail/done/acme/day.csv.answer.txt",
        "mail/done/day.csv",
        "mail/done/day.csv.answer.txt",
        "mail/half.csv.part",
        "mail/refused/notes.csv",
        "mail/refused/notes.csv.reason.txt",
        "other/day.csv",
    ];
    assert_eq!((bucket.keys(), bucket.case.imports()), (expected.map(str::to_owned).to_vec(), 2));
    assert_eq!(
        bucket.case.number("SELECT count(*) FROM import_history WHERE account_id = 2 AND report = 'performance'"),
        1
    );
    assert_eq!(bucket.text("mail/done/day.csv"), report(1, 10));
    let answer = bucket.text("mail/done/day.csv.answer.txt");
    assert!(answer.starts_with("day.csv Imported \nobject: "), "{answer}");
    bucket.assert_nothing_is_left_in_tmp();

    bucket.put("mail/day.csv", &report(1, 10));
    bucket.look(&mut inbox, 1);
    let keys = bucket.keys();
    assert_eq!((keys.len(), bucket.case.imports()), (10, 2), "a known one stands beside the first: {keys:?}");
}

#[test]
fn a_death_at_any_call_loses_nothing_and_moves_nothing_twice() {
    let mut deaths = 0;
    for calls in 0.. {
        let mut bucket = Bucket::new();
        bucket.put("mail/day.csv", &report(1, 10));
        bucket.store.calls_left.store(calls, Ordering::SeqCst);
        let mut first = bucket.inbox();
        bucket.look(&mut first, 1);
        let died = bucket.store.calls_left.load(Ordering::SeqCst) < 0;
        deaths += i64::from(died);
        bucket.store.calls_left.store(i64::MAX, Ordering::SeqCst);
        // Another process, which knows nothing of the first.
        let mut second = bucket.inbox();
        bucket.look(&mut second, 1);
        assert_eq!(bucket.keys(), ["mail/done/day.csv", "mail/done/day.csv.answer.txt"], "after {calls} calls");
        assert_eq!(
            (bucket.text("mail/done/day.csv"), bucket.case.imports()),
            (report(1, 10), 1),
            "after {calls} calls"
        );
        bucket.assert_nothing_is_left_in_tmp();
        if !died {
            break;
        }
    }
    assert!(deaths > 7, "a store is asked more often than {deaths} times");
}

#[test]
fn a_store_that_is_dead_for_a_while_is_asked_again_later() {
    let mut bucket = Bucket::new();
    bucket.put("mail/day.csv", &report(1, 10));
    bucket.store.calls_left.store(0, Ordering::SeqCst);
    let mut inbox = bucket.inbox();
    for _ in 0..5 {
        bucket.look(&mut inbox, 1);
    }
    assert_eq!(bucket.store.calls_left.load(Ordering::SeqCst), -1, "asked once");
    let told = "SELECT count(*) FROM events WHERE kind = 'inbox_waiting' AND detail LIKE '%the store is dead%AWS_ACCESS_KEY_ID%'";
    assert_eq!(bucket.case.number(told), 1, "with what to set, because there are no credentials");
    bucket.store.calls_left.store(i64::MAX, Ordering::SeqCst);
    bucket.look(&mut inbox, 10);
    assert_eq!(bucket.case.imports(), 1);
}

#[test]
fn a_large_object_is_copied_as_a_stream_and_a_larger_one_refused() {
    let mut bucket = Bucket::new();
    let mut objects = bucket.objects();
    objects.copy_limit_bytes = 10;
    let mut inbox = bucket.case.inbox(Box::new(objects));
    bucket.put("mail/day.csv", &report(1, 10));
    bucket.put("mail/huge.csv", &"x".repeat((1 << 20) + 1));
    bucket.look(&mut inbox, 1);
    assert_eq!(bucket.text("mail/done/day.csv"), report(1, 10));
    let reason = bucket.text("mail/refused/huge.csv.reason.txt");
    assert!(reason.starts_with("error: huge.csv: ") && reason.contains("inbox.max_object_mib"), "{reason}");
    assert_eq!(bucket.text("mail/refused/huge.csv").len(), (1 << 20) + 1);
}

#[test]
fn an_object_that_was_written_anew_is_left_to_be_imported_in_its_turn() {
    let bucket = Bucket::new();
    let objects = bucket.objects();
    bucket.put("mail/day.csv", &report(1, 10));
    let arrival = objects.look().unwrap().arrivals.remove(0);
    bucket.put("mail/day.csv", &report(1, 999));
    assert!(objects.fetch(&arrival).is_err());
    assert!(objects.put_away(&arrival, crate::inbox::place::Shelf::Done, "").is_err());
    assert_eq!(bucket.text("mail/day.csv"), report(1, 999));
}

#[test]
fn a_directory_by_its_address_waits_for_files_that_grow() {
    let mut case = Case::new();
    let place = beside(&case.root, "bucket");
    fs::create_dir(&place).unwrap();
    let address = Address::open(&format!("file://{}", place.display()), [], ANSWER_PATIENCE).unwrap();
    let mut inbox = case.inbox(Box::new(Objects::new(address, case.store.dir.tmp(), 1 << 20)));
    let whole = report(1, 10);
    fs::write(place.join("day.csv"), &whole[..120]).unwrap();
    case.look(&mut inbox);
    fs::write(place.join("day.csv"), &whole).unwrap();
    case.look(&mut inbox);
    assert_eq!(case.imports(), 0);
    case.look(&mut inbox);
    assert_eq!((case.imports(), fs::read_to_string(place.join("done/day.csv")).unwrap()), (1, whole));
    assert!(!place.join("day.csv").exists());
}
