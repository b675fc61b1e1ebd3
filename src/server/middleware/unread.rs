//! What a client still sends while it is told that its request is wrong.
//!
//! An answer that comes before the body was read ends the connection, and bytes that arrive at a closed connection make
//! the client forget the answer. So the rest of a body is read on, to a limit, before a refusal leaves.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::body::{Body, BodyDataStream};
use axum::extract::Request;
use axum::middleware::Next;
use axum::response::Response;
use futures::{StreamExt, stream};

/// A client that sends more than this after a refusal has to notice by itself.
const READ_ON_BYTES: usize = 4 << 20;
const READ_ON: Duration = Duration::from_secs(5);

/// Reads the body of a refused request to its end.
pub(in crate::server) async fn read_on(request: Request, next: Next) -> Response {
    let (parts, body) = request.into_parts();
    let body = Arc::new(Mutex::new(body.into_data_stream()));
    let passed_on = Body::from_stream(shared(Arc::clone(&body)));
    let response = next.run(Request::from_parts(parts, passed_on)).await;
    if response.status().is_client_error() {
        let mut rest = shared(body);
        let read = async {
            let mut bytes = 0;
            while let Some(Ok(piece)) = rest.next().await {
                bytes += piece.len();
                if bytes > READ_ON_BYTES {
                    break;
                }
            }
        };
        // A client that sends nothing more is not waited for.
        let _ = tokio::time::timeout(READ_ON, read).await;
    }
    response
}

/// The body as a stream that several can hold, one after the other.
fn shared(
    body: Arc<Mutex<BodyDataStream>>,
) -> impl futures::Stream<Item = Result<axum::body::Bytes, axum::Error>> + Unpin + Send + 'static {
    stream::poll_fn(move |context| body.lock().unwrap_or_else(PoisonError::into_inner).poll_next_unpin(context))
}
