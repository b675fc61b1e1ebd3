//! Campaigns: groups of creatives, found by clustering or made by hand, and what they reached, won and cost.
//!
//! Invariant: what a user assigned, clustering leaves alone; figures are computed from the facts, never kept.
