//! The settings of thumbnails of creatives.

use std::time::Duration;

use serde::{Deserialize, Serialize};

/// `[creatives]`
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct CreativesSettings {
    /// The program that reads videos; looked for in `PATH` where empty.
    pub ffmpeg: String,
    /// Seconds that one thumbnail may take, from asking for the video to the picture.
    pub thumbnail_seconds: u32,
    /// At most so much of a video or an image is fetched, KiB.
    pub thumbnail_download_kib: u32,
    /// Ask addresses that are not of the public internet too.
    pub allow_private_addresses: bool,
}

impl Default for CreativesSettings {
    fn default() -> Self {
        Self {
            ffmpeg: String::new(),
            thumbnail_seconds: 10,
            thumbnail_download_kib: 8_192,
            allow_private_addresses: false,
        }
    }
}

impl CreativesSettings {
    /// How long one thumbnail may take.
    pub fn thumbnail_within(&self) -> Duration {
        Duration::from_secs(self.thumbnail_seconds.into())
    }

    /// How many bytes of a video or an image are fetched.
    pub fn thumbnail_download_bytes(&self) -> usize {
        (self.thumbnail_download_kib as usize) << 10
    }
}
