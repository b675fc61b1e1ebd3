//! Names of files in an inbox: which are reports that have arrived, and what they are called once they were moved.

use chrono::{DateTime, Utc};

/// Where imported files go, and known ones.
pub(super) const DONE: &str = "done";

/// Where refused files go.
pub(super) const REFUSED: &str = "refused";

/// How programs mark a file that they are still writing.
const UNFINISHED: [&str; 9] =
    [".part", ".partial", ".tmp", ".temp", ".crdownload", ".download", ".filepart", ".swp", "~"];

/// What is one ending, although it has two parts.
const DOUBLE_ENDINGS: [&str; 4] = [".csv.gz", ".tsv.gz", ".txt.gz", ".csv.zip"];

/// Room for a time and the ending of the note within the 255 bytes that file systems allow.
const LONGEST: usize = 200;

/// False for hidden names and for those of files that are still being written.
pub(super) fn has_arrived(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    !name.is_empty() && !name.starts_with('.') && !UNFINISHED.iter().any(|ending| lower.ends_with(ending))
}

/// Whether files in a directory of that name are looked at.
pub(super) fn is_folder(name: &str) -> bool {
    !name.is_empty() && !name.starts_with('.') && name != DONE && name != REFUSED
}

/// The names that a moved file may have, the best first: its own, one with the time of its last change, numbered ones.
pub(super) fn for_moved(name: &str, modified: DateTime<Utc>) -> impl Iterator<Item = String> {
    let (stem, ending) = split(name);
    let stem = &stem[..stem.floor_char_boundary(LONGEST.saturating_sub(ending.len()))];
    let plain = format!("{stem}{ending}");
    let dated = format!("{stem}-{}", modified.format("%Y%m%dT%H%M%SZ"));
    let ending = ending.to_owned();
    let first = format!("{dated}{ending}");
    let numbered = (2..).map(move |number: u32| format!("{dated}-{number}{ending}"));
    [plain, first].into_iter().chain(numbered)
}

/// Stem and ending; the ending of a long name is cut with the rest.
fn split(name: &str) -> (&str, &str) {
    let lower = name.to_ascii_lowercase();
    let double = DOUBLE_ENDINGS.iter().find(|ending| lower.ends_with(**ending)).map(|ending| name.len() - ending.len());
    let at = double.or_else(|| name.rfind('.')).filter(|at| *at > 0 && name.len() - at <= 20).unwrap_or(name.len());
    name.split_at(at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hidden_and_unfinished_names_have_not_arrived() {
        for name in ["a.csv", "report 1.CSV.GZ", "mail.zip", "no ending", "a.part.csv"] {
            assert!(has_arrived(name), "{name}");
        }
        for name in ["", ".a.csv", ".a.csv.x7Qa1", "a.csv.part", "a.csv.PARTIAL", "a.tmp", "a.csv~", "a.crdownload"] {
            assert!(!has_arrived(name), "{name}");
        }
        assert!(is_folder("acme") && !is_folder("done") && !is_folder("refused") && !is_folder(".stfolder"));
    }

    #[test]
    fn a_moved_file_has_more_names_than_there_are_files() {
        let modified = "2026-11-20T08:30:00.5Z".parse().unwrap();
        let names: Vec<_> = for_moved("day.2026.csv.gz", modified).take(3).collect();
        let expected = ["day.2026.csv.gz", "day.2026-20261120T083000Z.csv.gz", "day.2026-20261120T083000Z-2.csv.gz"];
        assert_eq!(names, expected);
        assert_eq!(for_moved("notes", modified).nth(1).unwrap(), "notes-20261120T083000Z");
        let long = format!("{}é.csv", "x".repeat(195));
        assert!(for_moved(&long, modified).take(3).all(|name| name.len() < 230 && name.ends_with(".csv")));
    }
}
