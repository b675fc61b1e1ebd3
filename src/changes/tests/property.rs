//! Random configs and random changes: the planned calls, sent to a model of Google, give exactly the effective config,
//! and a rollback gives back the snapshot.

use proptest::prelude::*;
use serde_json::{Map, Value, json};

use super::google::Model;
use super::{Scene, WINDOWS, config};
use crate::changes::fields::Fields;
use crate::changes::{calls, roll_back};
use crate::entities::changes::ChangeType;
use crate::google::Google;
use crate::sync::answers;

const PLACES: [&str; 6] = ["2356", "2840", "2276", "1014044", "IN", "US"];
const SIZES: [&str; 4] = ["300x250", "320x50", "728x90", "1x1"];
const IDS: [&str; 4] = ["pub-1", "pub-2", "com.example.a", "7"];
const FORMATS: [&str; 3] = ["HTML", "VAST", "NATIVE"];

/// A few of the words, as Google lists them.
fn some(words: &'static [&'static str]) -> impl Strategy<Value = Vec<&'static str>> {
    proptest::sample::subsequence(words.to_vec(), 0..=words.len())
}

fn targeting(mode: bool, values: Vec<&str>) -> Option<Value> {
    let mode = if mode { "INCLUSIVE" } else { "EXCLUSIVE" };
    (!values.is_empty()).then(|| json!({"targetingMode": mode, "values": values}))
}

fn configs() -> impl Strategy<Value = Value> {
    let lists =
        (some(&SIZES), some(&PLACES[..4]), some(&PLACES[..4]), some(&FORMATS), some(&IDS), some(&IDS), some(&IDS));
    let rest = (any::<[bool; 6]>(), 0_i64..3);
    (lists, rest).prop_map(|((sizes, geos, excluded, formats, publishers, apps, sites), (modes, qps))| {
        let mut more = Map::new();
        let mut put = |name: &str, value: Option<Value>| {
            if let Some(value) = value {
                more.insert(name.to_owned(), value);
            }
        };
        let size = |size: &&str| {
            let (width, height) = size.split_once('x').unwrap();
            json!({"width": width, "height": height})
        };
        put("includedCreativeDimensions", Some(sizes.iter().map(size).collect()).filter(|_| !sizes.is_empty()));
        put(
            "geoTargeting",
            (modes[0] || !geos.is_empty()).then(|| json!({"includedIds": geos, "excludedIds": excluded})),
        );
        put("includedFormats", Some(json!(formats)).filter(|_| !formats.is_empty()));
        put("publisherTargeting", targeting(modes[1], publishers));
        let categories = json!({"includedIds": ["41"]});
        put(
            "appTargeting",
            targeting(modes[2], apps).map(|apps| match modes[3] {
                true => json!({"mobileAppTargeting": apps, "mobileAppCategoryTargeting": categories}),
                false => json!({"mobileAppTargeting": apps}),
            }),
        );
        put("webTargeting", targeting(modes[4], sites));
        put("maximumQps", (qps > 0).then(|| json!(qps.to_string())));
        put("state", Some(json!(if modes[5] { "ACTIVE" } else { "SUSPENDED" })));
        config("1", "91", Value::Object(more))
    })
}

fn changes() -> impl Strategy<Value = Vec<(ChangeType, &'static str)>> {
    let kind = proptest::sample::select(ChangeType::ALL.to_vec());
    let change = kind.prop_flat_map(|kind| {
        let values: &'static [&'static str] = match kind {
            ChangeType::AddSize | ChangeType::RemoveSize => &SIZES,
            kind if kind.is_geo() => &PLACES,
            ChangeType::AddFormat | ChangeType::RemoveFormat => &FORMATS,
            ChangeType::ChangeState => &["ACTIVE", "SUSPENDED"],
            ChangeType::ChangeQps => &["0", "1", "5000"],
            _ => &IDS,
        };
        proptest::sample::select(values).prop_map(move |value| (kind, value))
    });
    proptest::collection::vec(change, 1..8)
}

fn fields(config: &Value) -> Fields {
    Fields::of(&answers::config(config.to_string().as_bytes()).unwrap()).unwrap()
}

fn send(google: &Model, from: &Fields, to: &Fields) {
    for call in calls("v1/bidders/7/pretargetingConfigs/1", from, to) {
        google.send(&call).unwrap_or_else(|error| panic!("{error}: {call:?}"));
    }
}

/// In one form: places by their criteria ids.
fn assert_same(google: &Model, wanted: &Fields) {
    let found = fields(&google.config("1"));
    let mut rest: Vec<_> = wanted.differing(&found).collect();
    rest.extend(found.differing(wanted));
    assert!(rest.is_empty(), "{rest:?} differ\nfound  {found:?}\nwanted {wanted:?}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn the_calls_lead_to_the_target_and_back(config in configs(), changes in changes()) {
        let google = Model::of([config.clone()]);
        let current = fields(&config);
        let mut target = current.clone();
        for (kind, value) in &changes {
            target.change(*kind, value);
        }
        send(&google, &current, &target);
        assert_same(&google, &target);
        prop_assert!(calls("v1/bidders/7/pretargetingConfigs/1", &fields(&google.config("1")), &target).is_empty(), "sent twice");
        send(&google, &target, &current);
        assert_same(&google, &current);
    }

    #[test]
    fn any_config_leads_to_any_other(from in configs(), to in configs()) {
        let google = Model::of([from.clone()]);
        send(&google, &fields(&from), &fields(&to));
        assert_same(&google, &fields(&to));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, ..ProptestConfig::default() })]

    #[test]
    fn the_whole_way_gives_the_effective_config_and_a_rollback_the_snapshot(config in configs(), changes in changes()) {
        let scene = Scene::new(vec![config.clone()]);
        for (kind, value) in &changes {
            scene.stage("91", kind.code(), value);
        }
        let effective = scene.effective("91");
        let act = scene.apply(&["91"]).unwrap();
        let applied = scene.effective("91");
        let places = |places: &[String]| {
            let mut ids: Vec<_> = places.iter().map(|place| crate::changes::fields::criteria_id(place)).collect();
            ids.sort();
            ids
        };
        prop_assert_eq!(places(&applied.geos), places(&effective.geos));
        prop_assert_eq!(places(&applied.excluded_geos), places(&effective.excluded_geos));
        let rest = |of: &crate::changes::Effective| {
            let of = of.clone();
            (of.state, of.maximum_qps, of.sizes, of.formats, of.publishers, of.apps)
        };
        prop_assert_eq!(rest(&applied), rest(&effective));
        let stored = fields(&serde_json::from_str(&scene.stored("91").google.raw_data).unwrap());
        assert_same(&scene.google, &stored);
        let snapshot = act.configs[0].before_snapshot_id;
        // Where the changes changed nothing there is nothing to roll back.
        let _ = roll_back(&scene.desk(), &scene.engine, &scene.google, WINDOWS, snapshot);
        assert_same(&scene.google, &fields(&config));
    }
}
