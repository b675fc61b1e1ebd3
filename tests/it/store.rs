//! A data directory of one test, and the built binary to use it with.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::Value;
use tempfile::TempDir;

/// A file of the repository.
pub fn repository(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// A data directory in a temporary place.
pub struct TestStore {
    place: TempDir,
    environment: Vec<(String, String)>,
}

/// How a run of the binary ended.
#[derive(Debug)]
pub struct Ran {
    pub code: Option<i32>,
    pub stdout: String,
    pub stderr: String,
}

impl From<Output> for Ran {
    fn from(output: Output) -> Self {
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        Self { code: output.status.code(), stdout: text(output.stdout), stderr: text(output.stderr) }
    }
}

/// Rows, reached queries, impressions, clicks and spend of a group.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    pub rows: i64,
    pub reached: i64,
    pub impressions: i64,
    pub clicks: i64,
    pub spend_micros: i64,
}

pub type ByBilling = BTreeMap<String, Totals>;

impl TestStore {
    /// A store as `catscan init` makes it.
    pub fn new() -> Self {
        Self::within(&[])
    }

    /// A store whose commands have these variables in their environment.
    #[track_caller]
    pub fn within(environment: &[(&str, &str)]) -> Self {
        let store = Self::not_made(environment);
        store.succeed(&["init"]);
        store
    }

    /// The same, and `catscan init` is still to be run.
    pub fn not_made(environment: &[(&str, &str)]) -> Self {
        let environment = environment.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        Self { place: tempfile::tempdir().unwrap(), environment: environment.collect() }
    }

    /// No store yet: a place for one.
    pub fn none() -> Self {
        Self::not_made(&[])
    }

    /// From now on, commands have this variable in their environment.
    pub fn set(&mut self, name: &str, value: &str) {
        self.environment.retain(|(set, _)| set != name);
        self.environment.push((name.to_owned(), value.to_owned()));
    }

    /// A store with the samples' entities and report.
    pub fn with_samples() -> Self {
        let store = Self::new();
        store.sync(&repository("data/samples/entities"));
        store.import(&repository("data/samples/performance.csv"));
        store
    }

    /// The variables of its commands.
    pub fn environment(&self) -> impl Iterator<Item = (&String, &String)> {
        self.environment.iter().map(|(name, value)| (name, value))
    }

    /// One variable of its commands.
    pub fn variable(&self, name: &str) -> Option<&str> {
        self.environment.iter().find(|(set, _)| set == name).map(|(_, value)| value.as_str())
    }

    /// The data directory.
    pub fn data_dir(&self) -> PathBuf {
        self.place.path().join("data")
    }

    /// A path beside the data directory, for this test's own files.
    pub fn beside(&self, name: &str) -> PathBuf {
        self.place.path().join(name)
    }

    /// The binary with this data directory; whatever the caller's environment says.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_catscan"));
        command.env_remove("CATSCAN_KILL_AT").env_remove("RUST_LOG");
        command.envs(self.environment());
        command.env("CATSCAN_DATA_DIR", self.data_dir()).args(arguments).stdin(Stdio::null());
        command
    }

    pub fn run(&self, arguments: &[&str]) -> Ran {
        Ran::from(self.command(arguments).output().unwrap())
    }

    /// Runs what must succeed; gives what it printed.
    #[track_caller]
    pub fn succeed(&self, arguments: &[&str]) -> String {
        let ran = self.run(arguments);
        assert_eq!(ran.code, Some(0), "{arguments:?}: {ran:#?}");
        ran.stdout
    }

    #[track_caller]
    pub fn sync(&self, entities: &Path) {
        self.succeed(&["sync", "--from-files", entities.to_str().unwrap()]);
    }

    /// Imports one file that must not be refused; the answer as `--json` prints it.
    #[track_caller]
    pub fn import(&self, file: &Path) -> Value {
        let answer = self.import_answer(file);
        assert_ne!(answer["status"], "refused", "{answer:#}");
        answer
    }

    /// Imports one file; the answer as `--json` prints it.
    #[track_caller]
    pub fn import_answer(&self, file: &Path) -> Value {
        let ran = self.run(&["import", "--json", file.to_str().unwrap()]);
        let answer: Value = serde_json::from_str(&ran.stdout).unwrap_or_else(|error| panic!("{error}: {ran:#?}"));
        let code = if answer["status"] == "refused" { 1 } else { 0 };
        assert_eq!(ran.code, Some(code), "{ran:#?}");
        answer
    }

    /// The rows of a question, as objects.
    #[track_caller]
    pub fn sql(&self, sql: &str) -> Vec<Value> {
        self.sql_with(&["--format", "ndjson", sql])
    }

    /// The rows of a question at an older snapshot or time.
    #[track_caller]
    pub fn sql_at(&self, at: &str, sql: &str) -> Vec<Value> {
        self.sql_with(&["--format", "ndjson", "--at", at, sql])
    }

    #[track_caller]
    fn sql_with(&self, arguments: &[&str]) -> Vec<Value> {
        let printed = self.succeed(&[&["sql"], arguments].concat());
        printed.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|_| panic!("no object: {line}"))).collect()
    }

    /// One number.
    #[track_caller]
    pub fn number(&self, sql: &str) -> i64 {
        let rows = self.sql(sql);
        assert_eq!(rows.len(), 1, "{sql}");
        let row = rows[0].as_object().unwrap();
        assert_eq!(row.len(), 1, "{sql}");
        integer(row.values().next().unwrap())
    }

    /// The database as SQLite sees it, for what SQL users are not shown.
    pub fn sqlite(&self) -> rusqlite::Connection {
        let flags = rusqlite::OpenFlags::SQLITE_OPEN_READ_ONLY;
        rusqlite::Connection::open_with_flags(self.data_dir().join("catscan.db"), flags).unwrap()
    }

    /// Totals per billing id, as SQL sees them.
    #[track_caller]
    pub fn by_billing(&self) -> ByBilling {
        by_billing(&self.sql(BY_BILLING))
    }

    /// Everything that a query can see of facts and imports: equal digests are equal stores.
    #[track_caller]
    pub fn digest(&self) -> String {
        let facts = self.succeed(&["sql", "--format", "csv", &format!("SELECT * FROM rtb_daily ORDER BY {KEY}")]);
        let imports = "SELECT batch_id, filename, rows_imported, rows_replaced, rows_duplicate FROM import_history \
                       WHERE status = 'complete' ORDER BY batch_id";
        facts + &self.succeed(&["sql", "--format", "csv", imports])
    }
}

/// The dimensions of a performance report, which order its rows fully.
pub const KEY: &str = "metric_date, billing_id, creative_id, creative_size, creative_format, country, platform, \
    environment, publisher_id, app_id";

/// Totals per billing id.
pub const BY_BILLING: &str = "SELECT billing_id, count(*) AS row_count, coalesce(sum(reached_queries), 0) AS reached, \
    coalesce(sum(impressions), 0) AS impressions, coalesce(sum(clicks), 0) AS clicks, \
    coalesce(sum(spend_micros), 0) AS spend_micros FROM rtb_daily GROUP BY billing_id ORDER BY billing_id";

pub fn by_billing(rows: &[Value]) -> ByBilling {
    let totals = |row: &Value| Totals {
        rows: integer(&row["row_count"]),
        reached: integer(&row["reached"]),
        impressions: integer(&row["impressions"]),
        clicks: integer(&row["clicks"]),
        spend_micros: integer(&row["spend_micros"]),
    };
    rows.iter().map(|row| (row["billing_id"].as_str().unwrap().to_owned(), totals(row))).collect()
}

/// A whole number, which JSON may carry as a number or as text.
#[track_caller]
pub fn integer(value: &Value) -> i64 {
    let number = value.as_i64().or_else(|| value.as_str().and_then(|text| text.parse().ok()));
    number.unwrap_or_else(|| panic!("not a whole number: {value}"))
}
