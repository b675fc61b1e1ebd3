//! One vocabulary per dimension, whatever the report calls a value: otherwise restatements miss their key.
//! An unknown value is kept as it came.

use std::collections::{BTreeMap, HashMap};
use std::sync::LazyLock;

use super::cells::is_none;
use super::columns::ColumnRules;

/// Stored value by lower-case text of the reports.
type Vocabulary = HashMap<String, String>;

const TEXTS: &[(&str, &str)] = &[
    ("creative_format", include_str!("../../schema/reports/vocabulary/creative_format.toml")),
    ("creative_size", include_str!("../../schema/reports/vocabulary/creative_size.toml")),
    ("environment", include_str!("../../schema/reports/vocabulary/environment.toml")),
    ("platform", include_str!("../../schema/reports/vocabulary/platform.toml")),
];

static VOCABULARIES: LazyLock<HashMap<&'static str, Vocabulary>> = LazyLock::new(|| {
    let mut vocabularies: HashMap<_, _> = TEXTS.iter().map(|(name, text)| (*name, synonyms(text))).collect();
    vocabularies.insert("country", countries(include_str!("../../schema/reports/vocabulary/country.toml")));
    vocabularies
});

const PART_OF_PROGRAM: &str = "schema/reports/vocabulary is part of the program and read by a unit test";

fn synonyms(text: &str) -> Vocabulary {
    let stored: BTreeMap<String, Vec<String>> = toml::from_str(text).expect(PART_OF_PROGRAM);
    let mut vocabulary = Vocabulary::new();
    for (stored, synonyms) in stored {
        for synonym in synonyms {
            vocabulary.insert(synonym.to_lowercase(), stored.clone());
        }
        vocabulary.insert(stored.to_lowercase(), stored);
    }
    vocabulary
}

/// English names, ISO-2 codes and criteria ids (2000 + ISO numeric) → ISO-2.
fn countries(text: &str) -> Vocabulary {
    let countries: BTreeMap<String, Vec<toml::Value>> = toml::from_str(text).expect(PART_OF_PROGRAM);
    let mut vocabulary = Vocabulary::new();
    for (code, cells) in countries {
        for cell in cells {
            match cell {
                toml::Value::Integer(numeric) => vocabulary.insert((2000 + numeric).to_string(), code.clone()),
                toml::Value::String(name) => vocabulary.insert(name.to_lowercase(), code.clone()),
                _ => None,
            };
        }
        vocabulary.insert(code.to_lowercase(), code);
    }
    vocabulary
}

/// The English name of an ISO-2 code, where we know the country.
pub fn country_name(code: &str) -> Option<&'static str> {
    static NAMES: LazyLock<HashMap<String, String>> = LazyLock::new(|| {
        let text = include_str!("../../schema/reports/vocabulary/country.toml");
        let countries: BTreeMap<String, Vec<toml::Value>> = toml::from_str(text).expect(PART_OF_PROGRAM);
        let first_name = |cells: Vec<toml::Value>| cells.iter().find_map(|cell| cell.as_str().map(str::to_owned));
        countries.into_iter().filter_map(|(code, cells)| Some((code, first_name(cells)?))).collect()
    });
    NAMES.get(code).map(String::as_str)
}

/// What is stored for a word that people write, of a country or a platform; the word itself where none knows it.
pub fn as_stored(vocabulary: &str, word: &str) -> String {
    let known = VOCABULARIES.get(vocabulary).and_then(|vocabulary| vocabulary.get(&word.trim().to_lowercase()));
    known.cloned().unwrap_or_else(|| word.trim().to_owned())
}

/// Whether there is a vocabulary of that name.
pub(super) fn exists(name: &str) -> bool {
    VOCABULARIES.contains_key(name)
}

/// The stored form of one text cell, already trimmed; None where it means "no value".
pub(super) fn stored(text: &str, rules: &ColumnRules) -> Option<String> {
    if is_none(text) || rules.none.iter().any(|none| none == text) {
        return None;
    }
    let Some(name) = &rules.vocabulary else {
        return Some(text.to_owned());
    };
    let known = VOCABULARIES.get(name.as_str()).and_then(|vocabulary| vocabulary.get(&text.to_lowercase()));
    match known {
        Some(stored) => Some(stored.clone()),
        None if name == "creative_size" => Some(size(text).unwrap_or_else(|| text.to_owned())),
        None => Some(text.to_owned()),
    }
}

/// `WxH` without spaces, whatever stands between the numbers.
fn size(text: &str) -> Option<String> {
    let (width, height) = text.split_once(['x', 'X', '×'])?;
    let (width, height): (u32, u32) = (width.trim().parse().ok()?, height.trim().parse().ok()?);
    Some(format!("{width}x{height}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::ReportRules;

    fn read(column: &str, text: &str) -> Option<String> {
        stored(text, &ReportRules::built_in().columns[column])
    }

    #[test]
    fn a_country_is_stored_as_its_code() {
        for text in ["India", "IN", "in", "2356"] {
            assert_eq!(read("country", text).as_deref(), Some("IN"), "{text}");
        }
        assert_eq!(read("country", "Atlantis").as_deref(), Some("Atlantis"), "an unknown value is kept");
        assert_eq!(read("country", "Norway").as_deref(), Some("NO"));
        assert_eq!((country_name("IN"), country_name("Atlantis")), (Some("India"), None));
    }

    #[test]
    fn platforms_formats_and_sizes_have_one_name() {
        assert_eq!(read("platform", "High-end mobile devices").as_deref(), Some("PHONE"));
        assert_eq!(read("platform", "Desktop").as_deref(), Some("PERSONAL_COMPUTER"));
        assert_eq!(read("creative_format", "HTML").as_deref(), Some("DISPLAY"));
        assert_eq!(read("creative_size", "300 X 250").as_deref(), Some("300x250"));
        assert_eq!(read("creative_size", "video/overlay").as_deref(), Some("Video/Overlay"));
    }

    #[test]
    fn no_deal_is_null() {
        assert_eq!(read("deal_id", "0"), None);
        assert_eq!(read("deal_name", "(none)"), None);
        assert_eq!(read("publisher_name", "—"), None);
        assert_eq!(read("publisher_id", "0").as_deref(), Some("0"));
    }
}
