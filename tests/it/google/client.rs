//! The client against the local Google: what is sent again, what is not, and what is said in the end.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use catscan::google::{Call, Client, ClientOptions, Google, GoogleError, ServiceKey, Time, Used};
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};

use super::{Entities, LocalGoogle, Misbehaviour, Shape};

const CONFIGS: &str = "v1/bidders/7/pretargetingConfigs";

/// Time that passes only while somebody waits.
#[derive(Default)]
struct TestTime(Mutex<Vec<Duration>>);

impl Time for TestTime {
    fn now(&self) -> DateTime<Utc> {
        let began: DateTime<Utc> = "2026-11-20T12:00:00Z".parse().unwrap();
        began + TimeDelta::from_std(self.elapsed()).unwrap()
    }

    fn elapsed(&self) -> Duration {
        self.0.lock().unwrap().iter().sum()
    }

    fn pause(&self, how_long: Duration) -> bool {
        self.0.lock().unwrap().push(how_long);
        true
    }
}

struct Case {
    google: LocalGoogle,
    client: Client,
    time: Arc<TestTime>,
}

impl Case {
    fn new() -> Self {
        Self::with(|_| {})
    }

    fn with(set: impl FnOnce(&mut ClientOptions)) -> Self {
        let google = LocalGoogle::start(Entities::of(7, Shape::SMALL));
        let place = tempfile::tempdir().unwrap();
        let key = ServiceKey::read(&google.key_file(&place.path().join("key.json"), "tester")).unwrap();
        let time = Arc::new(TestTime::default());
        let mut options = ClientOptions {
            base_url: google.url(),
            try_timeout: Duration::from_secs(20),
            patience: Duration::from_secs(100),
            tries: 4,
            first_wait: Duration::from_secs(1),
            longest_wait: Duration::from_secs(8),
            calls_per_second: 1_000,
            longest_limit_wait: Duration::from_secs(60),
            seed: 7,
            time: Arc::clone(&time) as Arc<dyn Time>,
        };
        set(&mut options);
        Self { client: Client::new(key, options).unwrap(), google, time }
    }

    fn configs(&self) -> Result<usize, GoogleError> {
        let body = self.client.send(&Call::get(CONFIGS).with("pageSize", "100"))?;
        Ok(serde_json::from_slice::<Value>(&body).unwrap()["pretargetingConfigs"].as_array().unwrap().len())
    }

    fn rename(&self, name: &str) -> Result<Vec<u8>, GoogleError> {
        let path = format!("{CONFIGS}/148000");
        self.client.send(&Call::patch(path, &["displayName"], json!({"displayName": name})))
    }

    fn name(&self) -> Value {
        self.google.entities().configs[0]["displayName"].clone()
    }

    fn waits(&self) -> Vec<Duration> {
        std::mem::take(&mut *self.time.0.lock().unwrap())
    }
}

#[test]
fn one_token_serves_many_calls_and_an_expired_one_is_asked_for_anew_once() {
    let case = Case::new();
    assert_eq!((case.configs(), case.configs()), (Ok(4), Ok(4)));
    assert_eq!(case.google.tokens_issued(), 1);
    case.google.misbehave("GET", 1, Misbehaviour::Expired);
    assert_eq!(case.configs(), Ok(4));
    assert_eq!((case.google.tokens_issued(), case.waits()), (2, vec![]));

    case.google.misbehave("GET", 9, Misbehaviour::Expired);
    let told = case.configs().unwrap_err();
    assert!(matches!(told, GoogleError::Credentials { .. }) && told.changed_nothing(), "{told:?}");
    let told = told.to_string();
    assert!(told.contains("tester@test-project.iam.gserviceaccount.com"), "{told}");
    assert!(told.contains("is enabled in test-project"), "{told}");
    assert!(!told.contains("secret-token"), "{told}");
}

#[test]
fn a_key_that_is_not_accepted_says_which_and_what_to_check() {
    let case = Case::new();
    case.google.misbehave("token", 1, Misbehaviour::RefusedKey);
    let told = case.configs().unwrap_err().to_string();
    assert!(told.contains("tester@test-project") && told.contains("account not found"), "{told}");
    assert!(case.google.calls().is_empty(), "nothing is asked without a token");
    case.google.misbehave("token", 1, Misbehaviour::Cut);
    assert_eq!(case.configs(), Ok(4), "a connection that breaks is no refusal");
    assert_eq!(case.waits().len(), 1);
}

#[test]
fn reading_is_tried_again_after_whatever_went_wrong_with_longer_waits() {
    for trouble in [
        Misbehaviour::TooMany { retry_after: None },
        Misbehaviour::Unavailable,
        Misbehaviour::Status(500, "Internal error encountered."),
        Misbehaviour::Status(502, ""),
        Misbehaviour::Truncated,
        Misbehaviour::CutJson,
        Misbehaviour::Cut,
    ] {
        let case = Case::new();
        case.google.misbehave("GET", 3, trouble.clone());
        assert_eq!(case.configs(), Ok(4), "{trouble:?}");
        let waits = case.waits();
        let within = |wait: &Duration, whole: u64| (whole * 500..=whole * 1_000).contains(&(wait.as_millis() as u64));
        assert!(
            waits.len() == 3 && [1, 2, 4].iter().zip(&waits).all(|(whole, wait)| within(wait, *whole)),
            "{waits:?}"
        );
        assert_eq!(case.google.calls().len(), 4, "{trouble:?}");
        let usage = case.client.take_usage();
        let Used { calls, errors, retries, .. } = *usage.routes.values().next().unwrap();
        assert_eq!((calls, errors, retries), (1, 0, 3));
        assert_eq!(case.client.take_usage().routes.len(), 0, "it is told once");
    }
}

#[test]
fn trouble_that_stays_is_told_after_the_last_try() {
    let case = Case::new();
    case.google.misbehave("GET", 4, Misbehaviour::Unavailable);
    let told = case.configs().unwrap_err();
    assert_eq!(
        told.to_string(),
        "Google did not take GET v1/bidders/7/pretargetingConfigs after 4 tries: 503 The service is currently \
         unavailable. (UNAVAILABLE); try again later"
    );
    case.google.misbehave("GET", 4, Misbehaviour::Truncated);
    let told = case.configs().unwrap_err();
    assert!(
        matches!(&told, GoogleError::NoAnswer { reason, .. } if reason == "the answer broke off, after 4 tries"),
        "{told:?}"
    );
    case.google.misbehave("GET", 1, Misbehaviour::Status(403, "The caller does not have permission"));
    let told = case.configs().unwrap_err().to_string();
    assert_eq!(
        told,
        "Google refused GET v1/bidders/7/pretargetingConfigs: 403 The caller does not have permission (TOLD)"
    );
    let used = *case.client.take_usage().routes.values().next().unwrap();
    assert_eq!((used.calls, used.errors, used.retries), (3, 3, 6));
}

#[test]
fn an_answer_that_does_not_come_in_time_is_no_answer() {
    let case = Case::with(|options| {
        options.try_timeout = Duration::from_millis(200);
        options.tries = 2;
    });
    assert_eq!(case.configs(), Ok(4));
    case.google.misbehave("GET", 1, Misbehaviour::Hang(Duration::from_secs(2)));
    assert_eq!(case.configs(), Ok(4));
    case.google.misbehave("GET", 2, Misbehaviour::Hang(Duration::from_secs(2)));
    let told = case.configs().unwrap_err().to_string();
    assert!(told.ends_with("no answer within 0.2 s, after 2 tries"), "{told}");
}

#[test]
fn a_wait_that_google_asks_for_is_kept_and_one_that_is_too_long_is_not_begun() {
    let case = Case::new();
    case.google.misbehave("GET", 1, Misbehaviour::TooMany { retry_after: Some(30) });
    assert_eq!(case.configs(), Ok(4));
    assert_eq!(case.waits(), [Duration::from_secs(30)]);
    let limits = case.client.take_usage().limits.unwrap();
    assert!(limits.remaining.unwrap() > 0, "the last answer's word stands: {limits:?}");

    case.google.misbehave("GET", 1, Misbehaviour::TooMany { retry_after: Some(101) });
    let told = case.configs().unwrap_err().to_string();
    assert!(told.contains("after 1 tries: 429 Quota exceeded"), "{told}");
    assert!(case.waits().is_empty());
    let limits = case.client.take_usage().limits.unwrap();
    assert_eq!(
        (limits.remaining, limits.resets_at.map(|at| (at - limits.observed_at).num_seconds())),
        (Some(0), Some(101))
    );
    assert_eq!(case.google.calls().len(), 3);
}

#[test]
fn a_change_whose_answer_was_lost_is_not_sent_again() {
    for (trouble, happened) in
        [(Misbehaviour::CutAfter, true), (Misbehaviour::Truncated, true), (Misbehaviour::Status(500, ""), false)]
    {
        let case = Case::new();
        case.google.misbehave("PATCH", 1, trouble.clone());
        let told = case.rename("after").unwrap_err();
        assert!(!told.changed_nothing(), "{trouble:?}: {told:?}");
        assert_eq!((case.name() == "after", case.google.calls().len()), (happened, 1), "{trouble:?}");
    }
    for trouble in [Misbehaviour::TooMany { retry_after: None }, Misbehaviour::Unavailable] {
        let case = Case::new();
        case.google.misbehave("PATCH", 1, trouble.clone());
        case.rename("after").unwrap();
        assert_eq!((case.name(), case.google.calls().len()), (json!("after"), 2), "{trouble:?} did nothing");
    }
}

#[test]
fn who_is_not_reached_has_changed_nothing() {
    let mut case = Case::new();
    assert_eq!(case.configs(), Ok(4));
    let gone = LocalGoogle::start(Entities::of(7, Shape::SMALL)).url();
    case = Case::with(|options| options.base_url = gone);
    let told = case.rename("after").unwrap_err();
    assert!(matches!(&told, GoogleError::Unreached { attempts: 4, .. }) && told.changed_nothing(), "{told:?}");
}

#[test]
fn the_local_limit_and_googles_own_are_kept() {
    let case = Case::with(|options| options.calls_per_second = 2);
    for _ in 0..5 {
        case.configs().unwrap();
    }
    assert_eq!(case.waits(), [Duration::from_secs(1), Duration::from_secs(1)]);

    let case = Case::with(|options| options.tries = 1);
    case.google.misbehave("GET", 1, Misbehaviour::TooMany { retry_after: Some(40) });
    case.configs().unwrap_err();
    assert_eq!(case.configs(), Ok(4));
    assert_eq!(case.waits(), [Duration::from_secs(40)], "nobody asks before the reset");
}

#[test]
fn what_the_server_says_is_changed_is_changed() {
    let case = Case::new();
    let at = |verb: &str| format!("{CONFIGS}/148000:{verb}");
    case.client.send(&Call::post(at("suspend"), json!({}))).unwrap();
    let apps = json!({"targetingMode": "EXCLUSIVE", "appIds": ["com.a", "com.b"]});
    case.client.send(&Call::post(at("addTargetedApps"), apps)).unwrap();
    case.client.send(&Call::post(at("removeTargetedApps"), json!({"appIds": ["com.a"]}))).unwrap();
    case.client.send(&Call::post(at("removeTargetedPublishers"), json!({"publisherIds": ["pub-1", "pub-2"]}))).unwrap();
    let mask = ["maximumQps", "geoTargeting.excludedIds"];
    case.client.send(&Call::patch(format!("{CONFIGS}/148000"), &mask, json!({"maximumQps": "77"}))).unwrap();
    let config = case.google.entities().configs[0].clone();
    assert_eq!((&config["state"], &config["maximumQps"]), (&json!("SUSPENDED"), &json!("77")));
    assert_eq!(
        config["appTargeting"]["mobileAppTargeting"],
        json!({"targetingMode": "EXCLUSIVE", "values": ["com.b"]})
    );
    assert_eq!(config.get("publisherTargeting"), None);
    assert_eq!(config["geoTargeting"], json!({"includedIds": ["2356", 2_361]}));
    let unknown = case.client.send(&Call::get("v1/bidders/8/endpoints")).unwrap_err().to_string();
    assert_eq!(unknown, "Google refused GET v1/bidders/8/endpoints: 404 no bidder 8 (NOT_FOUND)");
}

#[test]
fn a_plain_address_elsewhere_gets_no_secret() {
    let google = LocalGoogle::start(Entities::of(7, Shape::SMALL));
    let place = tempfile::tempdir().unwrap();
    let file = google.key_file(&place.path().join("key.json"), "tester");
    let key = std::fs::read_to_string(&file).unwrap();
    std::fs::write(&file, key.replace("http://127.0.0.1", "http://example.com")).unwrap();
    let told = ServiceKey::read(&file).err().unwrap().to_string();
    assert!(told.contains("\"token_uri\" is not encrypted"), "{told}");
    assert!(!told.contains("PRIVATE"), "{told}");
}
