//! The words every other module speaks: ids, days, money, and the shape of the fact tables.
//!
//! Invariant: nothing here reads a clock, a file or the environment. Any module may use it.

mod clock;
mod country;
mod creative_size;
mod date_order;
mod day;
mod destination;
pub mod facts;
mod grouped;
mod ids;
mod money;
mod threads;
mod thresholds;

pub use clock::Clock;
pub use country::Country;
pub use creative_size::{CreativeSize, SizeLabel};
pub use date_order::DateOrder;
pub use day::{Day, DayError};
pub use destination::Destination;
pub use grouped::grouped;
pub use ids::{AccountId, BatchId, CampaignId, JobId, SnapshotId};
pub use money::{Currency, Micros, MicrosError, most_money};
pub(crate) use threads::in_threads;
pub use thresholds::{Thresholds, threshold_comment, threshold_place};
