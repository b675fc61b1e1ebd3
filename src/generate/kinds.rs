//! Which kinds of report are written, in the words of `schema/reports`.

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

/// A kind of report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// What each config, creative, size, country, publisher and app reached, won and cost.
    Performance,
    /// Bids, bids in auction and auctions won, by creative and country.
    Bids,
    /// The way from inventory to impression, by country and hour.
    FunnelGeo,
    /// The same by publisher, country and hour.
    FunnelPublisher,
    /// Viewability and invalid traffic.
    Quality,
    /// Bids that Google took out, and why.
    BidFiltering,
    /// The bidder's own export, with conversions and revenue.
    Bidder,
}

impl Kind {
    /// All kinds, in the order in which the files of a day are listed.
    pub const ALL: [Self; 7] = [
        Self::Performance,
        Self::Bids,
        Self::FunnelGeo,
        Self::FunnelPublisher,
        Self::Quality,
        Self::BidFiltering,
        Self::Bidder,
    ];

    /// Its name, which the name of a file begins with.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Performance => "performance",
            Self::Bids => "bids",
            Self::FunnelGeo => "funnel_geo",
            Self::FunnelPublisher => "funnel_publisher",
            Self::Quality => "quality",
            Self::BidFiltering => "bid_filtering",
            Self::Bidder => "bidder",
        }
    }
}

/// The kinds that are asked for, at least one; as text, their names with commas between, or `all`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kinds(BTreeSet<Kind>);

impl Kinds {
    /// Performance reports and nothing else.
    pub fn performance() -> Self {
        Self([Kind::Performance].into())
    }

    /// Every kind.
    pub fn all() -> Self {
        Self(Kind::ALL.into())
    }

    /// Whether nothing but performance reports is asked for.
    pub(super) fn is_performance_alone(&self) -> bool {
        self.0.len() == 1 && self.0.contains(&Kind::Performance)
    }

    /// In the order of [`Kind::ALL`].
    pub(super) fn iter(&self) -> impl Iterator<Item = Kind> {
        self.0.iter().copied()
    }
}

/// The text names no kind of report.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("'{asked}' is not a kind of report: write all, or some of {known}, with commas between")]
pub struct KindsError {
    asked: String,
    known: String,
}

impl FromStr for Kinds {
    type Err = KindsError;

    fn from_str(text: &str) -> Result<Self, KindsError> {
        if text.trim() == "all" {
            return Ok(Self::all());
        }
        let kind = |name: &str| {
            Kind::ALL
                .into_iter()
                .find(|kind| kind.name() == name)
                .ok_or_else(|| KindsError { asked: name.to_owned(), known: Self::all().to_string() })
        };
        text.split(',').map(|name| kind(name.trim())).collect::<Result<_, _>>().map(Self)
    }
}

impl fmt::Display for Kinds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<_> = self.iter().map(Kind::name).collect();
        f.write_str(&names.join(","))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_are_named_with_commas_between_or_all_at_once() {
        assert_eq!("performance".parse(), Ok(Kinds::performance()));
        assert_eq!("all".parse(), Ok(Kinds::all()));
        assert_eq!(Kinds::all().to_string().parse(), Ok(Kinds::all()));
        let some: Kinds = "quality, bids,quality".parse().unwrap();
        assert_eq!(some.to_string(), "bids,quality");
        assert!(Kinds::performance().is_performance_alone() && !some.is_performance_alone());
    }

    #[test]
    fn another_word_is_refused_with_the_kinds_that_there_are() {
        for (text, named) in [("funnel", "'funnel'"), ("", "''"), ("bids,", "''")] {
            let refusal = text.parse::<Kinds>().unwrap_err().to_string();
            assert!(refusal.contains(named) && refusal.contains("funnel_geo,funnel_publisher"), "{refusal}");
        }
    }
}
