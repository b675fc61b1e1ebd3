//! `bidders/{bidder}/pretargetingConfigs/{id}`.

use serde_json::Value;

use super::node::{AnswerError, Node};
use crate::entities::TextList;
use crate::entities::configs::GoogleConfig;

pub(super) fn read(config: &Node<'_>) -> Result<GoogleConfig, AnswerError> {
    let geos = ids(config, "geoTargeting")?;
    let user_lists = ids(config, "userListTargeting")?;
    let verticals = ids(config, "verticalTargeting")?;
    let sites = values(config, "webTargeting")?;
    let publishers = values(config, "publisherTargeting")?;
    let apps = config.object("appTargeting", |targeting| {
        Ok((values(targeting, "mobileAppTargeting")?, ids(targeting, "mobileAppCategoryTargeting")?))
    })?;
    let (apps, app_categories) = apps.unwrap_or_default();
    Ok(GoogleConfig {
        config_id: config.required_id_in_name("pretargetingConfigs")?,
        bidder_id: config.id_in_name("bidders")?,
        billing_id: config.text("billingId")?,
        display_name: config.text("displayName")?,
        state: config.text("state")?.unwrap_or_else(|| "STATE_UNSPECIFIED".to_owned()),
        maximum_qps: config.count("maximumQps")?,
        included_formats: config.texts("includedFormats")?,
        included_platforms: config.texts("includedPlatforms")?,
        included_environments: config.texts("includedEnvironments")?,
        included_sizes: sizes(config)?,
        included_geos: geos.included,
        excluded_geos: geos.excluded,
        invalid_geos: config.texts("invalidGeoIds")?,
        included_user_lists: user_lists.included,
        excluded_user_lists: user_lists.excluded,
        included_verticals: verticals.included,
        excluded_verticals: verticals.excluded,
        interstitial_targeting: specified(config.text("interstitialTargeting")?),
        allowed_user_targeting_modes: config.texts("allowedUserTargetingModes")?,
        included_user_id_types: config.texts("includedUserIdTypes")?,
        included_languages: config.texts("includedLanguages")?,
        included_mobile_operating_systems: config.texts("includedMobileOperatingSystemIds")?,
        excluded_content_labels: config.texts("excludedContentLabelIds")?,
        web_targeting_mode: sites.mode,
        web_targeting_values: sites.values,
        publisher_targeting_mode: publishers.mode,
        publisher_targeting_values: publishers.values,
        app_targeting_mode: apps.mode,
        app_targeting_values: apps.values,
        included_app_categories: app_categories.included,
        excluded_app_categories: app_categories.excluded,
        minimum_viewability_decile: decile(config)?,
        raw_data: config.raw_data(),
    })
}

/// `{includedIds, excludedIds}`.
#[derive(Default)]
struct Ids {
    included: Option<TextList>,
    excluded: Option<TextList>,
}

fn ids(node: &Node<'_>, name: &str) -> Result<Ids, AnswerError> {
    let read = |ids: &Node<'_>| Ok(Ids { included: ids.texts("includedIds")?, excluded: ids.texts("excludedIds")? });
    Ok(node.object(name, read)?.unwrap_or_default())
}

/// `{targetingMode, values}`.
#[derive(Default)]
struct Targets {
    mode: Option<String>,
    values: Option<TextList>,
}

fn values(node: &Node<'_>, name: &str) -> Result<Targets, AnswerError> {
    let read = |targets: &Node<'_>| {
        Ok(Targets { mode: specified(targets.text("targetingMode")?), values: targets.texts("values")? })
    };
    Ok(node.object(name, read)?.unwrap_or_default())
}

fn sizes(config: &Node<'_>) -> Result<Option<TextList>, AnswerError> {
    let sizes = config.objects("includedCreativeDimensions", |size| {
        let side = |name| size.count(name)?.ok_or_else(|| size.unexpected(name, "a whole number from 0", &Value::Null));
        Ok(format!("{}x{}", side("width")?, side("height")?))
    })?;
    Ok(Some(TextList(sizes)).filter(|sizes| !sizes.0.is_empty()))
}

fn decile(config: &Node<'_>) -> Result<Option<i64>, AnswerError> {
    match config.count("minimumViewabilityDecile")? {
        Some(decile) if decile > 10 => {
            Err(config.unexpected("minimumViewabilityDecile", "a number from 0 to 10", &Value::from(decile)))
        }
        other => Ok(other),
    }
}

/// `…_UNSPECIFIED` is the API's word for nothing.
fn specified(value: Option<String>) -> Option<String> {
    value.filter(|value| !value.ends_with("_UNSPECIFIED"))
}
