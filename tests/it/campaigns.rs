//! Campaigns through the program: clustering, a user's word, and figures that are the facts' own at each look.

use chrono::{Days, NaiveDate, Utc};
use serde_json::{Value, json};

use super::store::{TestStore, integer};

/// One row of a report: days ago, creative, country, platform, reached queries, impressions, clicks, micros.
pub type Line = (u64, &'static str, &'static str, &'static str, i64, i64, i64, i64);

const PHONE: &str = "High-end mobile devices";

/// Days on both sides of each window's edge.
pub const LINES: [Line; 12] = [
    (1, "s1", "India", PHONE, 1_000, 400, 4, 180_000),
    (1, "s1", "United States", "Desktop", 300, 150, 2, 1_200_001),
    (1, "s2", "India", "Tablet", 200, 100, 1, 54_694),
    (2, "s2", "India", PHONE, 500, 100, 0, 0),
    (7, "s3", "Indonesia", PHONE, 50, 5, 0, 1),
    (8, "s1", "India", PHONE, 1_100, 440, 5, 198_000),
    (30, "s3", "India", PHONE, 10, 1, 0, 3),
    (31, "s3", "India", PHONE, 9_000, 450, 4, 1_234_500_000),
    (1, "a1", "India", PHONE, 70, 7, 1, 700),
    (3, "a2", "Brazil", PHONE, 80, 8, 0, 800),
    (1, "x1", "India", PHONE, 90, 9, 0, 900),
    (0, "s1", "India", PHONE, 5, 4, 3, 2),
];

pub fn days_ago(days: u64) -> NaiveDate {
    Utc::now().date_naive() - Days::new(days)
}

/// A report of these lines.
pub fn report(store: &TestStore, name: &str, lines: &[Line]) -> std::path::PathBuf {
    let mut text = "Day,Billing ID,Creative ID,Creative size,Creative format,Country,Platform,Environment,\
                    Reached queries,Impressions,Clicks,Spend (buyer currency)\n"
        .to_owned();
    for (ago, creative, country, platform, reached, impressions, clicks, micros) in lines {
        let (units, millionths) = (micros / 1_000_000, micros % 1_000_000);
        let day = days_ago(*ago);
        text += &format!(
            "{day},157,{creative},300x250,Display,{country},{platform},App,{reached},{impressions},{clicks},US${units}.{millionths:06}\n"
        );
    }
    let path = store.beside(name);
    std::fs::write(&path, text).unwrap();
    path
}

/// Creatives of two seats: three lead to a shop, three to an app, one nowhere that is known, one is alone.
pub fn creatives(store: &TestStore) -> std::path::PathBuf {
    let creative = |id: &str, buyer: &str, address: &str, advertiser: &str| {
        json!({
            "name": format!("buyers/{buyer}/creatives/{id}"), "accountId": buyer, "creativeId": id,
            "creativeFormat": "HTML", "advertiserName": advertiser, "declaredClickThroughUrls": [address],
            "html": {"snippet": "<a></a>", "width": 300, "height": 250},
            "creativeServingDecision": {"networkPolicyCompliance": {"status": "APPROVED"}},
        })
    };
    let listed = json!({"creatives": [
        creative("s1", "1001", "https://shoes.example/spring?utm_source=x", "Shoes"),
        creative("s2", "1001", "%%CLICK_URL_ESC%%https%3A%2F%2Fwww.shoes.example%2Fautumn", "Shoes"),
        creative("s3", "1001", "https://ad.doubleclick.net/c?adurl=https://shoes.example/", "Other"),
        creative("a1", "1001", "https://app.appsflyer.com/com.hat?pid=x", "Hats"),
        creative("a2", "1001", "market://details?id=com.hat", "Hats"),
        creative("a3", "1002", "https://play.google.com/store/apps/details?id=com.hat", "Hats"),
        creative("x1", "1002", "https://bit.ly/x", "Solo"),
        creative("x2", "1002", "https://alone.example/", "Solo"),
    ]});
    let dir = store.beside("entities");
    std::fs::create_dir_all(&dir).unwrap();
    std::fs::write(dir.join("creatives.json"), listed.to_string()).unwrap();
    dir
}

/// A store with these creatives and facts.
pub fn trade() -> TestStore {
    let store = TestStore::new();
    store.sync(&creatives(&store));
    store.import(&report(&store, "lines.csv", &LINES));
    store
}

impl TestStore {
    /// What a command prints as one JSON object a line.
    #[track_caller]
    fn objects(&self, arguments: &[&str]) -> Vec<Value> {
        let printed = self.succeed(&[&["campaigns"], arguments, &["--json"]].concat());
        printed.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|_| panic!("no object: {line}"))).collect()
    }

    #[track_caller]
    fn object(&self, arguments: &[&str]) -> Value {
        let objects = self.objects(arguments);
        assert_eq!(objects.len(), 1, "{objects:#?}");
        objects.into_iter().next().unwrap()
    }

    #[track_caller]
    fn refused(&self, arguments: &[&str]) -> String {
        let ran = self.run(&[&["campaigns"], arguments].concat());
        assert_ne!(ran.code, Some(0), "{ran:#?}");
        assert_eq!(ran.stdout, "", "{ran:#?}");
        ran.stderr
    }
}

/// Reached queries, impressions, clicks and micros of these creatives between these days.
pub fn naive(creatives: &[&str], from: u64, to: u64) -> [i64; 4] {
    let mut sums = [0; 4];
    for (ago, creative, _, _, reached, impressions, clicks, micros) in LINES {
        if creatives.contains(&creative) && (to..=from).contains(&ago) {
            for (sum, value) in sums.iter_mut().zip([reached, impressions, clicks, micros]) {
                *sum += value;
            }
        }
    }
    sums
}

fn sums(figures: &Value) -> [i64; 4] {
    ["reached_queries", "impressions", "clicks", "spend_micros"].map(|name| integer(&figures[name]))
}

const SHOES: [&str; 3] = ["s1", "s2", "s3"];

#[test]
fn clustering_makes_campaigns_of_what_leads_to_the_same_place_and_a_second_run_nothing() {
    let store = trade();
    let planned = store.object(&["cluster", "--dry-run"]);
    assert_eq!((&planned["campaigns_created"], &planned["dry_run"]), (&json!(2), &json!(true)));
    assert_eq!(store.objects(&["list"]), [] as [Value; 0], "a dry run stores nothing");

    let made = store.object(&["cluster"]);
    assert_eq!((&made["campaigns_created"], &made["creatives_placed"]), (&json!(2), &json!(6)));
    assert_eq!(made["creatives_unclustered"], 2);
    let told: Vec<(&str, &str)> =
        made["campaigns"].as_array().unwrap().iter().map(|c| (text(c, "name"), text(c, "cluster_key"))).collect();
    assert_eq!(told, [("com.hat", "app:com.hat"), ("shoes.example", "domain:shoes.example")]);

    let listed = store.objects(&["list"]);
    let seats: Vec<&Value> = listed.iter().map(|campaign| &campaign["buyer_id"]).collect();
    assert_eq!(
        seats.iter().filter(|seat| seat.is_null()).count(),
        1,
        "the app's creatives are of two seats: {seats:?}"
    );
    let again = store.object(&["cluster"]);
    assert_eq!((&again["campaigns_created"], &again["creatives_placed"]), (&json!(0), &json!(0)));
    assert_eq!(store.objects(&["list"]), listed, "a second run changes nothing, not even when it was changed");
    let free: Vec<Value> = store.objects(&["unclustered"]);
    assert_eq!(free, [json!({"creative_id": "x1"}), json!({"creative_id": "x2"})]);
}

fn text<'a>(object: &'a Value, key: &str) -> &'a str {
    object[key].as_str().unwrap_or_else(|| panic!("{key} of {object}"))
}

#[test]
fn what_a_user_decides_outlives_every_clustering() {
    let store = trade();
    store.object(&["cluster"]);
    store.object(&["set", "shoes.example", "--name", "Our shoes", "--owner", "Ann", "--budget", "1250.50"]);
    store.object(&["create", "Mine", "s1"]);
    store.object(&["remove", "s2", "--by", "Ann"]);
    store.object(&["archive", "com.hat"]);
    let again = store.object(&["cluster", "--min", "1"]);
    let made: Vec<&str> =
        again["campaigns"].as_array().unwrap().iter().map(|campaign| text(campaign, "name")).collect();
    assert_eq!(made, ["alone.example", "Solo"], "only what nobody decided about");
    assert_eq!(again["creatives_unclustered"], 4, "the archived app's three, and the one taken out");
    assert_eq!(store.object(&["show", "Our shoes"])["creative_ids"], json!(["s3"]));
    assert_eq!(store.object(&["show", "mine"])["creative_ids"], json!(["s1"]));
    assert_eq!(store.object(&["show", "Our shoes"])["budget_micros"], 1_250_500_000);

    let archived = store.objects(&["list", "--archived"]);
    assert_eq!(archived.iter().map(|campaign| text(campaign, "name")).collect::<Vec<_>>(), ["com.hat"]);
    let back = store.object(&["restore", "com.hat"]);
    assert_eq!((&back["status"], &back["creative_ids"]), (&json!("active"), &json!(["a1", "a2", "a3"])));
    let moved = store.object(&["move", "a1", "s2", "--to", "Mine"]);
    assert_eq!(moved["creative_ids"], json!(["a1", "s1", "s2"]), "by hand it comes back");
    assert_eq!(store.object(&["cluster"])["creatives_placed"], 0);
}

#[test]
fn figures_are_the_sums_of_the_facts_to_the_micro() {
    let store = trade();
    store.object(&["cluster"]);
    for days in [1, 7, 30, 365] {
        let lines = store.objects(&["performance", "--days", &days.to_string()]);
        let shoes = lines.iter().find(|line| line["name"] == "shoes.example").unwrap();
        assert_eq!(sums(shoes), naive(&SHOES, days, 1), "{days} days");
        let hats = lines.iter().find(|line| line["name"] == "com.hat").unwrap();
        assert_eq!(sums(hats), naive(&["a1", "a2", "a3"], days, 1), "{days} days");
    }
    let whole = store.object(&["performance", "shoes.example", "--all"]);
    assert_eq!(sums(&whole), naive(&SHOES, 99, 0), "today counts only where all days do");
    let spend = ["spend_1d_micros", "spend_7d_micros", "spend_30d_micros", "spend_micros"];
    let expected = [naive(&SHOES, 1, 1), naive(&SHOES, 7, 1), naive(&SHOES, 30, 1), naive(&SHOES, 99, 0)];
    assert_eq!(spend.map(|name| integer(&whole["spend"][name])), expected.map(|sums| sums[3]));
    assert_eq!((text(&whole, "top_country"), text(&whole, "top_device")), ("IN", "PHONE"));

    let days: Vec<&str> = whole["days"].as_array().unwrap().iter().map(|day| text(day, "date")).collect();
    let expected: Vec<String> = [31, 30, 8, 7, 2, 1, 0].map(|ago| days_ago(ago).to_string()).into();
    assert_eq!(days, expected, "the oldest first, and no day without facts");
    for parts in ["days", "countries", "devices"] {
        let mut added = [0; 4];
        for part in whole[parts].as_array().unwrap() {
            sums(part).iter().zip(&mut added).for_each(|(value, sum)| *sum += value);
        }
        assert_eq!(added, naive(&SHOES, 99, 0), "{parts} add up to the whole");
    }
    let week = store.object(&["performance", "shoes.example", "--days", "7"]);
    let [reached, impressions, clicks, micros] = naive(&SHOES, 7, 1).map(|sum| sum as f64);
    for (name, expected) in [
        ("win_rate_pct", 100.0 * impressions / reached),
        ("ctr_pct", 100.0 * clicks / impressions),
        ("cpm", micros / impressions / 1_000.0),
        ("cpc", micros / clicks / 1e6),
    ] {
        assert!((week[name].as_f64().unwrap() - expected).abs() < 1e-9, "{name}: {} is not {expected}", week[name]);
    }
}

#[test]
fn the_samples_add_up_by_hand() {
    let store = TestStore::with_samples();
    store.object(&["create", "Shoes", "cr-1001", "cr-1002"]);
    let whole = store.object(&["performance", "Shoes", "--all"]);
    // cr-1001: 0.18 + 0.054694 + 1234.50 + 0.198 + 0.405; cr-1002: 0.10 + 1.20 + 0.00 + 0.11.
    assert_eq!(integer(&whole["spend_micros"]), 1_235_337_694 + 1_410_000);
    assert_eq!(integer(&whole["impressions"]), 400 + 100 + 500 + 440 + 450 + 100 + 150 + 10 + 110);
    assert_eq!(integer(&whole["clicks"]), 4 + 1 + 5 + 5 + 4 + 1 + 2 + 1);
    assert_eq!(text(&whole, "currency"), "USD");
    let by_day: Vec<i64> = whole["days"].as_array().unwrap().iter().map(|day| integer(&day["spend_micros"])).collect();
    assert_eq!(by_day, [1_234_734_694 + 1_300_000, 603_000 + 110_000]);
}

#[test]
fn currencies_are_told_apart_and_never_added() {
    let store = trade();
    store.object(&["create", "Both", "s1", "x2"]);
    let euros = report(&store, "euros.csv", &[(1, "x2", "Germany", PHONE, 100, 50, 5, 900_000)]);
    let text_of = std::fs::read_to_string(&euros).unwrap().replace("US$", "€").replace(",157,", ",158,");
    std::fs::write(&euros, text_of).unwrap();
    store.import(&euros);
    let both = store.object(&["performance", "Both", "--days", "7"]);
    assert_eq!((text(&both, "currency"), integer(&both["spend_micros"])), ("USD", naive(&["s1"], 7, 1)[3]));
    assert_eq!(both["other_spend"], json!([{"currency": "EUR", "spend_micros": 900_000}]));
    assert_eq!(integer(&both["impressions"]), naive(&["s1"], 7, 1)[1] + 50);
    let printed = store.succeed(&["campaigns", "performance", "Both", "--days", "7"]);
    assert!(printed.contains("and 0.90 EUR, which is not added"), "{printed}");
}

#[test]
fn an_import_and_a_moved_creative_show_at_once() {
    let store = trade();
    store.object(&["create", "First", "s1"]);
    store.object(&["create", "Second", "s2"]);
    let spend = |name: &str| integer(&store.object(&["show", name])["spend_micros"]);
    assert_eq!((spend("First"), spend("Second")), (naive(&["s1"], 99, 0)[3], naive(&["s2"], 99, 0)[3]));
    store.object(&["move", "s1", "--to", "Second"]);
    assert_eq!((spend("First"), spend("Second")), (0, naive(&["s1", "s2"], 99, 0)[3]));
    store.import(&report(&store, "more.csv", &[(1, "s1", "Kenya", PHONE, 9, 9, 9, 5)]));
    assert_eq!(spend("Second"), naive(&["s1", "s2"], 99, 0)[3] + 5);
}

#[test]
fn suggestions_are_unique_and_store_nothing() {
    let store = trade();
    store.object(&["create", "shoes.example"]);
    let suggested = |options: &[&str]| -> Vec<(String, String, String)> {
        let word = |object: &Value, key: &str| object[key].as_str().unwrap_or("-").to_owned();
        let objects = store.objects(&[&["suggest"], options].concat());
        objects.iter().map(|o| (word(o, "suggested_name"), word(o, "domain"), word(o, "country"))).collect()
    };
    let triple = |name: &str, domain: &str, country: &str| (name.to_owned(), domain.to_owned(), country.to_owned());
    assert_eq!(suggested(&[]), [triple("com.hat", "com.hat", "-"), triple("shoes.example (2)", "shoes.example", "-")]);
    // s1 cost most in the United States, s2 and s3 in India; a3 has no facts.
    assert_eq!(
        suggested(&["--by-country"]),
        [
            triple("shoes.example IN", "shoes.example", "IN"),
            triple("com.hat", "com.hat", "-"),
            triple("com.hat BR", "com.hat", "BR"),
            triple("com.hat IN", "com.hat", "IN"),
            triple("shoes.example US", "shoes.example", "US"),
        ]
    );
    assert_eq!(store.objects(&["list"]).len(), 1);
}

#[test]
fn what_cannot_be_is_refused_in_one_line_that_says_what_to_do() {
    let store = trade();
    store.object(&["create", "Mine", "s1"]);
    for (arguments, said) in [
        (
            &["create", "Other", "s1", "nope"][..],
            "account 1 has no creative 'nope': load creatives with `catscan sync`",
        ),
        (&["add", "Nobody", "s1"], "account 1 has no campaign 'Nobody'"),
        (&["remove", "s2"], "account 1 has no creative in a campaign 's2'"),
        (&["set", "Mine"], "nothing to set"),
        (&["set", "Mine", "--budget", "1.0000001"], "at most six decimals"),
        (
            &["set", "Mine", "--start", "2026-05-02", "--end", "2026-05-01"],
            "end_date: 2026-05-01 is before the first day",
        ),
        (&["set", "Mine", "--status", "gone"], "possible values: active, paused, archived"),
        (&["show", "Nobody"], "account 1 has no campaign 'Nobody'"),
        (&["cluster", "--min", "0"], "0 is not in 1.."),
    ] {
        let message = store.refused(arguments);
        assert!(message.contains(said), "{arguments:?}: {message}");
    }
    assert_eq!(store.objects(&["list"]).len(), 1, "nothing refused was kept");
    let emptied = store.object(&["set", "Mine", "--clear", "owner,budget", "--status", "paused"]);
    assert_eq!(emptied["status"], "paused");
}

#[test]
fn an_account_has_campaigns_of_its_own() {
    let store = trade();
    store.succeed(&["account", "add", "other"]);
    let dir = store.beside("entities");
    store.succeed(&["sync", "--from-files", dir.to_str().unwrap(), "--account", "other"]);
    let theirs = store.object(&["cluster", "--account", "other"]);
    assert_eq!(theirs["campaigns_created"], 2);
    let id = theirs["campaigns"][0]["campaign_id"].to_string();
    let before = store.objects(&["list", "--account", "other"]);
    for arguments in [
        vec!["show", &id],
        vec!["set", &id, "--name", "mine"],
        vec!["archive", &id],
        vec!["add", &id, "s1"],
        vec!["performance", &id],
    ] {
        assert!(store.refused(&arguments).contains(&format!("account 1 has no campaign '{id}'")), "{arguments:?}");
    }
    store.object(&["cluster"]);
    assert_eq!(store.objects(&["list", "--account", "other"]), before);
    assert_eq!(before[0]["spend_micros"], 0, "the other account has the same creatives and no facts");
}

#[test]
fn tables_are_for_people() {
    let store = trade();
    let made = store.succeed(&["campaigns", "cluster"]);
    assert!(made.contains("new  com.hat: 3 creatives, by domain, confidence 0.95"), "{made}");
    assert!(made.ends_with("made 2 campaigns; 6 creatives placed, 0 taken out, 2 in no campaign\n"), "{made}");
    let listed = store.succeed(&["campaigns", "list"]);
    assert!(listed.contains("shoes.example") && listed.contains("domain 0.84") && listed.contains("USD"), "{listed}");
    let shown = store.succeed(&["campaigns", "show", "com.hat"]);
    assert!(shown.contains("creatives       a1 a2 a3"), "{shown}");
    let empty = TestStore::new();
    assert!(empty.succeed(&["campaigns", "list"]).starts_with("no campaigns; `catscan campaigns cluster` makes some"));
}
