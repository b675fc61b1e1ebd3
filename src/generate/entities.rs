//! The entities that belong to the reports, as answers of the Real-time Bidding API v1 (one file per list method).
//!
//! Invariant: every creative of the reports is listed; every billing id has a config but the orphan, and those beyond
//! Google's limit of ten configs.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;

use serde_json::{Value, json};

use super::world::{Creative, Format, ORPHAN_BILLING_RANK, World};

pub(super) const BIDDER: &str = "299038253";
const MOST_CONFIGS: usize = 10;
const UPDATED: &str = "2026-01-15T09:30:00Z";

/// Writes pretargetingConfigs.json, buyers.json, endpoints.json and creatives.json.
pub(super) fn write(dir: &Path, world: &World) -> io::Result<()> {
    list(dir, "pretargetingConfigs", configs(world).into_iter())?;
    list(dir, "buyers", std::iter::once(buyer(world)))?;
    list(dir, "endpoints", endpoints().into_iter())?;
    list(dir, "creatives", world.creatives.iter().enumerate().map(|(rank, one)| creative(rank, one)))
}

/// One answer of a list method, an entity a line, so that twenty thousand creatives need no room in memory.
fn list(dir: &Path, name: &str, entities: impl Iterator<Item = Value>) -> io::Result<()> {
    let mut out = BufWriter::new(File::create(dir.join(format!("{name}.json")))?);
    write!(out, "{{\"{name}\": [")?;
    for (at, entity) in entities.enumerate() {
        out.write_all(if at == 0 { b"\n" } else { b",\n" })?;
        serde_json::to_writer(&mut out, &entity)?;
    }
    out.write_all(b"\n]}\n")?;
    out.flush()
}

const CONFIG_NAMES: [&str; 10] = [
    "India app interstitials",
    "US and Canada video",
    "Indonesia rewarded",
    "Web display, all countries",
    "",
    "Brazil test",
    "Connected TV trial",
    "Europe display",
    "Japan and Australia",
    "Retargeting",
];

fn configs(world: &World) -> Vec<Value> {
    let with_traffic = world.billing_ids.iter().enumerate().filter(|(rank, _)| *rank != ORPHAN_BILLING_RANK);
    let mut configs: Vec<Value> =
        with_traffic.take(MOST_CONFIGS).map(|(rank, billing_id)| config(rank, billing_id)).collect();
    if configs.len() < MOST_CONFIGS {
        // A config that has never had traffic is a row of the answers too.
        configs.push(config(9, "157331599999"));
    }
    configs
}

fn config(rank: usize, billing_id: &str) -> Value {
    let name =
        CONFIG_NAMES.get(rank).filter(|name| !name.is_empty()).map_or(format!("Config {rank}"), |&n| n.to_owned());
    let countries: &[u32] = match rank % 4 {
        0 => &[2356],
        1 => &[2840, 2124],
        2 => &[2360],
        _ => &[],
    };
    let sizes = match rank % 3 {
        0 => json!([{"width": "320", "height": "480"}, {"width": "300", "height": "250"}]),
        1 => {
            json!([{"width": "300", "height": "250"}, {"width": "320", "height": "50"}, {"width": "728", "height": "90"}])
        }
        _ => json!([]),
    };
    let mut config = json!({
        "name": format!("bidders/{BIDDER}/pretargetingConfigs/{}", 148_000_001 + rank),
        "displayName": name,
        "billingId": billing_id,
        "state": if rank == 9 { "SUSPENDED" } else { "ACTIVE" },
        "maximumQps": (5_000 * (rank + 1)).to_string(),
        "includedFormats": if rank.is_multiple_of(2) { json!(["VAST", "HTML"]) } else { json!(["HTML"]) },
        "includedPlatforms": ["PHONE", "TABLET"],
        "includedEnvironments": if rank == 3 { json!(["WEB"]) } else { json!(["APP", "WEB"]) },
        "includedCreativeDimensions": sizes,
        "interstitialTargeting": if rank == 0 { "ONLY_INTERSTITIAL_REQUESTS" } else { "INTERSTITIAL_TARGETING_UNSPECIFIED" },
        "allowedUserTargetingModes": ["REMARKETING_ADS", "INTEREST_BASED_TARGETING"],
    });
    if !countries.is_empty() {
        let ids: Vec<String> = countries.iter().map(u32::to_string).collect();
        config["geoTargeting"] = json!({"includedIds": ids});
    }
    config
}

fn buyer(world: &World) -> Value {
    json!({
        "name": format!("buyers/{BIDDER}"),
        "displayName": "Example Trading Desk",
        "bidder": format!("bidders/{BIDDER}"),
        "activeCreativeCount": world.creatives.len().to_string(),
        "maximumActiveCreativeCount": "50000",
        "billingIds": world.billing_ids,
    })
}

fn endpoints() -> Vec<Value> {
    let endpoint = |id: u32, region: &str, host: &str, qps: u32| {
        json!({
            "name": format!("bidders/{BIDDER}/endpoints/{id}"),
            "url": format!("https://{host}.bidder.example/rtb"),
            "maximumQps": qps.to_string(),
            "tradingLocation": region,
            "bidProtocol": "OPENRTB_JSON",
        })
    };
    vec![
        endpoint(14_001, "US_WEST", "us-west", 20_000),
        endpoint(14_002, "US_EAST", "us-east", 15_000),
        endpoint(14_003, "ASIA", "asia", 30_000),
    ]
}

fn creative(rank: usize, one: &Creative) -> Value {
    let campaign = rank % 40;
    let landing = format!("https://shop{campaign}.example/offer?utm_campaign=c{campaign}");
    let mut compliance = json!({"status": one.status});
    if one.status == "DISAPPROVED" {
        compliance["topics"] = json!([{
            "policyTopic": "DESTINATION_NOT_WORKING",
            "helpCenterUrl": "https://support.google.com/adspolicy/answer/6368661",
            "missingCertificate": false,
        }]);
    }
    let mut creative = json!({
        "name": format!("buyers/{BIDDER}/creatives/{}", one.id),
        "accountId": BIDDER,
        "creativeId": one.id,
        "creativeFormat": match one.format {
            Format::Html => "HTML",
            Format::Video => "VIDEO",
            Format::Native => "NATIVE",
        },
        "advertiserName": format!("Advertiser {campaign}"),
        "declaredClickThroughUrls": [landing],
        "apiUpdateTime": UPDATED,
        "version": 1 + rank % 3,
        "creativeServingDecision": {
            "networkPolicyCompliance": compliance,
            "platformPolicyCompliance": {"status": one.status},
            "detectedDomains": [format!("shop{campaign}.example")],
            "detectedClickThroughUrls": [landing],
            "lastStatusUpdate": UPDATED,
        },
    });
    let (field, content) = content(one, &landing);
    creative[field] = content;
    creative
}

fn content(one: &Creative, landing: &str) -> (&'static str, Value) {
    let Creative { id, width, height, .. } = one;
    match one.format {
        Format::Html => {
            let snippet = format!("<a href=\"{landing}\"><img src=\"https://cdn.example/{id}.png\"></a>");
            ("html", json!({"snippet": snippet, "width": width, "height": height}))
        }
        Format::Video => {
            let file = json!({"mimeType": "video/mp4", "bitrate": "1200000"});
            let metadata = json!({"duration": "15s", "isVpaid": false, "mediaFiles": [file]});
            let url = format!("https://cdn.example/{id}/vast.xml?width={width}&height={height}");
            ("video", json!({"videoUrl": url, "videoMetadata": metadata}))
        }
        Format::Native => (
            "native",
            json!({
                "headline": format!("Offer {id}"),
                "body": "New this week",
                "callToAction": "Open",
                "advertiserName": "Example",
                "image": {"url": format!("https://cdn.example/{id}.jpg"), "width": 1200, "height": 627},
                "logo": {"url": "https://cdn.example/logo.png", "width": 128, "height": 128},
                "clickLinkUrl": landing,
            }),
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::generate::Shape;
    use crate::generate::names::COUNTRIES;

    #[test]
    fn at_most_ten_configs_and_the_orphan_has_none() {
        for shape in [Shape::Real, Shape::Wide] {
            let world = World::of(shape);
            let configs = configs(&world);
            assert!(configs.len() <= MOST_CONFIGS);
            let orphan = &world.billing_ids[ORPHAN_BILLING_RANK];
            assert!(configs.iter().all(|config| config["billingId"] != orphan.as_str()));
            let others = world.billing_ids.iter().take(4);
            for billing_id in others {
                assert!(configs.iter().any(|config| config["billingId"] == billing_id.as_str()), "{billing_id}");
            }
        }
        assert_eq!(COUNTRIES[2].iso, "ID", "config 2 targets 2360, Indonesia");
    }

    #[test]
    fn every_creative_is_listed_with_the_content_of_its_format() {
        let world = World::of(Shape::Real);
        let mut approved = 0;
        for (rank, one) in world.creatives.iter().enumerate() {
            let value = creative(rank, one);
            assert_eq!(value["creativeId"], one.id.as_str());
            let field = value["creativeFormat"].as_str().unwrap().to_lowercase();
            assert!(value[&field].is_object(), "{value}");
            approved +=
                usize::from(value["creativeServingDecision"]["networkPolicyCompliance"]["status"] == "APPROVED");
        }
        assert!(approved > 450 && approved < 527, "most are approved, not all: {approved}");
        let distinct: std::collections::BTreeSet<_> = world.creatives.iter().map(|one| &one.id).collect();
        assert_eq!(distinct.len(), 527);
    }
}
