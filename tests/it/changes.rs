//! `catscan changes` against a Google on this machine: applied, killed at each point, refused halfway, rolled back.

use std::os::unix::process::ExitStatusExt;
use std::process::Stdio;

use serde_json::{Value, json};

use super::google::{Entities, LocalGoogle, Misbehaviour, Shape};
use super::kill::SIGKILL;
use super::store::TestStore;

/// Brings the store to the configs that Google has, as a sync from files does.
pub fn load(google: &LocalGoogle, store: &TestStore) {
    let dir = store.beside("answers");
    std::fs::create_dir_all(&dir).unwrap();
    let page = json!({ "pretargetingConfigs": google.entities().configs });
    std::fs::write(dir.join("pretargetingConfigs.json"), page.to_string()).unwrap();
    store.sync(&dir);
}

/// Two configs with four pending changes, which four requests make.
struct Scene {
    google: LocalGoogle,
    store: TestStore,
}

impl Scene {
    fn new() -> Self {
        let google = LocalGoogle::start(Entities::of(7, Shape::SMALL));
        let store = google.store();
        load(&google, &store);
        for change in [
            ["157000000", "add-size", "728x90"],
            ["157000000", "add-publisher", "pub-9"],
            ["157000001", "change-state", "SUSPENDED"],
            ["157000001", "remove-geo", "2361"],
        ] {
            store.succeed(&[&["changes", "add"], &change[..]].concat());
        }
        google.calls();
        Self { google, store }
    }

    fn config(&self, id: &str) -> Value {
        self.google.entities().config(id).unwrap().clone()
    }

    /// A number of the database.
    fn number(&self, sql: &str) -> i64 {
        self.store.sqlite().query_row(sql, [], |row| row.get(0)).unwrap()
    }

    fn pending(&self) -> i64 {
        self.number("SELECT count(*) FROM pretargeting_pending_changes WHERE status = 'pending'")
    }

    /// Kills `arguments` at that point.
    #[track_caller]
    fn kill(&self, arguments: &[&str], point: &str) {
        let mut command = self.store.command(arguments);
        command.env("CATSCAN_KILL_AT", point).stdout(Stdio::null()).stderr(Stdio::null());
        assert_eq!(command.status().unwrap().signal(), Some(SIGKILL), "{point} was not reached");
    }

    #[track_caller]
    fn assert_applied(&self, when: &str) {
        let (one, two) = (self.config("148000"), self.config("148001"));
        let sizes = json!([{"width": "300", "height": "250"}, {"width": "320", "height": "50"}, {"width": "728", "height": "90"}]);
        assert_eq!(one["includedCreativeDimensions"], sizes, "{when}");
        assert_eq!(one["publisherTargeting"]["values"], json!(["pub-1", "pub-2", "pub-9"]), "{when}");
        assert_eq!(two["state"], "SUSPENDED", "{when}");
        assert_eq!(two["geoTargeting"], json!({"includedIds": ["2356"], "excludedIds": ["2840"]}), "{when}");
        assert_eq!(self.pending(), 0, "{when}");
        let count = |sql: &str| self.number(sql);
        assert_eq!(count("SELECT count(*) FROM pretargeting_history WHERE step = 'applied'"), 4, "{when}");
        assert_eq!(count("SELECT count(*) FROM pretargeting_applications WHERE state = 'done'"), 1, "{when}");
        assert_eq!(count("SELECT count(*) FROM pretargeting_application_configs WHERE is_open"), 0, "{when}");
        assert_eq!(count("SELECT count(*) FROM snapshot_comparisons"), 2, "{when}");
        let told = "SELECT count(*) FROM pretargeting_history";
        let before = count(told);
        load(&self.google, &self.store);
        assert_eq!(count(told), before, "{when}: a sync tells again what an apply told");
    }
}

#[test]
fn a_dry_run_shows_what_is_sent_and_needs_no_google() {
    let scene = Scene::new();
    let plans = scene.store.succeed(&["changes", "plan", "--all", "--json"]);
    let planned: Vec<Value> = plans.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(scene.google.calls(), [], "a dry run asks nobody");
    assert_eq!(scene.store.succeed(&["changes", "apply", "--all", "--dry-run", "--json"]), plans);
    scene.store.succeed(&["changes", "apply", "--all", "--by", "ada", "--reason", "waste"]);
    let mut sent = scene.google.calls().into_iter().filter(|call| call.method != "GET");
    for call in planned.iter().flat_map(|plan| plan["calls"].as_array().unwrap()) {
        let sent = sent.next().unwrap();
        assert_eq!(sent.method, call["method"].as_str().unwrap());
        assert_eq!(sent.path, call["path"].as_str().unwrap());
        assert_eq!(sent.body, call["body"]);
        assert_eq!(sent.parameter("updateMask"), call["query"][0][1].as_str());
    }
    assert_eq!(sent.next(), None);
    scene.assert_applied("after the plan");
    let by =
        "SELECT count(*) FROM pretargeting_history WHERE step = 'applied' AND changed_by = 'ada' AND reason = 'waste'";
    assert_eq!(scene.number(by), 4);
}

#[test]
fn killed_at_each_point_of_an_apply_a_retry_completes_it() {
    let calls = (1..=4).flat_map(|call| [format!("changes_before_call_{call}"), format!("changes_after_call_{call}")]);
    let others = ["changes_asked", "changes_begun", "changes_before_ending", "changes_ended"].map(str::to_owned);
    for point in others.into_iter().chain(calls) {
        let scene = Scene::new();
        scene.kill(&["changes", "apply", "--all"], &point);
        // One half of the points is retried by the same command, the other by the one that is for it.
        if point.contains("after") || point == "changes_ended" {
            scene.store.succeed(&["changes", "resume"]);
        } else {
            scene.store.succeed(&["changes", "apply", "--all"]);
        }
        scene.assert_applied(&point);
    }
}

#[test]
fn a_request_that_is_refused_halfway_puts_back_what_was_done_also_after_a_death() {
    for point in ["", "changes_putting_back", "changes_put_back"] {
        let scene = Scene::new();
        let before = (scene.config("148000"), scene.config("148001"));
        scene.google.misbehave(
            "PATCH v1/bidders/7/pretargetingConfigs/148001",
            1,
            Misbehaviour::Status(400, "not now"),
        );
        if !point.is_empty() {
            scene.kill(&["changes", "apply", "--all"], point);
        }
        let again = if point.is_empty() { "apply" } else { "resume" };
        let arguments: &[&str] = if point.is_empty() { &["changes", again, "--all"] } else { &["changes", again] };
        let ran = scene.store.run(arguments);
        assert_eq!(ran.code, Some(1), "{point}: {ran:#?}");
        assert!(ran.stderr.contains("all is as it was") && ran.stderr.contains("not now"), "{point}: {ran:#?}");
        let after = (scene.config("148000"), scene.config("148001"));
        for field in ["state", "geoTargeting", "publisherTargeting"] {
            assert_eq!((&after.0[field], &after.1[field]), (&before.0[field], &before.1[field]), "{point} {field}");
        }
        assert_eq!(after.0["includedCreativeDimensions"].as_array().unwrap().len(), 2, "{point}");
        assert_eq!(scene.pending(), 4, "{point}");
        let told = "SELECT count(*) FROM pretargeting_history WHERE change_type = 'rollback' AND step = 'put_back'";
        assert_eq!(scene.number(told), 2, "{point}");
        scene.store.succeed(&["changes", "apply", "--all"]);
    }
}

#[test]
fn an_answer_that_is_lost_leaves_the_act_open_and_apply_ends_it() {
    let scene = Scene::new();
    scene.google.misbehave("addTargetedPublishers", 1, Misbehaviour::CutAfter);
    let ran = scene.store.run(&["changes", "apply", "--all"]);
    assert_eq!(ran.code, Some(1), "{ran:#?}");
    assert!(ran.stderr.contains("catscan changes resume"), "{ran:#?}");
    let busy = scene.store.run(&["changes", "cancel", "1"]);
    assert!(busy.stderr.contains("is being applied"), "{busy:#?}");
    scene.store.succeed(&["changes", "apply", "--all"]);
    scene.assert_applied("after a lost answer");
}

#[test]
fn a_rollback_restores_the_snapshot_and_survives_a_death() {
    let scene = Scene::new();
    let before = scene.config("148001");
    let act: Value = serde_json::from_str(&scene.store.succeed(&["changes", "apply", "--all", "--json"])).unwrap();
    let snapshot = act["configs"][1]["before_snapshot_id"].to_string();
    let plan = scene.store.succeed(&["changes", "rollback", &snapshot, "--dry-run"]);
    assert!(plan.contains("148001:activate") && plan.contains("updateMask=geoTargeting"), "{plan}");
    scene.kill(&["changes", "rollback", &snapshot], "changes_after_call_1");
    scene.store.succeed(&["changes", "rollback", &snapshot, "--reason", "worse"]);
    let after = scene.config("148001");
    assert_eq!(after["state"], before["state"]);
    assert_eq!(after["geoTargeting"]["includedIds"], json!(["2356", "2361"]));
    let told = "SELECT count(*) FROM pretargeting_history WHERE change_type = 'rollback'";
    assert_eq!(scene.number(told), 2);
    let again = scene.store.run(&["changes", "rollback", &snapshot]);
    assert_eq!(again.code, Some(1), "{again:#?}");
    assert!(again.stderr.contains("nothing to roll back"), "{again:#?}");
}
