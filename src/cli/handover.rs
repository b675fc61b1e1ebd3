//! Handing work to the server that holds the writer lock, over loopback, and telling its events as if they happened
//! here.

use std::io::{BufRead, BufReader, ErrorKind, Read};

use super::failure::{Failure, OrFail};
use crate::config::RunningServer;
use crate::jobs::{Event, Job, TOKEN_HEADER};

/// Longest line of an event: an import's answer with its first faults.
const MAX_EVENT_BYTES: u64 = 16 * 1024 * 1024;

/// Sends the job; `None` when nobody listens (any more), so that the lock should be tried again.
pub fn send(server: &RunningServer, job: &Job, tell: &(dyn Fn(Event) + Sync)) -> Result<Option<bool>, Failure> {
    if server.version != env!("CARGO_PKG_VERSION") {
        let message = format!(
            "the server on this store (process {}) is catscan {}, this is {}",
            server.pid,
            server.version,
            env!("CARGO_PKG_VERSION")
        );
        return Err(Failure::new(message).help("stop the server and start it with this version"));
    }
    let agent: ureq::Agent =
        ureq::Agent::config_builder().proxy(None).http_status_as_error(false).max_redirects(0).build().into();
    let url = format!("http://{}/internal/commands", server.address);
    let sent = agent.post(url).header(TOKEN_HEADER, server.token.expose()).send_json(job);
    let mut answer = match sent {
        Ok(answer) => answer,
        Err(ureq::Error::ConnectionFailed) => return Ok(None),
        Err(ureq::Error::Io(error)) if error.kind() == ErrorKind::ConnectionRefused => return Ok(None),
        Err(error) => return Err(Failure::new(format_args!("cannot hand the work to the server: {error}"))),
    };
    if answer.status() != 200 {
        let text = answer.body_mut().read_to_string().unwrap_or_default();
        let detail = serde_json::from_str::<serde_json::Value>(&text).ok();
        let detail = detail.as_ref().and_then(|body| body["detail"].as_str()).unwrap_or("no reason given");
        return Err(Failure::new(format_args!("the server did not take the work: {detail}")));
    }
    follow(answer.body_mut().as_reader(), tell).map(Some)
}

/// Reads events, one JSON object a line, until the last.
fn follow(events: impl Read, tell: &(dyn Fn(Event) + Sync)) -> Result<bool, Failure> {
    let mut events = BufReader::new(events);
    let mut line = Vec::new();
    loop {
        line.clear();
        let read = events.by_ref().take(MAX_EVENT_BYTES).read_until(b'\n', &mut line);
        if !matches!(read, Ok(1..)) {
            return Err(Failure::new("the server stopped before the work was done")
                .help("run the command again: what was finished is recognised, and nothing is kept by halves"));
        }
        let event: Event = serde_json::from_slice(&line).or_help("is another version of catscan serving?")?;
        let finished = match event {
            Event::Finished { ok } => Some(ok),
            _ => None,
        };
        tell(event);
        if let Some(ok) = finished {
            return Ok(ok);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;

    #[test]
    fn events_are_told_in_order_until_the_last() {
        let lines = "{\"event\":\"said\",\"text\":\"a\"}\n{\"event\":\"finished\",\"ok\":false}\n";
        let told = Mutex::new(Vec::new());
        let ok = follow(lines.as_bytes(), &|event| told.lock().unwrap().push(event)).unwrap();
        assert!(!ok);
        assert_eq!(*told.lock().unwrap(), [Event::Said { text: "a".into() }, Event::Finished { ok: false }]);
    }

    #[test]
    fn a_server_that_dies_in_the_middle_is_a_failure() {
        let failure = follow(&b"{\"event\":\"said\",\"text\":\"a\"}\n"[..], &|_| {}).unwrap_err();
        assert!(matches!(failure, Failure::Told { code: 1, .. }));
    }
}
