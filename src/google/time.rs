//! Time for calls and the waits between them: the system's in the program, a told one in tests.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};

/// How long a wait goes on before it looks whether it should end.
const LOOK_EVERY: Duration = Duration::from_millis(50);

/// What a client knows of time.
pub trait Time: Send + Sync {
    /// The time, UTC.
    fn now(&self) -> DateTime<Utc>;
    /// A time that never goes back.
    fn elapsed(&self) -> Duration;
    /// Waits; false where the work is to end instead.
    fn pause(&self, how_long: Duration) -> bool;
}

/// The system's time; a wait ends early once the process is to stop.
pub struct SystemTime {
    began: Instant,
    stopping: Arc<AtomicBool>,
}

impl SystemTime {
    /// Waits until `stopping`.
    pub fn until(stopping: Arc<AtomicBool>) -> Self {
        Self { began: Instant::now(), stopping }
    }
}

impl Time for SystemTime {
    fn now(&self) -> DateTime<Utc> {
        Utc::now()
    }

    fn elapsed(&self) -> Duration {
        self.began.elapsed()
    }

    fn pause(&self, how_long: Duration) -> bool {
        let ends = self.began.elapsed() + how_long;
        loop {
            if self.stopping.load(Ordering::Relaxed) {
                return false;
            }
            let left = ends.saturating_sub(self.began.elapsed());
            if left.is_zero() {
                return true;
            }
            std::thread::sleep(left.min(LOOK_EVERY));
        }
    }
}
