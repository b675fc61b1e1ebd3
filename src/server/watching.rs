//! Looks into an inbox again and again, until the server stops.

use std::sync::{Arc, Mutex, PoisonError};

use chrono::Utc;
use tokio::sync::watch;

use super::signalled;
use super::state::{App, blocking};
use crate::inbox::Inbox;

/// Looks at once and then after each of the inbox's waits. A round that breaks off is logged and the next one begins
/// anew; a signal ends the round after the files that are being imported.
pub(super) async fn watch(app: App, inbox: Inbox, mut stop: watch::Receiver<u32>) {
    let every = inbox.every();
    let inbox = Arc::new(Mutex::new(inbox));
    loop {
        let (app, inbox, stopped) = (app.clone(), Arc::clone(&inbox), stop.clone());
        let round = move || {
            let turn = || {
                let turn = app.store.writing.blocking_lock();
                (*stopped.borrow() == 0).then_some(turn)
            };
            inbox.lock().unwrap_or_else(PoisonError::into_inner).round(Utc::now(), turn);
        };
        // What went wrong is in the log.
        let _ = blocking(round).await;
        tokio::select! {
            () = tokio::time::sleep(every) => {}
            () = signalled(&mut stop, 1) => return,
        }
    }
}
