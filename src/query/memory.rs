//! The memory of one question: a cap of its own inside the pool that all questions share.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use datafusion::common::{Result, resources_datafusion_err};
use datafusion::execution::memory_pool::{
    MemoryConsumer, MemoryLimit, MemoryPool, MemoryReservation, human_readable_size,
};

/// Passes every reservation to the shared pool and refuses those over the question's cap.
#[derive(Debug)]
pub(super) struct QuestionPool {
    shared: Arc<dyn MemoryPool>,
    cap: usize,
    used: AtomicUsize,
}

impl QuestionPool {
    pub(super) fn new(shared: Arc<dyn MemoryPool>, cap: usize) -> Self {
        Self { shared, cap, used: AtomicUsize::new(0) }
    }
}

impl fmt::Display for QuestionPool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "question({} of {})", self.used.load(Ordering::Relaxed), self.cap)
    }
}

impl MemoryPool for QuestionPool {
    fn name(&self) -> &'static str {
        "question"
    }

    fn register(&self, consumer: &MemoryConsumer) {
        self.shared.register(consumer);
    }

    fn unregister(&self, consumer: &MemoryConsumer) {
        self.shared.unregister(consumer);
    }

    fn grow(&self, reservation: &MemoryReservation, additional: usize) {
        self.used.fetch_add(additional, Ordering::Relaxed);
        self.shared.grow(reservation, additional);
    }

    fn shrink(&self, reservation: &MemoryReservation, shrink: usize) {
        self.used.fetch_sub(shrink, Ordering::Relaxed);
        self.shared.shrink(reservation, shrink);
    }

    fn try_grow(&self, reservation: &MemoryReservation, additional: usize) -> Result<()> {
        let taken = |used: usize| used.checked_add(additional).filter(|used| *used <= self.cap);
        self.used.fetch_update(Ordering::Relaxed, Ordering::Relaxed, taken).map_err(|used| {
            resources_datafusion_err!(
                "{} of {} are taken and {} more are asked for",
                human_readable_size(used),
                human_readable_size(self.cap),
                human_readable_size(additional)
            )
        })?;
        self.shared.try_grow(reservation, additional).inspect_err(|_| {
            self.used.fetch_sub(additional, Ordering::Relaxed);
        })
    }

    fn reserved(&self) -> usize {
        self.used.load(Ordering::Relaxed)
    }

    fn memory_limit(&self) -> MemoryLimit {
        MemoryLimit::Finite(self.cap)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use datafusion::execution::memory_pool::GreedyMemoryPool;

    #[test]
    fn a_question_is_stopped_at_its_own_cap_and_gives_all_back() {
        let shared: Arc<dyn MemoryPool> = Arc::new(GreedyMemoryPool::new(1000));
        let question: Arc<dyn MemoryPool> = Arc::new(QuestionPool::new(Arc::clone(&shared), 100));
        let reservation = MemoryConsumer::new("test").register(&question);
        reservation.try_grow(90).unwrap();
        assert!(reservation.try_grow(20).is_err());
        assert_eq!((question.reserved(), shared.reserved()), (90, 90));
        drop(reservation);
        assert_eq!((question.reserved(), shared.reserved()), (0, 0));
    }
}
