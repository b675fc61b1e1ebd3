//! Countries as Google's criteria ids: 2000 + the ISO numeric code.

use std::collections::BTreeMap;
use std::sync::LazyLock;

/// A country under both of its names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Country {
    iso: [u8; 2],
    numeric: u16,
}

/// The vocabulary of the reports; a country without a numeric code has no criteria id.
static COUNTRIES: LazyLock<Vec<Country>> = LazyLock::new(|| {
    let text = include_str!("../../schema/reports/vocabulary/country.toml");
    let read: BTreeMap<String, Vec<toml::Value>> =
        toml::from_str(text).expect("schema/reports/vocabulary is part of the program and read by a unit test");
    let country = |(code, cells): (&String, &Vec<toml::Value>)| {
        let numeric = cells.iter().find_map(toml::Value::as_integer)?;
        Some(Country { iso: code.as_bytes().try_into().ok()?, numeric: u16::try_from(numeric).ok()? })
    };
    read.iter().filter_map(country).collect()
});

impl Country {
    /// The country of that ISO-2 code, in upper or lower case.
    pub fn of_iso(code: &str) -> Option<Self> {
        COUNTRIES.iter().find(|country| country.iso().eq_ignore_ascii_case(code)).copied()
    }

    /// The country of that criteria id.
    pub fn of_criteria_id(id: &str) -> Option<Self> {
        COUNTRIES.iter().find(|country| country.criteria_id() == id).copied()
    }

    /// Two upper-case letters.
    pub fn iso(&self) -> &str {
        // Keys of the vocabulary are ASCII.
        std::str::from_utf8(&self.iso).unwrap_or_default()
    }

    /// What Google calls it in targeting.
    pub fn criteria_id(&self) -> String {
        (2000 + u32::from(self.numeric)).to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_country_is_known_by_its_code_and_by_its_criteria_id() {
        for (iso, id) in
            [("US", "2840"), ("IN", "2356"), ("BR", "2076"), ("GB", "2826"), ("CA", "2124"), ("DE", "2276")]
        {
            assert_eq!(Country::of_iso(iso).unwrap().criteria_id(), id);
            assert_eq!(Country::of_criteria_id(id).unwrap().iso(), iso);
        }
        assert_eq!(Country::of_iso("us"), Country::of_iso("US"));
        assert_eq!((Country::of_iso("XX"), Country::of_iso("India")), (None, None));
        assert_eq!(Country::of_criteria_id("1014044"), None, "a city");
    }
}
