//! What is known of click addresses: `schema/destinations.toml`, read once.

use std::sync::LazyLock;

use serde::Deserialize;

/// The whole file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Rules {
    pub macros: Vec<Macro>,
    pub wrapper_parameters: Vec<String>,
    pub tracking_parameters: Vec<String>,
    pub browsers: Vec<String>,
    pub nowhere: Vec<String>,
    pub store: Vec<Store>,
    pub tracker: Vec<Tracker>,
}

/// What an ad server puts a click address in the place of.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Macro {
    pub open: String,
    /// Nothing where capital letters alone tell where its name ends.
    pub close: String,
    #[serde(default)]
    pub anywhere: bool,
}

/// Pages of apps.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Store {
    pub hosts: Vec<String>,
    pub path: Option<String>,
    pub parameter: Option<String>,
    pub prefix: Option<String>,
    pub after: Option<String>,
}

/// A host that counts clicks.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Tracker {
    pub hosts: Vec<String>,
    #[serde(default)]
    pub parameters: Vec<String>,
    #[serde(default)]
    pub app_parameters: Vec<String>,
    #[serde(default)]
    pub app_segment: bool,
    #[serde(default)]
    pub branded: bool,
}

static RULES: LazyLock<Rules> = LazyLock::new(|| {
    let text = include_str!("../../../schema/destinations.toml");
    toml::from_str(text).expect("schema/destinations.toml is part of the program and tested")
});

pub(super) fn rules() -> &'static Rules {
    &RULES
}

impl Rules {
    pub(super) fn tracker(&self, host: &str) -> Option<&Tracker> {
        self.tracker.iter().find(|tracker| tracker.hosts.iter().any(|known| is_at(host, known)))
    }

    pub(super) fn is_tracking(&self, parameter: &str) -> bool {
        let parameter = parameter.to_ascii_lowercase();
        self.tracking_parameters.iter().any(|known| match known.strip_suffix('*') {
            Some(start) => parameter.starts_with(start),
            None => parameter == *known,
        })
    }
}

impl Tracker {
    /// Whether one advertiser has that host for itself.
    pub(super) fn is_branded(&self, host: &str) -> bool {
        self.branded && !self.hosts.iter().any(|known| known == host || host.strip_prefix("www.") == Some(known))
    }
}

/// Whether the host is that one, or below it.
pub(super) fn is_at(host: &str, known: &str) -> bool {
    host.strip_suffix(known).is_some_and(|below| below.is_empty() || below.ends_with('.'))
}
