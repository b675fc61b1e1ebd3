//! Many thumbnails: which are to be made, a few at a time, and what came of each.

use std::sync::Mutex;
use std::sync::PoisonError;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use chrono::Utc;
use serde::{Deserialize, Serialize};

use super::fetch::Fetcher;
use super::make::{Made, Maker};
use super::{Ffmpeg, Shelf};
use crate::creatives::{Creatives, CreativesError, Preview};
use crate::entities::EntityError;
use crate::entities::creatives::{self, CreativeFilter};
use crate::entities::thumbnails::{self, ThumbnailFault, ThumbnailOutcome, ThumbnailRecord};
use crate::model::AccountId;

/// So many are made at a time: most of the time is waiting for servers.
const AT_A_TIME: usize = 4;

/// What thumbnails are made with, by the settings.
#[derive(Clone, Debug)]
pub struct Tools {
    /// Reads videos; none where there is none.
    pub ffmpeg: Option<Ffmpeg>,
    /// For one thumbnail.
    pub within: Duration,
    /// At most so many bytes of a video or an image are fetched.
    pub most_bytes: usize,
    /// Ask addresses that are not of the public internet too.
    pub allow_private: bool,
}

/// Which thumbnails are to be made.
#[derive(Clone, Debug)]
pub struct Wanted {
    /// Of videos, or of markup.
    pub what: Media,
    /// How many at most.
    pub limit: usize,
    /// Also those that could not be made before.
    pub force: bool,
    /// Only of this seat.
    pub buyer_id: Option<String>,
}

/// What is shown in a thumbnail.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Media {
    /// A frame of a video.
    Video,
    /// The first image of markup.
    Html,
}

/// What came of one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ThumbnailMade {
    /// Of which creative.
    pub creative_id: String,
    /// How it ended.
    pub status: ThumbnailOutcome,
    /// Why there is none.
    pub error_reason: Option<ThumbnailFault>,
    /// When.
    pub attempted_at: chrono::DateTime<Utc>,
}

/// When to stop before all is done.
pub struct Until<'a> {
    /// Nothing is begun that could last longer.
    pub deadline: Option<Instant>,
    /// Nothing is begun once this is true.
    pub stopping: &'a AtomicBool,
    /// Told of each one that is done, from the thread that did it.
    pub done: &'a (dyn Fn(&ThumbnailMade) + Sync),
}

/// How many videos have a thumbnail.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Coverage {
    /// Videos.
    pub total: usize,
    /// With one.
    pub made: usize,
    /// Tried in vain.
    pub failed: usize,
}

impl Creatives {
    /// How many videos have a thumbnail, of the account or of a seat of it.
    pub fn coverage(&self, account: AccountId, buyer_id: Option<String>) -> Result<Coverage, CreativesError> {
        let states = self.states(account, Media::Video, buyer_id)?;
        let made = states.iter().filter(|(_, state)| *state == State::Made).count();
        let failed = states.iter().filter(|(_, state)| *state == State::Failed).count();
        Ok(Coverage { total: states.len(), made, failed })
    }

    /// Makes thumbnails, newest update first, until there is nothing left to do, the limit is reached or it is time to
    /// stop. Each that was begun is done and recorded.
    pub fn make_thumbnails(
        &self,
        account: AccountId,
        wanted: &Wanted,
        tools: &Tools,
        until: &Until<'_>,
    ) -> Result<Vec<ThumbnailMade>, CreativesError> {
        if wanted.what == Media::Video && tools.ffmpeg.is_none() {
            return Err(CreativesError::NoFfmpeg);
        }
        let states = self.states(account, wanted.what, wanted.buyer_id.clone())?;
        let pending = states.into_iter().filter(|(_, state)| match state {
            State::Made => false,
            State::Failed => wanted.force,
            State::Pending => true,
        });
        let ids: Vec<String> = pending.map(|(id, _)| id).take(wanted.limit).collect();
        self.make(account, wanted.what, &ids, tools, until)
    }

    /// Makes the thumbnail of one video, whatever came of it before; what is no video is skipped.
    pub fn make_thumbnail(
        &self,
        account: AccountId,
        creative_id: &str,
        tools: &Tools,
    ) -> Result<ThumbnailMade, CreativesError> {
        let creative = self.db.read(|tx| creatives::get(tx, account, creative_id))?;
        if creative.google.format != "VIDEO" {
            return Ok(ThumbnailMade {
                creative_id: creative_id.to_owned(),
                status: ThumbnailOutcome::Skipped,
                error_reason: Some(ThumbnailFault::NotVideo),
                attempted_at: Utc::now(),
            });
        }
        if tools.ffmpeg.is_none() {
            return Err(CreativesError::NoFfmpeg);
        }
        let until = Until { deadline: None, stopping: &AtomicBool::new(false), done: &|_| () };
        let mut made = self.make(account, Media::Video, &[creative_id.to_owned()], tools, &until)?;
        let gone = || EntityError::Unknown { account_id: account, kind: "creative", id: creative_id.to_owned() };
        made.pop().ok_or_else(|| gone().into())
    }

    fn make(
        &self,
        account: AccountId,
        what: Media,
        ids: &[String],
        tools: &Tools,
        until: &Until<'_>,
    ) -> Result<Vec<ThumbnailMade>, CreativesError> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let fetcher = Fetcher::new(tools.most_bytes, tools.allow_private)
            .map_err(|error| CreativesError::Client { reason: error.to_string() })?;
        let maker =
            Maker { shelf: &self.shelf, fetcher: &fetcher, ffmpeg: tools.ffmpeg.as_ref(), within: tools.within };
        let next = AtomicUsize::new(0);
        let all: Mutex<Vec<(usize, ThumbnailMade)>> = Mutex::default();
        let work = || -> Result<(), CreativesError> {
            loop {
                let late = until.deadline.is_some_and(|deadline| Instant::now() + tools.within > deadline);
                if late || until.stopping.load(Ordering::Relaxed) {
                    return Ok(());
                }
                let at = next.fetch_add(1, Ordering::Relaxed);
                let Some(id) = ids.get(at) else { return Ok(()) };
                if let Some(made) = self.make_one(account, what, id, &maker)? {
                    (until.done)(&made);
                    all.lock().unwrap_or_else(PoisonError::into_inner).push((at, made));
                }
            }
        };
        std::thread::scope(|scope| {
            let threads: Vec<_> = (0..AT_A_TIME.min(ids.len())).map(|_| scope.spawn(work)).collect();
            threads.into_iter().try_for_each(|thread| match thread.join() {
                Ok(worked) => worked,
                Err(panic) => std::panic::resume_unwind(panic),
            })
        })?;
        let mut all = all.into_inner().unwrap_or_else(PoisonError::into_inner);
        all.sort_by_key(|(at, _)| *at);
        Ok(all.into_iter().map(|(_, made)| made).collect())
    }

    /// None where the creative is gone meanwhile.
    fn make_one(
        &self,
        account: AccountId,
        what: Media,
        id: &str,
        maker: &Maker<'_>,
    ) -> Result<Option<ThumbnailMade>, CreativesError> {
        let found = self.db.read(|tx| creatives::of_ids(tx, account, &[id.to_owned()]))?.pop();
        let Some(creative) = found else { return Ok(None) };
        let preview = Preview::of(&creative.google.format, &creative.google.raw_data);
        let Made { source_url, picture } = match what {
            Media::Video => maker.of_video(&preview.video.unwrap_or_default()),
            Media::Html => maker.of_html(&preview.html.unwrap_or_default()),
        };
        let (outcome, fault) = match picture {
            Ok(picture) => {
                self.shelf.put(account, id, &picture)?;
                (ThumbnailOutcome::Success, None)
            }
            // Markup without an image is not broken.
            Err(ThumbnailFault::NoUrl) => (ThumbnailOutcome::Skipped, Some(ThumbnailFault::NoUrl)),
            Err(fault) => (ThumbnailOutcome::Failed, Some(fault)),
        };
        let record = ThumbnailRecord { outcome, fault, source_url, attempted_at: Utc::now() };
        let is_there = self.db.write(|tx| {
            thumbnails::record(tx, account, id, &record)?;
            Ok::<_, EntityError>(!creatives::of_ids(tx, account, &[id.to_owned()])?.is_empty())
        })?;
        if !is_there {
            self.shelf.remove(account, id)?;
            return Ok(None);
        }
        let ThumbnailRecord { outcome, fault, attempted_at, .. } = record;
        Ok(Some(ThumbnailMade { creative_id: id.to_owned(), status: outcome, error_reason: fault, attempted_at }))
    }

    /// The creatives of that kind, newest update first, and how their thumbnails stand.
    fn states(
        &self,
        account: AccountId,
        what: Media,
        buyer_id: Option<String>,
    ) -> Result<Vec<(String, State)>, CreativesError> {
        let format = match what {
            Media::Video => "VIDEO",
            Media::Html => "HTML",
        };
        let filter = CreativeFilter { format: Some(format.to_owned()), buyer_id, ..CreativeFilter::default() };
        let (lines, records) = self.db.read(|tx| {
            Ok::<_, EntityError>((creatives::lines(tx, account, &filter)?, thumbnails::list(tx, account)?))
        })?;
        let files = self.shelf.names(account)?;
        let state = |id: &str| match records.get(id).map(|record| record.outcome) {
            // A picture that is lost, in a restored store for example, is made again.
            Some(ThumbnailOutcome::Success) if files.contains(&Shelf::name(id)) => State::Made,
            None | Some(ThumbnailOutcome::Success) => State::Pending,
            Some(ThumbnailOutcome::Failed | ThumbnailOutcome::Skipped) => State::Failed,
        };
        Ok(lines.into_iter().map(|line| (state(&line.creative_id), line.creative_id)).map(|(s, id)| (id, s)).collect())
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Made,
    Pending,
    Failed,
}
