//! The calls that lead from what a config is to what it shall be: pure.
//!
//! A PATCH names each field that differs in `updateMask` and sends it whole, so that what shares an object with the change
//! (excluded beside included places) stays. Lists of publishers, apps and sites, which may be long, are changed by
//! `:addTargeted…` and `:removeTargeted…`: these name only what differs, so a value that somebody else added meanwhile
//! stays, and sending them again changes nothing. `state` is output only: `:activate` and `:suspend` change it.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::fields::{Fields, PATCHED, criteria_id};
use crate::google::Call;

/// A list that methods of its own change.
struct Listed {
    field: &'static str,
    path: &'static [&'static str],
    method: &'static str,
    ids: &'static str,
}

const LISTED: [Listed; 3] = [
    Listed { field: "publisherTargeting", path: &["publisherTargeting"], method: "Publishers", ids: "publisherIds" },
    Listed { field: "appTargeting", path: &["appTargeting", "mobileAppTargeting"], method: "Apps", ids: "appIds" },
    Listed { field: "webTargeting", path: &["webTargeting"], method: "Sites", ids: "sites" },
];

/// The calls in their order; `config` is the path of the config, none where nothing differs.
pub fn calls(config: &str, current: &Fields, target: &Fields) -> Vec<Call> {
    let target = &target.over(current);
    let differing: Vec<&str> = target.differing(current).collect();
    let (mut mask, mut body, mut lists) = (Vec::new(), Map::new(), Vec::new());
    for field in PATCHED.into_iter().filter(|field| differing.contains(field)) {
        let listed = LISTED.iter().find(|listed| listed.field == field);
        match listed.and_then(|listed| by_method(config, listed, current, target)) {
            Some(calls) => lists.extend(calls),
            None => {
                mask.push(field);
                if let Some(value) = target.0.get(field).and_then(|value| wire(field, value)) {
                    body.insert(field.to_owned(), value);
                }
            }
        }
    }
    let patch = (!mask.is_empty()).then(|| Call::patch(config, &mask, Value::Object(body)));
    let state = differing.contains(&"state").then(|| target.text(&["state"])).flatten();
    let (suspend, activate) = match state.as_deref() {
        Some("SUSPENDED") => (Some(Call::post(format!("{config}:suspend"), json!({}))), None),
        Some("ACTIVE") => (None, Some(Call::post(format!("{config}:activate"), json!({})))),
        _ => (None, None),
    };
    // What stops traffic comes first, what starts it last.
    suspend.into_iter().chain(patch).chain(lists).chain(activate).collect()
}

/// None where the methods cannot do it: another mode, or something else of the object differs too.
fn by_method(config: &str, listed: &Listed, current: &Fields, target: &Fields) -> Option<Vec<Call>> {
    let at = |fields: &Fields, name| -> Vec<String> {
        fields.list(&listed.path.iter().copied().chain([name]).collect::<Vec<_>>())
    };
    let (old, new) = (at(current, "values"), at(target, "values"));
    let mode = |fields: &Fields| fields.text(&listed.path.iter().copied().chain(["targetingMode"]).collect::<Vec<_>>());
    if !old.is_empty() && !new.is_empty() && mode(current) != mode(target) {
        return None;
    }
    if listed.path.len() > 1 && beside(listed, current) != beside(listed, target) {
        return None;
    }
    let (old, new): (BTreeSet<String>, BTreeSet<String>) = (old.into_iter().collect(), new.into_iter().collect());
    let only = |of: &BTreeSet<String>, not: &BTreeSet<String>| of.difference(not).cloned().collect::<Vec<_>>();
    let (added, removed) = (only(&new, &old), only(&old, &new));
    let call = |verb: &str, body| Call::post(format!("{config}:{verb}Targeted{}", listed.method), body);
    // First those that come: a list of allowed ones that is empty for a moment would allow all.
    let add = (!added.is_empty())
        .then(|| call("add", json!({listed.ids: added, "targetingMode": mode(target).unwrap_or_default()})));
    let remove = (!removed.is_empty()).then(|| call("remove", json!({listed.ids: removed})));
    Some(add.into_iter().chain(remove).collect())
}

/// What the object holds beside the list.
fn beside(listed: &Listed, fields: &Fields) -> Option<Value> {
    let mut fields = fields.clone();
    if let (Some(Value::Object(object)), Some(list)) = (fields.0.get_mut(listed.field), listed.path.last()) {
        object.remove(*list);
    }
    fields.normal(listed.field)
}

/// The value as the API takes it; none clears the field, because the mask names it.
fn wire(field: &str, value: &Value) -> Option<Value> {
    match (field, value) {
        (_, Value::Null) => None,
        ("maximumQps", Value::Number(number)) => Some(number.to_string().into()),
        ("includedCreativeDimensions", Value::Array(sizes)) => {
            let text = |side: Option<&Value>| match side {
                Some(Value::Number(number)) => number.to_string().into(),
                other => other.cloned().unwrap_or(Value::Null),
            };
            let size = |size: &Value| json!({"width": text(size.get("width")), "height": text(size.get("height"))});
            Some(sizes.iter().map(size).collect())
        }
        ("geoTargeting", Value::Object(lists)) => {
            let place = |place: &Value| match place {
                Value::String(place) => criteria_id(place).into(),
                other => Value::from(other.to_string()),
            };
            let ids = |ids: &Value| -> Value { ids.as_array().into_iter().flatten().map(place).collect() };
            Some(Value::Object(lists.iter().map(|(name, list)| (name.clone(), ids(list))).collect()))
        }
        (_, other) => Some(other.clone()),
    }
}
