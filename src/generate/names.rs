//! Invented names: publishers, apps, sizes and countries as they look in reports.
//!
//! Invariant: a value's text depends on its rank alone, and no two ranks share an id.

use std::collections::BTreeSet;

/// An id and the name that reports show beside it.
#[derive(Clone, Debug)]
pub(super) struct Named {
    pub id: String,
    pub name: String,
}

const FIRST: [&str; 24] = [
    "Bluefin", "Nova", "Cedar", "Lantern", "Orbit", "Pixel", "Quartz", "River", "Saffron", "Tidal", "Umber", "Velvet",
    "Willow", "Zephyr", "Amber", "Basalt", "Copper", "Delta", "Ember", "Falcon", "Granite", "Harbor", "Indigo",
    "Juniper",
];
const SECOND: [&str; 20] = [
    "Games",
    "Media",
    "Studios",
    "News",
    "Labs",
    "Interactive",
    "Apps",
    "Sports",
    "Networks",
    "Digital",
    "Arcade",
    "Puzzles",
    "Weather",
    "Recipes",
    "Music",
    "Video",
    "Daily",
    "Mobile",
    "Entertainment",
    "Tools",
];
const FOREIGN: [&str; 8] = [
    "Lumière Jeux",
    "東京ニュース",
    "Müller Spiele",
    "Café São Paulo",
    "Игры Мира",
    "दैनिक समाचार",
    "Ñandú Móvil",
    "İstanbul Haber",
];

/// The publisher that pools most traffic stands first.
pub(super) const POOLED_PUBLISHER: &str = "AdMob + AdSense";

/// How the names of publishers beside the pooled one look.
#[derive(Clone, Copy, Debug)]
pub(super) enum PublisherNames {
    /// As measured: 4 % with a comma, some with quotes, some not ASCII.
    Measured,
    /// Every ninth with a comma, so that it is quoted.
    NinthQuoted,
}

/// `count` publishers, the pooled one first.
pub(super) fn publishers(count: usize, names: PublisherNames) -> Vec<Named> {
    (0..count)
        .map(|rank| {
            let name = match names {
                _ if rank == 0 => POOLED_PUBLISHER.to_owned(),
                PublisherNames::Measured if rank % 25 == 7 => format!("{}, Inc.", plain(rank)),
                PublisherNames::Measured if rank % 61 == 5 => format!("\"{}\" {rank}", plain(rank)),
                PublisherNames::Measured if rank % 17 == 3 => format!("{} {rank}", FOREIGN[rank % FOREIGN.len()]),
                PublisherNames::NinthQuoted if rank % 9 == 4 => format!("{}, Ltd.", plain(rank)),
                _ => plain(rank),
            };
            Named { id: format!("pub-{:016}", 2_400_000_000_000_017 + rank as u64 * 7_919_113), name }
        })
        .collect()
}

/// `count` apps: two of three Android packages, one of three numbers of the other store.
pub(super) fn apps(count: usize) -> Vec<Named> {
    (0..count)
        .map(|rank| {
            let (first, second) = words(rank);
            let id = match rank % 3 {
                2 => format!("{}", 400_000_000 + rank as u64 * 30_011),
                _ => format!("com.{}.{}{rank}", first.to_lowercase(), second.to_lowercase()),
            };
            let name = match rank % 29 {
                11 => format!("{first}: {second}, the {rank}th"),
                23 => format!("{} {rank}", FOREIGN[rank % FOREIGN.len()]),
                _ => format!("{first} {second} {rank}"),
            };
            Named { id, name }
        })
        .collect()
}

fn words(rank: usize) -> (&'static str, &'static str) {
    (FIRST[rank % FIRST.len()], SECOND[(rank / FIRST.len() + rank) % SECOND.len()])
}

fn plain(rank: usize) -> String {
    let (first, second) = words(rank);
    format!("{first} {second} {rank}")
}

const LEADING_SIZES: [&str; 20] = [
    "Interstitial",
    "Video/Overlay",
    "336x300",
    "300x250",
    "320x50",
    "Native",
    "Rewarded",
    "Dynamic",
    "Unmatched",
    "728x90",
    "320x480",
    "160x600",
    "300x600",
    "336x280",
    "970x250",
    "320x100",
    "468x60",
    "480x320",
    "768x1024",
    "250x250",
];

/// `count` creative sizes, the most frequent first: labels, standard sizes, then odd ones.
pub(super) fn sizes(count: usize) -> Vec<String> {
    let odd = (0..).map(|i: usize| format!("{}x{}", 120 + i * 37 % 901, 50 + i * 53 % 701));
    let mut seen = BTreeSet::new();
    LEADING_SIZES
        .iter()
        .map(|&size| size.to_owned())
        .chain(odd)
        .filter(|size| seen.insert(size.clone()))
        .take(count)
        .collect()
}

/// A country as reports name it, its ISO code, and what a thousand impressions cost there.
#[derive(Clone, Copy, Debug)]
pub(super) struct Country {
    pub name: &'static str,
    pub iso: &'static str,
    pub cpm_micros: f64,
}

/// The countries of a measured day, the largest first.
pub(super) const COUNTRIES: [Country; 18] = {
    const fn country(name: &'static str, iso: &'static str, cpm_micros: f64) -> Country {
        Country { name, iso, cpm_micros }
    }
    [
        country("India", "IN", 450_000.0),
        country("United States", "US", 2_400_000.0),
        country("Indonesia", "ID", 520_000.0),
        country("Brazil", "BR", 800_000.0),
        country("Mexico", "MX", 900_000.0),
        country("Philippines", "PH", 560_000.0),
        country("Vietnam", "VN", 480_000.0),
        country("Thailand", "TH", 700_000.0),
        country("Malaysia", "MY", 820_000.0),
        country("Bangladesh", "BD", 310_000.0),
        country("Egypt", "EG", 380_000.0),
        country("South Africa", "ZA", 950_000.0),
        country("United Kingdom", "GB", 2_100_000.0),
        country("Germany", "DE", 2_000_000.0),
        country("Canada", "CA", 2_050_000.0),
        country("Japan", "JP", 1_900_000.0),
        country("Australia", "AU", 2_200_000.0),
        country("France", "FR", 1_700_000.0),
    ]
};

/// ISO codes of fifty countries, for reports that name them so.
pub(super) const FIFTY_CODES: [&str; 50] = [
    "IN", "US", "ID", "BR", "MX", "PH", "VN", "TH", "MY", "BD", "EG", "ZA", "GB", "DE", "CA", "JP", "AU", "FR", "IT",
    "ES", "NL", "PL", "SE", "NO", "FI", "DK", "BE", "AT", "CH", "PT", "GR", "CZ", "RO", "HU", "IE", "IL", "AE", "SA",
    "TR", "UA", "AR", "CL", "CO", "PE", "KE", "NG", "KR", "TW", "SG", "NZ",
];

#[cfg(test)]
mod tests {
    use super::*;

    fn distinct<'a>(texts: impl Iterator<Item = &'a str>) -> usize {
        texts.collect::<BTreeSet<_>>().len()
    }

    #[test]
    fn ids_are_distinct() {
        assert_eq!(distinct(publishers(8_000, PublisherNames::NinthQuoted).iter().map(|p| p.id.as_str())), 8_000);
        assert_eq!(distinct(apps(15_000).iter().map(|a| a.id.as_str())), 15_000);
        assert_eq!(distinct(sizes(232).iter().map(String::as_str)), 232);
        assert_eq!(distinct(FIFTY_CODES.into_iter()), 50);
    }

    #[test]
    fn publisher_names_look_as_measured() {
        let names = publishers(1_618, PublisherNames::Measured);
        let share = |test: fn(&str) -> bool| names.iter().filter(|p| test(&p.name)).count() as f64 / names.len() as f64;
        assert_eq!(names[0].name, POOLED_PUBLISHER);
        assert!((0.03..0.05).contains(&share(|name| name.contains(','))));
        assert!(share(|name| name.contains('"')) > 0.005);
        assert!(share(|name| !name.is_ascii()) > 0.02);
        let wide = publishers(8_000, PublisherNames::NinthQuoted);
        let quoted = wide.iter().filter(|p| p.name.contains(',')).count();
        assert!((870..=910).contains(&quoted), "a ninth of 8,000 names are quoted, not {quoted}");
    }
}
