//! The types of changes and the fields that they are about.

use serde::{Deserialize, Serialize};

/// What a change does to a config.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ChangeType {
    /// One more included size.
    AddSize,
    /// One included size less.
    RemoveSize,
    /// One more included place.
    AddGeo,
    /// One included place less.
    RemoveGeo,
    /// One more excluded place.
    AddExcludedGeo,
    /// One excluded place less.
    RemoveExcludedGeo,
    /// One more included format.
    AddFormat,
    /// One included format less.
    RemoveFormat,
    /// One more publisher of the list, which allows or blocks.
    AddPublisher,
    /// One publisher of the list less.
    RemovePublisher,
    /// One more app of the list, which allows or blocks.
    AddApp,
    /// One app of the list less.
    RemoveApp,
    /// ACTIVE or SUSPENDED.
    ChangeState,
    /// Another maximum of bid requests per second.
    ChangeQps,
}

impl ChangeType {
    /// All of them, in the order in which people read them.
    pub const ALL: [Self; 14] = [
        Self::AddSize,
        Self::RemoveSize,
        Self::AddGeo,
        Self::RemoveGeo,
        Self::AddExcludedGeo,
        Self::RemoveExcludedGeo,
        Self::AddFormat,
        Self::RemoveFormat,
        Self::AddPublisher,
        Self::RemovePublisher,
        Self::AddApp,
        Self::RemoveApp,
        Self::ChangeState,
        Self::ChangeQps,
    ];

    /// As it is stored and shown: `add_size`.
    pub const fn code(self) -> &'static str {
        match self {
            Self::AddSize => "add_size",
            Self::RemoveSize => "remove_size",
            Self::AddGeo => "add_geo",
            Self::RemoveGeo => "remove_geo",
            Self::AddExcludedGeo => "add_excluded_geo",
            Self::RemoveExcludedGeo => "remove_excluded_geo",
            Self::AddFormat => "add_format",
            Self::RemoveFormat => "remove_format",
            Self::AddPublisher => "add_publisher",
            Self::RemovePublisher => "remove_publisher",
            Self::AddApp => "add_app",
            Self::RemoveApp => "remove_app",
            Self::ChangeState => "change_state",
            Self::ChangeQps => "change_qps",
        }
    }

    /// The type of that name; `add-size` is `add_size`.
    pub fn from_code(code: &str) -> Option<Self> {
        let code = code.trim().to_ascii_lowercase().replace('-', "_");
        Self::ALL.into_iter().find(|kind| kind.code() == code)
    }

    /// The column of a config that it changes.
    pub const fn field(self) -> &'static str {
        match self {
            Self::AddSize | Self::RemoveSize => "included_sizes",
            Self::AddGeo | Self::RemoveGeo => "included_geos",
            Self::AddExcludedGeo | Self::RemoveExcludedGeo => "excluded_geos",
            Self::AddFormat | Self::RemoveFormat => "included_formats",
            Self::AddPublisher | Self::RemovePublisher => "publisher_targeting_values",
            Self::AddApp | Self::RemoveApp => "app_targeting_values",
            Self::ChangeState => "state",
            Self::ChangeQps => "maximum_qps",
        }
    }

    /// Whether it adds a value to a list, removes one, or (neither) sets the one value of its field.
    pub const fn is_add(self) -> bool {
        matches!(
            self,
            Self::AddSize | Self::AddGeo | Self::AddExcludedGeo | Self::AddFormat | Self::AddPublisher | Self::AddApp
        )
    }

    /// See [`Self::is_add`].
    pub const fn is_remove(self) -> bool {
        !self.is_add() && !matches!(self, Self::ChangeState | Self::ChangeQps)
    }

    /// Whether its values are places.
    pub const fn is_geo(self) -> bool {
        matches!(self, Self::AddGeo | Self::RemoveGeo | Self::AddExcludedGeo | Self::RemoveExcludedGeo)
    }
}

impl std::fmt::Display for ChangeType {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.code())
    }
}
