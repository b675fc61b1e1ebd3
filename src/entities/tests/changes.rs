//! What the change workflow keeps: of two accounts with the same ids, what one does leaves the other as it was.

use serde_json::json;

use super::{AccountId, ONE, Store, TWO, at, config, noon};
use crate::entities::changes::ChangeType;
use crate::entities::changes::applications::{
    self, ApplicationKind, ApplicationState, NewApplication, Part, list_open,
};
use crate::entities::changes::comparisons::{
    self, ComparisonFilter, ComparisonStatus, Completion, Deltas, NewComparison,
};
use crate::entities::changes::pending::{self, ChangeStatus, NewPending, PendingFilter};
use crate::entities::changes::snapshots::{self, NewSnapshot, SnapshotType, Sums};
use crate::entities::configs::{self, Config};
use crate::entities::history::{self, ChangeSource, HistoryFilter};
use crate::entities::{Absent, EntityError, TextList};

/// Both accounts have config 1 with billing id 91.
fn twins() -> Store {
    let store = Store::new();
    for account in [ONE, TWO] {
        let listed = [config("1", "91", json!({"includedFormats": ["HTML"], "state": "ACTIVE"}))];
        store.change(|tx| configs::upsert(tx, account, &listed, Absent::Vanished, noon()));
    }
    store
}

fn stored(store: &Store, account: AccountId) -> Config {
    store.see(|tx| configs::get(tx, account, "91"))
}

fn stage(store: &Store, account: AccountId, kind: ChangeType, value: &str) -> i64 {
    let new = NewPending {
        change_type: kind,
        value,
        reason: Some("why"),
        estimated_qps_impact: Some(-1.5),
        created_by: Some("ada"),
    };
    let config = stored(store, account);
    store.change(|tx| pending::add(tx, account, &config, &new, noon()))
}

fn snapshot(store: &Store, account: AccountId, impressions: i64) -> i64 {
    let config = stored(store, account);
    let sums = Sums { impressions, spend_micros: 5, days: 2, currency: Some("USD".to_owned()), ..Sums::default() };
    let new = NewSnapshot { snapshot_type: SnapshotType::Manual, name: Some("n"), notes: None, by: Some("ada") };
    store.change(|tx| snapshots::take(tx, account, &config, &sums, new, noon()))
}

fn unknown(error: EntityError) -> bool {
    matches!(error, EntityError::Unknown { .. })
}

#[test]
fn staged_changes_are_an_accounts_own() {
    let store = twins();
    let (mine, theirs) =
        (stage(&store, ONE, ChangeType::AddSize, "1x1"), stage(&store, TWO, ChangeType::AddSize, "1x1"));
    let found = store.see(|tx| pending::get(tx, ONE, mine));
    assert_eq!(
        (found.change_type, found.value.as_str(), found.field_name.as_str()),
        (ChangeType::AddSize, "1x1", "included_sizes")
    );
    assert_eq!(
        (found.reason.as_deref(), found.estimated_qps_impact, found.status),
        (Some("why"), Some(-1.5), ChangeStatus::Pending)
    );
    assert!(unknown(store.refused(|tx| pending::get(tx, ONE, theirs))));
    assert!(!store.change(|tx| pending::close(tx, ONE, theirs, ChangeStatus::Cancelled, None, noon())));

    assert!(store.change(|tx| pending::close(tx, ONE, mine, ChangeStatus::Applied, Some("bob"), noon())));
    assert!(!store.change(|tx| pending::close(tx, ONE, mine, ChangeStatus::Cancelled, None, noon())), "it was closed");
    let ids = |account, status| {
        let filter = PendingFilter { config_id: Some("1"), status };
        store.see(|tx| pending::list(tx, account, filter, 10)).iter().map(|change| change.change_id).collect::<Vec<_>>()
    };
    assert_eq!(ids(ONE, None), [mine]);
    assert_eq!(ids(ONE, Some(ChangeStatus::Pending)), [0_i64; 0]);
    assert_eq!(ids(TWO, Some(ChangeStatus::Pending)), [theirs]);
    let before = at("2026-11-20T11:59:59Z");
    assert_eq!(store.see(|tx| pending::applied_since(tx, ONE, "1", Some(before))).len(), 1);
    assert_eq!(store.see(|tx| pending::applied_since(tx, ONE, "1", Some(noon()))).len(), 0);
    assert_eq!(store.see(|tx| pending::applied_since(tx, TWO, "1", Some(before))).len(), 0);
}

#[test]
fn the_same_pending_change_cannot_stand_twice() {
    let store = twins();
    stage(&store, ONE, ChangeType::AddGeo, "IN");
    let config = stored(&store, ONE);
    let again = NewPending {
        change_type: ChangeType::AddGeo,
        value: "IN",
        reason: None,
        estimated_qps_impact: None,
        created_by: None,
    };
    store.refused(|tx| pending::add(tx, ONE, &config, &again, noon()));
}

#[test]
fn snapshots_are_an_accounts_own_and_keep_the_whole_config() {
    let store = twins();
    let (mine, theirs) = (snapshot(&store, ONE, 10), snapshot(&store, TWO, 20));
    let found = store.see(|tx| snapshots::get(tx, ONE, mine));
    assert_eq!((found.sums.impressions, found.sums.spend_micros, found.sums.days), (10, 5, 2));
    assert_eq!(found.included_formats, Some(TextList(vec!["HTML".to_owned()])));
    assert_eq!(found.config_data, stored(&store, ONE).google.raw_data);
    assert!(unknown(store.refused(|tx| snapshots::get(tx, ONE, theirs))));
    let listed = store.see(|tx| snapshots::list(tx, TWO, Some("1"), 10));
    assert_eq!(listed.iter().map(|one| one.snapshot_id).collect::<Vec<_>>(), [theirs]);
    assert_eq!(store.see(|tx| snapshots::list(tx, ONE, Some("2"), 10)).len(), 0);
}

#[test]
fn comparisons_are_an_accounts_own_and_complete_once() {
    let store = twins();
    let begin = |account, snapshot| {
        let (first, last) = ("2026-11-01".parse().unwrap(), "2026-11-07".parse().unwrap());
        let new = NewComparison { name: "c", before_snapshot_id: snapshot, before: (first, last), after: None };
        let config = stored(&store, account);
        store.db.write(|tx| comparisons::begin(tx, account, &config, &new, noon()))
    };
    let (my_snapshot, their_snapshot) = (snapshot(&store, ONE, 10), snapshot(&store, TWO, 20));
    let (mine, theirs) = (begin(ONE, my_snapshot).unwrap(), begin(TWO, their_snapshot).unwrap());
    assert!(begin(ONE, their_snapshot).is_err(), "a snapshot of another account");
    let day = |text: &str| text.parse().unwrap();
    let completion = Completion {
        after_snapshot_id: my_snapshot,
        after: (day("2026-11-09"), day("2026-11-10")),
        deltas: Deltas { impressions_delta: Some(-3), ctr_delta_pct: Some(1.25), ..Deltas::default() },
        conclusion: "less".to_owned(),
    };
    assert!(!store.change(|tx| comparisons::complete(tx, ONE, theirs, &completion, noon())));
    assert!(store.change(|tx| comparisons::complete(tx, ONE, mine, &completion, noon())));
    assert!(!store.change(|tx| comparisons::complete(tx, ONE, mine, &completion, noon())));
    let found = store.see(|tx| comparisons::get(tx, ONE, mine));
    assert_eq!((found.status, found.deltas.impressions_delta), (ComparisonStatus::Completed, Some(-3)));
    assert_eq!(found.after_end_date, Some(day("2026-11-10")));
    assert_eq!(store.see(|tx| comparisons::get(tx, TWO, theirs)).status, ComparisonStatus::InProgress);
    let filter = ComparisonFilter { config_id: Some("1"), status: Some(ComparisonStatus::Completed) };
    assert_eq!(store.see(|tx| comparisons::list(tx, TWO, filter, 10)).len(), 0);
    assert_eq!(store.see(|tx| comparisons::list(tx, ONE, filter, 10)).len(), 1);
}

#[test]
fn applications_are_an_accounts_own_and_a_config_is_in_one_at_a_time() {
    let store = twins();
    let open = |account, change, snapshot| {
        let part = Part {
            config_id: "1".to_owned(),
            before_snapshot_id: snapshot,
            target_snapshot_id: None,
            change_ids: vec![change],
            target: "{}".to_owned(),
            calls: "[]".to_owned(),
        };
        let new = NewApplication { kind: ApplicationKind::Apply, reason: Some("why"), by: Some("ada"), parts: &[part] };
        store.db.write(|tx| applications::open(tx, account, new, noon()))
    };
    let change = stage(&store, ONE, ChangeType::AddFormat, "VAST");
    let (my_snapshot, their_snapshot) = (snapshot(&store, ONE, 1), snapshot(&store, TWO, 2));
    let mine = open(ONE, change, my_snapshot).unwrap();
    assert!(open(ONE, change, my_snapshot).is_err(), "two open acts on one config");
    let theirs = open(TWO, change, their_snapshot).unwrap();
    assert_eq!(store.see(|tx| pending::being_applied(tx, ONE, change)), Some(mine));
    assert!(unknown(store.refused(|tx| applications::get(tx, TWO, mine))));

    store.change(|tx| applications::put_back(tx, TWO, mine, "not theirs"));
    store.change(|tx| applications::close(tx, TWO, mine, ApplicationState::Done, None, noon()));
    let found = store.see(|tx| applications::get(tx, ONE, mine));
    assert_eq!(
        (found.state, found.outcome, found.parts[0].change_ids.clone()),
        (ApplicationState::Open, None, vec![change])
    );

    store.change(|tx| applications::put_back(tx, ONE, mine, "refused"));
    store.change(|tx| applications::close(tx, ONE, mine, ApplicationState::Failed, None, noon()));
    let found = store.see(|tx| applications::get(tx, ONE, mine));
    assert_eq!((found.state, found.outcome.as_deref()), (ApplicationState::Failed, Some("refused")));
    assert_eq!(store.see(|tx| list_open(tx, ONE)), []);
    assert_eq!(store.see(|tx| list_open(tx, TWO))[0].application_id, theirs);
    assert_eq!(store.see(|tx| pending::being_applied(tx, ONE, change)), None);
    open(ONE, change, my_snapshot).unwrap();
}

#[test]
fn the_history_is_found_by_config_time_and_source_within_the_account() {
    let store = twins();
    for (account, state) in [(ONE, "SUSPENDED"), (TWO, "SUSPENDED"), (ONE, "ACTIVE")] {
        let listed = [config("1", "91", json!({"includedFormats": ["HTML"], "state": state}))];
        store.change(|tx| configs::upsert(tx, account, &listed, Absent::Vanished, noon()));
    }
    let found = |account, filter| store.see(|tx| history::find(tx, account, filter, 10)).len();
    let of = |config| HistoryFilter { config: Some(config), ..HistoryFilter::default() };
    assert_eq!((found(ONE, of("91")), found(ONE, of("1")), found(ONE, of("2")), found(TWO, of("1"))), (2, 2, 0, 1));
    let since = |time| HistoryFilter { since: Some(at(time)), ..HistoryFilter::default() };
    assert_eq!((found(ONE, since("2026-11-20T12:00:00Z")), found(ONE, since("2026-11-20T12:00:01Z"))), (2, 0));
    let by = |source| HistoryFilter { source: Some(source), ..HistoryFilter::default() };
    assert_eq!((found(ONE, by(ChangeSource::ApiSync)), found(ONE, by(ChangeSource::User))), (2, 0));
}
