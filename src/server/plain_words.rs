//! What is wrong with a query or a JSON body, in words that say what to write instead of a library's.
//!
//! Invariant: what is not recognised is passed on as it came, so that nothing is lost; nothing here decides a status.

/// The sentence for a rejected query or body, from the framework's text.
pub(super) fn plain(text: &str) -> String {
    if let Some(what) = text.strip_prefix("Failed to parse the request body as JSON: ") {
        return format!("the body is not JSON: {what}");
    }
    let text = ["Failed to deserialize query string: ", "Failed to deserialize the JSON body into the target type: "]
        .iter()
        .find_map(|prefix| text.strip_prefix(prefix))
        .unwrap_or(text);
    let text = without_position(text);
    let (place, problem) = match text.split_once(": ") {
        Some((place, problem)) if is_path(place) => (place, problem),
        _ => ("", text),
    };
    let (place, said) = match of_fields(problem) {
        // The place of a field that should not be there is the field itself.
        Some(said) if problem.starts_with("unknown") => (place.rsplit_once('.').map_or("", |(above, _)| above), said),
        Some(said) => (place, said),
        None => (place, of_value(problem).unwrap_or_else(|| problem.to_owned())),
    };
    // Messages of our own name their place already.
    if place.is_empty() || said.starts_with(place) { said } else { format!("{place}: {said}") }
}

/// Without `at line 1 column 17`: the field says where.
fn without_position(text: &str) -> &str {
    match text.rsplit_once(" at line ") {
        Some((before, place)) if place.split(" column ").all(|n| n.bytes().all(|byte| byte.is_ascii_digit())) => before,
        _ => text,
    }
}

fn is_path(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_.[]".contains(&byte))
}

/// A field that lacks, that is not known or that stands twice.
fn of_fields(problem: &str) -> Option<String> {
    if let Some(field) = problem.strip_prefix("missing field ") {
        return Some(format!("{} is missing", quoted(field)));
    }
    if let Some(field) = problem.strip_prefix("duplicate field ") {
        return Some(format!("{} stands there twice: say it once", quoted(field)));
    }
    let (field, known) = problem.strip_prefix("unknown field ")?.split_once(", ")?;
    Some(format!("there is no {} here; {}", quoted(field), choice("these can be said", known)))
}

/// A value that the field cannot have.
fn of_value(problem: &str) -> Option<String> {
    if let Some((value, known)) = problem.strip_prefix("unknown variant ").and_then(|rest| rest.split_once(", ")) {
        return Some(format!("{} is not known; {}", quoted(value), choice("write one of", known)));
    }
    let wanted = match problem {
        "invalid digit found in string" | "cannot parse integer from empty string" => "a whole number",
        "number too large to fit in target type" => "a smaller number",
        "number too small to fit in target type" => "a larger number",
        "invalid float literal" | "cannot parse float from empty string" => "a number",
        "provided string was not `true` or `false`" => "true or false",
        _ if problem.starts_with("invalid length ") => "an object, in { }",
        _ => {
            let is_negative = problem.starts_with("invalid value: integer `-");
            let problem = problem.strip_prefix("invalid type: ").or_else(|| problem.strip_prefix("invalid value: "))?;
            let (_, expected) = problem.rsplit_once(", expected ")?;
            return Some(match expected {
                "u8" | "u16" | "u32" | "u64" | "usize" if is_negative => "write a whole number from 0 on".to_owned(),
                "u8" | "u16" | "u32" | "u64" | "usize" | "i8" | "i16" | "i32" | "i64" => {
                    "write a whole number".to_owned()
                }
                "f32" | "f64" => "write a number".to_owned(),
                "a boolean" => "write true or false".to_owned(),
                "a string" | "a borrowed string" => "write a text, in quotes".to_owned(),
                "a sequence" => "write a list, in [ ]".to_owned(),
                expected if expected == "a map" || expected.starts_with("struct ") => {
                    "write an object, in { }".to_owned()
                }
                expected => format!("write {expected}"),
            });
        }
    };
    Some(format!("write {wanted}"))
}

fn quoted(name: &str) -> String {
    format!("'{}'", name.trim_matches('`'))
}

/// ``expected one of `a`, `b` `` as `<lead>: a, b`.
fn choice(lead: &str, expected: &str) -> String {
    let names: Vec<&str> = expected.split('`').skip(1).step_by(2).collect();
    if names.is_empty() { "leave it out".to_owned() } else { format!("{lead}: {}", names.join(", ")) }
}

#[cfg(test)]
mod tests {
    use axum::extract::Query;
    use axum::extract::rejection::{JsonRejection, QueryRejection};
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "only what is wrong with them is looked at")]
    struct Wanted {
        days: u16,
        #[serde(default)]
        again: bool,
        mode: Option<Mode>,
        share: Option<f64>,
        until: Option<crate::model::Day>,
    }

    #[derive(Debug, Deserialize)]
    #[serde(rename_all = "snake_case")]
    enum Mode {
        Merge,
        Skip,
    }

    fn query(text: &str) -> String {
        let uri = format!("http://localhost/?{text}").parse().unwrap();
        let refused: Result<Query<Wanted>, QueryRejection> = Query::try_from_uri(&uri);
        plain(&refused.unwrap_err().body_text())
    }

    fn body(text: &str) -> String {
        let refused: Result<axum::Json<Wanted>, JsonRejection> = axum::Json::from_bytes(text.as_bytes());
        plain(&refused.unwrap_err().body_text())
    }

    #[test]
    fn a_query_is_told_what_to_write() {
        for (asked, said) in [
            ("", "'days' is missing"),
            ("days=x", "days: write a whole number"),
            ("days=", "days: write a whole number"),
            ("days=-1", "days: write a whole number"),
            ("days=70000", "days: write a smaller number"),
            ("days=1&days=2", "'days' stands there twice: say it once"),
            ("days=1&again=yes", "again: write true or false"),
            ("days=1&share=half", "share: write a number"),
            ("days=1&mode=mrege", "mode: 'mrege' is not known; write one of: merge, skip"),
            ("days=1&until=1/2/26", "until: '1/2/26' is not a day: write it as YYYY-MM-DD, for example 2026-11-20"),
        ] {
            assert_eq!(query(asked), said, "{asked}");
        }
        assert_eq!(query("days=1&dys=2"), "there is no 'dys' here; these can be said: days, again, mode, share, until");
    }

    #[test]
    fn a_body_is_told_what_to_write() {
        for (sent, said) in [
            ("{}", "'days' is missing"),
            (r#"{"days": "x"}"#, "days: write a whole number"),
            (r#"{"days": -1}"#, "days: write a whole number from 0 on"),
            (r#"{"days": 1, "again": 1}"#, "again: write true or false"),
            (r#"{"days": 1, "mode": "x"}"#, "mode: 'x' is not known; write one of: merge, skip"),
            ("[]", "write an object, in { }"),
            ("7", "write an object, in { }"),
        ] {
            assert_eq!(body(sent), said, "{sent}");
        }
        assert_eq!(body("{"), "the body is not JSON: EOF while parsing an object at line 1 column 1");
    }
}
