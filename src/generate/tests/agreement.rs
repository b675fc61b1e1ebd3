//! Reports of all kinds speak of one world: what two of them carry adds up to the same.

use super::*;

/// The sums of a column by the values of others.
fn sums(report: &Report, by: &[&str], of: &str) -> BTreeMap<Vec<String>, u64> {
    let (by, of): (Vec<_>, _) = (by.iter().map(|name| report.at(name)).collect(), report.at(of));
    let mut sums = BTreeMap::new();
    for row in &report.rows {
        *sums.entry(by.iter().map(|&at| row[at].clone()).collect()).or_default() += micros_or_count(&row[of]);
    }
    sums.retain(|_, sum| *sum > 0);
    sums
}

/// A count, or money in micros.
fn micros_or_count(cell: &str) -> u64 {
    let Some((units, decimals)) = cell.trim_start_matches("US$").split_once('.') else { return cell.parse().unwrap() };
    format!("{units}{decimals:0<6}").parse().unwrap()
}

fn all_kinds(shape: Shape, rows: u64) -> BTreeMap<Kind, Report> {
    let dir = tempfile::tempdir().unwrap();
    let options = GenerateOptions { kinds: Kinds::all(), ..options(dir.path(), shape, rows, 1) };
    let made = run(&options, &|_, _| ()).unwrap();
    assert_eq!(made.reports.len(), 7);
    let reports: BTreeMap<Kind, Report> =
        Kind::ALL.into_iter().zip(made.reports.iter().map(|at| Report::read(at))).collect();
    assert_eq!(made.rows, reports.values().map(|report| report.rows.len() as u64).sum::<u64>());
    reports
}

const SPEND: &str = "Spend (buyer currency)";

#[test]
fn what_two_kinds_carry_adds_up_to_the_same() {
    for shape in [Shape::Real, Shape::Wide] {
        let reports = all_kinds(shape, 4_000);
        let same = |a: Kind, b: Kind, by: &[&str], of: &str| {
            assert_eq!(sums(&reports[&a], by, of), sums(&reports[&b], by, of), "{shape}: {of} of {a:?} and {b:?}");
        };
        for of in ["Reached queries", "Impressions", SPEND] {
            same(Kind::Performance, Kind::Bids, &["Country", "Creative ID"], of);
            same(Kind::Performance, Kind::Quality, &["Billing ID", "Creative ID", "Creative size", "Publisher ID"], of);
        }
        for of in ["Reached queries", "Impressions", "Clicks"] {
            same(Kind::Performance, Kind::FunnelPublisher, &["Publisher ID", "Country"], of);
        }
        for of in ["Impressions", "Clicks"] {
            same(Kind::Performance, Kind::FunnelGeo, &["Country"], of);
        }
        for of in ["Bids", "Bids in auction", "Auctions won"] {
            same(Kind::Bids, Kind::FunnelGeo, &["Country"], of);
        }
        for of in
            ["Bid requests", "Inventory matches", "Successful responses", "Bids", "Bids in auction", "Auctions won"]
        {
            same(Kind::FunnelGeo, Kind::FunnelPublisher, &["Country", "Hour"], of);
        }
        let (performance, bidder) = (&reports[&Kind::Performance], &reports[&Kind::Bidder]);
        for (ours, theirs) in [("Impressions", "impressions"), ("Clicks", "clicks"), (SPEND, "spend")] {
            let by_country = sums(performance, &["Creative ID", "Country", "Platform"], ours);
            assert_eq!(
                sums(bidder, &["creative_id", "geography", "device_type"], theirs),
                by_country,
                "{shape}: {ours}"
            );
        }
        let (filtering, bids) = (&reports[&Kind::BidFiltering], &reports[&Kind::Bids]);
        assert_eq!(filtering.sum("Bids"), bids.sum("Bids") - bids.sum("Bids in auction"));
    }
}

#[test]
fn the_funnel_has_the_measured_shares() {
    let reports = all_kinds(Shape::Real, 20_000);
    let funnel = &reports[&Kind::FunnelPublisher];
    let matches = funnel.sum("Inventory matches") as f64;
    for (step, share) in [
        ("Bid requests", 0.739),
        ("Successful responses", 0.739),
        ("Bids", 0.052),
        ("Bids in auction", 0.051),
        ("Auctions won", 0.0038),
        ("Reached queries", 0.0046),
        ("Impressions", 0.0015),
        ("Clicks", 0.000_013),
    ] {
        // A day of stories: less is won than on the measured one.
        near(funnel.sum(step) as f64 / matches / share, 1.0, 0.25);
    }
    for sampled in ["Bid requests", "Inventory matches", "Successful responses"] {
        let at = funnel.at(sampled);
        assert!(funnel.rows.iter().all(|row| row[at].ends_with('0')), "{sampled} are sampled in tens");
    }
}

#[test]
fn no_two_rows_of_a_kind_share_a_natural_key() {
    for (kind, report) in all_kinds(Shape::Real, 4_000) {
        let metrics = ["Reached queries", "Bid requests", "Bids in auction", "Bids", "impressions"];
        let metrics = report.header.iter().position(|name| metrics.contains(&name.as_str())).unwrap();
        // Of the bidder's export the dimensions stand on both sides of the metrics.
        let dimensions = |at: &usize| *at < metrics || (kind == Kind::Bidder && [5, 6].contains(at));
        let mut keys = HashSet::new();
        for row in &report.rows {
            let key: Vec<_> = (0..row.len()).filter(dimensions).map(|at| &row[at]).collect();
            assert!(keys.insert(key), "{kind:?}: {row:?}");
        }
    }
}

#[test]
fn some_kinds_alone_have_the_bytes_that_they_have_among_all() {
    let (all, some) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let of = |dir: &Path, kinds: &str, threads| {
        let kinds = kinds.parse().unwrap();
        run_on(threads, &GenerateOptions { kinds, ..options(dir, Shape::Real, 400, 3) }, &|_, _| ()).unwrap()
    };
    assert_eq!(of(all.path(), "all", 1).reports.len(), 21);
    let made = of(some.path(), "funnel_publisher,quality", 3);
    assert_eq!(made.reports[0].file_name().unwrap(), "funnel_publisher-2026-03-02.csv");
    assert_eq!(made.reports.len(), 6);
    for report in &made.reports {
        let among_all = all.path().join(report.file_name().unwrap());
        assert_eq!(fs::read(report).unwrap(), fs::read(among_all).unwrap(), "{}", report.display());
    }
}
