//! Where a click on a creative leads, told from its address: without tracking wrappers and click macros.

use url::Url;

/// What an address leads to; any text is read, what it does not say is `None`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Destination {
    /// The address itself.
    pub url: Option<String>,
    /// Its registrable domain, as in `shop.co.uk`; none for a store page of an app.
    pub domain: Option<String>,
    /// The app that it leads to: a bundle (`com.shop`) or a store id (`id123456789`).
    pub app: Option<String>,
}

impl Destination {
    /// Reads a click address.
    pub fn of(address: &str) -> Self {
        let Ok(url) = Url::parse(address.trim()) else { return Self::default() };
        let domain = url.host_str().and_then(|host| psl::domain_str(host)).map(str::to_owned);
        Self { url: Some(url.to_string()), domain, app: None }
    }
}
