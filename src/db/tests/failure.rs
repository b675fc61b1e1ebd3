//! A disk that fails in the middle of a change, made by a limit on file size in a process of its own.

use std::path::Path;
use std::process::Command;

use super::{Db, DbError, accounts, add_account, directory};

const DATABASE: &str = "CATSCAN_TEST_DATABASE";

#[test]
fn after_the_disk_failed_a_change_nothing_more_is_written_and_reading_goes_on() {
    let (_dir, path) = directory();
    add_account(&Db::open(&path).unwrap(), "before").unwrap();
    // Writing past the limit gives an I/O error instead of a signal, because the signal is ignored.
    let limited = r#"trap '' XFSZ; ulimit -f 4096; exec "$0" --exact "$1" --ignored --nocapture"#;
    let test = format!("{}::on_a_failing_disk", module_path!().split_once("::").unwrap().1);
    let child = Command::new("sh")
        .args(["-c", limited])
        .arg(std::env::current_exe().unwrap())
        .arg(test)
        .env(DATABASE, &path)
        .output()
        .unwrap();
    let told = String::from_utf8_lossy(&child.stdout);
    assert!(child.status.success() && told.contains("1 passed"), "{told}{}", String::from_utf8_lossy(&child.stderr));

    let db = Db::open(&path).unwrap();
    assert_eq!(accounts(&db), 3, "what was committed stays, what failed is not there");
    add_account(&db, "after").unwrap();
}

#[test]
#[ignore = "run by the test above, under a limit on file size"]
fn on_a_failing_disk() {
    let path = std::env::var(DATABASE).unwrap();
    let db = Db::open(Path::new(&path)).unwrap();
    add_account(&db, "still works").unwrap();
    let failed = db.write::<(), DbError>(|tx| {
        for number in 0..100_000 {
            let detail = format!("\"{}\"", "x".repeat(10_000));
            let event = "INSERT INTO events (account_id, happened_at, kind, detail) VALUES (1, ?1, 'x', ?2)";
            tx.execute(event, (number.to_string(), detail))?;
        }
        Ok(())
    });
    let message = failed.expect_err("a change larger than the disk was made").to_string();
    assert!(message.contains("the disk"), "{message}");
    let next = add_account(&db, "refused").unwrap_err();
    assert!(matches!(next, DbError::WriterClosed { .. }), "{next}");
    assert_eq!(accounts(&db), 3);
}
