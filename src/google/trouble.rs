//! What one try of a call can come to, and how Google words a refusal.

use std::time::Duration;

use serde_json::Value;

/// The longest that Google's words are repeated.
const REASON_LETTERS: usize = 500;

/// What a call proves itself with; it is not shown.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Token(pub String);

impl std::fmt::Debug for Token {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("…")
    }
}

/// A try without a good answer.
#[derive(Debug)]
pub(super) enum Trouble {
    /// The token is not accepted.
    Unauthorized { token: Token, reason: String },
    /// The key is not accepted, so there is no token.
    Key(String),
    /// The call is refused.
    Refused { status: u16, reason: String },
    /// Not now; nothing was done.
    Busy { status: u16, reason: String, after: Option<Duration> },
    /// Something failed there, and what was done is not known.
    Failed { status: u16, reason: String, after: Option<Duration> },
    /// The call was not sent.
    Unsent(String),
    /// The call was sent, and no whole answer came.
    Lost(String),
}

impl Trouble {
    /// What an answer with a status other than 2xx means.
    pub(super) fn of(status: u16, body: &[u8], after: Option<Duration>, token: Token) -> Self {
        let said = Said::of(status, body);
        let Said { reason, is_quota } = said;
        match status {
            401 => Self::Unauthorized { token, reason },
            403 if is_quota => Self::Busy { status, reason, after },
            429 | 503 => Self::Busy { status, reason, after },
            408 | 500 | 502 | 504 => Self::Failed { status, reason, after },
            _ => Self::Refused { status, reason },
        }
    }
}

/// `{"error": {"code": 403, "message": "…", "status": "PERMISSION_DENIED"}}` in words.
struct Said {
    reason: String,
    is_quota: bool,
}

impl Said {
    fn of(status: u16, body: &[u8]) -> Self {
        let answer: Value = serde_json::from_slice(body).unwrap_or_default();
        let error = &answer["error"];
        let reasons = error["errors"].as_array().into_iter().flatten().filter_map(|error| error["reason"].as_str());
        let quota = ["rateLimitExceeded", "userRateLimitExceeded", "quotaExceeded"];
        let is_quota = error["status"] == "RESOURCE_EXHAUSTED" || reasons.into_iter().any(|why| quota.contains(&why));
        let words = match (error["message"].as_str(), error["status"].as_str()) {
            (Some(message), Some(code)) => format!("{message} ({code})"),
            (Some(one), None) | (None, Some(one)) => one.to_owned(),
            (None, None) => {
                let known = reqwest::StatusCode::from_u16(status).ok().and_then(|status| status.canonical_reason());
                known.unwrap_or("no reason given").to_owned()
            }
        };
        let plain = words.chars().map(|letter| if letter.is_control() { ' ' } else { letter });
        Self { reason: plain.take(REASON_LETTERS).collect(), is_quota }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(status: u16, body: &str) -> String {
        match Trouble::of(status, body.as_bytes(), None, Token(String::new())) {
            Trouble::Unauthorized { reason, .. } => format!("unauthorized {reason}"),
            Trouble::Refused { status, reason } => format!("refused {status} {reason}"),
            Trouble::Busy { status, reason, .. } => format!("busy {status} {reason}"),
            Trouble::Failed { status, reason, .. } => format!("failed {status} {reason}"),
            other => format!("{other:?}"),
        }
    }

    #[test]
    fn googles_words_become_the_reason() {
        let refused =
            r#"{"error":{"code":403,"message":"The caller does not have permission","status":"PERMISSION_DENIED"}}"#;
        assert_eq!(told(403, refused), "refused 403 The caller does not have permission (PERMISSION_DENIED)");
        assert_eq!(told(404, r#"{"error":{"message":"line\nbreak"}}"#), "refused 404 line break");
        assert_eq!(told(502, "<html>"), "failed 502 Bad Gateway");
        assert_eq!(told(429, ""), "busy 429 Too Many Requests");
        assert_eq!(told(503, r#"{"error":{"status":"UNAVAILABLE"}}"#), "busy 503 UNAVAILABLE");
        let quota = r#"{"error":{"message":"Slow down","errors":[{"reason":"rateLimitExceeded"}]}}"#;
        assert_eq!(told(403, quota), "busy 403 Slow down");
        let long = format!(r#"{{"error":{{"message":"{}"}}}}"#, "x".repeat(9_000));
        assert!(told(400, &long).len() < 600);
    }
}
