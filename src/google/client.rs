//! Sends calls: again where that helps and can do no harm, in time, and within the limits on both sides.
//!
//! A call that only reads is sent again after whatever went wrong. One that changes something is sent again only where
//! Google surely did nothing: it said that it is too busy, or it was never reached.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use reqwest::redirect::Policy;
use reqwest::{Response, header};
use serde::de::IgnoredAny;
use url::Url;

use super::backoff::Backoff;
use super::limits::retry_after;
use super::pace::Pace;
use super::token::{NoToken, Tokens};
use super::trouble::{Token, Trouble};
use super::usage::{Usage, Used};
use super::{Call, ClientOptions, Google, GoogleError, Limits, Method, ServiceKey, address, runtime};

/// More than any page of the API; a bound on memory.
const ANSWER_LIMIT_BYTES: usize = 1 << 28;

/// A client of the API with one service account. Tokens and limits are kept in it, so it is shared, not made anew.
pub struct Client {
    options: ClientOptions,
    base: Url,
    http: reqwest::Client,
    tokens: Tokens,
    email: String,
    project: Option<String>,
    backoff: Backoff,
    pace: Pace,
    usage: Mutex<Usage>,
}

impl Client {
    /// A client that asks with that key. Nothing is sent yet. Panics in async code, like [`Google::send`].
    pub fn new(key: ServiceKey, options: ClientOptions) -> Result<Self, GoogleError> {
        let unusable = |why: &dyn std::fmt::Display| GoogleError::NoCredentials(why.to_string());
        let base = address::checked(&options.base_url);
        let base = base.map_err(|why| unusable(&format_args!("the setting google.base_url {why}")))?;
        let http = reqwest::Client::builder().redirect(Policy::none()).no_proxy();
        let http = http.user_agent(concat!("catscan/", env!("CARGO_PKG_VERSION"))).build();
        let http = http.map_err(|error| unusable(&format_args!("no client for Google: {error}")))?;
        let (email, project) = (key.client_email().to_owned(), key.project_id().map(str::to_owned));
        let tokens = runtime::get().map_err(|error| unusable(&error))?.block_on(Tokens::of(key));
        let tokens = tokens.map_err(|why| {
            unusable(&format_args!("the key of {email} cannot be used: {why}; add it again with its key file"))
        })?;
        let backoff = Backoff::new(options.first_wait, options.longest_wait, options.seed);
        let pace = Pace::new(options.calls_per_second, options.longest_limit_wait);
        Ok(Self { options, base, http, tokens, email, project, backoff, pace, usage: Mutex::default() })
    }

    /// What calls took since this was last asked.
    pub fn take_usage(&self) -> Usage {
        std::mem::take(&mut *self.usage())
    }

    /// Whose key it is.
    pub fn client_email(&self) -> &str {
        &self.email
    }

    fn usage(&self) -> MutexGuard<'_, Usage> {
        self.usage.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Tries until there is a good answer, or none is to be had.
    fn answer(&self, call: &Call, used: &mut Used) -> Result<Vec<u8>, GoogleError> {
        let ends = self.options.time.elapsed() + self.options.patience;
        let mut attempts = 0;
        let mut rejected: Option<Token> = None;
        loop {
            self.await_turn(call, attempts, ends)?;
            attempts += 1;
            used.retries = u64::from(attempts - 1);
            let left = ends.saturating_sub(self.options.time.elapsed());
            let trouble = match self.tried(call, rejected.as_ref(), left, used) {
                Ok(body) => return Ok(body),
                Err(trouble) => trouble,
            };
            tracing::debug!(call = GoogleError::named(call), attempts, ?trouble, "a call to Google had no good answer");
            if let Trouble::Unauthorized { token, .. } = &trouble
                && rejected.is_none()
            {
                rejected = Some(token.clone());
                continue;
            }
            let wait = self.wait(call, &trouble, attempts);
            let goes_on = wait.is_some_and(|wait| {
                let in_time = self.options.time.elapsed() + wait < ends;
                attempts < self.options.tries && in_time && self.options.time.pause(wait)
            });
            if !goes_on {
                return Err(self.error(call, trouble, attempts));
            }
        }
    }

    /// How long to wait before the call is sent again; none where it must not be.
    fn wait(&self, call: &Call, trouble: &Trouble, attempts: u32) -> Option<Duration> {
        let asked = match trouble {
            Trouble::Busy { after, .. } => *after,
            Trouble::Unsent(_) => None,
            Trouble::Failed { after, .. } if call.method == Method::Get => *after,
            Trouble::Lost(_) if call.method == Method::Get => None,
            _ => return None,
        };
        Some(self.backoff.after(attempts, asked))
    }

    fn error(&self, call: &Call, trouble: Trouble, attempts: u32) -> GoogleError {
        let named = GoogleError::named(call);
        match trouble {
            Trouble::Unauthorized { reason, .. } => {
                let project = self.project.as_deref().unwrap_or("its project");
                let reason = format!(
                    "{} was refused with a fresh token: {reason}. Check that it is a user of the bidder in Authorized \
                     Buyers, that the Real-time Bidding API is enabled in {project}, and that it is not disabled",
                    self.email
                );
                GoogleError::Credentials { reason }
            }
            Trouble::Key(reason) => GoogleError::Credentials {
                reason: format!(
                    "{} got no token: {reason}. Check that its key was not deleted, that it is not disabled, and the \
                     clock of this machine; else add it again with a new key file",
                    self.email
                ),
            },
            Trouble::Refused { status, reason } => GoogleError::Refused { call: named, status, reason },
            Trouble::Busy { status, reason, .. } => GoogleError::Busy { call: named, attempts, status, reason },
            Trouble::Failed { status, reason, .. } if call.method == Method::Get => {
                GoogleError::Busy { call: named, attempts, status, reason }
            }
            Trouble::Failed { status, reason, .. } => {
                GoogleError::NoAnswer { call: named, reason: format!("{status} {reason}") }
            }
            Trouble::Unsent(reason) => GoogleError::Unreached { call: named, attempts, reason },
            Trouble::Lost(reason) => GoogleError::NoAnswer { call: named, reason: after(reason, attempts) },
        }
    }

    /// Waits until a call may be sent.
    fn await_turn(&self, call: &Call, attempts: u32, ends: Duration) -> Result<(), GoogleError> {
        let time = &self.options.time;
        while let Err(wait) = self.pace.take(time.elapsed(), time.now()) {
            if time.elapsed() + wait > ends || !time.pause(wait) {
                let reason = format!("the limit of calls is used up for {} s more", wait.as_secs_f64().ceil());
                return Err(GoogleError::Unreached { call: GoogleError::named(call), attempts, reason });
            }
        }
        Ok(())
    }

    /// Sends the call once.
    fn tried(
        &self,
        call: &Call,
        rejected: Option<&Token>,
        left: Duration,
        used: &mut Used,
    ) -> Result<Vec<u8>, Trouble> {
        let runtime = runtime::get().map_err(Trouble::Unsent)?;
        let limit = self.options.try_timeout.min(left);
        let (body, said) = runtime.block_on(async {
            let token = self.tokens.token(rejected, limit).await.map_err(|none| match none {
                NoToken::Refused(reason) => Trouble::Key(reason),
                NoToken::Lost(reason) => Trouble::Unsent(reason),
            })?;
            let sent = self.sent(call, token, used);
            let silent = || Trouble::Lost(format!("no answer within {:.1} s", limit.as_secs_f64()));
            tokio::time::timeout(limit, sent).await.map_err(|_| silent())?
        })?;
        if let Some(limits) = said {
            self.pace.said(limits);
            self.usage().limits = Some(limits);
        }
        let body = body?;
        // A body that was cut off is no answer, also where nobody said how long it is.
        serde_json::from_slice::<IgnoredAny>(&body)
            .map_err(|_| Trouble::Lost("the answer is not whole, or not JSON".to_owned()))?;
        Ok(body)
    }

    /// The body of a good answer, and what any answer said of limits.
    async fn sent(
        &self,
        call: &Call,
        token: Token,
        used: &mut Used,
    ) -> Result<(Result<Vec<u8>, Trouble>, Option<Limits>), Trouble> {
        let method = match call.method {
            Method::Get => reqwest::Method::GET,
            Method::Post => reqwest::Method::POST,
            Method::Patch => reqwest::Method::PATCH,
        };
        let mut request = self.http.request(method, self.url(call)).bearer_auth(&token.0);
        request = request.header(header::ACCEPT, "application/json");
        if let Some(body) = &call.body {
            let body = body.to_string();
            used.bytes_sent += body.len() as u64;
            request = request.header(header::CONTENT_TYPE, "application/json").body(body);
        }
        let response = request.send().await.map_err(|error| lost(&error))?;
        let now = self.options.time.now();
        let status = response.status();
        let of = |name: &str| response.headers().get(name).and_then(|value| value.to_str().ok());
        let said = Limits::of(of, status.as_u16() == 429, now);
        let after = of("retry-after").and_then(|text| retry_after(text, now));
        let body = whole(response, used).await;
        Ok(match body {
            Ok(body) if status.is_success() => (Ok(body), said),
            // The status says enough, whatever became of the words.
            body => match (status.is_success(), body) {
                (true, Err(trouble)) => (Err(trouble), said),
                (_, body) => {
                    let words = body.unwrap_or_default();
                    (Err(Trouble::of(status.as_u16(), &words, after, token)), said)
                }
            },
        })
    }

    fn url(&self, call: &Call) -> Url {
        let mut url = self.base.clone();
        if let Ok(mut segments) = url.path_segments_mut() {
            segments.pop_if_empty().extend(call.path.split('/'));
        }
        if !call.query.is_empty() {
            url.query_pairs_mut().extend_pairs(&call.query);
        }
        url
    }
}

impl Google for Client {
    fn send(&self, call: &Call) -> Result<Vec<u8>, GoogleError> {
        let began = self.options.time.elapsed();
        let mut used = Used { calls: 1, ..Used::default() };
        let answer = self.answer(call, &mut used);
        used.errors = u64::from(answer.is_err());
        used.elapsed = self.options.time.elapsed().saturating_sub(began);
        self.usage().count(call, used);
        answer
    }
}

async fn whole(mut response: Response, used: &mut Used) -> Result<Vec<u8>, Trouble> {
    let mut body = Vec::new();
    while let Some(part) = response.chunk().await.map_err(|error| lost(&error))? {
        used.bytes_received += part.len() as u64;
        if body.len() + part.len() > ANSWER_LIMIT_BYTES {
            return Err(Trouble::Refused { status: 200, reason: "the answer is larger than any page".to_owned() });
        }
        body.extend_from_slice(&part);
    }
    Ok(body)
}

fn lost(error: &reqwest::Error) -> Trouble {
    if error.is_connect() {
        return Trouble::Unsent("no connection".to_owned());
    }
    let what = if error.is_body() || error.is_decode() { "the answer broke off" } else { "the connection broke" };
    Trouble::Lost(what.to_owned())
}

fn after(reason: String, attempts: u32) -> String {
    if attempts > 1 { format!("{reason}, after {attempts} tries") } else { reason }
}
