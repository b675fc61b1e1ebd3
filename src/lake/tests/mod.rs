//! The lake as a whole: commit and time travel, scans, damage, and what crashes leave.

mod catalog_damage;
mod commit;
mod compact;
mod damage;
pub(super) mod fixture;
mod objects;
mod open;
mod readers;
mod retain;
mod scan;
