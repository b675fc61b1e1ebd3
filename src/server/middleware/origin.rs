//! Without a key, only this machine's own pages and programs may call: `Host` must be a loopback name (no DNS
//! rebinding) and `Origin`, where a browser sends it, our own (no cross-site post). The one exception is the health
//! check, which a page of any origin may read.

use std::net::IpAddr;

use axum::extract::Request;
use axum::http::uri::Authority;
use axum::http::{HeaderMap, Method, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::server::error::ApiError;

pub(crate) async fn own_origin(request: Request, next: Next) -> Response {
    let health = request.method() == Method::GET && ["/health", "/api/health"].contains(&request.uri().path());
    let target = request.uri().authority().cloned();
    match check(request.headers(), target.as_ref(), health) {
        Ok(()) => next.run(request).await,
        Err(error) => error.into_response(),
    }
}

fn check(headers: &HeaderMap, target: Option<&Authority>, any_origin: bool) -> Result<(), ApiError> {
    let mut hosts = headers.get_all(header::HOST).iter();
    let host = match (hosts.next(), hosts.next()) {
        (Some(host), None) => host.to_str().ok().and_then(|host| host.parse::<Authority>().ok()),
        _ => None,
    };
    let Some(host) = host.filter(is_loopback).filter(|_| target.is_none_or(is_loopback)) else {
        let detail = "the Host header must name this machine: call http://localhost or http://127.0.0.1";
        return Err(ApiError::forbidden("foreign_host", detail));
    };
    let own =
        |origin: &str| origin.strip_prefix("http://").is_some_and(|rest| rest.eq_ignore_ascii_case(host.as_str()));
    let foreign = headers.get_all(header::ORIGIN).iter().any(|origin| !origin.to_str().is_ok_and(own));
    if foreign && !any_origin {
        let detail = "the request comes from a page of another origin, which may not call this server";
        return Err(ApiError::forbidden("foreign_origin", detail));
    }
    Ok(())
}

fn is_loopback(authority: &Authority) -> bool {
    if authority.as_str().contains('@') {
        return false;
    }
    let host = authority.host();
    let address = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host);
    host.eq_ignore_ascii_case("localhost") || address.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn verdict(pairs: &[(header::HeaderName, &'static str)], any_origin: bool) -> Option<&'static str> {
        let headers = pairs.iter().map(|(name, value)| (name.clone(), value.parse().unwrap())).collect();
        check(&headers, None, any_origin).err().map(|error| error.code)
    }

    #[test]
    fn only_names_of_this_machine_are_hosts() {
        for host in ["localhost:8000", "LOCALHOST", "127.0.0.1:8000", "127.9.9.9", "[::1]:8000"] {
            assert_eq!(verdict(&[(header::HOST, host)], false), None, "{host}");
        }
        for host in ["evil.example", "localhost.evil.example:8000", "127.0.0.1.nip.io", "10.0.0.1", "x@localhost", ""] {
            assert_eq!(verdict(&[(header::HOST, host)], false), Some("foreign_host"), "{host}");
        }
        assert_eq!(verdict(&[], false), Some("foreign_host"));
        assert_eq!(verdict(&[(header::HOST, "localhost"), (header::HOST, "localhost")], false), Some("foreign_host"));
    }

    #[test]
    fn only_our_own_origin_may_call_and_any_may_ask_for_health() {
        let host = (header::HOST, "localhost:8000");
        assert_eq!(verdict(&[host.clone(), (header::ORIGIN, "http://localhost:8000")], false), None);
        for origin in ["http://localhost:3000", "https://localhost:8000", "http://evil.example", "null"] {
            assert_eq!(verdict(&[host.clone(), (header::ORIGIN, origin)], false), Some("foreign_origin"), "{origin}");
            assert_eq!(verdict(&[host.clone(), (header::ORIGIN, origin)], true), None, "{origin}");
        }
    }
}
