//! Several files of one call are read in parallel, but claimed and committed in their order.

use std::sync::{Condvar, Mutex, PoisonError};

/// Lets numbered threads through one after the other.
#[derive(Debug, Default)]
pub(super) struct Turns {
    next: Mutex<usize>,
    passed: Condvar,
}

/// The right and duty to let the next thread through; done on drop.
pub(super) struct Turn<'a> {
    turns: &'a Turns,
    number: usize,
    waited: bool,
}

impl Turns {
    /// The turn of that number; each number from 0 on must be taken once.
    pub(super) fn turn(&self, number: usize) -> Turn<'_> {
        Turn { turns: self, number, waited: false }
    }
}

impl Turn<'_> {
    /// Waits until all earlier turns are over.
    pub(super) fn wait(&mut self) {
        if self.waited {
            return;
        }
        let mut next = self.turns.next.lock().unwrap_or_else(PoisonError::into_inner);
        while *next != self.number {
            next = self.turns.passed.wait(next).unwrap_or_else(PoisonError::into_inner);
        }
        self.waited = true;
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        self.wait();
        *self.turns.next.lock().unwrap_or_else(PoisonError::into_inner) += 1;
        self.turns.passed.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn turns_come_in_their_order_also_when_one_is_dropped_unused() {
        let turns = Turns::default();
        let seen = Mutex::new(Vec::new());
        std::thread::scope(|scope| {
            for number in (0..8).rev() {
                let (turns, seen) = (&turns, &seen);
                scope.spawn(move || {
                    let mut turn = turns.turn(number);
                    if number % 3 != 0 {
                        turn.wait();
                        seen.lock().unwrap().push(number);
                    }
                });
            }
        });
        assert_eq!(*seen.lock().unwrap(), [1, 2, 4, 5, 7]);
    }
}
