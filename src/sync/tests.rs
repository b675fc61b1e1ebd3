//! Syncs from files: what they change, and how they say what is wrong.

use std::path::Path;

use serde_json::json;
use tempfile::TempDir;

use super::{SyncAnswer, SyncError, from_files};
use crate::db::Db;
use crate::entities::accounts::{self, AccountFields};
use crate::entities::{Counts, EntityError, configs, creatives, endpoints, history, seats};
use crate::model::AccountId;

struct Case {
    db: Db,
    dir: TempDir,
    answers: TempDir,
}

impl Case {
    fn new() -> Self {
        let (dir, answers) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let case = Self { db: Db::open(&dir.path().join("catscan.db")).unwrap(), dir, answers };
        let second = AccountFields { name: Some("second".to_owned()), ..AccountFields::default() };
        case.db.write::<_, EntityError>(|tx| accounts::add(tx, &second, now())).unwrap();
        case
    }

    fn file(&self, name: &str, content: impl ToString) -> &Self {
        std::fs::write(self.answers.path().join(name), content.to_string()).unwrap();
        self
    }

    fn sync(&self) -> Result<SyncAnswer, SyncError> {
        from_files(&self.db, AccountId::FIRST, self.answers.path(), &[], now())
    }

    fn refusal(&self) -> String {
        let before = self.rows();
        let message = self.sync().expect_err("this must be refused").to_string();
        assert_eq!(self.rows(), before, "a refused sync left something");
        message
    }

    fn rows(&self) -> Vec<usize> {
        let read = |account| {
            self.db
                .read::<_, EntityError>(|tx| {
                    Ok([
                        seats::list(tx, account)?.len(),
                        configs::list(tx, account)?.len(),
                        endpoints::list(tx, account)?.len(),
                        creatives::list(tx, account)?.len(),
                        history::list(tx, account, 1000)?.len(),
                    ])
                })
                .unwrap()
        };
        [read(AccountId(1)), read(AccountId(2))].concat()
    }
}

fn now() -> chrono::DateTime<chrono::Utc> {
    "2026-11-20T12:00:00Z".parse().unwrap()
}

fn counts(added: u64, changed: u64, unchanged: u64, vanished: u64) -> Counts {
    Counts { added, changed, unchanged, vanished }
}

/// One answer of each kind, with strings and numbers for 64-bit fields.
fn bidder_7(case: &Case) {
    case.file(
        "buyers.json",
        json!({"buyers": [{
            "name": "buyers/77", "bidder": "bidders/7", "displayName": "Desk", "activeCreativeCount": "12",
            "maximumActiveCreativeCount": 500, "billingIds": ["91", 92],
        }]}),
    );
    case.file(
        "endpoints.json",
        json!({"endpoints": [{
            "name": "bidders/7/endpoints/14", "url": "https://bid.example/rtb", "maximumQps": "15000",
            "tradingLocation": "US_EAST", "bidProtocol": "OPENRTB_JSON",
        }]}),
    );
    case.file("pretargetingConfigs.json", json!({"pretargetingConfigs": [{
        "name": "bidders/7/pretargetingConfigs/1", "billingId": "91", "displayName": "Video", "state": "ACTIVE",
        "maximumQps": 900, "includedFormats": ["VAST"], "includedPlatforms": ["PHONE"], "includedEnvironments": ["APP"],
        "includedCreativeDimensions": [{"width": "320", "height": 480}],
        "geoTargeting": {"includedIds": ["2356"], "excludedIds": [2840]},
        "verticalTargeting": {"excludedIds": ["5"]}, "invalidGeoIds": ["1"],
        "interstitialTargeting": "INTERSTITIAL_TARGETING_UNSPECIFIED",
        "publisherTargeting": {"targetingMode": "EXCLUSIVE", "values": ["pub-1"]},
        "appTargeting": {"mobileAppTargeting": {"targetingMode": "INCLUSIVE", "values": ["com.a"]},
                         "mobileAppCategoryTargeting": {"includedIds": ["60"]}},
        "minimumViewabilityDecile": 5, "fieldOfTheFuture": {"kept": true},
    }]}));
    case.file("creatives.json", json!({"creatives": [
        {"name": "buyers/77/creatives/h", "accountId": "77", "creativeId": "h", "creativeFormat": "HTML",
         "advertiserName": "Shop", "declaredClickThroughUrls": ["https://shop.example/?utm_source=x"],
         "html": {"snippet": "<a>", "width": 300, "height": 250}, "version": 3, "apiUpdateTime": "2026-01-15T09:30:00Z",
         "creativeServingDecision": {
             "networkPolicyCompliance": {"status": "DISAPPROVED", "topics": [{"policyTopic": "DESTINATION_NOT_WORKING"}]},
             "dealsPolicyCompliance": {"status": "APPROVED"}, "detectedDomains": ["shop.example"]}},
        {"name": "buyers/77/creatives/v", "creativeId": "v", "video": {"videoUrl": "https://cdn.example/v.xml"}},
        {"name": "buyers/77/creatives/n", "creativeId": "n", "creativeFormat": "NATIVE",
         "native": {"clickLinkUrl": "https://n.example/"}},
    ]}));
}

#[test]
fn every_kind_is_read_in_the_words_of_the_domain() {
    let case = Case::new();
    bidder_7(&case);
    let answer = case.sync().unwrap();
    assert_eq!((answer.seats.counts, answer.configs.counts), (counts(1, 0, 0, 0), counts(1, 0, 0, 0)));
    assert_eq!((answer.endpoints.counts, answer.creatives.counts), (counts(1, 0, 0, 0), counts(3, 0, 0, 0)));
    assert_eq!(answer.files.len(), 4);
    assert_eq!(answer.notes, [""; 0]);

    case.db
        .read::<_, EntityError>(|tx| {
            let account = AccountId::FIRST;
            let list = |items: &[&str]| items.iter().map(|item| (*item).to_owned()).collect();
            assert_eq!(accounts::get(tx, account)?.bidder_id.as_deref(), Some("7"), "the bidder is learnt");

            let seat = &seats::list(tx, account)?[0].google;
            assert_eq!((seat.active_creative_count, seat.maximum_active_creative_count), (Some(12), Some(500)));
            assert_eq!((seat.bidder_id.as_deref(), &seat.billing_ids), (Some("7"), &list(&["91", "92"])));

            let endpoint = &endpoints::list(tx, account)?[0].google;
            assert_eq!((endpoint.endpoint_id.as_str(), endpoint.maximum_qps), ("14", Some(15_000)));

            let config = configs::get(tx, account, "91")?.google;
            assert_eq!((config.config_id.as_str(), config.bidder_id.as_deref()), ("1", Some("7")));
            assert_eq!(config.included_sizes, Some(list(&["320x480"])));
            assert_eq!((config.included_geos, config.excluded_geos), (Some(list(&["2356"])), Some(list(&["2840"]))));
            assert_eq!((config.included_verticals, config.excluded_verticals), (None, Some(list(&["5"]))));
            assert_eq!(config.interstitial_targeting, None, "unspecified is not restricted");
            assert_eq!(config.publisher_targeting_mode.as_deref(), Some("EXCLUSIVE"));
            assert_eq!(config.app_targeting_values, Some(list(&["com.a"])));
            assert_eq!(config.included_app_categories, Some(list(&["60"])));
            assert!(config.raw_data.contains(r#""fieldOfTheFuture":{"kept":true}"#), "unknown fields are kept");

            let creatives = creatives::list(tx, account)?;
            let [html, native, video] = [&creatives[0].google, &creatives[1].google, &creatives[2].google];
            assert_eq!(html.canonical_size.as_deref(), Some("300x250"));
            assert_eq!(
                (html.approval_status.as_deref(), &html.policy_topics),
                (Some("DISAPPROVED"), &list(&["DESTINATION_NOT_WORKING"]))
            );
            assert_eq!((html.display_url.as_deref(), html.utm_source.as_deref()), (Some("shop.example"), Some("x")));
            assert_eq!((video.format.as_str(), video.canonical_size.as_deref()), ("VIDEO", None));
            assert_eq!(
                (native.final_url.as_deref(), native.buyer_id.as_deref()),
                (Some("https://n.example/"), Some("77"))
            );
            Ok(())
        })
        .unwrap();
}

#[test]
fn the_same_files_again_change_nothing_and_no_other_account_is_touched() {
    let case = Case::new();
    bidder_7(&case);
    case.sync().unwrap();
    let rows = case.rows();
    let again = case.sync().unwrap();
    assert_eq!((again.seats.counts, again.configs.counts), (counts(0, 0, 1, 0), counts(0, 0, 1, 0)));
    assert_eq!((again.endpoints.counts, again.creatives.counts), (counts(0, 0, 1, 0), counts(0, 0, 3, 0)));
    assert_eq!(case.rows(), rows);
    assert_eq!(rows[5..], [0, 0, 0, 0, 0], "account 2 got rows");
}

#[test]
fn pages_make_one_list_and_a_list_without_its_end_makes_nothing_vanish() {
    let case = Case::new();
    let item = |id: &str| json!({"name": format!("bidders/7/endpoints/{id}"), "url": "https://e"});
    case.file("endpoints-1.json", json!({"endpoints": [item("1"), item("2")], "nextPageToken": "t"}));
    case.file("endpoints-2.json", json!({"endpoints": [item("2"), item("3")]}));
    let answer = case.sync().unwrap();
    assert_eq!(answer.endpoints.counts, counts(3, 0, 0, 0));
    assert!(answer.notes.contains(&"endpoints 2 is listed twice: the later one counts".to_owned()), "{answer:?}");
    assert!(answer.notes.iter().any(|note| note.starts_with("no creatives*.json")), "{answer:?}");

    std::fs::remove_file(case.answers.path().join("endpoints-2.json")).unwrap();
    assert_eq!(case.sync().unwrap().endpoints.counts, counts(0, 0, 2, 0), "the last page is missing");
    case.file("endpoints-2.json", "{}");
    assert_eq!(case.sync().unwrap().endpoints.counts, counts(0, 0, 2, 1), "an empty page ends the list");
}

#[test]
fn buyers_that_share_a_creative_id_do_not_take_it_back_and_forth() {
    let case = Case::new();
    let item = |buyer: &str, day: u8| {
        json!({"name": format!("buyers/{buyer}/creatives/c"), "creativeId": "c", "creativeFormat": "HTML",
               "accountId": buyer, "apiUpdateTime": format!("2026-01-{day:02}T00:00:00Z")})
    };
    case.file("creatives-1.json", json!({"creatives": [item("1", 20)]}));
    case.file("creatives-2.json", json!({"creatives": [item("2", 10)]}));
    let first = case.sync().unwrap();
    assert_eq!(first.creatives.counts, counts(1, 0, 0, 0));
    assert!(
        first.notes.contains(&"1 creative ids are used by several buyers: the last changed one is kept".to_owned())
    );
    assert_eq!(case.sync().unwrap().creatives.counts, counts(0, 0, 1, 0));
    let kept = case.db.read::<_, EntityError>(|tx| creatives::list(tx, AccountId::FIRST)).unwrap();
    assert_eq!(kept[0].google.buyer_id.as_deref(), Some("1"));
}

#[test]
fn what_is_wrong_is_said_with_file_and_place_and_nothing_is_kept() {
    let case = Case::new();
    assert!(case.refusal().contains("holds no answers: expected buyers*.json, endpoints*.json"));
    let config =
        |more: &str| format!(r#"{{"pretargetingConfigs":[{{"name":"bidders/7/pretargetingConfigs/1"{more}}}]}}"#);
    bidder_7(&case);
    for (file, content, told) in [
        ("endpoints.json", "{\n  \"endpoints\": [\n  }".to_owned(), "endpoints.json: line 3, column 3: not JSON"),
        ("endpoints.json", "[]".to_owned(), "endpoints.json: the answer: expected an object"),
        ("endpoints.json", r#"{"error":{"code":403}}"#.to_owned(), "endpoints.json: endpoints is missing"),
        (
            "endpoints.json",
            r#"{"endpoints":[{"name":"bidders/7/endpoints/1"}]}"#.to_owned(),
            "endpoints[0].url is missing",
        ),
        (
            "endpoints.json",
            r#"{"endpoints":[{"name":"x","url":"u"}]}"#.to_owned(),
            "endpoints[0].name: expected bidders/…/endpoints/<id>",
        ),
        (
            "pretargetingConfigs.json",
            config(r#","maximumQps":"many""#),
            r#"pretargetingConfigs[0].maximumQps: expected a whole number from 0, found "many""#,
        ),
        (
            "pretargetingConfigs.json",
            config(r#","maximumQps":-1"#),
            "maximumQps: expected a whole number from 0, found -1",
        ),
        (
            "pretargetingConfigs.json",
            config(r#","geoTargeting":{"includedIds":[{}]}"#),
            "pretargetingConfigs[0].geoTargeting.includedIds: expected a list of texts, found {}",
        ),
        (
            "pretargetingConfigs.json",
            config(r#","includedCreativeDimensions":[{"width":"1"}]"#),
            "pretargetingConfigs[0].includedCreativeDimensions[0].height",
        ),
        (
            "pretargetingConfigs.json",
            config(r#","minimumViewabilityDecile":11"#),
            "expected a number from 0 to 10, found 11",
        ),
        (
            "creatives.json",
            r#"{"creatives":[{"name":"buyers/1/creatives/c","creativeFormat":"HTML","apiUpdateTime":"soon"}]}"#
                .to_owned(),
            "creatives[0].apiUpdateTime: expected a time",
        ),
        (
            "creatives.json",
            r#"{"creatives":[{"name":"buyers/1/creatives/c"}]}"#.to_owned(),
            "creatives[0].creativeFormat is missing",
        ),
    ] {
        bidder_7(&case);
        case.file(file, content);
        let message = case.refusal();
        assert!(message.contains(file) && message.contains(told), "{message}");
    }
    let nowhere = from_files(&case.db, AccountId::FIRST, Path::new("/nowhere"), &[], now()).unwrap_err();
    assert!(nowhere.to_string().starts_with("/nowhere cannot be read"), "{nowhere}");
    assert!(case.dir.path().exists());
}

#[test]
fn one_accounts_bidder_never_mixes_with_another() {
    let case = Case::new();
    bidder_7(&case);
    case.file("endpoints.json", json!({"endpoints": [{"name": "bidders/8/endpoints/1", "url": "https://e"}]}));
    assert!(case.refusal().contains("endpoints.json is of bidder 8, pretargetingConfigs.json of bidder 7"));

    bidder_7(&case);
    case.sync().unwrap();
    for name in ["buyers.json", "pretargetingConfigs.json", "creatives.json"] {
        std::fs::remove_file(case.answers.path().join(name)).unwrap();
    }
    case.file("endpoints.json", json!({"endpoints": [{"name": "bidders/8/endpoints/1", "url": "https://e"}]}));
    assert!(case.refusal().contains("endpoints.json is of bidder 8, but account 'default' is bidder 7"));
    let missing = from_files(&case.db, AccountId(9), case.answers.path(), &[], now()).unwrap_err();
    assert!(missing.to_string().contains("there is no account '9'"), "{missing}");
}

#[test]
fn generated_entities_are_answers_that_a_sync_reads() {
    use crate::generate::{GenerateOptions, Kinds, Shape, run};
    let case = Case::new();
    let end = "2026-11-19".parse().unwrap();
    let options = GenerateOptions {
        dir: case.answers.path().to_owned(),
        rows_per_day: 10,
        days: 1,
        end,
        seed: 1,
        shape: Shape::Real,
        kinds: Kinds::performance(),
    };
    let generated = run(&options, &|_, _| {}).unwrap();
    let answer = from_files(&case.db, AccountId::FIRST, &generated.entities, &[], now()).unwrap();
    assert_eq!(answer.notes, [""; 0]);
    assert_eq!((answer.seats.counts.added, answer.endpoints.counts.added), (1, 3));
    assert!(answer.configs.counts.added >= 7 && answer.creatives.counts.added >= 500, "{answer:?}");
}

#[test]
fn a_directory_one_level_too_high_names_the_one_that_is_meant() {
    let case = Case::new();
    std::fs::create_dir_all(case.answers.path().join("entities")).unwrap();
    std::fs::create_dir_all(case.answers.path().join("empty")).unwrap();
    assert!(case.refusal().ends_with("pretargetingConfigs*.json or creatives*.json"), "{}", case.refusal());
    case.file("entities/buyers.json", json!({"buyers": []}));
    assert!(case.refusal().ends_with("entities has them: name that one"), "{}", case.refusal());
}

#[test]
fn of_what_was_left_out_the_last_changed_stands_for_its_id_in_whatever_order_it_came() {
    let case = Case::new();
    let item = |buyer: &str, day: u8| {
        json!({"name": format!("buyers/{buyer}/creatives/c"), "creativeId": "c", "creativeFormat": "HTML",
               "accountId": buyer, "apiUpdateTime": format!("2026-01-{day:02}T00:00:00Z")})
    };
    case.file("creatives.json", json!({"creatives": [item("1", 5)]}));
    case.sync().unwrap();
    let page = |items: Vec<_>| json!({"creatives": items}).to_string();
    for items in [vec![item("2", 20), item("3", 10)], vec![item("3", 10), item("2", 20)]] {
        let read = super::answers::creatives(page(items).as_bytes()).unwrap();
        let left_out = super::pages::Creatives::left_out(read.items);
        let stored = case.db.write(|tx| super::store::creatives(tx, AccountId::FIRST, left_out, now())).unwrap();
        assert_eq!(stored.left_out.len(), 0);
        let kept = case.db.read::<_, EntityError>(|tx| creatives::list(tx, AccountId::FIRST)).unwrap();
        assert_eq!(kept[0].google.buyer_id.as_deref(), Some("2"));
    }
}
