//! The HTTP door as its callers meet it: a real listener on loopback, spoken to in plain HTTP/1.1.

mod refused;

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::runtime::Runtime;

use super::Server;
use crate::config::{Config, DataDir, RunningServer, WriterLock};
use crate::jobs::{Store, TOKEN_HEADER};

/// A server over an empty store, stopped when dropped.
struct TestServer {
    address: SocketAddr,
    token: String,
    dir: DataDir,
    _root: TempDir,
    _runtime: Runtime,
}

struct Answer {
    status: u16,
    head: String,
    body: String,
}

impl Answer {
    #[track_caller]
    fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {}\n{}", self.head, self.body))
    }

    #[track_caller]
    fn assert_error(&self, status: u16, code: &str) {
        assert_eq!(self.status, status, "{}\n{}", self.head, self.body);
        let body = self.json();
        assert_eq!(body["code"], code, "{body}");
        assert!(body["detail"].as_str().is_some_and(|detail| !detail.is_empty()), "{body}");
        assert!(
            self.head.contains(&format!("x-request-id: {}", body["request_id"].as_str().unwrap())),
            "{}",
            self.head
        );
    }
}

impl TestServer {
    fn start() -> Self {
        Self::with(Config::default())
    }

    fn with(config: Config) -> Self {
        let root = tempfile::tempdir().unwrap();
        let dir = DataDir::at(root.path()).unwrap();
        dir.create().unwrap();
        let lock = WriterLock::try_acquire(&dir, "serve").unwrap().unwrap();
        let store = Store::open_writer(dir.clone(), config, lock).unwrap();
        let runtime = Runtime::new().unwrap();
        let listener = runtime.block_on(tokio::net::TcpListener::bind("127.0.0.1:0")).unwrap();
        let address = listener.local_addr().unwrap();
        let announcement = RunningServer::this_process(address).unwrap();
        let token = announcement.token.expose().to_owned();
        let server = Server::new(store, announcement).unwrap();
        runtime.spawn(async move { server.serve(listener, std::future::pending()).await });
        Self { address, token, dir, _root: root, _runtime: runtime }
    }

    /// Sends a request with these extra header lines; `Host` is our own where they bring none.
    fn ask(&self, request_line: &str, headers: &[(&str, &str)], body: &[u8]) -> Answer {
        let mut head = format!("{request_line} HTTP/1.1\r\nConnection: close\r\nContent-Length: {}\r\n", body.len());
        if !headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("host")) {
            head.push_str(&format!("Host: {}\r\n", self.address));
        }
        for (name, value) in headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        let mut stream = TcpStream::connect(self.address).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
        stream.write_all(head.as_bytes()).unwrap();
        stream.write_all(b"\r\n").unwrap();
        // A server that has refused may have closed its side already.
        let _ = stream.write_all(body);
        read_answer(&mut stream)
    }

    fn get(&self, path: &str) -> Answer {
        self.ask(&format!("GET {path}"), &[], b"")
    }

    fn post_json(&self, path: &str, body: &Value) -> Answer {
        self.ask(&format!("POST {path}"), &[("Content-Type", "application/json")], body.to_string().as_bytes())
    }

    fn upload(&self, filename: &str, report: &str) -> Answer {
        let body = format!(
            "--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{filename}\"\r\n\
             Content-Type: text/csv\r\n\r\n{report}\r\n--x--\r\n"
        );
        let headers = [("Content-Type", "multipart/form-data; boundary=x")];
        self.ask("POST /api/performance/import-csv", &headers, body.as_bytes())
    }

    #[track_caller]
    fn assert_no_upload_is_left(&self) {
        let left = std::fs::read_dir(self.dir.tmp()).unwrap().filter(|entry| entry.as_ref().unwrap().path().is_file());
        assert_eq!(left.count(), 0);
    }
}

fn read_answer(stream: &mut TcpStream) -> Answer {
    let mut bytes = Vec::new();
    let _ = stream.read_to_end(&mut bytes);
    let text = String::from_utf8_lossy(&bytes).into_owned();
    let (head, body) = text.split_once("\r\n\r\n").unwrap_or((&text, ""));
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or(0);
    let chunked = head.to_ascii_lowercase().contains("transfer-encoding: chunked");
    let body = if chunked { unchunked(body) } else { body.to_owned() };
    Answer { status, head: head.to_ascii_lowercase(), body }
}

fn unchunked(mut body: &str) -> String {
    let mut whole = String::new();
    while let Some((size, rest)) = body.split_once("\r\n") {
        let size = usize::from_str_radix(size, 16).unwrap();
        if size == 0 {
            return whole;
        }
        whole.push_str(&rest[..size]);
        body = &rest[size + 2..];
    }
    panic!("the answer broke off after {whole}")
}

const REPORT: &str = "Day,Billing ID,Creative ID,Creative size,Country,Reached queries,Impressions,Spend (buyer currency)\n\
    2026-02-01,157,7,300x250,United States,100,40,$1.25\n\
    2026-02-02,158,8,Interstitial,India,50,10,$0.50\n";

#[test]
fn health_is_told_to_a_page_of_any_origin() {
    let server = TestServer::start();
    for path in ["/health", "/api/health"] {
        let answer = server.ask(&format!("GET {path}"), &[("Origin", "http://localhost:3000")], b"");
        assert_eq!(answer.status, 200, "{}", answer.body);
        assert!(answer.head.contains("access-control-allow-origin: *"), "{}", answer.head);
        assert!(answer.head.contains("x-content-type-options: nosniff"), "{}", answer.head);
        let expected = json!({
            "status": "healthy", "version": env!("CARGO_PKG_VERSION"), "configured": true, "has_credentials": true,
            "database_exists": true
        });
        assert_eq!(answer.json(), expected);
    }
}

#[test]
fn a_foreign_host_gets_nothing_and_a_foreign_origin_only_health() {
    let server = TestServer::start();
    let routes = [
        "GET /health",
        "GET /api/health",
        "POST /api/sql",
        "GET /api/analytics/configs",
        "GET /api/imports/grid",
        "GET /api/imports/freshness",
        "POST /api/performance/import-csv",
        "POST /internal/commands",
        "GET /nowhere",
    ];
    for route in routes {
        server.ask(route, &[("Host", "evil.example")], b"").assert_error(403, "foreign_host");
        if !route.ends_with("health") {
            server.ask(route, &[("Origin", "http://evil.example")], b"").assert_error(403, "foreign_origin");
        }
    }
}

#[test]
fn every_failure_is_json_with_a_code_and_the_request_id() {
    let server = TestServer::start();
    server.get("/nowhere").assert_error(404, "not_found");
    server.get("/api/sql").assert_error(405, "method_not_allowed");
    server.ask("POST /api/sql", &[], b"{}").assert_error(415, "invalid_body");
    for at in [json!(99), json!("99")] {
        server.post_json("/api/sql", &json!({"sql": "SELECT 1", "at": at})).assert_error(404, "unknown_snapshot");
    }
    for at in [json!(-1), json!([1])] {
        server.post_json("/api/sql", &json!({"sql": "SELECT 1", "at": at})).assert_error(422, "invalid_body");
    }
    let json = [("Content-Type", "application/json")];
    server.ask("POST /api/sql", &json, b"{").assert_error(400, "invalid_body");
    server.post_json("/api/sql", &json!({"sql": "SELECT 1", "fromat": "csv"})).assert_error(422, "invalid_body");
    server.post_json("/api/sql", &json!({"sql": "x".repeat(2 << 20)})).assert_error(413, "body_too_large");
}

#[test]
fn a_question_is_answered_in_the_format_asked_for() {
    let server = TestServer::start();
    let one = "SELECT 1 AS one";
    let answer = server.post_json("/api/sql", &json!({"sql": one, "format": "csv"}));
    assert_eq!((answer.status, answer.body.as_str()), (200, "one\n1\n"), "{}", answer.head);
    assert!(answer.head.contains("content-type: text/csv"), "{}", answer.head);
    let accepts = [("Content-Type", "application/json"), ("Accept", "application/x-ndjson")];
    let answer = server.ask("POST /api/sql", &accepts, json!({"sql": one}).to_string().as_bytes());
    assert_eq!((answer.status, answer.body.as_str()), (200, "{\"one\":1}\n"), "{}", answer.head);
    let answer = server.post_json("/api/sql", &json!({"sql": one}));
    assert_eq!(answer.status, 200);
    assert!(answer.json().to_string().contains("\"one\""), "{}", answer.body);
}

#[test]
fn a_question_that_cannot_be_answered_says_why() {
    let server = TestServer::start();
    let ask = |body: Value| server.post_json("/api/sql", &body);
    ask(json!({"sql": "DROP TABLE accounts"})).assert_error(400, "refused");
    ask(json!({"sql": "SELECT * FROM nowhere"})).assert_error(400, "unknown_table");
    ask(json!({"sql": "SELEC 1"})).assert_error(400, "syntax");
    ask(json!({"sql": "SELECT 1", "format": "xml"})).assert_error(422, "invalid_parameter");
    ask(json!({"sql": "SELECT 1", "at": "yesterday"})).assert_error(422, "invalid_parameter");
    ask(json!({"sql": "SELECT 1", "account": "nobody"})).assert_error(404, "unknown_account");
    ask(json!({"sql": "SELECT 1", "at": "999"})).assert_error(404, "unknown_snapshot");
}

#[test]
fn an_upload_is_imported_once_and_a_second_time_is_a_success_too() {
    let server = TestServer::start();
    let first = server.upload("february.csv", REPORT).json();
    assert_eq!(first["success"], true, "{first:#}");
    assert_eq!((&first["rows_read"], &first["imported"], &first["duplicates"]), (&json!(2), &json!(2), &json!(0)));
    assert_eq!(first["date_range"], json!({"start": "2026-02-01", "end": "2026-02-02"}));
    assert_eq!((&first["spend_micros"], &first["total_spend"]), (&json!(1_750_000), &json!(1.75)));
    assert_eq!((&first["total_reached"], &first["total_impressions"]), (&json!(150), &json!(50)));
    assert_eq!((&first["unique_creatives"], &first["unique_countries"]), (&json!(2), &json!(2)));
    assert_eq!(first["billing_ids"], json!(["157", "158"]));
    assert!(first["batch_id"].is_string(), "{first:#}");

    let headers = [("Content-Type", "text/csv")];
    let again = server.ask("POST /api/performance/import-csv?filename=again.csv", &headers, REPORT.as_bytes()).json();
    assert_eq!((&again["success"], &again["status"]), (&json!(true), &json!("duplicate")), "{again:#}");
    assert_eq!((&again["batch_id"], &again["imported"]), (&first["batch_id"], &json!(2)));
    let rows = server.post_json("/api/sql", &json!({"sql": "SELECT count(*) AS n FROM rtb_daily", "format": "csv"}));
    assert_eq!(rows.body, "n\n2\n");
    server.assert_no_upload_is_left();
}

#[test]
fn an_upload_of_any_kind_adds_up_its_own_rows() {
    let server = TestServer::start();
    let funnel = "#Day,Country,Hour,Bid requests,Impressions\n2026-02-01,India,0,900,30\n2026-02-01,India,1,700,20\n";
    let said = server.upload("funnel.csv", funnel).json();
    assert_eq!((&said["kind"], &said["imported"]), (&json!("funnel_geo"), &json!(2)), "{said:#}");
    assert_eq!((&said["total_impressions"], &said["unique_countries"]), (&json!(50), &json!(1)));
    let again = server.upload("funnel.csv", funnel).json();
    assert_eq!((&again["status"], &again["imported"]), (&json!("duplicate"), &json!(2)), "{again:#}");
}

#[test]
fn a_report_that_is_refused_says_what_is_missing() {
    let server = TestServer::start();
    let answer = server.upload("notes.csv", "name,email\na,b\n");
    let said = answer.json();
    assert_eq!((answer.status, &said["success"], &said["imported"]), (200, &json!(false), &json!(0)), "{said:#}");
    assert!(said["error"].as_str().is_some_and(|error| error.contains("email")), "{said:#}");
    assert!(!answer.body.contains(server.dir.root().to_str().unwrap()), "no path is shown: {said:#}");
    server.assert_no_upload_is_left();
}

#[test]
fn an_upload_that_is_no_report_is_an_error() {
    let mut config = Config::default();
    config.server.upload_limit_mib = 1;
    let server = TestServer::with(config);
    server.upload("report.xlsx", REPORT).assert_error(400, "not_csv");
    server.upload("report.csv", &"x".repeat(2 << 20)).assert_error(413, "body_too_large");
    let form = [("Content-Type", "multipart/form-data; boundary=x")];
    server.ask("POST /api/performance/import-csv", &form, b"--x--\r\n").assert_error(400, "no_file");
    let broken = b"--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.csv\"\r\n\r\nDay";
    server.ask("POST /api/performance/import-csv", &form, broken).assert_error(400, "invalid_body");
    server.ask("POST /api/performance/import-csv", &[], b"Day").assert_error(415, "unsupported_media_type");
    server.assert_no_upload_is_left();
}

#[test]
fn a_call_with_more_rows_than_the_setting_allows_names_the_setting() {
    let mut config = Config::default();
    config.server.chunk_limit_mib = 1;
    let server = TestServer::with(config);
    let rows = json!({ "rows": vec![json!({ "creative_id": "1" }); 100_000] });
    let answer = server.post_json("/performance/import/batch", &rows);
    answer.assert_error(413, "body_too_large");
    assert!(answer.body.contains("server.chunk_limit_mib"), "{}", answer.body);
}

#[test]
fn config_performance_is_told_for_a_window() {
    let server = TestServer::start();
    server.upload("february.csv", REPORT);
    let answer = server.get("/api/analytics/configs?days=2&until=2026-02-02");
    assert_eq!(answer.status, 200, "{}", answer.body);
    assert!(answer.body.contains("157") && answer.body.contains("158"), "{}", answer.body);
    let answer = server.get("/api/analytics/configs?days=1&until=2026-02-02");
    assert!(!answer.body.contains("157") && answer.body.contains("158"), "{}", answer.body);
    server.get("/api/analytics/configs?days=0").assert_error(422, "invalid_parameter");
    server.get("/api/analytics/configs?days=x").assert_error(422, "invalid_parameter");
    server.get("/api/analytics/configs?until=02/02/2026").assert_error(422, "invalid_parameter");
}

#[test]
fn the_days_of_each_kind_and_their_freshness_are_told() {
    let server = TestServer::start();
    for (day, rows) in [("01", 4), ("02", 4), ("03", 4), ("05", 1)] {
        let text: String = (0..rows).map(|at| format!("2026-02-{day},157,{at},300x250,9,1,$1\n")).collect();
        let head = "Day,Billing ID,Creative ID,Creative size,Reached queries,Impressions,Spend (buyer currency)\n";
        let said = server.upload("day.csv", &format!("{head}{text}")).json();
        assert_eq!(said["anomalies"].as_array().map(Vec::len), Some(usize::from(day == "05")), "{said:#}");
    }
    let grid = server.get("/api/imports/grid?days=3&until=2026-02-05").json();
    assert_eq!(
        (&grid["first_day"], &grid["last_day"], &grid["row_count"]),
        (&json!("2026-02-03"), &json!("2026-02-05"), &json!(3))
    );
    let states: Vec<&Value> = grid["rows"].as_array().unwrap().iter().map(|cell| &cell["state"]).collect();
    assert_eq!(states, ["anomalous", "missing", "imported"]);
    let odd = json!({
        "metric_date": "2026-02-05", "report": "performance", "state": "anomalous", "row_count": 1,
        "percent_of_mean": 25, "mean_row_count": 4, "mean_days": 3
    });
    assert_eq!(grid["rows"][0], odd);
    server.get("/api/imports/grid?days=0").assert_error(422, "invalid_parameter");
    server.get("/api/imports/grid?account=nobody").assert_error(404, "unknown_account");
    let fresh = server.get("/api/imports/freshness").json();
    assert_eq!((&fresh["rows"][0]["newest_day"], &fresh["rows"][0]["day_count"]), (&json!("2026-02-05"), &json!(4)));
}

#[test]
fn work_is_taken_only_with_the_token() {
    let server = TestServer::start();
    let job = json!({"job": "account", "change": "add", "fields": {"name": "globex"}}).to_string();
    for headers in [&[][..], &[(TOKEN_HEADER, "0000")], &[(TOKEN_HEADER, "")]] {
        server.ask("POST /internal/commands", headers, job.as_bytes()).assert_error(403, "wrong_token");
    }
    let headers = [(TOKEN_HEADER, server.token.as_str())];
    server.ask("POST /internal/commands", &headers, b"{\"job\": \"rm\"}").assert_error(400, "invalid_job");
    let answer = server.ask("POST /internal/commands", &headers, job.as_bytes());
    assert_eq!(answer.status, 200, "{}", answer.body);
    let events: Vec<Value> = answer.body.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(events[0]["event"], "said", "{events:?}");
    assert_eq!(events[1], json!({"event": "finished", "ok": true}));
    let again = server.ask("POST /internal/commands", &headers, job.as_bytes());
    assert!(again.body.contains("\"refused\"") && again.body.contains("\"ok\":false"), "{}", again.body);
}

#[test]
fn a_header_that_comes_slowly_is_cut_and_a_slow_answer_is_not() {
    let mut config = Config::default();
    config.server.header_timeout_seconds = 1;
    let server = TestServer::with(config);
    let mut slow = TcpStream::connect(server.address).unwrap();
    slow.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    let started = Instant::now();
    for byte in b"GET /health HTTP/1.1\r\n" {
        if slow.write_all(&[*byte]).is_err() {
            break;
        }
        std::thread::sleep(Duration::from_millis(100));
    }
    assert_eq!(read_answer(&mut slow).status, 0, "cut without an answer");
    assert!(started.elapsed() < Duration::from_secs(10), "{:?}", started.elapsed());
}

#[test]
fn a_body_that_stalls_is_cut() {
    let mut config = Config::default();
    config.server.body_idle_timeout_seconds = 1;
    let server = TestServer::with(config);
    let mut slow = TcpStream::connect(server.address).unwrap();
    slow.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    let head =
        "POST /api/performance/import-csv?filename=a.csv HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/csv\r\n";
    slow.write_all(format!("{head}Content-Length: 1000\r\n\r\nDay,").as_bytes()).unwrap();
    read_answer(&mut slow).assert_error(408, "body_too_slow");
    server.assert_no_upload_is_left();
}

#[test]
fn connections_beyond_the_cap_wait_for_a_free_one() {
    let mut config = Config::default();
    config.server.max_connections = 1;
    config.server.header_timeout_seconds = 1;
    let server = TestServer::with(config);
    let _idle = TcpStream::connect(server.address).unwrap();
    std::thread::sleep(Duration::from_millis(100));
    assert_eq!(server.get("/health").status, 200, "answered once the idle connection was cut");
}
