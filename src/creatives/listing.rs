//! Lists of creatives with their figures, and one creative with all that is known of it.

use std::cmp::Reverse;
use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Utc};
use serde::Serialize;

use super::traffic::{AccountTraffic, Traffic};
use super::{Creatives, CreativesError, Preview};
use crate::entities::EntityError;
use crate::entities::creatives::{self, Creative, CreativeFilter, CreativeLine};
use crate::entities::thumbnails::{self, ThumbnailOutcome, ThumbnailRecord};
use crate::model::AccountId;
use crate::query::Days;

/// Which creatives, over which days, in which order.
#[derive(Clone, Debug)]
pub struct Wish {
    /// Which.
    pub filter: CreativeFilter,
    /// The days of the figures; none stands for all.
    pub days: Option<Days>,
    /// Only those with impressions, clicks or spend in the window.
    pub active_only: bool,
    /// In which order.
    pub sort: Sort,
    /// How many at most.
    pub limit: usize,
    /// After how many.
    pub offset: usize,
}

/// What comes first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Sort {
    /// The newest update.
    #[default]
    Updated,
    /// The most spend.
    Spend,
    /// The most impressions.
    Impressions,
}

/// A page of creatives.
#[derive(Clone, Debug)]
pub struct Listing {
    /// How many the filters leave in all.
    pub total: usize,
    /// What spend is counted in.
    pub currency: Option<String>,
    /// The page.
    pub creatives: Vec<Shown>,
}

/// A creative with all that is known of it.
#[derive(Clone, Debug, Serialize)]
pub struct Shown {
    /// The names of what it belongs to.
    #[serde(skip)]
    pub line: CreativeLine,
    /// What Google says.
    #[serde(flatten)]
    pub creative: Creative,
    /// What it shows.
    pub preview: Preview,
    /// What it reached and cost in the window.
    pub traffic: Traffic,
    /// What spend is counted in.
    pub currency: Option<String>,
    /// The last try to make a thumbnail.
    pub thumbnail: Option<ThumbnailRecord>,
    /// The thumbnail is there.
    pub has_thumbnail: bool,
}

impl Shown {
    /// When the thumbnail that is there was made.
    pub fn thumbnail_made_at(&self) -> Option<DateTime<Utc>> {
        self.thumbnail.as_ref().filter(|_| self.has_thumbnail).map(|record| record.attempted_at)
    }

    /// It was to run and its video could not be shown here.
    pub fn is_broken_video(&self) -> bool {
        let failed = self.thumbnail.as_ref().is_some_and(|record| record.outcome == ThumbnailOutcome::Failed);
        failed && self.creative.google.format == "VIDEO" && self.traffic.impressions > 0
    }

    /// Shown often and never clicked.
    pub fn has_no_engagement(&self) -> bool {
        self.traffic.impressions > UNCLICKED_IMPRESSIONS && self.traffic.clicks == 0
    }
}

/// More than these without a click are worth a word.
const UNCLICKED_IMPRESSIONS: i64 = 1000;

/// Thumbnails as rows and as files.
struct Thumbnails {
    records: HashMap<String, ThumbnailRecord>,
    files: HashSet<String>,
}

impl Creatives {
    /// A page of the account's creatives.
    pub fn list(&self, account: AccountId, wish: &Wish) -> Result<Listing, CreativesError> {
        let mut lines = self.db.read(|tx| creatives::lines(tx, account, &wish.filter))?;
        let traffic = self.traffic(account, wish.days)?;
        if wish.active_only {
            lines.retain(|line| traffic.of(&line.creative_id).is_active());
        }
        // Lines come with the newest update first, and a stable sort keeps that among equals.
        match wish.sort {
            Sort::Updated => {}
            Sort::Spend => lines.sort_by_cached_key(|line| {
                let traffic = traffic.of(&line.creative_id);
                Reverse((traffic.spend_micros, traffic.impressions))
            }),
            Sort::Impressions => lines.sort_by_cached_key(|line| Reverse(traffic.of(&line.creative_id).impressions)),
        }
        let total = lines.len();
        let page: Vec<CreativeLine> = lines.into_iter().skip(wish.offset).take(wish.limit).collect();
        let creatives = self.shown(account, page, &traffic)?;
        Ok(Listing { total, currency: traffic.currency, creatives })
    }

    /// One creative.
    pub fn show(&self, account: AccountId, creative_id: &str, days: Option<Days>) -> Result<Shown, CreativesError> {
        let filter = CreativeFilter { creative_id: Some(creative_id.to_owned()), ..CreativeFilter::default() };
        let lines = self.db.read(|tx| creatives::lines(tx, account, &filter))?;
        if lines.is_empty() {
            self.db.read(|tx| creatives::get(tx, account, creative_id))?;
        }
        let traffic = self.traffic(account, days)?;
        let unknown = || EntityError::Unknown { account_id: account, kind: "creative", id: creative_id.to_owned() };
        self.shown(account, lines, &traffic)?.pop().ok_or_else(|| unknown().into())
    }

    /// Removes one with its thumbnail. Its facts stay, and where Google still lists it, the next sync brings it back.
    pub fn delete(&self, account: AccountId, creative_id: &str) -> Result<(), CreativesError> {
        self.db.write(|tx| creatives::delete(tx, account, creative_id))?;
        self.shelf.remove(account, creative_id)
    }

    /// The creatives of these lines in full; those that were deleted meanwhile are left out.
    fn shown(
        &self,
        account: AccountId,
        lines: Vec<CreativeLine>,
        traffic: &AccountTraffic,
    ) -> Result<Vec<Shown>, CreativesError> {
        let ids: Vec<String> = lines.iter().map(|line| line.creative_id.clone()).collect();
        let (full, records) = self
            .db
            .read(|tx| Ok::<_, EntityError>((creatives::of_ids(tx, account, &ids)?, thumbnails::list(tx, account)?)))?;
        let mut thumbnails = Thumbnails { records, files: self.shelf.names(account)? };
        let mut lines: HashMap<String, CreativeLine> =
            lines.into_iter().map(|line| (line.creative_id.clone(), line)).collect();
        let shown = full.into_iter().filter_map(|creative| {
            let line = lines.remove(&creative.google.creative_id)?;
            let thumbnail = thumbnails.records.remove(&line.creative_id);
            let made = thumbnail.as_ref().is_some_and(|record| record.outcome == ThumbnailOutcome::Success);
            Some(Shown {
                preview: Preview::of(&creative.google.format, &creative.google.raw_data),
                traffic: traffic.of(&line.creative_id),
                currency: traffic.currency.clone(),
                has_thumbnail: made && thumbnails.files.contains(&super::Shelf::name(&line.creative_id)),
                thumbnail,
                creative,
                line,
            })
        });
        Ok(shown.collect())
    }
}
