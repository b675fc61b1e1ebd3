//! The demo on the command line: three weeks of every kind, and answers that show what is put into them.

use super::store::TestStore;

#[test]
fn the_demo_loads_every_kind_and_shows_what_is_wrong_in_its_world() {
    let store = TestStore::none();
    let dir = store.beside("demo");
    let dir = dir.to_str().unwrap();
    let ran = store.run(&["demo", "--exit", "--dir", dir]);
    assert_eq!(ran.code, Some(0), "{ran:#?}");
    assert!(!ran.stderr.contains("WARN"), "{}", ran.stderr);

    let answer = |title: &str| {
        let (_, after) = ran.stdout.split_once(title).unwrap_or_else(|| panic!("no {title}: {}", ran.stdout));
        after.split("\n\n").next().unwrap().to_owned()
    };
    let first = |title: &str| answer(title).lines().nth(3).unwrap_or_default().to_owned();
    assert!(answer("What was reached, won and paid").contains("last 7 days"), "{}", ran.stdout);
    assert!(answer("Config performance").contains("unattributed"), "{}", ran.stdout);
    assert!(first("Sizes without an approved creative").contains("336x300"), "{}", ran.stdout);
    assert!(answer("Publishers with the highest waste").contains("Café São Paulo 3"), "{}", ran.stdout);
    assert!(
        first("What was wasted more yesterday than the day before, by app").contains("Nova Media 1"),
        "{}",
        ran.stdout
    );
    assert!(!store.data_dir().exists(), "the store of the user is not touched");

    // The demo's own store answers as any other, of every kind.
    let data = store.beside("demo/data");
    let kinds = "SELECT count(DISTINCT report) AS kinds FROM import_history WHERE status = 'complete'";
    let kinds = store.run(&["sql", "--data-dir", data.to_str().unwrap(), "--format", "csv", kinds]);
    assert_eq!(kinds.stdout, "kinds\n7\n", "{kinds:#?}");
    assert_rules_find_what_is_told(|sql| {
        let ran = store.run(&["sql", "--data-dir", data.to_str().unwrap(), "--format", "csv", sql]);
        assert_eq!(ran.code, Some(0), "{ran:#?}");
        ran.stdout
    });
    let again = store.run(&["demo", "--exit", "--dir", dir]);
    assert_eq!(again.code, Some(0), "a rerun starts over: {again:#?}");
}

/// What `src/generate/stories.rs` puts into the world, one line a story: the finding, and where it is looked for.
const FOUND: &[(&str, &str)] = &[
    ("add_creative", "SELECT rule FROM v_size_gaps WHERE creative_size = '336x300'"),
    ("high", "SELECT severity FROM v_config_findings WHERE display_name = 'Web display, all countries'"),
    ("block", "SELECT rule FROM v_publisher_findings WHERE publisher_name = 'Café São Paulo 3'"),
    ("ivt\nlow_viewability", "SELECT rule FROM v_publisher_findings WHERE publisher_name LIKE '% 8' ORDER BY rule"),
    ("block", "SELECT rule FROM v_app_findings WHERE app_name = 'Orbit Labs 4'"),
    ("exclude", "SELECT rule FROM v_geo_findings WHERE country = 'ID'"),
    ("expand", "SELECT rule FROM v_geo_findings WHERE country = 'JP'"),
    ("broken_video", "SELECT signal FROM v_creative_signals WHERE creative_id LIKE 'cr-00003-%'"),
    ("low_vcr", "SELECT signal FROM v_creative_signals WHERE creative_id LIKE 'cr-00006-%'"),
    (
        "disapproved",
        "SELECT signal FROM v_creative_signals WHERE creative_id LIKE 'cr-00013-%' AND signal = 'disapproved'",
    ),
    ("app_ctr", "SELECT signal FROM v_fraud_signals WHERE target_name = 'Tidal Digital 9' AND signal = 'app_ctr'"),
];

fn assert_rules_find_what_is_told(ask: impl Fn(&str) -> String) {
    for (found, sql) in FOUND {
        let answer = ask(sql);
        let (_, rows) = answer.split_once('\n').unwrap();
        assert_eq!(rows.trim_end(), *found, "{sql}");
    }
}
