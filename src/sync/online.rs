//! A sync with Google itself: kind after kind, each stored as soon as its list is complete.

use chrono::{DateTime, Utc};

use super::ask::{Asking, Watch};
use super::pages::{List, OfBidder};
use super::store::{self, Stored};
use super::{Kind, KindAnswer, KindState, SyncAnswer, SyncError, answers, bidder, seats_creatives};
use crate::db::Db;
use crate::entities::seats;
use crate::google::{Call, Google};
use crate::kill;
use crate::model::AccountId;

/// What is to be brought up.
#[derive(Clone, Copy, Debug)]
pub struct Wanted<'a> {
    /// These kinds; all where there is none.
    pub kinds: &'a [Kind],
    /// Creatives of this seat only; of all active ones where absent.
    pub buyer_id: Option<&'a str>,
    /// Only creatives that Google lets through this filter.
    pub filter: Option<&'a str>,
    /// With which service account Google is asked, for the seats.
    pub service_account_id: Option<&'a str>,
    /// So many lists of creatives are read at the same time.
    pub parallel: usize,
}

/// What to do where something failed.
const NEXT: &str = "run it again: what is done is only compared, and what failed is read from its beginning";

/// Brings the account to what Google says now. What is done stays, whatever fails after it; the answer says which is which.
/// No transaction is open while Google is asked. `now` is the time of the sync.
pub fn from_google(
    db: &Db,
    account: AccountId,
    google: &dyn Google,
    wanted: &Wanted<'_>,
    watch: &dyn Watch,
    now: DateTime<Utc>,
) -> Result<SyncAnswer, SyncError> {
    let own = db.read(|tx| crate::entities::accounts::get(tx, account))?;
    let asking = Asking { google, watch };
    let mut sync = Online { db, account, asking, wanted, now, bidder: own.bidder_id, notes: Vec::new() };
    let mut answer = SyncAnswer::new(account);
    let mut met_all = false;
    for kind in Kind::ALL {
        if !wanted.kinds.is_empty() && !wanted.kinds.contains(&kind) {
            continue;
        }
        if met_all {
            answer.of_mut(kind).state = KindState::NotTried;
            continue;
        }
        watch.begun(kind);
        let done = sync.kind(kind).unwrap_or_else(|error| {
            met_all = error.meets_all();
            KindAnswer::failed(&error)
        });
        watch.over(kind);
        *answer.of_mut(kind) = done;
        kill::point(&format!("sync_after_{}", kind.code()));
    }
    answer.bidder_id = sync.bidder;
    answer.notes = sync.notes;
    answer.next = answer.failure().map(|_| NEXT.to_owned());
    Ok(answer)
}

pub(super) struct Online<'a> {
    pub db: &'a Db,
    pub account: AccountId,
    pub asking: Asking<'a>,
    pub wanted: &'a Wanted<'a>,
    pub now: DateTime<Utc>,
    bidder: Option<String>,
    pub notes: Vec<String>,
}

impl Online<'_> {
    fn kind(&mut self, kind: Kind) -> Result<KindAnswer, SyncError> {
        let counts = match kind {
            Kind::Seats => self.seats()?,
            Kind::Endpoints => {
                let call = Call::get(format!("v1/bidders/{}/endpoints", self.bidder()?));
                self.list(kind, &call, answers::endpoints)?
            }
            Kind::Pretargeting => {
                let call = Call::get(format!("v1/bidders/{}/pretargetingConfigs", self.bidder()?));
                self.list(kind, &call, answers::configs)?
            }
            Kind::Creatives => return seats_creatives::bring_up(self),
        };
        Ok(counts)
    }

    /// The account's bidder, asked for once.
    fn bidder(&mut self) -> Result<String, SyncError> {
        if let Some(known) = &self.bidder {
            return Ok(known.clone());
        }
        let Asking { google, watch } = self.asking;
        let found = bidder::of_account(self.db, self.account, google, watch)?;
        self.bidder = Some(found.clone());
        Ok(found)
    }

    fn seats(&mut self) -> Result<KindAnswer, SyncError> {
        self.bidder()?;
        let done = self.list(Kind::Seats, &Call::get("v1/buyers"), answers::seats)?;
        if let Some(with) = self.wanted.service_account_id {
            self.db.write(|tx| seats::listed_with(tx, self.account, with))?;
        }
        Ok(done)
    }

    fn list<T: OfBidder>(
        &mut self,
        kind: Kind,
        call: &Call,
        read: impl Fn(&[u8]) -> Result<answers::Page<T>, answers::AnswerError>,
    ) -> Result<KindAnswer, SyncError>
    where
        List<T>: Stored,
    {
        let bidder = self.bidder()?;
        let pages = self.asking.list(call, kind.page_size(), read)?;
        let mut list = List::of(pages, &mut self.notes);
        let others = list.only_of(&bidder);
        if others > 0 {
            self.notes.push(format!("{others} {} of other bidders are left out", kind.code()));
        }
        self.db.write(|tx| {
            let done = KindAnswer::done(list.store(tx, self.account, self.now)?);
            store::remember(tx, self.account, kind, &done, self.now)?;
            Ok(done)
        })
    }
}
