//! Newtypes for ids, so that an account never stands where a batch is meant.

use std::fmt;

use serde::{Deserialize, Serialize};

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub i64);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl std::str::FromStr for $name {
            type Err = std::num::ParseIntError;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                text.parse().map(Self)
            }
        }
    };
}

id!(
    /// A bidder's account in this store (`accounts.account_id`), not Google's bidder id.
    AccountId
);
id!(
    /// One import of one file (`import_history.batch_id`); every fact row carries the batch that wrote it.
    BatchId
);
id!(
    /// One committed state of the lake (`ducklake_snapshot.snapshot_id`).
    SnapshotId
);

id!(
    /// One piece of background work (`jobs.job_id`).
    JobId
);

id!(
    /// One group of creatives (`campaigns.campaign_id`), unique over all accounts.
    CampaignId
);

impl AccountId {
    /// The account that exists from the start; users with a single account never see its id.
    pub const FIRST: Self = Self(1);

    /// Whether it is the account that exists from the start.
    pub fn is_first(&self) -> bool {
        *self == Self::FIRST
    }
}
