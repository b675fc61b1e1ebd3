//! How much was asked, by route.

use std::collections::BTreeMap;
use std::time::Duration;

use super::{Call, Limits, Method};

/// What calls took, until somebody writes it down.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Usage {
    /// By method and route, a path with its ids left out.
    pub routes: BTreeMap<(Method, String), Used>,
    /// What Google last said of its limits.
    pub limits: Option<Limits>,
}

/// What the calls of a route took.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Used {
    /// Calls, however often each was sent.
    pub calls: u64,
    /// Calls without a good answer.
    pub errors: u64,
    /// How often a call was sent again.
    pub retries: u64,
    /// Bytes of bodies that were sent.
    pub bytes_sent: u64,
    /// Bytes of bodies that came.
    pub bytes_received: u64,
    /// Time from the first try to the answer, waits among it.
    pub elapsed: Duration,
}

impl Usage {
    /// Counts a call.
    pub fn count(&mut self, call: &Call, used: Used) {
        let sum = self.routes.entry((call.method, route(&call.path))).or_default();
        sum.calls += used.calls;
        sum.errors += used.errors;
        sum.retries += used.retries;
        sum.bytes_sent += used.bytes_sent;
        sum.bytes_received += used.bytes_received;
        sum.elapsed += used.elapsed;
    }
}

/// `v1/bidders/7/pretargetingConfigs/9:activate` as `v1/bidders/{bidder}/pretargetingConfigs/{pretargetingConfig}:activate`.
fn route(path: &str) -> String {
    let mut collection = None;
    let segments = path.split('/').enumerate().map(|(place, segment)| match collection.take() {
        // The version comes first, then collections and ids in turn.
        Some(of) => {
            let verb = segment.find(':').map_or("", |at| &segment[at..]);
            format!("{{{}}}{verb}", str::trim_end_matches(of, 's'))
        }
        None => {
            collection = (place > 0).then_some(segment);
            segment.to_owned()
        }
    });
    segments.collect::<Vec<_>>().join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_route_names_no_id() {
        for (path, shown) in [
            ("v1/buyers", "v1/buyers"),
            ("v1/buyers/77/creatives", "v1/buyers/{buyer}/creatives"),
            ("v1/bidders/7/pretargetingConfigs/9", "v1/bidders/{bidder}/pretargetingConfigs/{pretargetingConfig}"),
            (
                "v1/bidders/7/pretargetingConfigs/9:activate",
                "v1/bidders/{bidder}/pretargetingConfigs/{pretargetingConfig}:activate",
            ),
        ] {
            assert_eq!(route(path), shown);
        }
    }
}
