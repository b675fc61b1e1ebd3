//! The HTTP door and the command line over one store: the same answers, one writer.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader};
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::fold;
use super::store::{TestStore, integer, repository};

/// `catscan serve` on a free port; stopped when dropped.
pub struct Server {
    child: Child,
    address: String,
    agent: ureq::Agent,
}

impl Server {
    pub fn over(store: &TestStore) -> Self {
        Self::with(store, &[])
    }

    /// With these variables in its environment.
    pub fn with(store: &TestStore, environment: &[(&str, &str)]) -> Self {
        let mut command = store.command(&["serve", "--listen", "127.0.0.1:0"]);
        command.envs(environment.iter().copied());
        let mut child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        let mut said = BufReader::new(child.stderr.take().unwrap());
        let mut line = String::new();
        let address = loop {
            line.clear();
            assert_ne!(said.read_line(&mut line).unwrap(), 0, "the server ended before it listened");
            if let Some((_, after)) = line.split_once("http://") {
                break after.split_whitespace().next().unwrap().to_owned();
            }
        };
        // A full pipe would stop the server.
        std::thread::spawn(move || std::io::copy(&mut said, &mut std::io::sink()));
        let config = ureq::Agent::config_builder().http_status_as_error(false).proxy(None);
        let agent = config.timeout_global(Some(Duration::from_secs(60))).build().into();
        Self { child, address, agent }
    }

    /// Host and port.
    pub fn address(&self) -> &str {
        &self.address
    }

    /// Kills the process, and waits until it is gone.
    pub fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Sends what ends with the death of the server.
    pub fn post_and_lose(&self, path: &str, body: &Value) {
        let sent = self.agent.post(format!("http://{}{path}", self.address)).send_json(body);
        assert!(sent.is_err(), "the server lives: {sent:?}");
    }

    /// Asks the server to stop, as Ctrl-C does, and does not wait for it.
    pub fn interrupt(&self) {
        let process = rustix::process::Pid::from_child(&self.child);
        rustix::process::kill_process(process, rustix::process::Signal::INT).unwrap();
    }

    /// Waits until it has been killed.
    #[track_caller]
    pub fn assert_killed(&mut self) {
        use std::os::unix::process::ExitStatusExt;
        let began = Instant::now();
        let ended = loop {
            if let Some(ended) = self.child.try_wait().unwrap() {
                break ended;
            }
            assert!(began.elapsed() < Duration::from_secs(60), "the server lives");
            std::thread::sleep(Duration::from_millis(20));
        };
        assert_eq!(ended.signal(), Some(9), "{ended}");
    }

    /// The body of an answer that is no JSON.
    pub fn text(&self, path: &str) -> String {
        self.agent.get(format!("http://{}{path}", self.address)).call().unwrap().body_mut().read_to_string().unwrap()
    }

    /// Status, headers and body of what is no JSON, asked with these headers.
    pub fn fetch(&self, path: &str, headers: &[(&str, &str)]) -> (u16, BTreeMap<String, String>, Vec<u8>) {
        let mut request = self.agent.get(format!("http://{}{path}", self.address));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let mut answer = request.call().unwrap();
        let headers =
            answer.headers().iter().map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned()));
        let headers = headers.collect();
        (answer.status().as_u16(), headers, answer.body_mut().read_to_vec().unwrap())
    }

    pub fn get(&self, path: &str) -> (u16, Value) {
        let mut answer = self.agent.get(format!("http://{}{path}", self.address)).call().unwrap();
        (answer.status().as_u16(), answer.body_mut().read_json().unwrap())
    }

    /// Asks with a JSON body or none; status and answer.
    pub fn ask(&self, method: &str, path: &str, body: Option<&Value>) -> (u16, Value) {
        let request = ureq::http::Request::builder().method(method).uri(format!("http://{}{path}", self.address));
        let request = request.header("content-type", "application/json");
        let text = body.map(Value::to_string).unwrap_or_default();
        let mut answer = self.agent.run(request.body(text).unwrap()).unwrap();
        let status = answer.status().as_u16();
        let text = answer.body_mut().read_to_string().unwrap();
        (status, serde_json::from_str(&text).unwrap_or_else(|error| panic!("{method} {path}: {error}: {text}")))
    }

    pub fn post(&self, path: &str, content_type: &str, body: impl AsRef<[u8]>) -> (u16, String) {
        let request = self.agent.post(format!("http://{}{path}", self.address)).header("content-type", content_type);
        let mut answer = request.send(body.as_ref()).unwrap();
        (answer.status().as_u16(), answer.body_mut().read_to_string().unwrap())
    }

    fn sql(&self, sql: &str, format: &str) -> (u16, String) {
        self.post("/api/sql", "application/json", json!({"sql": sql, "format": format}).to_string())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn http_and_the_command_line_give_the_same_answer() {
    let store = TestStore::with_samples();
    let server = Server::over(&store);
    assert_eq!(server.get("/api/health").0, 200);
    let question = "SELECT billing_id, total_reached, waste_rate_pct FROM v_config_performance ORDER BY billing_id";
    let printed = store.succeed(&["sql", "--format", "csv", question]);
    assert_eq!(server.sql(question, "csv"), (200, printed));
}

#[test]
fn config_performance_over_http_covers_the_window_asked_for() {
    let store = TestStore::with_samples();
    let server = Server::over(&store);
    // The samples are of February 2026: a window of ten years holds them, whenever the test runs.
    let (status, answer) = server.get("/api/analytics/configs?days=3650");
    assert_eq!(status, 200, "{answer:#}");
    let text = answer.to_string();
    assert!(text.contains("157331516553") && text.contains("India app interstitials"), "{answer:#}");
}

#[test]
fn a_question_that_would_change_something_is_a_client_error() {
    let store = TestStore::with_samples();
    let server = Server::over(&store);
    let (status, answer) = server.sql("DELETE FROM rtb_daily", "json");
    assert!((400..500).contains(&status), "{status}: {answer}");
    assert!(!answer.contains(store.data_dir().to_str().unwrap()), "an answer shows no path: {answer}");
    assert_eq!(server.sql("SELECT count(*) AS n FROM rtb_daily", "csv"), (200, "n\n12\n".to_owned()));
}

#[test]
fn an_uploaded_report_counts_once() {
    let store = TestStore::new();
    let server = Server::over(&store);
    let report = std::fs::read_to_string(repository("data/samples/performance.csv")).unwrap();
    let form = format!(
        "--part\r\ncontent-disposition: form-data; name=\"file\"; filename=\"mail.csv\"\r\ncontent-type: text/csv\r\n\r\n\
         {report}\r\n--part--\r\n"
    );
    for _ in 0..2 {
        let (status, answer) = server.post("/api/performance/import-csv", "multipart/form-data; boundary=part", &form);
        assert_eq!(status, 200, "{answer}");
        let answer: Value = serde_json::from_str(&answer).unwrap();
        assert_eq!(answer["success"], true, "{answer:#}");
    }
    assert_eq!(store.number("SELECT count(*) AS n FROM rtb_daily"), 12);
    assert_eq!(store.number("SELECT count(*) AS n FROM import_history"), 1);
}

#[test]
fn a_packed_upload_takes_the_options_of_the_command() {
    let store = TestStore::new();
    let server = Server::over(&store);
    let report = std::fs::read(repository("data/samples/performance.csv")).unwrap();
    let packed = super::inputs::gzipped(&report[..]);
    let upload = |query: &str| {
        let path = format!("/api/performance/import-csv?filename=mail.csv.gz{query}");
        let (status, answer) = server.post(&path, "application/gzip", &packed);
        (status, serde_json::from_str::<Value>(&answer).unwrap())
    };
    let (status, tried) = upload("&dry_run=true&kind=performance");
    assert_eq!((status, &tried["success"], &tried["imported"]), (200, &json!(true), &json!(12)), "{tried:#}");
    assert_eq!(store.number("SELECT count(*) AS n FROM import_history"), 0);
    assert_eq!(upload("&kind=nonsense").0, 422);
    assert_eq!(upload("&day=2026-02-25").1["code"], "has_days");
    assert_eq!(upload("").1["rows_imported"], 12);
    assert_eq!(upload("").1["status"], "duplicate");
    assert_eq!(upload("&again=true").1["rows_duplicate"], 12);
    assert_eq!(store.number("SELECT count(*) AS n FROM rtb_daily"), 12);
}

#[test]
fn while_a_server_runs_commands_read_beside_it_and_hand_it_their_imports() {
    let store = TestStore::with_samples();
    let server = Server::over(&store);
    let answer = store.import(&repository("data/samples/performance-restated.csv"));
    assert_eq!((integer(&answer["rows_replaced"]), integer(&answer["rows_imported"])), (1, 1));
    let spend = "SELECT sum(spend_micros) AS spend FROM rtb_daily";
    assert_eq!(store.number(spend), 1_236_909_697);
    assert_eq!(server.sql(spend, "csv"), (200, "spend\n1236909697\n".to_owned()), "the server sees it at once");
}

#[test]
fn a_second_server_on_the_same_store_is_refused() {
    let store = TestStore::new();
    let _server = Server::over(&store);
    let ran = store.run(&["serve", "--listen", "127.0.0.1:0"]);
    assert_eq!(ran.code, Some(1), "{ran:#?}");
    assert!(ran.stderr.contains("serv"), "{ran:#?}");
}

#[test]
fn every_format_holds_the_same_rows() {
    let store = TestStore::with_samples();
    let expected = fold::by_billing(&fold::rows(&repository("data/samples/performance.csv")));
    let question = "SELECT billing_id, count(*) AS n FROM rtb_daily GROUP BY billing_id ORDER BY billing_id";
    for format in ["table", "json", "ndjson", "csv"] {
        let printed = store.succeed(&["sql", "--format", format, question]);
        for (billing_id, totals) in &expected {
            let line = printed.lines().find(|line| line.contains(billing_id.as_str()));
            let line = line.unwrap_or_else(|| panic!("{format}: {printed}"));
            assert!(line.contains(&totals.rows.to_string()), "{format}: {line}");
        }
    }
    let file = store.beside("answer.parquet");
    let parquet = store.command(&["sql", "--format", "parquet", question]).output().unwrap().stdout;
    std::fs::write(&file, &parquet).unwrap();
    let reader = parquet_rows(&file);
    assert_eq!(reader, expected.len() as i64);
    let arrow = store.command(&["sql", "--format", "arrow", question]).output().unwrap().stdout;
    let batches = arrow::ipc::reader::StreamReader::try_new(arrow.as_slice(), None).unwrap();
    assert_eq!(batches.map(|batch| batch.unwrap().num_rows()).sum::<usize>(), expected.len());
}

fn parquet_rows(file: &std::path::Path) -> i64 {
    use parquet::file::reader::{FileReader, SerializedFileReader};
    let reader = SerializedFileReader::new(std::fs::File::open(file).unwrap()).unwrap();
    reader.metadata().file_metadata().num_rows()
}
