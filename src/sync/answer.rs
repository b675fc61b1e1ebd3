//! What came of a sync, kind by kind.

use serde::{Deserialize, Serialize};

use super::{Kind, SyncError};
use crate::entities::Counts;
use crate::model::AccountId;

/// What a sync did.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SyncAnswer {
    /// The account that was brought up.
    pub account_id: AccountId,
    /// Its bidder at Google, where it is known.
    pub bidder_id: Option<String>,
    /// Buyer seats.
    pub seats: KindAnswer,
    /// RTB endpoints.
    pub endpoints: KindAnswer,
    /// Pretargeting configs.
    pub configs: KindAnswer,
    /// Creatives.
    pub creatives: KindAnswer,
    /// The files that were read, by name; none where Google itself was asked.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub files: Vec<String>,
    /// What the reader should know: kinds without a file, lists that are not complete, ids listed twice.
    pub notes: Vec<String>,
    /// What to do, where something failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

/// What became of a kind.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct KindAnswer {
    /// Whether it was brought up.
    pub state: KindState,
    /// What changed; of creatives also where some seats failed.
    #[serde(flatten)]
    pub counts: Counts,
    /// Why it failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failure: Option<Failure>,
    /// The seats whose creatives could not be read; what is stored of them stays as it is.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub failed_seats: Vec<FailedSeat>,
}

/// How far a kind came.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum KindState {
    /// Nobody asked for it, or there was no file of it.
    #[default]
    NotAsked,
    /// It is as Google says.
    Done,
    /// It is as it was, or, of creatives, some seats are.
    Failed,
    /// It is as it was, because something before it failed for a reason that would have met it too.
    NotTried,
}

/// Why something failed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure {
    /// A word for programs; see [`SyncError::code`].
    pub code: String,
    /// A sentence.
    pub reason: String,
}

/// A seat whose creatives could not be read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FailedSeat {
    /// Which.
    pub buyer_id: String,
    /// Why.
    #[serde(flatten)]
    pub failure: Failure,
}

impl From<&SyncError> for Failure {
    fn from(error: &SyncError) -> Self {
        Self { code: error.code().to_owned(), reason: error.to_string() }
    }
}

impl SyncAnswer {
    /// Nothing was done yet.
    pub(super) fn new(account: AccountId) -> Self {
        Self {
            account_id: account,
            bidder_id: None,
            seats: KindAnswer::default(),
            endpoints: KindAnswer::default(),
            configs: KindAnswer::default(),
            creatives: KindAnswer::default(),
            files: Vec::new(),
            notes: Vec::new(),
            next: None,
        }
    }

    /// What became of that kind.
    pub fn of(&self, kind: Kind) -> &KindAnswer {
        match kind {
            Kind::Seats => &self.seats,
            Kind::Endpoints => &self.endpoints,
            Kind::Pretargeting => &self.configs,
            Kind::Creatives => &self.creatives,
        }
    }

    pub(super) fn of_mut(&mut self, kind: Kind) -> &mut KindAnswer {
        match kind {
            Kind::Seats => &mut self.seats,
            Kind::Endpoints => &mut self.endpoints,
            Kind::Pretargeting => &mut self.configs,
            Kind::Creatives => &mut self.creatives,
        }
    }

    /// The first failure, where there is one.
    pub fn failure(&self) -> Option<&Failure> {
        Kind::ALL.iter().find_map(|kind| self.of(*kind).failure.as_ref())
    }
}

impl KindAnswer {
    pub(super) fn done(counts: Counts) -> Self {
        Self { state: KindState::Done, counts, ..Self::default() }
    }

    pub(super) fn failed(error: &SyncError) -> Self {
        Self { state: KindState::Failed, failure: Some(error.into()), ..Self::default() }
    }

    /// Items that were listed and stored.
    pub fn listed(&self) -> u64 {
        self.counts.added + self.counts.changed + self.counts.unchanged
    }
}
