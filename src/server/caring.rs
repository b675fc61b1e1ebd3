//! Does what the schedule says, one after the other, until the server stops.

use std::time::Duration;

use chrono::Utc;
use tokio::sync::watch;

use super::signalled;
use super::state::{App, blocking};
use crate::jobs;

/// From one look at the schedule to the next.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// Writes down what the settings ask for.
pub(super) async fn plan(app: &App) {
    let store = app.store.clone();
    if let Ok(Err(error)) = blocking(move || jobs::plan(&store)).await {
        tracing::warn!("the schedule cannot be written, and may not be what the settings say: {error}");
    }
}

/// Gives creatives of buyers without a seat one.
pub(super) async fn seats(app: &App) {
    let store = app.store.clone();
    match blocking(move || jobs::populate_seats(&store)).await {
        Ok(Ok(0)) | Err(_) => {}
        Ok(Ok(added)) => tracing::info!("added {added} seats for creatives whose buyer had none"),
        Ok(Err(error)) => tracing::warn!("seats for creatives whose buyer has none: {error}"),
    }
}

/// Looks again and again. What fails is in the list of jobs and in the log, and is tried again later.
pub(super) async fn watch(app: App, mut stop: watch::Receiver<u32>) {
    loop {
        let (store, stopped) = (app.store.clone(), stop.clone());
        let round = move || {
            for due in jobs::due(&store.db, Utc::now())? {
                if *stopped.borrow() > 0 {
                    break;
                }
                jobs::do_due(&due, &store, &|_| {})?;
            }
            Ok::<_, crate::db::DbError>(())
        };
        if let Ok(Err(error)) = blocking(round).await {
            tracing::warn!("the schedule: {error}");
        }
        tokio::select! {
            () = tokio::time::sleep(LOOK_EVERY) => {}
            () = signalled(&mut stop, 1) => return,
        }
    }
}
