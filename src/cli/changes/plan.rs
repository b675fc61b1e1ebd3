//! Dry runs: the requests exactly as they would be sent, from the store alone.

use std::io::Write;
use std::process::ExitCode;

use serde_json::Value;

use super::Shown;
use crate::changes::{self, Plan, Selection, Severity};
use crate::cli::entity;
use crate::cli::failure::{Failure, OrFail};
use crate::cli::session::Session;
use crate::google::Call;
use crate::jobs::resolve;

/// What `apply` would send.
pub(super) fn show(session: &Session, selection: &Selection, shown: &Shown) -> Result<ExitCode, Failure> {
    let store = entity::reader(session)?;
    let account = resolve(&store.db, shown.account.account.as_deref()).or_fail()?;
    let plans = store.db.read(|tx| changes::plans(tx, account, selection)).or_fail()?;
    print(&plans, shown.json)
}

/// What `rollback` would send.
pub(super) fn rollback(session: &Session, snapshot: i64, shown: &Shown) -> Result<ExitCode, Failure> {
    let store = entity::reader(session)?;
    let account = resolve(&store.db, shown.account.account.as_deref()).or_fail()?;
    let plan = store.db.read(|tx| changes::plan_rollback(tx, account, snapshot)).or_fail()?;
    print(&[plan], shown.json)
}

/// An error among the findings is an error here too: `apply` would refuse.
fn print(plans: &[Plan], json: bool) -> Result<ExitCode, Failure> {
    let mut out = std::io::stdout().lock();
    for plan in plans {
        if json {
            serde_json::to_writer(&mut out, plan).map_err(std::io::Error::from)?;
            writeln!(out)?;
        } else {
            write!(out, "{}", words(plan))?;
        }
    }
    let refused = plans.iter().flat_map(|plan| &plan.findings).any(|finding| finding.severity == Severity::Error);
    Ok(ExitCode::from(u8::from(refused)))
}

fn words(plan: &Plan) -> String {
    let id = plan.billing_id.as_ref().unwrap_or(&plan.config_id);
    let mut text = format!("{} ({id})\n", plan.name);
    for finding in &plan.findings {
        let word = if finding.severity == Severity::Error { "error" } else { "warning" };
        text.push_str(&format!("  {word}: {}\n", finding.message));
    }
    if plan.calls.is_empty() {
        text.push_str("  nothing to send: the config is so already\n");
    }
    plan.calls.iter().for_each(|call| text.push_str(&request(call)));
    text
}

/// Method and address, then the body, indented.
fn request(call: &Call) -> String {
    let query: Vec<String> = call.query.iter().map(|(name, value)| format!("{name}={value}")).collect();
    let mark = if query.is_empty() { "" } else { "?" };
    let mut text = format!("  {} {}{mark}{}\n", call.method, call.path, query.join("&"));
    if let Some(body) = call.body.as_ref().filter(|body| *body != &Value::Object(serde_json::Map::new())) {
        let pretty = serde_json::to_string_pretty(body).unwrap_or_default();
        pretty.lines().for_each(|line| text.push_str(&format!("    {line}\n")));
    }
    text
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_plan_is_shown_as_it_would_be_sent() {
        let plan = Plan {
            config_id: "9".to_owned(),
            billing_id: Some("91".to_owned()),
            name: "India".to_owned(),
            change_ids: vec![1],
            calls: vec![
                Call::post("v1/bidders/7/pretargetingConfigs/9:suspend", json!({})),
                Call::patch(
                    "v1/bidders/7/pretargetingConfigs/9",
                    &["maximumQps", "includedFormats"],
                    json!({"maximumQps": "50", "includedFormats": ["HTML"]}),
                ),
            ],
            findings: Vec::new(),
        };
        insta::assert_snapshot!(words(&plan), @r#"
        India (91)
          POST v1/bidders/7/pretargetingConfigs/9:suspend
          PATCH v1/bidders/7/pretargetingConfigs/9?updateMask=maximumQps,includedFormats
            {
              "includedFormats": [
                "HTML"
              ],
              "maximumQps": "50"
            }
        "#);
        assert!(words(&Plan { calls: Vec::new(), ..plan }).contains("nothing to send"));
    }
}
