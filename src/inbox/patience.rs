//! How long to wait after trouble: each time twice as long, up to a limit.

use chrono::{DateTime, TimeDelta, Utc};

/// The first wait and the longest.
#[derive(Clone, Copy, Debug)]
pub(super) struct Patience {
    pub first: TimeDelta,
    pub longest: TimeDelta,
}

/// Trouble that has come that often in a row.
#[derive(Clone, Debug)]
pub(super) struct Trouble {
    pub failures: u32,
    pub not_before: DateTime<Utc>,
}

impl Patience {
    /// The trouble has come once more.
    pub fn after(self, before: Option<&Trouble>, now: DateTime<Utc>) -> Trouble {
        let failures = before.map_or(0, |trouble| trouble.failures).saturating_add(1);
        let doubled = self.first * 2_i32.pow((failures - 1).min(20));
        Trouble { failures, not_before: now + doubled.min(self.longest) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_up_to_the_longest() {
        let patience = Patience { first: TimeDelta::seconds(10), longest: TimeDelta::seconds(60) };
        let now = "2026-11-20T08:00:00Z".parse().unwrap();
        let mut trouble: Option<Trouble> = None;
        let mut waits = Vec::new();
        for _ in 0..40 {
            let next = patience.after(trouble.as_ref(), now);
            waits.push((next.not_before - now).num_seconds());
            trouble = Some(next);
        }
        assert_eq!(waits[..5], [10, 20, 40, 60, 60]);
        assert_eq!((waits[39], trouble.unwrap().failures), (60, 40));
    }
}
