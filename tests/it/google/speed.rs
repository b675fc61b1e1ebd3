//! How long a whole sync takes. In a release build: `cargo test --release --test it google::speed -- --nocapture`.

use std::time::{Duration, Instant};

use super::sync::{counts, synced};
use super::{Entities, LocalGoogle, Shape};

#[test]
fn two_thousand_creatives_of_twenty_seats_are_synced_in_time() {
    let shape = Shape { seats: 20, endpoints: 8, configs: 10, creatives_per_seat: 100 };
    let google = LocalGoogle::start(Entities::of(70_000, shape));
    // As a user has it: with the default limit of calls.
    let mut store = google.store();
    store.set("CATSCAN_GOOGLE_CALLS_PER_SECOND", "30");
    let timed = |what: &str| {
        let began = Instant::now();
        let answer = synced(&store, &[]);
        let took = began.elapsed();
        let bound = if cfg!(debug_assertions) { Duration::from_secs(30) } else { Duration::from_secs(2) };
        eprintln!("{what} sync of 2,000 creatives, 20 seats, 10 configs, 8 endpoints: {took:.2?}");
        assert!(took < bound, "{what} sync took {took:?}");
        answer
    };
    assert_eq!(counts(&timed("first"), "creatives"), [2_000, 0, 0, 0]);
    let again = timed("second");
    assert_eq!((counts(&again, "creatives"), counts(&again, "configs")), ([0, 0, 2_000, 0], [0, 0, 10, 0]));
    assert_eq!((counts(&again, "seats"), counts(&again, "endpoints")), ([0, 0, 20, 0], [0, 0, 8, 0]));
    let history = "SELECT count(*) FROM pretargeting_history";
    assert_eq!(store.sqlite().query_row(history, [], |row| row.get::<_, i64>(0)).unwrap(), 0);
}
