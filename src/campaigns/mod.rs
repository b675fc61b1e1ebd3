//! Campaigns: groups of creatives, found by clustering or made by hand, and what they reached, won and cost.
//!
//! [`cluster`] is the rule, without a store; [`clustering`] applies it to one; [`suggest`] answers what could be made
//! and makes nothing; [`performance`] asks the facts.
//!
//! Invariant: what a user assigned, clustering leaves alone; figures are computed from the facts, never kept.

pub mod cluster;
pub mod clustering;
pub mod performance;
pub mod suggest;
