//! The named questions: values added up by hand from data/samples, and what is told beside them.

mod told;

use std::collections::BTreeSet;
use std::fs;

use super::kinds::store_with_every_kind;
use super::store::{TestStore, repository};

/// The two days of the samples.
const DAYS: [&str; 4] = ["--days", "2", "--until", "2026-02-26"];

/// The columns of a question's answer that are named, as lines of CSV.
#[track_caller]
fn answer(store: &TestStore, name: &str, more: &[&str], columns: &[&str]) -> Vec<String> {
    let days = if more.contains(&"--until") { &[][..] } else { &DAYS[..] };
    let printed = store.succeed(&[&["report", name, "--format", "csv"], days, more].concat());
    let mut reader = csv::Reader::from_reader(printed.as_bytes());
    let header = reader.headers().unwrap().clone();
    let place =
        |name: &&str| header.iter().position(|found| found == *name).unwrap_or_else(|| panic!("{name}: {header:?}"));
    let places: Vec<usize> = columns.iter().map(place).collect();
    let line =
        |record: csv::StringRecord| places.iter().map(|place| record[*place].to_owned()).collect::<Vec<_>>().join("|");
    reader.records().map(|record| line(record.unwrap())).collect()
}

#[test]
fn waste_by_every_key_adds_up_to_all_of_it() {
    let store = TestStore::with_samples();
    let short = |key: &str, column: &str| {
        let columns = [
            column,
            "reached_queries",
            "impressions",
            "wasted_queries",
            "spend",
            "waste_rate_pct",
            "share_of_waste_pct",
        ];
        answer(&store, &format!("waste_by_{key}"), &[], &columns)
    };
    // 1000 + 10000 + 1100 + 9000 interstitials; of 320x50 the report does not say what was reached.
    assert_eq!(
        short("size", "creative_size"),
        [
            "Interstitial|21100|1790|19310|1235.283|91.52|87.1",
            "336x300|2000|0|2000|0.0|100.0|9.02",
            "Video/Overlay|500|100|400|0.054694|80.0|1.8",
            "300x250|720|360|360|1.41|50.0|1.62",
            "Native|110|11|99|0.000003|90.0|0.45",
            "320x50||10||0.0||",
        ]
    );
    assert_eq!(
        short("country", "country"),
        [
            "IN|22020|2100|19920|1235.547694|90.46|89.9",
            "ID|2110|11|2099|0.000003|99.48|9.47",
            "US|300|160|140|1.2|46.67|0.63"
        ]
    );
    assert_eq!(
        short("publisher", "publisher_name")[..2],
        ["AdMob + AdSense|21710|1901|19809|1235.337697|91.24|89.35", "東京ニュース|2000|0|2000|0.0|100.0|9.02"]
    );
    // Web rows have no app.
    assert_eq!(short("app", "app_id")[3], "|300|160|140|1.2|46.67|0.63");
    assert_eq!(short("creative", "creative_id")[0], "cr-1001|21600|1890|19710|1235.337694|91.25|88.95");
    assert_eq!(short("platform", "platform")[0], "PHONE|23710|1901|21809|1235.337697|91.98|98.42");
    assert_eq!(short("environment", "environment")[1], "WEB|300|160|140|1.2|46.67|0.63");
    assert_eq!(short("hour", "hour"), ["|24430|2271|22159|1236.747697|90.7|100.0"]);
    assert_eq!(
        short("day", "metric_date"),
        ["2026-02-26|10380|1006|9374|0.713002|90.31|42.3", "2026-02-25|14050|1265|12785|1236.034695|91.0|57.7"]
    );
}

#[test]
fn sizes_without_an_approved_creative_are_unservable() {
    let store = TestStore::with_samples();
    let columns = ["creative_size", "reached_queries", "approved_creatives", "is_servable"];
    // 336x300 has no creative; the only native one waits for review.
    assert_eq!(
        answer(&store, "size_coverage", &[], &columns)[..5],
        [
            "Interstitial|21100|2|true",
            "336x300|2000|0|false",
            "300x250|720|1|true",
            "Video/Overlay|500|1|true",
            "Native|110|0|false"
        ]
    );
    let columns =
        ["reached_queries", "servable_queries", "unservable_queries", "unknown_queries", "unservable_rate_pct"];
    assert_eq!(answer(&store, "unservable", &[], &columns), ["24430|22320|2110|0|8.64"]);
}

#[test]
fn a_funnel_shows_what_is_left_after_each_step() {
    let store = store_with_every_kind();
    let columns = ["step", "count", "share_of_step_before_pct", "share_of_first_pct"];
    // 3,600,010 of 4,850,020; the report knows no reached queries, so impressions are held against auctions won.
    assert_eq!(
        answer(&store, "funnel", &[], &columns),
        [
            "inventory_matches|4850020||100.0",
            "bid_requests|3600010|74.23|74.23",
            "successful_responses|3568000|99.11|73.57",
            "bids|247000|6.92|5.09",
            "bids_in_auction|242400|98.14|5.0",
            "auctions_won|17800|7.34|0.37",
            "reached_queries|||",
            "impressions|7200|40.45|0.15",
            "clicks|61|0.85|0.0",
        ]
    );
    let columns = [&["country"], &columns[..3]].concat();
    let india = answer(&store, "funnel_by_country", &["--limit", "1"], &columns);
    assert_eq!((india.len(), india[1].as_str()), (9, "IN|bid_requests|3200000|74.42"));
    let columns = [&["publisher_name"], &columns[1..]].concat();
    let publishers = answer(&store, "funnel_by_publisher", &[], &columns);
    // 4000 + 4400 + 5700 reached of 4100 + 4500 + 5800 won.
    assert_eq!((publishers.len(), publishers[6].as_str()), (45, "AdMob + AdSense|reached_queries|14100|97.92"));
}

#[test]
fn funnels_of_configs_and_creatives_have_the_steps_of_their_kinds_only() {
    let store = store_with_every_kind();
    let columns = ["display_name", "step", "count", "share_of_step_before_pct"];
    let configs = answer(&store, "funnel_by_config", &[], &columns);
    assert_eq!(configs[3], "Asia video|bids||");
    assert_eq!(
        configs[6..9],
        ["Asia video|reached_queries|21000|", "Asia video|impressions|950|4.52", "Asia video|clicks|9|0.95"]
    );
    assert_eq!(configs[24], "unattributed|reached_queries|110|");
    let columns = ["creative_id", "step", "count", "share_of_step_before_pct"];
    let creatives = answer(&store, "funnel_by_creative", &[], &columns);
    // What was won is of a bids report and what was reached of a performance report: no share is across the two.
    assert_eq!(
        creatives[3..8],
        [
            "cr-1001|bids|89100|",
            "cr-1001|bids_in_auction|87000|97.64",
            "cr-1001|auctions_won|23900|27.47",
            "cr-1001|reached_queries|21600|",
            "cr-1001|impressions|1890|8.75"
        ]
    );
    assert_eq!(creatives[30], "cr-1004|bids||");
}

#[test]
fn bids_their_filtering_and_endpoints_come_from_their_own_reports() {
    let store = store_with_every_kind();
    let columns = ["filtering_reason", "bids", "share_of_bids_pct", "countries", "opportunity_cost"];
    // 700 + 650 of 1660.
    assert_eq!(
        answer(&store, "bid_filtering", &[], &columns)[..2],
        ["Excluded product category detected|1350|81.33|1|", "App excluded by publisher|258|15.54|2|"]
    );
    let columns = ["creative_id", "bids", "bids_in_auction", "auctions_won", "not_won", "auction_win_rate_pct"];
    assert_eq!(answer(&store, "bids_by_creative", &[], &columns)[0], "cr-1001|89100|87000|23900|63100|27.47");
    let columns = ["country", "bids", "auctions_won", "auction_win_rate_pct"];
    assert_eq!(answer(&store, "bids_by_country", &[], &columns)[2], "ID|700|0|0.0");
    let columns = ["metric_date", "bid_requests", "callout_rate_pct", "bid_rate_pct", "auction_win_rate_pct"];
    assert_eq!(answer(&store, "funnel_by_day", &[], &columns)[0], "2026-02-26|1100010|73.33|7.18|7.44");
    let columns = ["hour", "bid_requests"];
    assert_eq!(answer(&store, "funnel_by_hour", &[], &columns), ["0|2600000", "7|10", "13|900000", "23|100000"]);
    // 3,600,010 requests in two days; 1,200,000 + 300,000 in the busiest hour.
    let columns = ["endpoint", "allowed_qps", "average_qps", "peak_qps", "utilisation_pct", "peak_utilisation_pct"];
    assert_eq!(
        answer(&store, "qps_summary", &[], &columns),
        [
            "https://asia.bidder.example/rtb|30000||||",
            "https://us-west.bidder.example/rtb|20000||||",
            "|50000|20.83|416.67|0.04|0.83"
        ]
    );
}

#[test]
fn top_performers_are_ranked_by_any_metric() {
    let store = store_with_every_kind();
    let top = |by: &str, metric: &str, order: &str, column: &str| {
        let sets = [format!("by={by}"), format!("metric={metric}"), format!("order={order}")];
        let sets = ["--set", &sets[0], "--set", &sets[1], "--set", &sets[2]];
        answer(&store, "top_performers", &sets, &["key", "name", column])
    };
    assert_eq!(
        top("creative", "spend", "desc", "spend"),
        ["cr-1001||1235.337694", "cr-1002||1.41", "cr-1004||0.000003", "cr-1003||0.0"]
    );
    assert_eq!(top("country", "ctr", "asc", "ctr_pct"), ["IN||1.0", "US||1.25", "ID||9.09"]);
    assert_eq!(
        top("config", "waste", "desc", "waste"),
        ["157332516556|Asia video|20050", "157331516553|India app interstitials|2010", "157335516565||99"]
    );
    assert_eq!(top("publisher", "clicks", "desc", "clicks")[0], "pub-1000000000000001|AdMob + AdSense|20");
    assert_eq!(top("size", "win_rate", "desc", "win_rate_pct")[0], "300x250||50.0");
    assert_eq!(top("app", "impressions", "desc", "impressions")[0], "com.example.puzzle|Puzzle Day|1890");
    // 1.30 for two conversions that brought 7.000001; 0.18 + 1.27 + 0.198 for two that brought 2.50 + 1.25.
    assert_eq!(top("creative", "roas", "desc", "roas")[..2], ["cr-1002||5.3846", "cr-1001||2.2755"]);
    assert_eq!(top("creative", "cpa", "asc", "cpa")[..3], ["cr-1002||0.65", "cr-1001||0.824", "cr-1003||"]);
    assert_eq!(top("country", "cpa", "asc", "cpa")[0], "US||0.65");
    let refused = store.run(&["report", "top_performers", "--set", "by=weather"]);
    assert!(
        refused.stderr.contains("which is not one of creative, publisher, app, country, size, config"),
        "{refused:?}"
    );
}

#[test]
fn creatives_have_figures_a_win_status_and_days() {
    let store = store_with_every_kind();
    let columns = ["creative_id", "approval_status", "win_rate_pct", "cpm", "cpc", "vcr_pct", "win_status"];
    assert_eq!(
        answer(&store, "creative_performance", &[], &columns),
        [
            "cr-1001|APPROVED|8.75|653.6178|65.0178|50.03|review",
            "cr-1003|DISAPPROVED|0.0||||review",
            "cr-1002|APPROVED|51.39|3.8108|0.3525||great",
            "cr-1004|PENDING_REVIEW|10.0|0.0003|0.0||review",
        ]
    );
    // 851 of 360 + 90 + 450 + 396 + 405 starts.
    let columns = ["creative_id", "video_starts", "video_completions", "vcr_pct", "vast_error_rate_pct"];
    assert_eq!(answer(&store, "video_completion", &[], &columns), ["cr-1001|1701|851|50.03|"]);
    let columns = ["metric_date", "country", "reached_queries", "impressions", "clicks", "spend"];
    let metrics = |more: &[&str]| {
        answer(&store, "creative_metrics", &[&["--set", "creative_id=cr-1001"], more].concat(), &columns)
    };
    let (newest, older) = ("2026-02-26|IN|10100|890|9|0.603", "2026-02-25|IN|11500|1000|10|1234.734694");
    assert_eq!(metrics(&[]), [newest, older]);
    assert_eq!(metrics(&["--set", "end_date=2026-02-25", "--set", "geography=in"]), [older]);
    assert_eq!(metrics(&["--set", "geography=US"]), [""; 0]);
}

#[test]
fn visibility_and_invalid_traffic_are_said_where_their_file_says_them() {
    let store = store_with_every_kind();
    let columns = [
        "billing_id",
        "impressions",
        "active_view_measurable",
        "active_view_viewable",
        "viewability_pct",
        "ivt_rate_pct",
    ];
    assert_eq!(
        answer(&store, "viewability_by_config", &[], &columns),
        ["157331516553|1090|1040|750|72.12|", "157332516556|500||||", "157335516565|6|5|0|0.0|"]
    );
    let columns = ["creative_id", "viewability_pct"];
    assert_eq!(
        answer(&store, "viewability_by_creative", &[], &columns),
        ["cr-1001|78.75", "cr-1002|50.0", "cr-1004|0.0"]
    );
    // 75 of 905 + 896 impressions: the other file, of the two days after.
    let columns = ["publisher_name", "impressions", "ivt_credited_impressions", "ivt_rate_pct", "viewability_pct"];
    assert_eq!(
        answer(&store, "viewability_by_publisher", &["--days", "2", "--until", "2026-02-28"], &columns),
        ["AdMob + AdSense|1801|75|4.16|", "Nova, Inc.|100|0|0.0|"]
    );
}

#[test]
fn a_change_is_the_sum_of_what_explains_it() {
    let store = TestStore::with_samples();
    let columns = ["what", "key", "before", "after", "change", "change_pct", "share_of_change_pct", "seen"];
    let change = |more: &[&str]| answer(&store, "changes", &[&["--set", "length=1"], more].concat(), &columns);
    assert_eq!(
        change(&["--set", "by=country", "--limit", "2"]),
        [
            "total||1236.034695|0.713002|-1235.321693|-99.94|100.0|",
            "contributor|IN|1234.834694|0.713|-1234.121694|-99.94|99.9|both",
            "contributor|US|1.2||-1.2|-100.0|0.1|left",
            "all others||0.000001|0.000002|0.000001|100.0|-0.0|",
        ]
    );
    // Others make good what two creatives lost.
    assert_eq!(
        change(&["--set", "metric=clicks", "--limit", "2"]),
        [
            "total||13.0|11.0|-2.0|-15.38|100.0|",
            "contributor|cr-1002|3.0|1.0|-2.0|-66.67|100.0|both",
            "contributor|cr-1001|10.0|9.0|-1.0|-10.0|50.0|both",
            "all others||0.0|1.0|1.0||-50.0|",
        ]
    );
    for metric in ["spend", "impressions", "clicks", "reached_queries", "waste"] {
        for by in ["creative", "publisher", "app", "country", "size", "config"] {
            let sets = [format!("metric={metric}"), format!("by={by}")];
            let rows = change(&["--set", &sets[0], "--set", &sets[1], "--limit", "1"]);
            let micros = |row: &String| (row.split('|').nth(4).unwrap().parse::<f64>().unwrap() * 1e6).round() as i64;
            assert_eq!(rows[1..].iter().map(micros).sum::<i64>(), micros(&rows[0]), "{metric} by {by}: {rows:#?}");
        }
    }
    let none = store.run(&["report", "changes", "--set", "metric=ctr"]);
    assert!(none.stderr.contains("not one of spend"), "a rate does not add up: {none:?}");
}

#[test]
fn spend_freshness_and_campaigns_are_told() {
    let store = store_with_every_kind();
    let columns = ["metric_date", "currency", "spend", "impressions", "cpm"];
    assert_eq!(
        answer(&store, "spend_by_day", &[], &columns),
        ["2026-02-26|USD|0.713002|1006|0.7087", "2026-02-25|USD|1236.034695|1265|977.1025"]
    );
    let printed = store.succeed(&["report", "freshness", "--format", "csv"]);
    let kinds = fs::read_dir(repository("schema/reports")).unwrap().map(|entry| entry.unwrap().path());
    let kinds = kinds.filter(|path| path.is_file()).map(|path| path.file_stem().unwrap().to_str().unwrap().to_owned());
    let kinds: BTreeSet<String> = kinds.filter(|kind| !["columns", "currencies"].contains(&kind.as_str())).collect();
    let told: BTreeSet<String> =
        printed.lines().skip(1).map(|line| line.split(',').nth(1).unwrap().to_owned()).collect();
    assert_eq!(told, kinds, "every kind of report has a row");
    assert!(printed.contains("1,quality,2026-02-28,") && printed.contains(",1,2026-02-25,4\n"), "{printed}");
    store.succeed(&["campaigns", "create", "Shoes"]);
    store.succeed(&["campaigns", "add", "1", "cr-1001"]);
    let columns = ["name", "creatives", "reached_queries", "spend", "waste_rate_pct"];
    assert_eq!(
        answer(&store, "campaigns", &[], &columns),
        ["Shoes|1|21600|1235.337694|91.25", "|3|2830|1.410003|86.54"]
    );
}
