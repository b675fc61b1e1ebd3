//! The cells of a report, each kind read in one place: counts, money, days. Plain reference code; the block reader has
//! a shortcut for the common shapes and comes here for all others.

pub mod count;
pub mod date;
pub mod money;

/// Texts that mean "the report did not say", in any column.
pub(super) fn is_none(text: &str) -> bool {
    matches!(text, "" | "—" | "–" | "-" | "--" | "N/A" | "n/a" | "null" | "NULL")
}

/// Without surrounding white space, non-breaking space included.
pub(super) fn trimmed(text: &str) -> &str {
    text.trim_matches(|c: char| c.is_whitespace() || c == '\u{feff}')
}
