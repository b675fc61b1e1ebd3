//! Addresses that calls and keys may be sent to.

use url::{Host, Url};

/// The address, where it is one that secrets may be sent to; the error completes "the address …".
pub(super) fn checked(address: &str) -> Result<Url, String> {
    let url = Url::parse(address).map_err(|error| format!("is no address ({error}): '{address}'"))?;
    let is_loopback = match url.host() {
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost",
        None => false,
    };
    match url.scheme() {
        "https" if url.has_host() => Ok(url),
        "http" if is_loopback => Ok(url),
        "http" => Err(format!("is not encrypted: write https:// in '{address}' (http:// is for this machine only)")),
        _ => Err(format!("does not begin with https://: '{address}'")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_this_machine_is_asked_without_encryption() {
        for good in
            ["https://realtimebidding.googleapis.com", "http://127.0.0.1:9/x", "http://[::1]:9", "http://localhost"]
        {
            assert!(checked(good).is_ok(), "{good}");
        }
        for bad in ["http://realtimebidding.googleapis.com", "http://10.0.0.1", "ftp://localhost", "localhost:80", ""] {
            assert!(checked(bad).is_err(), "{bad}");
        }
    }
}
