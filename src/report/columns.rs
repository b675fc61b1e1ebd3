//! `schema/reports/columns.toml`: which headers stand for which column, and how its cells are read.

use std::collections::BTreeMap;

use serde::Deserialize;

/// One column's headers and cell rules.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ColumnRules {
    /// Headers in order of preference.
    pub headers: Vec<String>,
    /// The same in their comparable form.
    #[serde(skip)]
    pub comparable: Vec<String>,
    /// The vocabulary under `schema/reports/vocabulary` that cells are translated with.
    pub vocabulary: Option<String>,
    /// Texts that mean "no value" in this column.
    #[serde(default)]
    pub none: Vec<String>,
}

/// All columns by name.
pub(super) type Columns = BTreeMap<String, ColumnRules>;

/// A header in its comparable form: lower case, `_` as space, without `#`, BOM and surrounding space.
pub(super) fn comparable(header: &str) -> String {
    let header = header.trim_matches(|c: char| c == '\u{feff}' || c.is_whitespace());
    let header = header.strip_prefix('#').unwrap_or(header);
    let spaced = header.replace('_', " ").to_lowercase();
    spaced.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_compare_without_case_underscore_hash_and_bom() {
        assert_eq!(comparable("\u{feff}#Day"), "day");
        assert_eq!(comparable(" Spend _buyer currency_ "), "spend buyer currency");
    }
}
