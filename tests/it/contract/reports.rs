//! Reports of recent days, for tests of figures over a window that ends yesterday.

use std::path::PathBuf;

use serde_json::{Value, json};

use crate::campaigns::days_ago;
use crate::store::TestStore;

/// A row of a performance report: days ago, billing id, creative, size, format, country, platform, publisher, reached, impressions,
/// clicks, millionths of USD.
pub type Performance = (
    u64,
    &'static str,
    &'static str,
    &'static str,
    &'static str,
    &'static str,
    &'static str,
    &'static str,
    i64,
    i64,
    i64,
    i64,
);

/// Writes a report beside the store; `account` imports it.
pub fn import(store: &TestStore, account: &str, name: &str, text: &str) -> Value {
    let file: PathBuf = store.beside(&format!("{account}-{name}"));
    std::fs::write(&file, text).unwrap();
    let printed = store.succeed(&["import", "--json", "--account", account, file.to_str().unwrap()]);
    serde_json::from_str(&printed).unwrap_or_else(|error| panic!("{error}: {printed}"))
}

/// A performance report; a publisher is its id and, with a capital P, its name.
pub fn performance(rows: &[Performance]) -> String {
    let mut text =
        "#Day,Billing ID,Creative ID,Creative size,Creative format,Country,Platform,Publisher ID,Publisher name,\
                    Reached queries,Impressions,Clicks,Spend (buyer currency)\n"
            .to_owned();
    for (ago, billing, creative, size, format, country, platform, publisher, reached, impressions, clicks, micros) in
        rows
    {
        let (units, millionths) = (micros / 1_000_000, micros % 1_000_000);
        let (day, name) = (days_ago(*ago), publisher.to_uppercase());
        text += &format!(
            "{day},{billing},{creative},{size},{format},{country},{platform},{publisher},{name},{reached},{impressions},{clicks},\
             US${units}.{millionths:06}\n"
        );
    }
    text
}

/// A report of that header whose rows begin with the day so many days ago.
pub fn report(header: &str, rows: &[(u64, &str)]) -> String {
    let rows = rows.iter().map(|(ago, row)| format!("{},{row}\n", days_ago(*ago)));
    format!("#Day,{header}\n{}", rows.collect::<String>())
}

pub const FUNNEL_GEO: &str = "Country,Hour,Bid requests,Inventory matches,Successful responses,Bids,Bids in auction,Auctions won,Impressions,Clicks";
pub const FUNNEL_PUBLISHER: &str = "Hour,Country,Publisher ID,Publisher name,Bid requests,Inventory matches,Successful responses,Reached queries,Bids,Bids in auction,Auctions won,Impressions,Clicks";
pub const BIDS: &str = "Country,Creative ID,Buyer account ID,Bids in auction,Auctions won,Bids,Reached queries,Impressions,Spend (buyer currency)";
pub const FILTERING: &str =
    "Country,Creative ID,Bid filtering reason,Bids,Bid filtering opportunity cost (buyer currency)";
pub const VIEWABILITY: &str = "Publisher ID,Publisher name,Impressions,Spend (buyer currency),Active view viewable,Active view measurable,IVT credited impressions,Pre-filtered impressions,Billed impressions";

/// A store with creatives and configs of bidder 1000 (account `default`), without reports.
pub fn bidder() -> TestStore {
    let store = TestStore::new();
    let creative = |id: &str, format: &str, size: (i64, i64), status: &str| {
        let mut listed = json!({
            "name": format!("buyers/1001/creatives/{id}"), "accountId": "1001", "creativeId": id,
            "creativeFormat": format, "advertiserName": "Acme",
            "creativeServingDecision": {"networkPolicyCompliance": {"status": status}},
        });
        match format {
            "VIDEO" => listed["video"] = json!({"videoUrl": "https://v.example/a.mp4"}),
            _ => listed["html"] = json!({"snippet": "<a></a>", "width": size.0, "height": size.1}),
        }
        listed
    };
    let entities = store.beside("entities");
    std::fs::create_dir(&entities).unwrap();
    let write = |name: &str, page: Value| std::fs::write(entities.join(name), page.to_string()).unwrap();
    write(
        "buyers.json",
        json!({"buyers": [
            {"name": "buyers/1001", "displayName": "Desk", "bidder": "bidders/1000", "activeCreativeCount": "3",
             "maximumActiveCreativeCount": "100", "billingIds": ["157"]},
            {"name": "buyers/1002", "displayName": "Other desk", "bidder": "bidders/1000", "activeCreativeCount": "0",
             "maximumActiveCreativeCount": "100", "billingIds": []},
        ]}),
    );
    write(
        "creatives.json",
        json!({"creatives": [
            creative("h1", "HTML", (300, 250), "APPROVED"),
            creative("h2", "HTML", (320, 50), "DISAPPROVED"),
            creative("h3", "HTML", (200, 200), "APPROVED"),
            creative("v1", "VIDEO", (0, 0), "APPROVED"),
        ]}),
    );
    write(
        "pretargetingConfigs.json",
        json!({"pretargetingConfigs": [
            {"name": "bidders/1000/pretargetingConfigs/14", "displayName": "India", "billingId": "157", "state": "ACTIVE",
             "maximumQps": "500", "includedFormats": ["HTML", "VAST"], "includedPlatforms": ["PHONE"],
             "geoTargeting": {"includedIds": ["2356", "1014044"]}},
            {"name": "bidders/1000/pretargetingConfigs/15", "displayName": "Quiet", "billingId": "158", "state": "ACTIVE"},
        ]}),
    );
    write("endpoints.json", json!({"endpoints": []}));
    store.sync(&entities);
    store
}

/// The rows that most tests add up by hand; see each.
pub const ROWS: [Performance; 9] = [
    // Covered by h1: 21,000 reached.
    (1, "157", "h1", "300x250", "Display", "India", "High-end mobile devices", "p1", 14_000, 7_000, 70, 14_000_000),
    (2, "157", "h1", "300x250", "Display", "United States", "Desktop", "p2", 7_000, 2_000, 1, 20_000_000),
    // Covered by v1: 7,000.
    (1, "157", "v1", "Video/Overlay", "Video", "India", "High-end mobile devices", "p1", 7_000, 1_000, 10, 1_000_000),
    // No creative: 70,000 reached are 10,000 a day of a week, 7,000 are 1,000 a day, 700 are 100.
    (1, "157", "h2", "320x50", "Display", "India", "High-end mobile devices", "p1", 70_000, 0, 0, 0),
    (7, "158", "h9", "728x93", "Display", "India", "High-end mobile devices", "p1", 7_000, 0, 0, 0),
    (1, "999", "h9", "555x555", "Display", "Brazil", "Desktop", "p3", 700, 99, 0, 500_000),
    // Nobody knows what fits it.
    (1, "999", "h9", "Dynamic", "Display", "Brazil", "Desktop", "p3", 300, 1, 0, 0),
    // Outside the week: the eighth day back, and today.
    (8, "157", "h1", "300x250", "Display", "India", "High-end mobile devices", "p1", 1_000_000, 1, 1, 1_000_000_000),
    (0, "157", "h1", "300x250", "Display", "India", "High-end mobile devices", "p1", 1_000_000, 1, 1, 1_000_000_000),
];
