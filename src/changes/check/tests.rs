//! Each rule with the smallest config that breaks it.

use serde_json::{Value, json};

use super::*;
use crate::entities::changes::pending::ChangeStatus;
use crate::model::AccountId;

fn change(change_id: i64, change_type: ChangeType, value: &str) -> PendingChange {
    PendingChange {
        change_id,
        account_id: AccountId::FIRST,
        config_id: "1".to_owned(),
        billing_id: None,
        change_type,
        field_name: change_type.field().to_owned(),
        value: value.to_owned(),
        reason: None,
        estimated_qps_impact: None,
        created_at: chrono::DateTime::UNIX_EPOCH,
        created_by: None,
        status: ChangeStatus::Pending,
        closed_at: None,
        closed_by: None,
    }
}

/// `rule [changes]` of everything that is found.
fn found(config: Value, changes: &[(ChangeType, &str)], approved: &[&str]) -> Vec<String> {
    let base: Fields = serde_json::from_value(config).unwrap();
    let changes: Vec<_> = (1..).zip(changes).map(|(id, (kind, value))| change(id, *kind, value)).collect();
    let mut target = base.clone();
    for change in &changes {
        target.change(change.change_type, &change.value);
    }
    let approved =
        Approved { sizes: approved.iter().map(|size| (*size).to_owned()).collect(), without_size: approved.is_empty() };
    let situation = Situation {
        name: "config 1",
        base: &base,
        target: &target,
        changes: &changes,
        approved: &approved,
        configs: 3,
        is_gone: false,
    };
    check(&situation).into_iter().map(|finding| format!("{} {:?}", finding.rule, finding.change_ids)).collect()
}

fn sizes(sizes: &[(u32, u32)]) -> Value {
    let size = |(width, height): &(u32, u32)| json!({"width": width.to_string(), "height": height.to_string()});
    json!({"includedCreativeDimensions": sizes.iter().map(size).collect::<Vec<_>>()})
}

#[test]
fn the_first_of_a_list_excludes_all_others_and_without_the_last_all_come_again() {
    use ChangeType::{AddFormat, AddGeo, AddSize, RemoveFormat, RemoveGeo, RemoveSize};
    assert_eq!(found(json!({}), &[(AddSize, "300x250")], &[]), ["first_size [1]"]);
    assert_eq!(found(json!({}), &[(AddGeo, "IN")], &[]), ["first_geo [1]"]);
    assert_eq!(found(json!({}), &[(AddFormat, "HTML")], &[]), ["first_format [1]"]);
    assert_eq!(found(sizes(&[(300, 250)]), &[(RemoveSize, "300x250")], &[]), ["last_size [1]"]);
    assert_eq!(found(json!({"geoTargeting": {"includedIds": ["2356"]}}), &[(RemoveGeo, "IN")], &[]), ["last_geo [1]"]);
    assert_eq!(found(json!({"includedFormats": ["HTML"]}), &[(RemoveFormat, "HTML")], &[]), ["last_format [1]"]);
    assert_eq!(found(sizes(&[(300, 250)]), &[(AddSize, "320x50")], &[]), [""; 0], "one more of a list is no trouble");
}

#[test]
fn a_list_that_no_approved_creative_fits_brings_nothing() {
    use ChangeType::{AddSize, RemoveSize};
    let two = sizes(&[(300, 250), (728, 90)]);
    assert_eq!(found(two.clone(), &[(RemoveSize, "300x250")], &["300x250"]), ["no_servable_size [1]"]);
    assert_eq!(found(two.clone(), &[(RemoveSize, "728x90")], &["300x250"]), [""; 0]);
    assert_eq!(found(two.clone(), &[(RemoveSize, "300x250")], &[]), [""; 0], "what is approved is not known");
    assert_eq!(found(two, &[(AddSize, "1x1")], &["320x50"]), ["no_servable_size [1]"]);
}

#[test]
fn publishers_and_apps_are_blocked_first_and_allowed_ones_do_not_run_out_unsaid() {
    use ChangeType::{AddApp, AddPublisher, RemovePublisher};
    let mode = |mode: &str| json!({"publisherTargeting": {"targetingMode": mode, "values": ["pub-1"]}});
    assert_eq!(
        found(json!({}), &[(AddPublisher, "pub-1"), (AddApp, "a")], &[]),
        ["blocks_publisher [1]", "blocks_app [2]"]
    );
    assert_eq!(found(mode("INCLUSIVE"), &[(RemovePublisher, "pub-1")], &[]), ["last_allowed_publisher [1]"]);
    assert_eq!(found(mode("EXCLUSIVE"), &[(RemovePublisher, "pub-1")], &[]), [""; 0]);
    assert_eq!(found(mode("INCLUSIVE"), &[(AddPublisher, "pub-2")], &[]), [""; 0]);
}

#[test]
fn a_place_is_not_both_included_and_excluded_under_whatever_name() {
    let config = json!({"geoTargeting": {"includedIds": ["2356", "2840"]}});
    assert_eq!(found(config, &[(ChangeType::AddExcludedGeo, "IN")], &[]), ["place_both_ways [1]"]);
}

#[test]
fn changes_that_contradict_each_other_or_do_nothing_are_named() {
    use ChangeType::{AddGeo, AddSize, ChangeQps, ChangeState, RemoveGeo, RemoveSize};
    let config = json!({"state": "ACTIVE", "geoTargeting": {"includedIds": ["2356"]}});
    assert_eq!(
        found(config.clone(), &[(AddGeo, "DE"), (RemoveGeo, "2276")], &[]),
        ["contradiction [1, 2]"],
        "the same country twice"
    );
    assert_eq!(
        found(config.clone(), &[(AddGeo, "IN"), (RemoveGeo, "US")], &[]),
        ["there_already [1]", "not_there [2]"]
    );
    assert_eq!(
        found(config.clone(), &[(ChangeState, "SUSPENDED"), (ChangeState, "ACTIVE")], &[]),
        ["contradiction [1, 2]"]
    );
    assert_eq!(found(config.clone(), &[(ChangeQps, "1"), (ChangeQps, "2")], &[]), ["contradiction [1, 2]"]);
    assert_eq!(found(config.clone(), &[(ChangeState, "ACTIVE")], &[]), ["is_so_already [1]"]);
    assert_eq!(found(config.clone(), &[(ChangeState, "SUSPENDED")], &[]), ["suspended [1]"]);
    assert_eq!(found(json!({"maximumQps": "5"}), &[(ChangeQps, "0")], &[]), ["no_maximum [1]"]);
    let both = found(sizes(&[(1, 1)]), &[(AddSize, "2x2"), (RemoveSize, "2x2")], &[]);
    assert_eq!(both, ["contradiction [1, 2]"]);
}

#[test]
fn limits_of_google_are_not_passed_whoever_insists() {
    let values = |count: usize| (0..count).map(|id| format!("pub-{id}")).collect::<Vec<_>>();
    let full = json!({"publisherTargeting": {"targetingMode": "EXCLUSIVE", "values": values(10_000)}});
    let add = (ChangeType::AddPublisher, "pub-x");
    assert_eq!(found(full.clone(), &[], &[]), [""; 0]);
    assert_eq!(found(full, &[add], &[]), ["too_many_publishers [1]"]);
    assert!(rules().rule["too_many_publishers"].refused_by_google);
    let base: Fields = serde_json::from_value(json!({})).unwrap();
    let situation = Situation {
        name: "c",
        base: &base,
        target: &base,
        changes: &[],
        approved: &Approved::default(),
        configs: 11,
        is_gone: true,
    };
    let found = check(&situation);
    assert_eq!(found.iter().map(|finding| finding.rule).collect::<Vec<_>>(), ["config_is_gone", "too_many_configs"]);
    assert_eq!(found[1].message, "the account has 11 configs, Google takes 10: sync first, some may be gone");
}

#[test]
fn every_rule_has_its_words() {
    let source = include_str!("../check.rs");
    for rule in rules().rule.keys() {
        assert!(source.contains(&format!("\"{rule}\"")), "no check finds {rule}");
    }
    assert_eq!((rules().limits.configs, rules().limits.apps, rules().limits.sites), (10, 30_000, 50_000));
}
