//! Where the time of an import goes, stage by stage: wall time of the import's own thread.

use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

/// A stage of an import, in the order of the way of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// Opening the file, recognising the report, looking whether its bytes are known.
    Open,
    /// Reading, hashing and parsing the text.
    Read,
    /// Waiting for earlier files of the call, and for other imports.
    Wait,
    /// Reading the live rows of the same days.
    Live,
    /// Sorting rows.
    Sort,
    /// Finding equal keys.
    Resolve,
    /// Taking columns out of the rows, in their order.
    Gather,
    /// Checking the order, encoding, compressing, hashing and writing pages.
    Encode,
    /// Bringing files to disk, and reading their footers back.
    Sync,
    /// Giving the files their place.
    Publish,
    /// The transaction that makes all of it visible.
    Commit,
}

/// The time of one stage.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct StageTime {
    /// Which.
    pub stage: Stage,
    /// Wall time.
    pub ms: f64,
}

/// Adds up the times between laps.
#[derive(Debug)]
pub(super) struct Stopwatch {
    times: Vec<(Stage, Duration)>,
    since: Instant,
}

impl Stopwatch {
    pub(super) fn start() -> Self {
        Self { times: Vec::new(), since: Instant::now() }
    }

    /// The time since the last lap went into that stage.
    pub(super) fn lap(&mut self, stage: Stage) {
        let now = Instant::now();
        self.add(stage, now - self.since);
        self.since = now;
    }

    fn add(&mut self, stage: Stage, time: Duration) {
        match self.times.iter_mut().find(|(known, _)| *known == stage) {
            Some((_, sum)) => *sum += time,
            None => self.times.push((stage, time)),
        }
    }

    /// The times so far, in the order of the stages.
    pub(super) fn times(&self) -> Vec<StageTime> {
        let mut times = self.times.clone();
        times.sort_by_key(|(stage, _)| *stage as u8);
        times.into_iter().map(|(stage, time)| StageTime { stage, ms: time.as_secs_f64() * 1000.0 }).collect()
    }
}
