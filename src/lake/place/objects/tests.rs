//! A store that fails at any of its calls, before or after what was asked of it: nothing is written over, nothing is
//! taken for done that is not, and the next try works.

use std::fmt;
use std::fs;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use futures::stream::BoxStream;
use object_store::memory::InMemory;
use object_store::{
    CopyMode, CopyOptions, GetOptions, GetResult, ListResult, MultipartUpload, ObjectMeta, PutMode,
    PutMultipartOptions, PutOptions, PutPayload, PutResult, Result, UploadPart,
};
use tempfile::TempDir;

use super::*;
use crate::lake::disk::LocalDisk;

/// How a call fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fault {
    /// Refused, and nothing was done.
    Before,
    /// Done, and then an error for an answer.
    After,
    /// Done, and no answer.
    Silence,
}

const FAULTS: [Fault; 3] = [Fault::Before, Fault::After, Fault::Silence];

#[derive(Debug)]
struct Plan {
    fault: Fault,
    calls_left: AtomicI64,
    is_over: AtomicBool,
    /// As long as the store fails at all.
    faults_left: AtomicI64,
}

impl Plan {
    fn is_now(&self) -> bool {
        if self.is_over.load(Ordering::SeqCst) || self.calls_left.fetch_sub(1, Ordering::SeqCst) > 0 {
            return false;
        }
        self.is_over.store(self.faults_left.fetch_sub(1, Ordering::SeqCst) <= 1, Ordering::SeqCst);
        true
    }

    async fn around<T>(&self, call: impl Future<Output = Result<T>>) -> Result<T> {
        if !self.is_now() {
            return call.await;
        }
        let failed = || Error::Generic { store: "faulty", source: "the line is cut".into() };
        match self.fault {
            Fault::Before => Err(failed()),
            Fault::After => call.await.and_then(|_| Err(failed())),
            Fault::Silence => {
                call.await?;
                std::future::pending().await
            }
        }
    }
}

/// A store in memory whose calls fail from the n-th on, as often as the plan says.
#[derive(Debug)]
struct Faulty {
    inner: InMemory,
    plan: Arc<Plan>,
    /// Whether it knows no conditions.
    is_plain: bool,
}

impl Faulty {
    fn refuse_condition(&self, has_condition: bool) -> Result<()> {
        match self.is_plain && has_condition {
            true => Err(Error::NotImplemented { operation: "create".into(), implementer: "plain".into() }),
            false => Ok(()),
        }
    }
}

impl fmt::Display for Faulty {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Faulty")
    }
}

#[async_trait]
impl ObjectStore for Faulty {
    async fn put_opts(&self, to: &Key, payload: PutPayload, options: PutOptions) -> Result<PutResult> {
        self.refuse_condition(options.mode == PutMode::Create)?;
        self.plan.around(self.inner.put_opts(to, payload, options)).await
    }

    async fn put_multipart_opts(&self, to: &Key, options: PutMultipartOptions) -> Result<Box<dyn MultipartUpload>> {
        let upload = self.plan.around(self.inner.put_multipart_opts(to, options)).await?;
        Ok(Box::new(FaultyUpload { inner: upload, plan: Arc::clone(&self.plan) }))
    }

    async fn get_opts(&self, key: &Key, options: GetOptions) -> Result<GetResult> {
        self.plan.around(self.inner.get_opts(key, options)).await
    }

    fn delete_stream(&self, keys: BoxStream<'static, Result<Key>>) -> BoxStream<'static, Result<Key>> {
        self.inner.delete_stream(keys)
    }

    fn list(&self, prefix: Option<&Key>) -> BoxStream<'static, Result<ObjectMeta>> {
        self.inner.list(prefix)
    }

    async fn list_with_delimiter(&self, prefix: Option<&Key>) -> Result<ListResult> {
        self.inner.list_with_delimiter(prefix).await
    }

    async fn copy_opts(&self, from: &Key, to: &Key, options: CopyOptions) -> Result<()> {
        self.refuse_condition(options.mode == CopyMode::Create)?;
        self.plan.around(self.inner.copy_opts(from, to, options)).await
    }
}

#[derive(Debug)]
struct FaultyUpload {
    inner: Box<dyn MultipartUpload>,
    plan: Arc<Plan>,
}

#[async_trait]
impl MultipartUpload for FaultyUpload {
    fn put_part(&mut self, data: PutPayload) -> UploadPart {
        let (part, plan) = (self.inner.put_part(data), Arc::clone(&self.plan));
        Box::pin(async move { plan.around(part).await })
    }

    async fn complete(&mut self) -> Result<PutResult> {
        self.plan.around(self.inner.complete()).await
    }

    async fn abort(&mut self) -> Result<()> {
        self.inner.abort().await
    }
}

struct Case {
    place: Objects,
    plan: Arc<Plan>,
    directory: TempDir,
}

impl Case {
    /// A place whose store fails with its call after so many others, `times` times in a row.
    fn failing(fault: Fault, calls: i64, times: i64) -> Self {
        Self::over(fault, calls, times, false)
    }

    fn over(fault: Fault, calls: i64, times: i64, is_plain: bool) -> Self {
        let plan = Arc::new(Plan {
            fault,
            calls_left: AtomicI64::new(calls),
            is_over: AtomicBool::new(times == 0),
            faults_left: AtomicI64::new(times),
        });
        let mut address = Address::open("s3://bucket/lake", [], Duration::from_millis(100)).unwrap();
        address.store = Arc::new(Faulty { inner: InMemory::new(), plan: Arc::clone(&plan), is_plain });
        let directory = tempfile::tempdir().unwrap();
        let mut place = Objects::at(address, Arc::new(LocalDisk), Some(directory.path()));
        place.part_bytes = 1_000;
        Self { place, plan, directory }
    }

    fn staged(&self, bytes: &[u8]) -> PathBuf {
        let path = self.directory.path().join("staged");
        fs::write(&path, bytes).unwrap();
        path
    }

    /// From now on nothing fails.
    fn mend(&self) {
        self.plan.is_over.store(true, Ordering::SeqCst);
    }

    fn came(&self) -> bool {
        self.plan.calls_left.load(Ordering::SeqCst) < 0
    }

    fn bytes_of(&self, name: &str) -> Option<Vec<u8>> {
        self.place.read(name).unwrap().map(|bytes| bytes.to_vec())
    }
}

/// Each call of what `act` does fails once, in each way; `act` must then have worked by itself.
fn one_fault_at_each_call(prepare: impl Fn(&Case), act: impl Fn(&Case) -> std::result::Result<(), LakeError>) -> i64 {
    let mut faults = 0;
    for fault in FAULTS {
        for calls in 0.. {
            let case = Case::failing(fault, i64::MAX, 1);
            prepare(&case);
            case.plan.calls_left.store(calls, Ordering::SeqCst);
            let acted = act(&case);
            let came = case.came();
            case.mend();
            if let Err(error) = acted {
                // What fails before anything is sent may be left to the caller; then it is there as a whole or not at all.
                let told = error.to_string();
                assert!(told.contains("s3://bucket/lake/"), "{fault:?} at call {calls}: {told}");
                assert!(came);
                match case.bytes_of("t/new.parquet") {
                    None => act(&case).unwrap(),
                    Some(bytes) => assert_eq!(bytes, rows(), "{fault:?} at call {calls}"),
                }
            }
            assert_eq!(case.bytes_of("t/new.parquet"), Some(rows()), "{fault:?} at call {calls}");
            if !came {
                break;
            }
            faults += 1;
        }
    }
    faults
}

fn rows() -> Vec<u8> {
    (0..4_500_u32).map(|byte| (byte % 251) as u8).collect()
}

#[test]
fn what_is_sent_with_one_request_is_there_once_whatever_the_answer() {
    let publish = |case: &Case| {
        let mut large = Objects::at(case.place.address.clone(), Arc::new(LocalDisk), None);
        large.part_bytes = 1 << 20;
        large.publish(&case.staged(&rows()), "t/new.parquet")
    };
    let faults = one_fault_at_each_call(|_| {}, publish);
    assert!(faults >= 3, "{faults}");
}

#[test]
fn what_is_sent_in_parts_is_there_once_whatever_the_answer() {
    let publish = |case: &Case| case.place.publish(&case.staged(&rows()), "t/new.parquet");
    let faults = one_fault_at_each_call(|_| {}, publish);
    assert!(faults >= 3 * 7, "a look, a beginning, five parts and an end: {faults}");
}

#[test]
fn a_second_name_is_there_once_whatever_the_answer() {
    let prepare = |case: &Case| assert!(case.place.put_new("t/old.parquet", &rows()).unwrap());
    let again = |case: &Case| case.place.publish_again("t/old.parquet", "t/new.parquet");
    let faults = one_fault_at_each_call(prepare, again);
    assert!(faults >= 3 * 2, "a look and a copy: {faults}");
}

#[test]
fn the_object_of_another_is_never_written_over() {
    for fault in FAULTS {
        for part_bytes in [1_000, 1 << 20] {
            let mut case = Case::failing(fault, 0, 0);
            case.place.part_bytes = part_bytes;
            assert!(case.place.put_new("t/new.parquet", b"theirs").unwrap());
            let staged = case.staged(&rows());
            let error = case.place.publish(&staged, "t/new.parquet").unwrap_err().to_string();
            assert!(error.contains("there is an object of that name already"), "{error}");
            assert!(staged.exists(), "it can be sent under another name");
            assert!(case.place.put_new("t/old.parquet", &rows()).unwrap());
            case.place.publish_again("t/old.parquet", "t/new.parquet").unwrap_err();
            assert!(!case.place.put_new("t/new.parquet", b"mine").unwrap());
            assert_eq!(case.bytes_of("t/new.parquet").as_deref(), Some(&b"theirs"[..]));
        }
    }
}

#[test]
fn a_store_without_conditions_is_looked_at_before_it_is_written_to() {
    let mut case = Case::over(Fault::Before, 0, 0, true);
    case.place.part_bytes = 1 << 20;
    case.place.publish(&case.staged(&rows()), "t/old.parquet").unwrap();
    case.place.publish_again("t/old.parquet", "t/new.parquet").unwrap();
    assert_eq!(case.bytes_of("t/new.parquet"), Some(rows()), "by way of this machine");
    assert_eq!(fs::read_dir(case.directory.path()).unwrap().count(), 0, "nothing is left in tmp");
    case.place.publish(&case.staged(b"others"), "t/new.parquet").unwrap_err();
    assert!(!case.place.put_new("t/new.parquet", b"others").unwrap());
    assert_eq!(case.bytes_of("t/new.parquet"), Some(rows()));
}

#[test]
fn a_store_that_stays_silent_is_given_up_with_what_to_set() {
    for fault in FAULTS {
        let case = Case::failing(fault, i64::MAX, i64::MAX);
        assert!(case.place.put_new("_catscan_store", b"id").unwrap());
        case.plan.calls_left.store(0, Ordering::SeqCst);
        let staged = case.staged(&rows());
        let error = case.place.publish(&staged, "t/new.parquet").unwrap_err().to_string();
        assert!(error.starts_with("cannot write s3://bucket/lake/t/new.parquet: "), "{error}");
        assert!(error.contains("set AWS_ACCESS_KEY_ID"), "{error}");
        assert!(staged.exists());
        let error = case.place.read("_catscan_store").unwrap_err().to_string();
        assert!(error.starts_with("cannot read s3://bucket/lake/_catscan_store: "), "{error}");
    }
}

#[test]
fn listings_lengths_and_names_are_as_of_a_directory() {
    let case = Case::failing(Fault::Before, 0, 0);
    for index in 0..40 {
        case.place.put_new(&format!("t/day={index}/a.parquet"), &vec![0; index]).unwrap();
    }
    case.place.put_new("t/_delta_log/1.json", b"{}").unwrap();
    case.place.put_new("t/_delta_log/0.json", b"{}").unwrap();
    case.place.put_new("_catscan_store", b"id").unwrap();
    assert_eq!(case.place.files("").unwrap().len(), 40, "names of others are no files of the lake");
    assert_eq!(case.place.files("t/day=7").unwrap()[0].name, "t/day=7/a.parquet");
    assert_eq!(case.place.names("t/_delta_log").unwrap(), ["0.json", "1.json"]);
    let names: Vec<String> = (0..41).map(|index| format!("t/day={index}/a.parquet")).collect();
    for asked in [&names[38..], &names[..]] {
        let asked: Vec<&str> = asked.iter().map(String::as_str).collect();
        let lengths: Vec<_> = case.place.lengths(&asked).into_iter().map(|found| found.map_err(|e| e.kind())).collect();
        let first = 41 - asked.len();
        let expected = (first..40).map(|bytes| Ok(bytes as u64)).chain([Err(io::ErrorKind::NotFound)]);
        assert_eq!(lengths, expected.collect::<Vec<_>>());
    }
    let opened = case.place.open("t/day=30/a.parquet").unwrap();
    assert_eq!((opened.bytes(), opened.read_at(3..9).unwrap().len()), (30, 6));
    assert!(case.place.open("t/day=40/a.parquet").is_err_and(|error| error.kind() == io::ErrorKind::NotFound));
    assert!(case.place.remove("t/day=7/a.parquet").unwrap());
    assert_eq!(case.place.files("").unwrap().len(), 39);
    assert_eq!(shared_folder(&["a/b/c", "a/b/d", "a/bc/d"]), "a");
    assert_eq!((shared_folder(&["a/b", "c/d"]), shared_folder(&[])), ("", ""));
}

#[test]
fn the_catalog_names_the_place_as_other_readers_do() {
    let path = |url: &str| {
        let address = Address::open(url, [], Duration::from_secs(1)).unwrap();
        Objects::at(address, Arc::new(LocalDisk), None).data_path().to_owned()
    };
    assert_eq!(path("s3://bucket/a/b"), "s3://bucket/a/b/");
    assert_eq!(path("gs://bucket/"), "gs://bucket/");
    assert_eq!(path("file:///srv/lake/"), "/srv/lake/");
}
