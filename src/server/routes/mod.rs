//! One file per resource.

pub(super) mod analytics;
pub(super) mod health;
mod import_answer;
pub(super) mod imports;
pub(super) mod internal;
pub(super) mod job_events;
pub(super) mod jobs;
pub(super) mod performance;
pub(super) mod sql;
