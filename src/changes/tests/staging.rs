//! Staging, the effective view, and what happens to changes that are not sent.

use serde_json::json;

use super::{Scene, config, noon};
use crate::changes::{ChangeError, Targets, Wish, cancel, mark_applied, stage};

fn scene() -> Scene {
    Scene::new(vec![config(
        "1",
        "91",
        json!({
            "includedCreativeDimensions": [{"width": "300", "height": "250"}],
            "geoTargeting": {"includedIds": ["2356"], "excludedIds": ["2840"]},
            "includedFormats": ["HTML"],
            "publisherTargeting": {"targetingMode": "INCLUSIVE", "values": ["pub-1"]},
            "maximumQps": 500,
        }),
    )])
}

#[test]
fn the_effective_config_is_the_stored_one_with_its_pending_changes() {
    let scene = scene();
    for (kind, value) in [
        ("add_size", "320 x 50"),
        ("remove_size", "300x250"),
        ("add_geo", "de"),
        ("add_excluded_geo", "BR"),
        ("remove_excluded_geo", "US"),
        ("add_format", "vast"),
        ("add_publisher", "pub-2"),
        ("add_app", "com.example"),
        ("change_state", "suspended"),
        ("change_qps", "40"),
    ] {
        scene.stage("91", kind, value);
    }
    let effective = scene.effective("1");
    assert_eq!(effective.sizes, ["320x50"]);
    assert_eq!(effective.geos, ["2356", "DE"], "a country that was typed by its letters is shown by them");
    assert_eq!(effective.excluded_geos, ["BR"], "2840 is US");
    assert_eq!(effective.formats, ["HTML", "VAST"]);
    assert_eq!((effective.state.as_str(), effective.maximum_qps), ("SUSPENDED", Some(40)));
    let publishers = vec!["pub-1".to_owned(), "pub-2".to_owned()];
    assert_eq!(effective.publishers, Targets { mode: Some("INCLUSIVE".to_owned()), values: publishers });
    assert_eq!(effective.apps.mode.as_deref(), Some("EXCLUSIVE"), "a first app is blocked");
    assert_eq!(scene.stored("1").google.maximum_qps, Some(500), "nothing is stored before it is applied");
}

#[test]
fn the_same_change_is_staged_once_also_under_another_name_of_its_value() {
    let scene = scene();
    let first = scene.stage("91", "add_geo", "DE");
    assert_eq!(scene.stage("1", "add-geo", "2276"), first);
    assert_eq!(scene.stage("91", "add_size", "1x1").change_id, scene.stage("91", "add_size", "1 X 1").change_id);
    assert_eq!(scene.pending(), 2);
    assert_eq!(scene.told().len(), 2);
}

#[test]
fn what_makes_no_sense_is_refused_and_several_values_are_all_staged_or_none() {
    let scene = scene();
    assert!(matches!(scene.try_stage("91", "add_siz", "1x1"), Err(ChangeError::UnknownType { .. })));
    assert!(matches!(scene.try_stage("91", "add_size", "one"), Err(ChangeError::Value { .. })));
    assert!(matches!(scene.try_stage("92", "add_size", "1x1"), Err(ChangeError::Entity(_))));
    let wish = |value| Wish { config: "91", change_type: "add_size", value, ..Wish::default() };
    stage(&scene.desk(), &[wish("1x1"), wish("two")]).unwrap_err();
    let other = Wish { field_name: Some("included_geos"), ..wish("1x1") };
    assert!(matches!(stage(&scene.desk(), &[other]), Err(ChangeError::OtherField { .. })));
    assert_eq!((scene.pending(), scene.told().len()), (0, 0));
}

#[test]
fn a_change_is_cancelled_or_marked_as_applied_once_and_both_are_told() {
    let scene = scene();
    let (size, geo) = (scene.stage("91", "add_size", "1x1"), scene.stage("91", "remove_geo", "IN"));
    cancel(&scene.desk(), size.change_id).unwrap();
    let later = noon() + chrono::Duration::minutes(5);
    mark_applied(&scene.desk_at(later), geo.change_id).unwrap();
    let message = cancel(&scene.desk(), geo.change_id).unwrap_err().to_string();
    assert_eq!(message, format!("change {} is applied already: only a pending change can be cancelled", geo.change_id));
    assert_eq!(
        scene.told(),
        [
            "1 add_size staged - -> 1x1",
            "1 remove_geo staged IN -> -",
            "1 add_size cancelled - -> 1x1",
            "1 remove_geo marked_applied IN -> -",
        ]
    );
    assert_eq!(scene.effective("91").geos, [""; 0], "what was done by hand counts until a sync shows it");
    assert_eq!(scene.effective("91").sizes, ["300x250"]);
}
