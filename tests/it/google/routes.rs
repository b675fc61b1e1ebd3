//! The methods of the API.

use serde_json::{Value, json};

use super::entities::Entities;
use super::http::Request;
use super::targeting;

/// Status and message.
pub(super) type Refusal = (u16, String);

pub(super) fn answer(request: &Request, entities: &mut Entities, largest_page: usize) -> Result<(u16, Value), Refusal> {
    let segments: Vec<&str> = request.path.split('/').collect();
    let page = |list: &str, items: &[Value], default| Ok((200, page(request, list, items, default, largest_page)?));
    match (request.method.as_str(), segments.as_slice()) {
        ("GET", ["v1", "bidders"]) => page("bidders", &entities.bidders, 100),
        ("GET", ["v1", "buyers"]) => page("buyers", &entities.buyers, 100),
        ("GET", ["v1", "bidders", bidder, "endpoints"]) => {
            known(entities, bidder)?;
            page("endpoints", &entities.endpoints, 100)
        }
        ("GET", ["v1", "bidders", bidder, "pretargetingConfigs"]) => {
            known(entities, bidder)?;
            page("pretargetingConfigs", &entities.configs, 10)
        }
        ("GET", ["v1", "buyers", buyer, "creatives"]) => {
            let creatives = entities.creatives.get(*buyer).ok_or_else(|| (404, format!("no buyer {buyer}")))?;
            let filter = parameter(request, "filter");
            let fits = |creative: &&Value| filter.is_none_or(|filter| fits(creative, filter));
            let mut creatives: Vec<Value> = creatives.iter().filter(fits).cloned().collect();
            if parameter(request, "view") != Some("FULL") {
                for creative in creatives.iter_mut().filter_map(Value::as_object_mut) {
                    creative.retain(|field, _| field == "name" || field == "creativeServingDecision");
                }
            }
            page("creatives", &creatives, 100)
        }
        (method, ["v1", "bidders", bidder, "pretargetingConfigs", config]) => {
            known(entities, bidder)?;
            let (id, verb) = config.split_once(':').map_or((*config, None), |(id, verb)| (id, Some(verb)));
            let config = entities.config(id).ok_or_else(|| (404, format!("no pretargeting config {id}")))?;
            let body = if request.body.is_empty() { json!({}) } else { serde_json::from_slice(&request.body).unwrap() };
            match (method, verb) {
                ("GET", None) => {}
                ("PATCH", None) => targeting::patch(config, parameter(request, "updateMask").unwrap_or("*"), &body)?,
                ("POST", Some(verb)) => targeting::act(config, verb, &body)?,
                _ => return Err((405, format!("no method {method}"))),
            }
            Ok((200, config.clone()))
        }
        _ => Err((404, "Method not found.".to_owned())),
    }
}

fn known(entities: &Entities, bidder: &str) -> Result<(), Refusal> {
    let name = format!("bidders/{bidder}");
    let is_known = entities.bidders.iter().any(|known| known["name"] == name.as_str());
    if is_known { Ok(()) } else { Err((404, format!("no bidder {bidder}"))) }
}

fn parameter<'a>(request: &'a Request, name: &str) -> Option<&'a str> {
    request.query.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
}

/// `creativeFormat:VIDEO`, of a field of the first level.
fn fits(creative: &Value, filter: &str) -> bool {
    filter.split_once(':').is_some_and(|(field, value)| creative[field] == value)
}

fn page(request: &Request, list: &str, items: &[Value], default: usize, largest: usize) -> Result<Value, Refusal> {
    let number = |text: &str| text.parse::<usize>().map_err(|_| (400, format!("not a number: {text}")));
    let size = parameter(request, "pageSize").map_or(Ok(default), number)?.min(largest);
    let from = match parameter(request, "pageToken") {
        None => 0,
        Some(token) => number(token.strip_prefix('p').ok_or_else(|| (400, "no page token".to_owned()))?)?,
    };
    let items = items.get(from..).unwrap_or_default();
    let mut page = json!({});
    // Google leaves an empty list out.
    if !items.is_empty() {
        page[list] = items[..size.min(items.len())].into();
    }
    if items.len() > size {
        page["nextPageToken"] = format!("p{}", from + size).into();
    }
    Ok(page)
}
