//! The way of a change of a pretargeting config: staged, seen as effective, checked, applied at Google, compared, undone.
//!
//! Invariant: Google is asked only between two transactions, the first of which says what is about to be sent; so
//! a process that dies in between leaves what a retry completes.
