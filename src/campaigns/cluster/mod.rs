//! Which creatives belong together: by the app or the registrable domain that they lead to, by the path where a domain
//! has several, else by advertiser.
//!
//! Pure. Invariants: the order of creatives means nothing; a plan that was carried out gives an empty plan; a creative
//! stays in its cluster as long as it fits there, so that one creative more moves, renames or renumbers no other; what
//! a user assigned or took out is in no plan; the key of an archived campaign is not used again.
//!
//! [`keys`] says by what a creative can be known, [`plan`] what changes, [`names`] what people read.

mod confidence;
mod keys;
mod names;
mod plan;
#[cfg(test)]
mod tests;

pub use confidence::confidence;
pub use keys::{Key, Method, keys_of, readable_domain};
pub use names::unique;
pub use plan::{Found, Plan, plan};

use crate::model::{CampaignId, Destination};

/// A creative.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// Its id.
    pub creative_id: String,
    /// Where it leads.
    pub destination: Destination,
    /// Who advertises.
    pub advertiser: Option<String>,
    /// Who decided where it is.
    pub place: Place,
}

/// Where a creative is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// In no campaign, or in one that is archived and that clustering put it into.
    Free,
    /// Where clustering put it.
    Clustered(CampaignId),
    /// Where it is for this time or for good: a user put it there or took it out, or it was not asked about.
    Left(Option<CampaignId>),
}

/// A campaign that is there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Existing {
    /// Its id.
    pub campaign_id: CampaignId,
    /// What clustering knows it by; none where a user made it.
    pub key: Option<String>,
    /// What people call it.
    pub name: String,
    /// Whether it may get creatives.
    pub is_archived: bool,
}
