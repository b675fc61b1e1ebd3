//! What creatives show and where they ran: previews, thumbnails, countries, spend.
//!
//! [`Creatives`] is the door: it joins the rows of an account with what the facts say of a window of days, what Google
//! said in full, and the thumbnails that are there.
//!
//! Invariants: nothing here runs what a creative holds; a thumbnail that cannot be made says why; money of different
//! currencies is never added up ([`traffic`]).

mod error;
mod listing;
mod metrics;
mod new;
mod period;
pub mod preview;
#[cfg(test)]
mod tests;
pub mod thumbnails;
pub mod traffic;

use crate::db::Db;
use crate::query::{Engine, Limits};

pub use error::CreativesError;
pub use listing::{Listing, Shown, Sort, Wish};
pub use metrics::{Metrics, MetricsAnswer};
pub use new::{NewCreative, NewCreatives};
pub use period::Period;
pub use preview::Preview;
pub use thumbnails::Shelf;

/// Creatives of a store. Its calls block.
#[derive(Clone)]
pub struct Creatives {
    /// The rows.
    pub db: Db,
    /// The facts.
    pub engine: Engine,
    /// The thumbnails.
    pub shelf: Shelf,
    /// What one question to the facts may take.
    pub limits: Limits,
}
