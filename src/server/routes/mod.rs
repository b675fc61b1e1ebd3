//! One file per resource.

pub(super) mod analytics;
pub(super) mod campaigns;
mod chunk_answer;
pub(super) mod chunk_stream;
pub(super) mod chunks;
pub(super) mod creatives;
pub(super) mod credentials;
pub(super) mod figures;
pub(super) mod google_sync;
pub(super) mod health;
mod import_answer;
pub(super) mod import_days;
pub(super) mod imports;
pub(super) mod internal;
pub(super) mod job_events;
pub(super) mod jobs;
pub(super) mod lake;
pub(super) mod metrics;
mod owner;
pub(super) mod performance;
pub(super) mod reports;
pub(super) mod seats;
pub(super) mod settings;
pub(super) mod sql;
pub(super) mod system;
pub(super) mod thumbnails;
pub(super) mod uploads;
