//! What came of a step with advice, in words.

use serde_json::Value;

pub(super) fn told(answer: &Value) -> String {
    if answer.get("staged").is_some() {
        accepted(answer)
    } else if answer.get("listed").is_some() {
        run(answer)
    } else {
        format!("{} is {}: {}", text(answer, "id"), text(answer, "status"), text(answer, "title"))
    }
}

fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value[key].as_str().unwrap_or_default()
}

fn run(answer: &Value) -> String {
    let mut line = format!(
        "{} recommendations of {} to {} ({} new), {} closed, {} no longer found",
        answer["listed"],
        text(answer, "first_day"),
        text(answer, "last_day"),
        answer["new"],
        answer["closed"],
        answer["ended"]
    );
    if answer["days_with_data"] == 0 {
        line.push_str(&no_data(answer["newest_day"].as_str()));
    }
    line
}

/// What to do where the window has no reports.
pub(super) fn no_data(newest: Option<&str>) -> String {
    match newest {
        Some(day) => format!("\nno performance reports of these days; the newest are of {day}: try --until {day}"),
        None => "\nno performance reports yet: `catscan import` brings them".to_owned(),
    }
}

fn accepted(answer: &Value) -> String {
    let mut lines = vec![format!("{} is acknowledged: {}", text(answer, "id"), text(answer, "title"))];
    for staged in answer["staged"].as_array().into_iter().flatten() {
        let config = staged["billing_id"].as_str().unwrap_or_else(|| text(staged, "config_id"));
        let word = if staged["was_staged"] == true { "was staged already" } else { "staged" };
        let (kind, value) = (text(staged, "change_type"), text(staged, "value"));
        lines.push(format!("change {} of {config} {word}: {kind} {value}", staged["change_id"]));
        for finding in staged["findings"].as_array().into_iter().flatten() {
            let line = format!("  {}: {}", text(finding, "severity"), text(finding, "message"));
            // One finding can be about several changes.
            if !lines.contains(&line) {
                lines.push(line);
            }
        }
    }
    let notes = answer["notes"].as_array().into_iter().flatten().filter_map(Value::as_str);
    lines.extend(notes.map(|note| format!("note: {note}")));
    lines.extend(answer["todo"].as_str().map(|todo| format!("to do: {todo}")));
    if answer["staged"].as_array().is_some_and(|staged| !staged.is_empty()) {
        lines.push("`catscan changes plan --all` shows the requests, `catscan changes apply` sends them".to_owned());
    }
    lines.join("\n")
}
