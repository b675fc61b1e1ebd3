//! A pretargeting config as the fields of the API, and which of them are the same.
//!
//! What is patched must keep everything that stands beside the change, also what this program has no column for; so
//! changes are made on Google's own JSON.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::ChangeError;
use crate::entities::changes::ChangeType;
use crate::entities::configs::GoogleConfig;
use crate::model::Country;

/// The fields that a PATCH may set, in the order of the API's documentation.
pub(super) const PATCHED: [&str; 19] = [
    "displayName",
    "maximumQps",
    "includedFormats",
    "includedPlatforms",
    "includedEnvironments",
    "includedCreativeDimensions",
    "geoTargeting",
    "userListTargeting",
    "verticalTargeting",
    "interstitialTargeting",
    "allowedUserTargetingModes",
    "includedUserIdTypes",
    "includedLanguages",
    "includedMobileOperatingSystemIds",
    "excludedContentLabelIds",
    "webTargeting",
    "publisherTargeting",
    "appTargeting",
    "minimumViewabilityDecile",
];

/// A config, or a part of one: a field that is absent is not known, one that is null is not set.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Fields(pub(super) Map<String, Value>);

impl Fields {
    /// What Google says of a config: every field is known.
    pub fn of(config: &GoogleConfig) -> Result<Self, ChangeError> {
        let mut fields = Self::read(&config.raw_data, &config.config_id)?;
        for field in PATCHED.iter().chain(&["state"]) {
            fields.0.entry(*field).or_insert(Value::Null);
        }
        Ok(fields)
    }

    /// What a snapshot holds. One that this program took is a whole config, which has its name; of others only what
    /// they say is known, and what shares an object with it is as in `base`.
    pub(super) fn of_snapshot(config_data: &str, snapshot: i64, base: &Self) -> Result<Self, ChangeError> {
        let mut fields = Self::read(config_data, &format!("of snapshot {snapshot}"))?;
        if fields.0.contains_key("name") {
            for field in PATCHED.iter().chain(&["state"]) {
                fields.0.entry(*field).or_insert(Value::Null);
            }
            return Ok(fields);
        }
        if let Some(Value::Array(sizes)) = fields.0.remove("includedSizes") {
            let sizes = sizes.iter().filter_map(Value::as_str).filter_map(dimensions).collect();
            fields.0.insert("includedCreativeDimensions".to_owned(), Value::Array(sizes));
        }
        fields.0.retain(|_, value| !without_nulls(value));
        for (name, value) in &mut fields.0 {
            if let (Value::Object(value), Some(Value::Object(below))) = (value, base.0.get(name)) {
                for (name, below) in below {
                    value.entry(name.as_str()).or_insert_with(|| below.clone());
                }
            }
        }
        Ok(fields)
    }

    fn read(text: &str, config: &str) -> Result<Self, ChangeError> {
        serde_json::from_str(text)
            .map(Self)
            .map_err(|error| ChangeError::Stored { config: config.to_owned(), reason: error.to_string() })
    }

    /// Whether the field of the API is known.
    pub(super) fn knows(&self, field: &str) -> bool {
        self.0.contains_key(field)
    }

    /// What is known here, and for the rest what `other` says.
    pub(super) fn over(&self, other: &Self) -> Self {
        let mut merged = other.0.clone();
        merged.extend(self.0.iter().map(|(name, value)| (name.clone(), value.clone())));
        Self(merged)
    }

    /// Only these fields.
    pub(super) fn only(&self, keep: impl Fn(&str) -> bool) -> Self {
        Self(self.0.iter().filter(|(name, _)| keep(name)).map(|(name, value)| (name.clone(), value.clone())).collect())
    }

    /// The field in a form that is equal where it means the same.
    pub(super) fn normal(&self, field: &str) -> Option<Value> {
        let value = normal(self.0.get(field)?)?;
        // Numbers that are not set are 0 to Google.
        Some(value).filter(|value| value != "0")
    }

    /// The fields that are known here and differ from `other`.
    pub(super) fn differing<'a>(&'a self, other: &'a Self) -> impl Iterator<Item = &'static str> + 'a {
        let fields = PATCHED.into_iter().chain(["state"]);
        fields.filter(|field| self.knows(field) && self.normal(field) != other.normal(field))
    }

    /// A text or number.
    pub(super) fn text(&self, path: &[&str]) -> Option<String> {
        match self.at(path)? {
            Value::String(text) if !text.is_empty() => Some(text.clone()),
            Value::Number(number) => Some(number.to_string()),
            _ => None,
        }
    }

    /// The values of a list; sizes as `WxH`.
    pub(super) fn list(&self, path: &[&str]) -> Vec<String> {
        let items = self.at(path).and_then(Value::as_array);
        items.into_iter().flatten().filter_map(item_text).collect()
    }

    fn at(&self, path: &[&str]) -> Option<&Value> {
        let (first, rest) = path.split_first()?;
        rest.iter().try_fold(self.0.get(*first)?, |value, name| value.get(name))
    }

    /// The object at the path, made where there is none.
    fn object(&mut self, path: &[&str]) -> &mut Map<String, Value> {
        let mut object = &mut self.0;
        for name in path {
            let below = object.entry(*name).or_insert(Value::Null);
            if !below.is_object() {
                *below = json!({});
            }
            object = match below {
                Value::Object(below) => below,
                _ => unreachable!("it was made an object above"),
            };
        }
        object
    }

    /// Makes a change; false where it changes nothing.
    pub(super) fn change(&mut self, kind: ChangeType, value: &str) -> bool {
        let (name, parents) = match path(kind).split_last() {
            Some((name, parents)) => (*name, parents),
            None => return false,
        };
        let before = self.0.get(path(kind)[0]).and_then(normal);
        match kind {
            ChangeType::ChangeState => {
                self.0.insert(name.to_owned(), value.into());
            }
            ChangeType::ChangeQps => {
                let qps = if value == "0" { Value::Null } else { value.into() };
                self.0.insert(name.to_owned(), qps);
            }
            _ => {
                let object = self.object(parents);
                let mut items = match object.remove(name) {
                    Some(Value::Array(items)) => items,
                    _ => Vec::new(),
                };
                let key = same(kind, value);
                let is_it = |item: &Value| item_text(item).is_some_and(|text| same(kind, &text) == key);
                if kind.is_remove() {
                    items.retain(|item| !is_it(item));
                } else if !items.iter().any(is_it) {
                    // A list of blocked ones is what a first value means: a list of allowed ones would exclude all others.
                    if items.is_empty() && !parents.is_empty() && !kind.is_geo() {
                        object.insert("targetingMode".to_owned(), "EXCLUSIVE".into());
                    }
                    items.extend(item(kind, &key));
                }
                object.insert(name.to_owned(), Value::Array(items));
            }
        }
        before != self.0.get(path(kind)[0]).and_then(normal)
    }
}

/// The columns of a config that a field of the API fills.
pub(super) fn columns(field: &str) -> &'static [&'static str] {
    match field {
        "displayName" => &["display_name"],
        "maximumQps" => &["maximum_qps"],
        "includedFormats" => &["included_formats"],
        "includedPlatforms" => &["included_platforms"],
        "includedEnvironments" => &["included_environments"],
        "includedCreativeDimensions" => &["included_sizes"],
        "geoTargeting" => &["included_geos", "excluded_geos", "invalid_geos"],
        "userListTargeting" => &["included_user_lists", "excluded_user_lists"],
        "verticalTargeting" => &["included_verticals", "excluded_verticals"],
        "interstitialTargeting" => &["interstitial_targeting"],
        "allowedUserTargetingModes" => &["allowed_user_targeting_modes"],
        "includedUserIdTypes" => &["included_user_id_types"],
        "includedLanguages" => &["included_languages"],
        "includedMobileOperatingSystemIds" => &["included_mobile_operating_systems"],
        "excludedContentLabelIds" => &["excluded_content_labels"],
        "webTargeting" => &["web_targeting_mode", "web_targeting_values"],
        "publisherTargeting" => &["publisher_targeting_mode", "publisher_targeting_values"],
        "appTargeting" => {
            &["app_targeting_mode", "app_targeting_values", "included_app_categories", "excluded_app_categories"]
        }
        "minimumViewabilityDecile" => &["minimum_viewability_decile"],
        "state" => &["state"],
        _ => &[],
    }
}

/// Where the values of a change stand.
pub(super) fn path(kind: ChangeType) -> &'static [&'static str] {
    match kind {
        ChangeType::AddSize | ChangeType::RemoveSize => &["includedCreativeDimensions"],
        ChangeType::AddGeo | ChangeType::RemoveGeo => &["geoTargeting", "includedIds"],
        ChangeType::AddExcludedGeo | ChangeType::RemoveExcludedGeo => &["geoTargeting", "excludedIds"],
        ChangeType::AddFormat | ChangeType::RemoveFormat => &["includedFormats"],
        ChangeType::AddPublisher | ChangeType::RemovePublisher => &["publisherTargeting", "values"],
        ChangeType::AddApp | ChangeType::RemoveApp => &["appTargeting", "mobileAppTargeting", "values"],
        ChangeType::ChangeState => &["state"],
        ChangeType::ChangeQps => &["maximumQps"],
    }
}

/// Values that are equal where they mean the same: a country by its code and by its criteria id.
pub(super) fn same(kind: ChangeType, value: &str) -> String {
    if kind.is_geo() { criteria_id(value) } else { value.to_owned() }
}

/// As Google names places.
pub(super) fn criteria_id(place: &str) -> String {
    Country::of_iso(place).map_or_else(|| place.to_owned(), |country| country.criteria_id())
}

fn item(kind: ChangeType, value: &str) -> Option<Value> {
    match kind {
        ChangeType::AddSize => dimensions(value),
        _ => Some(value.into()),
    }
}

/// `300x250` as the API has it, where 64-bit numbers are strings.
fn dimensions(size: &str) -> Option<Value> {
    let (width, height) = size.split_once('x')?;
    Some(json!({"width": width, "height": height}))
}

fn item_text(item: &Value) -> Option<String> {
    match item {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Object(size) => {
            let side = |name| size.get(name).and_then(item_text);
            Some(format!("{}x{}", side("width")?, side("height")?))
        }
        _ => None,
    }
}

/// What is not set is not there, numbers are text, the order of a list means nothing.
fn normal(value: &Value) -> Option<Value> {
    match value {
        Value::Null => None,
        Value::String(text) if text.is_empty() || text.ends_with("_UNSPECIFIED") => None,
        Value::Number(number) => Some(number.to_string().into()),
        Value::Array(items) => {
            let items: BTreeSet<String> = items.iter().filter_map(normal).map(|item| item.to_string()).collect();
            Some(json!(items)).filter(|_| !items.is_empty())
        }
        Value::Object(fields) => {
            let mut fields: Map<String, Value> =
                fields.iter().filter_map(|(name, value)| Some((name.clone(), normal(value)?))).collect();
            // The mode of a list without values says nothing.
            if fields.contains_key("targetingMode") && !fields.contains_key("values") {
                fields.clear();
            }
            Some(Value::Object(fields)).filter(|fields| fields.as_object().is_some_and(|fields| !fields.is_empty()))
        }
        other => Some(other.clone()),
    }
}

/// Takes nulls out; true where nothing is left.
fn without_nulls(value: &mut Value) -> bool {
    if let Value::Object(fields) = value {
        fields.retain(|_, value| !without_nulls(value));
        return fields.is_empty();
    }
    value.is_null()
}
