//! Object stores: S3 and what speaks its language, Google Cloud Storage, Azure; and a directory by its address.
//!
//! [`Address`] is a store and the keys in it that are meant, opened from a URL with credentials of the environment.
//! [`Address::ask`] waits for an answer from a thread that may block, and turns what went wrong into an [`ObjectsError`]
//! that says what to set. Invariants: no secret is shown; every wait ends, because each request has a limit and so has
//! each question with all its retries; connections live on a runtime of their own, so that neither an importing thread
//! nor the runtime of a query has to keep them. Called by lake, inbox and backup.

mod address;
mod ask;
mod connect;

pub use address::{Address, AddressError};
pub use ask::ObjectsError;
