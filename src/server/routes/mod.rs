//! One file per resource.

pub(super) mod analytics;
pub(super) mod health;
mod import_answer;
pub(super) mod import_days;
pub(super) mod imports;
pub(super) mod internal;
pub(super) mod performance;
pub(super) mod sql;
