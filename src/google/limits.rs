//! What answers say of Google's limits.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};

/// How many calls are left, and when there are more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Calls that may still be made.
    pub remaining: Option<i64>,
    /// When more may be made.
    pub resets_at: Option<DateTime<Utc>>,
    /// When that was said.
    pub observed_at: DateTime<Utc>,
}

/// Numbers from here on are moments (seconds since 1970), smaller ones are waits.
const FIRST_MOMENT: i64 = 1_000_000_000;

/// Names under which services say what is left, and when that changes.
const REMAINING: [&str; 2] = ["x-ratelimit-remaining", "ratelimit-remaining"];
const RESET: [&str; 2] = ["x-ratelimit-reset", "ratelimit-reset"];

impl Limits {
    /// What the headers of an answer say; none where they say nothing. `header` gives a header's value, `refused` is true
    /// where the answer was that there were too many calls.
    pub fn of<'a>(header: impl Fn(&str) -> Option<&'a str>, refused: bool, now: DateTime<Utc>) -> Option<Self> {
        let first = |names: [&str; 2]| names.iter().find_map(|name| header(name)).map(str::trim);
        let remaining = first(REMAINING).and_then(|text| text.parse::<f64>().ok()).map(|left| left.max(0.0) as i64);
        let resets_at = first(RESET).and_then(|text| moment(text, now));
        let retry_at = header("retry-after").and_then(|text| moment(text, now)).filter(|_| refused);
        let remaining = if retry_at.is_some() { remaining.or(Some(0)) } else { remaining };
        let resets_at = retry_at.max(resets_at);
        let says_something = remaining.is_some() || resets_at.is_some();
        says_something.then_some(Self { remaining, resets_at, observed_at: now })
    }

    /// How long no call should be made.
    pub fn wait(&self, now: DateTime<Utc>) -> Option<Duration> {
        let resets_at = self.resets_at.filter(|_| self.remaining == Some(0))?;
        (resets_at - now).to_std().ok().filter(|wait| !wait.is_zero())
    }
}

/// How long the header `Retry-After` asks to wait: seconds, or a date.
pub(super) fn retry_after(text: &str, now: DateTime<Utc>) -> Option<Duration> {
    (moment(text.trim(), now)? - now).to_std().ok()
}

/// Seconds from now on, seconds or milliseconds since 1970, or a date as HTTP or RFC 3339 write it.
fn moment(text: &str, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let Ok(number) = text.parse::<f64>() else {
        let date = DateTime::parse_from_rfc2822(text).or_else(|_| DateTime::parse_from_rfc3339(text));
        return date.ok().map(|date| date.with_timezone(&Utc));
    };
    if !(0.0..1e15).contains(&number) {
        return None;
    }
    let number = number.ceil() as i64;
    match number {
        ..FIRST_MOMENT => now.checked_add_signed(TimeDelta::try_seconds(number)?),
        _ if number >= FIRST_MOMENT * 1_000 => DateTime::from_timestamp_millis(number),
        _ => DateTime::from_timestamp(number, 0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn now() -> DateTime<Utc> {
        "2026-11-20T12:00:00Z".parse().unwrap()
    }

    fn said(headers: &[(&str, &str)], refused: bool) -> Option<(Option<i64>, Option<i64>)> {
        let header = |name: &str| headers.iter().find(|(known, _)| *known == name).map(|(_, value)| *value);
        let limits = Limits::of(header, refused, now())?;
        Some((limits.remaining, limits.resets_at.map(|at| (at - now()).num_seconds())))
    }

    #[test]
    fn what_is_left_and_when_that_changes_is_read_in_the_ways_that_services_write_it() {
        assert_eq!(said(&[], false), None);
        assert_eq!(said(&[("x-ratelimit-remaining", "12")], false), Some((Some(12), None)));
        let soon = [("ratelimit-remaining", "0"), ("ratelimit-reset", "30")];
        assert_eq!(said(&soon, false), Some((Some(0), Some(30))));
        let moment = (now().timestamp() + 45).to_string();
        let at = [("x-ratelimit-remaining", "0"), ("x-ratelimit-reset", moment.as_str())];
        assert_eq!(said(&at, false), Some((Some(0), Some(45))));
        assert_eq!(said(&[("retry-after", "7")], true), Some((Some(0), Some(7))));
        assert_eq!(said(&[("retry-after", "7")], false), None, "a busy server is no limit");
        assert_eq!(said(&[("retry-after", "Fri, 20 Nov 2026 12:00:09 GMT")], true), Some((Some(0), Some(9))));
        assert_eq!(said(&[("x-ratelimit-remaining", "many"), ("x-ratelimit-reset", "-5")], false), None);
    }

    #[test]
    fn nobody_waits_for_what_is_over_or_while_calls_are_left() {
        let limits = |remaining, seconds| Limits {
            remaining: Some(remaining),
            resets_at: Some(now() + TimeDelta::seconds(seconds)),
            observed_at: now(),
        };
        assert_eq!(limits(0, 30).wait(now()), Some(Duration::from_secs(30)));
        assert_eq!(limits(1, 30).wait(now()), None);
        assert_eq!(limits(0, -1).wait(now()), None);
    }

    #[test]
    fn a_wait_is_asked_for_in_seconds_or_as_a_date() {
        assert_eq!(retry_after("3", now()), Some(Duration::from_secs(3)));
        assert_eq!(retry_after("Fri, 20 Nov 2026 12:01:00 GMT", now()), Some(Duration::from_secs(60)));
        assert_eq!(retry_after("Fri, 20 Nov 2026 11:00:00 GMT", now()), None, "it is over");
        assert_eq!(retry_after("soon", now()), None);
    }
}
