//! The memory of one question: a cap of its own, shared fairly among its operators, inside the pool of all questions.

use std::fmt;
use std::sync::Arc;

use datafusion::common::Result;
use datafusion::execution::memory_pool::{FairSpillPool, MemoryConsumer, MemoryLimit, MemoryPool, MemoryReservation};

/// Grants what both the question's own pool and the shared one grant.
#[derive(Debug)]
pub(super) struct QuestionPool {
    own: FairSpillPool,
    shared: Arc<dyn MemoryPool>,
    cap: usize,
}

impl QuestionPool {
    pub(super) fn new(shared: Arc<dyn MemoryPool>, cap: usize) -> Self {
        Self { own: FairSpillPool::new(cap), shared, cap }
    }
}

impl fmt::Display for QuestionPool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "question({} of {})", self.own.reserved(), self.cap)
    }
}

impl MemoryPool for QuestionPool {
    fn name(&self) -> &'static str {
        "question"
    }

    fn register(&self, consumer: &MemoryConsumer) {
        self.own.register(consumer);
        self.shared.register(consumer);
    }

    fn unregister(&self, consumer: &MemoryConsumer) {
        self.own.unregister(consumer);
        self.shared.unregister(consumer);
    }

    fn grow(&self, reservation: &MemoryReservation, additional: usize) {
        self.own.grow(reservation, additional);
        self.shared.grow(reservation, additional);
    }

    fn shrink(&self, reservation: &MemoryReservation, shrink: usize) {
        self.own.shrink(reservation, shrink);
        self.shared.shrink(reservation, shrink);
    }

    fn try_grow(&self, reservation: &MemoryReservation, additional: usize) -> Result<()> {
        self.own.try_grow(reservation, additional)?;
        self.shared.try_grow(reservation, additional).inspect_err(|_| self.own.shrink(reservation, additional))
    }

    fn reserved(&self) -> usize {
        self.own.reserved()
    }

    fn memory_limit(&self) -> MemoryLimit {
        MemoryLimit::Finite(self.cap)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_question_is_stopped_at_its_own_cap_and_at_the_shared_one_and_gives_all_back() {
        let shared: Arc<dyn MemoryPool> = Arc::new(FairSpillPool::new(150));
        let one: Arc<dyn MemoryPool> = Arc::new(QuestionPool::new(Arc::clone(&shared), 100));
        let other: Arc<dyn MemoryPool> = Arc::new(QuestionPool::new(Arc::clone(&shared), 100));
        let first = MemoryConsumer::new("first").register(&one);
        let second = MemoryConsumer::new("second").register(&other);
        first.try_grow(90).unwrap();
        assert!(first.try_grow(20).is_err(), "over its own cap");
        second.try_grow(60).unwrap();
        assert!(second.try_grow(1).is_err(), "over the shared cap");
        assert_eq!((one.reserved(), other.reserved(), shared.reserved()), (90, 60, 150));
        drop((first, second));
        assert_eq!((one.reserved(), other.reserved(), shared.reserved()), (0, 0, 0));
    }
}
