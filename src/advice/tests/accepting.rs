//! What follows a recommendation in configs of each kind.

use serde_json::{Value, json};
use tempfile::TempDir;

use super::{ONE, finding, noon, picture};
use crate::advice::{Accepted, AdviceError, Finding, Place, Places, accept, compose, settle};
use crate::changes::Desk;
use crate::db::Db;
use crate::entities::history::Author;
use crate::entities::recommendations::{self, ConfigShare, RecommendationStatus, TargetType};
use crate::entities::{Absent, EntityError, configs, creatives};
use crate::model::{AccountId, Thresholds};
use crate::sync::answers;

/// A store with a config 1 of billing id 91, and advice about it.
struct Scene {
    db: Db,
    _dir: TempDir,
}

impl Scene {
    fn new(config: Value) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let db = Db::open(&dir.path().join("catscan.db")).unwrap();
        let mut whole = json!({
            "name": "bidders/7/pretargetingConfigs/1", "billingId": "91", "state": "ACTIVE", "displayName": "Asia",
        });
        whole.as_object_mut().unwrap().extend(config.as_object().unwrap().clone());
        let page = json!({ "pretargetingConfigs": [whole] }).to_string();
        let listed = answers::configs(page.as_bytes()).unwrap().items;
        db.write::<_, EntityError>(|tx| configs::upsert(tx, ONE, &listed, Absent::Vanished, noon(0))).unwrap();
        Self { db, _dir: dir }
    }

    /// An approved creative of 300x250.
    fn with_creative(self) -> Self {
        let page = json!({"creatives": [{
            "name": "buyers/7/creatives/cr", "accountId": "7", "creativeId": "cr", "creativeFormat": "HTML",
            "html": {"snippet": "<a></a>", "width": 300, "height": 250},
            "creativeServingDecision": {"networkPolicyCompliance": {"status": "APPROVED"}},
        }]});
        let listed = answers::creatives(page.to_string().as_bytes()).unwrap().items;
        self.db.write::<_, EntityError>(|tx| creatives::upsert(tx, ONE, &listed, Absent::Vanished, noon(0))).unwrap();
        self
    }

    /// Keeps advice about that finding, in config 91, and gives its id.
    fn advise(&self, finding: Finding) -> String {
        let configs = vec![ConfigShare { billing_id: "91".to_owned(), wasted_queries: 10 }];
        let places = Places::from([(finding.target(), Place { configs, creatives: Vec::new() })]);
        let (thresholds, campaigns) = (Thresholds::default(), Default::default());
        let found = compose(&picture(&thresholds, &places, &campaigns), &[(finding, 7)]);
        let settled = settle(ONE, Vec::new(), found, &thresholds, noon(0));
        self.db.write::<_, EntityError>(|tx| recommendations::put(tx, ONE, &settled[0])).unwrap();
        settled[0].advice.recommendation_id.clone()
    }

    fn accept(&self, id: &str) -> Accepted {
        self.try_accept(ONE, id, None).unwrap()
    }

    fn try_accept(&self, account: AccountId, id: &str, config: Option<&str>) -> Result<Accepted, AdviceError> {
        let by = Author { name: Some("ada"), reason: Some("agreed") };
        accept(&Desk { db: &self.db, account, by, now: noon(1) }, id, config)
    }
}

/// `type value` of what is staged.
fn staged(accepted: &Accepted) -> Vec<String> {
    accepted.staged.iter().map(|one| format!("{} {}", one.change.change_type, one.change.value)).collect()
}

#[track_caller]
fn follows(config: Value, target_type: TargetType, rule: &str, target: &str) -> Result<Vec<String>, String> {
    let scene = Scene::new(config).with_creative();
    let accepted = scene.accept(&scene.advise(finding(rule, target_type, target, 700_000, 0)));
    match staged(&accepted) {
        none if none.is_empty() => Err(accepted.notes.join("; ")),
        some => Ok(some),
    }
}

#[test]
fn a_country_is_excluded_or_leaves_the_list_of_places() {
    use TargetType::Geo;
    let geo = |lists: Value| follows(json!({"geoTargeting": lists}), Geo, "geo_exclude", "IN");
    assert_eq!(geo(json!({})).unwrap(), ["add_excluded_geo IN"]);
    assert_eq!(geo(json!({"includedIds": ["2360"]})).unwrap(), ["add_excluded_geo IN"]);
    assert_eq!(geo(json!({"includedIds": ["2356", "2360"]})).unwrap(), ["remove_geo IN"]);
    assert!(geo(json!({"includedIds": ["2356"]})).unwrap_err().contains("suspend the config instead"));
    assert!(geo(json!({"excludedIds": ["2356"]})).unwrap_err().contains("excludes IN already"));
}

#[test]
fn a_size_leaves_the_list_or_others_are_named_instead() {
    use TargetType::Size;
    let sizes = |sizes: &[(u32, u32)]| {
        let sizes: Vec<Value> =
            sizes.iter().map(|(w, h)| json!({"width": w.to_string(), "height": h.to_string()})).collect();
        follows(json!({"includedCreativeDimensions": sizes}), Size, "size_block", "728x90")
    };
    assert_eq!(sizes(&[]).unwrap(), ["add_size 300x250"], "sizes are include-only");
    assert_eq!(sizes(&[(728, 90), (300, 250)]).unwrap(), ["remove_size 728x90"]);
    assert!(sizes(&[(728, 90)]).unwrap_err().contains("without it every size would come"));
    assert!(sizes(&[(300, 250)]).unwrap_err().contains("includes other sizes only"));
    let format = |formats: Value| follows(json!({"includedFormats": formats}), Size, "size_block", "Native");
    assert_eq!(format(json!(["HTML", "NATIVE"])).unwrap(), ["remove_format NATIVE"]);
    assert_eq!(format(json!([])).unwrap(), ["add_format HTML", "add_format VAST"]);
    assert!(format(json!(["HTML"])).unwrap_err().contains("other formats only"));
}

#[test]
fn publishers_and_apps_join_a_list_that_blocks_and_leave_one_that_allows() {
    let publisher = |mode: &str, values: Value| {
        let config = json!({"publisherTargeting": {"targetingMode": mode, "values": values}});
        follows(config, TargetType::Publisher, "publisher_block", "pub-1")
    };
    assert_eq!(publisher("EXCLUSIVE", json!(["pub-9"])).unwrap(), ["add_publisher pub-1"]);
    assert_eq!(publisher("INCLUSIVE", json!(["pub-1", "pub-9"])).unwrap(), ["remove_publisher pub-1"]);
    assert!(publisher("EXCLUSIVE", json!(["pub-1"])).unwrap_err().contains("blocks pub-1 already"));
    assert!(publisher("INCLUSIVE", json!(["pub-9"])).unwrap_err().contains("allows other publishers only"));
    assert!(publisher("INCLUSIVE", json!(["pub-1"])).unwrap_err().contains("suspend the config instead"));
    assert_eq!(follows(json!({}), TargetType::App, "app_block", "com.a").unwrap(), ["add_app com.a"]);
}

#[test]
fn a_config_is_suspended_and_one_that_is_needs_nothing() {
    let config = |state: &str| follows(json!({"state": state}), TargetType::Config, "config_waste_high", "91");
    assert_eq!(config("ACTIVE").unwrap(), ["change_state SUSPENDED"]);
    assert!(config("SUSPENDED").unwrap_err().contains("is suspended"));
}

#[test]
fn accepting_says_who_and_why_and_twice_stages_nothing_twice() {
    let scene = Scene::new(json!({}));
    let id = scene.advise(finding("app_block", TargetType::App, "com.a", 700_000, 0));
    let first = scene.accept(&id);
    assert_eq!((first.staged[0].was_staged, first.todo.as_deref()), (false, None));
    assert_eq!(first.staged[0].change.reason.as_deref(), Some(format!("agreed ({id})").as_str()));
    let again = scene.accept(&id);
    assert!(again.staged[0].was_staged && again.staged[0].change.change_id == first.staged[0].change.change_id);
    let kept = scene.db.read::<_, EntityError>(|tx| recommendations::get(tx, ONE, &id)).unwrap();
    assert_eq!((kept.status, kept.is_listed()), (RecommendationStatus::Acknowledged, true));
    assert_eq!((kept.status_changed_by.as_deref(), kept.notes.as_deref()), (Some("ada"), Some("agreed")));
    let change = first.staged[0].change.change_id;
    let desk = Desk { db: &scene.db, account: ONE, by: Author::named(Some("ada")), now: noon(2) };
    crate::changes::mark_applied(&desk, change).unwrap();
    let made = scene.accept(&id);
    assert_eq!((made.staged.len(), made.todo), (0, None), "{:?}", made.notes);
    assert!(made.notes[0].contains("changed so already"), "{:?}", made.notes);
}

#[test]
fn what_no_config_can_do_is_told_to_a_person() {
    let scene = Scene::new(json!({}));
    let fraud = Finding { has_id: true, ..finding("fraud", TargetType::App, "com.a", 700_000, 0) };
    for (finding, word) in [
        (fraud, "only when a person is sure"),
        (finding("creative_broken_video", TargetType::Creative, "cr", 20_000, 0), "Pause creative cr"),
        (finding("size_block", TargetType::Size, "Interstitial", 700_000, 0), "Interstitial"),
        (finding("size_add_creative", TargetType::Size, "728x90", 20_000, 0), "Upload a creative"),
        (
            Finding { has_id: false, ..finding("app_block", TargetType::App, "Puzzle", 20_000, 0) },
            "block it in the bidder",
        ),
    ] {
        let accepted = scene.accept(&scene.advise(finding));
        assert_eq!((staged(&accepted).len(), accepted.status), (0, RecommendationStatus::Acknowledged));
        assert!(accepted.todo.as_deref().unwrap().contains(word), "{:?}", accepted.todo);
    }
}

#[test]
fn a_closed_one_an_unknown_config_and_another_account_are_refused() {
    let scene = Scene::new(json!({}));
    let id = scene.advise(finding("app_block", TargetType::App, "com.a", 700_000, 0));
    let unknown = scene.try_accept(ONE, &id, Some("92")).unwrap_err();
    assert!(unknown.to_string().contains("92"), "{unknown}");
    assert!(matches!(scene.try_accept(AccountId(2), &id, None), Err(AdviceError::Entity(EntityError::Unknown { .. }))));
    let dismissed = RecommendationStatus::Dismissed;
    let close = |tx: &rusqlite::Transaction<'_>| {
        recommendations::set_status(tx, ONE, &id, dismissed, Some("ada"), None, noon(1)).map(drop)
    };
    scene.db.write::<_, EntityError>(close).unwrap();
    let closed = scene.try_accept(ONE, &id, None).unwrap_err();
    assert!(closed.to_string().contains("dismissed already"), "{closed}");
}
