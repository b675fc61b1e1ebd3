//! Configs: what a fresh list changes, and what the history says of it.

use serde_json::json;

use super::{Absent, ONE, Store, TWO, at, config, counts, noon};
use crate::entities::configs::{GoogleConfig, get, list, set_user_name, upsert};
use crate::entities::{Counts, EntityError, history};
use crate::model::AccountId;

fn sync(store: &Store, account: AccountId, listed: &[GoogleConfig]) -> Counts {
    store.change(|tx| upsert(tx, account, listed, Absent::Vanished, noon()))
}

/// `config change_type old -> new`, oldest first.
fn told(store: &Store, account: AccountId) -> Vec<String> {
    let text = |value: Option<String>| value.unwrap_or_else(|| "-".to_owned());
    let mut told: Vec<_> = store
        .see(|tx| history::list(tx, account, 100))
        .into_iter()
        .map(|c| format!("{} {} {} -> {}", c.config_id, c.change_type, text(c.old_value), text(c.new_value)))
        .collect();
    told.reverse();
    told
}

#[test]
fn the_first_list_is_the_baseline_and_every_later_change_is_told() {
    let store = Store::new();
    let before = json!({"displayName": "India", "state": "ACTIVE", "maximumQps": "500",
        "includedCreativeDimensions": [{"width": "300", "height": "250"}], "geoTargeting": {"includedIds": ["2356", "2840"]}});
    let after = json!({"displayName": "India", "state": "SUSPENDED", "maximumQps": 400,
        "includedCreativeDimensions": [{"width": 300, "height": 250}, {"width": 320, "height": 50}],
        "geoTargeting": {"includedIds": ["2356"]}, "includedFormats": ["HTML"]});
    assert_eq!(sync(&store, ONE, &[config("1", "91", before.clone())]), counts(1, 0, 0, 0));
    sync(&store, TWO, &[config("1", "91", before)]);
    assert_eq!(told(&store, ONE), [""; 0]);

    assert_eq!(sync(&store, ONE, &[config("1", "91", after), config("2", "92", json!({}))]), counts(1, 1, 0, 0));
    assert_eq!(
        told(&store, ONE),
        [
            "1 change_state ACTIVE -> SUSPENDED",
            "1 change_qps 500 -> 400",
            r#"1 change_format - -> ["HTML"]"#,
            r#"1 add_size ["300x250"] -> ["300x250","320x50"]"#,
            r#"1 remove_geo ["2356","2840"] -> ["2356"]"#,
            "2 add_config - -> -",
        ]
    );
    assert_eq!(told(&store, TWO), [""; 0], "another account's history");
    let theirs = store.see(|tx| get(tx, TWO, "91"));
    assert_eq!((theirs.google.state.as_str(), theirs.google.maximum_qps), ("ACTIVE", Some(500)));
}

#[test]
fn a_list_in_another_order_is_a_change_of_the_row_but_of_no_field() {
    let store = Store::new();
    sync(&store, ONE, &[config("1", "91", json!({"includedFormats": ["HTML", "VAST"]}))]);
    let again = sync(&store, ONE, &[config("1", "91", json!({"includedFormats": ["VAST", "HTML"]}))]);
    assert_eq!(again, counts(0, 1, 0, 0));
    assert_eq!(told(&store, ONE), [""; 0]);
}

#[test]
fn a_config_that_is_gone_is_marked_and_told_once_and_may_come_back() {
    let store = Store::new();
    let both = [config("1", "91", json!({"displayName": "a"})), config("2", "92", json!({"displayName": "b"}))];
    sync(&store, ONE, &both);
    assert_eq!(sync(&store, ONE, &both[..1]), counts(0, 0, 1, 1));
    assert_eq!(sync(&store, ONE, &both[..1]), counts(0, 0, 1, 0));
    assert_eq!(store.see(|tx| get(tx, ONE, "92")).vanished_at, Some(noon()));
    assert_eq!(sync(&store, ONE, &both), counts(0, 1, 1, 0));
    assert_eq!(store.see(|tx| get(tx, ONE, "92")).vanished_at, None);
    assert_eq!(told(&store, ONE), ["2 remove_config b -> -", "2 add_config - -> b"]);

    let part = store.change(|tx| upsert(tx, ONE, &both[..1], Absent::Stays, noon()));
    assert_eq!(part, counts(0, 0, 1, 0), "a part of the list says nothing of the rest");
}

#[test]
fn a_users_name_survives_a_sync_and_is_told_with_who_gave_it() {
    let store = Store::new();
    sync(&store, ONE, &[config("1", "91", json!({"displayName": "Google's"}))]);
    store.change(|tx| set_user_name(tx, ONE, "91", Some("mine"), Some("ada"), at("2026-11-21T00:00:00Z")));
    store.change(|tx| set_user_name(tx, ONE, "1", Some("mine"), Some("bob"), noon()));
    sync(&store, ONE, &[config("1", "91", json!({"displayName": "Google's new"}))]);
    assert_eq!(store.see(|tx| get(tx, ONE, "91")).shown_name(), "mine");
    assert_eq!(told(&store, ONE), ["1 change_name - -> mine", "1 change_name Google's -> Google's new"]);
    let first = store.see(|tx| history::list(tx, ONE, 100)).pop().unwrap();
    assert_eq!((first.changed_by.as_deref(), first.change_source), (Some("ada"), history::ChangeSource::User));
    assert!(matches!(store.refused(|tx| get(tx, TWO, "91")), EntityError::Unknown { .. }));
}

#[test]
fn a_billing_id_belongs_to_one_config_whatever_order_they_come_in() {
    let store = Store::new();
    sync(&store, ONE, &[config("1", "91", json!({})), config("2", "92", json!({}))]);
    sync(&store, ONE, &[config("1", "92", json!({})), config("2", "91", json!({}))]);
    let owners = || {
        let configs = store.see(|tx| list(tx, ONE));
        configs.into_iter().map(|c| (c.google.config_id, c.google.billing_id)).collect::<Vec<_>>()
    };
    let own = |config: &str, billing: Option<&str>| (config.to_owned(), billing.map(str::to_owned));
    assert_eq!(owners(), [own("2", Some("91")), own("1", Some("92"))], "two configs swapped");

    sync(&store, ONE, &[config("3", "91", json!({}))]);
    assert_eq!(owners(), [own("3", Some("91")), own("1", Some("92")), own("2", None)], "a new config took over");

    let shared = [config("4", "94", json!({})), config("5", "94", json!({}))];
    let refused = store.refused(|tx| upsert(tx, ONE, &shared, Absent::Vanished, noon()));
    assert!(refused.to_string().contains("configs 4 and 5 both have billing id 94"), "{refused}");
}
