//! Reports that are put into the inbox of a running server: imported once they are complete, moved, and never lost.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use super::serve::Server;
use super::store::{TestStore, repository};

/// Long enough for a busy machine; a test that passes waits only as long as it takes.
const PATIENCE: Duration = Duration::from_secs(60);

const QUICK: (&str, &str) = ("CATSCAN_INBOX_POLL_MS", "50");

fn inbox(store: &TestStore) -> PathBuf {
    store.data_dir().join("inbox")
}

/// Puts a file there whole, as a careful writer does.
fn put(directory: &Path, name: &str, bytes: &[u8]) {
    let unfinished = directory.join(format!("{}.part", name.replace('/', "-")));
    fs::write(&unfinished, bytes).unwrap();
    let place = directory.join(name);
    fs::create_dir_all(place.parent().unwrap()).unwrap();
    fs::rename(unfinished, place).unwrap();
}

fn sample() -> Vec<u8> {
    fs::read(repository("data/samples/performance.csv")).unwrap()
}

/// Waits for a note beside a moved file; gives its text.
#[track_caller]
fn note(path: &Path) -> String {
    let began = Instant::now();
    loop {
        // The note comes first, the file after it.
        let file = path.with_extension("").with_extension("");
        if let (Ok(text), true) = (fs::read_to_string(path), file.exists()) {
            return text;
        }
        assert!(began.elapsed() < PATIENCE, "{} does not come", path.display());
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn reports_in_any_packing_are_imported_known_ones_recognised_and_others_refused_with_the_reason() {
    let store = TestStore::new();
    let _server = Server::with(&store, &[QUICK]);
    let inbox = inbox(&store);
    put(&inbox, "mail.csv", &sample());
    let told = note(&inbox.join("done/mail.csv.answer.txt"));
    assert!(told.starts_with("mail.csv: performance report imported as batch 1\n"), "{told}");
    assert_eq!(store.number("SELECT count(*) AS n FROM rtb_daily"), 12);

    put(&inbox, "again.csv.gz", &super::inputs::gzipped(&sample()[..]));
    let told = note(&inbox.join("done/again.csv.gz.answer.txt"));
    assert_eq!(told, "again.csv.gz: known already as batch 1; nothing was changed\n");

    put(&inbox, "notes.csv", b"name,email\na,b\n");
    let told = note(&inbox.join("refused/notes.csv.reason.txt"));
    let printed = store.run(&["import", inbox.join("refused/notes.csv").to_str().unwrap()]).stderr;
    let message = |text: &str| text.split_once("notes.csv: ").unwrap().1.to_owned();
    assert_eq!(message(&told), message(&printed), "the command line says the same");
    assert_eq!(store.number("SELECT count(*) AS n FROM rtb_daily"), 12);
}

#[test]
fn a_file_that_is_written_slowly_is_imported_once_and_whole() {
    let store = TestStore::new();
    let _server = Server::with(&store, &[("CATSCAN_INBOX_POLL_MS", "1500")]);
    let inbox = inbox(&store);
    let text = String::from_utf8(sample()).unwrap();
    let mut file = fs::File::create(inbox.join("slow.csv")).unwrap();
    let began = Instant::now();
    // Longer than two looks, and never as long as from one to the next without a change.
    for line in text.split_inclusive('\n') {
        file.write_all(line.as_bytes()).unwrap();
        std::thread::sleep(Duration::from_millis(300));
    }
    assert!(began.elapsed() > Duration::from_millis(3_000), "the server looked meanwhile");
    let told = note(&inbox.join("done/slow.csv.answer.txt"));
    assert!(told.contains("12 read: 12 imported"), "{told}");
    assert_eq!(store.number("SELECT count(*) AS n FROM import_history"), 1);
}

#[test]
fn a_death_between_commit_and_move_is_made_good_by_the_next_start() {
    let store = TestStore::new();
    let inbox = inbox(&store);
    {
        let mut server = Server::with(&store, &[QUICK, ("CATSCAN_KILL_AT", "after_commit")]);
        put(&inbox, "mail.csv", &sample());
        server.assert_killed();
    }
    assert!(inbox.join("mail.csv").exists(), "not moved");
    let _server = Server::with(&store, &[QUICK]);
    let told = note(&inbox.join("done/mail.csv.answer.txt"));
    assert_eq!(told, "mail.csv: known already as batch 1; nothing was changed\n");
    assert_eq!(store.number("SELECT count(*) AS n FROM rtb_daily"), 12);
    assert!(!inbox.join("mail.csv").exists());
}

#[test]
fn a_directory_of_an_account_takes_reports_for_it() {
    let store = TestStore::new();
    store.succeed(&["account", "add", "acme", "--bidder-id", "777"]);
    let _server = Server::with(&store, &[QUICK]);
    let inbox = inbox(&store);
    put(&inbox, "777/mail.csv", &sample());
    note(&inbox.join("done/777/mail.csv.answer.txt"));
    assert_eq!(store.number("SELECT count(*) AS n FROM rtb_daily"), 0, "not the first account's");
    let theirs = store.succeed(&["sql", "--account", "acme", "--format", "csv", "SELECT count(*) AS n FROM rtb_daily"]);
    assert_eq!(theirs, "n\n12\n");
    put(&inbox, "nobody/mail.csv", &sample());
    let told = note(&inbox.join("refused/nobody/mail.csv.reason.txt"));
    assert!(told.starts_with("error: ") && told.contains("nobody") && told.contains("acme"), "{told}");
}

#[test]
fn an_address_of_an_object_store_is_an_inbox_too() {
    let store = TestStore::new();
    let bucket = store.beside("bucket");
    fs::create_dir(&bucket).unwrap();
    put(&bucket, "before.csv", &sample());
    let url = format!("file://{}", bucket.display());
    let settings = [("CATSCAN_INBOX_URL", url.as_str()), ("CATSCAN_INBOX_URL_POLL_MS", "50")];
    let server = Server::with(&store, &settings);
    let told = note(&bucket.join("done/before.csv.answer.txt"));
    assert!(told.contains("imported as batch 1"), "{told}");
    put(&bucket, "notes.csv", b"name,email\na,b\n");
    let told = note(&bucket.join("refused/notes.csv.reason.txt"));
    assert!(told.starts_with("error: notes.csv: this is no report"), "{told}");
    assert_eq!(server.get("/api/health").0, 200);
    assert_eq!(store.number("SELECT count(*) AS n FROM rtb_daily"), 12);
}

#[test]
fn a_setting_that_cannot_be_meant_stops_the_start_with_what_to_write() {
    let store = TestStore::new();
    for (name, value, said) in
        [("CATSCAN_INBOX_PATH", ".", "part of the store"), ("CATSCAN_INBOX_URL", "bucket/mail", "s3://BUCKET/PREFIX")]
    {
        let ran = store.command(&["serve", "--listen", "127.0.0.1:0"]).env(name, value).output().unwrap();
        let told = String::from_utf8(ran.stderr).unwrap();
        assert!(ran.status.code() == Some(1) && told.contains(said) && told.contains("[inbox]"), "{told}");
    }
    let store = TestStore::new();
    let off = Server::with(&store, &[("CATSCAN_INBOX_PATH", "")]);
    assert_eq!(off.get("/api/health").0, 200);
    assert!(!inbox(&store).exists(), "switched off, none is made");
}
