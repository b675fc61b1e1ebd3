//! What a generated report promises: repeatable bytes, distinct keys, measured shares, entities for its ids.

mod agreement;
mod told;

use std::collections::{BTreeMap, BTreeSet, HashSet};

use super::*;

fn options(dir: &Path, shape: Shape, rows: u64, days: u32) -> GenerateOptions {
    let end = Day::from_ymd(2026, 3, 4).unwrap();
    GenerateOptions { dir: dir.to_owned(), rows_per_day: rows, days, end, seed: 11, shape, kinds: Kinds::performance() }
}

struct Report {
    header: Vec<String>,
    rows: Vec<Vec<String>>,
}

impl Report {
    fn of(shape: Shape, rows: u64) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let made = run(&options(dir.path(), shape, rows, 1), &|_, _| ()).unwrap();
        Self::read(&made.reports[0])
    }

    fn read(path: &Path) -> Self {
        let mut reader = csv::Reader::from_path(path).unwrap();
        let header = reader.headers().unwrap().iter().map(str::to_owned).collect();
        let rows = reader.records().map(|row| row.unwrap().iter().map(str::to_owned).collect()).collect();
        Self { header, rows }
    }

    fn at(&self, name: &str) -> usize {
        self.header.iter().position(|column| column == name).unwrap_or_else(|| panic!("no column {name}"))
    }

    fn sum(&self, name: &str) -> u64 {
        let at = self.at(name);
        self.rows.iter().map(|row| row[at].parse::<u64>().unwrap()).sum()
    }

    /// Shares of rows by the value of a column, in percent, the largest first.
    fn shares(&self, name: &str) -> Vec<(String, f64)> {
        let at = self.at(name);
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        for row in &self.rows {
            *counts.entry(&row[at]).or_default() += 1;
        }
        let percent = |count| 100.0 * count as f64 / self.rows.len() as f64;
        let mut shares: Vec<_> = counts.into_iter().map(|(value, count)| (value.to_owned(), percent(count))).collect();
        shares.sort_by(|a, b| b.1.total_cmp(&a.1));
        shares
    }
}

#[track_caller]
fn near(value: f64, expected: f64, tolerance: f64) {
    assert!((value - expected).abs() <= tolerance, "{value} is not within {tolerance} of {expected}");
}

#[test]
fn the_same_options_give_the_same_bytes_on_any_number_of_threads() {
    for shape in [Shape::Real, Shape::Wide] {
        let (one, three) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let first = run_on(1, &options(one.path(), shape, 500, 4), &|_, _| ()).unwrap();
        let second = run_on(3, &options(three.path(), shape, 500, 4), &|_, _| ()).unwrap();
        assert_eq!(first.rows, 2_000);
        assert_eq!(first.bytes, second.bytes);
        for (a, b) in first.reports.iter().zip(&second.reports) {
            assert_eq!(a.file_name(), b.file_name());
            assert_eq!(fs::read(a).unwrap(), fs::read(b).unwrap());
        }
        for name in ["pretargetingConfigs.json", "buyers.json", "endpoints.json", "creatives.json"] {
            assert_eq!(fs::read(first.entities.join(name)).unwrap(), fs::read(second.entities.join(name)).unwrap());
        }
        let left: Vec<_> = fs::read_dir(one.path()).unwrap().map(|e| e.unwrap().file_name()).collect();
        assert_eq!(left.len(), 5, "four reports and the entities, nothing unfinished: {left:?}");
    }
}

#[test]
fn another_seed_gives_other_rows_of_the_same_world() {
    let dir = tempfile::tempdir().unwrap();
    let first = run(&options(dir.path(), Shape::Real, 100, 1), &|_, _| ()).unwrap();
    let bytes = fs::read(&first.reports[0]).unwrap();
    let second = run(&GenerateOptions { seed: 12, ..options(dir.path(), Shape::Real, 100, 1) }, &|_, _| ()).unwrap();
    assert_eq!(first.reports, second.reports);
    assert_ne!(fs::read(&second.reports[0]).unwrap(), bytes);
}

#[test]
fn days_are_consecutive_and_end_as_asked() {
    let dir = tempfile::tempdir().unwrap();
    let told = AtomicU64::new(0);
    let generated =
        run(&options(dir.path(), Shape::Real, 10, 3), &|_, all| told.store(all, Ordering::Relaxed)).unwrap();
    let names: Vec<_> = generated.reports.iter().map(|path| path.file_name().unwrap().to_str().unwrap()).collect();
    assert_eq!(names, ["performance-2026-03-02.csv", "performance-2026-03-03.csv", "performance-2026-03-04.csv"]);
    assert!(fs::read_to_string(&generated.reports[0]).unwrap().lines().skip(1).all(|row| row.starts_with("3/2/26,")));
    assert_eq!(told.into_inner(), 30);
}

#[test]
fn headers_are_those_of_the_shapes() {
    let real = Report::of(Shape::Real, 1);
    assert_eq!(
        real.header.join(", "),
        "#Day, Billing ID, Creative ID, Creative size, Creative format, Country, Platform, Environment, Publisher ID, \
         Publisher name, Mobile app ID, Mobile app name, Reached queries, Impressions, Clicks, Spend (buyer currency), \
         Video starts, Video completions"
    );
    let wide = Report::of(Shape::Wide, 1);
    assert_eq!(wide.header.len(), 20);
    assert_eq!((wide.header[0].as_str(), wide.rows[0][0].as_str()), ("Day", "2026-03-04"));
}

#[test]
fn no_two_rows_share_a_natural_key() {
    for shape in [Shape::Real, Shape::Wide] {
        let report = Report::of(shape, 30_000);
        let names = [report.at("Publisher name"), report.at("Mobile app name")];
        let metrics = report.at("Reached queries");
        let mut keys = HashSet::new();
        for row in &report.rows {
            let key: Vec<_> = (0..metrics).filter(|at| !names.contains(at)).map(|at| &row[at]).collect();
            assert!(keys.insert(key), "{row:?}");
        }
    }
}

#[test]
fn the_real_shape_has_the_measured_shares() {
    let report = Report::of(Shape::Real, 75_000);
    let billing = report.shares("Billing ID");
    assert_eq!(billing.len(), 7);
    for (share, expected) in billing.iter().zip([56.0, 29.0, 11.0, 2.4, 1.3, 0.3]) {
        near(share.1, expected, 0.6);
    }
    let sizes = report.shares("Creative size");
    let leading: Vec<_> = sizes.iter().take(3).map(|size| size.0.as_str()).collect();
    assert_eq!(leading, ["Interstitial", "Video/Overlay", "336x300"]);
    near(sizes[0].1, 63.0, 1.0);
    near(sizes[1].1, 27.0, 1.0);
    near(sizes.iter().take(5).map(|size| size.1).sum(), 99.0, 0.3);
    let countries = report.shares("Country");
    assert_eq!(countries.len(), 18);
    near(countries[0].1, 60.0, 1.0);
    assert_eq!(countries[0].0, "India");
    near(countries[1].1, 22.0, 1.0);
    let publishers = report.shares("Publisher name");
    assert_eq!(publishers[0].0, names::POOLED_PUBLISHER);
    near(publishers[0].1, 63.5, 1.0);
    near(publishers.iter().take(100).map(|one| one.1).sum(), 98.0, 0.5);
    let creatives = report.shares("Creative ID");
    assert!(creatives.len() > 500, "{}", creatives.len());
    near(creatives.iter().take(10).map(|one| one.1).sum(), 18.0, 1.5);
    near(creatives.iter().take(100).map(|one| one.1).sum(), 69.0, 1.5);
}

#[test]
fn the_real_shape_has_the_measured_rates() {
    let report = Report::of(Shape::Real, 75_000);
    let (reached_at, impressions_at, clicks_at) =
        (report.at("Reached queries"), report.at("Impressions"), report.at("Clicks"));
    let mut reached: Vec<u64> = report.rows.iter().map(|row| row[reached_at].parse().unwrap()).collect();
    reached.sort_unstable();
    assert_eq!(reached[reached.len() / 2], 9);
    let (impressions, clicks) = (report.sum("Impressions") as f64, report.sum("Clicks") as f64);
    near(impressions / report.sum("Reached queries") as f64, 0.326, 0.02);
    near(100.0 * clicks / impressions, 0.89, 0.08);
    for row in &report.rows {
        let number = |at: usize| row[at].parse::<u64>().unwrap();
        assert!(number(impressions_at) <= number(reached_at) && number(clicks_at) <= number(impressions_at), "{row:?}");
        assert!(row[report.at("Spend (buyer currency)")].starts_with("US$"), "{row:?}");
    }
}

#[test]
fn the_wide_shape_names_an_app_in_seven_of_ten_rows() {
    let report = Report::of(Shape::Wide, 20_000);
    let none = report.shares("Mobile app ID").into_iter().find(|app| app.0.is_empty()).unwrap();
    near(none.1, 30.0, 1.5);
    assert_eq!(report.shares("Billing ID").len(), 40);
    assert_eq!(report.shares("Country").len(), 50);
    assert!(report.rows.iter().all(|row| row[report.at("Spend (buyer currency)")].parse::<f64>().is_ok()));
}

#[test]
fn the_entities_hold_the_ids_of_the_reports() {
    let dir = tempfile::tempdir().unwrap();
    let generated = run(&options(dir.path(), Shape::Real, 10, 1), &|_, _| ()).unwrap();
    let read = |name: &str, list: &str, id: &str| -> BTreeSet<String> {
        let value: serde_json::Value =
            serde_json::from_slice(&fs::read(generated.entities.join(name)).unwrap()).unwrap();
        value[list].as_array().unwrap().iter().map(|one| one[id].as_str().unwrap().to_owned()).collect()
    };
    let (configs, creatives) = (
        read("pretargetingConfigs.json", "pretargetingConfigs", "billingId"),
        read("creatives.json", "creatives", "creativeId"),
    );
    let report = Report::of(Shape::Real, 75_000);
    let without: Vec<_> = report.shares("Billing ID").into_iter().filter(|one| !configs.contains(&one.0)).collect();
    assert_eq!(without.len(), 1, "one billing id is an orphan: {without:?}");
    assert!(report.shares("Creative ID").iter().all(|one| creatives.contains(&one.0)));
    assert_eq!(read("buyers.json", "buyers", "name").len(), 1);
    assert_eq!(read("endpoints.json", "endpoints", "url").len(), 3);
}

#[test]
fn more_rows_than_distinct_keys_are_refused() {
    let dir = tempfile::tempdir().unwrap();
    let error = run(&options(dir.path(), Shape::Real, u64::MAX, 1), &|_, _| ()).unwrap_err();
    assert!(error.to_string().contains("lower --rows-per-day"), "{error}");
    assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 0, "nothing is written");
}

#[test]
fn a_day_of_all_kinds_that_memory_would_not_hold_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let options = options(dir.path(), Shape::Real, MOST_ROWS_PER_DAY_OF_MORE_KINDS + 1, 1);
    let error = run(&GenerateOptions { kinds: Kinds::all(), ..options }, &|_, _| ()).unwrap_err();
    assert!(error.to_string().contains("at most 20000000, or for --kinds performance alone"), "{error}");
    assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 0, "nothing is written");
}

#[test]
fn a_directory_that_cannot_be_written_is_named() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("taken");
    fs::write(&file, "").unwrap();
    let error = run(&options(&file, Shape::Real, 1, 1), &|_, _| ()).unwrap_err();
    assert!(error.to_string().contains("taken"), "{error}");
}

#[test]
fn a_directory_with_reports_is_named_with_one_of_them() {
    let dir = tempfile::tempdir().unwrap();
    refuse_reports(&dir.path().join("new")).unwrap();
    fs::write(dir.path().join("notes.txt"), "").unwrap();
    refuse_reports(dir.path()).unwrap();
    for name in ["mail.CSV.gz", "a.csv"] {
        fs::write(dir.path().join(name), "").unwrap();
    }
    let refusal = refuse_reports(dir.path()).unwrap_err().to_string();
    assert!(refusal.ends_with("holds 2 reports already, a.csv for one"), "{refusal}");
}
