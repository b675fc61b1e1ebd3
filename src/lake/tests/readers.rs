//! Readers beside compaction, replacement and retention: each sees one state, and always the same of it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use chrono::TimeDelta;

use super::compact::options;
use super::fixture::{ALL, Row, TestLake, row, scope};
use crate::lake::{At, RetainOptions};
use crate::model::{Clock, SnapshotId};

const READERS: usize = 8;
const ROUNDS: i64 = 12;
const DIGEST: &str = "SELECT count(*), sum(impressions), min(creative_id), max(creative_id), \
                      count(DISTINCT billing_id) FROM rtb_daily";

fn rows(config: &str, round: i64) -> Vec<Row> {
    (0..40).map(|creative| row(config, &format!("c{creative:02}-{round}"), round * 1_000 + creative)).collect()
}

impl TestLake {
    /// A state and its digest, read twice with time between.
    fn digest(&self, runtime: &tokio::runtime::Runtime) -> (SnapshotId, Vec<String>) {
        let snapshot = self.lake.snapshot(&At::Latest).unwrap();
        let session = self.session(At::Latest, &[1], 2);
        session.deregister_table("rtb_daily").unwrap();
        let provider = snapshot.provider(super::fixture::table(), &[crate::model::AccountId(1)]);
        session.register_table("rtb_daily", provider).unwrap();
        let first = runtime.block_on(self.ask(&session, DIGEST)).unwrap();
        let second = runtime.block_on(self.ask(&session, DIGEST)).unwrap();
        assert_eq!(first, second, "snapshot {}", snapshot.id);
        (snapshot.id, first)
    }
}

#[test]
fn eight_readers_each_see_one_state_while_files_are_merged_replaced_and_expired() {
    let mut lake = TestLake::new();
    for config in ["b1", "b2", "b3"] {
        lake.beside(&scope(1, 1), ALL, &rows(config, 0));
    }
    let runtime = || tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let (done, mut truth) = (AtomicBool::new(false), BTreeMap::new());
    let start = lake.now;
    // The readers' own hands on the lake: the writer's clock goes on.
    let directory = tempfile::tempdir().unwrap();
    let shared = &TestLake { directory, lake: lake.lake.clone(), db: lake.db.clone(), now: start };
    let seen: BTreeSet<(SnapshotId, Vec<String>)> = std::thread::scope(|threads| {
        let readers: Vec<_> = (0..READERS)
            .map(|_| {
                threads.spawn(|| {
                    let (runtime, mut seen) = (runtime(), BTreeSet::new());
                    while !done.load(Ordering::Acquire) {
                        seen.insert(shared.digest(&runtime));
                    }
                    seen
                })
            })
            .collect();
        let runtime = runtime();
        for round in 1..=ROUNDS {
            lake.now = start + TimeDelta::hours(round);
            lake.put(&scope(1, 1), ALL, &rows("b1", round));
            truth.extend([lake.digest(&runtime)]);
            lake.beside(&scope(1, 1), ALL, &rows("b2", round));
            truth.extend([lake.digest(&runtime)]);
            assert_eq!(lake.compact(&options()).merged.len(), 1);
            truth.extend([lake.digest(&runtime)]);
            // States are forgotten at once; their files wait for those who read them.
            let forget = RetainOptions {
                keep_facts_days: 0,
                keep_snapshots_days: 0,
                grace: Duration::from_secs(3 * 3600),
                dry_run: false,
            };
            lake.lake.retain(&forget, &Clock::fixed(lake.now), &()).unwrap();
        }
        done.store(true, Ordering::Release);
        readers.into_iter().flat_map(|reader| reader.join().unwrap()).collect()
    });
    assert!(seen.len() > 1, "the readers saw one state only");
    for (snapshot, digest) in seen.into_iter().filter(|(snapshot, _)| *snapshot > SnapshotId(3)) {
        assert_eq!(truth.get(&snapshot), Some(&digest), "snapshot {snapshot}");
    }
}
