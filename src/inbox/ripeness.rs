//! When a file is complete: it did not change between two looks.

use std::collections::HashMap;
use std::path::PathBuf;

use chrono::{DateTime, TimeDelta, Utc};

use super::place::{Arrival, Version};

/// An empty file is most often one whose writer has not begun; it is taken for what it is after this long.
const EMPTY_PATIENCE: TimeDelta = TimeDelta::seconds(60);

/// The last look.
#[derive(Default)]
pub(super) struct Ripeness {
    seen: HashMap<PathBuf, Version>,
}

impl Ripeness {
    /// Those that are as they were at the last look, the oldest first.
    pub fn unchanged(&mut self, arrivals: Vec<Arrival>, now: DateTime<Utc>) -> Vec<Arrival> {
        let seen = arrivals.iter().map(|arrival| (arrival.path.clone(), arrival.version.clone())).collect();
        let before = std::mem::replace(&mut self.seen, seen);
        let is_complete = |arrival: &Arrival| {
            let waits = arrival.version.size == 0 && now - arrival.version.modified < EMPTY_PATIENCE;
            before.get(&arrival.path) == Some(&arrival.version) && !waits
        };
        arrivals.into_iter().filter(is_complete).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn arrival(size: u64, modified: &str) -> Arrival {
        let version = Version { size, modified: modified.parse().unwrap(), tag: String::new() };
        Arrival { path: PathBuf::from("a.csv"), version }
    }

    #[test]
    fn a_file_that_grows_is_not_complete() {
        let mut ripeness = Ripeness::default();
        let now = "2026-11-20T08:00:10Z".parse().unwrap();
        let mut complete = |size, modified: &str| ripeness.unchanged(vec![arrival(size, modified)], now).len();
        assert_eq!(complete(10, "2026-11-20T08:00:00Z"), 0, "seen for the first time");
        assert_eq!(complete(20, "2026-11-20T08:00:01Z"), 0, "grown");
        assert_eq!(complete(20, "2026-11-20T08:00:02Z"), 0, "written anew");
        assert_eq!(complete(20, "2026-11-20T08:00:02Z"), 1);
    }

    #[test]
    fn an_empty_file_may_still_be_filled_for_a_minute() {
        let mut ripeness = Ripeness::default();
        let mut complete =
            |now: &str| ripeness.unchanged(vec![arrival(0, "2026-11-20T08:00:00Z")], now.parse().unwrap()).len();
        assert_eq!([complete("2026-11-20T08:00:10Z"), complete("2026-11-20T08:00:59Z")], [0, 0]);
        assert_eq!(complete("2026-11-20T08:01:00Z"), 1);
    }
}
