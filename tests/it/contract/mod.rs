//! Every answer of the HTTP contract, held against its API description (`api-contract.openapi.json`).
//!
//! [`Dashboard`] asks as the dashboard does and refuses an answer that is not of the described shape, so a test of a call
//! says only what is in it.

mod advice;
mod analytics;
mod campaigns;
mod creatives;
mod credentials;
mod efficiency;
mod funnel;
mod google_sync;
mod groups;
mod lists;
mod performance;
mod qps;
mod reports;
mod settings;
mod signals;
mod thumbnails;
mod troubleshooting;
mod week;

use std::sync::LazyLock;

use jsonschema::Validator;
use serde_json::{Value, json};

use super::serve::Server;

static CONTRACT: LazyLock<Value> =
    LazyLock::new(|| serde_json::from_str(include_str!("api-contract.openapi.json")).unwrap());

/// The dashboard of one server.
pub struct Dashboard<'a> {
    server: &'a Server,
}

impl<'a> Dashboard<'a> {
    pub fn of(server: &'a Server) -> Self {
        Self { server }
    }

    /// A good answer.
    #[track_caller]
    pub fn get(&self, path: &str) -> Value {
        self.ask("GET", path, None, 200)
    }

    /// A good answer.
    #[track_caller]
    pub fn post(&self, path: &str, body: &Value) -> Value {
        self.ask("POST", path, Some(body), 200)
    }

    /// The answer of that status, which is of the shape that the contract gives it; asked below `/api` and, where that
    /// changes nothing, at the top too.
    #[track_caller]
    pub fn ask(&self, method: &str, path: &str, body: Option<&Value>, status: u16) -> Value {
        let (found, answer) = self.server.ask(method, &format!("/api{path}"), body);
        assert_eq!(found, status, "{method} {path}: {answer:#}");
        assert_shape(method, path, status, &answer);
        if method == "GET" {
            let (found, _) = self.server.ask(method, path, None);
            assert_eq!(found, status, "{method} {path} without /api");
        }
        answer
    }

    /// A refusal of that status: `detail` is a sentence.
    #[track_caller]
    pub fn refused(&self, method: &str, path: &str, body: Option<&Value>, status: u16) -> String {
        let answer = self.ask(method, path, body, status);
        answer["detail"].as_str().unwrap_or_else(|| panic!("no sentence: {answer}")).to_owned()
    }
}

/// Panics where the answer is not of the shape that the contract gives that call and status.
#[track_caller]
pub fn assert_shape(method: &str, path: &str, status: u16, answer: &Value) {
    let path = path.split('?').next().unwrap();
    let template = template(path);
    let operation = &CONTRACT["paths"][template][method.to_lowercase()];
    assert!(operation.is_object(), "the contract has no {method} {path}");
    let class = format!("{}XX", status / 100);
    let responses = &operation["responses"];
    let response = responses.get(status.to_string()).or_else(|| responses.get(&class));
    let mut response = response.unwrap_or_else(|| panic!("the contract has no {status} for {method} {path}"));
    if let Some(shared) = response["$ref"].as_str() {
        response = CONTRACT.pointer(shared.trim_start_matches('#')).unwrap();
    }
    let schema = &response["content"]["application/json"]["schema"];
    assert!(schema.is_object(), "no schema for {status} of {method} {template}");
    let faults: Vec<String> =
        validator(schema).iter_errors(answer).map(|fault| format!("{} {}", fault.instance_path(), fault)).collect();
    assert!(faults.is_empty(), "{method} {path}: {faults:#?}\n{answer:#}");
}

fn validator(schema: &Value) -> Validator {
    let whole = json!({"allOf": [schema], "components": CONTRACT["components"]});
    jsonschema::options().with_draft(jsonschema::Draft::Draft202012).build(&whole).unwrap()
}

/// The path of the contract that an address is of; fixed segments win over parameters.
#[track_caller]
fn template(path: &str) -> &'static str {
    let fits = |template: &&String| {
        let (mut asked, mut known) = (path.split('/'), template.split('/'));
        loop {
            match (asked.next(), known.next()) {
                (None, None) => return true,
                (Some(asked), Some(known)) if asked == known || (known.starts_with('{') && !asked.is_empty()) => {}
                _ => return false,
            }
        }
    };
    let paths = CONTRACT["paths"].as_object().unwrap();
    let found = paths.keys().filter(fits).min_by_key(|template| template.matches('{').count());
    found.unwrap_or_else(|| panic!("the contract has no {path}"))
}

#[test]
fn the_contract_refuses_what_is_not_in_its_shape() {
    let good = json!([]);
    assert_shape("GET", "/seats?active_only=false", 200, &good);
    let wrong = json!([{"buyer_id": 7}]);
    let refused = std::panic::catch_unwind(|| assert_shape("GET", "/seats", 200, &wrong));
    assert!(refused.is_err(), "a seat whose id is a number was taken");
    assert_eq!(template("/settings/pretargeting/history"), "/settings/pretargeting/history");
    assert_eq!(template("/settings/pretargeting/157/detail"), "/settings/pretargeting/{billing_id}/detail");
}

#[test]
fn health_and_the_history_of_uploads_are_of_the_described_shape() {
    let store = super::store::TestStore::with_samples();
    let server = Server::over(&store);
    let dashboard = Dashboard::of(&server);
    assert_eq!(dashboard.get("/health")["configured"], true);
    assert_eq!(dashboard.get("/uploads/history?limit=10").as_array().unwrap().len(), 1);
    dashboard.refused("GET", "/uploads/history?limit=0", None, 422);
    assert_eq!(dashboard.post("/performance/import", &json!({"metrics": []}))["records_imported"], 0);
}
