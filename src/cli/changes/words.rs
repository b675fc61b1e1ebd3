//! What a step did, in words: from the same answer that `--json` prints.

use serde_json::Value;

/// By what stands in the answer.
pub(super) fn told(answer: &Value) -> String {
    let lines = if answer.get("application_id").is_some_and(|_| answer.get("configs").is_some()) {
        act(answer)
    } else if answer.get("was_staged").is_some() {
        staged(answer)
    } else if answer.get("comparison_id").is_some() {
        comparison(answer)
    } else if answer.get("snapshot_type").is_some() {
        snapshot(answer)
    } else {
        vec![change(answer)]
    };
    lines.join("\n")
}

fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value[key].as_str().unwrap_or_default()
}

/// The billing id, else the config id.
fn config(answer: &Value) -> &str {
    answer["billing_id"].as_str().unwrap_or_else(|| text(answer, "config_id"))
}

fn change(answer: &Value) -> String {
    let (id, kind, value) = (&answer["change_id"], text(answer, "change_type"), text(answer, "value"));
    format!("change {id} of {} is {}: {kind} {value}", config(answer), text(answer, "status"))
}

fn staged(answer: &Value) -> Vec<String> {
    let (id, kind, value) = (&answer["change_id"], text(answer, "change_type"), text(answer, "value"));
    let word = if answer["was_staged"] == true { "was staged already" } else { "staged" };
    let mut lines = vec![format!("change {id} of {} {word}: {kind} {value}", config(answer))];
    lines.extend(findings(answer));
    lines
}

/// Each as a line that begins with how much it weighs.
pub(super) fn findings(answer: &Value) -> Vec<String> {
    let found = answer["findings"].as_array().into_iter().flatten();
    found.map(|finding| format!("  {}: {}", text(finding, "severity"), text(finding, "message"))).collect()
}

fn act(answer: &Value) -> Vec<String> {
    let what = if answer["kind"] == "rollback" { "rolled back" } else { "applied" };
    let mut lines = vec![format!("application {}: {what}", answer["application_id"])];
    for part in answer["configs"].as_array().into_iter().flatten() {
        let calls = part["calls"].as_array().map_or(0, Vec::len);
        let changes = part["change_ids"].as_array().map_or(0, Vec::len);
        let mut line = format!("  {} ({})", text(part, "name"), config(part));
        if changes > 0 {
            line.push_str(&format!(": {changes} changes"));
        }
        line.push_str(&match calls {
            0 => ", Google had it so already".to_owned(),
            1 => ", 1 request".to_owned(),
            calls => format!(", {calls} requests"),
        });
        line.push_str(&format!(", snapshot {} is what it was", part["before_snapshot_id"]));
        if let Some(comparison) = part["comparison_id"].as_i64() {
            line.push_str(&format!(", comparison {comparison} began"));
        }
        lines.push(line);
    }
    lines.extend(findings(answer));
    lines.extend(
        answer["notes"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
            .map(|note| format!("  note: {note}")),
    );
    lines
}

fn snapshot(answer: &Value) -> Vec<String> {
    let (id, days) = (&answer["snapshot_id"], &answer["days"]);
    vec![format!(
        "snapshot {id} of {}: {}, {} impressions on {days} days",
        config(answer),
        text(answer, "state"),
        answer["impressions"]
    )]
}

fn comparison(answer: &Value) -> Vec<String> {
    let id = &answer["comparison_id"];
    match answer["conclusion"].as_str() {
        Some(conclusion) => vec![format!("comparison {id} of {}: {conclusion}", config(answer))],
        None => vec![format!(
            "comparison {id} of {} began: {} to {} before",
            config(answer),
            text(answer, "before_start_date"),
            text(answer, "before_end_date")
        )],
    }
}
