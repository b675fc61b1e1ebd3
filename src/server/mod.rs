//! The HTTP door: axum over one open store.
//!
//! `router` lists the routes, `middleware` is what happens around each of them, `routes` has one file per resource,
//! `error` is what a caller is told, `listener` bounds connections, `watching` looks into inboxes, `caring` does what the schedule says, `uploads` imports what
//! came in several calls. Invariants: loopback only, and only for this machine's own pages and programs; every body is
//! bounded; nothing that blocks runs on the async runtime; while the server runs it holds the writer lock, and commands
//! hand their work to `/internal/commands`.

mod caring;
mod error;
mod listener;
mod middleware;
mod plain_words;
mod router;
mod routes;
mod state;
#[cfg(test)]
mod tests;
mod uploads;
mod watching;

use std::io;
use std::net::SocketAddr;
use std::sync::atomic::Ordering;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::sync::watch;

pub use error::ApiError;

use crate::config::RunningServer;
use crate::inbox::Inbox;
use crate::jobs::Store;
use crate::query::QueryError;
use listener::{Connection, LimitedListener};
use state::App;

/// The server did not start, or stopped on its own.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ServeError {
    /// The address is taken or may not be used.
    #[error("cannot listen on {address}: {source}")]
    Listen {
        /// The address asked for.
        address: SocketAddr,
        /// What the system said.
        source: io::Error,
    },
    /// The runtime, the signals, or `run/serve.json`.
    #[error("cannot serve: {0}")]
    Io(#[from] io::Error),
    /// The query engine did not start.
    #[error(transparent)]
    Query(#[from] QueryError),
}

/// Serves the store and watches its inboxes until SIGINT or SIGTERM; `ready` is told the address once connections are
/// accepted.
///
/// On the signal no new connection is accepted; running requests and imports have
/// `server.shutdown_grace_seconds` to finish and are aborted then, which leaves the store as before them. A second
/// signal ends the process at once.
pub fn serve(
    store: Store,
    address: SocketAddr,
    inboxes: Vec<Inbox>,
    ready: impl FnOnce(SocketAddr),
) -> Result<(), ServeError> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().thread_name("http").build()?;
    let served = runtime.block_on(run(store, address, inboxes, ready));
    // What still blocks had its time; its process ends now, and an uncommitted import with it.
    runtime.shutdown_background();
    served
}

async fn run(
    store: Store,
    address: SocketAddr,
    inboxes: Vec<Inbox>,
    ready: impl FnOnce(SocketAddr),
) -> Result<(), ServeError> {
    let listener = TcpListener::bind(address).await.map_err(|source| ServeError::Listen { address, source })?;
    let announcement = RunningServer::this_process(listener.local_addr()?)?;
    let dir = store.dir.clone();
    let grace = Duration::from_secs(store.config.server.shutdown_grace_seconds.into());
    let server = Server::new(store, announcement)?;
    let mut stop = signals()?;
    caring::plan(&server.app).await;
    caring::seats(&server.app).await;
    server.app.announcement.announce(&dir)?;
    ready(server.app.announcement.address);
    let app = server.app.clone();
    let mut watching: Vec<_> =
        inboxes.into_iter().map(|inbox| tokio::spawn(watching::watch(app.clone(), inbox, stop.clone()))).collect();
    watching.push(tokio::spawn(caring::watch(app.clone(), stop.clone())));
    let mut stopped = stop.clone();
    let serving = server.serve(listener, async move { signalled(&mut stopped, 1).await });
    tokio::pin!(serving);
    let result = tokio::select! {
        result = &mut serving => result,
        () = signalled(&mut stop, 1) => {
            app.store.stopping.store(true, Ordering::Relaxed);
            tracing::info!("stopping: running work has {} s to finish", grace.as_secs());
            let finished = async {
                let result = (&mut serving).await;
                for inbox in watching {
                    // One that broke off has said so.
                    let _ = inbox.await;
                }
                // A command whose sender left is still work.
                let _done = app.store.writing.lock().await;
                result
            };
            tokio::select! {
                result = tokio::time::timeout(grace, finished) => result.unwrap_or(Ok(())),
                () = signalled(&mut stop, 2) => Ok(()),
            }
        }
    };
    RunningServer::withdraw(&dir);
    Ok(result?)
}

/// A router over a store, with the limits of its settings.
struct Server {
    app: App,
}

impl Server {
    fn new(store: Store, announcement: RunningServer) -> Result<Self, ServeError> {
        Ok(Self { app: App::new(store, announcement)? })
    }

    /// Accepts until `stopped`, then waits for open requests.
    async fn serve(&self, listener: TcpListener, stopped: impl Future<Output = ()> + Send + 'static) -> io::Result<()> {
        let settings = &self.app.store.config.server;
        let patience = Duration::from_secs(settings.header_timeout_seconds.into());
        let listener = LimitedListener::new(listener, settings.max_connections, patience);
        let service = router::router(self.app.clone()).into_make_service_with_connect_info::<Connection>();
        tokio::spawn(uploads::watch(self.app.clone()));
        let app = self.app.clone();
        let stopped = async move {
            stopped.await;
            app.stopping.send_replace(true);
        };
        axum::serve(listener, service).with_graceful_shutdown(stopped).await
    }
}

/// Waits until that many signals have come.
async fn signalled(signals: &mut watch::Receiver<u32>, at_least: u32) {
    // The sender lives as long as the runtime.
    let _ = signals.wait_for(|come| *come >= at_least).await;
}

/// Counts SIGINT and SIGTERM.
fn signals() -> io::Result<watch::Receiver<u32>> {
    use tokio::signal::unix::{SignalKind, signal};
    let (mut interrupt, mut terminate) = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
    let (count, counted) = watch::channel(0);
    tokio::spawn(async move {
        loop {
            tokio::select! {
                _ = interrupt.recv() => {}
                _ = terminate.recv() => {}
            }
            count.send_modify(|signals| *signals += 1);
        }
    });
    Ok(counted)
}
