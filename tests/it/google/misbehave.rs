//! What can go wrong with a call, on demand.

use std::time::Duration;

/// What becomes of a call.
#[derive(Clone, Debug, PartialEq)]
pub enum Misbehaviour {
    /// 429; with `Retry-After`, where that is said, and the word that no call is left.
    TooMany { retry_after: Option<u64> },
    /// 503.
    Unavailable,
    /// 401, and every token given out so far is worth nothing.
    Expired,
    /// That status, with Google's kind of error.
    Status(u16, &'static str),
    /// The body ends before its announced length.
    Truncated,
    /// The body is announced as short as it is, and its JSON is cut.
    CutJson,
    /// No answer for that long.
    Hang(Duration),
    /// The connection is cut before the call is looked at.
    Cut,
    /// The call is done, and the connection cut before the answer.
    CutAfter,
    /// The page names itself as the next one.
    SamePage,
    /// One item of the list has a field of a type that it cannot have.
    BadItem,
    /// The token address refuses the key.
    RefusedKey,
}

#[derive(Default)]
pub(super) struct Rules(Vec<Rule>);

struct Rule {
    matching: String,
    left: usize,
    how: Misbehaviour,
}

impl Rules {
    pub(super) fn add(&mut self, matching: &str, times: usize, how: Misbehaviour) {
        self.0.push(Rule { matching: matching.to_owned(), left: times, how });
    }

    /// What becomes of this call; the first rule that fits is used up by one.
    pub(super) fn take(&mut self, call: &str) -> Option<Misbehaviour> {
        let rule = self.0.iter_mut().find(|rule| rule.left > 0 && call.contains(&rule.matching))?;
        rule.left -= 1;
        Some(rule.how.clone())
    }
}
