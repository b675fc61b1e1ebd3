//! What to do about a finding, and the field of a config that does it.

use serde_json::json;

use super::finding::Finding;
use super::rules::Rule;
use crate::entities::recommendations::{Action, ActionType, TargetType};
use crate::model::Country;

/// The action that follows.
pub(super) fn action(finding: &Finding, rule: &Rule, own_sizes: &[String]) -> Action {
    let field = field(finding, rule.action);
    Action {
        action_type: rule.action,
        target_type: finding.target_type,
        target_id: finding.target_id.clone(),
        target_name: finding.name().to_owned(),
        api_example: field.and_then(|field| example(field, &finding.target_id, own_sizes)),
        pretargeting_field: field.map(str::to_owned),
    }
}

/// The field of a config that keeps the target out; none where no config can.
fn field(finding: &Finding, action: ActionType) -> Option<&'static str> {
    if !finding.has_id || !matches!(action, ActionType::Block | ActionType::Exclude | ActionType::Pause) {
        return None;
    }
    match finding.target_type {
        TargetType::Size => match SizeField::of(&finding.target_id) {
            SizeField::Dimensions(..) => Some("included_sizes"),
            SizeField::Format(_) => Some("included_formats"),
            SizeField::Neither => None,
        },
        TargetType::Publisher => Some("publisher_targeting_values"),
        TargetType::App => Some("app_targeting_values"),
        TargetType::Geo => Some("excluded_geos"),
        TargetType::Config => Some("state"),
        TargetType::Creative => None,
    }
}

/// How a config can leave a size of the reports out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum SizeField {
    /// By naming other widths and heights.
    Dimensions(u32, u32),
    /// By naming other formats.
    Format(&'static str),
    /// Not by a change that can be staged.
    Neither,
}

impl SizeField {
    pub(super) fn of(size: &str) -> Self {
        let side = |text: &str| text.parse::<u32>().ok().filter(|side| *side > 0);
        let sides = size.split_once('x').and_then(|(width, height)| Some((side(width)?, side(height)?)));
        match (sides, size) {
            (Some((width, height)), _) => Self::Dimensions(width, height),
            (None, "Video/Overlay" | "Rewarded") => Self::Format("VAST"),
            (None, "Native") => Self::Format("NATIVE"),
            _ => Self::Neither,
        }
    }
}

/// What the body of a request to Google would have.
fn example(field: &str, target: &str, own_sizes: &[String]) -> Option<String> {
    let body = match field {
        // The list names what stays: sizes are include-only.
        "included_sizes" if own_sizes.is_empty() => return None,
        "included_sizes" => {
            let sides = own_sizes.iter().filter_map(|size| size.split_once('x'));
            let sizes: Vec<_> = sides.map(|(width, height)| json!({"width": width, "height": height})).collect();
            json!({ "includedCreativeDimensions": sizes })
        }
        "included_formats" => match SizeField::of(target) {
            SizeField::Format("VAST") => json!({"includedFormats": ["HTML", "NATIVE"]}),
            _ => json!({"includedFormats": ["HTML", "VAST"]}),
        },
        "publisher_targeting_values" => {
            json!({"publisherTargeting": {"targetingMode": "EXCLUSIVE", "values": [target]}})
        }
        "app_targeting_values" => {
            json!({"appTargeting": {"mobileAppTargeting": {"targetingMode": "EXCLUSIVE", "values": [target]}}})
        }
        "excluded_geos" => json!({"geoTargeting": {"excludedIds": [Country::of_iso(target)?.criteria_id()]}}),
        "state" => json!({"state": "SUSPENDED"}),
        _ => return None,
    };
    Some(body.to_string())
}
