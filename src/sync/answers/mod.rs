//! Answers of the Real-time Bidding API v1, from bytes to typed entities: pure, no clock, no files, no SQLite.
//!
//! 64-bit numbers are JSON strings in answers and may be numbers: both are read. A field of the wrong type is an
//! error with its path; a field that is not known here stays in the entity's raw JSON.

mod configs;
mod creatives;
mod endpoints;
mod landing;
mod node;
mod page;
mod seats;

pub use node::AnswerError;
pub use page::{Page, bidders, config, configs, creatives, endpoints, seats};
