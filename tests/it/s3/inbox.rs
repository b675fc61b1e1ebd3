//! Reports that are put into a bucket, imported into a lake in the same bucket.

use std::time::{Duration, Instant};

use super::super::serve::Server;
use super::super::store::repository;
use super::S3;

const PATIENCE: Duration = Duration::from_secs(60);

#[test]
fn reports_in_a_bucket_are_imported_and_moved_and_known_after_a_restart() {
    let Some(s3) = S3::start("an inbox on S3") else { return };
    let mut store = s3.store();
    store.set("CATSCAN_INBOX_URL", "s3://facts/mail");
    store.set("CATSCAN_INBOX_URL_POLL_MS", "50");
    let sample = std::fs::read(repository("data/samples/performance.csv")).unwrap();
    s3.put("mail/day.csv", sample.clone());
    s3.put("mail/notes.csv", "name,email\na,b\n");
    s3.put("mail/half.csv.part", "#Day");
    let wait_for = |keys: &[&str]| {
        let began = Instant::now();
        let mail = || s3.keys().into_iter().filter(|key| key.starts_with("mail/")).collect::<Vec<_>>();
        while mail() != keys {
            assert!(began.elapsed() < PATIENCE, "{:#?}", mail());
            std::thread::sleep(Duration::from_millis(50));
        }
    };
    let server = Server::over(&store);
    let moved = [
        "mail/done/day.csv",
        "mail/done/day.csv.answer.txt",
        "mail/half.csv.part",
        "mail/refused/notes.csv",
        "mail/refused/notes.csv.reason.txt",
    ];
    wait_for(&moved);
    assert_eq!(s3.objects()["mail/done/day.csv"], sample);
    assert_eq!(store.number("SELECT count(*) AS n FROM rtb_daily"), 12);
    let asked = r#"{"sql": "SELECT sum(impressions) AS n FROM rtb_daily", "format": "csv"}"#;
    let (status, answer) = server.post("/api/sql", "application/json", asked);
    assert_eq!((status, answer.as_str()), (200, "n\n2271\n"), "the server reads the bucket, too");
    drop(server);

    let _server = Server::over(&store);
    s3.put("mail/same.csv", sample);
    let mut again = moved.to_vec();
    again.splice(2..2, ["mail/done/same.csv", "mail/done/same.csv.answer.txt"]);
    wait_for(&again);
    assert_eq!(store.number("SELECT count(*) AS n FROM rtb_daily"), 12);
}
