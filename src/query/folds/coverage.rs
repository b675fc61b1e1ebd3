//! Which sizes the account's approved creatives can serve.

use super::super::fixture::world::{Cell, Record, World, record};
use super::Fold;
use super::group::{self, minus, money, of, pct, sum, text};
use super::waste::performance;

pub(super) const FOLDS: &[(&str, Fold)] =
    &[("v_servable_sizes", servable_sizes), ("v_size_coverage", coverage), ("v_unservable", unservable)];

const STANDARD: &[(i64, i64)] = &[
    (300, 250),
    (728, 90),
    (320, 50),
    (160, 600),
    (300, 600),
    (970, 250),
    (320, 100),
    (468, 60),
    (234, 60),
    (120, 600),
    (970, 90),
    (336, 280),
    (250, 250),
    (200, 200),
    (180, 150),
];
const INTERSTITIAL: &[&str] = &["300x250", "320x480", "480x320", "768x1024", "1024x768", "336x280"];
const LABELS: &[&str] = &["Interstitial", "Video/Overlay", "Rewarded", "Native"];

/// Whether an approved creative serves a size.
fn serves(creative: &Record, size: &str) -> bool {
    let format = creative["format"].as_text();
    let own = creative["canonical_size"].as_text();
    match size {
        "Video/Overlay" | "Rewarded" => format == Some("VIDEO"),
        "Native" => format == Some("NATIVE"),
        "Interstitial" => {
            format == Some("VIDEO") || (format == Some("HTML") && own.is_some_and(|own| INTERSTITIAL.contains(&own)))
        }
        size => own == Some(size),
    }
}

fn approved<'a>(world: &'a World, account: &'a Cell) -> impl Iterator<Item = &'a Record> {
    world.rows("creatives").iter().filter(move |creative| {
        creative["account_id"] == *account
            && creative["approval_status"] == "APPROVED".into()
            && creative["vanished_at"] == Cell::Null
    })
}

fn servable_sizes(world: &World) -> Vec<Record> {
    let mut rows = Vec::new();
    for account in [1, 2, 3].map(Cell::Int) {
        let own = approved(world, &account).filter_map(|creative| creative["canonical_size"].as_text());
        let mut sizes: Vec<&str> = own.chain(LABELS.iter().copied()).collect();
        sizes.sort_unstable();
        sizes.dedup();
        for size in sizes {
            let count = approved(world, &account).filter(|creative| serves(creative, size)).count();
            if count > 0 {
                rows.push(record([
                    ("account_id", account.clone()),
                    ("creative_size", size.into()),
                    ("approved_creatives", Cell::Int(i64::try_from(count).unwrap())),
                ]));
            }
        }
    }
    rows
}

fn sides(size: &str) -> Option<(i64, i64)> {
    let (width, height) = size.split_once('x')?;
    Some((width.parse().ok()?, height.parse().ok()?))
}

fn coverage(world: &World) -> Vec<Record> {
    let rows = performance(world);
    let groups = group::by(&rows, |row| vec![of(row, "account_id"), of(row, "creative_size")]);
    let rows = groups.iter().map(|group| {
        let account = &group.key[0];
        let size = group.key[1].as_text();
        let sides = size.and_then(sides);
        let synced = world
            .rows("creatives")
            .iter()
            .any(|creative| creative["account_id"] == *account && creative["approval_status"] != Cell::Null);
        let known = synced && size.is_some_and(|size| sides.is_some() || LABELS.contains(&size));
        let creatives = approved(world, account).filter(|creative| size.is_some_and(|size| serves(creative, size)));
        let creatives = Some(i64::try_from(creatives.count()).unwrap()).filter(|_| known);
        let near = sides.filter(|own| !STANDARD.contains(own)).and_then(|(width, height)| {
            let far = |standard: &&(i64, i64)| (standard.0 - width).abs().max((standard.1 - height).abs());
            STANDARD.iter().min_by_key(far).filter(|standard| far(standard) <= 5)
        });
        let (spent, currency) = money(&group.rows, &["spend_micros"]);
        record([
            ("account_id", account.clone()),
            ("creative_size", group.key[1].clone()),
            ("reached_queries", sum(&group.rows, "reached_queries").into()),
            ("impressions", sum(&group.rows, "impressions").into()),
            ("clicks", sum(&group.rows, "clicks").into()),
            ("spend_micros", spent[0].into()),
            ("currency", text(currency)),
            ("approved_creatives", creatives.into()),
            ("is_servable", creatives.map_or(Cell::Null, |count| Cell::Bool(count > 0))),
            ("width", sides.map(|sides| sides.0).into()),
            ("height", sides.map(|sides| sides.1).into()),
            ("near_standard_size", near.map_or(Cell::Null, |(width, height)| Cell::Text(format!("{width}x{height}")))),
        ])
    });
    rows.collect()
}

fn unservable(world: &World) -> Vec<Record> {
    let sizes = coverage(world);
    let rows = group::by(&sizes, |row| vec![of(row, "account_id")]).into_iter().map(|group| {
        let part = |servable: Cell| -> Vec<&Record> {
            group.rows.iter().copied().filter(|row| row["is_servable"] == servable).collect()
        };
        let reached = sum(&group.rows, "reached_queries");
        let (yes, no) = (part(Cell::Bool(true)), part(Cell::Bool(false)));
        let unknown = reached.map(|_| sum(&part(Cell::Null), "reached_queries").unwrap_or(0));
        // Of the sizes of which it is known.
        let told =
            minus(reached, unknown).filter(|_| [&yes, &no].iter().any(|rows| sum(rows, "reached_queries").is_some()));
        let of_known = |rows: &[&Record]| told.map(|_| sum(rows, "reached_queries").unwrap_or(0));
        record([
            ("account_id", group.key[0].clone()),
            ("reached_queries", reached.into()),
            ("servable_queries", of_known(&yes).into()),
            ("unservable_queries", of_known(&no).into()),
            ("unknown_queries", unknown.into()),
            ("unservable_rate_pct", pct(of_known(&no), reached)),
        ])
    });
    rows.collect()
}
