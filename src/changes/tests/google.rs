//! A Google in memory: it keeps configs, does what calls say, and fails when told to.

use std::collections::BTreeMap;
use std::sync::Mutex;

use serde_json::{Value, json};

use crate::google::{Call, Google, GoogleError, Method};

/// The configs of one bidder by path.
#[derive(Default)]
pub struct Model {
    held: Mutex<Held>,
}

#[derive(Default)]
struct Held {
    configs: BTreeMap<String, Value>,
    sent: Vec<String>,
    trouble: Vec<(String, Trouble)>,
}

/// What becomes of a call once.
#[derive(Clone, Copy, PartialEq)]
pub enum Trouble {
    /// It is refused.
    Refused,
    /// It takes effect and its answer is lost.
    LostAfter,
    /// It does not arrive.
    LostBefore,
    /// It is refused, and the call after it does not arrive.
    RefusedAndThenSilent,
}

impl Model {
    pub fn of(configs: impl IntoIterator<Item = Value>) -> Self {
        let model = Self::default();
        configs.into_iter().for_each(|config| model.put(config));
        model
    }

    pub fn put(&self, config: Value) {
        let path = format!("v1/{}", config["name"].as_str().unwrap());
        self.held.lock().unwrap().configs.insert(path, config);
    }

    pub fn config(&self, id: &str) -> Value {
        self.held.lock().unwrap().configs[&format!("v1/bidders/7/pretargetingConfigs/{id}")].clone()
    }

    /// The next call whose method and path hold `matching` comes to that.
    pub fn trouble(&self, matching: &str, trouble: Trouble) {
        self.held.lock().unwrap().trouble.push((matching.to_owned(), trouble));
    }

    /// The calls that changed something since this was last asked.
    pub fn sent(&self) -> Vec<String> {
        std::mem::take(&mut self.held.lock().unwrap().sent)
    }
}

impl Google for Model {
    fn send(&self, call: &Call) -> Result<Vec<u8>, GoogleError> {
        let mut held = self.held.lock().unwrap();
        let named = GoogleError::named(call);
        let place = held.trouble.iter().position(|(matching, _)| named.contains(matching.as_str()));
        let trouble = place.map(|place| held.trouble.remove(place).1);
        let refused =
            |reason: &str| GoogleError::Refused { call: named.clone(), status: 400, reason: reason.to_owned() };
        let lost = || GoogleError::NoAnswer { call: named.clone(), reason: "the connection was cut".to_owned() };
        match trouble {
            Some(Trouble::Refused) => return Err(refused("no")),
            Some(Trouble::RefusedAndThenSilent) => {
                held.trouble.push((String::new(), Trouble::LostBefore));
                return Err(refused("no"));
            }
            Some(Trouble::LostBefore) => return Err(lost()),
            _ => {}
        }
        let (path, verb) = call.path.split_once(':').unwrap_or((&call.path, ""));
        let config = held.configs.get_mut(path).ok_or_else(|| refused("there is no such config"))?;
        done(config, call, verb).map_err(|reason| refused(&reason))?;
        let answer = config.to_string().into_bytes();
        if call.method != Method::Get {
            held.sent.push(named.clone());
        }
        if trouble == Some(Trouble::LostAfter) { Err(lost()) } else { Ok(answer) }
    }
}

fn done(config: &mut Value, call: &Call, verb: &str) -> Result<(), String> {
    let body = call.body.clone().unwrap_or(Value::Null);
    match (call.method, verb) {
        (Method::Get, "") => Ok(()),
        (Method::Patch, "") => {
            for field in call.query[0].1.split(',') {
                if ["name", "billingId", "state", "invalidGeoIds"].contains(&field) {
                    return Err(format!("{field} is output only"));
                }
                match body.get(field) {
                    Some(value) => config[field] = value.clone(),
                    None => drop(config.as_object_mut().unwrap().remove(field)),
                }
            }
            Ok(())
        }
        (Method::Post, "activate") => state(config, "ACTIVE"),
        (Method::Post, "suspend") => state(config, "SUSPENDED"),
        (Method::Post, verb) => list(config, verb, &body),
        _ => Err("no such method".to_owned()),
    }
}

fn state(config: &mut Value, state: &str) -> Result<(), String> {
    if config["state"] == state {
        return Err(format!("it is {state} already"));
    }
    config["state"] = state.into();
    Ok(())
}

fn list(config: &mut Value, verb: &str, body: &Value) -> Result<(), String> {
    let (adds, what) = match (verb.strip_prefix("addTargeted"), verb.strip_prefix("removeTargeted")) {
        (Some(what), _) => (true, what),
        (_, Some(what)) => (false, what),
        _ => return Err(format!("no method {verb}")),
    };
    let (ids, held) = match what {
        "Publishers" => ("publisherIds", &mut config["publisherTargeting"]),
        "Apps" => ("appIds", &mut config["appTargeting"]["mobileAppTargeting"]),
        "Sites" => ("sites", &mut config["webTargeting"]),
        _ => return Err(format!("no list of {what}")),
    };
    let asked = body[ids].as_array().filter(|ids| !ids.is_empty()).ok_or("no ids")?;
    let mut values = held["values"].as_array().cloned().unwrap_or_default();
    let mut mode = held["targetingMode"].clone();
    if adds {
        if !["INCLUSIVE", "EXCLUSIVE"].contains(&body["targetingMode"].as_str().unwrap_or_default()) {
            return Err("the mode is required".to_owned());
        }
        if !values.is_empty() && mode != body["targetingMode"] {
            return Err(format!("the mode is {mode}"));
        }
        mode = body["targetingMode"].clone();
        let new: Vec<Value> = asked.iter().filter(|id| !values.contains(id)).cloned().collect();
        values.extend(new);
    } else {
        values.retain(|value| !asked.contains(value));
    }
    *held = json!({"targetingMode": mode, "values": values});
    Ok(())
}
