//! Accepting connections with limits that axum's own loop does not set: a cap on open connections, and a deadline for
//! a connection that neither works nor makes progress (a request header sent slowly, an idle one, a reader that has
//! stopped reading).
//!
//! A request marks its connection as working from its header to the end of its answer, see [`Working`]; the pauses of
//! request bodies are bounded by their own layer, those of answers by the deadline of the question.

use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::extract::connect_info::Connected;
use axum::serve::{IncomingStream, Listener};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, Sleep, sleep};

/// A listener whose connections are counted and timed.
pub(super) struct LimitedListener {
    listener: TcpListener,
    permits: Arc<Semaphore>,
    patience: Duration,
}

impl LimitedListener {
    pub(super) fn new(listener: TcpListener, max_connections: u32, patience: Duration) -> Self {
        Self { listener, permits: Arc::new(Semaphore::new(max_connections as usize)), patience }
    }
}

impl Listener for LimitedListener {
    type Io = TimedStream;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (TimedStream, SocketAddr) {
        // The semaphore is never closed, so a missing permit cannot happen; without one the connection is not counted.
        let permit = Arc::clone(&self.permits).acquire_owned().await.ok();
        let (stream, peer) = Listener::accept(&mut self.listener).await;
        // Answers are written in whole pieces; waiting for more only delays them.
        let _ = stream.set_nodelay(true);
        (TimedStream::new(stream, self.patience, permit), peer)
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }
}

/// What a connection is doing, shared between its stream and its requests.
#[derive(Debug, Default)]
pub(super) struct Activity {
    working: AtomicU64,
    begun: AtomicU64,
}

/// The connection of a request, found in its extensions.
#[derive(Clone, Debug, Default)]
pub(super) struct Connection(Arc<Activity>);

impl Connection {
    /// Keeps the connection's deadline off until the mark is dropped.
    pub(super) fn working(&self) -> Working {
        self.0.begun.fetch_add(1, Ordering::Relaxed);
        self.0.working.fetch_add(1, Ordering::Relaxed);
        Working(Arc::clone(&self.0))
    }
}

/// A request in work.
pub(super) struct Working(Arc<Activity>);

impl Drop for Working {
    fn drop(&mut self) {
        self.0.working.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Connected<IncomingStream<'_, LimitedListener>> for Connection {
    fn connect_info(stream: IncomingStream<'_, LimitedListener>) -> Self {
        Self(Arc::clone(&stream.io().activity))
    }
}

/// One accepted connection.
pub(super) struct TimedStream {
    stream: TcpStream,
    activity: Arc<Activity>,
    patience: Duration,
    deadline: Pin<Box<Sleep>>,
    /// How many requests had begun when the deadline was set.
    begun: u64,
    _permit: Option<OwnedSemaphorePermit>,
}

impl TimedStream {
    fn new(stream: TcpStream, patience: Duration, permit: Option<OwnedSemaphorePermit>) -> Self {
        let deadline = Box::pin(sleep(patience));
        Self { stream, activity: Arc::default(), patience, deadline, begun: 0, _permit: permit }
    }

    fn postpone(&mut self) {
        let later = Instant::now() + self.patience;
        self.deadline.as_mut().reset(later);
    }
}

impl AsyncRead for TimedStream {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let begun = self.activity.begun.load(Ordering::Relaxed);
        if self.activity.working.load(Ordering::Relaxed) > 0 || begun != self.begun {
            self.begun = begun;
            self.postpone();
        }
        if let Poll::Ready(read) = Pin::new(&mut self.stream).poll_read(cx, buf) {
            return Poll::Ready(read);
        }
        if self.deadline.as_mut().poll(cx).is_pending() {
            return Poll::Pending;
        }
        if self.activity.working.load(Ordering::Relaxed) > 0 {
            self.postpone();
            // A passed deadline wakes nobody again until it is polled anew.
            cx.waker().wake_by_ref();
            return Poll::Pending;
        }
        Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
    }
}

impl AsyncWrite for TimedStream {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(cx, buf);
        if matches!(written, Poll::Ready(Ok(1..))) {
            self.postpone();
        }
        written
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write_vectored(cx, bufs);
        if matches!(written, Poll::Ready(Ok(1..))) {
            self.postpone();
        }
        written
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
