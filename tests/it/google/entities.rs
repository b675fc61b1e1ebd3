//! A bidder's entities as Google keeps them, with 64-bit numbers as texts and as numbers, and fields that nobody here
//! knows.

use std::collections::BTreeMap;

use serde_json::{Value, json};

/// What the server keeps.
#[derive(Clone, Debug, PartialEq)]
pub struct Entities {
    pub bidders: Vec<Value>,
    pub buyers: Vec<Value>,
    pub endpoints: Vec<Value>,
    pub configs: Vec<Value>,
    /// By buyer.
    pub creatives: BTreeMap<String, Vec<Value>>,
}

/// How many of each.
#[derive(Clone, Copy, Debug)]
pub struct Shape {
    pub seats: usize,
    pub endpoints: usize,
    pub configs: usize,
    pub creatives_per_seat: usize,
}

impl Shape {
    /// Few enough to look at, many enough for pages.
    pub const SMALL: Self = Self { seats: 3, endpoints: 3, configs: 4, creatives_per_seat: 5 };
}

impl Entities {
    /// So many of a bidder; the same each time.
    pub fn of(bidder: u64, shape: Shape) -> Self {
        let seat = |at| bidder + at as u64;
        let creatives =
            |at| (seat(at).to_string(), (0..shape.creatives_per_seat).map(|n| creative(seat(at), n)).collect());
        Self {
            bidders: vec![json!({"name": format!("bidders/{bidder}"), "cookieMatchingUrl": "https://match.example"})],
            buyers: (0..shape.seats).map(|at| buyer(bidder, seat(at), shape.creatives_per_seat)).collect(),
            endpoints: (0..shape.endpoints).map(|at| endpoint(bidder, at)).collect(),
            configs: (0..shape.configs).map(|at| config(bidder, at)).collect(),
            creatives: (0..shape.seats).map(creatives).collect(),
        }
    }

    /// The config of that id.
    pub fn config(&mut self, id: &str) -> Option<&mut Value> {
        let end = format!("/pretargetingConfigs/{id}");
        self.configs.iter_mut().find(|config| config["name"].as_str().is_some_and(|name| name.ends_with(&end)))
    }
}

/// Texts and numbers in turn.
fn int64(number: u64) -> Value {
    if number.is_multiple_of(2) { json!(number.to_string()) } else { json!(number) }
}

fn buyer(bidder: u64, seat: u64, creatives: usize) -> Value {
    json!({
        "name": format!("buyers/{seat}"), "displayName": format!("Desk {seat}"), "bidder": format!("bidders/{bidder}"),
        "activeCreativeCount": int64(creatives as u64), "maximumActiveCreativeCount": int64(1_000 + seat % 2),
        "billingIds": [int64(900_000 + seat), int64(900_001 + seat)], "fieldOfTheFuture": {"deep": [1, 2]},
    })
}

fn endpoint(bidder: u64, at: usize) -> Value {
    let locations = ["US_WEST", "US_EAST", "EUROPE", "ASIA"];
    json!({
        "name": format!("bidders/{bidder}/endpoints/{}", 14_000 + at), "url": format!("https://e{at}.bidder.example/rtb"),
        "maximumQps": int64(10_000 + at as u64), "tradingLocation": locations[at % 4],
        "bidProtocol": if at.is_multiple_of(2) { "OPENRTB_JSON" } else { "OPENRTB_PROTOBUF" }, "fieldOfTheFuture": at,
    })
}

fn config(bidder: u64, at: usize) -> Value {
    json!({
        "name": format!("bidders/{bidder}/pretargetingConfigs/{}", 148_000 + at), "displayName": format!("Config no. {at}"),
        "billingId": int64(157_000_000 + at as u64), "state": if at % 3 == 2 { "SUSPENDED" } else { "ACTIVE" },
        "maximumQps": int64(1_000 + at as u64), "includedFormats": ["HTML", "VAST"], "includedPlatforms": ["PHONE", "TABLET"],
        "includedCreativeDimensions": [{"width": "300", "height": 250}, {"width": 320, "height": "50"}],
        "geoTargeting": {"includedIds": [int64(2_356), int64(2_361)], "excludedIds": ["2840"]},
        "publisherTargeting": {"targetingMode": "EXCLUSIVE", "values": ["pub-1", "pub-2"]}, "fieldOfTheFuture": null,
    })
}

/// Of two to four kilobytes, as real ones are.
fn creative(seat: u64, at: usize) -> Value {
    let id = format!("cr-{seat}-{at}");
    let landing = format!("https://shop{}.example/landing?utm_source=rtb&utm_campaign=c{at}", at % 7);
    let filler = "<div class=\"ad\"><img src=\"https://cdn.example/a.png\" width=\"300\" height=\"250\"></div>"
        .repeat(18 + at % 20);
    let mut creative = json!({
        "name": format!("buyers/{seat}/creatives/{id}"), "accountId": seat.to_string(), "creativeId": id,
        "advertiserName": format!("Advertiser {}", at % 5), "declaredClickThroughUrls": [landing], "version": at,
        "apiUpdateTime": format!("2026-01-{:02}T09:30:00{}Z", 1 + at % 28, if at.is_multiple_of(2) { "" } else { ".125" }),
        "creativeServingDecision": {
            "networkPolicyCompliance": {"status": if at % 9 == 8 { "DISAPPROVED" } else { "APPROVED" }},
            "dealsPolicyCompliance": {"status": "APPROVED"}, "detectedDomains": [format!("shop{}.example", at % 7)],
            "detectedLanguages": ["en"], "lastStatusUpdate": "2026-01-15T09:30:00Z",
        },
        "fieldOfTheFuture": "kept",
    });
    let (format, field, content) = match at % 3 {
        0 => ("HTML", "html", json!({"snippet": filler, "width": 300, "height": 250})),
        1 => (
            "VIDEO",
            "video",
            json!({"videoVastXml": format!("<VAST>{filler}</VAST>"), "videoMetadata": {
            "duration": "15s", "mediaFiles": [{"mimeType": "video/mp4", "bitrate": int64(1_200_000)}]}}),
        ),
        _ => {
            ("NATIVE", "native", json!({"headline": "Shoes", "body": filler, "clickLinkUrl": "https://shop.example/n"}))
        }
    };
    creative["creativeFormat"] = format.into();
    creative[field] = content;
    creative
}
