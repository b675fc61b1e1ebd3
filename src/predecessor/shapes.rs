//! Rows of the old database in the shapes of the Real-time Bidding API's answers, so that the code that reads those reads
//! these. Where the predecessor kept Google's own answer, that comes first and columns fill what it does not say.

use serde_json::{Map, Value, json};

use super::accounts::text;

pub(super) fn seat(row: &Map<String, Value>, bidder: Option<&str>) -> Value {
    let mut seat = Map::new();
    put(&mut seat, "name", text(row, "buyer_id").map(|id| format!("buyers/{id}")));
    put(&mut seat, "bidder", bidder.map(|bidder| format!("bidders/{bidder}")));
    put(&mut seat, "displayName", text(row, "display_name"));
    seat.into()
}

pub(super) fn config(row: &Map<String, Value>, bidder: Option<&str>, mut config: Map<String, Value>) -> Value {
    let bidder = bidder.unwrap_or_default();
    put(&mut config, "name", text(row, "config_id").map(|id| format!("bidders/{bidder}/pretargetingConfigs/{id}")));
    put(&mut config, "billingId", text(row, "billing_id"));
    put(&mut config, "displayName", text(row, "display_name"));
    put(&mut config, "state", Some(text(row, "state").unwrap_or_else(|| "STATE_UNSPECIFIED".to_owned())));
    put(&mut config, "includedFormats", list(row, "included_formats"));
    put(&mut config, "includedPlatforms", list(row, "included_platforms"));
    let size = |size: &Value| {
        let (width, height) = size.as_str()?.split_once(['x', 'X'])?;
        Some(json!({ "width": width.trim(), "height": height.trim() }))
    };
    let sizes = list(row, "included_sizes");
    let sizes: Option<Vec<Value>> = sizes.map(|sizes| sizes.iter().filter_map(size).collect());
    put(&mut config, "includedCreativeDimensions", sizes.filter(|sizes| !sizes.is_empty()));
    let mut geos = Map::new();
    put(&mut geos, "includedIds", list(row, "included_geos"));
    put(&mut geos, "excludedIds", list(row, "excluded_geos"));
    put(&mut config, "geoTargeting", Some(geos).filter(|geos| !geos.is_empty()));
    config.into()
}

pub(super) fn endpoint(row: &Map<String, Value>, bidder: Option<&str>) -> Value {
    let bidder = bidder.unwrap_or_default();
    let mut endpoint = Map::new();
    put(&mut endpoint, "name", text(row, "endpoint_id").map(|id| format!("bidders/{bidder}/endpoints/{id}")));
    put(&mut endpoint, "url", text(row, "url"));
    put(&mut endpoint, "maximumQps", text(row, "maximum_qps"));
    put(&mut endpoint, "tradingLocation", text(row, "trading_location"));
    put(&mut endpoint, "bidProtocol", text(row, "bid_protocol"));
    endpoint.into()
}

pub(super) fn creative(row: &Map<String, Value>, mut creative: Map<String, Value>) -> Value {
    let buyer = text(row, "buyer_id");
    let id = text(row, "creative_id");
    let name = id.as_ref().map(|id| format!("buyers/{}/creatives/{id}", buyer.as_deref().unwrap_or_default()));
    put(&mut creative, "name", name);
    put(&mut creative, "creativeId", id);
    put(&mut creative, "accountId", buyer);
    put(&mut creative, "creativeFormat", Some(text(row, "format").unwrap_or_else(|| "UNKNOWN".to_owned())));
    put(&mut creative, "advertiserName", text(row, "advertiser_name"));
    put(&mut creative, "declaredClickThroughUrls", text(row, "final_url").map(|url| vec![Value::from(url)]));
    if let (Some(width), Some(height)) = (text(row, "width"), text(row, "height")) {
        put(&mut creative, "html", Some(json!({ "width": width, "height": height })));
    }
    if let Some(status) = text(row, "approval_status") {
        let decision = json!({ "networkPolicyCompliance": { "status": status } });
        put(&mut creative, "creativeServingDecision", Some(decision));
    }
    creative.into()
}

/// Sets what Google's own answer does not say.
fn put(entity: &mut Map<String, Value>, name: &str, value: Option<impl Into<Value>>) {
    if let Some(value) = value
        && entity.get(name).is_none_or(Value::is_null)
    {
        entity.insert(name.to_owned(), value.into());
    }
}

/// Google's answer as the predecessor kept it.
pub(super) fn raw(row: &Map<String, Value>) -> Map<String, Value> {
    text(row, "raw").and_then(|raw| serde_json::from_str(&raw).ok()).unwrap_or_default()
}

/// A list that stands in a column as a JSON array, or with commas.
fn list(row: &Map<String, Value>, field: &str) -> Option<Vec<Value>> {
    let text = text(row, field)?;
    let items: Vec<Value> = serde_json::from_str(&text)
        .unwrap_or_else(|_| text.split(',').map(str::trim).filter(|item| !item.is_empty()).map(Value::from).collect());
    Some(items).filter(|items| !items.is_empty())
}
