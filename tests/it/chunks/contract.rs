//! The shapes of the answers, as the dashboard's API description has them: each key is there, and of its type.

use serde_json::Value;

/// `name type`, where the type is s (text), i (integer), f (number), `[]` (list) or `{}` (object), and `?` is "or null".
#[track_caller]
fn assert_keys(answer: &Value, keys: &[&str]) {
    let object = answer.as_object().unwrap_or_else(|| panic!("no object: {answer}"));
    for key in keys {
        let (name, kind) = key.split_once(' ').unwrap();
        let value = object.get(name).unwrap_or_else(|| panic!("{name} is missing: {answer:#}"));
        let fits = match kind.trim_end_matches('?') {
            "s" => value.is_string(),
            "i" => value.is_i64() || value.is_u64(),
            "f" => value.is_number(),
            "[]" => value.is_array(),
            "{}" => value.is_object(),
            other => panic!("{other} is no type"),
        };
        assert!(fits || (kind.ends_with('?') && value.is_null()), "{name} should be {kind}: {answer:#}");
    }
}

const RESULT: [&str; 8] = [
    "status s",
    "total_rows i",
    "imported i",
    "skipped i",
    "batches i",
    "errors []",
    "date_range {}?",
    "total_spend f?",
];

#[track_caller]
fn assert_result(answer: &Value) {
    assert_keys(answer, &RESULT);
    assert_eq!(answer["status"], "completed");
    if !answer["date_range"].is_null() {
        assert_keys(&answer["date_range"], &["start s", "end s"]);
    }
}

#[track_caller]
pub fn assert_batch(answer: &Value) {
    assert_result(answer);
    for error in answer["errors"].as_array().unwrap() {
        assert_keys(error, &["row i", "field s", "error s"]);
        assert!(error.get("value").is_some(), "{error}");
    }
}

#[track_caller]
pub fn assert_stream(answer: &Value) {
    assert_result(answer);
    let errors = answer["errors"].as_array().unwrap();
    assert!(errors.len() <= 50 && errors.iter().all(Value::is_string), "{errors:?}");
}

#[track_caller]
pub fn assert_finalize(answer: &Value) {
    assert_keys(answer, &["status s", "batch_id s", "rows_imported i"]);
    assert_eq!(answer["status"], "recorded");
}

#[track_caller]
pub fn assert_history(line: &Value) {
    assert_keys(
        line,
        &[
            "batch_id s",
            "filename s?",
            "imported_at s",
            "rows_read i",
            "rows_imported i",
            "rows_skipped i",
            "rows_duplicate i",
            "date_range_start s?",
            "date_range_end s?",
            "total_spend_usd f",
            "file_size_mb f",
            "status s",
            "error_message s?",
            "bidder_id s?",
            "billing_ids_found []?",
        ],
    );
    assert!(line["file_size_mb"].as_f64().unwrap() > 0.0, "a small file is not of 0 MB: {line:#}");
}
