//! As much of HTTP/1.1 as a client of an API needs.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use serde_json::{Value, json};

use super::misbehave::Misbehaviour;
use super::{Held, Recorded, State, routes};

/// A request as it came.
pub(super) struct Request {
    pub method: String,
    pub path: String,
    pub query: Vec<(String, String)>,
    pub authorization: Option<String>,
    pub host: String,
    pub body: Vec<u8>,
}

/// Answers requests until the connection ends.
pub(super) fn converse(connection: TcpStream, state: &State) {
    let mut reader = BufReader::new(connection.try_clone().unwrap());
    let mut writer = connection;
    while let Some(request) = read(&mut reader) {
        let goes_on = answer(&request, state, &mut writer);
        if !goes_on {
            let _ = writer.shutdown(std::net::Shutdown::Both);
            return;
        }
    }
}

fn read(reader: &mut BufReader<TcpStream>) -> Option<Request> {
    let mut line = String::new();
    reader.read_line(&mut line).ok().filter(|length| *length > 0)?;
    let mut words = line.split_whitespace();
    let (method, target) = (words.next()?.to_owned(), words.next()?.to_owned());
    let (mut length, mut authorization, mut host) = (0, None, String::new());
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok().filter(|length| *length > 0)?;
        let Some((name, value)) = line.trim_end().split_once(':') else { break };
        match name.to_ascii_lowercase().as_str() {
            "content-length" => length = value.trim().parse().ok()?,
            "authorization" => authorization = Some(value.trim().to_owned()),
            "host" => value.trim().clone_into(&mut host),
            _ => {}
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    let (path, query) = target.split_once('?').unwrap_or((&target, ""));
    let query = url::form_urlencoded::parse(query.as_bytes()).into_owned().collect();
    Some(Request { method, path: path.trim_start_matches('/').to_owned(), query, authorization, host, body })
}

/// False where the connection is to be cut.
fn answer(request: &Request, state: &State, to: &mut TcpStream) -> bool {
    let mut held = state.held();
    let named = format!("{} {}", request.method, request.path);
    let how = held.rules.take(&named);
    if request.path == "token" {
        let form = String::from_utf8_lossy(&request.body);
        let (status, body) = match how {
            None => held.tokens.grant(&form, &format!("http://{}", request.host)),
            Some(Misbehaviour::Unavailable) => (503, json!({"error": "internal_failure"})),
            Some(Misbehaviour::Cut) => return false,
            Some(_) => {
                (400, json!({"error": "invalid_grant", "error_description": "Invalid grant: account not found"}))
            }
        };
        drop(held);
        return send(to, status, &[], &body.to_string(), None);
    }
    held.calls.push(Recorded {
        method: request.method.clone(),
        path: request.path.clone(),
        query: request.query.clone(),
        body: serde_json::from_slice(&request.body).unwrap_or_default(),
    });
    let (status, mut headers, mut body) = match how {
        Some(Misbehaviour::Cut) => return false,
        Some(Misbehaviour::Hang(long)) => {
            drop(held);
            std::thread::sleep(long);
            return false;
        }
        Some(Misbehaviour::Expired) => {
            held.tokens.expire();
            (401, Vec::new(), error(401, "Request had invalid authentication credentials.", "UNAUTHENTICATED"))
        }
        Some(Misbehaviour::TooMany { retry_after }) => {
            let seconds = retry_after.map(|seconds| seconds.to_string());
            let mut headers = vec![("x-ratelimit-remaining", "0".to_owned())];
            headers.extend(seconds.iter().map(|seconds| ("x-ratelimit-reset", seconds.clone())));
            headers.extend(seconds.map(|seconds| ("retry-after", seconds)));
            (429, headers, error(429, "Quota exceeded for quota metric 'Queries'", "RESOURCE_EXHAUSTED"))
        }
        Some(Misbehaviour::Unavailable) => {
            (503, Vec::new(), error(503, "The service is currently unavailable.", "UNAVAILABLE"))
        }
        Some(Misbehaviour::Status(status, message)) => (status, Vec::new(), error(status, message, "TOLD")),
        _ if !held.tokens.is_good(request.authorization.as_deref()) => {
            (401, Vec::new(), error(401, "Request had invalid authentication credentials.", "UNAUTHENTICATED"))
        }
        _ => {
            let (status, body) = routed(request, &mut held);
            (status, Vec::new(), body)
        }
    };
    if headers.is_empty() {
        held.remaining -= 1;
        headers = vec![("x-ratelimit-remaining", held.remaining.to_string()), ("x-ratelimit-reset", "60".to_owned())];
    }
    drop(held);
    match how {
        Some(Misbehaviour::CutAfter) => return false,
        Some(Misbehaviour::SamePage) => {
            let this = request.query.iter().find(|(name, _)| name == "pageToken");
            body["nextPageToken"] = this.map_or("p0".into(), |(_, token)| token.as_str().into());
        }
        Some(Misbehaviour::BadItem) => spoil(&mut body),
        _ => {}
    }
    let text = body.to_string();
    match how {
        Some(Misbehaviour::Truncated) => send(to, status, &headers, &text[..text.len() / 2], Some(text.len())),
        Some(Misbehaviour::CutJson) => send(to, status, &headers, &text[..text.len() / 2], None),
        _ => send(to, status, &headers, &text, None),
    }
}

fn routed(request: &Request, held: &mut Held) -> (u16, Value) {
    let page = held.largest_page;
    routes::answer(request, &mut held.entities, page).unwrap_or_else(|(status, message)| {
        let code = if status == 404 { "NOT_FOUND" } else { "INVALID_ARGUMENT" };
        (status, error(status, &message, code))
    })
}

/// A list in the place of a text.
fn spoil(body: &mut Value) {
    let lists = body.as_object_mut().unwrap().values_mut().filter_map(Value::as_array_mut);
    if let Some(item) = lists.filter_map(|items| items.last_mut()).next() {
        item["name"] = json!([1, 2]);
    }
}

fn error(status: u16, message: &str, code: &str) -> Value {
    json!({"error": {"code": status, "message": message, "status": code}})
}

/// False where the connection is over.
fn send(to: &mut TcpStream, status: u16, headers: &[(&str, String)], body: &str, announced: Option<usize>) -> bool {
    let length = announced.unwrap_or(body.len());
    let mut text = format!("HTTP/1.1 {status} -\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n");
    for (name, value) in headers {
        text.push_str(&format!("{name}: {value}\r\n"));
    }
    text.push_str("\r\n");
    text.push_str(body);
    to.set_write_timeout(Some(Duration::from_secs(10))).unwrap();
    to.write_all(text.as_bytes()).is_ok() && announced.is_none()
}
