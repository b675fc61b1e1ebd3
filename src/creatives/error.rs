//! What can go wrong with a wish about creatives.

use crate::analytics::AnalyticsError;
use crate::db::DbError;
use crate::entities::EntityError;

/// A wish about creatives that was not met.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CreativesError {
    /// The rows.
    #[error(transparent)]
    Entity(#[from] EntityError),
    /// The facts.
    #[error(transparent)]
    Facts(#[from] AnalyticsError),
    /// SQLite.
    #[error(transparent)]
    Db(#[from] DbError),
    /// A file of the thumbnails.
    #[error("{path}: {source}")]
    File {
        /// Which.
        path: std::path::PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// Nothing can be fetched.
    #[error("no client to fetch with: {reason}")]
    Client {
        /// Why.
        reason: String,
    },
    /// There is no program that reads videos.
    #[error(
        "there is no ffmpeg: thumbnails of videos need it; install it, or say where it is with the setting creatives.ffmpeg"
    )]
    NoFfmpeg,
}
