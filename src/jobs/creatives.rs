//! Changing creatives, and making their thumbnails.

use chrono::Utc;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{Event, Listener, Store, refuse, resolve};
use crate::creatives::CreativesError;
use crate::creatives::thumbnails::{Media, ThumbnailMade, Until, Wanted};
use crate::entities::thumbnails::{ThumbnailFault, ThumbnailOutcome};

/// A change of creatives. `account` is a name or a number; none is the first one.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(tag = "change", rename_all = "snake_case")]
pub enum CreativeRequest {
    /// Remove one. Its facts stay, and where Google still lists it, the next sync brings it back.
    Delete {
        /// Which.
        creative_id: String,
        /// Whose it is.
        account: Option<String>,
    },
    /// Make thumbnails.
    Thumbnails {
        /// Of videos, or of markup.
        what: Media,
        /// How many at most.
        limit: usize,
        /// Also those that could not be made before.
        force: bool,
        /// Only of this seat.
        buyer_id: Option<String>,
        /// Whose they are.
        account: Option<String>,
    },
}

pub(super) fn run(request: &CreativeRequest, store: &Store, tell: Listener<'_>) -> bool {
    match done(request, store, tell) {
        Ok(answer) => {
            tell(Event::Answered { answer });
            true
        }
        Err(error) => refuse(tell, error, None),
    }
}

fn done(request: &CreativeRequest, store: &Store, tell: Listener<'_>) -> Result<Value, CreativesError> {
    let engine = store.engine().map_err(crate::analytics::AnalyticsError::from)?;
    let creatives = store.creatives(engine, store.owner_limits());
    match request {
        CreativeRequest::Delete { creative_id, account } => {
            let account = resolve(&store.db, account.as_deref())?;
            creatives.delete(account, creative_id)?;
            Ok(json!({ "creative_id": creative_id, "status": "deleted" }))
        }
        CreativeRequest::Thumbnails { what, limit, force, buyer_id, account } => {
            let account = resolve(&store.db, account.as_deref())?;
            let began = Utc::now();
            let wanted = Wanted { what: *what, limit: *limit, force: *force, buyer_id: buyer_id.clone() };
            let note = |made: &ThumbnailMade| tell(Event::Noted { text: sentence(made) });
            let until = Until { deadline: None, stopping: &store.stopping, done: &note };
            let made = creatives.make_thumbnails(account, &wanted, &store.thumbnail_tools(), &until)?;
            let count = |outcome| made.iter().filter(|made| made.status == outcome).count();
            Ok(json!({
                "success": count(ThumbnailOutcome::Success),
                "failed": count(ThumbnailOutcome::Failed),
                "skipped": count(ThumbnailOutcome::Skipped),
                "elapsed_ms": (Utc::now() - began).num_milliseconds(),
                "thumbnails": made,
            }))
        }
    }
}

fn sentence(made: &ThumbnailMade) -> String {
    match made.error_reason {
        None => format!("{}: a thumbnail was made", made.creative_id),
        Some(fault) => format!("{}: no thumbnail, {}", made.creative_id, in_words(fault)),
    }
}

/// What a fault means to whoever asked.
fn in_words(fault: ThumbnailFault) -> &'static str {
    match fault {
        ThumbnailFault::UrlExpired => "the server refused; addresses of videos are often valid for some days only",
        ThumbnailFault::UrlNotFound => "the server has nothing at its address",
        ThumbnailFault::Timeout => "it took too long",
        ThumbnailFault::InvalidUrl => "its address may not be fetched",
        ThumbnailFault::NetworkError => "the server gave no good answer",
        ThumbnailFault::NoUrl => "it names no image",
        ThumbnailFault::NoVideoUrl => "it names no video",
        ThumbnailFault::NotVideo => "it is no video",
        ThumbnailFault::Unknown => "what came from its address cannot be shown",
    }
}
