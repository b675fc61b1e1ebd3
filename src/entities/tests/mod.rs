//! The repositories over a real database: two accounts that share Google's ids never see each other.

mod accounts;
mod advice;
mod campaigns;
mod changes;
mod clustered;
mod configs;
mod found_creatives;
mod service_accounts;
mod visible;

use chrono::{DateTime, Utc};
use rusqlite::Transaction;
use tempfile::TempDir;

use super::configs::GoogleConfig;
use super::creatives::GoogleCreative;
use super::endpoints::GoogleEndpoint;
use super::seats::GoogleSeat;
use super::{Absent, Counts, EntityError, creatives, endpoints, seats, settings, version};
use crate::db::Db;
use crate::model::AccountId;

const ONE: AccountId = AccountId::FIRST;
const TWO: AccountId = AccountId(2);

struct Store {
    db: Db,
    _dir: TempDir,
}

impl Store {
    /// Two accounts, `default` and `second`.
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let db = Db::open(&dir.path().join("catscan.db")).unwrap();
        let store = Self { db, _dir: dir };
        let second = super::accounts::AccountFields { name: Some("second".to_owned()), ..Default::default() };
        store.change(|tx| super::accounts::add(tx, &second, at("2026-11-01T00:00:00Z")));
        store
    }

    fn change<T>(&self, work: impl FnOnce(&Transaction<'_>) -> Result<T, EntityError>) -> T {
        self.db.write(work).unwrap()
    }

    fn refused<T>(&self, work: impl FnOnce(&Transaction<'_>) -> Result<T, EntityError>) -> EntityError {
        self.db.write(work).err().expect("this must be refused")
    }

    fn see<T>(&self, work: impl FnOnce(&Transaction<'_>) -> Result<T, EntityError>) -> T {
        self.db.read(work).unwrap()
    }
}

fn at(time: &str) -> DateTime<Utc> {
    time.parse().unwrap()
}

fn noon() -> DateTime<Utc> {
    at("2026-11-20T12:00:00Z")
}

/// From an answer, as a sync would make it.
fn config(id: &str, billing_id: &str, more: serde_json::Value) -> GoogleConfig {
    let mut config =
        serde_json::json!({"name": format!("bidders/7/pretargetingConfigs/{id}"), "billingId": billing_id});
    config.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    one(crate::sync::answers::configs, "pretargetingConfigs", config)
}

fn seat(id: &str, name: &str) -> GoogleSeat {
    let seat = serde_json::json!({"name": format!("buyers/{id}"), "displayName": name});
    one(crate::sync::answers::seats, "buyers", seat)
}

fn endpoint(id: &str, url: &str) -> GoogleEndpoint {
    let endpoint = serde_json::json!({"name": format!("bidders/7/endpoints/{id}"), "url": url});
    one(crate::sync::answers::endpoints, "endpoints", endpoint)
}

fn creative(buyer: &str, id: &str, status: &str) -> GoogleCreative {
    let creative = serde_json::json!({
        "name": format!("buyers/{buyer}/creatives/{id}"), "accountId": buyer, "creativeId": id, "creativeFormat": "HTML",
        "html": {"width": 300, "height": 250}, "creativeServingDecision": {"networkPolicyCompliance": {"status": status}},
    });
    one(crate::sync::answers::creatives, "creatives", creative)
}

fn one<T>(
    read: impl Fn(&[u8]) -> Result<crate::sync::answers::Page<T>, crate::sync::answers::AnswerError>,
    list: &str,
    item: serde_json::Value,
) -> T {
    let page = serde_json::json!({list: [item]}).to_string();
    read(page.as_bytes()).unwrap().items.pop().unwrap()
}

fn counts(added: u64, changed: u64, unchanged: u64, vanished: u64) -> Counts {
    Counts { added, changed, unchanged, vanished }
}

#[test]
fn seats_are_counted_marked_when_gone_and_keep_the_users_name() {
    let store = Store::new();
    let sync = |seats: &[GoogleSeat]| store.change(|tx| seats::upsert(tx, ONE, seats, Absent::Vanished, noon()));
    let theirs = store.change(|tx| seats::upsert(tx, TWO, &[seat("1", "theirs")], Absent::Vanished, noon()));
    assert_eq!(theirs, counts(1, 0, 0, 0));

    assert_eq!(sync(&[seat("1", "a"), seat("2", "b")]), counts(2, 0, 0, 0));
    store.change(|tx| seats::set_user_name(tx, ONE, "1", Some("mine")));
    assert_eq!(sync(&[seat("1", "A"), seat("2", "b")]), counts(0, 1, 1, 0));
    assert_eq!(sync(&[seat("1", "A")]), counts(0, 0, 1, 1));
    assert_eq!(sync(&[seat("1", "A")]), counts(0, 0, 1, 0), "what is gone does not vanish again");
    let listed = store.see(|tx| seats::list(tx, ONE));
    let shown: Vec<_> = listed.iter().map(|s| (s.google.buyer_id.as_str(), s.user_name.as_deref(), s.active)).collect();
    assert_eq!(shown, [("2", None, false), ("1", Some("mine"), true)]);
    assert_eq!(sync(&[seat("1", "A"), seat("2", "b")]), counts(0, 1, 1, 0), "what comes back has changed");

    let theirs = store.see(|tx| seats::list(tx, TWO));
    assert_eq!((theirs.len(), theirs[0].google.display_name.as_deref()), (1, Some("theirs")));
    assert!(theirs[0].vanished_at.is_none() && theirs[0].user_name.is_none());
    let unknown = store.refused(|tx| seats::set_user_name(tx, TWO, "2", Some("x")));
    assert_eq!(unknown.to_string(), "account 2 has no seat '2'");
}

#[test]
fn endpoints_that_are_gone_are_deleted_in_their_account_only() {
    let store = Store::new();
    for account in [ONE, TWO] {
        store.change(|tx| endpoints::upsert(tx, account, &[endpoint("1", "https://a")], Absent::Vanished, noon()));
    }
    let replaced =
        store.change(|tx| endpoints::upsert(tx, ONE, &[endpoint("2", "https://b")], Absent::Vanished, noon()));
    assert_eq!(replaced, counts(1, 0, 0, 1));
    let ids = |account| {
        let listed = store.see(|tx| endpoints::list(tx, account));
        listed.into_iter().map(|endpoint| endpoint.google.endpoint_id).collect::<Vec<_>>()
    };
    assert_eq!((ids(ONE), ids(TWO)), (vec!["2".to_owned()], vec!["1".to_owned()]));
}

#[test]
fn creatives_vanish_only_for_buyers_whose_list_is_there() {
    let store = Store::new();
    let all = [creative("1", "a", "APPROVED"), creative("1", "b", "APPROVED"), creative("2", "c", "APPROVED")];
    for account in [ONE, TWO] {
        store.change(|tx| creatives::upsert(tx, account, &all, Absent::Vanished, noon()));
    }
    let buyer_one = ["1".to_owned()];
    let fresh = [creative("1", "a", "DISAPPROVED")];
    let changed = store.change(|tx| creatives::upsert(tx, ONE, &fresh, Absent::VanishedOf(&buyer_one), noon()));
    assert_eq!(changed, counts(0, 1, 0, 1));
    let gone = |account| {
        let listed = store.see(|tx| creatives::list(tx, account));
        let gone = listed.into_iter().filter(|creative| creative.vanished_at.is_some());
        gone.map(|creative| creative.google.creative_id).collect::<Vec<_>>()
    };
    assert_eq!((gone(ONE), gone(TWO)), (vec!["b".to_owned()], vec![]));
    let approved = store.see(|tx| creatives::list(tx, TWO));
    assert!(approved.iter().all(|creative| creative.google.approval_status.as_deref() == Some("APPROVED")));
}

#[test]
fn settings_are_an_accounts_own() {
    let store = Store::new();
    store.change(|tx| settings::set(tx, ONE, "waste_rate_pct_high", &90.5, noon()));
    assert_eq!(store.see(|tx| settings::get::<f64>(tx, ONE, "waste_rate_pct_high")), Some(90.5));
    assert_eq!(store.see(|tx| settings::get::<f64>(tx, TWO, "waste_rate_pct_high")), None);
    let wrong = store.refused(|tx| settings::get::<bool>(tx, ONE, "waste_rate_pct_high"));
    assert!(wrong.to_string().contains("waste_rate_pct_high holds '90.5'"), "{wrong}");
    store.change(|tx| settings::clear(tx, TWO, "waste_rate_pct_high"));
    assert_eq!(store.see(|tx| settings::list(tx, ONE)).len(), 1);
    store.change(|tx| settings::clear(tx, ONE, "waste_rate_pct_high"));
    assert_eq!(store.see(|tx| settings::list(tx, ONE)), []);
}

#[test]
fn every_write_of_an_entity_raises_the_version_of_its_account_only() {
    let store = Store::new();
    let versions = || (store.see(|tx| version(tx, ONE)), store.see(|tx| version(tx, TWO)));
    type Write = Box<dyn Fn(&Transaction<'_>) -> Result<(), EntityError>>;
    let writes: Vec<(&str, Write)> = vec![
        ("seat", Box::new(|tx| seats::upsert(tx, ONE, &[seat("1", "a")], Absent::Stays, noon()).map(drop))),
        ("rename", Box::new(|tx| seats::set_user_name(tx, ONE, "1", Some("x")))),
        ("endpoint", Box::new(|tx| endpoints::upsert(tx, ONE, &[endpoint("1", "u")], Absent::Stays, noon()).map(drop))),
        ("endpoint gone", Box::new(|tx| endpoints::upsert(tx, ONE, &[], Absent::Vanished, noon()).map(drop))),
        ("setting", Box::new(|tx| settings::set(tx, ONE, "n", &1, noon()))),
        (
            "import",
            Box::new(|tx| {
                let import = "INSERT INTO import_history (account_id, report, filename, file_size_bytes, file_hash, \
                              mode, status, imported_at) VALUES (1, 'performance', 'f', 1, 'h', 'merge', 'running', 'x')";
                tx.execute(import, [])?;
                Ok(())
            }),
        ),
    ];
    for (what, write) in writes {
        let before = versions();
        store.change(|tx| write(tx));
        let after = versions();
        assert!(after.0 > before.0, "{what} did not raise the version");
        assert_eq!(after.1, before.1, "{what} raised the version of another account");
    }
    let before = versions();
    store.change(|tx| Ok(tx.execute("INSERT INTO events (account_id, happened_at, kind) VALUES (1, 'x', 'k')", [])?));
    assert_eq!(versions(), before, "an event is in no answer");
    assert!(store.refused(|tx| version(tx, AccountId(9))).to_string().contains("no account '9'"));
}
