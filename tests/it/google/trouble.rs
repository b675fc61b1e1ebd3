//! Syncs that Google, the network or a death of the process disturbs: what came is kept and said, and a retry completes.

use std::os::unix::process::ExitStatusExt;
use std::process::Stdio;
use std::time::Duration;

use serde_json::{Value, json};

use super::sync::{counts, entities, synced};
use super::{Entities, LocalGoogle, Misbehaviour, Shape};
use crate::serve::Server;
use crate::store::TestStore;

const CREATIVES_OF_8: &str = "v1/buyers/8/creatives";

/// What an undisturbed sync makes.
fn undisturbed() -> Vec<String> {
    let google = LocalGoogle::start(Entities::of(7, Shape::SMALL));
    let store = google.store();
    synced(&store, &[]);
    entities(&store)
}

/// A sync that is disturbed: exit code and answer.
#[track_caller]
fn disturbed(store: &TestStore) -> (Option<i32>, Value, String) {
    let ran = store.run(&["sync", "--json"]);
    let answer = serde_json::from_str(&ran.stdout).unwrap_or_else(|error| panic!("{error}: {ran:#?}"));
    (ran.code, answer, ran.stderr)
}

#[test]
fn what_passes_is_tried_again_and_nobody_notices() {
    let whole = undisturbed();
    for trouble in [
        Misbehaviour::TooMany { retry_after: Some(0) },
        Misbehaviour::Unavailable,
        Misbehaviour::Expired,
        Misbehaviour::Truncated,
        Misbehaviour::CutJson,
        Misbehaviour::Cut,
    ] {
        let google = LocalGoogle::start(Entities::of(7, Shape::SMALL));
        google.largest_page(2);
        let store = google.store();
        for list in ["v1/bidders/7/endpoints", "v1/bidders/7/pretargetingConfigs", CREATIVES_OF_8] {
            google.misbehave(list, 1, trouble.clone());
        }
        synced(&store, &[]);
        assert_eq!(entities(&store), whole, "{trouble:?}");
    }
}

#[test]
fn a_kind_that_fails_stays_as_it_is_and_the_others_are_kept() {
    for (trouble, code, told) in [
        (Misbehaviour::TooMany { retry_after: Some(9_999) }, "busy", "429 Quota exceeded"),
        (Misbehaviour::Unavailable, "busy", "503 The service is currently unavailable. (UNAVAILABLE); try again later"),
        (Misbehaviour::Truncated, "no_answer", "the answer broke off, after 6 tries"),
        (Misbehaviour::CutJson, "no_answer", "not whole, or not JSON"),
        (Misbehaviour::Cut, "no_answer", "after 6 tries"),
        (Misbehaviour::SamePage, "answer", "that was read already"),
        (Misbehaviour::BadItem, "answer", "endpoints[1].name: expected text, found [1,2]"),
        (Misbehaviour::Status(403, "No permission for endpoints"), "refused", "403 No permission for endpoints"),
    ] {
        let google = LocalGoogle::start(Entities::of(7, Shape::SMALL));
        google.largest_page(2);
        let mut store = google.store();
        // The wait that is asked for is longer than a call may take; the next call does not wait for it either.
        store.set("CATSCAN_GOOGLE_PATIENCE_SECONDS", "2");
        google.misbehave("v1/bidders/7/endpoints", 6, trouble.clone());
        let (exit, answer, _) = disturbed(&store);
        assert_eq!(exit, Some(1), "{trouble:?}: {answer:#}");
        let failed = &answer["endpoints"];
        assert_eq!((&failed["state"], &failed["failure"]["code"]), (&json!("failed"), &json!(code)), "{answer:#}");
        let reason = failed["failure"]["reason"].as_str().unwrap();
        assert!(reason.contains(told) && reason.contains("v1/bidders/7/endpoints"), "{trouble:?}: {reason}");
        assert!(answer["next"].as_str().unwrap().starts_with("run it again"), "{answer:#}");
        assert_eq!(counts(&answer, "seats"), [3, 0, 0, 0], "what came before is kept");
        google.behave();
        if !matches!(trouble, Misbehaviour::TooMany { .. }) {
            assert_eq!((counts(&answer, "configs"), counts(&answer, "creatives")), ([4, 0, 0, 0], [15, 0, 0, 0]));
            let again = synced(&store, &[]);
            assert_eq!((counts(&again, "endpoints"), counts(&again, "creatives")), ([3, 0, 0, 0], [0, 0, 15, 0]));
            assert_eq!(entities(&store), undisturbed(), "{trouble:?}");
        }
    }
}

#[test]
fn a_seat_that_fails_leaves_the_others_creatives_and_its_own_as_they_were() {
    let google = LocalGoogle::start(Entities::of(7, Shape::SMALL));
    let store = google.store();
    synced(&store, &[]);
    google.change(|kept| kept.creatives.values_mut().for_each(|creatives| drop(creatives.remove(0))));
    google.misbehave(CREATIVES_OF_8, 1, Misbehaviour::BadItem);
    let (exit, answer, stderr) = disturbed(&store);
    let creatives = &answer["creatives"];
    assert_eq!((exit, &creatives["state"], counts(&answer, "creatives")), (Some(1), &json!("failed"), [0, 0, 8, 2]));
    assert_eq!(creatives["failed_seats"][0]["buyer_id"], "8");
    let reason = creatives["failure"]["reason"].as_str().unwrap();
    assert!(
        reason.starts_with("1 of 3 seats: seat 8: page 1 of GET v1/buyers/8/creatives: creatives[3].name"),
        "{reason}"
    );
    assert!(stderr.contains("creatives: "), "progress stands on standard error: {stderr}");
    let gone = "SELECT count(*) FROM creatives WHERE vanished_at IS NOT NULL AND buyer_id = '8'";
    assert_eq!(store.sqlite().query_row(gone, [], |row| row.get::<_, i64>(0)).unwrap(), 0);
    let words = store.succeed(&["sync", "--status"]);
    assert!(words.contains("1 of 3 seats"), "{words}");
    assert_eq!(counts(&synced(&store, &["creatives"]), "creatives"), [0, 0, 12, 1]);
}

#[test]
fn a_key_that_is_refused_ends_the_sync_with_who_it_is_and_nothing_else_is_asked() {
    let google = LocalGoogle::start(Entities::of(7, Shape::SMALL));
    let store = google.store();
    synced(&store, &["seats"]);
    google.calls();
    google.misbehave("v1", 99, Misbehaviour::Expired);
    let ran = store.run(&["sync"]);
    assert_eq!(ran.code, Some(1));
    assert!(ran.stdout.contains("tester@test-project.iam.gserviceaccount.com"), "{ran:#?}");
    assert!(ran.stdout.contains("endpoints  not tried, and stay as they are"), "{ran:#?}");
    assert_eq!(google.calls().len(), 2, "once more with a fresh token, and no more");
    let none = TestStore::new().run(&["sync"]);
    assert_eq!(none.code, Some(1));
    assert!(none.stderr.contains("catscan service-account add"), "{none:#?}");
}

#[test]
fn calls_are_counted_also_where_they_failed() {
    let google = LocalGoogle::start(Entities::of(7, Shape::SMALL));
    let store = google.store();
    google.misbehave("v1/bidders/7/endpoints", 6, Misbehaviour::Unavailable);
    disturbed(&store);
    let status: Value = serde_json::from_str(&store.succeed(&["sync", "--status", "--json"])).unwrap();
    let calls = status["calls_today"].as_array().unwrap();
    let failed = calls.iter().find(|call| call["route"] == "v1/bidders/{bidder}/endpoints").unwrap();
    assert_eq!((&failed["calls"], &failed["errors"], &failed["retries"]), (&json!(1), &json!(1), &json!(5)));
    assert!(
        status["kinds"][1]["last_done_at"].is_null() && status["kinds"][1]["failure"]["code"] == "busy",
        "{status:#}"
    );
}

#[test]
fn killed_in_the_middle_a_retry_completes_what_an_undisturbed_sync_makes() {
    let whole = undisturbed();
    for point in [
        "sync_after_seats",
        "sync_after_endpoints",
        "sync_after_pretargeting",
        "sync_between_seats",
        "sync_after_creatives",
    ] {
        let google = LocalGoogle::start(Entities::of(7, Shape::SMALL));
        let store = google.store();
        let mut command = store.command(&["sync"]);
        let command = command.env("CATSCAN_KILL_AT", point).stdout(Stdio::null()).stderr(Stdio::null());
        assert_eq!(command.status().unwrap().signal(), Some(crate::kill::SIGKILL), "{point} was not reached");
        let kept = entities(&store);
        assert!(
            !kept.is_empty() && kept.iter().all(|row| whole.contains(row)),
            "{point}: something is there by halves"
        );
        synced(&store, &[]);
        assert_eq!(entities(&store), whole, "{point}");
        let history = "SELECT count(*) FROM pretargeting_history";
        assert_eq!(store.sqlite().query_row(history, [], |row| row.get::<_, i64>(0)).unwrap(), 0, "{point}");
        let jobs = store.succeed(&["jobs"]);
        assert!(jobs.contains("failed") && jobs.contains("done"), "{jobs}");
    }
}

#[test]
fn buyers_that_share_an_id_end_with_the_last_change_in_whatever_order_they_come() {
    let google = LocalGoogle::start(Entities::of(7, Shape::SMALL));
    google.change(|kept| {
        for (buyer, time) in
            [("7", "2026-03-01T00:00:00Z"), ("8", "2026-03-03T00:00:00.5Z"), ("9", "2026-03-02T00:00:00Z")]
        {
            let mut shared = kept.creatives[buyer][0].clone();
            shared["creativeId"] = json!("shared");
            shared["name"] = json!(format!("buyers/{buyer}/creatives/shared"));
            shared["apiUpdateTime"] = json!(time);
            kept.creatives.get_mut(buyer).unwrap().push(shared);
        }
    });
    let store = google.store();
    let owner = || {
        let sql = "SELECT buyer_id FROM creatives WHERE creative_id = 'shared' AND vanished_at IS NULL";
        store.sqlite().query_row(sql, [], |row| row.get::<_, String>(0)).unwrap()
    };
    synced(&store, &[]);
    assert_eq!(owner(), "8");
    for _ in 0..3 {
        assert_eq!(counts(&synced(&store, &["creatives"]), "creatives"), [0, 0, 16, 0], "it goes back and forth");
    }
    google.change(|kept| drop(kept.creatives.get_mut("8").unwrap().pop()));
    synced(&store, &["creatives"]);
    assert_eq!(owner(), "9", "the next one takes its place in the same sync");
}

#[test]
fn a_second_sync_of_the_account_waits_for_the_first() {
    let google = LocalGoogle::start(Entities::of(7, Shape::SMALL));
    let store = google.store();
    let _server = Server::over(&store);
    google.misbehave("v1/buyers", 1, Misbehaviour::Hang(Duration::from_millis(1_500)));
    let first = store.command(&["sync", "--json"]).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    while google.tokens_issued() == 0 {
        std::thread::yield_now();
    }
    let second = store.run(&["sync", "--json"]);
    assert!(second.stderr.contains("is being synced already"), "{second:#?}");
    let first = first.wait_with_output().unwrap();
    let first: Value = serde_json::from_slice(&first.stdout).unwrap();
    let second: Value = serde_json::from_str(&second.stdout).unwrap();
    assert_eq!((counts(&first, "creatives"), counts(&second, "creatives")), ([15, 0, 0, 0], [0, 0, 15, 0]));
}

#[test]
fn no_secret_is_ever_written_or_said() {
    let google = LocalGoogle::start(Entities::of(7, Shape::SMALL));
    let store = google.store();
    google.misbehave("v1/bidders/7/endpoints", 1, Misbehaviour::Expired);
    let mut command = store.command(&["sync", "--verbose"]);
    let output = command.env("CATSCAN_LOG", "trace").output().unwrap();
    assert_eq!(output.status.code(), Some(0));
    google.misbehave("v1", 9, Misbehaviour::Expired);
    let mut command = store.command(&["sync", "--verbose"]);
    let failed = command.env("CATSCAN_LOG", "trace").output().unwrap();
    assert_eq!(failed.status.code(), Some(1));
    let key = include_str!("test-key.pem").lines().nth(3).unwrap();
    let secrets = ["secret-token", key, "BEGIN PRIVATE KEY"];
    let tell =
        |bytes: &[u8]| secrets.iter().find(|secret| memchr::memmem::find(bytes, secret.as_bytes()).is_some()).copied();
    for said in [&output.stdout, &output.stderr, &failed.stdout, &failed.stderr] {
        assert_eq!(tell(said), None, "{}", String::from_utf8_lossy(said));
    }
    for name in ["catscan.db", "catscan.db-wal"] {
        let bytes = std::fs::read(store.data_dir().join(name)).unwrap_or_default();
        assert_eq!(tell(&bytes), None, "{name}");
    }
    let keys = store.data_dir().join("keys");
    for entry in std::fs::read_dir(keys).unwrap().flatten() {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(entry.metadata().unwrap().permissions().mode() & 0o077, 0, "others may read the key");
    }
}
