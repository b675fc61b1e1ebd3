//! The server process, what it has, and how it is brought into trouble.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use bytes::Bytes;
use futures::TryStreamExt;
use object_store::aws::{AmazonS3, AmazonS3Builder};
use object_store::path::Path;
use object_store::{ObjectStore, ObjectStoreExt, PutPayload};
use tokio::runtime::Runtime;

use super::super::not_run::peer_missing;
use super::super::store::{TestStore, repository};

const NEEDS: &str = "Python with the wheels of tests/python/requirements.txt";

/// An S3 server with an empty bucket `facts`; it ends with this value.
pub struct S3 {
    child: Child,
    port: u16,
    bucket: AmazonS3,
    runtime: Runtime,
}

fn python() -> Command {
    let mut python = Command::new(std::env::var("CATSCAN_PYTHON").unwrap_or_else(|_| "python3".to_owned()));
    python.arg(repository("tests/python/s3_server.py"));
    python
}

impl S3 {
    /// A new server, or none where it is not installed, which is named as not run.
    #[track_caller]
    pub fn start(what: &str) -> Option<Self> {
        let probed = python().arg("--probe").output();
        if !probed.is_ok_and(|probed| probed.status.success()) {
            peer_missing(what, NEEDS);
            return None;
        }
        Some(Self::at(0))
    }

    fn at(port: u16) -> Self {
        let mut command = python();
        // The server ends when its standard input does: it outlives no test.
        let mut child = command.arg(port.to_string()).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let port = line.trim().parse().unwrap();
        let bucket = AmazonS3Builder::new().with_bucket_name("facts").with_region("us-east-1").with_allow_http(true);
        let bucket = bucket.with_endpoint(format!("http://127.0.0.1:{port}"));
        let bucket = bucket.with_access_key_id("test").with_secret_access_key("test").build().unwrap();
        Self { child, port, bucket, runtime: Runtime::new().unwrap() }
    }

    /// Kills the process, with all it knew; another one takes its port, with an empty bucket.
    pub fn replace(&mut self) {
        self.kill();
        *self = Self::at(self.port);
    }

    /// Kills the process and waits for its end.
    pub fn kill(&mut self) {
        let _ = self.child.kill();
        self.child.wait().unwrap();
    }

    pub fn endpoint(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// The environment of a store whose facts are in the bucket.
    pub fn environment(&self) -> Vec<(String, String)> {
        let endpoint = self.endpoint();
        let variables = [
            ("CATSCAN_LAKE_URL", "s3://facts/some/lake"),
            ("CATSCAN_LAKE_PATIENCE_SECONDS", "30"),
            ("AWS_ENDPOINT", &endpoint),
            ("AWS_REGION", "us-east-1"),
            ("AWS_ACCESS_KEY_ID", "test"),
            ("AWS_SECRET_ACCESS_KEY", "test"),
        ];
        variables.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec()
    }

    /// A store whose facts are in the bucket, below `some/lake`.
    #[track_caller]
    pub fn store(&self) -> TestStore {
        let environment = self.environment();
        let environment: Vec<_> = environment.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        TestStore::within(&environment)
    }

    /// Keys and bytes of all objects.
    pub fn objects(&self) -> BTreeMap<String, Bytes> {
        let read = async {
            let listed: Vec<_> = self.bucket.list(None).try_collect().await.unwrap();
            let mut objects = BTreeMap::new();
            for object in listed {
                let bytes = self.bucket.get(&object.location).await.unwrap().bytes().await.unwrap();
                objects.insert(object.location.to_string(), bytes);
            }
            objects
        };
        self.runtime.block_on(read)
    }

    /// All keys, in their order.
    pub fn keys(&self) -> Vec<String> {
        let listed: Vec<_> = self.runtime.block_on(self.bucket.list(None).try_collect()).unwrap();
        let mut keys: Vec<_> = listed.into_iter().map(|object| object.location.to_string()).collect();
        keys.sort();
        keys
    }

    /// The keys of the data files.
    pub fn data_files(&self) -> Vec<String> {
        self.keys().into_iter().filter(|key| key.ends_with(".parquet")).collect()
    }

    /// Writes an object, over what was there.
    pub fn put(&self, key: &str, bytes: impl Into<PutPayload>) {
        self.runtime.block_on(self.bucket.put(&Path::from(key), bytes.into())).unwrap();
    }

    pub fn delete(&self, key: &str) {
        self.runtime.block_on(self.bucket.delete(&Path::from(key))).unwrap();
    }

    /// How many versions each key has.
    pub fn versions(&self) -> BTreeMap<String, u64> {
        ureq::get(format!("{}/_versions", self.endpoint())).call().unwrap().body_mut().read_json().unwrap()
    }

    /// No object was ever written a second time.
    #[track_caller]
    pub fn assert_nothing_was_written_over(&self) {
        let versions = self.versions();
        assert!(!versions.is_empty());
        let twice: Vec<_> = versions.iter().filter(|(_, versions)| **versions > 1).collect();
        assert!(twice.is_empty(), "{twice:?}");
    }

    /// From now on: what becomes of requests that contain `part`, after so many of them (see the script).
    pub fn trouble(&self, what: &str, after: u32, part: &str) {
        let path = format!("{}/_trouble/{what}/{after}/{}", self.endpoint(), part.replace(' ', "%20"));
        ureq::put(path).send_empty().unwrap();
    }

    pub fn end_trouble(&self) {
        ureq::put(format!("{}/_trouble/none", self.endpoint())).send_empty().unwrap();
    }

    /// The requests since the last change of trouble: method, path, range.
    pub fn log(&self) -> Vec<[String; 3]> {
        ureq::get(format!("{}/_log", self.endpoint())).call().unwrap().body_mut().read_json().unwrap()
    }
}

impl Drop for S3 {
    fn drop(&mut self) {
        self.kill();
    }
}
