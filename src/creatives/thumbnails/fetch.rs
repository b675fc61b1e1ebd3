//! Fetches what a creative points to: over http and https only, from the public internet only, a limited number of
//! bytes within a limited time. Names are resolved here, and only addresses that were checked are connected to.

use std::error::Error;
use std::fmt;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::{Client, StatusCode, header, redirect};
use tokio::runtime::Runtime;
use url::{Host, Url};

use super::addresses::is_public;
use crate::entities::thumbnails::ThumbnailFault;

/// More hops than this lead nowhere.
const MOST_REDIRECTS: usize = 5;

/// Some servers answer only to who says what it is.
const AGENT: &str = concat!("catscan/", env!("CARGO_PKG_VERSION"));

/// Asks servers; shared by the threads that make thumbnails.
pub(super) struct Fetcher {
    runtime: Runtime,
    client: Client,
    allow_private: bool,
    most_bytes: usize,
}

/// What came.
pub(super) struct Fetched {
    /// The first bytes.
    pub bytes: Vec<u8>,
    /// There are no more.
    pub complete: bool,
}

impl Fetcher {
    /// A fetcher of the first `most_bytes`; `allow_private` lets it ask addresses beside this machine too.
    pub(super) fn new(most_bytes: usize, allow_private: bool) -> Result<Self, Box<dyn Error + Send + Sync>> {
        let mut runtime = tokio::runtime::Builder::new_multi_thread();
        let runtime = runtime.worker_threads(1).thread_name("thumbnails").enable_all().build()?;
        let client = Client::builder()
            .user_agent(AGENT)
            // Each hop is checked here. A proxy would connect where nothing is checked.
            .redirect(redirect::Policy::none())
            .no_proxy()
            .dns_resolver(Arc::new(Checked { allow_private }))
            .build()?;
        Ok(Self { runtime, client, allow_private, most_bytes })
    }

    /// What is at the address, or why it is not had.
    pub(super) fn get(&self, address: &str, within: Duration) -> Result<Fetched, ThumbnailFault> {
        let fetched = async { tokio::time::timeout(within, self.follow(address)).await };
        self.runtime.block_on(fetched).unwrap_or(Err(ThumbnailFault::Timeout))
    }

    async fn follow(&self, address: &str) -> Result<Fetched, ThumbnailFault> {
        let mut url = Url::parse(address).map_err(|_| ThumbnailFault::InvalidUrl)?;
        for _ in 0..=MOST_REDIRECTS {
            self.check(&url)?;
            let answer = self
                .client
                .get(url.clone())
                .header(header::ACCEPT, "*/*")
                .send()
                .await
                .map_err(|error| fault(&error))?;
            if answer.status().is_redirection() {
                let next = answer.headers().get(header::LOCATION).and_then(|next| next.to_str().ok());
                let next = next.ok_or(ThumbnailFault::NetworkError)?;
                url = url.join(next).map_err(|_| ThumbnailFault::InvalidUrl)?;
                continue;
            }
            return match answer.status() {
                status if status.is_success() => self.body(answer).await,
                StatusCode::FORBIDDEN | StatusCode::UNAUTHORIZED => Err(ThumbnailFault::UrlExpired),
                StatusCode::NOT_FOUND | StatusCode::GONE => Err(ThumbnailFault::UrlNotFound),
                StatusCode::REQUEST_TIMEOUT | StatusCode::GATEWAY_TIMEOUT => Err(ThumbnailFault::Timeout),
                _ => Err(ThumbnailFault::NetworkError),
            };
        }
        Err(ThumbnailFault::NetworkError)
    }

    /// The resolver checks names; an address that is written out never gets there.
    fn check(&self, url: &Url) -> Result<(), ThumbnailFault> {
        let written = match url.host() {
            Some(Host::Ipv4(address)) => Some(IpAddr::V4(address)),
            Some(Host::Ipv6(address)) => Some(IpAddr::V6(address)),
            Some(Host::Domain(_)) => None,
            None => return Err(ThumbnailFault::InvalidUrl),
        };
        let is_closed = written.is_some_and(|address| !self.allow_private && !is_public(address));
        match matches!(url.scheme(), "http" | "https") && !is_closed {
            true => Ok(()),
            false => Err(ThumbnailFault::InvalidUrl),
        }
    }

    async fn body(&self, mut answer: reqwest::Response) -> Result<Fetched, ThumbnailFault> {
        let mut bytes = Vec::new();
        while let Some(part) = answer.chunk().await.map_err(|error| fault(&error))? {
            let room = self.most_bytes - bytes.len();
            bytes.extend_from_slice(&part[..part.len().min(room)]);
            if part.len() > room {
                return Ok(Fetched { bytes, complete: false });
            }
        }
        Ok(Fetched { bytes, complete: true })
    }
}

fn fault(error: &reqwest::Error) -> ThumbnailFault {
    let mut cause: Option<&(dyn Error + 'static)> = Some(error);
    while let Some(error) = cause {
        if error.is::<Closed>() {
            return ThumbnailFault::InvalidUrl;
        }
        cause = error.source();
    }
    if error.is_timeout() { ThumbnailFault::Timeout } else { ThumbnailFault::NetworkError }
}

/// Gives only addresses that may be asked.
struct Checked {
    allow_private: bool,
}

impl Resolve for Checked {
    fn resolve(&self, name: Name) -> Resolving {
        let allow_private = self.allow_private;
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            let open: Vec<_> = found.filter(|found| allow_private || is_public(found.ip())).collect();
            match open.is_empty() {
                true => Err(Box::new(Closed) as Box<dyn Error + Send + Sync>),
                false => Ok(Box::new(open.into_iter()) as Addrs),
            }
        })
    }
}

/// The name leads only to addresses that are not asked.
#[derive(Debug)]
struct Closed;

impl fmt::Display for Closed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the name has no address on the public internet")
    }
}

impl Error for Closed {}
