//! The values that changes may have, as they are stored.

use super::ChangeError;
use crate::entities::changes::ChangeType;
use crate::model::Country;

/// Google's names of formats and states.
const FORMATS: [&str; 3] = ["HTML", "VAST", "NATIVE"];
const STATES: [&str; 2] = ["ACTIVE", "SUSPENDED"];

/// Longer than any publisher or app id.
const LONGEST_ID: usize = 256;

/// The value as it is stored, or what would be one.
pub(super) fn checked(kind: ChangeType, typed: &str) -> Result<String, ChangeError> {
    let text = typed.trim();
    let (value, allowed) = match kind {
        ChangeType::AddSize => (size(text, 1), "a size is WIDTHxHEIGHT in pixels, for example 300x250"),
        ChangeType::RemoveSize => (size(text, 0), "a size is WIDTHxHEIGHT in pixels, for example 300x250"),
        ChangeType::AddGeo | ChangeType::RemoveGeo | ChangeType::AddExcludedGeo | ChangeType::RemoveExcludedGeo => {
            (place(text), "a place is a criteria id such as 2356, or a country's two letters such as IN")
        }
        ChangeType::AddFormat | ChangeType::RemoveFormat => (word(text, &FORMATS), "a format is HTML, VAST or NATIVE"),
        ChangeType::ChangeState => (word(text, &STATES), "a state is ACTIVE or SUSPENDED"),
        ChangeType::ChangeQps => (qps(text), "a maximum is a whole number of bid requests per second, from 0 on"),
        ChangeType::AddPublisher | ChangeType::RemovePublisher => {
            (id(text), "a publisher is its id of ads.txt, for example pub-1234567890123456")
        }
        ChangeType::AddApp | ChangeType::RemoveApp => {
            (id(text), "an app is its package name or its number in the store, for example com.example.puzzle")
        }
    };
    value.ok_or_else(|| ChangeError::Value { kind, value: typed.to_owned(), allowed })
}

fn size(text: &str, least: u32) -> Option<String> {
    let (width, height) = text.split_once(['x', 'X', '×'])?;
    let side = |text: &str| text.trim().parse::<u32>().ok().filter(|side| (least..=100_000).contains(side));
    Some(format!("{}x{}", side(width)?, side(height)?))
}

fn place(text: &str) -> Option<String> {
    if let Some(country) = Country::of_iso(text) {
        return Some(country.iso().to_owned());
    }
    let is_id = (1..=19).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    is_id.then(|| text.to_owned())
}

fn word(text: &str, words: &[&str]) -> Option<String> {
    words.iter().find(|word| word.eq_ignore_ascii_case(text)).map(|word| (*word).to_owned())
}

fn qps(text: &str) -> Option<String> {
    text.parse::<i64>().ok().filter(|qps| *qps >= 0).map(|qps| qps.to_string())
}

fn id(text: &str) -> Option<String> {
    let fits = (1..=LONGEST_ID).contains(&text.len()) && text.chars().all(|c| c.is_ascii_graphic() && c != ',');
    fits.then(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_stored_in_one_form() {
        for (kind, typed, stored) in [
            (ChangeType::AddSize, " 300 x 250 ", "300x250"),
            (ChangeType::AddSize, "0320X050", "320x50"),
            (ChangeType::RemoveSize, "0x0", "0x0"),
            (ChangeType::AddGeo, "in", "IN"),
            (ChangeType::AddExcludedGeo, "2840", "2840"),
            (ChangeType::AddFormat, "vast", "VAST"),
            (ChangeType::ChangeState, "suspended", "SUSPENDED"),
            (ChangeType::ChangeQps, "0500", "500"),
            (ChangeType::AddPublisher, "pub-1", "pub-1"),
            (ChangeType::RemoveApp, "com.example.puzzle", "com.example.puzzle"),
        ] {
            assert_eq!(checked(kind, typed).unwrap(), stored, "{kind} {typed}");
        }
    }

    #[test]
    fn what_is_no_value_is_told_what_would_be_one() {
        for (kind, typed, named) in [
            (ChangeType::AddSize, "300", "300x250"),
            (ChangeType::AddSize, "0x0", "300x250"),
            (ChangeType::AddSize, "-3x5", "300x250"),
            (ChangeType::AddGeo, "XX", "IN"),
            (ChangeType::AddGeo, "India", "IN"),
            (ChangeType::AddFormat, "VIDEO", "HTML, VAST or NATIVE"),
            (ChangeType::ChangeState, "OFF", "ACTIVE or SUSPENDED"),
            (ChangeType::ChangeQps, "-1", "from 0 on"),
            (ChangeType::ChangeQps, "1.5", "from 0 on"),
            (ChangeType::AddPublisher, "a b", "ads.txt"),
            (ChangeType::AddApp, "", "package name"),
        ] {
            let message = checked(kind, typed).unwrap_err().to_string();
            assert!(message.contains(named) && message.contains(typed), "{message}");
        }
    }
}
