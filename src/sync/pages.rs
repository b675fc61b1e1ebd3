//! The pages of lists, put together; the same for pages from files and from Google.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, FixedOffset};

use super::SyncError;
use super::answers::Page;
use crate::entities::Absent;
use crate::entities::configs::GoogleConfig;
use crate::entities::creatives::GoogleCreative;
use crate::entities::endpoints::GoogleEndpoint;
use crate::entities::seats::GoogleSeat;

/// Pages in their order, each with what messages call it.
pub(super) type Pages<T> = Vec<(String, Page<T>)>;

/// What was listed; a kind that was not asked for, or of which nothing is there, is none.
#[derive(Default)]
pub(super) struct Listing {
    pub seats: Option<List<GoogleSeat>>,
    pub endpoints: Option<List<GoogleEndpoint>>,
    pub configs: Option<List<GoogleConfig>>,
    pub creatives: Option<Creatives>,
    /// What the reader should know.
    pub notes: Vec<String>,
}

/// One list.
pub(super) struct List<T> {
    pub items: Vec<T>,
    /// Its last page was there.
    complete: bool,
    /// The bidders named in it, and the page that names each.
    bidders: BTreeMap<String, String>,
}

/// The creatives of several lists, one per buyer.
#[derive(Default)]
pub(super) struct Creatives {
    pub items: Vec<GoogleCreative>,
    /// The buyers whose lists were there to the end.
    pub complete_buyers: Vec<String>,
}

/// An item of a list that a bidder has.
pub(super) trait OfBidder {
    const LIST: &'static str;
    fn id(&self) -> &str;
    fn bidder(&self) -> Option<&str>;
}

macro_rules! of_bidder {
    ($item:ty, $list:literal, $id:ident) => {
        impl OfBidder for $item {
            const LIST: &'static str = $list;

            fn id(&self) -> &str {
                &self.$id
            }

            fn bidder(&self) -> Option<&str> {
                self.bidder_id.as_deref()
            }
        }
    };
}
of_bidder!(GoogleSeat, "buyers", buyer_id);
of_bidder!(GoogleEndpoint, "endpoints", endpoint_id);
of_bidder!(GoogleConfig, "pretargetingConfigs", config_id);

impl<T: OfBidder> List<T> {
    /// An item that two pages hold counts once, as the later page says it.
    pub(super) fn of(pages: Pages<T>, notes: &mut Vec<String>) -> Self {
        let list = T::LIST;
        let complete = pages.iter().any(|(_, page)| page.next.is_none());
        if !complete {
            notes.push(format!("the last page of {list} is missing: none of them is taken for vanished"));
        }
        let mut items = BTreeMap::new();
        let mut bidders = BTreeMap::new();
        for (place, page) in pages {
            for item in page.items {
                if let Some(bidder) = item.bidder() {
                    bidders.insert(bidder.to_owned(), place.clone());
                }
                let id = item.id().to_owned();
                if items.insert(id.clone(), item).is_some() {
                    notes.push(format!("{list} {id} is listed twice: the later one counts"));
                }
            }
        }
        Self { items: items.into_values().collect(), complete, bidders }
    }

    /// Leaves out what other bidders have; gives how many items that was.
    pub(super) fn only_of(&mut self, bidder: &str) -> usize {
        let before = self.items.len();
        self.items.retain(|item| item.bidder().is_none_or(|of| of == bidder));
        self.bidders.retain(|of, _| of == bidder);
        before - self.items.len()
    }

    pub(super) fn absent(&self) -> Absent<'static> {
        if self.complete { Absent::Vanished } else { Absent::Stays }
    }
}

impl Creatives {
    /// The pages of several buyers. Buyers share creative ids at times, and reports name no buyer: the creative changed
    /// last stands for the id. An empty list says nothing of whose it is.
    pub(super) fn of(pages: Pages<GoogleCreative>, notes: &mut Vec<String>) -> Self {
        let mut items: BTreeMap<String, GoogleCreative> = BTreeMap::new();
        let mut complete_buyers = BTreeSet::new();
        let mut shared = 0;
        for (_, page) in pages {
            for creative in page.items {
                if let (None, Some(buyer)) = (&page.next, &creative.buyer_id) {
                    complete_buyers.insert(buyer.clone());
                }
                let known = items.get(&creative.creative_id);
                shared += u64::from(known.is_some_and(|known| known.buyer_id != creative.buyer_id));
                keep_last_changed(&mut items, creative);
            }
        }
        notes.extend(shared_note(shared));
        Self { items: items.into_values().collect(), complete_buyers: complete_buyers.into_iter().collect() }
    }

    /// What was left out of the lists of several buyers, each id once.
    pub(super) fn left_out(creatives: Vec<GoogleCreative>) -> Self {
        let mut items = BTreeMap::new();
        creatives.into_iter().for_each(|creative| keep_last_changed(&mut items, creative));
        Self { items: items.into_values().collect(), complete_buyers: Vec::new() }
    }

    /// The whole list of one buyer, or the part of it that a filter lets through.
    pub(super) fn of_buyer(buyer: &str, pages: Pages<GoogleCreative>, is_whole: bool) -> Self {
        let mut all = Self::of(pages, &mut Vec::new());
        all.complete_buyers = if is_whole { vec![buyer.to_owned()] } else { Vec::new() };
        all
    }
}

fn keep_last_changed(items: &mut BTreeMap<String, GoogleCreative>, creative: GoogleCreative) {
    if items.get(&creative.creative_id).is_none_or(|known| rank(known) <= rank(&creative)) {
        items.insert(creative.creative_id.clone(), creative);
    }
}

/// What is said where buyers share ids.
pub(super) fn shared_note(shared: u64) -> Option<String> {
    (shared > 0).then(|| format!("{shared} creative ids are used by several buyers: the last changed one is kept"))
}

/// Of two creatives with one id, the one that ranks higher is kept, in whatever order they come.
pub(super) fn rank(creative: &GoogleCreative) -> (Option<DateTime<FixedOffset>>, Option<&str>) {
    (changed_at(creative.api_update_time.as_deref()), creative.buyer_id.as_deref())
}

/// As a moment, because Google writes fractions of seconds only where there are some.
pub(super) fn changed_at(time: Option<&str>) -> Option<DateTime<FixedOffset>> {
    time.and_then(|time| DateTime::parse_from_rfc3339(time).ok())
}

impl Listing {
    /// The bidder that configs, endpoints and seats name, and a page that names it.
    pub(super) fn bidder(&self) -> Result<Option<(String, String)>, SyncError> {
        let lists = [
            self.configs.as_ref().map(|list| &list.bidders),
            self.endpoints.as_ref().map(|list| &list.bidders),
            self.seats.as_ref().map(|list| &list.bidders),
        ];
        let mut all = lists.into_iter().flatten().flatten();
        let Some((first, first_file)) = all.next() else { return Ok(None) };
        match all.find(|(bidder, _)| *bidder != first) {
            None => Ok(Some((first.clone(), first_file.clone()))),
            Some((second, second_file)) => Err(SyncError::TwoBidders {
                first: first.clone(),
                first_file: first_file.clone(),
                second: second.clone(),
                second_file: second_file.clone(),
            }),
        }
    }
}
