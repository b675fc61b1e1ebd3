//! When the next call may be sent: at most so many in any second, and none while Google has none left for us.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use chrono::{DateTime, Utc};

use super::Limits;

const SECOND: Duration = Duration::from_secs(1);

/// The calls of the last second, and what Google last said.
#[derive(Debug)]
pub(super) struct Pace {
    per_second: usize,
    longest_wait: Duration,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    /// When each call of the last second was sent, as [`super::Time::elapsed`].
    sent: VecDeque<Duration>,
    limits: Option<Limits>,
}

impl Pace {
    pub(super) fn new(per_second: u32, longest_wait: Duration) -> Self {
        Self { per_second: per_second.max(1) as usize, longest_wait, state: Mutex::default() }
    }

    /// Takes a place for a call now, or says how long to wait before asking again.
    pub(super) fn take(&self, elapsed: Duration, now: DateTime<Utc>) -> Result<(), Duration> {
        let mut state = self.state();
        if let Some(wait) = state.limits.and_then(|limits| limits.wait(now)) {
            // Who has waited the longest may try: what was said is no longer believed.
            if wait > self.longest_wait {
                state.limits = None;
            }
            return Err(wait.min(self.longest_wait));
        }
        while state.sent.front().is_some_and(|sent| *sent + SECOND <= elapsed) {
            state.sent.pop_front();
        }
        match state.sent.front() {
            Some(first) if state.sent.len() >= self.per_second => Err(*first + SECOND - elapsed),
            _ => {
                state.sent.push_back(elapsed);
                Ok(())
            }
        }
    }

    /// Keeps what an answer said.
    pub(super) fn said(&self, limits: Limits) {
        self.state().limits = Some(limits);
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn now() -> DateTime<Utc> {
        "2026-11-20T12:00:00Z".parse().unwrap()
    }

    fn millis(millis: u64) -> Duration {
        Duration::from_millis(millis)
    }

    #[test]
    fn no_second_has_more_calls_than_the_limit() {
        let pace = Pace::new(2, SECOND);
        assert_eq!(pace.take(millis(0), now()), Ok(()));
        assert_eq!(pace.take(millis(400), now()), Ok(()));
        assert_eq!(pace.take(millis(500), now()), Err(millis(500)));
        assert_eq!(pace.take(millis(1_000), now()), Ok(()), "the first is a second old");
        assert_eq!(pace.take(millis(1_100), now()), Err(millis(300)));
    }

    #[test]
    fn while_google_has_none_left_nobody_calls_but_not_for_longer_than_is_bearable() {
        let pace = Pace::new(10, Duration::from_secs(60));
        let limits = |seconds| Limits {
            remaining: Some(0),
            resets_at: Some(now() + chrono::TimeDelta::seconds(seconds)),
            observed_at: now(),
        };
        pace.said(limits(30));
        assert_eq!(pace.take(millis(0), now()), Err(Duration::from_secs(30)));
        assert_eq!(pace.take(millis(0), now() + chrono::TimeDelta::seconds(30)), Ok(()));
        pace.said(limits(86_400));
        assert_eq!(pace.take(millis(0), now()), Err(Duration::from_secs(60)));
        assert_eq!(pace.take(millis(0), now()), Ok(()), "after that it is tried");
    }
}
