//! Creatives from Google, seat by seat: several lists are read at the same time, and each is stored when it is complete.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{SyncSender, sync_channel};
use std::sync::{Mutex, PoisonError};

use super::answer::FailedSeat;
use super::online::Online;
use super::pages::{Creatives, Pages, shared_note};
use super::{Kind, KindAnswer, SyncError, answers, store};
use crate::entities::creatives::GoogleCreative;
use crate::entities::seats;
use crate::google::Call;
use crate::kill;

type Read = (String, Result<Pages<GoogleCreative>, SyncError>);

/// Brings the creatives of the seats up; those of seats whose list could not be read stay as they are.
pub(super) fn bring_up(sync: &mut Online<'_>) -> Result<KindAnswer, SyncError> {
    let buyers = buyers(sync)?;
    let seats = buyers.len();
    let mut done = KindAnswer::done(Default::default());
    let (mut left_out, mut shared) = (Vec::new(), 0);
    let mut first = None;
    let mut failed = |done: &mut KindAnswer, buyer_id: String, error: SyncError| {
        done.failed_seats.push(FailedSeat { buyer_id: buyer_id.clone(), failure: (&error).into() });
        first.get_or_insert_with(|| format!("seat {buyer_id}: {error}"));
    };
    let queue = Mutex::new(VecDeque::from(buyers));
    let hopeless = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let readers = sync.wanted.parallel.clamp(1, seats.max(1));
        let (sender, received) = sync_channel::<Read>(readers);
        let reader = Reader { sync, queue: &queue, hopeless: &hopeless };
        for _ in 0..readers {
            let sender = sender.clone();
            scope.spawn(move || reader.read(&sender));
        }
        drop(sender);
        for (buyer, pages) in received {
            let stored = pages.and_then(|pages| {
                let list = Creatives::of_buyer(&buyer, pages, sync.wanted.filter.is_none());
                sync.db.write(|tx| store::creatives(tx, sync.account, list, sync.now))
            });
            match stored {
                Ok(stored) => {
                    done.counts += stored.counts;
                    shared += stored.shared;
                    left_out.extend(stored.left_out);
                }
                Err(error) => failed(&mut done, buyer, error),
            }
            kill::point("sync_between_seats");
        }
    });
    for buyer in queue.into_inner().unwrap_or_else(PoisonError::into_inner) {
        failed(&mut done, buyer, SyncError::Stopped);
    }
    finish(sync, &mut done, left_out, shared)?;
    if let Some(first) = first {
        done.failed_seats.sort_by(|one, other| one.buyer_id.cmp(&other.buyer_id));
        let error = SyncError::Seats { failed: done.failed_seats.len(), seats, first };
        done = KindAnswer { counts: done.counts, failed_seats: done.failed_seats, ..KindAnswer::failed(&error) };
    }
    Ok(done)
}

/// The buyers whose seats are listed by Google and active, or the one that is wanted.
fn buyers(sync: &Online<'_>) -> Result<Vec<String>, SyncError> {
    let known = sync.db.read(|tx| match sync.wanted.buyer_id {
        Some(buyer) => Ok::<_, SyncError>(vec![seats::get(tx, sync.account, buyer)?]),
        None => {
            let seats = seats::list(tx, sync.account)?;
            Ok(seats.into_iter().filter(|seat| seat.active && seat.last_synced.is_some()).collect())
        }
    })?;
    if known.is_empty() {
        Err(SyncError::NoSeats)
    } else {
        Ok(known.into_iter().map(|seat| seat.google.buyer_id).collect())
    }
}

/// What was left out for another buyer's creative is looked at once more, because that one may have vanished since.
fn finish(
    sync: &mut Online<'_>,
    done: &mut KindAnswer,
    left_out: Vec<GoogleCreative>,
    shared: u64,
) -> Result<(), SyncError> {
    sync.notes.extend(shared_note(shared));
    sync.db.write(|tx| {
        done.counts += store::creatives(tx, sync.account, Creatives::left_out(left_out), sync.now)?.counts;
        store::remember(tx, sync.account, Kind::Creatives, done, sync.now)
    })
}

/// Reads list after list, on a thread of its own.
#[derive(Clone, Copy)]
struct Reader<'a> {
    sync: &'a Online<'a>,
    queue: &'a Mutex<VecDeque<String>>,
    /// Something is wrong that every list would meet.
    hopeless: &'a AtomicBool,
}

impl Reader<'_> {
    fn read(&self, sender: &SyncSender<Read>) {
        while let Some(buyer) = self.next() {
            let mut call = Call::get(format!("v1/buyers/{buyer}/creatives")).with("view", "FULL");
            if let Some(filter) = self.sync.wanted.filter {
                call = call.with("filter", filter);
            }
            let pages = self.sync.asking.list(&call, Kind::Creatives.page_size(), answers::creatives);
            if pages.as_ref().is_err_and(SyncError::meets_all) {
                self.hopeless.store(true, Ordering::Relaxed);
            }
            if sender.send((buyer, pages)).is_err() {
                return;
            }
        }
    }

    fn next(&self) -> Option<String> {
        if self.hopeless.load(Ordering::Relaxed) {
            return None;
        }
        self.queue.lock().unwrap_or_else(PoisonError::into_inner).pop_front()
    }
}
