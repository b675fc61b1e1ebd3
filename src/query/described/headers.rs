//! The header of a view's file: `-- name: what it shows`, then `-- Key: text` (Rows, Reads, Null, Units, Cost) with lines
//! that go on after `--   `, and `-- column: name: comment` for columns that say more than their name does elsewhere.

/// What the header says.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Header {
    pub(super) comment: String,
    pub(super) notes: Vec<(String, String)>,
    pub(super) columns: Vec<(String, String)>,
}

pub(super) fn read(sql: &str) -> Header {
    let mut entries: Vec<(String, String)> = Vec::new();
    for line in sql.lines().map_while(|line| line.strip_prefix("--")) {
        match (line.strip_prefix("   "), entries.last_mut()) {
            (Some(more), Some((_, text))) => *text = format!("{text} {}", more.trim()),
            _ => entries.extend(line.trim().split_once(": ").map(|(key, text)| (key.to_owned(), text.to_owned()))),
        }
    }
    let mut header = Header::default();
    for (place, (key, text)) in entries.into_iter().enumerate() {
        if place == 0 {
            header.comment = text.trim_end_matches('.').to_owned();
        } else if key == "column" {
            header.columns.extend(text.split_once(": ").map(|(name, text)| (name.to_owned(), text.to_owned())));
        } else {
            header.notes.push((key, text));
        }
    }
    header
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_has_what_a_view_shows_notes_and_columns() {
        let header = read(
            "-- v_x: what x shows, of\n--   everything.\n-- Rows: one per x\n-- column: size: how big it is\nSELECT 1 -- Not: this\n",
        );
        assert_eq!(header.comment, "what x shows, of everything");
        assert_eq!(header.notes, [("Rows".to_owned(), "one per x".to_owned())]);
        assert_eq!(header.columns, [("size".to_owned(), "how big it is".to_owned())]);
    }
}
