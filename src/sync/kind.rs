//! The kinds of entities that a sync brings up.

use serde::{Deserialize, Serialize};

/// A kind of entity, by the word that commands use.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Buyer seats.
    Seats,
    /// RTB endpoints.
    Endpoints,
    /// Pretargeting configs.
    Pretargeting,
    /// Creatives, seat by seat.
    Creatives,
}

impl Kind {
    /// All, in the order in which they are brought up: creatives need seats.
    pub const ALL: [Self; 4] = [Self::Seats, Self::Endpoints, Self::Pretargeting, Self::Creatives];

    /// Its word.
    pub fn code(self) -> &'static str {
        match self {
            Self::Seats => "seats",
            Self::Endpoints => "endpoints",
            Self::Pretargeting => "pretargeting",
            Self::Creatives => "creatives",
        }
    }

    /// What Google calls its list; names of files begin with it.
    pub fn list_name(self) -> &'static str {
        match self {
            Self::Seats => "buyers",
            Self::Endpoints => "endpoints",
            Self::Pretargeting => "pretargetingConfigs",
            Self::Creatives => "creatives",
        }
    }

    /// Items of a page that Google is asked for: its own limits.
    pub(super) fn page_size(self) -> u32 {
        match self {
            Self::Seats => 500,
            Self::Endpoints | Self::Pretargeting => 100,
            Self::Creatives => 1_000,
        }
    }
}
