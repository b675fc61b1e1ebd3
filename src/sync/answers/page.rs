//! One page of a list method: `{"endpoints": [ … ], "nextPageToken": "…"}`.

use serde_json::Value;

use super::node::{AnswerError, Node, Path};
use crate::entities::configs::GoogleConfig;
use crate::entities::creatives::GoogleCreative;
use crate::entities::endpoints::GoogleEndpoint;
use crate::entities::seats::GoogleSeat;

/// A page, and what leads to the next one.
#[derive(Debug)]
pub struct Page<T> {
    /// Its items in their order.
    pub items: Vec<T>,
    /// What to ask for the next page with; none on the last one.
    pub next: Option<String>,
}

/// Reads a page of `bidders.pretargetingConfigs.list`.
pub fn configs(bytes: &[u8]) -> Result<Page<GoogleConfig>, AnswerError> {
    page(bytes, "pretargetingConfigs", super::configs::read)
}

/// Reads an answer of `bidders.pretargetingConfigs.get`, and of every method that changes one config.
pub fn config(bytes: &[u8]) -> Result<GoogleConfig, AnswerError> {
    let answer: Value = serde_json::from_slice(bytes).map_err(not_json)?;
    super::configs::read(&Node::new(&answer, Path::Answer)?)
}

/// Reads a page of `bidders.endpoints.list`.
pub fn endpoints(bytes: &[u8]) -> Result<Page<GoogleEndpoint>, AnswerError> {
    page(bytes, "endpoints", super::endpoints::read)
}

/// Reads a page of `bidders.list`: ids.
pub fn bidders(bytes: &[u8]) -> Result<Page<String>, AnswerError> {
    page(bytes, "bidders", |bidder| bidder.required_id_in_name("bidders"))
}

/// Reads a page of `buyers.list`.
pub fn seats(bytes: &[u8]) -> Result<Page<GoogleSeat>, AnswerError> {
    page(bytes, "buyers", super::seats::read)
}

/// Reads a page of `buyers.creatives.list` with `view=FULL`.
pub fn creatives(bytes: &[u8]) -> Result<Page<GoogleCreative>, AnswerError> {
    page(bytes, "creatives", super::creatives::read)
}

fn page<T>(
    bytes: &[u8],
    list: &'static str,
    read: impl Fn(&Node<'_>) -> Result<T, AnswerError>,
) -> Result<Page<T>, AnswerError> {
    let unexpected = |path: &str, expected, found: &'static str| AnswerError::Unexpected {
        path: path.to_owned(),
        expected,
        found: found.to_owned(),
    };
    let answer: Value = serde_json::from_slice(bytes).map_err(not_json)?;
    let Value::Object(answer) = answer else {
        return Err(unexpected("the answer", "an object with a list in it", "something else"));
    };
    let items = match answer.get(list) {
        Some(Value::Array(items)) => items.as_slice(),
        // Google leaves an empty list out; an error or another list's answer is not an empty list.
        None if answer.keys().all(|key| key == "nextPageToken") => &[],
        None => return Err(AnswerError::Missing { path: list.to_owned() }),
        Some(_) => return Err(unexpected(list, "a list", "something else")),
    };
    let items = items.iter().enumerate().map(|(index, item)| read(&Node::new(item, Path::Item(list, index))?));
    let next = answer.get("nextPageToken").and_then(Value::as_str).filter(|token| !token.is_empty());
    Ok(Page { items: items.collect::<Result<_, _>>()?, next: next.map(str::to_owned) })
}

fn not_json(error: serde_json::Error) -> AnswerError {
    AnswerError::NotJson {
        line: error.line(),
        column: error.column(),
        // The parser repeats the place at the end.
        reason: error.to_string().split(" at line ").next().unwrap_or_default().to_owned(),
    }
}
