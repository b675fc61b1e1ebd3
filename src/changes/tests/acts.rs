//! Acts: applied, refused, lost, ended by the next, put back, rolled back.

use serde_json::json;

use super::{ONE, Scene, Trouble, WINDOWS, config};
use crate::changes::{self, ChangeError, Selection, resume, roll_back};
use crate::entities::EntityError;
use crate::entities::changes::{comparisons, snapshots};

fn scene() -> Scene {
    let geo = json!({"geoTargeting": {"includedIds": ["2356"], "excludedIds": ["2840"]}, "userListTargeting": {"includedIds": ["5"]}});
    let sizes = json!({"includedCreativeDimensions": [{"width": "300", "height": "250"}], "maximumQps": "500"});
    Scene::new(vec![config("1", "91", geo), config("2", "92", sizes)])
}

#[test]
fn what_is_applied_is_at_google_stored_told_and_compared() {
    let scene = scene();
    let change = scene.stage("91", "add_geo", "DE");
    scene.stage("91", "add_publisher", "pub-9");
    let act = scene.apply(&["91"]).unwrap();
    let path = "v1/bidders/7/pretargetingConfigs/1";
    assert_eq!(scene.google.sent(), [format!("PATCH {path}"), format!("POST {path}:addTargetedPublishers")]);
    let google = scene.google.config("1");
    assert_eq!(google["geoTargeting"], json!({"includedIds": ["2356", "2276"], "excludedIds": ["2840"]}));
    assert_eq!(google["userListTargeting"], json!({"includedIds": ["5"]}));
    assert_eq!(scene.stored("91").google.included_geos.unwrap().0, ["2356", "2276"]);
    assert_eq!(scene.pending(), 0);
    assert_eq!(scene.effective("91").geos, ["2276", "2356"]);
    let told = scene.told();
    assert_eq!(told[2..], ["1 add_geo applied - -> DE", "1 add_publisher applied - -> pub-9"]);
    scene.sync(&[scene.google.config("1"), scene.google.config("2")]);
    assert_eq!(scene.told(), told, "a sync finds nothing that was not told");

    let part = &act.configs[0];
    assert_eq!(part.change_ids[0], change.change_id);
    let see = |tx: &rusqlite::Transaction<'_>| {
        let snapshot = snapshots::get(tx, ONE, part.before_snapshot_id)?;
        Ok((snapshot, comparisons::get(tx, ONE, part.comparison_id.unwrap())?))
    };
    let (snapshot, comparison) = scene.db.read::<_, EntityError>(see).unwrap();
    assert_eq!(snapshot.included_geos.unwrap().0, ["2356"]);
    assert_eq!((snapshot.sums.reached, snapshot.sums.impressions, snapshot.sums.spend_micros), (100, 40, 40_000));
    assert_eq!(comparison.before_start_date.to_string(), "2026-11-18");
    assert_eq!(comparison.after_end_date.unwrap().to_string(), "2026-11-21");
}

#[test]
fn what_differs_at_google_is_told_as_found_and_the_plan_is_made_on_it() {
    let scene = scene();
    scene.stage("92", "add_size", "320x50");
    let mut theirs = scene.google.config("2");
    theirs["includedCreativeDimensions"] = json!([{"width": "300", "height": "250"}, {"width": "728", "height": "90"}]);
    scene.google.put(theirs);
    scene.apply(&["92"]).unwrap();
    assert_eq!(scene.google.config("2")["includedCreativeDimensions"].as_array().unwrap().len(), 3);
    assert_eq!(
        scene.told()[1..],
        [r#"2 add_size found ["300x250"] -> ["300x250","728x90"]"#, "2 add_size applied - -> 320x50"]
    );
}

#[test]
fn what_the_rules_refuse_sends_nothing_unless_somebody_insists() {
    let scene = scene();
    scene.stage("91", "add_size", "320x50");
    let selection = Selection::All;
    let apply = |force| changes::apply(&scene.desk(), &scene.engine, &scene.google, WINDOWS, &selection, force);
    let ChangeError::Refused(findings) = apply(false).unwrap_err() else { panic!("it was applied") };
    assert_eq!(findings[0].rule, "first_size");
    assert_eq!((scene.google.sent().len(), scene.pending()), (0, 1));
    assert!(!changes::has_open(&scene.desk()).unwrap());
    apply(true).unwrap();
    assert_eq!(scene.pending(), 0);
}

#[test]
fn a_refusal_leaves_everything_as_it_was() {
    let scene = scene();
    scene.stage("91", "add_geo", "DE");
    let before = scene.google.config("1");
    scene.google.trouble("PATCH", Trouble::Refused);
    let error = scene.apply(&["91"]).unwrap_err();
    assert!(matches!(error, ChangeError::Failed { .. }), "{error}");
    assert_eq!((scene.google.config("1"), scene.pending()), (before, 1));
    assert!(!changes::has_open(&scene.desk()).unwrap());
    scene.apply(&["91"]).unwrap();
}

#[test]
fn when_a_later_config_fails_those_before_it_are_put_back() {
    let scene = scene();
    scene.stage("91", "add_geo", "DE");
    scene.stage("91", "add_app", "com.example");
    scene.stage("92", "add_size", "320x50");
    let before = scene.google.config("1");
    scene.google.trouble("PATCH v1/bidders/7/pretargetingConfigs/2", Trouble::Refused);
    let error = scene.apply(&["91", "92"]).unwrap_err().to_string();
    assert!(error.contains("all is as it was") && error.contains("400 no"), "{error}");
    let after = scene.google.config("1");
    assert_eq!(after["geoTargeting"], before["geoTargeting"]);
    assert_eq!(scene.stored("91").google.app_targeting_values, None);
    assert_eq!(scene.stored("91").google.included_geos.unwrap().0, ["2356"]);
    assert_eq!(scene.pending(), 3);
    let told = scene.told();
    assert!(told.iter().any(|row| row.starts_with("1 rollback put_back")), "{told:#?}");
    assert!(!told.iter().any(|row| row.contains("applied")), "{told:#?}");
    scene.apply(&["91", "92"]).unwrap();
    assert_eq!(scene.pending(), 0);
}

#[test]
fn what_could_not_be_put_back_is_put_back_by_the_next_who_looks() {
    let scene = scene();
    scene.stage("91", "add_geo", "DE");
    scene.stage("92", "add_size", "320x50");
    let before = scene.google.config("1");
    scene.google.trouble("PATCH v1/bidders/7/pretargetingConfigs/2", Trouble::RefusedAndThenSilent);
    let error = scene.apply(&["91", "92"]).unwrap_err();
    assert!(matches!(error, ChangeError::Open { .. }), "{error}");
    assert_ne!(scene.google.config("1")["geoTargeting"], before["geoTargeting"]);
    let error = resume(&scene.desk(), &scene.google, WINDOWS).unwrap_err();
    assert!(matches!(error, ChangeError::Failed { .. }), "what failed stays failed: {error}");
    assert_eq!(scene.google.config("1")["geoTargeting"], before["geoTargeting"]);
    assert_eq!(scene.pending(), 2);
    assert!(!changes::has_open(&scene.desk()).unwrap());
}

#[test]
fn a_lost_answer_leaves_the_act_open_and_the_next_ends_it() {
    for trouble in [Trouble::LostAfter, Trouble::LostBefore] {
        let scene = scene();
        scene.stage("91", "add_geo", "DE");
        let change = scene.stage("91", "change_state", "SUSPENDED");
        scene.google.trouble("PATCH", trouble);
        let error = scene.apply(&["91"]).unwrap_err();
        assert!(matches!(error, ChangeError::Open { .. }), "{error}");
        let busy = changes::cancel(&scene.desk(), change.change_id).unwrap_err();
        assert!(matches!(busy, ChangeError::BeingApplied { .. }), "{busy}");
        let acts = resume(&scene.desk(), &scene.google, WINDOWS).unwrap();
        assert_eq!(acts.len(), 1);
        let google = scene.google.config("1");
        assert_eq!(google["geoTargeting"]["includedIds"], json!(["2356", "2276"]));
        assert_eq!((google["state"].as_str(), scene.pending()), (Some("SUSPENDED"), 0));
        let told = scene.told().join("\n");
        assert_eq!(told.matches(" applied ").count(), 2, "{told}");
        assert_eq!(resume(&scene.desk(), &scene.google, WINDOWS).unwrap().len(), 0);
    }
}

#[test]
fn apply_itself_ends_what_was_open_and_what_others_changed_meanwhile_stays() {
    let scene = scene();
    scene.stage("91", "add_publisher", "pub-1");
    scene.google.trouble("addTargetedPublishers", Trouble::LostAfter);
    scene.apply(&["91"]).unwrap_err();
    let mut theirs = scene.google.config("1");
    theirs["publisherTargeting"]["values"].as_array_mut().unwrap().push("pub-2".into());
    scene.google.put(theirs);
    let act = scene.apply(&["91"]).unwrap();
    assert_eq!(act.configs[0].change_ids.len(), 1);
    assert_eq!(scene.google.config("1")["publisherTargeting"]["values"], json!(["pub-1", "pub-2"]));
    scene.stage("91", "add_publisher", "pub-3");
    scene.apply(&["91"]).unwrap();
    assert!(matches!(scene.apply(&["91"]), Err(ChangeError::NothingPending { .. })));
}

#[test]
fn a_rollback_brings_the_config_back_and_is_told_as_one() {
    let scene = scene();
    let before = scene.google.config("1");
    scene.stage("91", "remove_excluded_geo", "US");
    scene.stage("91", "change_qps", "7");
    scene.stage("91", "change_state", "SUSPENDED");
    let snapshot = scene.apply(&["91"]).unwrap().configs[0].before_snapshot_id;
    roll_back(&scene.desk(), &scene.engine, &scene.google, WINDOWS, snapshot).unwrap();
    let after = scene.google.config("1");
    assert_eq!((&after["geoTargeting"], &after["state"]), (&before["geoTargeting"], &before["state"]));
    assert_eq!(after.get("maximumQps"), None);
    let told = scene.told();
    let rolled: Vec<_> = told.iter().filter(|row| row.starts_with("1 rollback rolled_back")).collect();
    assert_eq!(rolled.len(), 3, "{told:#?}");
    let again = roll_back(&scene.desk(), &scene.engine, &scene.google, WINDOWS, snapshot).unwrap_err();
    assert!(matches!(again, ChangeError::NothingDiffers { .. }), "{again}");
}

#[test]
fn a_snapshot_that_holds_a_part_restores_that_part_only() {
    let scene = scene();
    let insert = "INSERT INTO pretargeting_snapshots (snapshot_id, account_id, config_id, config_data, created_at) VALUES (70, 1, \
                  '1', '{\"billingId\": \"91\", \"state\": \"ACTIVE\", \"includedFormats\": null, \"includedSizes\": [\"300x250\"], \
                  \"geoTargeting\": {\"includedIds\": [\"2276\"], \"excludedIds\": null}}', '2026-01-01T00:00:00Z')";
    scene.db.write::<_, EntityError>(|tx| Ok(tx.execute(insert, [])?)).unwrap();
    scene.stage("91", "add_format", "HTML");
    scene.apply(&["91"]).unwrap();
    roll_back(&scene.desk(), &scene.engine, &scene.google, WINDOWS, 70).unwrap();
    let google = scene.google.config("1");
    assert_eq!(google["geoTargeting"], json!({"includedIds": ["2276"], "excludedIds": ["2840"]}));
    assert_eq!(google["includedCreativeDimensions"], json!([{"width": "300", "height": "250"}]));
    assert_eq!(google["includedFormats"], json!(["HTML"]), "the snapshot does not say it");
}
