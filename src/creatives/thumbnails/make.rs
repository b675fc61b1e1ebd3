//! One thumbnail: from what a creative says to a picture, or the reason why there is none.

use std::time::{Duration, Instant};

use super::fetch::{Fetched, Fetcher};
use super::kinds::{demuxer, image_type, is_markup};
use super::{Ffmpeg, Shelf};
use crate::creatives::preview::{Html, Vast, Video};
use crate::entities::thumbnails::ThumbnailFault;

/// A VAST document that wraps more than these is not followed to its end.
const MOST_DOCUMENTS: usize = 4;

/// What thumbnails are made with.
pub(super) struct Maker<'a> {
    pub shelf: &'a Shelf,
    pub fetcher: &'a Fetcher,
    pub ffmpeg: Option<&'a Ffmpeg>,
    /// For one creative, from asking to the picture.
    pub within: Duration,
}

/// What was to be shown, and the picture of it or why there is none.
pub(super) struct Made {
    pub source_url: Option<String>,
    pub picture: Result<Vec<u8>, ThumbnailFault>,
}

impl Maker<'_> {
    /// A picture of a video: of the file itself, or of the best one in the VAST document that is there.
    pub(super) fn of_video(&self, video: &Video) -> Made {
        let until = Instant::now() + self.within;
        let mut source_url = video.video_url.clone().or_else(|| video.wrapper_of.clone());
        let picture = self.video_picture(&mut source_url, until);
        Made { source_url, picture }
    }

    fn video_picture(&self, source_url: &mut Option<String>, until: Instant) -> Result<Vec<u8>, ThumbnailFault> {
        let ffmpeg = self.ffmpeg.ok_or(ThumbnailFault::Unknown)?;
        for _ in 0..=MOST_DOCUMENTS {
            let address = source_url.as_deref().ok_or(ThumbnailFault::NoVideoUrl)?;
            let Fetched { bytes, .. } = self.fetcher.get(address, left(until))?;
            if is_markup(&bytes) {
                let vast = Vast::read(&String::from_utf8_lossy(&bytes));
                *source_url = vast.best_file().map(|file| file.url.clone()).or(vast.wrapper_of);
                continue;
            }
            let demuxer = demuxer(&bytes).ok_or(ThumbnailFault::Unknown)?;
            let file = self.shelf.scratch();
            let written = std::fs::write(&file, &bytes).map_err(|error| {
                tracing::warn!("{}: {error}", file.display());
                ThumbnailFault::Unknown
            });
            let picture = written.and_then(|()| ffmpeg.picture(&file, demuxer, left(until)));
            // What is left in tmp/ is removed at the next start.
            let _ = std::fs::remove_file(&file);
            return picture;
        }
        Err(ThumbnailFault::NoVideoUrl)
    }

    /// The first image of markup, as it is.
    pub(super) fn of_html(&self, html: &Html) -> Made {
        let picture = html.image_url.as_deref().ok_or(ThumbnailFault::NoUrl).and_then(|address| {
            let Fetched { bytes, complete } = self.fetcher.get(address, self.within)?;
            match complete && image_type(&bytes).is_some() {
                true => Ok(bytes),
                false => Err(ThumbnailFault::Unknown),
            }
        });
        Made { source_url: html.image_url.clone(), picture }
    }
}

fn left(until: Instant) -> Duration {
    until.saturating_duration_since(Instant::now())
}
