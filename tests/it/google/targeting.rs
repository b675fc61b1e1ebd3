//! What changes a pretargeting config does: patch, activate, suspend, and lists that grow and shrink.

use serde_json::{Value, json};

use super::routes::Refusal;

/// Sets the fields that the mask names to what the body says, and removes those that the body lacks.
pub(super) fn patch(config: &mut Value, mask: &str, body: &Value) -> Result<(), Refusal> {
    let every = || body.as_object().into_iter().flatten().map(|(name, _)| name.clone()).collect();
    let fields: Vec<String> = if mask == "*" { every() } else { mask.split(',').map(str::to_owned).collect() };
    for field in fields {
        let camel = |name: &str| !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric());
        if !field.split('.').all(camel) || ["name", "billingId", "state"].contains(&field.as_str()) {
            return Err((400, format!("Invalid field in update mask: {field}")));
        }
        let pointer = format!("/{}", field.replace('.', "/"));
        set(config, &field.split('.').collect::<Vec<_>>(), body.pointer(&pointer).cloned());
    }
    Ok(())
}

fn set(object: &mut Value, path: &[&str], value: Option<Value>) {
    let [field, rest @ ..] = path else { return };
    if !object.is_object() {
        *object = json!({});
    }
    let fields = object.as_object_mut().unwrap();
    match (rest, value) {
        ([], Some(value)) => drop(fields.insert((*field).to_owned(), value)),
        ([], None) => drop(fields.remove(*field)),
        (rest, value) => set(fields.entry(*field).or_insert_with(|| json!({})), rest, value),
    }
}

/// `…:activate`, `…:addTargetedApps` and so on.
pub(super) fn act(config: &mut Value, verb: &str, body: &Value) -> Result<(), Refusal> {
    let (adds, what) = match verb {
        "activate" | "suspend" => {
            let state = if verb == "activate" { "ACTIVE" } else { "SUSPENDED" };
            if config["state"] == state {
                return Err((400, format!("The configuration is {state} already")));
            }
            config["state"] = state.into();
            return Ok(());
        }
        _ => match (verb.strip_prefix("addTargeted"), verb.strip_prefix("removeTargeted")) {
            (Some(what), _) => (true, what),
            (_, Some(what)) => (false, what),
            _ => return Err((404, format!("no method :{verb}"))),
        },
    };
    let (ids, place) = match what {
        "Apps" => ("appIds", "/appTargeting/mobileAppTargeting"),
        "Publishers" => ("publisherIds", "/publisherTargeting"),
        "Sites" => ("sites", "/webTargeting"),
        _ => return Err((404, format!("no method :{verb}"))),
    };
    let asked = body[ids].as_array().filter(|ids| !ids.is_empty()).ok_or((400, format!("{ids} is empty")))?;
    let path: Vec<&str> = place.trim_start_matches('/').split('/').collect();
    let held = config.pointer(place).cloned().unwrap_or_else(|| json!({}));
    let mode = &held["targetingMode"];
    let mut values = held["values"].as_array().cloned().unwrap_or_default();
    if adds {
        if !values.is_empty() && *mode != body["targetingMode"] {
            return Err((400, format!("The targeting mode is {mode}")));
        }
        values.extend(asked.iter().filter(|id| !values.contains(id)).cloned().collect::<Vec<_>>());
        set(config, &path, Some(json!({"targetingMode": body["targetingMode"], "values": values})));
    } else {
        values.retain(|value| !asked.contains(value));
        let left = (!values.is_empty()).then(|| json!({"targetingMode": mode, "values": values}));
        set(config, &path, left);
    }
    Ok(())
}
