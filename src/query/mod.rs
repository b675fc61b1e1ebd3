//! The one door for every question: SQL text in, record batches of one snapshot out.
//!
//! The way of a question: [`guard`] reads the text and lets one SELECT or EXPLAIN pass; [`catalog`] opens the facts
//! and entities of the caller's accounts at one snapshot; [`session`] builds a DataFusion session that holds nothing
//! else; [`Engine`] plans and runs it on its own runtime within [`Limits`]; [`format`] writes the [`Answer`].
//!
//! Invariants: a session holds only the caller's rows (isolation by absence, not by a filter); a question sees one
//! snapshot from beginning to end; it ends by its deadline, when its reader goes away, or by its id, and gives back
//! permit, memory and spill; no error shows a path. The command line, HTTP and the named questions all ask here.

mod answer;
mod bounded;
mod catalog;
mod deliver;
mod engine;
mod error;
#[cfg(test)]
pub(crate) mod fixture;
#[cfg(test)]
mod folds;
pub mod format;
mod functions;
mod guard;
mod hidden;
mod joins;
mod ledger;
mod limits;
mod memory;
mod metrics;
mod projections;
mod readable;
mod schema;
mod session;
mod sizes;
mod spill;
mod store;
mod suggest;
mod thresholds;
mod views;
mod windows;

pub use answer::{Answer, Cut, Ending};
pub use catalog::{AccountScope, Days, Opened, Tables};
pub use engine::{Engine, Question};
pub use error::QueryError;
#[cfg(any(test, fuzzing))]
pub(crate) use guard::what_passes_asks;
pub use ledger::{Phase, QueryId, Running};
pub use limits::{Capacity, Limits};
pub use metrics::{Metric, metrics};
pub use store::Store;
pub(crate) use suggest::nearest;
