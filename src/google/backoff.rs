//! How long to wait before a call is tried again.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// Waits that double, each shortened at random by up to a half, so that callers which failed together do not come back
/// together.
#[derive(Debug)]
pub(super) struct Backoff {
    first: Duration,
    longest: Duration,
    random: AtomicU64,
}

impl Backoff {
    /// The same seed gives the same waits.
    pub(super) fn new(first: Duration, longest: Duration, seed: u64) -> Self {
        Self { first, longest, random: AtomicU64::new(seed) }
    }

    /// The wait after the try of that number, from 1; at least what the answer asked for.
    pub(super) fn after(&self, attempt: u32, asked: Option<Duration>) -> Duration {
        let doubled = self.first.saturating_mul(1u32.checked_shl(attempt.saturating_sub(1)).unwrap_or(u32::MAX));
        let whole = doubled.min(self.longest);
        let waited = whole / 2 + (whole / 2).mul_f64(self.fraction());
        waited.max(asked.unwrap_or_default())
    }

    /// From 0 to 1 (splitmix64).
    fn fraction(&self) -> f64 {
        let step = 0x9e37_79b9_7f4a_7c15;
        let mut z = self.random.fetch_add(step, Ordering::Relaxed).wrapping_add(step);
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) as f64 / u64::MAX as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FIRST: Duration = Duration::from_millis(500);
    const LONGEST: Duration = Duration::from_secs(20);

    #[test]
    fn waits_double_up_to_the_longest_and_are_shortened_by_at_most_a_half() {
        let backoff = Backoff::new(FIRST, LONGEST, 1);
        for (attempt, whole) in [(1, 500), (2, 1_000), (3, 2_000), (6, 16_000), (7, 20_000), (40, 20_000)] {
            let waited = backoff.after(attempt, None);
            let whole = Duration::from_millis(whole);
            assert!(waited >= whole / 2 && waited <= whole, "try {attempt}: {waited:?}");
        }
        assert_eq!(backoff.after(1, Some(Duration::from_secs(7))), Duration::from_secs(7));
        assert!(backoff.after(7, Some(Duration::from_secs(1))) >= LONGEST / 2);
    }

    #[test]
    fn a_seed_gives_its_waits() {
        let waits = |seed| {
            let backoff = Backoff::new(FIRST, LONGEST, seed);
            [1, 2, 3].map(|attempt| backoff.after(attempt, None))
        };
        assert_eq!(waits(7), waits(7));
        assert_ne!(waits(7), waits(8));
    }
}
